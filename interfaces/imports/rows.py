"""Reads files as rows: CSV with or without a header, and JSON lines. An unreadable row carries its refusal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO

from application import codec as json_codec
from domain.bounds import too_many
from domain.errors import InvalidInput
from domain.plain_text import without_margins
from interfaces.imports.headers import SEPARATOR_LINE, header_names, refuse_other_format
from interfaces.imports.quoting import Record, Records
from interfaces.imports.text_lines import LARGEST_ROW, LINE_ENDS, UTF_8, TextLines, is_undecodable
from interfaces.plurals import how_many


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a file is written. `header` holds the columns' names if the file itself has no header.

    `delimiter` is one character; several spaces in a row are one delimiter. A byte order mark overrides
    `encoding`, and a first line `sep=;` overrides `delimiter`.
    """

    json_lines: bool = False
    delimiter: str = ","
    encoding: str = UTF_8
    header: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a file. `line` is its first line, and `number` its place among the rows, both from 1.

    `cells` holds the cells by column; for JSON, the members of the object. `lines` is the row's unchanged text.
    `covers` is the text of all lines that `refusal` is about. `is_plain`: whether the row is JSON in which nothing can
    be unstorable.
    """

    line: int
    cells: dict[str, Any] = field(default_factory=dict)
    refusal: InvalidInput | None = None
    number: int = field(default=0, compare=False)
    lines: Sequence[str] = field(default=(), compare=False, repr=False)
    covers: Sequence[str] = field(default=(), compare=False, repr=False)
    is_plain: bool = field(default=False, compare=False)


class RowFile:
    """Iterates over a file's rows in their order. Blank lines, and lines with only empty cells, are no rows.

    `names_are_usable` gets the columns' names and raises UnreadableFile if they are unusable. `is_row` says
    whether the import accepts the cells of a CSV row.
    """

    def __init__(
        self,
        file: BinaryIO,
        layout: Layout,
        *,
        names_are_usable: Callable[[Sequence[str]], None] = lambda names: None,
        is_row: Callable[[Mapping[str, str]], bool] = lambda cells: True,
    ) -> None:
        self._lines = TextLines(file, layout.encoding)
        self._layout = layout
        self._names_are_usable = names_are_usable
        self._is_row = is_row
        self._front: list[str] = []

    @property
    def front(self) -> bytes:
        """The unchanged bytes before the first row: byte order mark, `sep=;`, header."""
        return self._lines.mark + self.bytes_of(self._front)

    def bytes_of(self, lines: Sequence[str]) -> bytes:
        """Encodes lines as in this file, and ends the last line."""
        ended = "" if not lines or lines[-1].endswith(LINE_ENDS) else "\n"
        return self._lines.encode("".join(lines) + ended)

    def __iter__(self) -> Iterator[Row]:
        """Yields the rows. Raises UnreadableFile if the file is no text, or if its header is unusable."""
        refuse_other_format(self._lines.beginning)
        return self._json_rows() if self._layout.json_lines else self._csv_rows()

    def _csv_rows(self) -> Iterator[Row]:
        records, header = self._opened()
        records.width = len(header)
        records.is_row = lambda cells: self._is_row(dict(zip(header, cells, strict=True)))
        number = 0
        for record in records:
            if record.refusal or any(map(without_margins, record.cells)):
                number += 1
                yield _csv_row(number, record, header, records.fitted(record.cells))

    def _opened(self) -> tuple[Records, tuple[str, ...]]:
        """Returns the records after the header, and the columns' names."""
        lines, delimiter = iter(self._lines), self._layout.delimiter
        first = next(lines, "")
        if separator := SEPARATOR_LINE.fullmatch(first):
            delimiter = separator["delimiter"]
            self._front.append(first)
        else:
            lines = chain([first] if first else [], lines)
        records = Records(lines, delimiter, read_before=len(self._front))
        names = self._layout.header
        if not names:
            header = next(records, None)
            names = header_names(header, delimiter)
            self._front.extend(header.lines if header else ())
        self._names_are_usable(names)
        return records, names

    def _json_rows(self) -> Iterator[Row]:
        number = 0
        for line, text in enumerate(self._lines, start=1):
            if text.strip():
                number += 1
                yield _json_row(number, line, text)


def _csv_row(number: int, record: Record, header: Sequence[str], fitted: Sequence[str]) -> Row:
    cells = dict(zip(header, fitted, strict=False))
    return Row(
        line=record.line,
        cells=cells,
        refusal=record.refusal or _refusal(record, header, fitted) or next(undecodable(cells), None),
        number=number,
        lines=record.lines,
        covers=record.covers,
    )


def _refusal(record: Record, header: Sequence[str], cells: Sequence[str]) -> InvalidInput | None:
    if (length := sum(map(len, record.lines))) > LARGEST_ROW:
        return InvalidInput(too_many(LARGEST_ROW, "characters", length), code="too_large")
    if len(cells) == len(header):
        return None
    what_to_do = (
        "give each column a cell, an empty one where nothing is known"
        if len(cells) < len(header)
        else "put a cell that contains the delimiter in quotes"
    )
    counts = f"The row has {how_many(len(cells), 'cell')} and the file {how_many(len(header), 'column')}"
    message = f"{counts}: {what_to_do}."
    return InvalidInput(message, code="wrong_cell_count")


def undecodable(cells: Mapping[str, Any]) -> Iterator[InvalidInput]:
    """Yields a refusal, with the column as its path, for each cell that the encoding cannot decode."""
    for column, text in cells.items():
        if isinstance(text, str) and is_undecodable(text):
            message = "Not in the file's encoding; --encoding names another, such as latin-1."
            yield InvalidInput(message, path=column, code="wrong_encoding")


def _json_row(number: int, line: int, text: str) -> Row:
    cells, is_plain, refusal = dict[str, Any](), False, None
    try:
        cells, is_plain = _object(text)
    except InvalidInput as error:
        refusal = error
    lines = [text]
    return Row(
        line=line,
        cells=cells,
        refusal=refusal,
        number=number,
        lines=lines,
        covers=lines,
        is_plain=is_plain,
    )


def _object(text: str) -> tuple[dict[str, Any], bool]:
    """Returns the object that a line holds, and whether it is plain."""
    if len(text) > LARGEST_ROW:
        raise InvalidInput(too_many(LARGEST_ROW, "characters", len(text)), code="too_large")
    data = text.encode(UTF_8, "surrogateescape")
    value = json_codec.decode(data)
    extent = json_codec.extent_of(value)
    json_codec.refuse_doubled_names(data, extent)
    if not isinstance(value, dict):
        raise InvalidInput("A row must be an object.", code="not_an_object")
    return value, json_codec.is_plain(data, extent)
