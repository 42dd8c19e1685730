"""Texts whose field decides their type, and the flags in such texts."""

from typing import Any

from domain.plain_text import stored_form

_FLAGS = {
    **dict.fromkeys(("true", "yes", "sí", "si", "1"), True),
    **dict.fromkeys(("false", "no", "0"), False),
}
TEXT_MARK = "'"
"""What people type in a spreadsheet before a number or a date that should stay a text; some exports keep it."""


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


def flag(text: str) -> Any:
    """Returns True or False. A text that is neither is returned unchanged, and the schema refuses it."""
    return _FLAGS.get(unmarked(text).lower(), text)


def unmarked(text: str) -> str:
    """Returns the text in its stored form, without the mark of a text in front."""
    return stored_form(text).removeprefix(TEXT_MARK)
