"""CSV records, found again where a stray quote hides them.

A quote that nobody closes opens a cell that runs over the lines below it, up to the next quote. RFC 4180 cannot
tell such a cell from one that is meant to have several lines; the lines inside of it can.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from domain.errors import InvalidInput

Cells = list[str]
IsRow = Callable[[Cells], bool]
"""Whether cells, one for each column, are a row that the import takes."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """`lines`: its text, which starts at `line` of the file. `covers`: the lines that its cells ran over.

    These are more than its own where a stray quote was found: the others are records by themselves.
    """

    line: int
    lines: Sequence[str]
    covers: Sequence[str]
    cells: Cells
    refusal: InvalidInput | None = None


class Records:
    """Iterates over the records of a file's lines; a blank line is a record without cells.

    `width` and `is_row` are what is known of a row; the header is read before either is.
    """

    def __init__(self, lines: Iterable[str], delimiter: str, *, read_before: int = 0) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._line = read_before
        self._delimiter = delimiter
        self.width = 0
        self.is_row: IsRow = lambda cells: True

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        lines: list[str] = []
        cells, error = self._read(self._taken(lines))
        if not lines:
            raise StopIteration
        line, self._line = self._line + 1, self._line + len(lines)
        if len(lines) == 1 or not self._is_torn(lines, cells, error):
            return Record(line=line, lines=lines, covers=lines, cells=cells, refusal=_malformed(error))
        self._again.extendleft(reversed(lines[1:]))
        self._line = line
        refusal = _stray_quote(line, line + len(lines) - 1, error)
        return Record(line=line, lines=lines[:1], covers=lines, cells=[], refusal=refusal)

    def fitted(self, cells: Cells) -> Cells:
        """The cells without empty ones behind the last column."""
        while len(cells) > self.width and not cells[-1].strip():
            cells = cells[:-1]
        return cells

    def _taken(self, lines: list[str]) -> Iterator[str]:
        while (line := self._again.popleft() if self._again else next(self._lines, None)) is not None:
            lines.append(line)
            yield line

    def _read(self, lines: Iterable[str], quoting: int = csv.QUOTE_MINIMAL) -> tuple[Cells, csv.Error | None]:
        reader = csv.reader(
            lines,
            delimiter=self._delimiter,
            skipinitialspace=self._delimiter == " ",
            strict=True,
            quoting=quoting,  # type: ignore[arg-type] # one of csv's constants
        )
        try:
            return next(reader, []), None
        except csv.Error as error:
            return [], error

    def _is_torn(self, lines: Sequence[str], cells: Cells, error: csv.Error | None) -> bool:
        """Whether these lines are no one record: what is right in itself stays unless it hides right rows."""
        if error is not None:
            return True
        hidden = [row for row in map(self._alone, lines[1:]) if row is not None]
        if len(self.fitted(cells)) == self.width and self.is_row(self.fitted(cells)):
            return any(self.is_row(row) or _is_no_prose(row) for row in hidden)
        return bool(hidden) or self._are_two_rows(lines[0], lines[-1])

    def _alone(self, line: str) -> Cells | None:
        """The cells of a line that is a full row by itself. No line that ends a quoted cell is one."""
        if line.count('"') % 2:
            return None
        cells, error = self._read([line])
        fitted = self.fitted(cells)
        return fitted if error is None and len(fitted) == self.width else None

    def _are_two_rows(self, first: str, last: str) -> bool:
        """Whether the lines at the ends of a wrong record are rows, each with a stray quote.

        Both are as long as rows once their quotes are letters as others are, and one is right; or the last one is
        as long by itself, and wrong by itself.
        """
        literally = [self.fitted(self._read([line], csv.QUOTE_NONE)[0]) for line in (first, last)]
        if all(len(cells) == self.width for cells in literally) and any(map(self.is_row, literally)):
            return True
        alone = self.fitted(self._read([last])[0])
        return len(alone) > self.width or (len(alone) == self.width and not self.is_row(alone))


def _is_no_prose(row: Cells) -> bool:
    """Whether a line of this many cells is hardly a sentence, in which a space follows each comma."""
    return len(row) > 2 and not all(cell.startswith(" ") for cell in row[1:])


def _malformed(error: csv.Error | None) -> InvalidInput | None:
    if error is None:
        return None
    if "unexpected end of data" in str(error):
        return InvalidInput(
            "A quote opens a cell that nothing closes: take it away, or double it inside of quotes.",
            code="stray_quote",
        )
    return InvalidInput(
        f"Not a row of CSV: {error}. A quote inside of a quoted cell is doubled.", code="malformed_row"
    )


def _stray_quote(first: int, last: int, error: csv.Error | None) -> InvalidInput:
    runs = "and is not closed properly" if error else "over lines that are rows by themselves"
    return InvalidInput(
        f"A quote in line {first} opens a cell that runs to line {last}, {runs}: take the quote away, or double it"
        f" inside of quotes. The lines from {first + 1} on are read again one by one.",
        code="stray_quote",
    )
