"""Numbered SQL files run once each, in order, and are never changed afterwards."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.errors import NotConfigured
from infrastructure.postgres.migrations import FOLDER, MigrationChanged, apply_files, migrate, set_up_roles
from tests.databases import TestDatabase

PATIENCE = 10.0
FIRST = "create table public.lesson (room text not null)"
SECOND = "alter table public.lesson add minutes int; insert into public.lesson values ('A1', 45)"


@pytest.fixture
def connection(database: TestDatabase) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.url, autocommit=True) as connection:
        yield connection


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name.removeprefix('n')}.sql").write_text(text)
    return folder


def lessons(connection: psycopg.Connection[Any]) -> list[Any]:
    return connection.execute("select * from public.lesson").fetchall()


def test_each_database_has_one_migration() -> None:
    for folder, name in (("migrations", "0001_log.sql"), ("key_migrations", "0001_keys.sql")):
        assert [path.name for path in (FOLDER / folder).glob("*.sql")] == [name]


def test_files_run_once_in_the_order_of_their_numbers(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    write(tmp_path, n1002_minutes=SECOND, n1001_lesson=FIRST)
    assert apply_files(connection, tmp_path) == ["1001_lesson.sql", "1002_minutes.sql"]
    assert apply_files(connection, tmp_path) == []
    assert lessons(connection) == [("A1", 45)]


def test_a_file_that_is_added_later_runs_alone(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    apply_files(connection, write(tmp_path, n1001_lesson=FIRST))
    assert apply_files(connection, write(tmp_path, n1002_minutes=SECOND)) == ["1002_minutes.sql"]
    assert lessons(connection) == [("A1", 45)]


def test_a_file_that_ran_and_was_changed_is_refused_and_nothing_more_runs(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    apply_files(connection, write(tmp_path, n1001_lesson=FIRST))
    write(tmp_path, n1001_lesson=f"{FIRST};", n1002_minutes=SECOND)
    with pytest.raises(MigrationChanged, match=r"1001_lesson\.sql"):
        apply_files(connection, tmp_path)
    assert lessons(connection) == []


def test_a_file_that_fails_leaves_nothing_and_runs_again_when_it_is_mended(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    write(tmp_path, n1001_lesson=FIRST, n1002_minutes=f"{SECOND}; select no_such_column")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        apply_files(connection, tmp_path)
    assert lessons(connection) == []
    assert apply_files(connection, write(tmp_path, n1002_minutes=SECOND)) == ["1002_minutes.sql"]
    assert lessons(connection) == [("A1", 45)]


def settings_of(connection: psycopg.Connection[Any], role: str) -> Any:
    row = connection.execute("select rolconfig from pg_roles where rolname = %s", [role]).fetchone()
    return row and dict(text.split("=") for text in row[0])


def test_a_role_that_exists_gets_the_settings_that_it_lacks(
    connection: psycopg.Connection[Any], database: TestDatabase
) -> None:
    before = settings_of(connection, "farley_reporting")
    connection.execute("alter role farley_reporting reset idle_in_transaction_session_timeout")
    migrate(database.url, database.keys_url)
    assert settings_of(connection, "farley_reporting") == before
    assert before["idle_in_transaction_session_timeout"] == "300s"


PUPIL, CLERK = (f"{name}_{os.getpid()}" for name in ("pupil", "clerk"))


@pytest.fixture
def pupil(connection: psycopg.Connection[Any]) -> Iterator[str]:
    """A role with a setting of its own, and beside it CLERK. All databases of the run's server have the same roles."""
    connection.execute(
        f"create role {PUPIL}; create role {CLERK}; alter role {PUPIL} set statement_timeout = '5s'".encode()
    )
    yield PUPIL
    connection.execute(f"reset role; drop role {PUPIL}; drop role {CLERK}".encode())


def test_a_setting_that_an_operator_chose_stays(connection: psycopg.Connection[Any], pupil: str) -> None:
    set_up_roles(connection, {pupil: {"statement_timeout": "120s", "search_path": "reporting"}})
    assert settings_of(connection, pupil) == {"statement_timeout": "5s", "search_path": "reporting"}


def test_a_login_that_may_not_change_roles_is_told_all_that_has_to_be_run(
    connection: psycopg.Connection[Any], pupil: str
) -> None:
    connection.execute(f"set role {CLERK}".encode())
    roles = {
        pupil: {"search_path": "reporting", "statement_timeout": "120s", "lock_timeout": "9s"},
        CLERK: {"search_path": "reporting", "log_statement": "all"},
    }
    with pytest.raises(NotConfigured) as refused:
        set_up_roles(connection, roles)
    assert refused.value.message.endswith(
        f"""then migrate again: alter role "{PUPIL}" set "search_path" = 'reporting';"""
        f""" alter role "{PUPIL}" set "lock_timeout" = '9s';"""
        f""" alter role "{CLERK}" set "log_statement" = 'all';"""
    )
    assert settings_of(connection, CLERK) == {"search_path": "reporting"}
    set_up_roles(connection, {pupil: {"statement_timeout": "120s"}})


def test_a_role_that_another_migration_changes_at_the_same_time_gets_its_settings(
    connection: psycopg.Connection[Any], database: TestDatabase, pupil: str
) -> None:
    with psycopg.connect(database.url) as other, ThreadPoolExecutor(1) as threads:
        other.execute(f"alter role {PUPIL} set lock_timeout = '9s'".encode())
        migrating = threads.submit(
            set_up_roles, connection, {pupil: {"lock_timeout": "5s", "search_path": "reporting"}}
        )
        wait_until_blocked(other, connection.info.backend_pid)
        other.commit()
        migrating.result(PATIENCE)
    expected = {"statement_timeout": "5s", "lock_timeout": "9s", "search_path": "reporting"}
    assert settings_of(connection, pupil) == expected


def wait_until_blocked(connection: psycopg.Connection[Any], backend: int) -> None:
    until = time.monotonic() + PATIENCE
    while connection.execute("select pg_blocking_pids(%s)", [backend]).fetchone() == ([],):
        assert time.monotonic() < until
        time.sleep(0.01)
