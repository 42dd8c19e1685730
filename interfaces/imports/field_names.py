"""The paths of the fields that a cell can fill, and those that are near a path that is no field."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import marshmallow as ma

from interfaces.http.schemas.fields import TextOr, Tree


def fields_near(schema: ma.Schema, path: str) -> Sequence[str]:
    """Returns the fields of the same part of the schema, or else the nearest field, or else all fields."""
    paths = list(paths_of(schema))
    beside = [other for other in paths if other.partition(".")[0] == path.partition(".")[0]]
    return beside or get_close_matches(path, paths, n=1) or paths


def paths_of(schema: ma.Schema) -> Iterator[str]:
    """Yields the path of each field that a cell can fill; items of lists have the number 0."""
    for name, field in schema.fields.items():
        yield from _paths(field, name)


def _paths(field: Any, path: str) -> Iterator[str]:
    match field:
        case ma.fields.List():
            yield from _paths(field.inner, f"{path}.0")
        case ma.fields.Nested():
            yield from (f"{path}.{part}" for part in paths_of(field.schema))
        case TextOr():
            yield path
            yield from (f"{path}.{part}" for part in paths_of(field.schema))
        case Tree():
            yield f"{path}.NAME"
        case _:
            yield path
