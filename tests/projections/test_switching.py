"""A rebuild folds beside the tables that serve and then switches; every reader sees one version of them, whole."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection, IsolationLevel

from domain.errors import StoreUnavailable
from infrastructure.postgres import connections
from infrastructure.postgres.connections import as_role, open_pool, snapshot
from infrastructure.wiring.projector import projector_connection
from projections.customer_360.reading import customer_360
from projections.engine import batch
from projections.engine.definitions import PROJECTIONS, schema_of
from projections.engine.rebuilding import RebuildRunning, drop_retired, rebuild
from projections.engine.runner import standings
from tests.projections.log import hash_tables, rebuilt
from tests.world import World


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    with closing(World(database, tmp_path)) as world:
        anna, ben = world.customer("anna@example.org"), world.customer("ben@example.org")
        world.link(anna, ben)
        world.complain(anna)
        world.fold()
        yield world


@pytest.fixture
def other(world: World) -> Iterator[Connection[Any]]:
    """A second connection that can rebuild."""
    with closing(projector_connection(world.located)) as connection:
        batch.prepare(connection)
        yield connection


@contextmanager
def superuser(world: World) -> Iterator[Connection[Any]]:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        yield connection


@contextmanager
def reporting(world: World) -> Iterator[Connection[Any]]:
    with psycopg.connect(as_role(world.database.url, "farley_reporting", "reporting")) as connection:
        yield connection


def hashes(world: World) -> dict[str, Any]:
    return {name: hash_tables(world.projector, schema_of(name)) for name in PROJECTIONS}


def schemas(world: World, name: str) -> list[str]:
    rows = world.projector.execute(
        "select nspname from pg_namespace where nspname ~ %s order by 1", [f"^read_{name}_[0-9]+$"]
    )
    return [row[0] for row in rows]


def count(connection: Connection[Any], table: str = "customer") -> int:
    row = connection.execute(f"select count(*) as n from {table}".encode()).fetchone()
    assert row is not None
    return int(row["n"] if isinstance(row, dict) else row[0])


# Readers


def test_a_snapshot_that_is_older_than_a_switch_goes_on_with_the_tables_of_before(world: World) -> None:
    with world.reading() as old:
        rebuilt(world.projector, "customers")
        world.customer("carl@example.org")
        world.fold()
        assert count(old) == 2
        with world.reading() as new:
            assert count(new) == 3
        assert schemas(world, "customers") == ["read_customers_1", "read_customers_2"]
        world.projector.execute("select operation.drop_retired()")
        assert count(old) == 2
    world.projector.execute("select operation.drop_retired()")
    assert schemas(world, "customers") == ["read_customers_2"]


def test_a_snapshot_that_is_older_than_two_switches_goes_on_with_its_tables(world: World) -> None:
    with world.reading() as old:
        for _ in range(2):
            rebuilt(world.projector, "customers")
        assert count(old) == 2
    rebuilt(world.projector, "customers")
    assert schemas(world, "customers") == ["read_customers_4"]


def test_a_snapshot_is_whole_whatever_is_switched_between_two_of_its_statements(world: World) -> None:
    with closing(open_pool(world.database.url, "farley_reader", size=1)) as pool:
        with pool.connection() as connection:
            connection.cursor_factory = switched_before(world)
        with snapshot(pool) as connection:
            position = standings(connection)["customers"].position
            told = connection.execute(
                "select count(*) as n from log.events where stored_name = 'customers.CustomerRegistered'"
                " and notification_id <= %s",
                [position],
            ).fetchone()
            assert told == {"n": count(connection)}


def switched_before(world: World) -> type[psycopg.Cursor[Any]]:
    """Cursors before each of whose statements a fact is folded and a switch takes place."""
    numbers = iter(range(100))

    class OvertakenCursor(psycopg.Cursor[Any]):
        def execute(self, *values: Any, **named: Any) -> Any:
            world.customer(f"n{next(numbers)}@example.org")
            world.fold()
            rebuilt(world.projector, "customers")
            return super().execute(*values, **named)

    return OvertakenCursor


def test_a_question_of_one_statement_reads_the_tables_that_serve_whatever_its_connection_read_before(
    world: World,
) -> None:
    carl = world.customer("carl@example.org")
    world.fold()
    reading = world.web.reading
    for dropped in (False, True, False, True):
        for _ in range(8):  # PostgreSQL has prepared the statement then
            known = reading.ask(lambda connection: customer_360(connection, reading.cipher, carl))
            assert known is not None and known.customer_id == carl
        rebuilt(world.projector, "customers")
        if dropped:
            world.projector.execute("select operation.drop_retired()")


def test_statements_that_a_connection_has_prepared_read_the_new_tables_after_a_switch(world: World) -> None:
    for _ in range(12):
        with world.reading() as connection:
            assert count(connection) == 2
    rebuilt(world.projector, "customers")
    world.customer("carl@example.org")
    world.fold()
    for _ in range(6):
        with world.reading() as connection:
            assert count(connection) == 3


def test_a_reporting_tools_snapshot_that_is_older_than_a_switch_is_refused_and_never_sees_empty_tables(
    world: World,
) -> None:
    with reporting(world) as tool:
        tool.isolation_level = IsolationLevel.REPEATABLE_READ
        assert count(tool, "complaints") == 1
        rebuilt(world.projector, "customers")
        with pytest.raises(
            psycopg.errors.SerializationFailure, match="was rebuilt after this transaction began"
        ):
            count(tool, "customers")
        tool.rollback()
        assert count(tool, "customers") == 2


def test_a_slow_report_delays_the_switch_and_neither_fails_nor_stops_others(
    world: World, other: Connection[Any]
) -> None:
    with reporting(world) as slow, reporting(world) as quick:
        assert count(slow, "customers") == 2
        waits = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            assert standings(world.projector)["customers"].state == "live"
            assert count(quick, "customers") == 1 + len(waits)
            quick.rollback()
            world.customer(f"n{len(waits)}@example.org")
            world.fold()
            if len(waits) == 2:
                assert count(slow, "customers") == 2 + len(waits)
                slow.rollback()

        steps = list(rebuild(other, "customers", sleep=wait, operator="olga"))
        assert len(waits) == 2
        assert steps[-1] == (world.head(), world.head())
        assert count(slow, "customers") == 4


def test_every_role_has_the_same_rights_on_the_new_tables(world: World) -> None:
    def rights() -> list[Any]:
        with superuser(world) as connection:
            return connection.execute(
                "select regexp_replace(n.nspname, '_[0-9]+$', ''), n.nspacl::text, c.relname, c.relacl::text"
                " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                " where n.nspname ~ '^read_' and c.relkind in ('r', 'v') order by 1, 3, 4"
            ).fetchall()

    before = rights()
    rebuilt(world.projector, *PROJECTIONS)
    assert rights() == before


def test_the_new_tables_have_the_columns_indexes_and_comments_of_the_old_ones(world: World) -> None:
    def shape() -> list[Any]:
        with superuser(world) as connection:
            return connection.execute(
                "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
                " col_description(c.oid, a.attnum), regexp_replace(n.nspname, '_[0-9]+$', '')"
                " from pg_attribute a join pg_class c on c.oid = a.attrelid"
                " join pg_namespace n on n.oid = c.relnamespace"
                " where n.nspname ~ '^read_.*_[0-9]+$' and a.attnum > 0 order by 6, 1, a.attnum"
            ).fetchall()

    before = shape()
    rebuilt(world.projector, *PROJECTIONS)
    assert shape() == before


# Facts that come meanwhile


def test_facts_that_come_during_a_rebuild_are_folded_live_and_are_in_the_new_tables(
    world: World, other: Connection[Any]
) -> None:
    rebuilding = rebuild(other, *PROJECTIONS, sleep=lambda _: None, operator="olga", batch_size=5)
    for number, _ in enumerate(rebuilding):
        if number < 3:
            world.withdraw(world.customer(f"n{number}@example.org"))
            assert world.fold() == world.head()
        live = hashes(world)
    assert {standing.position for standing in standings(world.projector).values()} == {world.head()}
    assert hashes(world) == live
    assert [schemas(world, name) for name in PROJECTIONS] == [[f"read_{name}_2"] for name in PROJECTIONS]


def test_the_projector_goes_on_in_the_new_tables(world: World) -> None:
    rebuilt(world.projector, *PROJECTIONS)
    world.complain(world.customer("carl@example.org"))
    world.fold()
    live = hashes(world)
    rebuilt(world.projector, *PROJECTIONS)
    assert hashes(world) == live


def test_a_projection_is_rebuilt_as_far_as_the_live_ones_are(world: World) -> None:
    reached = world.head()
    world.customer("carl@example.org")
    assert rebuilt(world.projector, "complaints")[-1] == (reached, reached)
    assert {standing.position for standing in standings(world.projector).values()} == {reached}


def test_a_reader_that_is_stopped_in_its_snapshot_keeps_the_old_tables_no_longer_than_it_may_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "RESTS_AT_MOST", "500ms")
    with (
        closing(open_pool(world.database.url, "farley_reader", size=1)) as pool,
        pytest.raises(StoreUnavailable),
        snapshot(pool) as stopped,
    ):
        assert count(stopped) == 2
        rebuilt(world.projector, "customers")
        assert schemas(world, "customers") == ["read_customers_1", "read_customers_2"]
        while drop_retired(world.projector):
            with superuser(world) as connection:
                connection.execute("select pg_sleep(0.1)")
        assert schemas(world, "customers") == ["read_customers_2"]
        count(stopped)


# Rebuilds that fail


def test_a_second_rebuild_is_refused_and_the_first_goes_on(world: World, other: Connection[Any]) -> None:
    first = rebuild(world.projector, "customers", sleep=lambda _: None, operator="olga", batch_size=4)
    next(first)
    with pytest.raises(RebuildRunning):
        rebuilt(other, "complaints")
    assert list(first)[-1] == (world.head(), world.head())
    assert rebuilt(other, "complaints")


def test_a_rebuild_that_is_given_up_leaves_nothing(world: World, other: Connection[Any]) -> None:
    live = hashes(world)
    given_up = rebuild(world.projector, "customers", sleep=lambda _: None, operator="olga", batch_size=4)
    next(given_up)
    given_up.close()
    assert (hashes(world), schemas(world, "customers")) == (live, ["read_customers_1"])
    assert rebuilt(other, "customers")


def test_what_a_rebuild_left_that_was_cut_off_is_dropped_by_the_next_one(
    world: World, other: Connection[Any]
) -> None:
    live = hashes(world)
    cut_off = rebuild(other, "customers", sleep=lambda _: None, operator="olga", batch_size=4)
    next(cut_off)
    with superuser(world) as connection:
        connection.execute("select pg_terminate_backend(%s, 5000)", [other.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        next(cut_off)
    assert schemas(world, "customers") == ["read_customers_1", "read_customers_2"]
    assert hashes(world) == live
    rebuilt(world.projector, "complaints")
    assert schemas(world, "customers") == ["read_customers_1"]
    assert hashes(world) == live


# What the database keeps


def test_the_planner_knows_the_new_tables_when_they_begin_to_serve(world: World) -> None:
    rebuilt(world.projector, "customers", batch_size=1)
    with superuser(world) as connection:
        row = connection.execute(
            "select reltuples from pg_class where oid = 'read_customers_2.customer'::regclass"
        ).fetchone()
    assert row == (2,)
