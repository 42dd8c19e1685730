"""Reads dates and times of ISO 8601: extended or basic format, calendar, week or ordinal dates."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

_DATE = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})|(?P<month_>[0-9]{2})(?P<day_>[0-9]{2})"
    r"|(?P<hyphen>-?)W(?P<week>[0-9]{2})(?P=hyphen)(?P<weekday>[1-7])|-?(?P<ordinal>[0-9]{3}))",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?P<hour>[0-9]{2})(?:(?P<colon>:?)(?P<minute>[0-9]{2})(?:(?P=colon)(?P<second>[0-9]{2}))?)?"
    r"(?:[.,](?P<fraction>[0-9]{1,30}))?"
)
_OFFSET = re.compile(r"(?P<sign>[+\u2212-])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2}))?")
_MOMENT = re.compile(r"(?P<date>[^Tt ]+)[Tt ](?P<time>[0-9:.,]+)(?P<offset>[Zz]|[+\u2212-][0-9:]+)?")
_DAY = timedelta(days=1)
_MICROSECONDS = {"hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000}


def iso_date(text: str) -> date | None:
    """Returns the date, or None if the text is not a date."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year = int(match["year"])
    try:
        if match["week"]:
            return date.fromisocalendar(year, int(match["week"]), int(match["weekday"]))
        if match["ordinal"]:
            day = date(year, 1, 1) + int(match["ordinal"]) * _DAY - _DAY
            return day if day.year == year else None
        return date(year, int(match["month"] or match["month_"]), int(match["day"] or match["day_"]))
    except (ValueError, OverflowError):
        return None


def iso_moment(text: str) -> datetime | None:
    """Returns the date and time, with the offset if the text has one, or None if the text is not a moment.

    24:00 is the next day's midnight. Digits finer than a microsecond are cut off.
    """
    match = _MOMENT.fullmatch(text)
    day = iso_date(match["date"]) if match else None
    since_midnight = _since_midnight(match["time"]) if match else None
    if match is None or day is None or since_midnight is None:
        return None
    try:
        zone = _zone(match["offset"]) if match["offset"] else None
        return datetime.combine(day, time(), zone) + since_midnight
    except (ValueError, OverflowError):
        return None


def iso_instant(text: str) -> datetime | None:
    """Returns the instant in UTC, or None if the text is not a moment or has no offset."""
    moment = iso_moment(text)
    if moment is None or moment.tzinfo is None:
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def _since_midnight(text: str) -> timedelta | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = (int(match[name] or 0) for name in _MICROSECONDS)
    # A leap second is second 60 of minute 59.
    if minute > 59 or second > (60 if minute == 59 else 59):
        return None
    finest = [unit for name, unit in _MICROSECONDS.items() if match[name]][-1]
    fraction = match["fraction"] or "0"
    part = timedelta(microseconds=finest * int(fraction) // 10 ** len(fraction))
    since = timedelta(hours=hour, minutes=minute, seconds=second) + part
    return since if since <= _DAY else None


def _zone(text: str) -> timezone:
    """Returns the zone of an offset. Raises ValueError if the text is not an offset."""
    if text in "Zz":
        return UTC
    match = _OFFSET.fullmatch(text)
    if match is None or int(match["minutes"] or 0) > 59:
        raise ValueError(text)
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return timezone(offset if match["sign"] == "+" else -offset)
