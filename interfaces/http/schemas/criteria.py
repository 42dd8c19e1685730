"""The JSON Schema of criteria, built from the domain's fields and operators."""

from collections.abc import Iterator
from typing import Any

from domain.catalogue.attribute_types import LIMIT_OF_NUMBERS, AttributeType
from domain.catalogue.catalogue import ATTRIBUTE_NAME
from domain.criteria.fields import (
    ATTRIBUTE_PREFIX,
    COMPARISONS,
    DOINGS,
    FIELDS,
    OPERATORS,
    PLACES_IN_360,
)
from domain.criteria.histories import LONGEST_DAYS, MOST_TIMES
from domain.criteria.ranges import Range
from domain.criteria.values import LONGEST_LIST, LONGEST_TEXT
from domain.criteria.vocabularies import CHANNELS, COUNTRY, KIND
from domain.money import CURRENCIES
from interfaces.http.schemas.fields.numbers import FROM_ZERO

Described = dict[str, Any]
CRITERIA = "Criteria"
REFERENCE: Described = {"$ref": f"#/components/schemas/{CRITERIA}"}
_TEXT: Described = {"type": "string", "maxLength": LONGEST_TEXT, "pattern": r"^[^\x00]*$"}
_VALUES: dict[str, Described] = {
    AttributeType.TEXT: _TEXT,
    AttributeType.NUMBER: {
        "type": "number",
        "exclusiveMinimum": -LIMIT_OF_NUMBERS,
        "exclusiveMaximum": LIMIT_OF_NUMBERS,
    },
    AttributeType.BOOLEAN: {"type": "boolean"},
    AttributeType.DATE: {"type": "string", "format": "date"},
    AttributeType.INSTANT: {"type": "string", "format": "date-time"},
}
_LISTED = (KIND, COUNTRY)
"""The vocabularies whose words the document lists. Which time zones there are depends on the installation."""
_SPENT_OR_DONE_DAYS: Described = {"type": "integer", "minimum": 1, "maximum": LONGEST_DAYS}


def criteria_schema(description: str) -> Described:
    """Returns the schema of one criterion, which may contain others."""
    several = {"type": "array", "items": REFERENCE}
    nested = [
        _object({"all": several}),
        _object({"any": {**several, "minItems": 1}}),
        _object({"not": REFERENCE}),
    ]
    histories = [_object({"did": _did()}), _object({"did_not": _did()}), _object({"spent": _spent()})]
    segment = _object({"segment": {"type": "string", "format": "uuid"}})
    leaves = [*_ranged_comparisons(), *_listed_comparisons(), *_typed_comparisons()]
    return {"description": description, "anyOf": [*nested, *histories, segment, *leaves]}


def _ranged_comparisons() -> Iterator[Described]:
    """Yields the schemas of comparisons of the fields that have a range."""
    ranges = dict.fromkeys(field.values for field in FIELDS.values() if isinstance(field.values, Range))
    for range_ in ranges:
        value = {"type": "integer", "minimum": range_.lowest, "maximum": range_.highest}
        names = [name for name, field in FIELDS.items() if field.values == range_]
        yield from _comparisons(AttributeType.NUMBER, [_names(names)], value)


def _listed_comparisons() -> Iterator[Described]:
    """Yields those of the fields whose values are listed."""
    for vocabulary in _LISTED:
        fields = [_names([name for name, field in FIELDS.items() if field.values == vocabulary])]
        yield from _comparisons(AttributeType.TEXT, fields, {"enum": sorted(vocabulary.words())})


def _typed_comparisons() -> Iterator[Described]:
    """Yields those of other fields by type. Each takes all attributes, whose types are not known here."""
    attribute = {"pattern": f"^{ATTRIBUTE_PREFIX.replace('.', '[.]')}{ATTRIBUTE_NAME.pattern}$"}
    others = {
        name: field.type
        for name, field in FIELDS.items()
        if not isinstance(field.values, Range) and field.values not in _LISTED
    }
    for type_ in AttributeType:
        names = [name for name, named in others.items() if named is type_]
        fields = [_names(names), attribute] if names else [attribute]
        yield from _comparisons(type_, fields, _VALUES[type_])


def _comparisons(type_: AttributeType, fields: list[Described], value: Described) -> list[Described]:
    field = {"type": "string", "anyOf": fields}
    several = {"type": "array", "items": value, "minItems": 1, "maxItems": LONGEST_LIST}
    operators = OPERATORS[type_]
    alike = [operator for operator in operators if operator not in ("in", "contains", "exists")]
    compared = _object({"field": field, "op": {"enum": alike}, "value": value})
    listed = _object({"field": field, "op": {"const": "in"}, "value": several})
    partly = _object({"field": field, "op": {"const": "contains"}, "value": _TEXT})
    known = _object({"field": field, "op": {"const": "exists"}}, {"value": {"type": "boolean"}})
    optional = {"in": listed, "contains": partly}
    return [compared, *(optional[operator] for operator in optional if operator in operators), known]


def _names(names: list[str]) -> Described:
    """Returns the schema of these names of fields, and of their other names."""
    return {"enum": names + [place for place, name in PLACES_IN_360.items() if name in names]}


def _did() -> Described:
    times = {"type": "integer", "minimum": 1, "maximum": MOST_TIMES}
    optional = {"channel": {"enum": list(CHANNELS)}, "at_least": times, "within_days": _SPENT_OR_DONE_DAYS}
    return _object({"kind": {"enum": sorted(DOINGS)}}, optional)


def _spent() -> Described:
    needed: Described = {
        "op": {"enum": list(COMPARISONS)},
        "value": {"type": "string", "pattern": f"^{FROM_ZERO}$"},
    }
    return _object(needed, {"currency": {"enum": sorted(CURRENCIES)}, "within_days": _SPENT_OR_DONE_DAYS})


def _object(needed: Described, optional: Described | None = None) -> Described:
    properties = {**needed, **(optional or {})}
    return {
        "type": "object",
        "properties": properties,
        "required": list(needed),
        "additionalProperties": False,
    }
