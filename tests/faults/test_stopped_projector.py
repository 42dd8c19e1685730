"""A projector that is stopped inside its transaction keeps the others from folding no longer than a lease."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.errors import StoreUnavailable
from infrastructure.machine.home import Located
from infrastructure.postgres.connections import as_role, translated
from infrastructure.wiring.projector import projector_connection
from projections.engine import batch, rebuilding
from projections.engine.holders import Holder, holders
from projections.engine.rebuilding import rebuild
from projections.engine.runner import Runner, hold_folding, standings
from tests.world import World

LEASE_SECONDS = 3
Connection = psycopg.Connection[Any]


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    with closing(World(database, tmp_path)) as world:
        world.customer("anna@example.org")
        world.fold()
        yield world


@pytest.fixture
def located(world: World) -> Located:
    return replace(world.located, settings=replace(world.located.settings, lease_seconds=LEASE_SECONDS))


@pytest.fixture
def connect(located: Located) -> Iterator[Callable[[], Connection]]:
    opened: list[Connection] = []

    def projector() -> Connection:
        connection = projector_connection(located)
        opened.append(connection)
        return connection

    yield projector
    for connection in opened:
        connection.close()


def stopped(connection: Connection) -> Connection:
    """The session of a projector that is stopped after it began to fold a batch."""
    connection.execute("begin")
    hold_folding(connection)
    return connection


def test_another_projector_goes_on_after_a_lease_and_the_stopped_one_finds_its_session_ended(
    world: World, connect: Callable[[], Connection]
) -> None:
    first, other = connect(), connect()
    runner = Runner(first)
    stopped(first)
    world.complain(world.customer("ben@example.org"))
    other.execute("set lock_timeout = '60s'")
    assert Runner(other).catch_up() == world.head()
    with pytest.raises(StoreUnavailable), translated():
        runner.fold_next()
    assert first.closed
    assert {standing.error for standing in standings(other).values()} == {None}


def test_a_projector_that_is_stopped_within_a_pipeline_is_ended_too_and_one_that_works_is_not(
    world: World, connect: Callable[[], Connection]
) -> None:
    first, other = connect(), connect()
    runner = Runner(other)
    stopped(first)
    world.complain(world.customer("ben@example.org"))
    # The end of the pipeline finds the session ended.
    with pytest.raises(psycopg.OperationalError), first.pipeline():
        first.execute("select pg_sleep(2)")
        assert ended(other) == 0
        time.sleep(2 + LEASE_SECONDS)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            runner.catch_up()
        assert ended(other) == 1
    assert runner.catch_up() == world.head()


def ended(connection: Connection) -> int:
    row = connection.execute("select operation.end_stopped_folding(%s)", [LEASE_SECONDS]).fetchone()
    assert row is not None
    return int(row[0])


def test_a_rebuild_says_which_session_it_waits_for_and_what_to_do(
    connect: Callable[[], Connection],
) -> None:
    holder, rebuilding, told = stopped(connect()), connect(), list[str]()
    batch.prepare(rebuilding)
    pid = holder.info.backend_pid
    assert list(
        rebuild(rebuilding, "customers", sleep=lambda _: holder.rollback(), operator="us", tell=told.append)
    )
    assert len(told) == 1
    assert f"session {pid} (farley_projector), which is folding" in told[0]
    assert "continue or end that process" in told[0]


def test_a_rebuild_says_once_which_report_it_waits_for(
    world: World, connect: Callable[[], Connection]
) -> None:
    rebuilding = connect()
    batch.prepare(rebuilding)
    with psycopg.connect(as_role(world.database.url, "farley_reporting", "reporting")) as report:
        report.execute("select count(*) from customers")
        told, waits = list[str](), list[float]()

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 2:
                report.rollback()

        assert list(rebuild(rebuilding, "customers", sleep=wait, operator="us", tell=told.append))
        assert len(told) == 1
        assert f"pg_terminate_backend({report.info.backend_pid})" in told[0]


def test_a_rebuild_names_the_report_that_held_it_up_and_not_who_folds_or_reads_when_it_looks(
    world: World, connect: Callable[[], Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    projector, rebuilder, told = connect(), connect(), list[str]()
    batch.prepare(rebuilder)
    url = as_role(world.database.url, "farley_reporting", "reporting")
    with psycopg.connect(url) as quick, psycopg.connect(url) as slow:
        looks = list[set[Holder]]()

        def looking(connection: Connection, names: list[str]) -> set[Holder]:
            if len(looks) == 1:  # the first attempt has failed
                stopped(projector)
                quick.execute("select count(*) from customers")
            looks.append(holders(connection, names))
            return looks[-1]

        def wait(_: float) -> None:
            for other in (projector, quick, slow):
                other.rollback()

        monkeypatch.setattr(rebuilding, "holders", looking)
        slow.execute("select count(*) from customers")
        assert list(rebuild(rebuilder, "customers", sleep=wait, operator="us", tell=told.append))
        pids = {other.info.backend_pid for other in (projector, quick, slow)}
        assert {holder.pid for holder in looks[1]} == pids
        assert [f"session {slow.info.backend_pid} " in sentence for sentence in told] == [True]
