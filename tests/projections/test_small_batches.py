"""A batch of a few facts costs the statements that read its facts, planned once."""

import json
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import UUID

import pytest

from projections.engine import batch
from projections.engine.definitions import PROJECTIONS, projection
from tests.statements import statements
from tests.world import World

DELETE = "delete from pg_temp.event"
TRUNCATE = "truncate pg_temp.event, pg_temp.audience_touched"


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Any:
    world = World(database, tmp_path)
    yield world
    world.close()


def test_a_complaint_is_folded_by_the_statements_that_read_complaints(world: World) -> None:
    anna = world.customer("anna@example.org")
    world.fold()
    world.complain(anna)
    with statements(lambda connection: connection is world.projector) as executed:
        world.runner.fold_next()
    folds = [one.sql for name in PROJECTIONS for one in projection(name).statements]
    run = [sql for sql in executed if sql in folds]
    kinds = world.runner.folded
    assert run == [
        one.sql
        for name in PROJECTIONS
        if projection(name).stored_names & kinds
        for one in projection(name).statements
        if not one.stored_names or one.stored_names & kinds
    ]
    assert len(run) < len(folds) / 2
    assert len(executed) < 40


def emptied_by(world: World, customer: UUID) -> set[str]:
    """Returns by which statement a complaint's batch empties the table of the batch before."""
    world.complain(customer)
    with statements(lambda connection: connection is world.projector) as executed:
        world.runner.fold_next()
    return {sql for sql in executed if sql in (DELETE, TRUNCATE)}


def test_the_plans_of_small_batches_are_kept_until_the_batchs_table_has_grown(world: World) -> None:
    anna = world.customer("anna@example.org")
    world.fold()

    assert [emptied_by(world, anna) for _ in range(5)] == [{DELETE}] * 5
    prepared = "select count(*) from pg_prepared_statements where statement like '%%complaint_step%%'"
    assert world.projector.execute(prepared).fetchone() > (0,)
    with world.projector.transaction():
        world.projector.execute(
            "insert into pg_temp.event (stored_name) select repeat('x', 100) from generate_series(1, %s)",
            [batch.LARGEST_BYTES // 100],
        )
    assert emptied_by(world, anna) == {TRUNCATE}
    assert emptied_by(world, anna) == {DELETE}


def test_long_values_that_were_deleted_do_not_pile_up(world: World) -> None:
    anna = world.customer("anna@example.org")
    world.fold()
    assert emptied_by(world, anna) == {DELETE}
    long_value = json.dumps(token_hex(batch.LARGEST_BYTES))
    world.projector.execute("insert into pg_temp.event (data) values (%s)", [long_value])
    assert emptied_by(world, anna) == {TRUNCATE}
    assert emptied_by(world, anna) == {DELETE}
