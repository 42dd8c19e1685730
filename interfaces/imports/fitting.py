"""Finds why no row of a CSV file can fit a plan, before the first row is read.

The plan's shape is the body of a row whose cells are all filled. The schema says which of its fields are unknown,
and which fields are missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import marshmallow as ma

from interfaces.http.schemas.fields import TextOr, Tree
from interfaces.imports.field_names import fields_near
from interfaces.imports.plans import Plan
from interfaces.imports.trees import overlap, path_of_cell

Body = Mapping[str, Any]


def misfits(plan: Plan, names: Sequence[str]) -> Iterator[str]:
    """Yields a sentence about each mapping of a column to no field, one about the other columns that are no
    fields, and one about the needed fields without a column.
    """
    schema, shape = plan.kind.schema(), plan.shape(names)
    unknown = [path_of_cell(shape, place) for place in _unknown(schema, shape, "")]
    wrong = [
        (column, path)
        for column, path in plan.columns.filled_by(plan.all_columns(names))
        if any(overlap(path, other) for other in unknown)
    ]
    for column, path in sorted(wrong):
        if column in plan.columns.paths:
            yield _mapped_to_no_field(plan, schema, column, path)
    if others := [column for column, _ in wrong if column not in plan.columns.paths]:
        yield (
            f"Columns that are no field of {plan.kind.name}: {', '.join(others)}. --map COLUMN=FIELD names the"
            " field of a column, --mapped-only leaves out all columns that are not mapped."
        )
    if missing := [path_of_cell(shape, path) for path in _missing(schema, shape, "")]:
        yield f"No column gives {', '.join(missing)}: --map COLUMN=FIELD or --set FIELD=VALUE does."


def _mapped_to_no_field(plan: Plan, schema: ma.Schema, column: str, path: str) -> str:
    return (
        f"--map {column}={path} names no field of {plan.kind.name} that a cell can fill. Possible fields:"
        f" {', '.join(fields_near(schema, path))}."
    )


def _unknown(schema: ma.Schema, part: Body, path: str) -> Iterator[str]:
    """Yields the path of each value that no field takes, whatever its text is."""
    for name, value in part.items():
        below = f"{path}{name}"
        field = schema.fields.get(name)
        if field is None or not _takes(field, value):
            yield below
        for nested, item, place in _parts(field, value, below):
            yield from _unknown(nested, item, place)


def _missing(schema: ma.Schema, part: Body, path: str) -> Iterator[str]:
    """Yields the path of each needed field that the part lacks; alternatives are joined by `or`."""
    for name, field in schema.fields.items():
        if field.required and name not in part:
            yield f"{path}{name}"
        for nested, item, place in _parts(field, part.get(name), f"{path}{name}"):
            yield from _missing(nested, item, place)
    for base in type(schema).__mro__:
        for names in _ruled(vars(base).get("rules", {}), part):
            yield f"{path}{' or '.join(names)}"


def _ruled(rules: Body, part: Body) -> Iterator[Sequence[str]]:
    """Yields the fields that a rule of the schema needs and the part lacks."""
    for choice in filter(None, (rules.get("oneOf"), rules.get("anyOf"))):
        if not any(part.keys() >= {*option["required"]} for option in choice):
            yield [name for option in choice for name in option["required"]]
    condition = rules.get("if", {}).get("properties", {})
    if condition and all(part.get(name) == value.get("const") for name, value in condition.items()):
        yield from ([name] for name in rules["then"].get("required", ()) if name not in part)


def _takes(field: ma.fields.Field[Any], value: Any) -> bool:
    match field:
        case ma.fields.Nested() | Tree():
            return isinstance(value, dict)
        case ma.fields.List():
            return isinstance(value, list)
        case TextOr():
            return not isinstance(value, list)
    return not isinstance(value, dict | list)


def _parts(field: Any, value: Any, path: str) -> Iterator[tuple[ma.Schema, Body, str]]:
    """Yields the objects of a value that have a schema of their own, each with the prefix of its paths."""
    match field, value:
        case (ma.fields.Nested() | TextOr(), dict()):
            yield field.schema, value, f"{path}."
        case (ma.fields.List(), list()):
            for at, item in enumerate(value):
                yield from _parts(field.inner, item, f"{path}.{at}")
