"""Files as rows: CSV with or without a header, and JSON lines. A row that cannot be read says why."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from application import codec as json_codec
from domain.errors import InvalidInput

UTF_8 = "utf-8"
"""A byte order mark in front of it is skipped."""
LARGEST_ROW = 1024 * 1024
"""Bytes of a row as JSON, as of a body over HTTP."""


class UnreadableFile(InvalidInput):
    """The file cannot be read as rows."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a file is written. `header`: the columns' names where the file does not name them itself.

    `delimiter` is one character; runs of spaces are one delimiter.
    """

    json_lines: bool = False
    delimiter: str = ","
    encoding: str = UTF_8
    header: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """`line`: where it starts in the file, from 1. `cells`: by column, of JSON the members of the object."""

    line: int
    cells: dict[str, Any] = field(default_factory=dict)
    refusal: InvalidInput | None = None


def rows(file: BinaryIO, layout: Layout) -> Iterator[Row]:
    """The rows in the file's order; blank ones are none. UnreadableFile where the header is unusable."""
    return _json_rows(file, layout.encoding) if layout.json_lines else _csv_rows(file, layout)


def _csv_rows(file: BinaryIO, layout: Layout) -> Iterator[Row]:
    records = _records(_texts(file, layout.encoding), layout.delimiter)
    header = layout.header or _header(next(records, None))
    for line, record in records:
        if isinstance(record, InvalidInput):
            yield Row(line=line, refusal=record)
        elif record:
            yield _row(line, header, record)


def _texts(file: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines; bytes that are not in this encoding become lone surrogates, which no row may have."""
    return (line.decode(encoding, "surrogateescape") for line in _without_mark(file))


def _without_mark(lines: Iterable[bytes]) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        yield line if number else line.removeprefix(codecs.BOM_UTF8)


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | InvalidInput]]:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter == " ", strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, InvalidInput(f"Not a row of CSV: {error}.", code="malformed_row")


def _header(first: tuple[int, list[str] | InvalidInput] | None) -> tuple[str, ...]:
    if first is None:
        raise UnreadableFile("The file is empty: a CSV file begins with the names of its columns.")
    if isinstance(first[1], InvalidInput):
        raise UnreadableFile(first[1].message)
    names = tuple(name.strip() for name in first[1])
    refuse_unusable_header(names)
    return names


def refuse_unusable_header(names: Sequence[str]) -> None:
    """UnreadableFile where a column has no name, or two have the same."""
    if not all(names):
        raise UnreadableFile("A column of the header has no name.")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise UnreadableFile(f"The header names a column twice: {', '.join(sorted(twice))}.")


def _row(line: int, header: Sequence[str], record: Sequence[str]) -> Row:
    cells = dict(zip(header, record, strict=False))
    if len(record) != len(header):
        message = f"{len(record)} cells, but {len(header)} columns."
        return Row(line=line, cells=cells, refusal=InvalidInput(message, code="wrong_cell_count"))
    return Row(line=line, cells=cells, refusal=_undecodable(cells))


def _undecodable(cells: dict[str, str]) -> InvalidInput | None:
    for column, text in cells.items():
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            message = "Not in the file's encoding; --encoding names another, such as latin-1."
            return InvalidInput(message, path=column, code="wrong_encoding")
    return None


def _json_rows(file: BinaryIO, encoding: str) -> Iterator[Row]:
    for line, data in enumerate(_without_mark(_limited_lines(file)), start=1):
        if data.strip():
            yield _json_row(line, data, encoding)


def _limited_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines, of a too long one its beginning, so that no line fills the memory."""
    while line := file.readline(LARGEST_ROW + 1):
        ended = line
        while len(ended) > LARGEST_ROW and not ended.endswith(b"\n"):
            ended = file.readline(LARGEST_ROW + 1)
        yield line


def _json_row(line: int, data: bytes, encoding: str) -> Row:
    try:
        return Row(line=line, cells=_object(data, encoding))
    except InvalidInput as refusal:
        return Row(line=line, refusal=refusal)


def _object(data: bytes, encoding: str) -> dict[str, Any]:
    if len(data) > LARGEST_ROW:
        raise InvalidInput(f"A row has at most {LARGEST_ROW} bytes.", code="too_large")
    if encoding != UTF_8:
        data = data.decode(encoding, "replace").encode()
    value = json_codec.decode(data)
    json_codec.refuse_doubled_names(data)
    if not isinstance(value, dict):
        raise InvalidInput("A row must be an object.", code="not_an_object")
    return value
