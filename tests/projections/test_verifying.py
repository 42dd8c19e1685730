"""Verifying compares every table with a fresh fold of the log up to the same position, while folding goes on."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from infrastructure.wiring.projector import projector_connection
from projections.engine import batch
from projections.engine.beside import CannotBeFolded
from projections.engine.definitions import PROJECTIONS, Projection
from projections.engine.runner import pause, resume
from projections.engine.verifying import Verification
from tests.world import World


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    with closing(World(database, tmp_path)) as world:
        anna, ben = world.customer("anna@example.org"), world.customer("ben@example.org")
        world.link(anna, ben)
        world.complain(anna)
        campaign_id = world.campaign()
        world.start(campaign_id)
        world.run_to_end(world.dispatcher())
        yield world


@pytest.fixture
def connection(world: World) -> Iterator[Connection[Any]]:
    with closing(projector_connection(world.located)) as connection:
        batch.prepare(connection)
        yield connection


def differing(connection: Connection[Any], *names: str) -> list[tuple[str, str]]:
    verification = Verification(connection, names)
    for _ in verification.run():
        pass
    return [(found.projection, found.table) for found in verification.differences]


def change(world: World, statement: str) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as superuser:
        superuser.execute(statement.encode())


def test_projections_that_were_folded_live_equal_a_fresh_fold(
    world: World, connection: Connection[Any]
) -> None:
    assert differing(connection, *PROJECTIONS) == []


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("update read_audience.audience_fact set order_count = order_count + 1", "audience_fact"),
        ("delete from read_audience.audience_profile", "audience_profile"),
        (
            "insert into read_audience.audience_complaint"
            " values (gen_random_uuid(), gen_random_uuid(), 1, true, true)",
            "audience_complaint",
        ),
        ("update read_identity.person_profile set person_id = profile_id", "person_profile"),
    ],
)
def test_a_table_with_a_wrong_missing_or_additional_row_differs(
    world: World, connection: Connection[Any], statement: str, table: str
) -> None:
    change(world, statement)
    assert [name for _, name in differing(connection, "audience", "complaints")] == [table]


def test_a_row_that_is_there_twice_differs(world: World, connection: Connection[Any]) -> None:
    change(world, "alter table read_timeline_1.timeline_entry drop constraint timeline_entry_pkey")
    change(world, "insert into read_timeline.timeline_entry select * from read_timeline.timeline_entry")
    assert differing(connection, "timeline") == [("timeline", "timeline_entry")]


def test_facts_are_folded_while_projections_are_verified(world: World, connection: Connection[Any]) -> None:
    begin = world.head()
    verification = Verification(connection, PROJECTIONS)
    for number, _ in enumerate(verification.run(batch_size=5)):
        world.withdraw(world.customer(f"n{number}@example.org"))
        assert world.fold() == world.head()
    assert verification.differences == []
    assert begin < min(verification.positions.values()) < world.head()


def test_a_paused_projection_is_verified_at_its_own_position(
    world: World, connection: Connection[Any]
) -> None:
    paused_at = pause(world.projector, "identity", operator="olga")
    world.customer("carl@example.org")
    world.runner.catch_up()
    verification = Verification(connection, ["audience", "complaints"])
    for _ in verification.run():
        pass
    assert verification.differences == []
    assert verification.positions == {
        "audience": paused_at,
        "identity": paused_at,
        "complaints": world.head(),
    }
    resume(world.projector, "identity", skip=False, operator="olga")
    assert world.fold() == world.head()


def test_a_fact_that_was_folded_and_cannot_be_folded_afresh_is_named(
    world: World, connection: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise ValueError("not any more")

    monkeypatch.setattr(Projection, "fold", failing)
    reason = r"cannot fold the fact at position \d+ \(ValueError in failing\)"
    with pytest.raises(CannotBeFolded, match=reason):
        differing(connection, "identity")
