"""The log may be partitioned by position, as docs/scale.md describes it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError

from infrastructure.postgres import migrations
from infrastructure.postgres.embedded import RunningServer
from projections.engine.definitions import PROJECTIONS, schema_of
from projections.engine.rebuilding import rebuild
from tests.databases import TestDatabase
from tests.projections.log import hash_tables
from tests.restored import dump, program
from tests.world import World

pytestmark = pytest.mark.speaks_sql

KEY = "primary key (stream_id, originator_version)\n);\ncreate unique index events_notification_id"
BY_POSITION = """primary key (stream_id, originator_version, notification_id)
) partition by range (notification_id);
create table log.events_1 partition of log.events for values from (minvalue) to (21);
create table log.events_2 partition of log.events for values from (21) to (maxvalue);
create unique index events_notification_id"""
NAMES = (f"partitioned_{os.getpid()}_store", f"partitioned_{os.getpid()}_keys")


@pytest.fixture
def partitioned(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestDatabase]:
    """Databases that the real migrations made, but for the three lines that partition the log."""
    for name in ("migrations", "key_migrations"):
        shutil.copytree(migrations.FOLDER / name, tmp_path / name)
    first = tmp_path / "migrations" / "0001_log.sql"
    assert first.read_text().count(KEY) == 1
    first.write_text(first.read_text().replace(KEY, BY_POSITION))
    monkeypatch.setattr(migrations, "FOLDER", tmp_path)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for name in NAMES:
            connection.execute(f"create database {name}".encode())
        database = TestDatabase(url=server.url(NAMES[0]), keys_url=server.url(NAMES[1]))
        migrations.migrate(database.url, database.keys_url)
        yield database
        database.let_go()
        for name in NAMES:
            connection.execute(f"drop database {name} with (force)".encode())


def hashes(world: World) -> dict[str, Any]:
    return {name: hash_tables(world.projector, schema_of(name)) for name in PROJECTIONS}


def test_an_archived_partition_comes_back_and_a_rebuild_is_identical(
    partitioned: TestDatabase, tmp_path: Path
) -> None:
    world = World(partitioned, tmp_path)
    while world.head() < 40:
        world.customer(f"p{world.head()}@example.org")
    world.fold()
    partitioned.execute("alter table log.events detach partition log.events_1")
    archive = dump(partitioned.url, tmp_path / "events_1.dump", "--table=log.events_1")
    partitioned.execute("drop table log.events_1")
    world.customer("meanwhile@example.org")
    world.fold()
    before = hashes(world)

    command = [program("pg_restore", partitioned.url), f"--dbname={partitioned.url}", str(archive)]
    subprocess.run(command, check=True, capture_output=True)
    partitioned.execute(
        "alter table log.events attach partition log.events_1 for values from (minvalue) to (21)"
    )
    for _ in rebuild(world.projector, *PROJECTIONS, sleep=lambda _: None, operator="olga"):
        pass
    assert hashes(world) == before
    world.close()


def test_a_stream_has_each_version_once_though_no_index_says_so(
    partitioned: TestDatabase, tmp_path: Path
) -> None:
    world = World(partitioned, tmp_path)
    ana = world.customer("ana@example.org")
    [stored] = [
        event
        for event in world.web.recorder.select_notifications(1, 100)
        if event.topic == "customers.CustomerRegistered"
    ]
    with pytest.raises(IntegrityError):
        world.web.recorder.insert_events([stored])
    assert world.positions_of("customers.CustomerRegistered", ana) == [stored.id]
    world.close()
