"""Reads dates by the patterns in which a file writes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from domain.errors import InvalidInput
from domain.instants import iso_date, iso_moment
from domain.plain_text import stored_form

_ZERO_DATE = re.compile(r"0+([-/.]0+){2}([T ][0:.]+)?|0{6,}")


@dataclass(frozen=True, kw_only=True)
class Dates:
    """Patterns of strptime, tried in their order. For a column in `of_column`, only its own patterns count."""

    patterns: tuple[str, ...] = ()
    of_column: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def moment(self, text: str, path: str) -> datetime | None:
        """Parses the text by the column's patterns, or without patterns as ISO 8601 without an offset.

        Returns None if the text does not match. Raises InvalidInput, at `path`, for a date of zeros.
        """
        column, plain = getattr(text, "column", path), stored_form(text)
        if _ZERO_DATE.fullmatch(plain):
            message = f"{plain} is no date: --null {plain!r} reads it as an empty cell."
            raise InvalidInput(message, path=path, code="no_date")
        patterns = self.of_column.get(column, self.patterns)
        if not patterns:
            return _local(plain)
        return next(filter(None, (_parsed(plain, pattern) for pattern in patterns)), None)


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
