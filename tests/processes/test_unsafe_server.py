"""No process starts on a server that may lose what it acknowledged."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.errors import NotConfigured
from infrastructure.postgres.migrated import refuse_unsafe
from tests.databases import TestDatabase
from tests.processes.conftest import migrated
from tests.processes.up import PATIENCE, environment, eventually, free_port, places

VERB = ("-m", "interfaces.cli.main")
ENTRIES = {
    "web": (*VERB, "web"),
    "projector": (*VERB, "projector"),
    "scheduler": (*VERB, "scheduler"),
    "dispatcher": (*VERB, "dispatcher"),
    "wsgi": ("-c", "import wsgi"),
}


@pytest.fixture(scope="module")
def unsafe(own_server: Any) -> TestDatabase:
    return migrated(own_server(fsync="off"))


@contextmanager
def altered(database: TestDatabase, what: str, name: str) -> Iterator[None]:
    """While this is off for the server, a database or a role."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("alter system set fsync = on")
        connection.execute(f"alter {what} set {name} = off".encode())
        _reload(connection, "fsync", "on")
        if what == "system":
            _reload(connection, name, "off")
        yield
        connection.execute(f"alter {what} reset {name}".encode())
        connection.execute("alter system reset fsync")
        _reload(connection, "fsync", "off")


def _reload(connection: psycopg.Connection, name: str, value: str) -> None:
    connection.execute("select pg_reload_conf()")
    assert eventually(lambda: connection.execute(f"show {name}".encode()).fetchone() == (value,))


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_ends_naming_the_setting(entry: str, unsafe: TestDatabase, tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, *ENTRIES[entry]],
        env=environment(tmp_path, FARLEY_PORT=str(free_port()), **places(unsafe)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert refused.returncode == 1
    assert "The server runs with fsync = off: what is acknowledged may be lost." in refused.stderr


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("system", "full_page_writes"),
        ("system", "synchronous_commit"),
        ("database farley", "synchronous_commit"),
        ("database farley_keys", "synchronous_commit"),
        ("role farley_api", "synchronous_commit"),
        ("role farley_dispatcher", "synchronous_commit"),
        ("role farley_projector", "synchronous_commit"),
        ("role farley_keys", "synchronous_commit"),
    ],
)
def test_a_setting_that_is_off_anywhere_is_refused(unsafe: TestDatabase, what: str, name: str) -> None:
    with altered(unsafe, what, name), pytest.raises(NotConfigured, match=f"{name} = off"):
        refuse_unsafe(unsafe.url, unsafe.keys_url)


def test_a_role_that_writes_nothing_may_have_it_off(unsafe: TestDatabase) -> None:
    with altered(unsafe, "role farley_reporting", "synchronous_commit"):
        refuse_unsafe(unsafe.url, unsafe.keys_url)
