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
