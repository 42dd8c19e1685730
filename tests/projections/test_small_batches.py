"""A batch of a few facts costs the statements that read its facts, planned once."""

from pathlib import Path
from typing import Any

import pytest

from projections.engine import batch
from projections.engine.definitions import PROJECTIONS, projection
from tests.statements import statements
from tests.world import World

DELETE, TRUNCATE = "delete from pg_temp.event", "truncate pg_temp.event"


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


def test_the_plans_of_small_batches_are_kept_until_the_batchs_table_has_grown(world: World) -> None:
    anna = world.customer("anna@example.org")
    world.fold()

    def emptied_by() -> set[str]:
        world.complain(anna)
        with statements(lambda connection: connection is world.projector) as executed:
            world.runner.fold_next()
        return {sql for sql in executed if sql in (DELETE, TRUNCATE)}

    assert [emptied_by() for _ in range(5)] == [{DELETE}] * 5
    prepared = "select count(*) from pg_prepared_statements where statement like '%%complaint_step%%'"
    assert world.projector.execute(prepared).fetchone() > (0,)
    with world.projector.transaction():
        world.projector.execute(
            "insert into pg_temp.event (stored_name) select repeat('x', 100) from generate_series(1, %s)",
            [batch.LARGEST_BYTES // 100],
        )
    assert emptied_by() == {TRUNCATE}
    assert emptied_by() == {DELETE}
