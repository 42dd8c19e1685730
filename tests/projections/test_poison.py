"""A fact that cannot be folded pauses its projection only, is named, and an operator lets it go on."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from infrastructure.postgres.recorder import LogEvent
from projections.engine import runner
from projections.engine.definitions import projection, schema_of
from projections.engine.runner import rebuild, resume, standings
from tests.projections.log import hash_tables
from tests.world import World


@pytest.fixture
def poisoned(database: Any, tmp_path: Path) -> Any:
    """A world whose log has, between facts that can be folded, an order without an amount."""
    world = World(database, tmp_path)
    anna = world.customer("anna@example.org")
    state = (
        b'{"occurred_at": "2026-01-01T00:00:00Z", "currency": "EUR", "lines": [{"sku": "a", "amount": "x"}]}'
    )
    poison = LogEvent(
        originator_id=uuid4(), originator_version=1, topic="orders.OrderPlaced", state=state, customer_id=anna
    )
    (position,) = world.web.recorder.insert_events([poison]) or [0]
    world.customer("ben@example.org")
    yield world, position
    world.close()


def test_a_poison_fact_pauses_its_projections_only_and_is_named(poisoned: Any) -> None:
    world, position = poisoned
    world.runner.catch_up()
    found = standings(world.projector)
    paused = {name: s for name, s in found.items() if s.state == "paused"}
    assert "orders" in paused
    assert "customers" not in paused
    for standing in paused.values():
        assert (standing.position, standing.error_at) == (position - 1, position)
        assert "invalid input syntax" in (standing.error or "")
    assert found["customers"].position == found["identity"].position == world.web.store.head()
    with world.reading() as connection:
        assert connection.execute("select count(*) as n from customer").fetchone() == {"n": 2}


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

    def failing(connection: Any) -> None:
        raise ValueError("not now")

    broken = replace(identity, python_fold=failing)
    monkeypatch.setattr(runner, "projection", lambda name: broken if name == "identity" else projection(name))
    world.runner.catch_up()
    found = standings(world.projector)
    assert found["identity"].state == "paused"
    assert found["audience"].position <= found["identity"].position
    for reached, _ in rebuild(world.projector, "audience"):
        assert reached <= found["identity"].position
    monkeypatch.undo()
    assert resume(world.projector, "identity", skip=False, operator="olga") is not None
    world.runner.catch_up()
    live = hash_tables(world.projector, schema_of("audience"))
    for _ in rebuild(world.projector, "audience"):
        pass
    assert hash_tables(world.projector, schema_of("audience")) == live
    with world.reading() as connection:
        assert connection.execute("select count(*) as n from audience_fact").fetchone() == {"n": 1}
    world.close()
