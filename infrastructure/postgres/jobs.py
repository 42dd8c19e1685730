"""Jobs as PostgreSQL keeps them: for the processes that ask, and for the process that works on them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from application.jobs import (
    KEPT_HOURS,
    MOST_ATTEMPTS,
    MOST_RUNNING,
    MOST_UNENDED,
    AskJob,
    BegunJob,
    Job,
    JobEnded,
    JobError,
    JobKind,
    JobLost,
    JobNotFound,
    JobState,
    TooManyJobs,
)
from domain.errors import FarleyError
from infrastructure.postgres.connections import borrowed

HELD_SECONDS = 15.0
"""How long a job stays with a process that does not say that it is still at work."""
# A job that no process holds any more waits to be begun again.
JOB_COLUMNS = """
j.job_id, j.job_kind, j.owner, j.question,
case when j.job_state = 'running' and j.held_until < clock_timestamp() then 'waiting' else j.job_state end as job_state,
j."position", j.done, j.of_all, j.attempt, j.checkpoint, j.asked_at, j.begun_at, j.ended_at, j.answer
"""
_JOBS = (
    f"select {JOB_COLUMNS} from operation.jobs j"
    " where (ended_at is null or ended_at >= clock_timestamp() - kept_hours * interval '1 hour')"
)
_FIND = f"{_JOBS} and job_id = %(id)s"
_OF_OWNER = " and owner = %(owner)s"
_BEFORE = " and (asked_at, job_id) < (%(at)s, %(id)s)"
_NEWEST = " order by asked_at desc, job_id desc limit %(limit)s"


class JobsInDatabase:
    """The Jobs port."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def ask(self, asked: AskJob) -> Job:
        values = [
            *(asked.job_id, asked.kind, asked.owner, Jsonb(asked.question), asked.position, asked.of_all),
            *(KEPT_HOURS[asked.kind], MOST_UNENDED),
        ]
        if not self._does("select operation.ask_job(%s, %s, %s, %s, %s, %s, %s, %s)", values):
            raise TooManyJobs()
        return self.find(asked.job_id)

    def find(self, job_id: UUID) -> Job:
        jobs = self._jobs(_FIND, {"id": job_id})
        if not jobs:
            raise JobNotFound()
        return jobs[0]

    def listed(self, *, owner: str | None, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Job]:
        at, job_id = before or (None, None)
        statement = _JOBS + (_OF_OWNER if owner is not None else "") + (_BEFORE if before else "") + _NEWEST
        return self._jobs(statement, {"owner": owner, "at": at, "id": job_id, "limit": limit})

    def cancel(self, job_id: UUID) -> Job:
        cancelled = self._does("select operation.cancel_job(%s)", [job_id])
        job = self.find(job_id)
        if not cancelled and job.state is not JobState.CANCELLED:
            raise JobEnded()
        return job

    def _jobs(self, statement: str, values: Mapping[str, Any]) -> list[Job]:
        with borrowed(self._pool) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [job_of(row) for row in cursor.execute(statement.encode(), values)]

    def _does(self, statement: str, values: list[Any]) -> bool:
        with borrowed(self._pool) as connection:
            row = connection.execute(statement.encode(), values).fetchone()
        return bool(row and row[0])


def job_of(row: dict[str, Any]) -> Job:
    """Returns the job of a row with JOB_COLUMNS."""
    answer, state, kind = row.pop("answer"), JobState(row.pop("job_state")), JobKind(row.pop("job_kind"))
    return Job(
        **row,
        kind=kind,
        state=state,
        result=answer if state is JobState.FINISHED else None,
        error=JobError(**answer) if state is JobState.FAILED else None,
    )


class JobsAtWork:
    """The jobs of an installation, for the process that works on them. Its methods may be called by any thread."""

    def __init__(self, pool: ConnectionPool, *, held_seconds: float = HELD_SECONDS) -> None:
        self._pool = pool
        self._held_seconds = held_seconds

    def begin(self) -> BegunJob | None:
        """Begins the next job. Returns None if none waits, or if as many jobs run as may."""
        row = self._row(
            'select job_id, job_kind, owner, attempt, question, "position", checkpoint'
            " from operation.begin_job(%s, %s, %s, %s)",
            [MOST_RUNNING, MOST_ATTEMPTS, self._held_seconds, Jsonb(_written(JobLost()))],
        )
        if row is None:
            return None
        job_id, kind, owner, attempt, question, position, checkpoint = row
        return BegunJob(
            job_id=job_id,
            kind=JobKind(kind),
            owner=owner,
            attempt=attempt,
            question=question,
            position=position,
            checkpoint=checkpoint,
        )

    def hold(
        self, job: BegunJob, done: int, of_all: int, checkpoint: Mapping[str, Any] | None = None
    ) -> bool:
        """Notes the progress, and the checkpoint if one is given.

        Returns whether the job may go on: nobody cancelled it or has begun it again.
        """
        reached = None if checkpoint is None else Jsonb(checkpoint)
        row = self._row(
            "select operation.hold_job(%s, %s, %s, %s, %s, %s)",
            [job.job_id, job.attempt, done, of_all, reached, self._held_seconds],
        )
        return bool(row and row[0])

    def finish(self, job: BegunJob, result: Mapping[str, Any], done: int, of_all: int) -> None:
        self._end(job, JobState.FINISHED, result, done, of_all)

    def fail(self, job: BegunJob, error: FarleyError, done: int, of_all: int) -> None:
        self._end(job, JobState.FAILED, _written(error), done, of_all)

    def leave(self, job: BegunJob) -> None:
        """Lets the job wait again for the next process."""
        self._row("select operation.leave_job(%s, %s)", [job.job_id, job.attempt])

    def _end(self, job: BegunJob, state: JobState, answer: Mapping[str, Any], done: int, of_all: int) -> None:
        values = [job.job_id, job.attempt, state, Jsonb(answer), done, of_all]
        self._row("select operation.end_job(%s, %s, %s, %s, %s, %s)", values)

    def _row(self, statement: str, values: list[Any]) -> tuple[Any, ...] | None:
        with borrowed(self._pool) as connection:
            return cast(tuple[Any, ...] | None, connection.execute(statement.encode(), values).fetchone())


def _written(error: FarleyError) -> dict[str, Any]:
    return asdict(
        JobError(
            name=type(error).__name__,
            title=(type(error).__doc__ or "").strip().splitlines()[0],
            message=error.message,
            details={name: str(value) for name, value in error.details.items()},
        )
    )
