"""The JSON Schema of criteria, built from the domain's fields and operators."""

from typing import Any

from domain.catalogue.attribute_types import LIMIT_OF_NUMBERS, AttributeType
from domain.catalogue.catalogue import ATTRIBUTE_NAME
from domain.criteria.fields import ATTRIBUTE_PREFIX, COMPARISONS, DOINGS, FIELDS, OPERATORS, PLACES_IN_360
from domain.criteria.parsing import LONGEST_DAYS, MOST_TIMES
from domain.criteria.values import LONGEST_LIST, LONGEST_TEXT
from domain.criteria.vocabularies import CHANNELS
from domain.money import CURRENCIES
from interfaces.http.schemas.fields.numbers import MONEY

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
_SPENT_OR_DONE_DAYS: Described = {"type": "integer", "minimum": 1, "maximum": LONGEST_DAYS}


def criteria_schema(description: str) -> Described:
    """Returns the schema of one criterion, which may contain others."""
    several = {"type": "array", "items": REFERENCE}
    nested = [_object({"all": several}), _object({"any": several}), _object({"not": REFERENCE})]
    histories = [_object({"did": _did()}), _object({"did_not": _did()}), _object({"spent": _spent()})]
    segment = _object({"segment": {"type": "string", "format": "uuid"}})
    leaves = [leaf for type_ in AttributeType for leaf in _comparisons(type_)]
    return {"description": description, "anyOf": [*nested, *histories, segment, *leaves]}


def _comparisons(type_: AttributeType) -> list[Described]:
    field, value = _fields(type_), _VALUES[type_]
    several = {"type": "array", "items": value, "maxItems": LONGEST_LIST}
    alike = [operator for operator in OPERATORS[type_] if operator not in ("in", "exists")]
    compared = _object({"field": field, "op": {"enum": alike}, "value": value})
    listed = _object({"field": field, "op": {"const": "in"}, "value": several})
    known = _object({"field": field, "op": {"const": "exists"}}, {"value": {"type": "boolean"}})
    return [compared, *([listed] if "in" in OPERATORS[type_] else []), known]


def _fields(type_: AttributeType) -> Described:
    """Returns the schema of field names of this type, and of all attributes, whose types are not known here."""
    names = [name for name, named in FIELDS.items() if named is type_]
    places = [place for place, name in PLACES_IN_360.items() if name in names]
    attribute = {"pattern": f"^{ATTRIBUTE_PREFIX.replace('.', '[.]')}{ATTRIBUTE_NAME.pattern}$"}
    return {"type": "string", "anyOf": [*([{"enum": names + places}] if names else []), attribute]}


def _did() -> Described:
    times = {"type": "integer", "minimum": 1, "maximum": MOST_TIMES}
    optional = {"channel": {"enum": list(CHANNELS)}, "at_least": times, "within_days": _SPENT_OR_DONE_DAYS}
    return _object({"kind": {"enum": sorted(DOINGS)}}, optional)


def _spent() -> Described:
    needed: Described = {
        "op": {"enum": list(COMPARISONS)},
        "value": {"type": "string", "pattern": f"^{MONEY}$"},
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
