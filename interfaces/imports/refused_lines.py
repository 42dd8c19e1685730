"""The refused rows of an import as JSON lines, and the CSV that is made from them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from application import codec
from interfaces.imports.option_texts import said_of_fields
from interfaces.imports.report import Errors
from interfaces.imports.rows import Row, RowFile

MOST_BYTES = 32 * 1024 * 1024
"""The most bytes of refused rows that are kept. Further ones are counted only."""
LINE, LAST_LINE, REASONS, TEXT = "line", "last_line", "reasons", "row"


class RefusedLines:
    """Writes refused rows with their errors, one to a line. Those after MOST_BYTES are left out."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, row_file: RowFile, row: Row, errors: Errors) -> None:
        if self._file.tell() < MOST_BYTES:
            self._file.write(codec.canonical(_kept(row, errors)) + b"\n")

    def written(self) -> int:
        self._file.flush()
        return self._file.tell()


def _kept(row: Row, errors: Errors) -> dict[str, Any]:
    cells = [[name, value] for name, value in row.cells.items() if isinstance(value, str)]
    return {
        "line": row.line,
        "last_line": row.line + max(len(row.covers), 1) - 1,
        "errors": [{**error, "message": said_of_fields(error["message"])} for error in errors],
        **({"cells": cells} if cells and len(cells) == len(row.cells) else {"text": "".join(row.covers)}),
    }


def refused_in(file: BinaryIO) -> Iterator[Mapping[str, Any]]:
    """Yields the refused rows that RefusedLines has written. The last line may be cut off."""
    for line in file:
        if line.endswith(b"\n"):
            yield codec.decode(line)


def table_of(refused: Iterator[Mapping[str, Any]]) -> Iterator[Sequence[Any]]:
    """Yields the rows of a table: a header, and for each refused row its lines, its reasons and its cells.

    A row that could not be divided into cells, as all rows of JSON lines, stands in the last column as it was written.
    """
    columns: list[str] = []
    for place, one in enumerate(refused):
        if not place:
            columns = [name for name, _ in one.get("cells", ())]
            yield [LINE, LAST_LINE, REASONS, *columns, TEXT]
        cells = dict(one.get("cells", ()))
        reasons = "; ".join(map(reason_text, one["errors"]))
        text = one.get("text", "").rstrip("\r\n")
        yield [one["line"], one["last_line"], reasons, *(cells.get(name, "") for name in columns), text]


def reason_text(error: Mapping[str, Any]) -> str:
    """Returns an error with its column or field before it."""
    place = error.get("column") or error["path"]
    return f"{place}: {error['message']}" if place else str(error["message"])
