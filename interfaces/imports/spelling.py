"""From how a file spells instants, dates and flags to how a body over HTTP does; all else stays as it is."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Any

import marshmallow as ma

from interfaces.http.schemas.fields import Day, Flag, Instant

_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,6})?)?)?")
_FLAGS = {"true": True, "false": False}


class Spelling:
    """`zone`: where dates and times without an offset are read; `dates`: their pattern, as of strptime.

    `flags_are_texts`: true and false come as words, as in CSV. A local time that comes twice means the first.
    `completed` counts what got the zone.
    """

    def __init__(self, zone: tzinfo, *, dates: str | None = None, flags_are_texts: bool = False) -> None:
        self._zone = zone
        self._dates = dates
        self._flags_are_texts = flags_are_texts
        self.completed = 0

    def spell(self, schema: ma.Schema, body: dict[str, Any]) -> dict[str, Any]:
        """The body, its texts spelled as the schema's fields want them; wrong ones are left to the schema."""
        for name, field in schema.fields.items():
            if name in body:
                body[name] = self._spelled(field, body[name])
        return body

    def _spelled(self, field: Any, value: Any) -> Any:
        match field:
            case ma.fields.Nested() if isinstance(value, dict):
                return self.spell(field.schema, value)
            case ma.fields.List() if isinstance(value, list):
                return [self._spelled(field.inner, item) for item in value]
            case Instant() if isinstance(value, str):
                return self._instant(value)
            case Day() if isinstance(value, str) and self._dates is not None:
                found = _parsed(value, self._dates)
                return found.date().isoformat() if found is not None else value
            case Flag() if isinstance(value, str) and self._flags_are_texts:
                return _FLAGS.get(value.strip().lower(), value)
        return value

    def _instant(self, text: str) -> str:
        found = _parsed(text, self._dates) if self._dates is not None else _local(text)
        if found is None:
            return text
        if found.tzinfo is None:
            self.completed += 1
            found = found.replace(tzinfo=self._zone)
        try:
            return found.astimezone(UTC).isoformat()
        except OverflowError:
            return text


def _local(text: str) -> datetime | None:
    """What ISO 8601 says without an offset; None for anything else."""
    if not _LOCAL.fullmatch(text.strip()):
        return None
    try:
        return datetime.fromisoformat(text.strip().upper())
    except ValueError:
        return None


def _parsed(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), pattern)  # noqa: DTZ007 - the pattern may have an offset; else the zone's
    except ValueError:
        return None
