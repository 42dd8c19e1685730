"""After an upgrade, projections with another fold are rebuilt while they serve; those with other tables begin anew."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from infrastructure.postgres.connections import as_role
from infrastructure.postgres.migrated import pending
from infrastructure.postgres.migrations import migrate
from infrastructure.processes import rebuilding
from infrastructure.processes.projector import run_projector
from interfaces.cli.project_status import status_lines
from projections.engine.rebuild_status import RebuildState, last_rebuild
from projections.engine.rebuilding import changed_folds
from projections.engine.runner import standings
from projections.engine.status import folding_status
from tests.processes.looping import looping
from tests.processes.up import eventually
from tests.world import World


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    with closing(World(database, tmp_path)) as world:
        world.complain(world.customer("ana@example.org"))
        world.fold()
        yield world


def change(world: World, *statements: str) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def made_by_an_older_fold(world: World) -> None:
    change(
        world,
        "update operation.projections set definition = 'older' where name = 'complaints'",
        "update read_complaints.complaint set category = 'older'",
    )


def missing(world: World) -> list[str]:
    with world.web.pool.connection() as connection:
        return pending(connection)


def categories(world: World) -> list[str]:
    with world.reading() as connection:
        return [row["category"] for row in connection.execute("select category from complaint").fetchall()]


def test_the_projector_rebuilds_what_an_older_fold_made_and_says_so(world: World) -> None:
    right = categories(world)
    made_by_an_older_fold(world)
    assert missing(world) == []
    with capture_logs() as lines, looping(run_projector, world.located):
        assert eventually(lambda: categories(world) == right)
        world.complain(world.customer("bea@example.org"))
        assert eventually(lambda: len(categories(world)) == 2)
    assert changed_folds(world.projector) == []
    told = [line for line in lines if line.get("projections") == ["complaints"]]
    assert [line["event"] for line in told] == [
        "a rebuild of changed projections began",
        "changed projections are rebuilt",
    ]
    rows = world.projector.execute(
        "select operator, action, projection from operation.interventions"
    ).fetchall()
    assert rows == [("projector", "rebuild", "complaints")]


def test_a_changed_fold_that_cannot_fold_a_fact_is_named_and_its_old_tables_serve(world: World) -> None:
    made_by_an_older_fold(world)
    change(
        world,
        "update operation.projection_tables"
        " set tables = tables || '; alter table complaint_step add constraint poison check (false)'"
        " where name = 'complaints'",
    )
    with capture_logs() as lines, looping(run_projector, world.located):
        assert eventually(lambda: any("cannot be rebuilt" in line["event"] for line in lines))
        bea = world.customer("bea@example.org")
        assert eventually(lambda: {s.position for s in standings(world.projector).values()} == {world.head()})
    (line,) = (line for line in lines if "cannot be rebuilt" in line["event"])
    assert (line["projection"], line["position"]) == (
        "complaints",
        world.positions_of("complaints.ComplaintOpened")[0],
    )
    assert categories(world) == ["older"]
    assert bea


def test_a_rebuild_that_another_one_keeps_waiting_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = categories(world)
    made_by_an_older_fold(world)
    monkeypatch.setattr(rebuilding, "BUSY_SECONDS", 0.05)
    world.projector.execute("select operation.begin_rebuild('{orders}')")
    with looping(run_projector, world.located):
        world.customer("bea@example.org")
        assert eventually(lambda: {s.position for s in standings(world.projector).values()} == {world.head()})
        assert categories(world) == ["older"]
        world.projector.execute("select operation.end_rebuild()")
        assert eventually(lambda: categories(world) == right)


def test_a_projection_with_other_tables_begins_anew_at_the_migration(world: World) -> None:
    right = categories(world)
    made_by_an_older_fold(world)
    change(world, "update operation.projection_tables set tables = 'older' where name = 'complaints'")
    assert missing(world) == ["projection complaints"]
    change(world, "delete from migration.applied where name like 'generated%'")
    migrate(world.database.url, world.database.keys_url)
    assert (missing(world), changed_folds(world.projector)) == ([], [])
    assert (categories(world), standings(world.projector)["complaints"].position) == ([], 0)
    world.fold()
    assert categories(world) == right


def shown(world: World) -> str:
    return "\n".join(status_lines(folding_status(world.projector)))


def test_a_rebuild_that_waits_for_a_report_says_so_and_stops_with_its_projector(world: World) -> None:
    made_by_an_older_fold(world)
    with psycopg.connect(as_role(world.database.url, "farley_reporting", "reporting")) as report:
        report.execute("select count(*) from complaints")
        with looping(run_projector, world.located):
            assert eventually(lambda: "of 5; it waits to switch" in shown(world))
            assert f"session {report.info.backend_pid} (farley_reporting), which reads" in shown(world)
            assert "to go" not in shown(world)
            ends = time.monotonic()
        assert time.monotonic() - ends < rebuilding.END_SECONDS - 1
    rebuild = last_rebuild(world.projector)
    assert rebuild is not None
    assert (rebuild.state, rebuild.waits_for) == (RebuildState.STOPPED, None)
    assert f"which the projector began at {rebuild.began_at:%Y-%m-%d}" in shown(world)
    assert "stopped with its projector after position 0 of 5, " in shown(world)
    assert categories(world) == ["older"]


def test_a_rebuild_that_waits_for_a_session_that_folds_stops_with_its_projector(world: World) -> None:
    made_by_an_older_fold(world)
    with psycopg.connect(world.database.url) as other:
        other.execute("lock table operation.folding in exclusive mode")
        with looping(run_projector, world.located):
            assert eventually(lambda: "which is folding" in shown(world))
            ends = time.monotonic()
            other.rollback()
            other.execute("lock table operation.folding in exclusive mode")
        assert time.monotonic() - ends < rebuilding.END_SECONDS
    rebuild = last_rebuild(world.projector)
    assert rebuild is not None
    assert rebuild.state in (RebuildState.STOPPED, RebuildState.SWITCHED)
