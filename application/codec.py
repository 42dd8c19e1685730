"""Reads and writes JSON. One module, so that NaN, lone surrogates and NUL are refused everywhere in the same way."""

import json
import math
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from domain.errors import InvalidInput

DEEPEST = 32
"""The largest number of levels of nesting."""
LARGEST_INTEGER = 2**63 - 1
LONGEST_PATH = 200

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DOUBTFUL = re.compile(rb"\\u|\x00|[0-9]{19}|(?:\A|[:\[,])\s*-?[0-9][0-9.]*[eE]|NaN|Infinity")

encode = msgspec.json.encode


class MalformedJson(InvalidInput):
    """The body is not JSON."""


def decode(data: bytes) -> Any:
    """Returns the value of a JSON text in UTF-8, with or without a byte order mark.

    Lone surrogates and numbers out of range come through: `refuse_unstorable` names their paths. Raises
    MalformedJson for anything else that is not strict JSON, NaN and the infinities included.
    """
    return _value(data, _refuse_constant)


def decode_leniently(data: bytes) -> Any:
    """As `decode`, but NaN and the infinities come through.

    For bodies of many rows, so that `refuse_unstorable` can name the row.
    """
    return _value(data, float)


def _value(data: bytes, constant: Callable[[str], float]) -> Any:
    text = data.removeprefix(BOM_UTF8)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        refusal = error
    try:
        return json.loads(text.decode("utf-8"), parse_constant=constant)
    except (ValueError, RecursionError) as error:
        raise MalformedJson(f"The body is not JSON: {_cause(refusal)}", code="malformed_json") from error


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def refuse_doubled_names(data: bytes) -> None:
    """Raises MalformedJson if an object has the same name twice. Parsers do not agree which of the two counts."""
    try:
        json.loads(data, object_pairs_hook=_with_single_names)
    except (ValueError, RecursionError) as error:
        raise MalformedJson(code="malformed_json") from error


def canonical(value: Any) -> bytes:
    """Returns the JSON of a value. Equal values give the same bytes, also if their members are in another order."""
    try:
        return msgspec.json.encode(value, order="sorted")
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True).encode("ascii")


def refuse_unstorable(value: Any, path: str = "", depth: int = 0) -> None:
    """Raises InvalidInput, with a path, for values that PostgreSQL's text or jsonb, or JSON itself, cannot hold."""
    if depth > DEEPEST:
        raise InvalidInput(f"Nested deeper than {DEEPEST} levels.", path=_printable(path), code="too_deep")
    if isinstance(value, str):
        _refuse_text(value, path)
    elif isinstance(value, int | float):
        _refuse_number(value, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            refuse_unstorable(key, f"{path}.{key}".strip("."), depth + 1)
            refuse_unstorable(item, f"{path}.{key}".strip("."), depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            refuse_unstorable(item, f"{path}.{index}".strip("."), depth + 1)


def is_plain(data: bytes) -> bool:
    """Says whether nothing in this JSON text can be unstorable, but for its depth, without looking at its values.

    NUL and lone surrogates come as escapes only, and numbers that are too large have many digits or an exponent.
    """
    return _DOUBTFUL.search(data.removeprefix(BOM_UTF8)) is None


def refuse_unstorable_in(value: Any, *, plain: bool) -> None:
    """Does what `refuse_unstorable` does. It takes less time if the text of the value `is_plain`."""
    if not plain or _is_deeper(value, DEEPEST):
        refuse_unstorable(value)


def _is_deeper(value: Any, levels: int) -> bool:
    """Says whether a value is nested deeper than this."""
    if levels < 0:
        return True
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    nested = levels - 1
    return any(_is_deeper(item, nested) for item in items if isinstance(item, dict | list) or not levels)


def _with_single_names(members: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(members)
    if len(unique) < len(members):
        ((doubled, _),) = Counter(name for name, _ in members).most_common(1)
        raise MalformedJson(
            f"The body is not JSON: {_printable(doubled)!r} is a name twice in one object.",
            code="malformed_json",
        )
    return unique


def _refuse_number(number: float, path: str) -> None:
    if isinstance(number, int) and abs(number) > LARGEST_INTEGER:
        raise InvalidInput("Integers have at most 64 bits.", path=_printable(path), code="out_of_range")
    if isinstance(number, float) and not math.isfinite(number):
        raise InvalidInput("Not a finite number.", path=_printable(path), code="not_finite")


def _refuse_text(text: str, path: str) -> None:
    match = _UNSTORABLE.search(text)
    if match is None:
        return
    if match.group() == "\x00":
        raise InvalidInput("NUL characters are not accepted.", path=_printable(path), code="nul")
    raise InvalidInput("Lone surrogates are not accepted.", path=_printable(path), code="lone_surrogate")


def _printable(path: str) -> str:
    return path[:LONGEST_PATH].replace("\x00", "\\0").encode("utf-8", "backslashreplace").decode()


def _cause(error: Exception) -> str:
    # a UnicodeDecodeError quotes the bytes, which may be personal
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return str(error) if isinstance(error, msgspec.DecodeError) else "it is not UTF-8"
