"""Random bodies of a schema, most of them right, with usual and unusual values."""

from functools import cache
from typing import Any

import marshmallow as ma
from hypothesis import strategies as st

from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Text, Tree, Word

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
TEXTS = [
    "a",
    "Ana Ruiz",
    "x" * 200,
    "x" * 201,
    " a",
    "a ",
    "",
    "a\tb",
    "é",
    "e\u0301",
    "a\x7f",
    "\u200ba",
    "DE",
]
INSTANTS = [
    "2026-01-31T09:30:00Z",
    "2026-01-31T09:30:00.25Z",
    "2026-01-31T09:30:00.250Z",
    "2026-01-31T09:30:00.123456Z",
    "2026-01-31T09:30:00+02:00",
    "2026-01-31T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "2026-02-30T09:30:00Z",
    "1799-12-31T23:59:59Z",
    "1800-01-01T00:00:00Z",
    "2026-W05-6T09:30:00Z",
    "2026-01-31T09:30:00z",
    "2026-01-31T09:30:00",
    " 2026-01-31T09:30:00Z",
    "9999-12-31T23:59:59Z",
    "\u0662026-01-31T09:30:00Z",
]
TREES = [{}, {"a": 1}, {"a ": {"b": [" c", 1.5, None]}}, {"": 1}, {"a": 1, "a ": 2}, {"é": "e\u0301"}]
OTHERS = [None, True, False, 0, 1, 1.5, [], ["a"], {}, ID, ID.upper(), f" {ID}", ID.replace("-", "")]
ANY = st.sampled_from([*TEXTS, *INSTANTS, *TREES, *OTHERS])


def values_of(field: ma.fields.Field[Any]) -> st.SearchStrategy[Any]:
    """Values that the field may accept, and some of any other kind."""
    return st.integers(0, 9).flatmap(lambda number: ANY if number == 0 else _fitting(field))


def _fitting(field: ma.fields.Field[Any]) -> st.SearchStrategy[Any]:
    match field:
        case Word():
            return st.sampled_from(sorted(field._words))
        case Id():
            return st.just(ID)
        case Instant():
            return st.sampled_from(INSTANTS[:4]) | st.sampled_from(INSTANTS)
        case Flag():
            return st.booleans()
        case Tree():
            return st.sampled_from(TREES[:3]) | st.sampled_from(TREES)
        case Part():
            return bodies_of(field.schema)
        case Many():
            return st.lists(values_of(field.inner), max_size=3)
        case Text():
            return st.one_of(st.sampled_from(TEXTS[:3]), st.sampled_from(TEXTS))
    return st.sampled_from(["12.50", "EUR", "1980-02-29", 1, 0.5, True]) | ANY


@cache
def bodies_of(schema: ma.Schema) -> st.SearchStrategy[Any]:
    names = {field.data_key or name: field for name, field in schema.load_fields.items()}
    required = {name: values_of(field) for name, field in names.items() if field.required}
    optional = {name: values_of(field) for name, field in names.items() if not field.required}
    usual = st.fixed_dictionaries(required, optional=optional)
    return st.one_of(usual, usual, usual.map(lambda body: {**body, "surplus": 1}), ANY)
