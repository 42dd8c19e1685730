"""The messages of a run, and an operator who settles one with an unknown outcome (docs/semantics.md, rule 18)."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.campaigning import consenting, started
from tests.interfaces.conftest import Api
from tests.smtp_sink import Act, Fault, SmtpSink, Stage
from tests.world import World

KNOWN = {"outcome": "sent", "note": "Their mail server has it in its log."}


@pytest.fixture
def api(database: Any, tmp_path: Path) -> Iterator[Api]:
    with (
        SmtpSink(faults={2: Fault(act=Act.CUT)}) as sink,
        closing(World(database, tmp_path, sink)) as world,
    ):
        yield Api(world)


@pytest.fixture
def run(api: Api) -> str:
    """The path of a finished run over three people, one of whose messages was cut off before its answer."""
    for name in ("ann", "bob", "cem"):
        consenting(api, name)
    _, path = started(api)
    api.world.run_to_end(api.world.dispatcher())
    return path


def test_the_messages_of_a_run_are_listed_by_outcome(api: Api, run: str) -> None:
    messages = api.get(f"{run}/messages")["items"]
    assert sorted(one["outcome"] for one in messages) == ["sent", "sent", "unknown"]
    (unknown,) = api.get(f"{run}/messages?outcome=unknown")["items"]
    assert unknown in messages
    assert (unknown["attempt"], unknown["handed_over_at"] is not None) == (1, True)
    first = api.get(f"{run}/messages?limit=2")
    rest = api.get(f"{run}/messages?limit=2&cursor={first['next_cursor']}")
    assert first["items"] + rest["items"] == messages


@pytest.mark.parametrize("outcome", ["sent", "failed"])
def test_18_an_operator_resolves_an_unknown_outcome(api: Api, run: str, outcome: str) -> None:
    (unknown,) = api.get(f"{run}/messages?outcome=unknown")["items"]
    path = f"{run}/messages/{unknown['message_id']}/resolutions"
    told = api.stored(path, {**KNOWN, "outcome": outcome})
    assert (told["message_id"], told["outcome"]) == (unknown["message_id"], outcome)
    shown = api.get(run)
    assert (shown["balanced"], shown["outcomes"]["unknown"]) == (True, 0)
    assert shown["outcomes"][outcome] == (3 if outcome == "sent" else 1)
    api.customer(name="Dan")
    length = api.log_length()
    again = api.post(path, {**KNOWN, "outcome": outcome})
    assert (again.status_code, again.json) == (200, {**told, "duplicate": True})
    assert api.log_length() == length
    other = {"sent": "failed", "failed": "sent"}[outcome]
    refused = api.post(path, {**KNOWN, "outcome": other})
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/outcome-known")
    facts = api.get(f"/api/customers/{unknown['customer_id']}/history?limit=100")["items"]
    assert facts[-1]["type"] == "messages.MessageResolved"
    assert facts[-1]["data"]["note"] == KNOWN["note"]


def test_only_an_unknown_message_of_this_run_is_resolved(api: Api, run: str) -> None:
    sent = api.get(f"{run}/messages?outcome=sent")["items"][0]["message_id"]
    (unknown,) = api.get(f"{run}/messages?outcome=unknown")["items"]
    length = api.log_length()
    assert api.post(f"{run}/messages/{sent}/resolutions", KNOWN).status_code == 409
    assert api.post(f"{run}/messages/{UUID(int=1)}/resolutions", KNOWN).status_code == 404
    elsewhere = f"/api/campaigns/{UUID(int=1)}/runs/{UUID(int=2)}/messages"
    assert api.post(f"{elsewhere}/{unknown['message_id']}/resolutions", KNOWN).status_code == 404
    refused = api.post(
        f"{run}/messages/{unknown['message_id']}/resolutions", {"outcome": "lost", "note": "x"}
    )
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "outcome")
    assert api.log_length() == length


def test_20_what_the_next_hop_said_of_each_message_is_shown(database: Any, tmp_path: Path) -> None:
    faults = {1: Fault(act=Act.ANSWER, stage=Stage.RCPT, code=550)}
    with SmtpSink(faults=faults) as sink, closing(World(database, tmp_path, sink)) as world:
        api = Api(world)
        for name in ("ann", "bob"):
            consenting(api, name)
        _, run = started(api)
        world.run_to_end(world.dispatcher())
        (sent,) = api.get(f"{run}/messages?outcome=sent")["items"]
        (refused,) = api.get(f"{run}/messages?outcome=failed")["items"]
    assert sent["smtp_reply"]["code"] == 250
    assert refused["smtp_reply"]["code"] == 550
    assert refused["smtp_reply"]["text"]


def test_a_message_that_could_not_be_given_to_anybody_says_why(database: Any, tmp_path: Path) -> None:
    with SmtpSink() as gone:
        world = World(database, tmp_path, gone)
    with closing(world):
        api = Api(world)
        consenting(api, "ann")
        _, run = started(api)
        world.run_to_end(world.dispatcher())
        (deferred,) = api.get(f"{run}/messages?outcome=deferred")["items"]
    assert deferred["smtp_reply"]["code"] is None
    assert "Connection" in deferred["smtp_reply"]["text"]


@pytest.fixture
def lost(database: Any, tmp_path: Path) -> Iterator[Api]:
    """Two runs: of each, the first two messages were cut off before their answer."""
    faults = {number: Fault(act=Act.CUT) for number in (1, 2, 4, 5)}
    with SmtpSink(faults=faults) as sink, closing(World(database, tmp_path, sink)) as world:
        api = Api(world)
        for name in ("ann", "bob", "cem"):
            consenting(api, name)
        dispatcher = world.dispatcher()
        for name in ("spring", "summer"):
            started(api, name=name)
            world.run_to_end(dispatcher)
        yield api


def test_the_unknown_messages_of_all_runs_are_listed_the_oldest_first(lost: Api) -> None:
    items = lost.get("/api/messages?outcome=unknown")["items"]
    assert [one["campaign_name"] for one in items] == ["spring", "spring", "summer", "summer"]
    assert [int(one["position"]) for one in items] == sorted(int(one["position"]) for one in items)
    assert {one["customer_name"] for one in items} <= {"ann", "bob", "cem"}
    first = lost.get("/api/messages?limit=3")
    rest = lost.get(f"/api/messages?limit=3&cursor={first['next_cursor']}")
    assert first["items"] + rest["items"] == items
    assert lost.get("/api/messages/counts")["total"] == 4
    assert lost.ask("GET", "/api/messages?outcome=sent").status_code == 422


def test_18_several_unknown_messages_are_resolved_together_or_not_at_all(lost: Api) -> None:
    items = lost.get("/api/messages")["items"]
    ids = [one["message_id"] for one in items[1:]]
    sent = {"message_ids": [*ids, ids[0]], **KNOWN}
    told = lost.stored("/api/messages/resolutions", sent)
    assert (told["message_ids"], told["outcome"]) == (ids, "sent")
    lost.fold()
    assert [one["message_id"] for one in lost.get("/api/messages")["items"]] == [items[0]["message_id"]]
    assert lost.get("/api/messages/counts")["total"] == 1
    runs = [
        lost.get(f"/api/campaigns/{one['campaign_id']}/runs/{one['run_id']}") for one in (items[0], items[3])
    ]
    assert [(run["outcomes"]["unknown"], run["outcomes"]["sent"]) for run in runs] == [(1, 2), (0, 3)]
    length = lost.log_length()
    again = lost.post("/api/messages/resolutions", sent)
    assert (again.status_code, again.json) == (
        200,
        {**told, "duplicate": True, "position": again.json["position"]},
    )
    other = lost.post(
        "/api/messages/resolutions",
        {**KNOWN, "message_ids": [items[0]["message_id"], ids[0]], "outcome": "failed"},
    )
    assert (other.status_code, other.json["type"]) == (409, "/problems/outcome-known")
    assert other.json["message_id"] == ids[0]
    assert lost.log_length() == length


@pytest.mark.parametrize(
    ("change", "path", "status"),
    [
        ({"message_ids": []}, "message_ids", 422),
        ({"message_ids": [str(UUID(int=n)) for n in range(101)]}, "message_ids", 422),
        ({"outcome": "unknown"}, "outcome", 422),
        ({"note": ""}, "note", 422),
        ({"message_ids": [str(UUID(int=1))]}, None, 404),
    ],
)
def test_a_resolution_of_several_messages_that_is_not_right_is_refused(
    api: Api, change: dict[str, Any], path: str | None, status: int
) -> None:
    refused = api.post("/api/messages/resolutions", {"message_ids": [str(UUID(int=2))], **KNOWN, **change})
    assert refused.status_code == status
    assert path is None or refused.json["errors"][0]["path"].startswith(path)


def test_the_people_of_a_run_are_listed_by_outcome_and_first_reason(api: Api) -> None:
    for name in ("ann", "bob", "cem", "dan"):
        consenting(api, name)
    api.stored(
        "/api/complaints",
        {
            "customer_id": str(consenting(api, "eve")),
            "category": "delivery",
            "severity": "high",
            "channel": "phone",
        },
    )
    _, run = started(api)
    api.world.run_to_end(api.world.dispatcher())
    shown = api.get(run)
    assert shown["first_reasons"] == {"OPEN_COMPLAINT": 1}
    assert shown["audience"] == sum(shown["outcomes"].values()) == 5
    (stopped,) = api.get(f"{run}/decisions?first_reason=OPEN_COMPLAINT")["items"]
    assert (stopped["customer_name"], stopped["outcome"]) == ("eve", "suppressed")
    everyone = api.get(f"{run}/decisions")["items"]
    for outcome, people in shown["outcomes"].items():
        found = api.get(f"{run}/decisions?outcome={outcome}")["items"]
        assert found == [one for one in everyone if one["outcome"] == outcome]
        assert len(found) == people
    assert api.get(f"{run}/decisions?first_reason=OPEN_COMPLAINT&outcome=sent")["items"] == []
    first = api.get(f"{run}/decisions?outcome=sent&limit=2")
    rest = api.get(f"{run}/decisions?outcome=sent&cursor={first['next_cursor']}")
    assert first["items"] + rest["items"] == [one for one in everyone if one["outcome"] == "sent"]


def test_a_run_says_how_fast_it_is_and_how_long_it_takes_still(database: Any, tmp_path: Path) -> None:
    with SmtpSink() as sink, closing(World(database, tmp_path, sink)) as world:
        api = Api(world)
        for name in ("ann", "bob", "cem"):
            consenting(api, name)
        _, run = started(api)
        assert api.get(run)["messages_per_minute"] is None
        dispatcher = world.dispatcher()
        for _ in range(60):
            world.fold()
            if api.get(run)["outcomes"]["sent"]:
                break
            dispatcher.advance()
        shown = api.get(run)
        handed_over = 3 - shown["outcomes"]["pending"]
        assert shown["messages_per_minute"] == handed_over * 6
        assert shown["seconds_left"] is not None
        assert int(shown["position"]) == api.log_length()
        world.run_to_end(dispatcher)
        shown = api.get(run)
        assert (shown["state"], shown["messages_per_minute"], shown["seconds_left"]) == (
            "finished",
            None,
            None,
        )
