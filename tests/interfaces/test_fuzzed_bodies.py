"""Whatever a body says that its schema lets through: an answer or a refusal, never a fault of ours."""

from typing import Any

import marshmallow as ma
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interfaces.http.blueprint import TAKES
from interfaces.http.contexts.segments.schemas import CriteriaField
from interfaces.http.schemas import fields
from tests.amounts import amount
from tests.interfaces.bad_bodies import nested_schema
from tests.interfaces.conftest import Api
from tests.interfaces.tour import BODIES, Stop, tour

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20),
    st.sampled_from(
        ["ann@example.com", "+49 30 901820", "marketing", "{{ name }}", "{% if %}", "DE", "es-MX"]
    ),
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(2**63) + 1, 2**63 - 1), TEXTS)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TREES = st.dictionaries(
    TEXTS,
    st.recursive(LEAVES | NUMBERS, lambda one: st.lists(one) | st.dictionaries(TEXTS, one), max_leaves=6),
    max_size=4,
)
NAMES = st.sampled_from(
    ["kind", "country", "registered_at", "order_count", "year_of_birth", "attributes.x", "orders.count"]
)
OPERATORS = st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "exists", "; drop"])
CRITERIA_LEAVES = st.one_of(
    st.fixed_dictionaries(
        {"field": NAMES | TEXTS, "op": OPERATORS, "value": LEAVES | NUMBERS | st.lists(LEAVES)}
    ),
    st.fixed_dictionaries(
        {
            "did": TREES
            | st.fixed_dictionaries({"kind": st.sampled_from(["visit", "order"]), "within_days": LEAVES})
        }
    ),
    st.fixed_dictionaries({"spent": st.fixed_dictionaries({"op": OPERATORS, "value": TEXTS | LEAVES})}),
    st.fixed_dictionaries({"segment": TEXTS | st.uuids().map(str)}),
    TREES,
)
CRITERIA = st.recursive(
    CRITERIA_LEAVES,
    lambda one: st.one_of(
        st.fixed_dictionaries({"all": st.lists(one)}),
        st.fixed_dictionaries({"any": st.lists(one)}),
        st.fixed_dictionaries({"not": one}),
    ),
    max_leaves=8,
)
INSTANTS = st.datetimes().map(lambda instant: f"{instant:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + "Z")


def body_of(schema: ma.Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies of a schema: required fields always, others sometimes."""
    needed = {f.data_key or n: value_of(f) for n, f in schema.fields.items() if f.required}
    others = {f.data_key or n: value_of(f) for n, f in schema.fields.items() if not f.required}
    return st.fixed_dictionaries(needed, optional=others)


def value_of(field: ma.fields.Field[Any]) -> st.SearchStrategy[Any]:
    nested = nested_schema(field)
    if isinstance(field, fields.Many):
        return st.lists(body_of(nested) if nested else value_of(field.inner), min_size=1, max_size=3)
    if isinstance(field, fields.TextOr):
        return TEXTS | body_of(nested) if nested else TEXTS
    if nested is not None:
        return body_of(nested)
    return (
        next(made for kind, made in STRATEGIES.items() if isinstance(field, kind))
        if not isinstance(field, fields.Word)
        else st.sampled_from(list(field.validators[0].choices))
    )  # type: ignore[attr-defined]


STRATEGIES: dict[type, st.SearchStrategy[Any]] = {
    CriteriaField: CRITERIA,
    fields.Money: st.sampled_from(["0.00", "12.5", "99999999999.99", "-1.00", "0.0001", "5"]),
    fields.Currency: st.sampled_from(["EUR", "JPY", "KWD", "XXX"]),
    fields.Prose: TEXTS,
    fields.Position: st.integers(0, 10**19 - 1).map(str),
    fields.Id: st.uuids().map(str),
    fields.Instant: INSTANTS,
    fields.When: INSTANTS | st.sampled_from(["2029-03-25T02:30:00", "2029-10-28T02:30"]),
    fields.Day: st.dates().map(str),
    fields.Flag: st.booleans(),
    fields.Whole: st.integers(0, 4_000),
    fields.Share: st.sampled_from([0, 0.1, "0.25", 0.5, 1]),
    fields.Quantity: st.sampled_from([1, 2.5, "0.000001", 0, 999999999]),
    fields.Tree: TREES,
    fields.Open: LEAVES | TREES,
}


@pytest.fixture
def toured(api: Api) -> dict[str, Stop]:
    """Every command with the ids of things that are there."""
    found = {}
    for stop in tour(api):
        stop.ask(api)
        found[stop.endpoint] = stop
    api.fold()
    return found


def test_no_body_that_fits_its_schema_is_a_fault(api: Api, toured: dict[str, Stop]) -> None:
    for endpoint in BODIES:
        schema = api.app.view_functions[endpoint].__dict__[TAKES]()
        ask_often(api, toured[endpoint], body_of(schema))
    api.fold()


def ask_often(api: Api, stop: Stop, bodies: st.SearchStrategy[dict[str, Any]]) -> None:
    @settings(
        max_examples=amount(15, quick=5),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(body=bodies)
    def ask(body: dict[str, Any]) -> None:
        response = stop.ask(api, body)
        assert response.status_code < 500, (stop.endpoint, body, response.data)

    ask()
