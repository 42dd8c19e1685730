"""A row that is read at once is read as one that is spelled first."""

import io
import json
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given, settings

from domain.plain_text import stored_tree
from interfaces.imports.kinds import KINDS
from interfaces.imports.naming import RowNames
from interfaces.imports.options import Options, plan_of, spelling_of
from interfaces.imports.rows import Row, RowFile
from interfaces.imports.usual_rows import UsualRows
from tests.interfaces.random_bodies import bodies_of

TOUCHPOINT = {
    "message_id": "m-1",
    "identifier": {"kind": "email", "value": "ana@example.org"},
    "channel": "web",
    "direction": "inbound",
    "kind": "visit",
    "occurred_at": "2026-01-31T09:30:00Z",
}
CUSTOMER = {
    "kind": "person",
    "name": "Ana",
    "contact_points": [
        {"channel": "email", "value": "ana@example.org"},
        {"channel": "post", "value": {"lines": ["Calle Mayor 1"], "city": "Madrid"}},
    ],
    "external_ids": [{"source": "shop", "number": "17"}],
    "attributes": {"size": "M"},
}


class Reading:
    """Both readings of the rows of one kind."""

    def __init__(self, kind: str, **options: Any) -> None:
        given_options = Options(kind=kind, file=Path("shop.jsonl"), **options)
        self.plan, self.spelling = plan_of(given_options), spelling_of(given_options)
        self.schema = self.plan.kind.schema()
        self.names = RowNames()
        self.usual = UsualRows(self.plan, self.schema, self.spelling, RowNames())

    def row(self, body: Any) -> Row:
        (row,) = RowFile(io.BytesIO(json.dumps(body).encode()), self.plan.layout)
        return row

    def spelled(self, row: Row) -> Any:
        if row.refusal is not None:
            raise row.refusal
        cells = stored_tree(row.cells)
        body = self.plan.body(row.number, cells, self.names.name_of(cells))
        return ma.Schema.load(self.schema, self.spelling.spell(self.schema, body))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_read_at_once_is_read_as_what_is_spelled_first(kind: str) -> None:
    reading = Reading(kind)
    usual = 0

    @settings(derandomize=True, max_examples=60, deadline=None)
    @given(bodies_of(reading.schema))
    def read_alike(body: Any) -> None:
        nonlocal usual
        row = reading.row(body)
        loaded = reading.usual.loaded(row)
        if loaded is not None:
            usual += 1
            assert loaded == reading.spelled(row)

    read_alike()
    assert usual or kind in ("complaints", "orders")


def test_the_touchpoint_of_a_shop_is_read_at_once_with_the_source_of_its_import() -> None:
    reading = Reading("touchpoints", source="shop")
    loaded = reading.usual.loaded(reading.row(TOUCHPOINT))
    assert loaded is not None
    assert (loaded["source"], loaded["message_id"]) == ("shop", "m-1")


def test_two_equal_customers_without_an_id_are_read_at_once_as_two() -> None:
    reading = Reading("customers", source="shop")
    row = reading.row(CUSTOMER)
    assert [reading.usual.loaded(row) for _ in range(2)] == [reading.spelled(row) for _ in range(2)]


def test_a_customer_who_is_not_read_at_once_uses_up_no_name() -> None:
    reading = Reading("customers", source="shop")
    assert reading.usual.loaded(reading.row(CUSTOMER | {"name": " Ana"})) is None
    assert reading.usual.loaded(reading.row(CUSTOMER)) == reading.spelled(
        reading.row(CUSTOMER | {"name": " Ana"})
    )


@pytest.mark.parametrize(
    "options",
    [
        {"key": ("message_id",)},
        {"constants": ("brand=acme",)},
        {"dates": ("%d.%m.%Y",)},
        {"mapped_only": True},
    ],
)
def test_a_plan_that_changes_rows_spells_them_first(options: dict[str, Any]) -> None:
    reading = Reading("touchpoints", **options)
    assert reading.usual.loaded(reading.row(TOUCHPOINT)) is None


@pytest.mark.parametrize(
    "changed",
    [{"message_id": None}, {"message_id": "a\x00b"}, {"kind": ""}, {"surplus": 1}, {"machine": "true"}],
)
def test_an_unusual_row_is_spelled_first(changed: dict[str, Any]) -> None:
    reading = Reading("touchpoints")
    assert reading.usual.loaded(reading.row(TOUCHPOINT | changed)) is None


def test_a_row_that_cannot_be_stored_is_not_read_at_once() -> None:
    reading = Reading("touchpoints")
    row = reading.row(TOUCHPOINT | {"properties": {"a": "\x00"}})
    assert reading.usual.loaded(row) is None
