"""The types of attributes, and which JSON values have them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from domain.instants import iso_instant, iso_moment

LONGEST_TEXT = 4_000
LIMIT_OF_NUMBERS = 10**15
LARGEST_OFFSET = timedelta(hours=15, minutes=59)
"""The largest UTC offset that PostgreSQL reads."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class AttributeScope(StrEnum):
    """The kind of thing that an attribute belongs to."""

    CUSTOMER = "customer"
    TOUCHPOINT = "touchpoint"
    ORDER = "order"


class AttributeType(StrEnum):
    """The type of an attribute's values."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"


def fits(value: Any, type_name: str) -> bool:
    """Whether a JSON value has this type. Null, for an unknown value, has every type."""
    return value is None or _FITS[AttributeType(type_name)](value)


def as_stored(value: Any, type_name: str) -> Any:
    """Returns the value as facts hold it: an instant that PostgreSQL cannot read is written in UTC."""
    if type_name != AttributeType.INSTANT or value is None or _read_by_postgres(value):
        return value
    instant = iso_instant(value)
    return value if instant is None else instant.isoformat()


def meaning(type_name: str) -> str:
    """Returns a description of the type's values, for error messages."""
    return _MEANING[AttributeType(type_name)]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # This also refuses NaN and infinity. `math.isfinite` would raise OverflowError for a huge int.
    return abs(value) < LIMIT_OF_NUMBERS


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_instant(value: Any) -> bool:
    return isinstance(value, str) and iso_instant(value) is not None


def _read_by_postgres(text: str) -> bool:
    moment = iso_moment(text)
    offset = moment.utcoffset() if moment else None
    return _INSTANT.fullmatch(text) is not None and offset is not None and abs(offset) <= LARGEST_OFFSET


_FITS: dict[AttributeType, Callable[[Any], bool]] = {
    AttributeType.TEXT: _is_text,
    AttributeType.NUMBER: _is_number,
    AttributeType.BOOLEAN: _is_boolean,
    AttributeType.DATE: _is_date,
    AttributeType.INSTANT: _is_instant,
}

_MEANING = {
    AttributeType.TEXT: f"a text of at most {LONGEST_TEXT} characters",
    AttributeType.NUMBER: "a number below 10^15",
    AttributeType.BOOLEAN: "true or false",
    AttributeType.DATE: "a date as 2026-01-31",
    AttributeType.INSTANT: "an instant with its offset, as 2026-01-31T12:00:00+01:00",
}
