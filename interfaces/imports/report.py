"""Counts the imported rows, and reports refused rows with their lines in the file's order."""

import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

from application import codec
from interfaces.imports.rows import Row, RowFile

SHOWN = 20
Errors = Sequence[Mapping[str, Any]]
"""The errors of a row; each has a path, a code and a message, and in CSV the column, if it is of one."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A refused row. `lines` holds the text of all lines that the refusal covers, from line `line` on."""

    line: int
    lines: Sequence[str]
    errors: Errors


@dataclass(frozen=True, kw_only=True)
class UndeclaredName:
    """A name that is not declared, and the declared name that is most like it."""

    path: str
    name: str
    nearest: str | None


@dataclass(frozen=True, kw_only=True)
class RefusedRows:
    """The files of refused rows: `rows` gets the text of each row, and `reasons` its errors as JSON lines."""

    rows: BinaryIO
    reasons: BinaryIO

    @classmethod
    @contextmanager
    def written_to(cls, path: Path) -> Iterator[Self]:
        """Writes both files when the import has ended. After an error, both stay as they were before it."""
        with _replacing(path) as rows, _replacing(reasons_beside(path)) as reasons:
            yield cls(rows=rows, reasons=reasons)


def reasons_beside(path: Path) -> Path:
    """Returns the path of the file with the reasons: for `refused.csv` it is `refused.reasons.jsonl`."""
    return path.with_name(f"{path.stem}.reasons.jsonl")


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """Opens a temporary file in the same folder, which replaces the file at its end, but not after an error."""
    path = path.resolve()
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as file:
            if path.exists():
                shutil.copymode(path, temporary)
            yield file
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@dataclass(kw_only=True)
class Report:
    """The counts and the refused rows. Several threads use the report and finish the rows in any order.

    `doubles` holds the lines of accepted rows that may be doubles of earlier ones. `undeclared_attributes` maps
    attributes that are not declared to the nearest declared name, if one is near.
    """

    refused_rows: RefusedRows | None = None
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    first_refused: list[Refused] = field(default_factory=list)
    doubles: list[int] = field(default_factory=list)
    undeclared_attributes: dict[str, str | None] = field(default_factory=dict)
    undeclared_names: Counter[UndeclaredName] = field(default_factory=Counter)
    """How many stored rows have each name that is not declared."""
    _row_file: RowFile | None = field(default=None, repr=False)
    _next: int = 1
    _done: dict[int, tuple[Row, Errors] | None] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def rows(self) -> int:
        return self.accepted + self.duplicates + self.refused

    def about(self, row_file: RowFile) -> None:
        """Sets the file of the rows, whose header and encoding the file of refused rows gets."""
        self._row_file = row_file

    def take(self, row: Row, *, new: bool, undeclared_names: Sequence[Mapping[str, Any]] = ()) -> None:
        with self._lock:
            if new:
                self.accepted += 1
            else:
                self.duplicates += 1
            self._settle(row, None)
            if undeclared_names:
                self.undeclared_names.update({UndeclaredName(**name) for name in undeclared_names})

    def refuse(self, row: Row, errors: Errors) -> None:
        with self._lock:
            self.refused += 1
            self._settle(row, (row, errors))

    def end(self) -> None:
        """Writes the refused rows that wait for an earlier row; after an error, that row is never finished."""
        with self._lock:
            for number in sorted(self._done):
                self._write(self._done.pop(number))

    def _settle(self, row: Row, refused: tuple[Row, Errors] | None) -> None:
        if refused is None and row.number == self._next:  # as most rows
            self._next += 1
        else:
            self._done[row.number] = refused
        while self._next in self._done:
            self._write(self._done.pop(self._next))
            self._next += 1

    def _write(self, refused: tuple[Row, Errors] | None) -> None:
        if refused is None:
            return
        row, errors = refused
        if len(self.first_refused) < SHOWN:
            self.first_refused.append(Refused(line=row.line, lines=row.covers, errors=errors))
        if self.refused_rows is not None and self._row_file is not None:
            if not self.refused_rows.rows.tell():
                self.refused_rows.rows.write(self._row_file.front)
            self.refused_rows.rows.write(self._row_file.bytes_of(row.lines))
            self.refused_rows.reasons.write(_json_line(_reason(row, errors)))


def _reason(row: Row, errors: Errors) -> dict[str, Any]:
    return {
        "line": row.line,
        "last_line": row.line + len(row.covers) - 1,
        "errors": errors,
        "text": "".join(row.covers),
    }


def _json_line(value: Any) -> bytes:
    # Canonical JSON also holds values that plain JSON cannot hold, and for which a row may have been refused.
    return codec.canonical(value) + b"\n"
