"""Numbers, money and instants as one person reads them: in their language and time zone."""

import datetime as calendar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers

_DAY = {"en": ("EEEE d MMMM", " y"), "es": ("EEEE, d 'de' MMMM", " 'de' y")}
"""How a day is written in a language, and what follows for the year."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """An instant as a page shows it: `at` in ISO 8601, `text` to be read, `title` in full with its zone."""

    at: str
    text: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Formats:
    """How a person reads figures. `language`: en or es. `time_zone`: an IANA name. `now`: the instant of the page."""

    language: str
    time_zone: str
    now: datetime

    @cached_property
    def _locale(self) -> Locale:
        return Locale(self.language)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def _local(self, at: datetime) -> datetime:
        """Returns the instant in the person's time zone; in its own if the calendar ends between them."""
        try:
            return at.astimezone(self._zone)
        except OverflowError:
            return at

    def in_zone(self, time_zone: str) -> "Formats":
        """Returns how the same person reads instants of another time zone."""
        return replace(self, time_zone=time_zone)

    def field(self, at: datetime) -> str:
        """The value of a field for a date and a time: `2026-11-28T09:41`."""
        return self._local(at).strftime("%Y-%m-%dT%H:%M")

    def typed(self, text: str) -> datetime:
        """Returns the instant of such a field, or of an ISO instant. Raises ValueError."""
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is not None else at.replace(tzinfo=self._zone)

    def iso(self, text: str) -> str:
        """Returns what was typed into such a field as an ISO instant; what cannot be read stays, to be refused."""
        try:
            return self.typed(text).isoformat()
        except ValueError:
            return text

    def number(self, value: int | float | Decimal) -> str:
        """`48210` -> `48,210`."""
        return numbers.format_decimal(value, locale=self._locale)

    def percent(self, value: float, digits: int = 1) -> str:
        """`0.662` -> `66.2%`."""
        usual = self._locale.percent_formats[None].pattern
        return numbers.format_percent(
            value, format=usual.replace("##0", f"##0.{'0' * digits}"), locale=self._locale
        )

    def money(self, amount: Decimal | str, currency: str) -> str:
        """`86.40`, `EUR` -> `€86.40`."""
        return numbers.format_currency(Decimal(amount), currency, locale=self._locale)

    def instant(self, at: datetime) -> str:
        """The date and the time with the zone: `28 Nov 2026, 09:41 CET`."""
        local = self._local(at)
        return f"{self.date(at)}, {self.time(at)} {local.tzname()}"

    def date(self, at: datetime) -> str:
        """`28 Nov 2026`."""
        return dates.format_date(self._local(at), format="d MMM y", locale=self._locale)

    def calendar_date(self, day: calendar.date) -> str:
        """A date without a time zone: `28 Nov 2026`."""
        return dates.format_date(day, format="d MMM y", locale=self._locale)

    def last_day(self, ends: datetime) -> str:
        """The last day of what ends at this instant: `31 Mar 2027` for the midnight after it."""
        return self.date(ends - timedelta(microseconds=1))

    def calendar_month(self, month: str) -> str:
        """`2026-11` -> `November 2026`."""
        return dates.format_skeleton("yMMMM", calendar.date.fromisoformat(f"{month}-01"), locale=self._locale)

    def time(self, at: datetime) -> str:
        """`09:41`."""
        return dates.format_time(self._local(at), format="HH:mm", locale=self._locale)

    def day(self, at: datetime) -> str:
        """`Saturday 28 November`, `sábado, 28 de noviembre`; with the year unless it is this year."""
        local = self._local(at)
        this_year = local.year == self.now.astimezone(self._zone).year
        day, year = _DAY[self.language]
        return dates.format_date(local, format=day if this_year else day + year, locale=self._locale)

    def month(self, at: datetime) -> str:
        """`November 2026`, `noviembre de 2026`."""
        return dates.format_skeleton("yMMMM", self._local(at), locale=self._locale)

    def weekdays(self) -> list[str]:
        """The short names of the days of a week, from Monday on."""
        return [self._locale.days["stand-alone"]["abbreviated"][day] for day in range(7)]

    def ago(self, at: datetime) -> str:
        """`3 hours ago`."""
        until = at - self.now
        if abs(until) < timedelta(seconds=1):
            until = timedelta(seconds=-1)  # there is no better word for now
        return dates.format_timedelta(until, add_direction=True, locale=self._locale)

    def duration(self, seconds: float) -> str:
        """`11 seconds`, `2 hours`."""
        return dates.format_timedelta(timedelta(seconds=max(seconds, 1)), locale=self._locale)

    def moment(self, at: datetime) -> Moment:
        """How long ago, with the instant in full."""
        return Moment(at=at.isoformat(), text=self.ago(at), title=self.instant(at))
