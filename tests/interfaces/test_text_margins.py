"""Every text that is taken in, by whichever schema, has no margins and is in one Unicode form."""

from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

import marshmallow as ma
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interfaces.http.app
import interfaces.imports.kinds  # noqa: F401 - each declares schemas
from domain.plain_text import stored_tree
from interfaces.http.contexts.customers.schemas import Country, PostalAddressIn, RegisterCustomerIn
from interfaces.http.contexts.touchpoints.schemas import RecordTouchpointIn, RecordTouchpointsIn
from interfaces.http.schemas import fields
from interfaces.http.schemas.base import BodyIn
from tests.amounts import amount
from tests.interfaces.conftest import Api

TEXTS = st.text(st.sampled_from(" \u00a0\ufeff\u200b\nae\u0301\u0327éñ1"), max_size=8)
TREES = st.dictionaries(
    TEXTS,
    st.recursive(TEXTS, lambda one: st.lists(one) | st.dictionaries(TEXTS, one), max_leaves=4),
    max_size=3,
)


def all_schemas(root: type[ma.Schema] = BodyIn) -> Iterator[type[ma.Schema]]:
    for schema in root.__subclasses__():
        yield schema
        yield from all_schemas(schema)


def all_fields() -> Iterator[ma.fields.Field[Any]]:
    for schema in all_schemas():
        for field in schema().fields.values():
            yield getattr(field, "inner", field)


# a field with the same class and limits takes the same
FIELDS = list({(type(field), repr(field.validators)): field for field in all_fields()}.values())


def test_there_are_fields_to_try() -> None:
    assert {fields.Text, fields.Prose, fields.Tree, fields.TextOr, fields.Word} <= {
        type(field) for field in FIELDS
    }


@settings(derandomize=True, max_examples=amount(200, quick=20))
@given(value=TEXTS | TREES)
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: type(field).__name__)
def test_no_field_of_any_schema_lets_a_margin_or_another_unicode_form_through(
    field: ma.fields.Field[Any], value: Any
) -> None:
    if isinstance(field, fields.Open):
        return
    try:
        taken = field.deserialize(value)
    except ma.ValidationError:
        return
    assert stored_tree(taken) == taken


GOOD: dict[type[ma.fields.Field[Any]], str] = {
    fields.Text: "\u00e9",
    fields.Prose: "\u00e9",
    fields.TextOr: "\u00e9",
    fields.Id: "0190c8a0-0000-7000-8000-00000000000a",
    fields.Instant: "2026-01-31T09:30:00Z",
    fields.QueriedAddress: "\u00e9",
    fields.QueriedFlag: "true",
    fields.QueriedInstant: "2026-01-31T09:30:00Z",
    fields.When: "2026-01-31T09:30",
    fields.Day: "1980-02-29",
    fields.Money: "12.50",
    fields.Currency: "EUR",
    Country: "ES",
    fields.Share: "0.1",
    fields.Quantity: "2.5",
    fields.Digits: "1",
    fields.Position: "7",
}
"""A text that each class of fields takes; a Word takes the first of its words, QueriedWords the first two."""
NO_TEXTS = (fields.Flag, fields.Many, fields.Open, fields.Part, fields.Tree)


@pytest.mark.parametrize("margin", [" ", "\u00a0\ufeff", "\n"], ids=ascii)
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: type(field).__name__)
def test_every_text_of_every_schema_is_read_without_its_margins_and_in_nfc(
    field: ma.fields.Field[Any], margin: str
) -> None:
    good = GOOD.get(type(field))
    if isinstance(field, fields.Word):
        good = field.validators[0].choices[0]
    elif isinstance(field, fields.QueriedWords):
        good = field.described()["example"]
    if good is None:
        assert isinstance(field, NO_TEXTS) or type(field) is fields.Whole, "GOOD has no text for this field"
        return
    assert field.deserialize(margin + normalize("NFD", good) + margin) == field.deserialize(good)


def test_codes_dates_ids_and_amounts_over_http_are_read_without_margins(api: Api) -> None:
    body = {"kind": " person", "language": " es", "country": "ES ", "birth_date": "\u00a01980-02-29"}
    customer_id = api.stored("/api/customers", body)["customer_id"]
    customer = api.get(f"/api/customers/{customer_id}")
    assert [customer[name] for name in body] == ["person", "es", "ES", "1980-02-29"]
    line = {"sku": "LAMP", "quantity": " 2", "amount": "12.50 "}
    order = {"customer_id": f" {customer_id}", "occurred_at": "2026-01-31T09:30:00Z ", "currency": " EUR"}
    api.stored("/api/orders", {**order, "lines": [line]})
    assert api.get(f"/api/customers/{customer_id}/timeline?limit=%201&kind=order%20")["items"]


def test_a_row_of_a_batch_is_loaded_by_the_schema_of_a_single_one() -> None:
    opened = [
        (schema, name)
        for schema in all_schemas()
        for name, field in schema().fields.items()
        if isinstance(getattr(field, "inner", field), fields.Open)
    ]
    assert opened == [(RecordTouchpointsIn, "touchpoints")]


@pytest.mark.parametrize("blank", ["", " ", "\u00a0\t", "\ufeff"])
def test_a_text_that_is_only_margins_is_empty(blank: str) -> None:
    assert RegisterCustomerIn().validate({"kind": "person", "name": blank})["name"][0].code == "empty"
    assert PostalAddressIn().validate({"lines": [blank]})["lines"][0][0].code == "empty"


def test_names_that_only_margins_tell_apart_are_refused_at_their_path() -> None:
    errors = RecordTouchpointIn().validate({"properties": {"a": {"b": 1, "b ": 2}}})
    (said,) = errors["properties"]["a.b "]
    assert said.code == "given_twice"


def test_a_long_run_of_marks_is_refused_at_once() -> None:
    errors = RecordTouchpointIn().validate({"properties": {"a": "a" + "\u0301\u0323" * 200_000}})
    assert errors["properties"]["a"][0].code == "too_many_marks"


def test_an_address_with_invisible_characters_is_stored_and_found_without_them(api: Api) -> None:
    points = [
        {"channel": "email", "value": "a\u200bnn@exam\u00adple.com"},
        {"channel": "sms", "value": "+34 911\u2060234567"},
    ]
    ann = api.customer(name="ann", contact_points=points)
    shown = api.get(f"/api/customers/{ann}")["contact_points"]
    assert sorted(point["value"] for point in shown) == ["+34 911234567", "ann@example.com"]
    found = api.get("/api/customers?email=ann@example.com")["items"]
    assert [customer["customer_id"] for customer in found] == [str(ann)]


def test_texts_over_http_are_stored_without_margins(api: Api) -> None:
    body = {
        "kind": "person",
        "name": " Jose\u0301 \n",
        "external_ids": [{"source": " shop ", "number": "\u00a07"}],
        "attributes": {" tier ": " gold "},
        "contact_points": [{"channel": "post", "value": {"lines": [" 1 High Street "], "country": "GB"}}],
    }
    made = api.ask("POST", "/api/customers", body)
    assert made.status_code == 201, made.data
    found = api.get("/api/customers?external_id=%20shop:7%20")["items"]
    assert [one["customer_id"] for one in found] == [made.json["customer_id"]]
    customer = api.get(f"/api/customers/{made.json['customer_id']}")
    assert (customer["name"], customer["attributes"]) == ("José", {"tier": "gold"})
