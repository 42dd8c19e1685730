"""The decisions about one member of a run, made again, over HTTP."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.acceptance.replayed import rewrite, state_at
from tests.interfaces.campaigning import consenting, started
from tests.interfaces.conftest import Api


@pytest.fixture
def run(api: Api) -> str:
    """The path of a run that is decided and not sent."""
    people = {name: consenting(api, name) for name in ("ann", "bob")}
    api.complaint(people["bob"])
    _, run = started(api)
    api.world.run_to_end(api.world.dispatcher())
    return run


def decision(api: Api, run: str, reason: str) -> dict[str, Any]:
    (one,) = api.get(f"{run}/decisions?reason={reason}")["items"]
    return dict(one)


def test_a_decision_is_made_again_with_all_rules_and_is_the_same(api: Api, run: str) -> None:
    stopped = decision(api, run, "OPEN_COMPLAINT")
    again = api.stored(f"{run}/decisions/{stopped['customer_id']}/replays")
    assert (again["same"], again["customer_id"]) == (True, stopped["customer_id"])
    (first,) = again["decisions"]
    assert (first["part"], first["position"]) == ("first", stopped["position"])
    assert (first["same"], first["differing"]) == (True, [])
    assert first["recorded"] == first["decided"]
    assert first["recorded"]["reasons"] == stopped["reasons"]
    assert (first["decided_at"], first["read_position"]) == (stopped["decided_at"], stopped["read_position"])
    assert len(first["rules"]) > 10
    assert [rule["code"] for rule in first["rules"] if not rule["passed"]] == ["OPEN_COMPLAINT"]


def test_what_was_sent_was_decided_twice(api: Api, run: str) -> None:
    (sent,) = api.get(f"{run}/decisions?outcome=sent")["items"]
    again = api.stored(f"{run}/decisions/{sent['customer_id']}/replays")
    assert [(one["part"], one["same"]) for one in again["decisions"]] == [
        ("first", True),
        ("handover", True),
    ]


def test_a_forged_decision_is_named_with_what_differs(api: Api, run: str) -> None:
    stopped = decision(api, run, "OPEN_COMPLAINT")
    position = int(stopped["position"])
    with psycopg.connect(api.world.database.url) as forger:
        forger.execute("alter table log.events disable trigger events_never_change")
        rewrite(forger, position, {**state_at(forger, position), "policy_version": 7})
    again = api.stored(f"{run}/decisions/{stopped['customer_id']}/replays")
    (first,) = again["decisions"]
    assert (again["same"], first["differing"]) == (False, ["policy_version"])
    assert (first["recorded"]["policy_version"], first["decided"]["policy_version"]) == (7, 1)


def test_only_a_member_of_a_run_of_the_campaign_has_decisions(api: Api, run: str) -> None:
    stopped = decision(api, run, "OPEN_COMPLAINT")["customer_id"]
    for path in (
        f"{run}/decisions/{uuid4()}",
        f"/api/campaigns/{uuid4()}/runs/{uuid4()}/decisions/{stopped}",
    ):
        assert api.post(f"{path}/replays").status_code == 404, path
    path = f"{run}/decisions/{stopped}/replays"
    assert api.ask("POST", path, {}, key=api.key_for("campaigns:read")).status_code == 200
    assert api.ask("POST", path, {}, key=api.key_for("history:read")).status_code == 403
