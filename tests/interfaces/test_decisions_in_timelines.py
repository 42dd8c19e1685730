"""Decisions of runs not to write to somebody are entries of their timeline."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.campaigning import consenting, started
from tests.interfaces.conftest import Api
from tests.projections.log import rebuilt


@pytest.fixture
def people(api: Api) -> dict[str, UUID]:
    """Ann, whom two runs wrote to, and Bob, whose complaint stopped both messages, an hour apart."""
    people = {name: consenting(api, name) for name in ("ann", "bob")}
    api.complaint(people["bob"])
    dispatcher = api.world.dispatcher()
    for name in ("first", "second"):
        api.world.clock.move(timedelta(hours=1))
        started(api, name=name)
        api.world.run_to_end(dispatcher)
    return people


def timeline(api: Api, customer: UUID, **query: Any) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return list(api.get(f"/api/customers/{customer}/timeline?{asked}")["items"])


def test_a_message_that_was_not_sent_is_in_the_timeline_with_its_reasons(
    api: Api, people: dict[str, UUID]
) -> None:
    newest, *_ = timeline(api, people["bob"])
    assert (newest["about"], newest["kind"], newest["channel"]) == ("decision", "not_written", "email")
    path = f"/api/campaigns/{newest['details']['campaign_id']}/runs/{newest['details']['run_id']}/decisions"
    (decided,) = api.get(f"{path}?customer_id={people['bob']}")["items"]
    assert newest["details"]["reasons"] == [
        {"code": one["code"], "facts": [int(place) for place in one["facts"]]} | _until(one)
        for one in decided["reasons"]
    ]
    assert (newest["position"], newest["occurred_at"]) == (decided["position"], decided["decided_at"])
    assert newest["subject_id"] == newest["details"]["run_id"]
    assert "decision" not in {entry["about"] for entry in timeline(api, people["ann"])}


def _until(reason: dict[str, Any]) -> dict[str, Any]:
    return {"until": reason["until"]} if "until" in reason else {}


def test_decisions_have_their_place_among_the_other_entries_on_every_page(
    api: Api, people: dict[str, UUID]
) -> None:
    whole = timeline(api, people["bob"])
    assert [entry["kind"] for entry in whole] == ["not_written", "not_written", "complaint", "consent"]
    path, cursor, paged = f"/api/customers/{people['bob']}/timeline?limit=1", "", []
    while cursor is not None:
        part = api.get(f"{path}{cursor and '&cursor='}{cursor}")
        paged += part["items"]
        cursor = part["next_cursor"]
    assert paged == whole


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"about": "decision"}, 2),
        ({"kind": "not_written"}, 2),
        ({"kind": "held_out"}, 0),
        ({"about": "complaint"}, 1),
        ({"channel": "email", "about": "decision"}, 2),
        ({"channel": "phone", "about": "decision"}, 0),
        ({"since": "2026-03-02T14:00:00Z"}, 1),
        ({"until": "2026-03-02T14:00:00Z", "about": "decision"}, 1),
        ({"known_at": "2026-03-02T14:30:00Z"}, 2),
    ],
)
def test_the_filters_of_a_timeline_hold_for_decisions_which_are_of_the_present_only(
    api: Api, people: dict[str, UUID], query: dict[str, str], count: int
) -> None:
    api.world.clock.move(timedelta(hours=1))
    assert len(timeline(api, people["bob"], **query)) == count


@pytest.mark.parametrize("query", ["about=decision", "kind=not_written", "kind=held_out"])
def test_decisions_alone_are_not_asked_for_of_the_past(api: Api, people: dict[str, UUID], query: str) -> None:
    refused = api.ask("GET", f"/api/customers/{people['bob']}/timeline?known_at=2026-03-02T13:30:00Z&{query}")
    error = refused.json["errors"][0]
    assert (refused.status_code, error["code"], error["path"]) == (
        422,
        "present_only",
        query.partition("=")[0],
    )


def test_who_was_held_out_finds_that_in_the_timeline(api: Api) -> None:
    people = [consenting(api, f"p{number}") for number in range(8)]
    started(api, hold_out="0.5", seed="spring")
    api.world.run_to_end(api.world.dispatcher())
    kinds = {timeline(api, one)[0]["kind"] for one in people}
    assert kinds == {"held_out", "message"}


def test_the_decisions_about_a_person_stay_after_a_rebuild(api: Api, people: dict[str, UUID]) -> None:
    before = timeline(api, people["bob"])
    rebuilt(api.world.projector, "campaigns")
    assert timeline(api, people["bob"]) == before
