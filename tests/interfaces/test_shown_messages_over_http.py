"""A message as it was sent, over HTTP (docs/semantics.md, rule 39)."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.acceptance.replayed import rewrite, state_at
from tests.interfaces.campaigning import consenting, started
from tests.interfaces.conftest import Api
from tests.smtp_sink import SmtpSink
from tests.world import World


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def api(database: Any, tmp_path: Path, sink: SmtpSink) -> Iterator[Api]:
    with closing(World(database, tmp_path, sink)) as world:
        yield Api(world)


@pytest.fixture
def message(api: Api) -> dict[str, Any]:
    """A message that was sent to Ann, with the path of itself as `path`."""
    consenting(api, "ann")
    _, run = started(api)
    api.world.run_to_end(api.world.dispatcher())
    (sent,) = api.get(f"{run}/messages")["items"]
    return {**sent, "path": f"{run}/messages/{sent['message_id']}", "run": run}


def test_39_a_message_is_shown_byte_for_byte(api: Api, message: dict[str, Any], sink: SmtpSink) -> None:
    shown = api.get(message["path"])
    assert shown["content"].encode() == sink.received[0].content
    assert (shown["same"], shown["fault"], shown["attempt"], shown["outcome"]) == (True, None, 1, "sent")
    assert shown["customer_id"] == message["customer_id"]
    assert shown["handed_over_at"] == message["handed_over_at"]
    assert api.get(f"{message['path']}?attempt=1") == shown


def test_39_bytes_that_are_not_those_that_were_sent_are_said_to_be_so(
    api: Api, message: dict[str, Any]
) -> None:
    position = api.world.positions_of("messages.MessageHandedOver")[0]
    with psycopg.connect(api.world.database.url) as forger:
        forger.execute("alter table log.events disable trigger events_never_change")
        rewrite(forger, position, {**state_at(forger, position), "sender": "they@example.org"})
    shown = api.get(message["path"])
    assert "they@example.org" in shown["content"]
    assert shown["same"] is False


def test_39_a_forgotten_person_s_message_says_that_it_cannot_be_read(
    api: Api, message: dict[str, Any]
) -> None:
    api.world.web.keys.forget([UUID(message["customer_id"])])
    shown = api.get(message["path"])
    assert (shown["content"], shown["same"]) == (None, None)
    assert "cannot be read any more" in shown["fault"]
    assert len(shown["mime_sha256"]) == 64


def test_only_a_handover_of_a_message_of_this_run_is_found(api: Api, message: dict[str, Any]) -> None:
    for path in (
        f"{message['path']}?attempt=2",
        f"{message['run']}/messages/{uuid4()}",
        f"/api/campaigns/{uuid4()}/runs/{uuid4()}/messages/{message['message_id']}",
    ):
        assert api.ask("GET", path).status_code == 404, path
    refused = api.ask("GET", f"{message['path']}?attempt=0")
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "attempt")


def test_only_whoever_may_read_histories_reads_what_was_sent(api: Api, message: dict[str, Any]) -> None:
    assert api.ask("GET", message["path"], key=api.key_for("history:read")).status_code == 200
    assert api.ask("GET", message["path"], key=api.key_for("campaigns:read")).status_code == 403
