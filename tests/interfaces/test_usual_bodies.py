"""A body that is read without marshmallow is read as marshmallow reads it."""

from collections.abc import Iterator
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given, settings

from interfaces.http.blueprint import TAKES
from interfaces.http.contexts.touchpoints.schemas import RecordTouchpointIn
from interfaces.http.schemas.base import BodyIn
from interfaces.http.schemas.fields.queried import QueriedAddress
from interfaces.http.schemas.usual import Unusual, reader_of_field
from interfaces.imports.kinds import KINDS
from tests.interfaces.conftest import Api
from tests.interfaces.random_bodies import bodies_of


def schemas(api: Api) -> Iterator[type[BodyIn]]:
    """Yields the schema of each body that a route or an import takes."""
    taken = {getattr(view, TAKES, None) for view in api.app.view_functions.values()}
    yield from {*taken, *(kind.schema for kind in KINDS.values())} - {None}


def test_what_is_read_without_marshmallow_is_read_as_by_marshmallow(api: Api) -> None:
    usual = sum(_usual_bodies(schema_class()) for schema_class in sorted(schemas(api), key=str))
    assert usual > 100


def _usual_bodies(schema: BodyIn) -> int:
    """Compares both readings of many bodies. Returns how many of them were usual."""
    usual = 0

    @settings(derandomize=True, max_examples=40, deadline=None)
    @given(bodies_of(schema))
    def read_alike(body: Any) -> None:
        nonlocal usual
        try:
            read = schema.read_usual(body)
        except (Unusual, ma.ValidationError):
            return
        usual += 1
        assert read == ma.Schema.load(schema, body)

    read_alike()
    return usual


def test_the_touchpoint_of_a_shop_is_usual() -> None:
    body = {
        "source": "shop",
        "message_id": "m-1",
        "identifier": {"kind": "email", "value": "ana@example.org"},
        "channel": "web",
        "direction": "inbound",
        "kind": "visit",
        "occurred_at": "2026-01-31T09:30:00Z",
        "machine": False,
        "properties": {"page": "/lamps", "seconds": 12},
    }
    schema = RecordTouchpointIn()
    assert schema.read_usual(body) == schema.load(body)
    with pytest.raises(Unusual):
        schema.read_usual({**body, "source": "café"})


def test_a_field_that_reads_in_its_own_way_inherits_no_reader() -> None:
    field = QueriedAddress()
    assert reader_of_field(field) == field.deserialize
