"""Names each row within its source, so that a second import recognises the row."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from application import codec
from domain.errors import InvalidInput
from domain.plain_text import without_margins


class RowNames:
    """Names rows by their key columns, or else by their hash with an ordinal among equal rows, from 1.

    So two equal rows are two facts, and the order of a file's rows does not change their names.
    """

    def __init__(self, key_columns: Sequence[str] = ()) -> None:
        self._key_columns = tuple(key_columns)
        self._seen: Counter[bytes] = Counter()
        self._bodies: set[bytes] = set()

    def name_of(self, cells: Mapping[str, Any]) -> str:
        """Returns the row's name. Raises InvalidInput, with the column as its path, if a key is missing."""
        if self._key_columns:
            return self._key(cells)
        digest = _digest(cells)
        self._seen[digest] += 1
        return f"{digest.hex()}-{self._seen[digest]}"

    def missing_keys(self, cells: Mapping[str, Any]) -> Iterator[InvalidInput]:
        """Yields a refusal, with the column as its path, for each missing key."""
        for column in self._key_columns:
            try:
                _text(cells.get(column), column)
            except InvalidInput as refusal:
                yield refusal

    def is_repeated(self, body: Mapping[str, Any]) -> bool:
        """Says whether an earlier call had the same body, with the same identity and content."""
        digest = _digest(body)
        repeated = digest in self._bodies
        self._bodies.add(digest)
        return repeated

    def _key(self, cells: Mapping[str, Any]) -> str:
        parts = [_text(cells.get(column), column) for column in self._key_columns]
        # A single key stays unquoted. Several keys are quoted: "a:b" and "c" must differ from "a" and "b:c".
        return parts[0] if len(parts) == 1 else ":".join(quote(part, safe=" /@+") for part in parts)


def _digest(tree: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(codec.canonical(tree)).digest()[:16]


def _text(value: Any, column: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not without_margins(str(value)):
        raise InvalidInput("The key is missing.", path=column, code="missing_key")
    return str(value)
