"""From how a file spells instants, dates, numbers and flags to how a body over HTTP does; all else stays."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, tzinfo
from typing import Any

import marshmallow as ma

from domain.catalogue.attribute_types import AttributeType
from domain.catalogue.catalogue import Attribute, Scope
from domain.errors import InvalidInput
from domain.instants import iso_date, iso_moment
from domain.plain_text import stored_form, stored_tree
from interfaces.http.schemas.fields import Day, Flag, Instant, Money, Quantity, Share, Tree, Whole
from interfaces.imports.columns import Written

SCOPES = {"attributes": Scope.CUSTOMER, "properties": Scope.TOUCHPOINT}
"""Whose attributes the free objects of bodies hold, by their fields."""
_FLAGS = {
    **dict.fromkeys(("true", "yes", "sí", "si", "1"), True),
    **dict.fromkeys(("false", "no", "0"), False),
}
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_GROUPED = {
    ".": re.compile(r"(?P<whole>-?([0-9]{1,3}([, \u00a0\u202f'][0-9]{3})+|[0-9]+))(\.(?P<part>[0-9]+))?"),
    ",": re.compile(r"(?P<whole>-?([0-9]{1,3}([. \u00a0\u202f'][0-9]{3})+|[0-9]+))(,(?P<part>[0-9]+))?"),
}
"""Numbers by their decimal sign, perhaps with their thousands apart."""
_COMMA_IN_NUMBER = re.compile(r"-?[0-9][0-9.']*,[0-9,.']*")
_ZERO_DATE = re.compile(r"0+([-/.]0+){2}([T ][0:.]+)?|0{6,}")


@dataclass(frozen=True, kw_only=True)
class Dates:
    """Patterns of dates, as of strptime, tried in their order; a column with its own has no others."""

    patterns: tuple[str, ...] = ()
    of_column: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def patterns_of(self, column: str) -> tuple[str, ...]:
        return self.of_column.get(column, self.patterns)


class Spelling:
    """`zone`: where dates and times without an offset are read. `decimal`: the decimal sign, where it is known.

    A local time that comes twice means the first. `completed` counts what got the zone.
    """

    def __init__(self, zone: tzinfo, *, dates: Dates | None = None, decimal: str | None = None) -> None:
        self._zone = zone
        self._dates = dates or Dates()
        self._decimal = decimal
        self._types: dict[tuple[str, str], str] = {}
        self.completed = 0

    def declare(self, attributes: Iterable[Attribute]) -> None:
        """Says of which types attributes are."""
        self._types = {(attribute.scope, attribute.name): attribute.type for attribute in attributes}

    def spell(self, schema: ma.Schema, body: dict[str, Any]) -> dict[str, Any]:
        """The body, its texts spelled as the schema's fields want them; wrong ones are left to the schema.

        InvalidInput, with its path, for a number or date that can be read with an option.
        """
        spelled: dict[str, Any] = stored_tree(self._members(schema, body, ""))
        return spelled

    def _members(self, schema: ma.Schema, body: dict[str, Any], path: str) -> dict[str, Any]:
        for name, field_ in schema.fields.items():
            if name in body:
                body[name] = self._spelled(field_, body[name], f"{path}{name}")
        return body

    def _spelled(self, field_: Any, value: Any, path: str) -> Any:
        match field_:
            case ma.fields.Nested() if isinstance(value, dict):
                return self._members(field_.schema, value, f"{path}.")
            case ma.fields.List() if isinstance(value, list):
                return [self._spelled(field_.inner, item, f"{path}.{at}") for at, item in enumerate(value)]
            case Tree() if isinstance(value, dict):
                return {name: self._attribute(path, name, item) for name, item in value.items()}
            case Instant() if isinstance(value, str):
                return self._instant(value, path)
            case Day() if isinstance(value, str):
                return self._day(value, path)
            case Flag() if isinstance(value, Written):
                return _flag(value)
            case Money() | Quantity() | Share() if isinstance(value, Written):
                return self._number(value, path)
            case Whole() if isinstance(value, Written):
                return _as_json_number(self._number(value, path))
        return value

    def _attribute(self, path: str, name: str, value: Any) -> Any:
        if not isinstance(value, Written):
            return value
        below = f"{path}.{name}"
        match self._types.get((SCOPES.get(path, ""), stored_form(name))):
            case AttributeType.NUMBER:
                return _as_json_number(self._number(value, below))
            case AttributeType.BOOLEAN:
                return _flag(value)
            case AttributeType.DATE:
                return self._day(value, below)
            case AttributeType.INSTANT:
                return self._instant(value, below)
        return value

    def _instant(self, text: str, path: str) -> str:
        moment = self._moment(text, path)
        if moment is None:
            return text
        if moment.tzinfo is None:
            self.completed += 1
            moment = moment.replace(tzinfo=self._zone)
        try:
            return moment.astimezone(UTC).isoformat()
        except OverflowError:
            return text

    def _day(self, text: str, path: str) -> str:
        moment = self._moment(text, path)
        return text if moment is None else moment.date().isoformat()

    def _moment(self, text: str, path: str) -> datetime | None:
        """What the column's patterns say, without any what ISO 8601 says without an offset; else None."""
        column, plain = getattr(text, "column", path), stored_form(text)
        if _ZERO_DATE.fullmatch(plain):
            message = f"{plain} is no date: --null {plain!r} reads it as an empty cell."
            raise InvalidInput(message, path=path, code="no_date")
        patterns = self._dates.patterns_of(column)
        if not patterns:
            return _local(plain)
        return next(filter(None, (_parsed(plain, pattern) for pattern in patterns)), None)

    def _number(self, text: str, path: str) -> str:
        """As JSON writes it."""
        plain = stored_form(text)
        if self._decimal is None:
            if _COMMA_IN_NUMBER.fullmatch(plain):
                message = (
                    "A comma in a number: --decimal , reads it as the decimal sign, --decimal . skips it."
                )
                raise InvalidInput(message, path=path, code="invalid_number")
            return plain
        match = _GROUPED[self._decimal].fullmatch(plain)
        if match is None:
            message = f"Not a number with {self._decimal!r} as its decimal sign."
            raise InvalidInput(message, path=path, code="invalid_number")
        whole = re.sub("[^0-9-]", "", match["whole"])
        return f"{whole}.{match['part']}" if match["part"] else whole


def _as_json_number(text: str) -> Any:
    """The number; the text where it is none, for the schema to refuse."""
    if not _PLAIN_NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _flag(text: str) -> Any:
    return _FLAGS.get(stored_form(text).lower(), text)


def _local(text: str) -> datetime | None:
    if day := iso_date(text):
        return datetime.combine(day, time())
    moment = iso_moment(text)
    return moment if moment is not None and moment.tzinfo is None else None


def _parsed(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the pattern may have an offset; else the zone's
    except ValueError:
        return None
