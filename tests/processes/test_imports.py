"""Imports as they run: killed in the middle, gone on with by another process, each row stored once."""

import io
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.jobs import Job, JobState
from infrastructure.machine.clock import Interruptible
from infrastructure.processes.jobs import working_on_jobs
from tests.processes.alone import Alone
from tests.processes.conftest import migrated
from tests.processes.held_jobs import count, let_the_hold_run_out
from tests.processes.up import eventually
from tests.world import World

ROWS = 20_000
BAD = (7_000, ROWS)
"""The rows that have no kind, by their numbers."""
OWNER = "person:eva"
STORED = "select count(*) from log.facts where stored_name = 'customers.CustomerRegistered'"


def people() -> bytes:
    rows = (f"{'' if number in BAD else 'person'},Ana {number}\n" for number in range(1, ROWS + 1))
    return ("kind,name\n" + "".join(rows)).encode()


@pytest.fixture
def safe_world(own_server: Any, tmp_path: Path) -> Iterator[World]:
    """On a server of its own, on which processes start."""
    database = migrated(own_server())
    world = World(database, tmp_path)
    yield world
    world.close()
    database.let_go()


def asked(world: World) -> UUID:
    imports, import_id = world.services.imports, uuid4()
    imports.upload(import_id, "people.csv", io.BytesIO(people()), None, OWNER)
    options = {"kind": "customers"}
    question = {"file_name": "people.csv", "dry_run": False, "options": options, "source": "people"}
    return imports.run(import_id, question, OWNER).job_id


def found(world: World, job_id: UUID) -> Job:
    return world.services.jobs.find(job_id)


def rows_done(job: Job) -> int:
    return int((job.checkpoint or {}).get("settled", {}).get("rows", 0))


def is_done_in_part(world: World, job_id: UUID) -> bool:
    return 2_000 <= rows_done(found(world, job_id)) < ROWS


def is_done(world: World, job_id: UUID) -> bool:
    """Whether every row was stored once, and both bad rows are named."""
    job = found(world, job_id)
    assert job.state is JobState.FINISHED, job
    settled = (job.result or {})["settled"]
    assert (settled["rows"], settled["refused"]) == (ROWS, len(BAD))
    assert count(world, STORED) == ROWS - len(BAD)
    known = world.services.imports.listed(before=None, limit=1)[0]
    with world.services.imports.refused(known) as file:
        lines = [line for line in file if b"missing" in line]
    return len(lines) == len(BAD)


def test_an_import_whose_process_is_killed_is_finished_by_the_next_and_each_row_is_stored_once(
    safe_world: World,
) -> None:
    job_id = asked(safe_world)
    first = Alone(safe_world, "scheduler", "first")
    assert eventually(lambda: is_done_in_part(safe_world, job_id))
    first.send(signal.SIGKILL)
    assert first.end() == -signal.SIGKILL
    before = rows_done(found(safe_world, job_id))
    assert 0 < count(safe_world, STORED) < ROWS - len(BAD)
    let_the_hold_run_out(safe_world)
    second = Alone(safe_world, "scheduler", "second")
    try:
        assert eventually(lambda: found(safe_world, job_id).state is JobState.FINISHED)
    finally:
        assert second.end() == 0
    assert is_done(safe_world, job_id)
    result = found(safe_world, job_id).result or {}
    assert result["rows_before"] == before
    assert result["settled"]["duplicates"] <= 500


def test_a_process_that_was_stopped_past_its_hold_stores_nothing_twice_beside_the_next(
    safe_world: World,
) -> None:
    job_id = asked(safe_world)
    first, second = (Alone(safe_world, "scheduler", name) for name in ("first", "second"))
    try:
        assert eventually(lambda: is_done_in_part(safe_world, job_id))
        let_the_hold_run_out(safe_world)
        assert eventually(lambda: found(safe_world, job_id).state is JobState.FINISHED)
    finally:
        assert {first.end(), second.end()} == {0}
    assert is_done(safe_world, job_id)


def test_an_import_that_is_cancelled_stops_and_keeps_what_it_stored(world: World) -> None:
    job_id, sleep = asked(world), Interruptible()
    scheduling = world.scheduling
    with working_on_jobs(world.located.database_url, scheduling.jobs(), scheduling.works(), sleep):
        assert eventually(lambda: is_done_in_part(world, job_id))
        world.services.jobs.cancel(job_id)
        done = rows_done(found(world, job_id))
    assert found(world, job_id).state is JobState.CANCELLED
    stored = count(world, STORED)
    assert done - 1 <= stored < ROWS - len(BAD)
    assert rows_done(found(world, job_id)) <= stored + 1
