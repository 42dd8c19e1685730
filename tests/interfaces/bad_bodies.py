"""Every way to spoil a good body, derived from its schema."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import marshmallow as ma

from interfaces.http.schemas import fields

Steps = tuple[str | int, ...]
Spoilt = tuple[str, Any]
"""The path that the refusal must name, and the body."""

OF_EACH_TYPE: tuple[Any, ...] = (True, 7, 7.5, "\u2603 no such thing", ["x"], {"x": "y"}, None)
JSON_TYPES: dict[type, tuple[type, ...]] = {
    fields.Prose: (str,),
    fields.Word: (),
    fields.Id: (),
    fields.Instant: (),
    fields.Day: (),
    fields.Money: (),
    fields.Currency: (),
    fields.Flag: (bool,),
    fields.Whole: (int,),
    fields.Quantity: (int, float),
    fields.Tree: (dict,),
    fields.TextOr: (str,),
    fields.Open: (bool, int, float, str, list, dict),
}
"""Of which types a field takes any value at all; of the others none of the above."""
HUGE = "x" * 300_000
SPOILING_TEXTS = {
    "NUL": "a\x00b",
    "surrogate": "a\ud800b",
    "empty": "",
    "blank": " \u00a0\ufeff\t",
    "huge": HUGE,
}


def spoilt(schema: ma.Schema, body: dict[str, Any]) -> Iterator[Spoilt]:
    """Bodies with one thing wrong, wherever in the body that may be."""
    yield from _spoilt_at(schema, body, ())


def names_of(schema: ma.Schema) -> set[str]:
    """The fields of a schema by their names in JSON, those of nested ones included."""
    names = set()
    for name, field in schema.fields.items():
        names.add(field.data_key or name)
        nested = nested_schema(field)
        names |= names_of(nested) if nested else set()
    return names


def nested_schema(field: ma.fields.Field[Any]) -> ma.Schema | None:
    inner = getattr(field, "inner", field)
    if isinstance(inner, fields.TextOr):
        return inner.schema
    return inner.schema if isinstance(inner, fields.Part) else None


def _spoilt_at(schema: ma.Schema, whole: Any, at: Steps) -> Iterator[Spoilt]:
    here = _value(whole, at)
    yield _path((*at, "no_such_field")), _with(whole, (*at, "no_such_field"), 1)
    for name, field in schema.fields.items():
        key = field.data_key or name
        if key not in here:
            continue
        place = (*at, key)
        if field.required:
            yield _path(place), _without(whole, place)
        for value in _bad_values(field):
            yield _path(place), _with(whole, place, value)
        yield from _spoilt_below(field, whole, place)


def _spoilt_below(field: ma.fields.Field[Any], whole: Any, place: Steps) -> Iterator[Spoilt]:
    nested, value = nested_schema(field), _value(whole, place)
    if isinstance(value, list):
        for index, one in enumerate(value):
            if nested is not None and isinstance(one, dict):
                yield from _spoilt_at(nested, whole, (*place, index))
            yield _path((*place, index)), _with(whole, (*place, index), True)
    elif nested is not None and isinstance(value, dict):
        yield from _spoilt_at(nested, whole, place)
    elif isinstance(field, fields.Tree):
        yield _path(place), _with(whole, place, {"a": [{"b\x00": 1}]})
        yield _path(place), _with(whole, place, {"a": {"b": "\udfff"}})
        yield _path(place), _with(whole, place, {"a": 10**30})
        yield _path(place), _with(whole, place, _deep(40))


def _bad_values(field: ma.fields.Field[Any]) -> Iterator[Any]:
    taken = next((types for kind, types in JSON_TYPES.items() if isinstance(field, kind)), ())
    for value in OF_EACH_TYPE:
        if value is None and field.allow_none:
            continue
        if type(value) in taken or (isinstance(value, list) and _takes_any_text(field)):
            continue
        yield value
    if isinstance(field, ma.fields.String | fields.TextOr):
        yield from SPOILING_TEXTS.values()
    if isinstance(field, fields.Many):
        yield [{}] * 1_001
    if isinstance(field, fields.Quantity | fields.Money):
        yield from ("1e3", "NaN", "Infinity", "100000000000.00", "0.0000001", "1,5", "1 0", "١")
    if isinstance(field, fields.Instant):
        yield from ("2026-01-01", "2026-01-01T10:00:00", "2026-02-30T10:00:00Z", "0001-01-01T00:00:00Z")
        yield from ("9999-12-31T23:59:59-14:00", "2026-01-01T25:00:00Z", "20260101T100000")


def _takes_any_text(field: ma.fields.Field[Any]) -> bool:
    return isinstance(field, fields.Many) and isinstance(field.inner, fields.Prose | fields.Open)


def _value(whole: Any, at: Steps) -> Any:
    for step in at:
        whole = whole[step]
    return whole


def _with(whole: Any, at: Steps, value: Any) -> Any:
    changed = deepcopy(whole)
    _value(changed, at[:-1])[at[-1]] = value
    return changed


def _without(whole: Any, at: Steps) -> Any:
    changed = deepcopy(whole)
    del _value(changed, at[:-1])[at[-1]]
    return changed


def _path(at: Steps) -> str:
    return ".".join(map(str, at))


def _deep(levels: int) -> Any:
    nested: Any = 1
    for _ in range(levels):
        nested = {"n": nested}
    return nested
