"""Texts of which a field says what they are, and the numbers and flags that they write."""

import re
from typing import Any

from domain.errors import InvalidInput
from domain.plain_text import stored_form

_FLAGS = {
    **dict.fromkeys(("true", "yes", "sí", "si", "1"), True),
    **dict.fromkeys(("false", "no", "0"), False),
}
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_GROUPED = {
    ".": re.compile(r"(?P<whole>-?([0-9]{1,3}([, \u00a0\u202f'][0-9]{3})+|[0-9]+))(\.(?P<part>[0-9]+))?"),
    ",": re.compile(r"(?P<whole>-?([0-9]{1,3}([. \u00a0\u202f'][0-9]{3})+|[0-9]+))(,(?P<part>[0-9]+))?"),
}
"""Numbers by their decimal sign, perhaps with their thousands apart."""
_COMMA_IN_NUMBER = re.compile(r"-?[0-9][0-9.']*,[0-9,.']*")


class Written(str):
    """A text whose field says what it is: a cell of CSV, or a constant. `column`: where it stood."""

    __slots__ = ("column",)

    def __new__(cls, text: str, column: str) -> "Written":
        written = super().__new__(cls, text)
        written.column = column
        return written

    column: str


def number(text: str, decimal: str | None, path: str) -> str:
    """A number as JSON writes it; `decimal` is its decimal sign, where that is known.

    InvalidInput, at `path`, for another notation.
    """
    plain = stored_form(text)
    if decimal is None:
        if _COMMA_IN_NUMBER.fullmatch(plain):
            message = "A comma in a number: --decimal , reads it as the decimal sign, --decimal . skips it."
            raise InvalidInput(message, path=path, code="invalid_number")
        return plain
    match = _GROUPED[decimal].fullmatch(plain)
    if match is None:
        message = f"Not a number with {decimal!r} as its decimal sign."
        raise InvalidInput(message, path=path, code="invalid_number")
    whole = re.sub("[^0-9-]", "", match["whole"])
    return f"{whole}.{match['part']}" if match["part"] else whole


def json_number(text: str) -> Any:
    """The number; the text where it is none, for the schema to refuse."""
    if not _PLAIN_NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def flag(text: str) -> Any:
    """True or false; the text where it is neither, for the schema to refuse."""
    return _FLAGS.get(stored_form(text).lower(), text)
