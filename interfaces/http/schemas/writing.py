"""Writes answers by their schemas.

A writer makes what the schema's `dump` makes, for `codec.encode`, in a fraction of the time: it decides once how each
field is written, and leaves ids and instants to the encoder.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import marshmallow as ma

from interfaces.http.schemas.fields.numbers import Whole
from interfaces.http.schemas.fields.structures import Many, Open, Part, Tree
from interfaces.http.schemas.fields.texts import Flag, Id, String
from interfaces.http.schemas.fields.times import Instant

Writer = Callable[[Any], dict[str, Any]]
WriteValue = Callable[[Any, Any], Any]
"""Returns how a value that is not None is written. The second argument is the object that holds it."""

_MISSING = object()
_AS_IT_IS: tuple[type[ma.fields.Field[Any]], ...] = (Id, Flag, Open, Tree)


def writer_of(schema: ma.Schema) -> Writer:
    """Returns the function that writes an object, or a mapping, by this schema. It leaves out what the object lacks."""
    fields = [
        (field.data_key or name, field.attribute or name, _write_value(field, name))
        for name, field in schema.dump_fields.items()
    ]

    def write(holder: Any) -> dict[str, Any]:
        of_mapping = type(holder) is dict or isinstance(holder, Mapping)
        get = holder.get if of_mapping else partial(getattr, holder)
        written = {}
        for key, attribute, write_value in fields:
            value = get(attribute, _MISSING)
            if value is _MISSING:
                continue
            written[key] = value if value is None or write_value is None else write_value(value, holder)
        return written

    return write


def _write_value(field: ma.fields.Field[Any], name: str) -> WriteValue | None:
    """Returns how a field writes its values, None if as they are."""
    if type(field) in _AS_IT_IS:
        return None
    if isinstance(field, Part):
        return _part(field)
    if isinstance(field, Many):
        return _many(_write_value(field.inner, name))
    if type(field)._serialize is String._serialize and isinstance(field, String):
        return _text
    if isinstance(field, Whole):
        return _whole
    if isinstance(field, Instant):
        return _instant
    return lambda value, holder: field._serialize(value, name, holder)


def _part(field: Part) -> WriteValue:
    write = writer_of(field.schema)
    if field.many or field.schema.many:
        return lambda values, _: [write(value) for value in values]
    return lambda value, _: write(value)


def _many(write_item: WriteValue | None) -> WriteValue:
    if write_item is None:
        return lambda values, _: list(values)
    return lambda values, holder: [item if item is None else write_item(item, holder) for item in values]


def _text(value: Any, _: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _whole(value: Any, _: Any) -> int:
    return value if type(value) is int else int(value)


def _instant(value: datetime, _: Any) -> datetime:
    return value if value.tzinfo is UTC else value.astimezone(UTC)
