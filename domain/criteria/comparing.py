"""Reads a comparison of a field with a value, and refuses a value that no customer can have in this field."""

import unicodedata
from collections.abc import Mapping
from functools import partial
from typing import Any

from domain.catalogue.attribute_types import AttributeType
from domain.criteria.errors import InvalidCriteria
from domain.criteria.fields import (
    ATTRIBUTE_PREFIX,
    FIELDS,
    OPERATORS,
    PLACES_IN_360,
    TEXT,
    Field,
)
from domain.criteria.ranges import Range
from domain.criteria.tree import Compare, Value
from domain.criteria.values import LONGEST_NAME_SHOWN, below, decimal, listed, only, stored_text, typed, word
from domain.criteria.vocabularies import Vocabulary, part, whole
from domain.nearest import suggestion


def compared(leaf: Mapping[str, Any], path: str, declared: Mapping[str, str]) -> Compare:
    """Returns the comparison. `declared`: the types of declared attributes, by name."""
    only(leaf, ("field", "op", "value"), ("op",), path)
    place = below(path, "field")
    name = word(leaf["field"], place)
    name = PLACES_IN_360.get(name, name)
    field, op = _field(name, place, declared), leaf["op"]
    if op not in OPERATORS[field.type]:
        known = ", ".join(OPERATORS[field.type])
        raise InvalidCriteria(
            f"{name} has only the operators {known}.", path=below(path, "op"), code="unknown_operator"
        )
    return Compare(field=name, type=field.type, op=op, value=_value(field, leaf, path))


def _field(name: str, path: str, declared: Mapping[str, str]) -> Field:
    attribute = name.removeprefix(ATTRIBUTE_PREFIX)
    if name in FIELDS:
        return FIELDS[name]
    if attribute != name and attribute in declared:
        return Field(type=AttributeType(declared[attribute]))
    raise InvalidCriteria(_unknown(name, declared), path=path, code="unknown_field")


def _unknown(name: str, declared: Mapping[str, str]) -> str:
    shown = name[:LONGEST_NAME_SHOWN]
    known = (*FIELDS, *(f"{ATTRIBUTE_PREFIX}{attribute}" for attribute in declared))
    missing = "is not declared as an attribute that is not personal" if _is_attribute(name) else "is no field"
    fields = ", ".join((*FIELDS, f"{ATTRIBUTE_PREFIX}NAME of what is declared and not personal"))
    return f"{shown} {missing}.{suggestion(name, known)} Known fields: {fields}."


def _is_attribute(name: str) -> bool:
    return name.startswith(ATTRIBUTE_PREFIX)


def _value(field: Field, leaf: Mapping[str, Any], path: str) -> Value | tuple[Value, ...]:
    place, op = below(path, "value"), leaf["op"]
    if op == "exists":
        return bool(typed(leaf.get("value", True), AttributeType.BOOLEAN, place))
    only(leaf, ("field", "op", "value"), ("value",), path)
    read = partial(_possible, field, op)
    return listed(leaf["value"], read, place) if op == "in" else read(leaf["value"], place)


def _possible(field: Field, op: str, value: object, path: str) -> Value:
    """Returns the value as customers have it. Raises InvalidCriteria if none can match the comparison."""
    if op == "contains":
        return _part(field, value, path)
    known = _whole(field, value, path)
    if field.values is not None and field.values.ends.get(op) == known:
        beyond = "below" if op == "lt" else "above"
        raise InvalidCriteria(f"No value is {beyond} {known}.", path=path, code="matches_nobody")
    return known


def _whole(field: Field, value: object, path: str) -> Value:
    match field.values:
        case Range() as numbers:
            return numbers.read(decimal(value, path), path)
        case Vocabulary() as words:
            return whole(words, stored_text(value, path), path)
    return stored_text(value, path) if field.type is TEXT else typed(value, field.type, path)


def _part(field: Field, value: object, path: str) -> str:
    text = unicodedata.normalize("NFC", word(value, path))
    return part(field.values, text, path) if isinstance(field.values, Vocabulary) else text
