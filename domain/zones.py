"""Time zones: the known zones, their one name, and the instant of a local time in a zone."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from domain import cldr
from domain.errors import InvalidInput

_OF_THE_MACHINE = {"localtime", "Factory"}
"""Keys of the time zone database that name no zone of the world."""
_SECOND = timedelta(seconds=1)


@cache
def known_zones() -> frozenset[str]:
    """Returns the present names of all zones of the world."""
    return frozenset(available_timezones() - _OF_THE_MACHINE - cldr.aliases("zones").keys())


def known_zone(key: str) -> str:
    """Returns the present name of the zone that the key names: Asia/Calcutta becomes Asia/Kolkata.

    Raises InvalidInput at `time_zone` if there is no such zone.
    """
    zone = cldr.aliases("zones").get(key, key)
    if zone not in known_zones():
        raise InvalidInput(
            "A time zone is a name of the time zone database, such as Europe/Madrid.",
            path="time_zone",
            code="invalid_zone",
        )
    return zone


def instant_of(local: datetime, zone: str) -> datetime:
    """Returns the instant, in UTC, at which the clocks of a zone show this local time (without offset).

    A time that the clocks skip becomes the next time that they show. A time that they show twice means the
    first. Raises InvalidInput for an unknown zone, and for a time beyond the calendar's ends.
    """
    clocks = ZoneInfo(known_zone(zone))
    try:
        first = local.replace(tzinfo=clocks, fold=0).astimezone(UTC)
        if _shown(first, clocks) == local.replace(fold=0):
            return first
        return _end_of_gap(local, clocks, local.replace(tzinfo=clocks, fold=1).astimezone(UTC), first)
    except OverflowError as error:
        raise InvalidInput("This is beyond the calendar.", code="invalid_instant") from error


def _end_of_gap(local: datetime, clocks: tzinfo, before: datetime, after: datetime) -> datetime:
    """Returns the first whole second from `before` to `after` at which the clocks are past `local`."""
    low, high = before.replace(microsecond=0), after.replace(microsecond=0) + _SECOND
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        low, high = (low, middle) if _shown(middle, clocks) > local else (middle, high)
    return high


def _shown(instant: datetime, clocks: tzinfo) -> datetime:
    """Returns the local time that the clocks show at an instant."""
    return instant.astimezone(clocks).replace(tzinfo=None, fold=0)
