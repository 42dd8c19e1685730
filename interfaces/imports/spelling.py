"""Respells instants, dates, numbers and flags of a file as a body over HTTP does; other values stay."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from difflib import get_close_matches
from functools import partial
from typing import Any

import marshmallow as ma

from domain.catalogue.attribute_types import AttributeScope, AttributeType
from domain.catalogue.catalogue import Attribute
from domain.errors import InvalidInput
from domain.plain_text import stored_form, stored_tree
from domain.zones import instant_of
from interfaces.http.contexts.customers.schemas import ContactPointIn, ExternalIdIn
from interfaces.http.schemas.common import IdentifierIn
from interfaces.http.schemas.fields import Day, Flag, Instant, Money, Quantity, Share, Tree, Whole
from interfaces.imports.dates import Dates
from interfaces.imports.long_numbers import PHONE, identifier, phone
from interfaces.imports.numbers import json_number, number
from interfaces.imports.written import Written, flag, unmarked

SCOPES = {"attributes": AttributeScope.CUSTOMER, "properties": AttributeScope.TOUCHPOINT}
"""The fields that hold attributes, with the scope in which these attributes are declared."""


class Spelling:
    """Respells texts. `zone` applies to instants without an offset; `decimal` is the decimal sign, if known.

    A local time that a clock change skips means the next instant, and one that occurs twice means the first of
    both. `completed` counts the instants that got
    the zone.
    """

    def __init__(self, zone: str, *, dates: Dates | None = None, decimal: str | None = None) -> None:
        self._zone = zone
        self._dates = dates or Dates()
        self._decimal = decimal
        self._types: dict[tuple[str, str], str] = {}
        self.completed = 0

    def declare(self, attributes: Iterable[Attribute]) -> None:
        """Sets the types of the declared attributes."""
        self._types = {(attribute.scope, attribute.name): attribute.type for attribute in attributes}

    @property
    def reads_instants_as_http(self) -> bool:
        """Whether no pattern of dates reads a text in another way than HTTP does."""
        return self._dates == Dates()

    def is_moment(self, path: str) -> bool:
        """Says whether the path is that of an attribute that is declared as a date or an instant."""
        field, _, name = path.partition(".")
        return self._type_of(field, name) in (AttributeType.DATE, AttributeType.INSTANT)

    def is_declared(self, field: str, name: str) -> bool:
        """Says whether the attribute of this name in this field of a body is declared."""
        return self._type_of(field, name) is not None

    def declared_near(self, path: str) -> str | None:
        """Returns the declared name that is nearest to that of an attribute, if one is near."""
        field, _, name = path.partition(".")
        declared = [known for scope, known in self._types if scope == SCOPES[field]]
        return next(iter(get_close_matches(name, declared, n=1)), None)

    def spell(self, schema: ma.Schema, body: dict[str, Any]) -> dict[str, Any]:
        """Returns the body with its texts respelled for the schema's fields. The schema refuses wrong texts.

        Raises InvalidInput, with the field's path, for the first number or date that needs an option to be read.
        """
        wrong: list[InvalidInput] = []
        spelled = self.spell_all(schema, body, wrong)
        if wrong:
            raise wrong[0]
        return spelled

    def spell_all(self, schema: ma.Schema, body: dict[str, Any], wrong: list[InvalidInput]) -> dict[str, Any]:
        """Returns what `spell` returns. Adds each refused text to `wrong`; it stays in the body as it is."""
        spelled: dict[str, Any] = stored_tree(self._members(schema, body, "", wrong))
        return spelled

    def _members(
        self, schema: ma.Schema, body: dict[str, Any], path: str, wrong: list[InvalidInput]
    ) -> dict[str, Any]:
        spelled = {
            name: self._spelled(schema.fields[name], value, f"{path}{name}", wrong)
            if name in schema.fields
            else value
            for name, value in body.items()
        }
        for name in _identifiers(schema, spelled):
            read = phone if PHONE & {spelled.get("kind"), spelled.get("channel")} else identifier
            spelled[name] = _or_wrong(wrong, spelled[name], partial(read, path=f"{path}{name}"))
        return spelled

    def _spelled(self, field_: Any, value: Any, path: str, wrong: list[InvalidInput]) -> Any:
        match field_:
            case ma.fields.Nested() if isinstance(value, dict):
                return self._members(field_.schema, value, f"{path}.", wrong)
            case ma.fields.List() if isinstance(value, list):
                places = ((item, f"{path}.{at}") for at, item in enumerate(value))
                return [self._spelled(field_.inner, item, place, wrong) for item, place in places]
            case Tree() if isinstance(value, dict):
                return {
                    name: _or_wrong(wrong, item, partial(self._attribute, path, name))
                    for name, item in value.items()
                }
        return _or_wrong(wrong, value, partial(self._scalar, field_, path))

    def _scalar(self, field_: Any, path: str, value: Any) -> Any:
        match field_:
            case Instant() if isinstance(value, str):
                return self._instant(value, path)
            case Day() if isinstance(value, str):
                return self._day(value, path)
            case Flag() if isinstance(value, Written):
                return flag(value)
            case Money() | Quantity() | Share() if isinstance(value, Written):
                return number(value, self._decimal, path)
            case Whole() if isinstance(value, Written):
                return json_number(number(value, self._decimal, path))
        return value

    def _attribute(self, path: str, name: str, value: Any) -> Any:
        if not isinstance(value, Written):
            return value
        below = f"{path}.{name}"
        match self._type_of(path, name):
            case AttributeType.NUMBER:
                return json_number(number(value, self._decimal, below))
            case AttributeType.BOOLEAN:
                return flag(value)
            case AttributeType.DATE:
                return self._day(value, below)
            case AttributeType.INSTANT:
                return self._instant(value, below)
        return value

    def _type_of(self, field: str, name: str) -> str | None:
        return self._types.get((SCOPES.get(field, ""), stored_form(name)))

    def _instant(self, text: str, path: str) -> str:
        moment = self._dates.moment(text, path)
        if moment is None:
            return unmarked(text)
        if moment.tzinfo is None:
            self.completed += 1
        try:
            instant = moment.astimezone(UTC) if moment.tzinfo else instant_of(moment, self._zone)
        except (OverflowError, InvalidInput):
            return text
        return instant.isoformat()

    def _day(self, text: str, path: str) -> str:
        moment = self._dates.moment(text, path)
        return unmarked(text) if moment is None else moment.date().isoformat()


def _identifiers(schema: ma.Schema, body: dict[str, Any]) -> Iterator[str]:
    """Yields the members that identify a customer and whose type the field decides."""
    match schema:
        case IdentifierIn() | ContactPointIn() if isinstance(body.get("value"), Written):
            yield "value"
        case ExternalIdIn() if isinstance(body.get("number"), Written):
            yield "number"


def _or_wrong(wrong: list[InvalidInput], value: Any, spell: Callable[[Any], Any]) -> Any:
    try:
        return spell(value)
    except InvalidInput as refusal:
        wrong.append(refusal)
        return value
