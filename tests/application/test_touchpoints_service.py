"""Use cases of touchpoints."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from application.catalogue.commands import DeclareAttribute
from application.catalogue.service import CatalogueService
from application.requests import Answer
from application.touchpoints.commands import RecordTouchpoint
from application.touchpoints.service import TouchpointsService
from domain.errors import DifferentContent, InFuture, InvalidInput
from domain.facts import derived_id
from domain.touchpoints.events import TouchpointRecorded
from tests.application.setting import ANNA, BY_EMAIL, NOW, STRANGER, Setting, request, shown

VISIT = RecordTouchpoint(
    customer_id=ANNA,
    source="shop",
    message_id="m-1",
    channel="web",
    direction="inbound",
    kind="visit",
    occurred_at=NOW - timedelta(hours=1),
    properties={"page": "/lamps", "query": "lamp"},
)
PAGE = DeclareAttribute(name="page", scope="touchpoint", type="text")


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.fixture
def touchpoints(setting: Setting) -> TouchpointsService:
    return TouchpointsService(store=setting.store, whose=setting.whose)


def recorded(setting: Setting) -> list[TouchpointRecorded]:
    return [fact for fact in setting.told() if isinstance(fact, TouchpointRecorded)]


def declare(setting: Setting, command: DeclareAttribute) -> None:
    CatalogueService(store=setting.store).declare_attribute(command, request())


def batch(touchpoints: TouchpointsService, *commands: Any) -> Answer:
    given: Sequence[Any] = commands
    return touchpoints.record_touchpoints(given, request())


def counts(answer: Answer) -> tuple[int, int, list[int]]:
    body = answer.body
    return body["accepted"], body["duplicates"], [one["index"] for one in body["rejected"]]


def test_what_is_not_declared_is_personal(touchpoints: TouchpointsService, setting: Setting) -> None:
    declare(setting, PAGE)
    answer = touchpoints.record_touchpoint(VISIT, request())
    assert shown(answer) == (True, False, 3)
    assert answer.body["touchpoint_id"] == str(derived_id("touchpoint", "shop", "m-1"))
    (fact,) = recorded(setting)
    assert fact.properties == {"page": "/lamps"}
    assert fact.personal_properties == {"query": "lamp"}


def test_what_was_declared_since_the_last_touchpoint_counts_for_the_next(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    touchpoints.record_touchpoint(replace(VISIT, message_id="m-0"), request())
    declare(setting, PAGE)
    touchpoints.record_touchpoint(VISIT, request())
    declare(setting, replace(PAGE, name="query"))
    touchpoints.record_touchpoint(replace(VISIT, message_id="m-2"), request())
    assert [fact.properties for fact in recorded(setting)] == [
        {},
        {"page": "/lamps"},
        {"page": "/lamps", "query": "lamp"},
    ]


def test_a_repetition_is_compared_by_the_newest_declarations(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    elsewhere = TouchpointsService(store=setting.store, whose=setting.whose)
    visit = replace(VISIT, properties={"at": "2026-03-02T10:00:00.1234567Z"})
    touchpoints.record_touchpoint(replace(visit, message_id="m-0"), request())
    remembered = dict(setting.store._remembered)
    declare(setting, DeclareAttribute(name="at", scope="touchpoint", type="instant"))
    assert not elsewhere.record_touchpoint(visit, request()).duplicate
    setting.store._remembered = remembered
    assert touchpoints.record_touchpoint(visit, request()).duplicate


def test_declarations_in_a_row_refuse_no_touchpoint(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    touchpoints.record_touchpoint(replace(VISIT, message_id="m-0"), request())
    names = iter(f"attribute_{number}" for number in range(10))

    def declare_once_more() -> None:
        if (name := next(names, None)) is not None:
            declare(setting, replace(PAGE, name=name))
            setting.store.meanwhile = declare_once_more

    setting.store.meanwhile = declare_once_more
    touchpoints.record_touchpoint(VISIT, request())
    assert next(names, None) is None


def test_a_property_of_another_type_than_declared_is_refused(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    declare(setting, replace(PAGE, type="number"))
    with pytest.raises(InvalidInput) as refused:
        touchpoints.record_touchpoint(VISIT, request())
    assert refused.value.path == "properties.page"
    assert recorded(setting) == []


def test_an_unknown_customer_is_accepted_and_said_so(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    unknown = touchpoints.record_touchpoint(replace(VISIT, customer_id=STRANGER), request())
    assert unknown.body["customer_known"] is False
    by_email = replace(VISIT, message_id="m-2", customer_id=None, identifier=BY_EMAIL)
    assert touchpoints.record_touchpoint(by_email, request()).body["customer_id"] == str(
        setting.profile_by_email()
    )


def test_the_same_message_again_is_a_duplicate(touchpoints: TouchpointsService, setting: Setting) -> None:
    touchpoints.record_touchpoint(VISIT, request())
    again = touchpoints.record_touchpoint(VISIT, request(received_at=NOW + timedelta(days=1)))
    assert shown(again) == (False, True, 2)
    undated = replace(VISIT, occurred_at=None)
    assert touchpoints.record_touchpoint(undated, request()).duplicate
    assert len(recorded(setting)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "call"},
        {"customer_id": STRANGER},
        {"properties": {"page": "/lamps"}},
        {"properties": {"page": "/lamps", "query": "lamp", "more": 1}},
        {"occurred_at": NOW},
        {"machine": True},
    ],
)
def test_the_same_message_with_another_content_names_the_first_position(
    touchpoints: TouchpointsService, setting: Setting, other: dict[str, Any]
) -> None:
    touchpoints.record_touchpoint(VISIT, request())
    with pytest.raises(DifferentContent) as refused:
        touchpoints.record_touchpoint(replace(VISIT, **other), request())
    assert refused.value.details == {"position": "2"}
    assert len(recorded(setting)) == 1


def test_properties_that_come_first_with_the_second_telling_are_another_content(
    touchpoints: TouchpointsService,
) -> None:
    touchpoints.record_touchpoint(replace(VISIT, properties={}), request())
    with pytest.raises(DifferentContent):
        touchpoints.record_touchpoint(VISIT, request())


def test_true_is_not_one(touchpoints: TouchpointsService) -> None:
    touchpoints.record_touchpoint(replace(VISIT, properties={"member": True}), request())
    with pytest.raises(DifferentContent):
        touchpoints.record_touchpoint(replace(VISIT, properties={"member": 1}), request())


def test_declaring_a_property_meanwhile_does_not_make_a_message_another_one(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    touchpoints.record_touchpoint(VISIT, request())
    declare(setting, PAGE)
    assert touchpoints.record_touchpoint(VISIT, request()).duplicate


@pytest.mark.parametrize("declared_before", [False, True])
def test_a_forgotten_message_again_is_a_duplicate_but_for_what_is_still_plain(
    touchpoints: TouchpointsService, setting: Setting, declared_before: bool
) -> None:
    if declared_before:
        declare(setting, PAGE)
    touchpoints.record_touchpoint(VISIT, request())
    if not declared_before:
        declare(setting, PAGE)
    setting.store.forget(ANNA)
    assert touchpoints.record_touchpoint(VISIT, request()).duplicate
    other = replace(VISIT, properties={"page": "/chairs", "query": "lamp"})
    if declared_before:
        with pytest.raises(DifferentContent):
            touchpoints.record_touchpoint(other, request())
    with pytest.raises(DifferentContent):
        touchpoints.record_touchpoint(replace(VISIT, kind="call"), request())


def test_two_at_once_end_as_one_and_a_duplicate(touchpoints: TouchpointsService, setting: Setting) -> None:
    setting.store.meanwhile = lambda: touchpoints.record_touchpoint(VISIT, request())
    assert touchpoints.record_touchpoint(VISIT, request()).duplicate
    assert len(recorded(setting)) == 1


def test_the_future_is_refused_and_a_century_ago_is_not(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    soon = replace(VISIT, occurred_at=NOW + timedelta(minutes=5))
    assert touchpoints.record_touchpoint(soon, request()).created
    with pytest.raises(InFuture):
        later = replace(VISIT, message_id="m-2", occurred_at=NOW + timedelta(minutes=5, seconds=1))
        touchpoints.record_touchpoint(later, request())
    old = replace(VISIT, message_id="m-3", occurred_at=NOW - timedelta(days=36_525))
    assert touchpoints.record_touchpoint(old, request()).created
    assert len(recorded(setting)) == 2


def test_of_a_batch_the_good_ones_are_stored_in_one_save_and_the_bad_ones_named(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    touchpoints.record_touchpoint(VISIT, request())
    saves = setting.store.saves
    answer = batch(
        touchpoints,
        replace(VISIT, message_id="m-2"),
        InvalidInput("Missing.", path="kind", code="required"),
        replace(VISIT, message_id="m-3", occurred_at=NOW + timedelta(hours=1)),
        VISIT,
        replace(VISIT, kind="call"),
        replace(VISIT, message_id="m-4", customer_id=STRANGER),
        [InvalidInput("a", path="x"), InvalidInput("b", path="y")],
        replace(VISIT, message_id="m-5", identifier=BY_EMAIL),
        replace(VISIT, message_id="m-6", customer_id=None, identifier=BY_EMAIL),
        replace(VISIT, message_id="m-7", kind="other"),
    )
    assert counts(answer) == (3, 1, [1, 2, 4, 6, 7, 9])
    rejected = {one["index"]: one["errors"] for one in answer.body["rejected"]}
    assert rejected[1] == [{"path": "kind", "code": "required", "message": "Missing."}]
    assert rejected[2][0]["path"] == "occurred_at"
    assert (rejected[4][0]["code"], rejected[4][0]["position"]) == ("different_content", "2")
    assert [error["path"] for error in rejected[6]] == ["x", "y"]
    assert rejected[9][0]["path"] == "name"
    assert setting.store.saves == saves + 1
    assert answer.position == setting.store.head()
    assert [fact.source_message_id for fact in recorded(setting)] == ["m-1", "m-2", "m-4", "m-6"]


def test_duplicates_within_a_batch_are_stored_once(touchpoints: TouchpointsService, setting: Setting) -> None:
    answer = batch(touchpoints, VISIT, VISIT, replace(VISIT, kind="call"), replace(VISIT, occurred_at=None))
    assert counts(answer) == (1, 2, [2])
    (error,) = answer.body["rejected"][0]["errors"]
    assert error["code"] == "different_content"
    assert error["message"].endswith("index 0.")
    assert len(recorded(setting)) == 1


def test_a_batch_again_is_all_duplicates_and_leaves_the_log_as_it_is(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    commands = [replace(VISIT, message_id=f"m-{number}") for number in range(20)]
    assert counts(batch(touchpoints, *commands)) == (20, 0, [])
    again = batch(touchpoints, *commands)
    assert counts(again) == (0, 20, [])
    assert (again.position, len(recorded(setting))) == (21, 20)


def test_a_batch_of_nothing_good_stores_nothing(touchpoints: TouchpointsService, setting: Setting) -> None:
    answer = batch(touchpoints, InvalidInput("Missing.", path="kind"), replace(VISIT, channel="fax"))
    assert counts(answer) == (0, 0, [0, 1])
    assert setting.told() == []


def test_a_batch_that_meets_another_feed_counts_what_it_stored_itself(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    setting.store.meanwhile = lambda: touchpoints.record_touchpoint(VISIT, request())
    assert counts(batch(touchpoints, VISIT, replace(VISIT, message_id="m-2"))) == (1, 1, [])
    assert len(recorded(setting)) == 2


def test_a_batch_splits_properties_as_one_touchpoint_does(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    declare(setting, PAGE)
    answer = batch(touchpoints, VISIT, replace(VISIT, message_id="m-2", properties={"page": 1}))
    assert counts(answer) == (1, 0, [1])
    assert recorded(setting)[0].personal_properties == {"query": "lamp"}


def test_more_than_a_thousand_are_refused_as_a_whole(
    touchpoints: TouchpointsService, setting: Setting
) -> None:
    with pytest.raises(InvalidInput) as refused:
        batch(touchpoints, *[VISIT] * 1_001)
    assert refused.value.path == "touchpoints"
    assert setting.told() == []
