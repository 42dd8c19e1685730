"""Reads and writes JSON. One module, so that NaN, lone surrogates and NUL are refused everywhere in the same way."""

import json
import math
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from domain.errors import InvalidInput

DEEPEST = 32
"""The largest number of levels of nesting."""
LARGEST_INTEGER = 2**63 - 1
LONGEST_PATH = 200

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED_CHARACTER = b"\\u"

encode = msgspec.json.encode


class MalformedJson(InvalidInput):
    """The body is not JSON."""


class NameGivenTwice(MalformedJson):
    """An object of the body has a name twice."""


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


class Extent(NamedTuple):
    """The extent of a JSON value.

    `levels`: how deep it is nested, 0 for a scalar. `names`: how many names its objects have together.
    `numbers_fit`: whether all its numbers can be stored.
    """

    levels: int
    names: int
    numbers_fit: bool


def extent_of(value: Any) -> Extent:
    levels, names, numbers_fit, level = -1, 0, True, [value]
    while level:
        levels += 1
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                continue
            if isinstance(item, dict):
                names += len(item)
                below += item.values()
            elif isinstance(item, list):
                below += item
            elif isinstance(item, int | float):
                numbers_fit = numbers_fit and _fits(item)
        level = below
    return Extent(levels, names, numbers_fit)


def _fits(number: float) -> bool:
    return abs(number) <= LARGEST_INTEGER if isinstance(number, int) else math.isfinite(number)


def refuse_doubled_names(data: bytes, extent: Extent) -> None:
    """Raises NameGivenTwice if an object of this JSON text has the same name twice.

    Parsers do not agree which of the two counts. `extent` is that of the decoded value, which has each name once.
    """
    spaced = b" :" in data or b"\t:" in data or b"\n:" in data or b"\r:" in data
    if not spaced and extent.names == data.count(b'":'):
        return
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


def is_plain(data: bytes, extent: Extent) -> bool:
    """Says quickly of most JSON texts that nothing in them is unstorable.

    NUL and lone surrogates come as escapes only. `extent` is that of the decoded value.
    """
    return extent.levels <= DEEPEST and extent.numbers_fit and _ESCAPED_CHARACTER not in data


def _with_single_names(members: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(members)
    if len(unique) < len(members):
        ((doubled, _),) = Counter(name for name, _ in members).most_common(1)
        raise NameGivenTwice(
            f"{_printable(doubled)!r} is a name twice in one object. Send it once: it is not clear which of the two"
            " values counts.",
            code="given_twice",
        )
    return unique


def _refuse_number(number: float, path: str) -> None:
    if _fits(number):
        return
    if isinstance(number, int):
        raise InvalidInput("Integers have at most 64 bits.", path=_printable(path), code="out_of_range")
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
    if not isinstance(error, msgspec.DecodeError):
        return "it is not UTF-8"
    return str(error).removeprefix("JSON is malformed: ")
