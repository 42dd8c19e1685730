"""Reads and checks the names of a CSV file's columns, and knows the line that may precede them."""

import re
from collections.abc import Sequence

from domain.errors import InvalidInput
from domain.plain_text import stored_form
from interfaces.imports.quoting import Record
from interfaces.imports.text_lines import is_undecodable

SEPARATOR_LINE = re.compile(r'"?sep=(?P<delimiter>[^"\r\n])"?(\r\n|\r|\n)?', re.IGNORECASE)
"""A line before the header that tells spreadsheets the delimiter."""
_OTHER_DELIMITERS = {";": "';'", "\t": "tab", "|": "'|'", ",": "','"}

_SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet (xlsx, ods) or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet (xls)",
    b"\x1f\x8b": "packed with gzip",
    b"%PDF-": "a PDF document",
    b"SQLite format 3\x00": "a database",
}
"""The first bytes of files that people give by mistake."""


class UnreadableFile(InvalidInput):
    """The file cannot be read as rows."""


def refuse_other_format(beginning: bytes) -> None:
    """Raises UnreadableFile if a file that begins so is a spreadsheet, an archive or a document, and no text."""
    name = next((name for sign, name in _SIGNATURES.items() if beginning.startswith(sign)), None)
    if name:
        raise UnreadableFile(f"The file is {name}, not text: export its rows as CSV and import that file.")


def refuse_unusable_header(names: Sequence[str]) -> None:
    """Raises UnreadableFile if a column has no name, or if two columns have the same name."""
    if not all(names):
        place = list(names).index("") + 1
        raise UnreadableFile(f"Column {place} of the header has no name: give it one in the file.")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise UnreadableFile(
            f"The header names a column twice: {', '.join(sorted(twice))}. Rename one of them in the file."
        )


def header_names(header: Record | None, delimiter: str) -> tuple[str, ...]:
    """Returns the names in the header. Raises UnreadableFile if the header is missing or unusable."""
    if header is None:
        raise UnreadableFile("The file is empty: a CSV file begins with the names of its columns.")
    if header.refusal is not None:
        raise UnreadableFile(f"The header cannot be read. {header.refusal.message}")
    if any(map(is_undecodable, header.cells)):
        raise UnreadableFile(
            "The header is not in the file's encoding; --encoding names another, such as latin-1."
        )
    names = [stored_form(name) for name in header.cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise UnreadableFile(
            "The file begins with a line without names: a CSV file begins with its columns'."
        )
    refuse_unusable_header(names)
    if len(names) == 1:
        _refuse_undivided(names[0], delimiter)
    return tuple(names)


def _refuse_undivided(name: str, delimiter: str) -> None:
    """Raises UnreadableFile if the only column's name contains a delimiter."""
    if delimiter in name:
        raise UnreadableFile(
            f"The header is quoted as a whole, {name!r}: take the quotes around the lines away."
        )
    other = next((word for character, word in _OTHER_DELIMITERS.items() if character in name), None)
    if other:
        raise UnreadableFile(f"The header is one column, {name!r}: --delimiter {other} reads it as several.")
