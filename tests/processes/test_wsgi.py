"""`wsgi:app` serves under any WSGI server, also one that forks after importing it, and never migrates."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infrastructure.postgres.embedded import RunningServer
from tests.databases import TestDatabase
from tests.processes.conftest import migrated
from tests.processes.up import PATIENCE, environment, places

SERVED_BY_TWO_PROCESSES = """
import os, wsgi
from werkzeug.test import Client
child = os.fork()
ready = Client(wsgi.app).get("/health/ready").json["database"]["ok"]
os.write(1, f"{ready}\\n".encode())  # at once: both processes write to one pipe
if child:
    print(os.waitpid(child, 0)[1])
"""
SECRETS_ARE_GONE = """
import os, wsgi
print(sorted(name for name in os.environ if name.startswith(("DATABASE", "FARLEY"))))
"""


@pytest.fixture(scope="module")
def server(own_server: Any) -> RunningServer:
    started: RunningServer = own_server()
    return started


@pytest.fixture(scope="module")
def database(server: RunningServer) -> TestDatabase:
    return migrated(server)


def python(code: str, database: TestDatabase, home: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment(home, **places(database)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_each_process_opens_its_own_connections(database: TestDatabase, tmp_path: Path) -> None:
    served = python(SERVED_BY_TWO_PROCESSES, database, tmp_path)
    assert sorted(served.stdout.split()) == ["0", "True", "True"], served.stderr


def test_secrets_are_in_no_environment_once_they_are_read(database: TestDatabase, tmp_path: Path) -> None:
    served = python(SECRETS_ARE_GONE, database, tmp_path)
    assert served.stdout.strip() == "['FARLEY_HOME']", served.stderr


def test_it_refuses_a_database_that_is_not_migrated_and_leaves_it_so(
    server: RunningServer, tmp_path: Path
) -> None:
    empty = TestDatabase(url=server.url("empty"), keys_url=server.url("empty_keys"))
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("create database empty")
        connection.execute("create database empty_keys")
    with psycopg.connect(empty.url, autocommit=True) as connection:
        refused = python("import wsgi", empty, tmp_path)
        assert "NotMigrated: The database is not at this version: run `farley migrate`" in refused.stderr
        found = connection.execute("select count(*) from pg_namespace where nspname in ('log', 'migration')")
        assert found.fetchone() == (0,)
