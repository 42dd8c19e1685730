"""The days that the overview shows, as its address names them, and the same number of days before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from interfaces.console.rooms import ROOT
from projections.figures.periods import By

HERE = f"{ROOT}/overview"
OFTEN = (7, 30, 90)
"""Periods of so many days up to today that one click chooses."""
MOST_DAYS_BY_DAY = 62
_DAY = timedelta(days=1)
FILTERS = ("channel", "brand")


@dataclass(frozen=True, kw_only=True)
class View:
    """What the overview is asked to show. `first` and `last` are days as they were typed, such as 2026-11-30."""

    first: str
    last: str
    time_zone: str
    filters: Mapping[str, str]

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the API, and of the page's own address."""
        return {"from": self.first, "to": self.last, "time_zone": self.time_zone, **self.filters}

    @property
    def href(self) -> str:
        return f"{HERE}?{urlencode(self.query)}"

    @property
    def by(self) -> By:
        days = self._days
        return By.HOUR if days == 1 else By.DAY if days <= MOST_DAYS_BY_DAY else By.WEEK

    def of(self, first: str, last: str) -> "View":
        return View(first=first, last=last, time_zone=self.time_zone, filters=self.filters)

    def filtered(self, name: str, value: str) -> "View":
        """Returns the view of one channel or brand."""
        filters = {**self.filters, name: value}
        return View(first=self.first, last=self.last, time_zone=self.time_zone, filters=filters)

    def before(self) -> "View":
        """Returns the view of the same number of days before. The days must be valid."""
        first = date.fromisoformat(self.first)
        return self.of(str(first - self._days * _DAY), str(first - _DAY))

    def often(self, today: date) -> Iterator[tuple[int, "View"]]:
        """Yields the numbers of days that one click chooses, with their views."""
        return ((days, self.of(str(today - (days - 1) * _DAY), str(today))) for days in OFTEN)

    @property
    def _days(self) -> int:
        try:
            return (date.fromisoformat(self.last) - date.fromisoformat(self.first)).days + 1
        except ValueError:  # the API says what is wrong with it
            return 0


def view_of(given: Mapping[str, str], zone: str, now: datetime) -> View:
    """Returns the view that an address names: without days the last thirty ones, in the reader's time zone."""
    zone = given.get("time_zone") or zone
    today = today_in(zone, now)
    return View(
        first=given.get("from") or str(today - 29 * _DAY),
        last=given.get("to") or str(today),
        time_zone=zone,
        filters={name: given[name].strip() for name in FILTERS if given.get(name, "").strip()},
    )


def today_in(zone: str, now: datetime) -> date:
    """Returns the day there, or in UTC if there is no such zone: the API refuses it."""
    try:
        return now.astimezone(ZoneInfo(zone)).date()
    except (KeyError, ValueError, OSError):
        return now.date()
