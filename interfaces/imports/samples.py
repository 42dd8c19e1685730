"""The first rows of a file, and how it is probably written."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import BinaryIO

from interfaces.imports.field_names import paths_of
from interfaces.imports.headers import UnreadableFile
from interfaces.imports.kinds import KINDS
from interfaces.imports.option_texts import delimiter_named, encoding_named
from interfaces.imports.options import is_of_json_lines
from interfaces.imports.rows import Layout, Row, RowFile
from interfaces.imports.text_lines import UTF_8

ROWS = 5
LOOKED_AT = 1_000
"""The rows by which the encoding is guessed."""
LOOKED_AT_BYTES = 8 * 1024 * 1024
"""Behind so many bytes no further row is looked at: each may have a million characters."""
LONGEST_CELL = 200
DELIMITERS = (",", ";", "\t", "|")
WESTERN = "cp1252"
"""The encoding of files that are not UTF-8: as spreadsheets write them in Western Europe and the Americas."""
WRONG_ENCODING = "wrong_encoding"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The columns and the first rows of a file, with the layout by which they were read."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    layout: Layout


def sample_of(file: BinaryIO, name: str, *, delimiter: str | None, encoding: str | None) -> Sample:
    """Returns the first rows. What is not given is guessed. Raises UnreadableFile or UnusableOption."""
    layout = Layout(
        json_lines=is_of_json_lines(Path(name)),
        delimiter=delimiter_named(delimiter) if delimiter else DELIMITERS[0],
        encoding=encoding_named(encoding) if encoding else UTF_8,
    )
    rows = _first_rows(file, layout, guess_delimiter=not delimiter)
    if not encoding and any(_is_undecodable(row) for row in rows[1]):
        layout = Layout(json_lines=layout.json_lines, delimiter=rows[0].delimiter, encoding=WESTERN)
        rows = _first_rows(file, layout, guess_delimiter=False)
    return _sample(*rows)


def _sample(layout: Layout, rows: Sequence[Row]) -> Sample:
    columns = list(dict.fromkeys(name for row in rows[:ROWS] for name in row.cells))
    shown = [[_shown(row.cells.get(name)) for name in columns] for row in rows[:ROWS]]
    return Sample(columns=columns, rows=shown, layout=layout)


def _first_rows(file: BinaryIO, layout: Layout, *, guess_delimiter: bool) -> tuple[Layout, list[Row]]:
    """Returns the first rows, read with the first delimiter that divides the header."""
    others = DELIMITERS[1:] if guess_delimiter and not layout.json_lines else ()
    for delimiter in (layout.delimiter, *others):
        tried = Layout(json_lines=layout.json_lines, delimiter=delimiter, encoding=layout.encoding)
        with suppress(UnreadableFile):
            return tried, _rows(file, tried)
    return layout, _rows(file, layout)


def _rows(file: BinaryIO, layout: Layout) -> list[Row]:
    file.seek(0)
    rows = takewhile(lambda _: file.tell() <= LOOKED_AT_BYTES, RowFile(file, layout))
    return list(islice(rows, LOOKED_AT))


def _is_undecodable(row: Row) -> bool:
    return row.refusal is not None and row.refusal.code == WRONG_ENCODING


def _shown(value: object) -> str:
    text = "" if value is None else str(value)
    return text.encode(UTF_8, "replace").decode()[:LONGEST_CELL]


def fields_of(kind: str) -> list[str]:
    """Returns the fields that a cell can fill in rows of this kind."""
    return list(paths_of(KINDS[kind].schema()))
