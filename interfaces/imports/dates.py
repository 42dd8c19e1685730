"""Reads dates by the patterns in which a file writes them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from domain.errors import InvalidInput
from domain.instants import iso_date, iso_moment
from interfaces.imports.written import unmarked

_ZERO_DATE = re.compile(r"0+([-/.]0+){2}([T ][0:.]+)?|0{6,}")
_SERIAL_NUMBER = re.compile(r"[1-9][0-9]{4}([.,][0-9]+)?")
"""The days since 1900, of five digits from 1927 to 2173; the fraction is the time."""


@dataclass(frozen=True, kw_only=True)
class Dates:
    """Patterns of strptime, tried in their order. For a column in `of_column`, only its own patterns count."""

    patterns: tuple[str, ...] = ()
    of_column: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def moment(self, text: str, path: str) -> datetime | None:
        """Parses the text by the column's patterns, or without patterns as ISO 8601 without an offset.

        Returns None if the text does not match. Raises InvalidInput, at `path`, for a date of zeros
        and for the serial number of a date.
        """
        column, plain = getattr(text, "column", path), unmarked(text)
        if _ZERO_DATE.fullmatch(plain):
            message = f"{plain} is no date: --null {plain!r} reads it as an empty cell."
            raise InvalidInput(message, path=path, code="no_date")
        patterns = self.of_column.get(column, self.patterns)
        moment = _by_patterns(plain, patterns) if patterns else _local(plain)
        if moment is None and _SERIAL_NUMBER.fullmatch(plain):
            message = (
                f"{plain} is a spreadsheet's serial number of a date: format the column as a date, such as"
                " 2026-01-31, and export the file again."
            )
            raise InvalidInput(message, path=path, code="serial_date")
        return moment


def _by_patterns(text: str, patterns: Iterable[str]) -> datetime | None:
    return next(filter(None, (_parsed(text, pattern) for pattern in patterns)), None)


def _local(text: str) -> datetime | None:
    if day := iso_date(text):
        return datetime.combine(day, time())
    moment = iso_moment(text)
    return moment if moment is not None and moment.tzinfo is None else None


def _parsed(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - without an offset, Spelling sets the zone
    except ValueError:
        return None
