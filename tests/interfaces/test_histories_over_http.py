"""The histories of complaints and runs, and the filters of all histories."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.interfaces.campaigning import consenting, etag, started
from tests.interfaces.conftest import Api


def types(api: Api, path: str) -> list[str]:
    return [one["type"].partition(".")[2] for one in api.get(path)["items"]]


def test_a_complaint_has_a_history_of_its_own(api: Api) -> None:
    ana, ben = (api.customer(name=name) for name in ("Ana", "Ben"))
    complaint, other = api.complaint(ana, subject="Late"), api.complaint(ben, subject="Broken")
    path = f"/api/complaints/{complaint}"
    api.stored(f"{path}/responses", {"text": "We look."}, If_Match=etag(api, path))
    history = api.get(f"{path}/history")
    assert history["complaint_id"] == str(complaint)
    assert types(api, f"{path}/history") == ["ComplaintOpened", "ComplaintResponded"]
    assert [one["data"].get("subject") or one["data"]["text"] for one in history["items"]] == [
        "Late",
        "We look.",
    ]
    assert types(api, f"/api/complaints/{other}/history") == ["ComplaintOpened"]
    api.world.web.keys.forget([ana])
    assert "subject" in api.get(f"{path}/history")["items"][0]["forgotten"]


def test_a_run_has_a_history_that_says_of_how_many_people_its_facts_are(api: Api) -> None:
    for name in ("ann", "bob"):
        consenting(api, name)
    _, run = started(api)
    api.world.run_to_end(api.world.dispatcher())
    items = api.get(f"{run}/history")["items"]
    assert [one["type"].partition(".")[2] for one in items] == [
        "RunPlanned",
        "RunAudienceListed",
        "RunAudienceRecorded",
        "RunChunkDecided",
        "RunFinished",
    ]
    assert items[1]["data"]["members"] == 2
    assert [group["people"] for group in items[3]["data"]["groups"]] == [2]
    first = api.get(f"{run}/history?limit=3")
    rest = api.get(f"{run}/history?limit=3&cursor={first['next_cursor']}")
    assert first["items"] + rest["items"] == items


@pytest.fixture
def path(api: Api) -> str:
    """The history of Ana, whom one key registered, and about whom another opened a complaint an hour later."""
    ana = api.customer(name="Ana")
    api.world.clock.move(timedelta(hours=1))
    api.key = api.key_for("admin", name="desk")
    api.complaint(ana)
    return f"/api/customers/{ana}/history"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["CustomerRegistered", "ComplaintOpened"]),
        ("type=complaints.ComplaintOpened", ["ComplaintOpened"]),
        ("actor=key:desk", ["ComplaintOpened"]),
        ("actor=nobody", []),
        ("since=2026-03-02T12:30:00Z", ["ComplaintOpened"]),
        ("until=2026-03-02T12:30:00Z", ["CustomerRegistered"]),
        ("first_position=2", ["ComplaintOpened"]),
        ("last_position=1", ["CustomerRegistered"]),
        ("first_position=1&last_position=2&type=customers.CustomerRegistered", ["CustomerRegistered"]),
    ],
)
def test_the_filters_of_a_history(api: Api, path: str, query: str, expected: list[str]) -> None:
    assert types(api, f"{path}?{query}") == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("type=Nonsense", "type"),
        ("since=2026-03-03T00:00:00Z&until=2026-03-02T00:00:00Z", "since"),
        ("first_position=3&last_position=2", "first_position"),
        ("first_position=0", "first_position"),
        ("last_position=x", "last_position"),
        ("about=x", "about"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named(api: Api, path: str, query: str, field: str) -> None:
    refused = api.ask("GET", f"{path}?{query}")
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, field)


def test_what_is_not_there_has_no_history(api: Api) -> None:
    paths: list[Any] = [
        f"/api/complaints/{uuid4()}/history",
        f"/api/campaigns/{uuid4()}/runs/{uuid4()}/history",
    ]
    for path in paths:
        assert api.ask("GET", path).status_code == 404
        assert api.ask("GET", path, key=api.key_for("complaints:read")).status_code == 403


def test_decisions_are_found_by_the_filters_however_many_came_before(api: Api) -> None:
    ann = consenting(api, "ann")
    dispatcher = api.world.dispatcher()
    for name in ("first", "second", "third"):
        api.world.clock.move(timedelta(hours=1))
        started(api, name=name)
        api.world.run_to_end(dispatcher)
    path = f"/api/customers/{ann}/history?type=runs.RunChunkDecided"
    items = api.get(path)["items"]
    assert len(items) == 3
    assert all(len(one["data"]["decisions"]) == 1 for one in items)
    last = api.get(f"{path}&first_position={items[2]['position']}&limit=1")
    assert (last["items"], last["next_cursor"]) == ([items[2]], None)
