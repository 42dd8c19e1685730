"""Reads CSV records, and recovers records that a stray quote hides.

An unclosed quote opens a cell that runs over the lines below, up to the next quote. By RFC 4180 such a cell looks
like a cell that is meant to have several lines. The lines inside the cell show the difference.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product

from domain.errors import InvalidInput
from domain.plain_text import without_margins

QUOTES_TRIED = 16
"""The most quotes of a wrong row that are left out in turn, to learn where the row ends."""
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
        self._unread: deque[str] = deque()
        self._line = read_before
        self._delimiter = delimiter
        self._opening_quote = re.compile(f'(?:^|{re.escape(delimiter)})"')
        self.width = 0
        self.is_row: IsRow = lambda cells: True

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        lines: list[str] = []
        cells, error = self._read(self._taken(lines))
        if not lines:
            raise StopIteration
        row = self._row(lines, cells, error)
        line, self._line = self._line + 1, self._line + len(row)
        if len(row) >= len(lines):
            return Record(line=line, lines=row, covers=row, cells=cells, refusal=_malformed(error))
        refusal = _stray_quote(line, len(row), len(lines), error)
        return Record(line=line, lines=row, covers=lines, cells=[], refusal=refusal)

    def fitted(self, cells: Cells) -> Cells:
        """Returns the cells without the empty cells after the last column."""
        while len(cells) > self.width and not without_margins(cells[-1]):
            cells = cells[:-1]
        return cells

    def _row(self, lines: Sequence[str], cells: Cells, error: csv.Error | None) -> Sequence[str]:
        """Returns the lines of the row that begins a record; the record's further lines are read again.

        A row with a stray quote ends where it would end without that quote, if it would be acceptable.
        """
        is_torn = len(lines) > 1 and self._is_torn(lines, cells, error)
        length = 1 if is_torn else len(lines)
        self._unread.extendleft(reversed(lines))
        if is_torn or len(self.fitted(cells)) != self.width:
            without_a_quote = self._lengths_without_a_quote(lines[0])
            ends = (end for end in without_a_quote if is_torn or end >= length or self._is_row_after(end))
            length = next(ends, length)
        return [self._unread.popleft() for _ in range(length)]

    def _lengths_without_a_quote(self, first_line: str) -> Iterator[int]:
        """Yields how many of the next lines are an acceptable row if one quote of the first line is left out.

        Leaves out quotes that open a cell, each in turn.
        """
        for opening in islice(self._opening_quote.finditer(first_line), QUOTES_TRIED):
            lines: list[str] = []
            taken = self._taken(lines)
            first = next(taken)
            cells, _ = self._read(chain([first[: opening.end() - 1] + first[opening.end() :]], taken))
            self._unread.extendleft(reversed(lines))
            if self._is_acceptable(cells) and not self._hides_rows(lines[1:]):
                yield len(lines)

    def _is_row_after(self, count: int) -> bool:
        """Says whether an acceptable row begins after the next `count` lines."""
        lines: list[str] = []
        taken = self._taken(lines)
        deque(islice(taken, count), maxlen=0)
        cells, _ = self._read(taken)
        self._unread.extendleft(reversed(lines))
        return self._is_acceptable(cells)

    def _is_acceptable(self, cells: Cells) -> bool:
        fitted = self.fitted(cells)
        return len(fitted) == self.width and self.is_row(fitted)

    def _hides_rows(self, lines: Sequence[str]) -> bool:
        """Says whether a line is an acceptable row by itself, with its quotes as quotes or as plain characters."""
        ways = product(lines, (csv.QUOTE_MINIMAL, csv.QUOTE_NONE))
        return any(self._is_acceptable(self._read([line], quoting)[0]) for line, quoting in ways)

    def _taken(self, lines: list[str]) -> Iterator[str]:
        while (line := self._unread.popleft() if self._unread else next(self._lines, None)) is not None:
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
        if self._is_acceptable(cells):
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
    """Says whether a line holds words and is unlikely to be a sentence: there, a space follows each comma."""
    has_words = any(character.isalnum() for cell in row for character in cell)
    return has_words and len(row) > 2 and not all(cell.startswith(" ") for cell in row[1:])


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


def _stray_quote(line: int, of_row: int, covered: int, error: csv.Error | None) -> InvalidInput:
    """Returns the refusal of a row with `of_row` lines, whose quote covers `covered` lines."""
    runs = "and is not closed properly" if error else "over lines that are rows by themselves"
    return InvalidInput(
        f"A quote in line {line} opens a cell that runs to line {line + covered - 1}, {runs}: take the quote away, or"
        f" double it inside of quotes. The lines from {line + of_row} on are read again one by one.",
        code="stray_quote",
    )
