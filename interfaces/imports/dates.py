"""Reads dates by the patterns in which a file writes them."""

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cache

from domain.errors import InvalidInput
from domain.instants import iso_date, iso_moment
from interfaces.imports.written import unmarked

_ZERO_DATE = re.compile(r"0+([-/.]0+){2}([T ][0:.]+)?|0{6,}")
_SERIAL_NUMBER = re.compile(r"[1-9][0-9]{4}([.,][0-9]+)?")
"""The days since 1900, of five digits from 1927 to 2173; the fraction is the time."""
_ISO_DAY = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})([T ].*)?", re.IGNORECASE)
_FORMS = {
    **dict.fromkeys("dmyHIMS", "[0-9]{1,2}"),
    "Y": "[0-9]{4}",
    "j": "[0-9]{1,3}",
    "f": "[0-9]{1,6}",
    "b": "|".join(calendar.month_abbr[1:]),
    "B": "|".join(calendar.month_name[1:]),
    "p": "AM|PM",
    "%": "%",
}
"""What a directive of a pattern reads, as a regular expression; it also covers values that no clock shows."""
_NEVER = "(?!)"


@dataclass(frozen=True, kw_only=True)
class Dates:
    """Patterns of strptime, tried in their order. For a column in `of_column`, only its own patterns count."""

    patterns: tuple[str, ...] = ()
    of_column: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def moment(self, text: str, path: str) -> datetime | None:
        """Parses the text by the column's patterns, or else as ISO 8601 without an offset.

        Returns None if the text does not match. Raises InvalidInput, at `path`, for a date of zeros, for a date
        that the calendar does not have, and for the serial number of a date.
        """
        column, plain = getattr(text, "column", path), unmarked(text)
        if _ZERO_DATE.fullmatch(plain):
            message = f"{plain} is no date: --null {plain!r} reads it as an empty cell."
            raise InvalidInput(message, path=path, code="no_date")
        patterns = self.of_column.get(column, self.patterns)
        moment = _by_patterns(plain, patterns) or _local(plain)
        if moment is None and (form := _form_without_date(plain, patterns)):
            message = f"{plain} has the form {form}, but there is no such date or time."
            raise InvalidInput(message, path=path, code="no_date")
        if moment is None and _SERIAL_NUMBER.fullmatch(plain):
            message = (
                f"{plain} is a spreadsheet's serial number of a date: format the column as a date, such as"
                " 2026-01-31, and export the file again."
            )
            raise InvalidInput(message, path=path, code="serial_date")
        return moment


def _by_patterns(text: str, patterns: Iterable[str]) -> datetime | None:
    return next(filter(None, (_parsed(text, pattern) for pattern in patterns)), None)


def _form_without_date(text: str, patterns: Iterable[str]) -> str | None:
    """Returns the form of a date that the text has, if no date of the calendar is written so."""
    iso = _ISO_DAY.fullmatch(text)
    if iso and iso_date(iso["day"]) is None:
        return "YYYY-MM-DD"
    return next((pattern for pattern in patterns if _form(pattern).fullmatch(text)), None)


@cache
def _form(pattern: str) -> re.Pattern[str]:
    """Returns the form of the texts for a pattern; with a directive that is not in _FORMS, no text has it."""
    parts = re.split("%(.)", pattern)
    forms = [f"({_FORMS.get(part, _NEVER)})" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(forms), re.IGNORECASE)


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
