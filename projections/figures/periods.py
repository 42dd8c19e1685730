"""The parts of a period of local days: where hours, days, weeks and months begin in a time zone."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.errors import InvalidInput
from domain.zones import instant_of

FIRST_DAY, LAST_DAY = date(1973, 1, 1), date(2199, 12, 31)
"""From 1973 on, each midnight of each time zone is the beginning of a quarter of an hour."""
MOST_DAYS = 400
MOST_PARTS = 400
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


class By(StrEnum):
    """The length of the parts of a period. A week begins on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def bounds_of(first: date, last: date, zone: str, by: By) -> list[datetime]:
    """Returns the instants at which the parts of these days begin, and the end of the last day.

    The first part begins with the first day, also within a week or month. Raises InvalidInput for days that are not
    counted, and for too many days or parts.
    """
    _refuse_unusual(first, last)
    days = [first + number * _DAY for number in range((last - first).days + 1)]
    if by is By.HOUR and len(days) * 24 > MOST_PARTS:
        raise InvalidInput(
            f"A period has at most {MOST_PARTS} parts: ask by day, or for {MOST_PARTS // 24} days at most.",
            path="by",
            code="too_many",
        )
    end = _midnight(last + _DAY, zone)
    begins = [_midnight(day, zone) for day in days if day == first or _begins_part(day, by)]
    return [*(_hours(begins, end) if by is By.HOUR else begins), end]


def _refuse_unusual(first: date, last: date) -> None:
    if first > last:
        raise InvalidInput("from is later than to: exchange them.", path="from", code="contradiction")
    if first < FIRST_DAY or last > LAST_DAY:
        path = "from" if first < FIRST_DAY else "to"
        raise InvalidInput(
            f"Figures are of days from {FIRST_DAY} to {LAST_DAY}.", path=path, code="out_of_range"
        )
    if (last - first).days >= MOST_DAYS:
        raise InvalidInput(
            f"A period has at most {MOST_DAYS} days: ask for a shorter one.", path="from", code="out_of_range"
        )


def _begins_part(day: date, by: By) -> bool:
    return by in (By.HOUR, By.DAY) or (day.weekday() == 0 if by is By.WEEK else day.day == 1)


def _hours(midnights: list[datetime], end: datetime) -> Iterator[datetime]:
    """A day whose clocks change has more or fewer hours."""
    for begin, next_midnight in zip(midnights, [*midnights[1:], end], strict=True):
        at = begin
        while at < next_midnight:
            yield at
            at += _HOUR


def _midnight(day: date, zone: str) -> datetime:
    """Returns the instant at which the day begins: where the clocks skip midnight, the first time that they show."""
    return instant_of(datetime.combine(day, time()), zone)
