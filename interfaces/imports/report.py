"""Counts the imported rows, and reports refused rows with their lines in the file's order."""

import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self

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
class Settled:
    """How far an import came in the file's order: the first `rows` rows are done, and this came of them.

    `refused_bytes`: how many bytes of refused rows were written.
    """

    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    refused_bytes: int = 0


class RefusedSink(Protocol):
    """Takes the refused rows, in the file's order."""

    def add(self, row_file: RowFile, row: Row, errors: Errors) -> None:
        """Writes a refused row."""

    def written(self) -> int:
        """Hands over what was written to the operating system. Returns how many bytes that were."""


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

    def add(self, row_file: RowFile, row: Row, errors: Errors) -> None:
        if not self.rows.tell():
            self.rows.write(row_file.front)
        self.rows.write(row_file.bytes_of(row.lines))
        self.reasons.write(_json_line(_reason(row, errors)))

    def written(self) -> int:
        self.rows.flush()
        return self.rows.tell()


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


_NEW, _KNOWN, _REFUSED = range(3)
"""The places of the counts of settled rows."""
_Done = int | tuple[Row, Errors]
"""What came of a row: _NEW, _KNOWN, or the row with the errors for which it was refused."""


@dataclass(kw_only=True)
class Report:
    """The counts and the refused rows. Several threads use the report and finish the rows in any order.

    `doubles` holds the lines of accepted rows that may be doubles of earlier ones. `undeclared_attributes` maps
    attributes that are not declared to the nearest declared name, if one is near. `earlier`: what an earlier attempt at
    the same file has done; its rows count, and are not done again.
    """

    refused_rows: RefusedSink | None = None
    earlier: Settled = Settled()
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
    _settled: list[int] = field(default_factory=list, repr=False)
    _done: dict[int, _Done] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self.accepted, self.duplicates = self.earlier.accepted, self.earlier.duplicates
        self.refused, self._next = self.earlier.refused, self.earlier.rows + 1
        self._settled = [self.earlier.accepted, self.earlier.duplicates, self.earlier.refused]

    @property
    def rows(self) -> int:
        return self.accepted + self.duplicates + self.refused

    def was_done(self, row: Row) -> bool:
        """Whether an earlier attempt has done the row."""
        return row.number <= self.earlier.rows

    def settled(self) -> Settled:
        """Returns how far the import is in the file's order. What was refused until there is with the system."""
        with self._lock:
            accepted, duplicates, refused = self._settled
            return Settled(
                rows=self._next - 1,
                accepted=accepted,
                duplicates=duplicates,
                refused=refused,
                refused_bytes=self.refused_rows.written() if self.refused_rows is not None else 0,
            )

    def about(self, row_file: RowFile) -> None:
        """Sets the file of the rows, whose header and encoding the file of refused rows gets."""
        self._row_file = row_file

    def take(self, row: Row, *, new: bool, undeclared_names: Sequence[Mapping[str, Any]] = ()) -> None:
        if self.was_done(row):
            return
        with self._lock:
            if new:
                self.accepted += 1
            else:
                self.duplicates += 1
            self._settle(row, _NEW if new else _KNOWN)
            if undeclared_names:
                self.undeclared_names.update({UndeclaredName(**name) for name in undeclared_names})

    def refuse(self, row: Row, errors: Errors) -> None:
        if self.was_done(row):
            return
        with self._lock:
            self.refused += 1
            self._settle(row, (row, errors))

    def end(self) -> None:
        """Writes the refused rows that wait for an earlier row; after an error, that row is never finished."""
        with self._lock:
            for number in sorted(self._done):
                self._write(self._done.pop(number))

    def _settle(self, row: Row, done: _Done) -> None:
        if row.number == self._next:  # as most rows
            self._write(done)
            self._next += 1
        else:
            self._done[row.number] = done
        while self._next in self._done:
            self._write(self._done.pop(self._next))
            self._next += 1

    def _write(self, done: _Done) -> None:
        if isinstance(done, int):
            self._settled[done] += 1
            return
        self._settled[_REFUSED] += 1
        row, errors = done
        if len(self.first_refused) < SHOWN:
            self.first_refused.append(Refused(line=row.line, lines=row.covers, errors=errors))
        if self.refused_rows is not None and self._row_file is not None:
            self.refused_rows.add(self._row_file, row, errors)


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
