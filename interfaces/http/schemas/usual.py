"""Reads usual bodies without marshmallow, which takes ten times as long.

The reader of a schema is made of its fields. It returns what marshmallow would return, or raises Unusual; marshmallow
then reads the body, so that every refusal and every message is marshmallow's own.
"""

from collections.abc import Callable, Mapping
from typing import Any

import marshmallow as ma

Reader = Callable[[Any], Any]
"""Returns what a field or a schema makes of a JSON value. Raises Unusual or ValidationError."""


_READING = ("deserialize", "_deserialize", "_read")
"""The methods by which a class of fields reads values."""


class Unusual(Exception):
    """The value is not usual: it may still be right."""


def usual(value: Any, is_usual: bool) -> Any:
    """Returns the value if it is usual."""
    if not is_usual:
        raise Unusual
    return value


def reader_of_field(field: ma.fields.Field[Any]) -> Reader:
    """Returns the reader of usual values of the field's class, or else marshmallow's.

    A class that reads values in its own way does not inherit such a reader.
    """
    for made_by in type(field).__mro__:
        if "usual_reader" in vars(made_by):
            own: Reader = vars(made_by)["usual_reader"](field)
            return own
        if not vars(made_by).keys().isdisjoint(_READING):
            break
    return field.deserialize


def reader_of_schema(schema: ma.Schema, make: Callable[..., Any]) -> Reader:
    """Returns the reader of usual bodies of a schema; `make` is called with the fields that were read."""
    names = {
        field.data_key or name: (field.attribute or name, reader_of_field(field))
        for name, field in schema.load_fields.items()
    }
    required = frozenset(
        field.data_key or name for name, field in schema.load_fields.items() if field.required
    )
    defaults = _defaults(schema.load_fields)

    def read(body: Any) -> Any:
        if type(body) is not dict or not required <= body.keys():
            raise Unusual
        values = defaults.copy()
        for name, value in body.items():
            known = names.get(name)
            if known is None:
                raise Unusual
            values[known[0]] = known[1](value)
        return values if make is dict else make(**values)

    return read


def _defaults(fields: Mapping[str, ma.fields.Field[Any]]) -> dict[str, Any]:
    return {
        field.attribute or name: field.load_default
        for name, field in fields.items()
        if field.load_default is not ma.missing
    }
