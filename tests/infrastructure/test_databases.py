"""The databases of tests: what one test leaves in them, or does to them, no other test meets."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infrastructure.postgres.connections import as_role
from infrastructure.postgres.embedded import RunningServer
from tests.databases import Databases, TestDatabase
from tests.world import World


@pytest.fixture
def databases(template: RunningServer) -> Iterator[Databases]:
    """Databases that wait long for closed connections to go, because a server under load notices them late."""
    databases = Databases(template, patience=10)
    yield databases
    databases.close()


def changed(database: TestDatabase, statement: str) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(statement.encode())


def used(databases: Databases, *statements: str) -> str:
    """The name of the database on which a test ran these."""
    with databases.one() as database:
        for statement in statements:
            changed(database, statement)
    return database.url


def test_a_database_that_is_used_again_is_as_it_was_when_it_was_new(
    databases: Databases, tmp_path: Path
) -> None:
    with databases.one() as database:
        before = contents(database)
        with closing(World(database, tmp_path)) as world:
            world.customer("anna@example.org")
            world.fold()
        assert contents(database) != before
    with databases.one() as again:
        assert again is database
        assert contents(again) == before


def contents(database: TestDatabase) -> dict[str, list[Any]]:
    """All rows of all tables of both databases."""
    rows: dict[str, list[Any]] = {}
    for url in (database.url, database.keys_url):
        with psycopg.connect(url) as connection:
            tables = connection.execute(
                "select format('%I.%I', schemaname, tablename) from pg_tables"
                " where schemaname <> 'information_schema' and schemaname !~ '^pg_'"
            ).fetchall()
            for (table,) in tables:
                rows[table] = connection.execute(
                    f"select t::text from {table} t order by 1".encode()
                ).fetchall()
    return rows


@pytest.mark.parametrize(
    "statement",
    [
        "alter table read_complaints_1.complaint_step add constraint poison check (false)",
        "alter table log.events disable trigger events_never_change",
        "grant select on log.events to farley_reporting",
        "create table log.more ()",
        "drop view reporting.customers cascade",
    ],
)
def test_a_database_whose_schema_a_test_changed_is_not_used_again(
    databases: Databases, statement: str
) -> None:
    assert used(databases, "select") == used(databases, "select")
    assert used(databases, statement) != used(databases, "select")


def test_a_database_with_a_setting_of_its_own_is_not_used_again(databases: Databases) -> None:
    with databases.one() as database:
        name = psycopg.conninfo.conninfo_to_dict(database.url)["dbname"]
        changed(database, f'alter database "{name}" set default_transaction_read_only = on')
    assert used(databases, "select") != database.url


def test_a_database_on_which_a_test_left_a_connection_is_not_used_again(template: RunningServer) -> None:
    with closing(Databases(template)) as databases:
        with databases.one() as database:
            left = psycopg.connect(as_role(database.url, "farley_api"))
        assert used(databases, "select") != database.url
        left.close()


def test_a_projectors_connection_that_a_test_cut_off_is_not_used_again(
    databases: Databases, tmp_path: Path
) -> None:
    for cut_off in (True, False):
        with databases.one() as database, closing(World(database, tmp_path)) as world:
            world.customer("anna@example.org")
            assert world.fold()
            if cut_off:
                pid = world.projector.info.backend_pid
                changed(database, f"select pg_terminate_backend({pid}, 5000)")


def test_a_database_is_emptied_even_if_a_test_ended_all_its_connections(databases: Databases) -> None:
    end_all = (
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    assert used(databases, "select") == used(databases, end_all) == used(databases, "select")


def test_a_pool_of_which_a_test_still_holds_a_connection_is_not_used_again(
    template: RunningServer, tmp_path: Path
) -> None:
    with closing(Databases(template)) as databases:
        with databases.one() as database, closing(World(database, tmp_path)) as world:
            pool = world.web.pool
            held = pool.getconn()
        assert pool.closed
        held.close()
        with databases.one() as database, closing(World(database, tmp_path)) as world:
            assert world.customer("anna@example.org")
