"""Jobs as they run: two at once, cancelled, left by a process that ends, killed, and lost in the end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.jobs import MOST_RUNNING, Job, JobState
from application.moments import Moment
from application.previews.counting import PreviewAudience
from infrastructure.machine.clock import Interruptible
from infrastructure.processes.jobs import working_on_jobs
from tests.processes.alone import Alone
from tests.processes.conftest import migrated
from tests.processes.held_jobs import count, let_the_hold_run_out
from tests.processes.up import eventually
from tests.world import World

PEOPLE = PreviewAudience(audience={"field": "kind", "op": "eq", "value": "person"})
_FOLDING = """
select count(*) from pg_stat_activity
where datname = current_database() and application_name = 'farley_replayer' and wait_event_type = 'Lock'
"""
_LEFT = """
select (select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'farley_replayer')
     + (select count(*) from pg_class where relname like 'audience_fact%' and relpersistence = 't')
"""


@pytest.fixture
def safe_world(own_server: Any, tmp_path: Path) -> Iterator[World]:
    """On a server of its own, on which processes start."""
    database = migrated(own_server())
    world = World(database, tmp_path)
    yield world
    world.close()
    database.let_go()


@contextmanager
def working(world: World) -> Iterator[None]:
    """The jobs' part of the scheduler's process, in this process."""
    scheduling, sleep = world.scheduling, Interruptible()
    url = world.located.database_url
    with working_on_jobs(url, scheduling.jobs(), scheduling.works(), sleep):
        yield


@contextmanager
def halted(world: World) -> Iterator[psycopg.Connection[Any]]:
    """Nobody can read the log meanwhile, so that a fold stands still within a statement."""
    with psycopg.connect(world.database.url) as connection:
        connection.execute("lock table log.events in access exclusive mode")
        yield connection


def ask(world: World) -> UUID:
    moment = Moment(known_at=world.clock.now())
    return world.services.past_preview_jobs.ask(PEOPLE, moment, "key:test").job_id


def found(world: World, job_id: UUID) -> Job:
    return world.services.jobs.find(job_id)


def becomes(world: World, job_id: UUID, state: JobState) -> bool:
    return eventually(lambda: found(world, job_id).state is state)


def some_people(world: World, *names: str) -> None:
    for name in names:
        world.customer(f"{name}@example.org")
    world.fold()
    world.clock.move(timedelta(hours=1))


def test_jobs_are_answered_two_at_once_and_the_others_wait(world: World) -> None:
    some_people(world, "ann", "bob")
    asked = [ask(world) for _ in range(4)]
    with working(world):
        with halted(world):
            assert eventually(lambda: count(world, _FOLDING) == MOST_RUNNING)
            states = [found(world, job_id).state for job_id in asked]
            assert states == [JobState.RUNNING] * 2 + [JobState.WAITING] * 2
        for job_id in asked:
            assert becomes(world, job_id, JobState.FINISHED)
            job = found(world, job_id)
            assert (job.result or {})["size"] == 2
            assert job.done == job.of_all == world.head()
    assert eventually(lambda: count(world, _LEFT) == 0)


def test_a_job_that_is_cancelled_while_it_folds_stops_and_leaves_no_tables_behind(world: World) -> None:
    some_people(world, "ann")
    job_id = ask(world)
    with working(world), halted(world):
        assert eventually(lambda: count(world, _FOLDING) == 1)
        assert world.services.jobs.cancel(job_id).state is JobState.CANCELLED
        assert eventually(lambda: count(world, _LEFT) == 0)
    assert found(world, job_id).state is JobState.CANCELLED


def test_a_process_that_ends_leaves_its_job_to_the_next(world: World) -> None:
    some_people(world, "ann")
    job_id = ask(world)
    with halted(world):
        with working(world):
            assert eventually(lambda: count(world, _FOLDING) == 1)
        assert found(world, job_id).state is JobState.WAITING
        assert eventually(lambda: count(world, _LEFT) == 0)
    with working(world):
        assert becomes(world, job_id, JobState.FINISHED)


def test_a_job_whose_process_is_stopped_past_its_hold_is_begun_again_and_answered_once(world: World) -> None:
    some_people(world, "ann")
    job_id, jobs = ask(world), world.scheduling.jobs()
    stopped = jobs.begin()
    assert stopped is not None
    assert found(world, job_id).state is JobState.RUNNING
    assert jobs.begin() is None
    let_the_hold_run_out(world)
    assert found(world, job_id).state is JobState.WAITING
    with working(world):
        assert becomes(world, job_id, JobState.FINISHED)
    assert not jobs.hold(stopped, 0, 1)
    jobs.finish(stopped, {"size": 99}, 0, 1)
    assert (found(world, job_id).result or {})["size"] == 1


def test_a_job_whose_process_ends_again_and_again_has_failed_as_lost(world: World) -> None:
    job_id, jobs = ask(world), world.scheduling.jobs()
    for _ in range(3):
        assert jobs.begin() is not None
        let_the_hold_run_out(world)
    assert jobs.begin() is None
    job = found(world, job_id)
    assert (job.state, job.error and job.error.name) == (JobState.FAILED, "JobLost")


def test_an_error_of_the_fold_fails_the_job_and_names_no_value(world: World) -> None:
    some_people(world, "ann")
    job_id = ask(world)
    with psycopg.connect(world.database.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "update log.events set state = convert_to(jsonb_set(convert_from(state, 'UTF8')::jsonb,"
            " '{attributes}', '\"secret\"')::text, 'UTF8') where stored_name = 'customers.CustomerRegistered'"
        )
    with working(world):
        assert becomes(world, job_id, JobState.FAILED)
    error = found(world, job_id).error
    assert error is not None
    assert (error.name, error.details["projection"]) == ("FactCannotBeFolded", "audience")
    assert "secret" not in str(error)


def test_a_killed_process_leaves_no_tables_and_the_next_one_answers_its_job(safe_world: World) -> None:
    some_people(safe_world, "ann")
    job_id = ask(safe_world)
    with halted(safe_world) as halting:
        first = Alone(safe_world, "scheduler", "first")
        assert eventually(lambda: count(safe_world, _FOLDING) == 1)
        first.send(signal.SIGKILL)
        assert first.end() == -signal.SIGKILL
        assert found(safe_world, job_id).state is JobState.RUNNING
        assert eventually(lambda: count(safe_world, _LEFT) == 0)
        halting.rollback()
    let_the_hold_run_out(safe_world)
    assert found(safe_world, job_id).state is JobState.WAITING
    second = Alone(safe_world, "scheduler", "second")
    try:
        assert becomes(safe_world, job_id, JobState.FINISHED)
    finally:
        assert second.end() == 0
