"""Reads CSV records, and recovers records that a stray quote hides.

An unclosed quote opens a cell that runs over the lines below, up to the next quote. By RFC 4180 such a cell looks
like a cell that is meant to have several lines. The lines inside the cell show the difference.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from domain.errors import InvalidInput
from domain.plain_text import without_margins

Cells = list[str]
IsRow = Callable[[Cells], bool]
"""Says whether the import accepts a row of these cells, one for each column."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record. `lines` is its text, which starts at `line` of the file; `covers` are the lines of its cells.

    After a stray quote, `covers` has more lines than `lines`; the further lines are read again as records.
    """

    line: int
    lines: Sequence[str]
    covers: Sequence[str]
    cells: Cells
    refusal: InvalidInput | None = None


class Records:
    """Iterates over the records of a file's lines; a blank line is a record without cells.

    `width` is the number of columns, and `is_row` says whether cells are an acceptable row. The caller sets both
    after it has read the header.
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
        """Returns the cells without the empty cells after the last column."""
        while len(cells) > self.width and not without_margins(cells[-1]):
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
        """Says whether a stray quote joined these lines, so that they are several records.

        An acceptable record with several lines stays one record, unless it hides acceptable rows.
        """
        if error is not None:
            return True
        hidden = [row for row in map(self._alone, lines[1:]) if row is not None]
        if len(self.fitted(cells)) == self.width and self.is_row(self.fitted(cells)):
            return any(self.is_row(row) or _is_no_prose(row) for row in hidden)
        return bool(hidden) or self._are_two_rows(lines[0], lines[-1])

    def _alone(self, line: str) -> Cells | None:
        """Returns the cells of a line that is a full row by itself, else None.

        A line with an odd number of quotes opens or ends a quoted cell, so it is no full row.
        """
        if line.count('"') % 2:
            return None
        cells, error = self._read([line])
        fitted = self.fitted(cells)
        return fitted if error is None and len(fitted) == self.width else None

    def _are_two_rows(self, first: str, last: str) -> bool:
        """Says whether the first and the last line of a wrong record are two rows, each with a stray quote.

        They are if, with quotes read as plain characters, both lines have `width` cells and one is acceptable.
        They also are if the last line, read alone, has more than `width` cells, or `width` unacceptable cells.
        """
        literally = [self.fitted(self._read([line], csv.QUOTE_NONE)[0]) for line in (first, last)]
        if all(len(cells) == self.width for cells in literally) and any(map(self.is_row, literally)):
            return True
        alone = self.fitted(self._read([last])[0])
        return len(alone) > self.width or (len(alone) == self.width and not self.is_row(alone))


def _is_no_prose(row: Cells) -> bool:
    """Says whether a line is unlikely to be a sentence: in a sentence, a space follows each comma."""
    return len(row) > 2 and not all(cell.startswith(" ") for cell in row[1:])


def _malformed(error: csv.Error | None) -> InvalidInput | None:
    """Returns the refusal of a row that csv could not read; csv's own words stay out of it."""
    match str(error or ""):
        case "":
            return None
        case words if "unexpected end of data" in words:
            message = "A quote opens a cell that nothing closes: take it away, or double it inside of quotes."
            return InvalidInput(message, code="stray_quote")
        case words if "field limit" in words:
            message = f"A cell has at most {csv.field_size_limit()} characters: shorten it."
            return InvalidInput(message, code="too_large")
    message = "A quote ends a cell, and more text follows: double a quote inside of a quoted cell."
    return InvalidInput(message, code="malformed_row")


def _stray_quote(first: int, last: int, error: csv.Error | None) -> InvalidInput:
    runs = "and is not closed properly" if error else "over lines that are rows by themselves"
    return InvalidInput(
        f"A quote in line {first} opens a cell that runs to line {last}, {runs}: take the quote away, or double it"
        f" inside of quotes. The lines from {first + 1} on are read again one by one.",
        code="stray_quote",
    )
