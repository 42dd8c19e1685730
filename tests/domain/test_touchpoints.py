"""The rules of a touchpoint."""

from typing import Any

import pytest

from domain.aggregates import Aggregate
from domain.errors import InvalidInput
from domain.facts import derived_id
from domain.touchpoints.events import Direction, TouchpointChannel, TouchpointKind, TouchpointRecorded
from domain.touchpoints.touchpoint import Touchpoint
from tests.domain.scenario import CUSTOMER, begun, minute, now, told

WELL_TOLD: dict[str, Any] = {
    "source": "shop",
    "source_message_id": "m-1",
    "channel": "web",
    "direction": "inbound",
    "kind": "visit",
    "machine": False,
    "properties": {"page": "/lamps"},
}


def recorded(**values: Any) -> Aggregate:
    return Touchpoint.begun(Touchpoint.recorded(CUSTOMER, now(), **WELL_TOLD | values))


def test_a_touchpoint_is_recorded_as_its_source_told_it() -> None:
    begun(lambda: recorded(personal_properties={"query": "lamp"}, machine=True, in_reply_to="m-0")).then(
        told(
            TouchpointRecorded,
            **WELL_TOLD | {"personal_properties": {"query": "lamp"}, "machine": True, "in_reply_to": "m-0"},
        )
    )


def test_its_stream_derives_from_source_and_message_id_alone() -> None:
    first, again = recorded(), recorded(kind="call", channel="phone")
    assert first.id == again.id == derived_id("touchpoint", "shop", "m-1")
    assert recorded(source_message_id="m-2").id != first.id
    assert recorded(source="shop2").id != first.id


@pytest.mark.parametrize("channel", list(TouchpointChannel))
@pytest.mark.parametrize("direction", list(Direction))
def test_each_channel_and_direction_is_accepted(channel: str, direction: str) -> None:
    values = WELL_TOLD | {"channel": channel, "direction": direction}
    begun(lambda: recorded(**values)).then(told(TouchpointRecorded, **values))


@pytest.mark.parametrize("kind", list(TouchpointKind))
def test_each_kind_is_accepted(kind: str) -> None:
    values = WELL_TOLD | {"kind": kind, "name": "named"}
    begun(lambda: recorded(**values)).then(told(TouchpointRecorded, **values))


def test_a_touchpoint_of_kind_other_needs_a_name() -> None:
    begun(lambda: recorded(kind="other")).then_refused(InvalidInput, path="name")
    begun(lambda: recorded(kind="other", name=" ")).then_refused(InvalidInput, path="name")
    begun(lambda: recorded(kind="other", name="tasting")).then(
        told(TouchpointRecorded, **WELL_TOLD | {"kind": "other", "name": "tasting"})
    )


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"source": ""}, "source"),
        ({"source": "a\x1fb"}, "source"),
        ({"source_message_id": "x" * 401}, "message_id"),
        ({"channel": "fax"}, "channel"),
        ({"direction": "sideways"}, "direction"),
        ({"kind": "purchase"}, "kind"),
        ({"in_reply_to": ""}, "in_reply_to"),
    ],
)
def test_a_touchpoint_that_is_wrong_in_itself_is_refused_with_its_path(
    values: dict[str, Any], path: str
) -> None:
    begun(lambda: recorded(**values)).then_refused(InvalidInput, path=path)


def test_a_century_old_touchpoint_keeps_its_date() -> None:
    old = minute(-60 * 24 * 365 * 100)
    begun(lambda: Touchpoint.begun(Touchpoint.recorded(CUSTOMER, now(old), **WELL_TOLD))).then(
        told(TouchpointRecorded, at=old, **WELL_TOLD)
    )
