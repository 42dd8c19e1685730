"""Texts whose field decides their type, and the numbers and flags in such texts."""

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
"""Patterns of numbers by decimal sign; the thousands may be separated."""
_COMMA_IN_NUMBER = re.compile(r"-?[0-9][0-9.']*,[0-9,.']*")


class Written(str):
    """A text whose field decides its type: a cell of CSV, or a constant.

    `column` is the cell's column, or the constant's path.
    """

    __slots__ = ("column",)

    def __new__(cls, text: str, column: str) -> "Written":
        written = super().__new__(cls, text)
        written.column = column
        return written

    column: str


def number(text: str, decimal: str | None, path: str) -> str:
    """Returns the number as JSON writes it. `decimal` is the decimal sign of the text, if known.

    Raises InvalidInput, at `path`, if the text does not fit `decimal`, or has a comma and `decimal` is unknown.
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
    """Returns the number. A text that is no number is returned unchanged, and the schema refuses it."""
    if not _PLAIN_NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def flag(text: str) -> Any:
    """Returns True or False. A text that is neither is returned unchanged, and the schema refuses it."""
    return _FLAGS.get(stored_form(text).lower(), text)
