"""Projections paused, retried, skipped and rebuilt over HTTP: asked by the web process, done by the projector."""

from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from application.access.keys import AccessScope
from infrastructure.processes.projector import run_projector
from tests.interfaces.conftest import Api
from tests.processes.looping import looping
from tests.processes.up import eventually

REQUESTS, HISTORY = "/api/projections/requests", "/api/projections/history"


def asked(api: Api, projection: str, what: str) -> str:
    response = api.post(f"/api/projections/{projection}/{what}")
    assert response.status_code == 202, response.json
    request_id: str = response.json["request_id"]
    assert response.headers["Location"] == f"{REQUESTS}/{request_id}"
    return request_id


def becomes(api: Api, request_id: str, state: str) -> bool:
    """Whether the request reaches this state while a projector works."""
    with capture_logs(), looping(run_projector, api.world.located):
        return eventually(
            lambda: api.ask("GET", f"{REQUESTS}/{request_id}", fold=False).json["state"] == state
        )


def standing(api: Api, name: str) -> tuple[str, int]:
    row = api.world.projector.execute(
        "select state, position from operation.projections where name = %s", [name]
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def cannot_fold(api: Api, name: str, position: int) -> None:
    with psycopg.connect(api.world.database.url, autocommit=True) as owner:
        owner.execute(
            "update operation.projections set state = 'paused', error = 'no', last_error = 'no', error_at = %s,"
            " position = %s where name = %s",
            [position, position - 1, name],
        )


def test_a_pause_and_a_retry_are_done_by_the_projector_and_noted_with_who_asked(api: Api) -> None:
    api.customer(name="Ann")
    api.fold()
    pause = asked(api, "orders", "pauses")
    shown = api.get(f"{REQUESTS}/{pause}")
    assert (shown["state"], shown["action"], shown["projection"]) == ("waiting", "pause", "orders")
    assert standing(api, "orders")[0] == "live"
    assert becomes(api, pause, "done")
    assert standing(api, "orders")[0] == "paused"
    assert becomes(api, asked(api, "orders", "retries"), "done")
    assert standing(api, "orders")[0] == "live"
    done = api.get(HISTORY)["items"]
    assert [one["action"] for one in done] == ["retry", "pause"]
    assert {one["operator"] for one in done} == {shown["operator"]}
    assert shown["operator"].startswith("key:key ")


def test_a_fact_that_cannot_be_folded_is_skipped(api: Api) -> None:
    api.customer(name="Ann")
    head = api.world.fold()
    cannot_fold(api, "orders", head)
    assert becomes(api, asked(api, "orders", "skips"), "done")
    assert standing(api, "orders") == ("live", head)
    assert api.get(HISTORY)["items"][0]["action"] == "skip"


def test_another_fact_than_the_one_that_somebody_saw_is_not_skipped(api: Api) -> None:
    api.customer(name="Ann")
    seen = api.world.fold()
    api.customer(name="Ben")
    head = api.world.fold()
    cannot_fold(api, "orders", seen)
    skip = asked(api, "orders", "skips")
    cannot_fold(api, "orders", head)  # a colleague dealt with the first one
    assert becomes(api, skip, "refused")
    shown = api.ask("GET", f"{REQUESTS}/{skip}", fold=False).json
    assert shown["note"] == f"It cannot fold another fact now, at position {head}."
    assert standing(api, "orders") == ("paused", head - 1)


def test_a_rebuild_is_done_while_the_projector_goes_on(api: Api) -> None:
    api.customer(name="Ann")
    api.fold()
    rebuild = asked(api, "orders", "rebuilds")
    assert becomes(api, rebuild, "done")
    (done,) = api.get(HISTORY)["items"]
    assert (done["action"], done["result"], done["projections"]) == ("rebuild", "switched", ["orders"])
    assert done["operator"].startswith("key:key ")


def test_a_rebuild_that_was_cut_off_is_begun_again(api: Api) -> None:
    api.customer(name="Ann")
    api.fold()
    rebuild = asked(api, "orders", "rebuilds")
    with psycopg.connect(api.world.database.url, autocommit=True) as owner:
        owner.execute("update operation.requests set request_state = 'running'")
    assert becomes(api, rebuild, "done")


def test_what_waits_already_is_not_asked_twice(api: Api) -> None:
    first = asked(api, "orders", "pauses")
    again = api.post("/api/projections/orders/pauses")
    assert again.status_code == 200
    assert (again.json["request_id"], again.json["duplicate"]) == (first, True)
    asked(api, "timeline", "pauses")
    assert [one["projection"] for one in api.get(REQUESTS)["items"]] == ["timeline", "orders"]
    part = api.get(f"{REQUESTS}?limit=1")
    assert api.get(f"{REQUESTS}?cursor={part['next_cursor']}")["items"][0]["request_id"] == first


def test_a_repeated_key_asks_once(api: Api) -> None:
    first = api.post("/api/projections/orders/pauses", Idempotency_Key="k-1")
    again = api.post("/api/projections/orders/pauses", Idempotency_Key="k-1")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json
    assert len(api.get(REQUESTS)["items"]) == 1


def test_what_changed_before_the_projector_came_is_refused_with_the_reason(api: Api) -> None:
    api.fold()
    request = asked(api, "orders", "pauses")
    with psycopg.connect(api.world.database.url, autocommit=True) as owner:
        owner.execute("update operation.projections set state = 'paused' where name = 'orders'")
    assert becomes(api, request, "refused")
    shown = api.ask("GET", f"{REQUESTS}/{request}", fold=False).json
    assert shown["note"] == "It is paused now."


@pytest.mark.parametrize(
    ("projection", "what", "status", "problem"),
    [
        ("orders", "retries", 409, "projection-not-paused"),
        ("orders", "skips", 409, "projection-not-paused"),
        ("no", "pauses", 404, "projection-not-found"),
        ("no", "rebuilds", 404, "projection-not-found"),
    ],
)
def test_what_is_not_possible_now_is_refused_at_once(
    api: Api, projection: str, what: str, status: int, problem: str
) -> None:
    api.fold()
    refused = api.post(f"/api/projections/{projection}/{what}")
    assert (refused.status_code, refused.json["type"]) == (status, f"/problems/{problem}")


def test_a_projection_that_an_operator_paused_has_nothing_to_skip(api: Api) -> None:
    api.fold()
    assert becomes(api, asked(api, "orders", "pauses"), "done")
    assert api.post("/api/projections/orders/pauses").json["type"] == "/problems/projection-paused-already"
    assert api.post("/api/projections/orders/skips").json["type"] == "/problems/nothing-to-skip"


def test_a_wide_key_may_not_stop_projections_and_the_web_process_can_do_nothing_itself(api: Api) -> None:
    wide = api.key_for(AccessScope.READ, AccessScope.WRITE)
    assert api.ask("POST", "/api/projections/orders/pauses", {}, key=wide).status_code == 403
    assert api.ask("GET", REQUESTS, key=wide).status_code == 200
    one = api.key_for("projections:write")
    assert api.ask("POST", "/api/projections/orders/pauses", {}, key=one).status_code == 202
    for statement in (
        "update operation.projections set state = 'paused'",
        "update operation.requests set operator = 'me'",
        "insert into operation.requests (request_id, operator, asked_action, projection)"
        " values (gen_random_uuid(), 'me', 'pause', 'orders')",
    ):
        assert denied(api, statement)


def denied(api: Api, statement: str) -> bool:
    def run(connection: psycopg.Connection[Any]) -> None:
        connection.execute(statement.encode())

    with api.world.web.pool.connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(connection)
    return True
