"""Fields of instants and calendar dates."""

import re
from datetime import UTC, date, datetime
from typing import Any

import marshmallow as ma

from domain.instants import iso_instant, iso_moment
from interfaces.http.schemas.fields.coded import Coded, Messages
from interfaces.http.schemas.fields.texts import String
from interfaces.http.schemas.usual import Reader, Unusual

FIRST_YEAR = 1800

YEARS = "^(1[89]|[2-9][0-9])[0-9]{2}-"
"""The beginning of an instant or date in a year from FIRST_YEAR on."""
LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
CALENDAR = (
    "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    f"|02-(0[1-9]|1[0-9]|2[0-8]))|{LEAP_YEAR}-02-29)"
)
LOCAL = f"^(?=1[89]|[2-9]){CALENDAR}T([01][0-9]|2[0-3])(:[0-5][0-9]){{1,2}}$"
"""The usual notation of local times."""
OTHERS = "Any other notation of ISO 8601 is read too"

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_USUAL = re.compile(
    r"(?:1[89]|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3}|\.[0-9]{6})?Z"
)
"""The usual notation of instants in UTC from FIRST_YEAR on."""


class Instant(Coded, ma.fields.DateTime):
    """An instant in ISO 8601 with its offset, converted to UTC."""

    default_error_messages: Messages = {
        "invalid_instant": "This must be an instant with its offset, such as 2026-01-31T09:30:00Z.",
        "too_early": f"Instants before {FIRST_YEAR} are not accepted.",
    }

    def described(self) -> dict[str, Any]:
        meaning = self.metadata.get("description", "")
        return {"pattern": YEARS, "description": f"{meaning} {OTHERS}, if it has an offset.".lstrip()}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        instant = iso_instant(value) if isinstance(value, str) else None
        if instant is None:
            raise self.make_error("invalid_instant")
        if instant.year < FIRST_YEAR:
            raise self.make_error("too_early")
        return instant

    def usual_reader(self) -> Reader:
        def read(value: Any) -> datetime:
            if type(value) is not str or _USUAL.fullmatch(value) is None:
                raise Unusual
            try:
                return datetime.fromisoformat(value)
            except ValueError as error:  # the midnight of 24:00, a leap second, or no day of the calendar
                raise Unusual from error

        return read

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class When(String):
    """An instant with its offset, converted to UTC; or a local time without an offset, unchanged."""

    default_error_messages: Messages = {
        "invalid_instant": "This must be an instant, such as 2026-01-31T09:30:00Z, or a local time without offset.",
        "too_early": Instant.default_error_messages["too_early"],
    }

    def described(self) -> dict[str, Any]:
        instant = {"format": "date-time", "pattern": YEARS}
        return {"anyOf": [instant, {"pattern": LOCAL}], "description": f"{OTHERS}."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        moment = (iso_instant(value) or iso_moment(value)) if isinstance(value, str) else None
        if moment is None or moment.tzinfo not in (None, UTC):
            raise self.make_error("invalid_instant")
        if moment.year < FIRST_YEAR:
            raise self.make_error("too_early")
        return moment


class Day(Coded, ma.fields.Date):
    """A calendar date in ISO 8601; it stays a string."""

    default_error_messages: Messages = {"invalid_date": "This must be a date, such as 1980-02-29."}

    def described(self) -> dict[str, Any]:
        return {"pattern": YEARS}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise self.make_error("invalid_date")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid_date") from error
        if day.year < FIRST_YEAR:
            raise self.make_error("invalid_date")
        return value

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)
