"""Schedules over HTTP: planned, listed, triggered by the scheduler or by somebody else's."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.conftest import Api
from tests.world import BEGIN

AT = BEGIN + timedelta(hours=1)
TOLD = "2026-03-02T13:00:00Z"


@pytest.fixture
def path(api: Api) -> str:
    """Of the schedules of an approved campaign."""
    return f"/api/campaigns/{approved(api)}/schedules"


def approved(api: Api, **details: Any) -> UUID:
    campaign_id = api.campaign(**details)
    api.stored(f"/api/campaigns/{campaign_id}/approvals", If_Match='"1"')
    return campaign_id


def tick_at(api: Api, instant: datetime) -> int:
    api.world.clock.instant = instant
    api.fold()
    return api.world.scheduling.scheduler("test").tick()


def test_a_run_is_planned_for_an_instant_and_listed(api: Api, path: str) -> None:
    response = api.post(path, {"at": "2026-03-02T15:00:00+02:00"})
    assert (response.status_code, response.headers["Location"]) == (201, path)
    stored: Any = response.json
    assert stored["planned_for"] == TOLD
    assert stored["position"] == str(api.log_length()) == response.headers["Farley-Position"]
    (listed,) = api.get(path)["items"]
    assert (listed["planned_for"], listed["run_id"]) == (TOLD, stored["run_id"])
    assert (listed["state"], listed["cause"]) == ("planned", None)
    assert (listed["time_zone"], listed["local_time"], listed["grace_seconds"]) == ("UTC", None, 3600)


def test_12_a_local_time_is_read_in_its_zone(api: Api, path: str) -> None:
    body = {"at": "2026-03-29T02:30:00", "time_zone": "Europe/Berlin", "grace_seconds": 0}
    assert api.stored(path, body)["planned_for"] == "2026-03-29T01:00:00Z"
    (listed,) = api.get(path)["items"]
    assert (listed["time_zone"], listed["local_time"]) == ("Europe/Berlin", "2026-03-29T02:30:00")


@pytest.mark.parametrize(
    ("body", "named", "code"),
    [
        ({}, "at", "missing"),
        ({"at": "2026-03-02T13:00:00"}, "time_zone", "missing"),
        ({"at": "2026-03-02T13:00:00", "time_zone": "Mars/Olympus"}, "time_zone", "invalid_zone"),
        ({"at": TOLD, "time_zone": "CEST+1"}, "time_zone", "invalid_zone"),
        ({"at": TOLD, "time_zone": "Europe/Berlin"}, "time_zone", "not_together"),
        ({"at": "2026-03-02T11:59:59Z"}, "at", "in_past"),
        ({"at": "2036-03-03T12:00:00Z"}, "at", "in_future"),
        ({"at": "9999-12-31T23:59:59Z"}, "at", "in_future"),
        ({"at": "2026-03-02T11:00:00", "time_zone": "UTC"}, "at", "in_past"),
        ({"at": "9999-12-31T23:59:59", "time_zone": "America/New_York"}, "at", "invalid_instant"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "at", "invalid_instant"),
        ({"at": "2026-03-02"}, "at", "invalid_instant"),
        ({"at": "2026-02-30T10:00:00"}, "at", "invalid_instant"),
        ({"at": "0001-01-01T00:00:00", "time_zone": "UTC"}, "at", "too_early"),
        ({"at": 1772456400}, "at", "invalid_instant"),
        ({"at": TOLD, "grace_seconds": -1}, "grace_seconds", "out_of_range"),
        ({"at": TOLD, "grace_seconds": 604_801}, "grace_seconds", "out_of_range"),
        ({"at": TOLD, "cron": "* * * * *"}, "cron", "unknown_field"),
    ],
)
def test_what_says_no_instant_ahead_is_refused_by_its_field(
    api: Api, path: str, body: Any, named: str, code: str
) -> None:
    before = api.log_length()
    response = api.post(path, body)
    problem: Any = response.json
    assert response.status_code == 422, problem
    assert [(error["path"], error["code"]) for error in problem["errors"]] == [(named, code)]
    assert api.log_length() == before


def test_a_far_instant_with_the_longest_grace_is_a_plan_like_any_other(api: Api, path: str) -> None:
    api.stored(path, {"at": "2036-03-02T12:00:00Z", "grace_seconds": 604_800})
    (listed,) = api.get(path)["items"]
    assert (listed["planned_for"], listed["state"]) == ("2036-03-02T12:00:00Z", "planned")
    assert tick_at(api, AT) == 0


def test_only_an_approved_campaign_that_has_not_ended_is_planned(api: Api, path: str) -> None:
    draft, ending = api.campaign(), approved(api, ends_at=TOLD)
    nobody = UUID(int=1)
    for campaign_id, status, kind in (
        (draft, 409, "campaign-not-approved"),
        (ending, 409, "campaign-ended"),
        (nobody, 404, "campaign-not-found"),
    ):
        response = api.post(f"/api/campaigns/{campaign_id}/schedules", {"at": TOLD})
        problem: Any = response.json
        assert (response.status_code, problem["type"]) == (status, f"/problems/{kind}")
    assert api.ask("GET", f"/api/campaigns/{nobody}/schedules").status_code == 404


def test_15_the_same_instant_again_is_a_duplicate_and_with_another_grace_a_conflict(
    api: Api, path: str
) -> None:
    first = api.stored(path, {"at": TOLD, "grace_seconds": 60})
    again = api.post(path, {"at": "2026-03-02T14:00:00+01:00"})
    body: Any = again.json
    assert (again.status_code, body["duplicate"], body["run_id"]) == (200, True, first["run_id"])
    other = api.post(path, {"at": TOLD, "grace_seconds": 61})
    problem: Any = other.json
    assert (other.status_code, problem["position"]) == (409, first["position"])
    assert len(api.get(path)["items"]) == 1


def test_15_the_same_instant_in_another_name_of_the_zone_is_a_duplicate(api: Api, path: str) -> None:
    first = api.stored(path, {"at": "2026-03-02T18:30:00", "time_zone": "Asia/Kolkata"})
    again = api.post(path, {"at": "2026-03-02T18:30:00", "time_zone": "Asia/Calcutta"})
    body: Any = again.json
    assert (again.status_code, body["duplicate"], body["run_id"]) == (200, True, first["run_id"])
    assert api.get(path)["items"][0]["time_zone"] == "Asia/Kolkata"


def test_15_somebody_elses_scheduler_meets_the_same_slot(api: Api, path: str) -> None:
    planned = api.stored(path, {"at": TOLD})
    runs = path.replace("schedules", "runs")
    assert tick_at(api, AT) == 1
    response = api.post(runs, {"planned_for": TOLD})
    body: Any = response.json
    assert (response.status_code, body["duplicate"], body["run_id"]) == (200, True, planned["run_id"])
    assert api.get(path)["items"][0]["state"] == "triggered"
    assert [run["run_id"] for run in api.get(runs)["items"]] == [planned["run_id"]]


def test_15_a_run_started_ahead_is_planned_until_its_instant(api: Api, path: str) -> None:
    runs = path.replace("schedules", "runs")
    beyond: Any = api.post(runs, {"planned_for": "2026-03-02T12:05:01Z"}).json
    assert [(error["path"], error["code"]) for error in beyond["errors"]] == [("planned_for", "in_future")]
    response = api.post(runs, {"planned_for": "2026-03-02T12:05:00Z"})
    body: Any = response.json
    assert (response.status_code, "duplicate" in body) == (202, False)
    run = api.get(f"{runs}/{body['run_id']}")
    assert (run["state"], run["planned_for"]) == ("planned", "2026-03-02T12:05:00Z")
    assert (run["started_at"], run["audience"]) == (None, None)


def test_a_run_that_would_be_over_already_is_refused_unless_it_exists(api: Api, path: str) -> None:
    runs = path.replace("schedules", "runs")
    before = api.log_length()
    for planned_for, end in (
        ("2020-01-01T00:00:00Z", "2020-01-04T00:00:00Z"),
        ("2026-02-27T12:00:00Z", "2026-03-02T12:00:00Z"),
    ):
        response = api.post(runs, {"planned_for": planned_for})
        problem: Any = response.json
        assert response.status_code == 422, problem
        (error,) = problem["errors"]
        assert (error["path"], error["code"]) == ("planned_for", "in_past")
        assert f"would have ended at {end}" in error["message"]
    assert api.log_length() == before
    began = {"planned_for": "2026-02-27T12:00:01Z"}
    first: Any = api.post(runs, began).json
    api.world.clock.instant = AT
    again: Any = api.post(runs, began).json
    assert (again["duplicate"], again["run_id"]) == (True, first["run_id"])


def test_instants_are_paged_the_latest_first(api: Api, path: str) -> None:
    days = [f"2026-03-{day:02}T13:00:00Z" for day in range(3, 8)]
    for day in days:
        api.stored(path, {"at": day})
    listed, cursor = [], ""
    while cursor is not None:
        part = api.get(f"{path}?limit=2{cursor}")
        listed += [one["planned_for"] for one in part["items"]]
        cursor = f"&cursor={part['next_cursor']}" if part["next_cursor"] else None
    assert listed == days[::-1]


def test_the_planned_instants_of_all_campaigns_are_listed_by_period_and_state(api: Api) -> None:
    spring, summer = approved(api, name="Spring"), approved(api, name="Summer")
    for campaign, at in ((summer, AT), (spring, AT), (spring, AT + timedelta(days=1))):
        api.stored(f"/api/campaigns/{campaign}/schedules", {"at": at.isoformat()})
    api.fold()
    both = sorted([("Spring", str(spring)), ("Summer", str(summer))], key=lambda one: one[1])
    whole = api.get("/api/schedules")["items"]
    assert [(one["name"], one["campaign_id"]) for one in whole] == [*both, ("Spring", str(spring))]
    day = f"since={TOLD}&until=2026-03-03T13:00:00Z"
    assert [one["name"] for one in api.get(f"/api/schedules?{day}")["items"]] == [name for name, _ in both]
    first = api.get(f"/api/schedules?{day}&limit=1")
    second = api.get(f"/api/schedules?{day}&limit=1&cursor={first['next_cursor']}")
    assert [*first["items"], *second["items"]] == whole[:2]
    assert second["next_cursor"] is None
    assert api.get("/api/schedules?state=missed")["items"] == []
    tick_at(api, AT + timedelta(hours=2))
    api.fold()
    assert {one["cause"] for one in api.get("/api/schedules?state=missed")["items"]} == {"late"}


def test_a_reversed_period_of_schedules_is_refused(api: Api) -> None:
    response = api.ask("GET", f"/api/schedules?since={TOLD}&until=2026-03-01T00:00:00Z")
    assert (response.status_code, response.json["errors"][0]["path"]) == (422, "since")  # type: ignore[index]
