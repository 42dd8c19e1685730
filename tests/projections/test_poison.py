"""A fact that cannot be folded pauses its projection only, is named, and an operator lets it go on."""

import json
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from infrastructure.postgres.recorder import LogEvent
from projections.engine import runner
from projections.engine.beside import CannotBeFolded
from projections.engine.definitions import projection, schema_of
from projections.engine.interventions import newest_interventions
from projections.engine.runner import resume, standings
from tests.projections.log import hash_tables, rebuilt
from tests.world import World


def place_order(world: World, *, currency: str = "EUR", amount: str = "1") -> int:
    """Stores an order that no command would store, and returns its position."""
    order_id = uuid4()
    order = {
        "originator_id": str(order_id),
        "occurred_at": "2026-01-01T00:00:00Z",
        "actor": "tests",
        "currency": currency,
        "lines": [{"sku": "a", "amount": amount}],
    }
    stored = LogEvent(
        originator_id=order_id,
        originator_version=1,
        topic="orders.OrderPlaced",
        state=json.dumps(order).encode(),
        customer_id=world.customer("anna@example.org"),
    )
    (position,) = world.web.recorder.insert_events([stored]) or [0]
    return position


@pytest.fixture
def poisoned(world: World) -> tuple[World, int]:
    """A world whose log has, between facts that can be folded, an order without an amount; and its position."""
    position = place_order(world, amount="x")
    world.customer("ben@example.org")
    return world, position


def test_a_poison_fact_pauses_its_projections_only_and_is_named(poisoned: Any) -> None:
    world, position = poisoned
    world.runner.catch_up()
    found = standings(world.projector)
    assert "orders" in paused(world)
    assert "customers" not in paused(world)
    for standing in (found[name] for name in paused(world)):
        assert (standing.position, standing.error_at) == (position - 1, position)
        assert "invalid input syntax" in (standing.error or "")
    assert found["customers"].position == found["identity"].position == world.web.store.head()
    with world.reading() as connection:
        assert connection.execute("select count(*) as n from customer").fetchone() == {"n": 2}


def paused(world: World) -> set[str]:
    return {name for name, standing in standings(world.projector).items() if standing.state == "paused"}


def test_no_value_of_a_fact_is_kept_with_the_error(world: World) -> None:
    """Keys with projections:read see why a fact was skipped, and may not read what customers said."""
    place_order(world, amount='call "Anna" at +34 600')
    world.runner.catch_up()
    kept = 'InvalidTextRepresentation: invalid input syntax for type numeric: "…"'
    assert {standings(world.projector)[name].error for name in paused(world)} == {kept}
    resume(world.projector, "orders", skip=True, operator="olga")
    assert newest_interventions(world.projector, 1)[0].note == kept


def test_of_an_error_of_python_only_its_class_and_place_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(connection: Any, stored_names: Collection[str]) -> None:
        raise ValueError("anna@example.org is no number")

    broken = replace(projection("orders"), python_fold=failing, statements=())
    monkeypatch.setattr(runner, "projection", lambda name: broken if name == "orders" else projection(name))
    place_order(world)
    world.runner.catch_up()
    assert standings(world.projector)["orders"].error == "ValueError in failing"


def test_a_fact_that_exceeds_a_limit_of_the_database_pauses_the_projections_that_index_it(
    world: World,
) -> None:
    position = place_order(world, currency=token_hex(20_000))
    world.runner.catch_up()
    assert paused(world) == {"audience", "figures"}
    for name in ("audience", "figures"):
        standing = standings(world.projector)[name]
        assert standing.error_at == position
        assert (standing.error or "").startswith("ProgramLimitExceeded: index row")


@pytest.fixture
def failing(world: World) -> Callable[[str], None]:
    """Makes the orders' table raise an error with this SQLSTATE for each row."""

    def fail(sqlstate: str) -> None:
        with psycopg.connect(world.database.url, autocommit=True) as connection:
            connection.execute(
                f"""
                create function read_orders.fail() returns trigger language plpgsql as
                $$ begin raise exception 'planted' using errcode = '{sqlstate}'; end $$;
                create trigger fail before insert on read_orders_1.purchase execute function read_orders.fail()
                """.encode()
            )

    return fail


@pytest.mark.parametrize(
    "sqlstate",
    ["08006", "25006", "40001", "40P01", "53100", "53200", "55P03", "57014", "57P01", "58030"],
)
def test_an_error_that_no_fact_causes_pauses_nothing(
    world: World, failing: Callable[[str], None], sqlstate: str
) -> None:
    failing(sqlstate)
    place_order(world)
    with pytest.raises(psycopg.Error, match="planted") as raised:
        world.runner.catch_up()
    assert raised.value.sqlstate == sqlstate
    assert paused(world) == set()


@pytest.mark.parametrize("sqlstate", ["22003", "23514", "38000", "54000", "54001", "P0001", "XX000"])
def test_an_error_that_a_fact_can_cause_pauses_its_projection(
    world: World, failing: Callable[[str], None], sqlstate: str
) -> None:
    failing(sqlstate)
    place_order(world)
    world.runner.catch_up()
    assert paused(world) == {"orders"}


def test_a_lost_connection_pauses_nothing(world: World) -> None:
    place_order(world)
    backend = world.projector.info.backend_pid
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(%s, 5000)", [backend])
        with pytest.raises(psycopg.OperationalError):
            world.runner.catch_up()
        states = connection.execute("select distinct state from operation.projections").fetchall()
    assert states == [("live",)]


def test_an_operator_lets_a_paused_projection_retry_or_skip_and_is_noted(poisoned: Any) -> None:
    world, position = poisoned
    world.runner.catch_up()
    assert resume(world.projector, "customers", skip=True, operator="olga") is None
    assert resume(world.projector, "orders", skip=False, operator="olga") == position - 1
    world.runner.catch_up()
    assert standings(world.projector)["orders"].state == "paused"
    assert resume(world.projector, "orders", skip=True, operator="olga") == position
    world.runner.catch_up()
    standing = standings(world.projector)["orders"]
    assert (standing.state, standing.position) == ("live", world.web.store.head())
    with psycopg.connect(world.database.url) as connection:
        rows = connection.execute(
            'select operator, action, projection, "position" from operation.interventions order by 1, 2'
        ).fetchall()
    assert rows == [("olga", "retry", "orders", position - 1), ("olga", "skip", "orders", position)]


def test_a_rebuild_that_meets_a_fact_that_cannot_be_folded_names_it_and_changes_nothing(
    poisoned: Any,
) -> None:
    world, position = poisoned
    world.runner.catch_up()
    before = standings(world.projector)
    live = hash_tables(world.projector, schema_of("customers"))
    with pytest.raises(CannotBeFolded, match=f"orders cannot fold the fact at position {position} "):
        rebuilt(world.projector, "customers", "orders")
    assert standings(world.projector) == before
    assert hash_tables(world.projector, schema_of("customers")) == live
    rebuilt(world.projector, "customers")
    assert hash_tables(world.projector, schema_of("customers")) == live


def test_a_rebuild_skips_the_fact_that_an_operator_skipped(poisoned: Any) -> None:
    world, _ = poisoned
    world.runner.catch_up()
    for name in paused(world):
        resume(world.projector, name, skip=True, operator="olga")
    place_order(world)
    world.runner.catch_up()
    live = hash_tables(world.projector, schema_of("orders"))
    assert rebuilt(world.projector, "orders")[-1] == (world.head(), world.head())
    assert hash_tables(world.projector, schema_of("orders")) == live
    assert paused(world) == set()


def test_a_rebuild_folds_a_skipped_fact_that_can_be_folded_now(
    world: World, failing: Callable[[str], None]
) -> None:
    failing("P0001")
    place_order(world)
    world.runner.catch_up()
    assert resume(world.projector, "orders", skip=True, operator="olga") == world.head()
    rebuilt(world.projector, "orders")
    with world.reading() as connection:
        assert connection.execute("select count(*) as n from purchase").fetchone() == {"n": 1}


def test_what_is_asked_of_live_projections_does_not_wait_for_a_paused_one(poisoned: Any) -> None:
    world, _ = poisoned
    world.runner.catch_up()
    assert world.web.reading.position() == world.web.store.head()
    world.web.reading.wait_for(world.web.store.head(), 0.0)


def test_audience_does_not_fold_past_the_identity_it_reads(
    database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(database, tmp_path)
    anna, ben = world.customer("anna@example.org"), world.customer("ben@example.org")
    world.link(anna, ben)
    identity = projection("identity")

    def failing(connection: Any, stored_names: Collection[str]) -> None:
        raise ValueError("not now")

    broken = replace(identity, python_fold=failing)
    monkeypatch.setattr(runner, "projection", lambda name: broken if name == "identity" else projection(name))
    world.runner.catch_up()
    found = standings(world.projector)
    assert found["identity"].state == "paused"
    assert found["audience"].position <= found["identity"].position
    monkeypatch.undo()
    assert resume(world.projector, "identity", skip=False, operator="olga") is not None
    world.runner.catch_up()
    live = hash_tables(world.projector, schema_of("audience"))
    rebuilt(world.projector, "audience")
    assert hash_tables(world.projector, schema_of("audience")) == live
    with world.reading() as connection:
        assert connection.execute("select count(*) as n from audience_fact").fetchone() == {"n": 1}
    world.close()
