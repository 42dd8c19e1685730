"""A base backup and archived WAL bring both databases back as they were at an instant."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import Connection

from infrastructure.postgres.embedded import EmbeddedServer, RunningServer, wheel_bin_dir
from infrastructure.postgres.migrations import migrate
from infrastructure.postgres.server_binaries import binaries_for
from infrastructure.postgres.server_place import ServerPlace, settle
from tests.databases import TestDatabase
from tests.processes.up import eventually
from tests.world import World

ARCHIVED = "select last_archived_wal >= %s from pg_stat_archiver"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's account can enter."""
    folder = Path(tempfile.mkdtemp(prefix="farley-recovery-"))
    folder.chmod(0o711)
    yield folder
    for home in (folder / "first", folder / "recovered"):
        EmbeddedServer(home).erase()
    shutil.rmtree(folder)


def given_to(place: ServerPlace, folder: Path) -> Path:
    """Makes a folder of the server's account."""
    folder.mkdir(mode=0o700)
    place.account.give(folder)
    return folder


def archiving(folder: Path) -> tuple[EmbeddedServer, Path]:
    """Returns a server that archives its WAL, and the archive."""
    home = folder / "first"
    home.mkdir()
    archive = given_to(settle(home), folder / "archive")
    settings = {"archive_mode": "on", "archive_command": f"cp %p {archive}/%f"}
    return EmbeddedServer(home, extra_settings=settings), archive


def installed(server: RunningServer) -> TestDatabase:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for name in ("farley", "farley_keys"):
            connection.execute(f"create database {name}".encode())
    database = on(server)
    migrate(database.url, database.keys_url)
    return database


def on(server: RunningServer) -> TestDatabase:
    return TestDatabase(url=server.url("farley"), keys_url=server.url("farley_keys"))


def base_backup(server: RunningServer, place: ServerPlace, target: Path) -> None:
    """Makes a base backup as docs/backup.md says, as the server's account."""
    program = binaries_for(place, wheel_bin_dir()) / "pg_basebackup"
    words = ("--checkpoint=fast", "--wal-method=none", "-D", target, "-d", server.url("postgres"))
    made = place.account.run(program, *words)
    assert made.returncode == 0, made.stderr


def archived(server: RunningServer) -> str:
    """Returns the instant, after all WAL before it is in the archive."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        row = connection.execute(
            "select clock_timestamp()::text, pg_walfile_name(pg_switch_wal())"
        ).fetchone()
        assert row is not None
        assert eventually(lambda: answer(connection, ARCHIVED, row[1]))
    return str(row[0])


def promoted(server: RunningServer) -> bool:
    """Whether the server has left recovery."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        return eventually(lambda: answer(connection, "select not pg_is_in_recovery()"))


def answer(connection: Connection[Any], question: LiteralString, *values: str) -> bool:
    return connection.execute(question, values).fetchone() == (True,)


def names(database: TestDatabase, home: Path) -> list[str]:
    world = World(database, home)
    try:
        return [
            recorded.fact.name  # type: ignore[attr-defined]
            for recorded in world.facts()
            if recorded.fact.stored_name == "customers.CustomerRegistered"
        ]
    finally:
        world.close()
        database.let_go()


def test_both_databases_come_back_as_they_were_at_an_instant(folder: Path) -> None:
    server, archive = archiving(folder)
    running, place = server.start(), settle(server.home)
    database = installed(running)
    world = World(database, folder / "world")
    world.customer("before@example.org")
    base_backup(running, place, given_to(place, folder / "base"))
    world.customer("between@example.org")
    instant = archived(running)
    world.customer("after@example.org")
    archived(running)
    world.close()
    database.let_go()
    server.stop(mode="immediate")

    home = folder / "recovered"
    home.mkdir()
    shutil.move(folder / "base", settle(home).data)
    (settle(home).data / "recovery.signal").touch()
    recovered = EmbeddedServer(
        home,
        extra_settings={
            "restore_command": f"cp {archive}/%f %p",
            "recovery_target_time": instant,
            "recovery_target_action": "promote",
        },
    ).start()
    assert promoted(recovered)
    assert names(on(recovered), folder / "world") == ["Before", "Between"]
