"""Jobs as PostgreSQL keeps them: for the processes that ask, and for the process that works on them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
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
    Job,
    JobEnded,
    JobError,
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
_FIND = """
select job_id, question,
       case when job_state = 'running' and held_until < clock_timestamp() then 'waiting' else job_state end
           as job_state,
       "position", folded, to_fold, asked_at, ended_at, answer
from operation.jobs
where job_id = %(id)s
  and (ended_at is null or ended_at >= clock_timestamp() - %(kept)s * interval '1 hour')
"""


class JobsInDatabase:
    """The Jobs port."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def ask(self, job_id: UUID, question: Mapping[str, Any], position: int) -> Job:
        values = [job_id, Jsonb(question), position, MOST_UNENDED]
        if not self._does("select operation.ask_job(%s, %s, %s, %s)", values):
            raise TooManyJobs()
        return self.find(job_id)

    def find(self, job_id: UUID) -> Job:
        with borrowed(self._pool) as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(_FIND, {"id": job_id, "kept": KEPT_HOURS}).fetchone()
        if row is None:
            raise JobNotFound()
        answer, state = row.pop("answer"), JobState(row.pop("job_state"))
        return Job(
            **row,
            state=state,
            result=answer if state is JobState.FINISHED else None,
            error=JobError(**answer) if state is JobState.FAILED else None,
        )

    def cancel(self, job_id: UUID) -> Job:
        cancelled = self._does("select operation.cancel_job(%s)", [job_id])
        job = self.find(job_id)
        if not cancelled and job.state is not JobState.CANCELLED:
            raise JobEnded()
        return job

    def _does(self, statement: str, values: list[Any]) -> bool:
        with borrowed(self._pool) as connection:
            row = connection.execute(statement.encode(), values).fetchone()
        return bool(row and row[0])


@dataclass(frozen=True, kw_only=True)
class BegunJob:
    """A job that this process works on. `attempt` counts how often it was begun."""

    job_id: UUID
    attempt: int
    question: Mapping[str, Any]
    position: int


class JobsAtWork:
    """The jobs of an installation, for the process that works on them. Its methods may be called by any thread."""

    def __init__(self, pool: ConnectionPool, *, held_seconds: float = HELD_SECONDS) -> None:
        self._pool = pool
        self._held_seconds = held_seconds

    def begin(self) -> BegunJob | None:
        """Begins the next job. Returns None if none waits, or if as many jobs run as may."""
        row = self._row(
            'select job_id, attempt, question, "position" from operation.begin_job(%s, %s, %s, %s, %s)',
            [MOST_RUNNING, MOST_ATTEMPTS, self._held_seconds, Jsonb(_written(JobLost())), KEPT_HOURS],
        )
        if row is None:
            return None
        return BegunJob(job_id=row[0], attempt=row[1], question=row[2], position=row[3])

    def hold(self, job: BegunJob, folded: int, to_fold: int) -> bool:
        """Notes the progress. Returns whether the job may go on: nobody cancelled it or has begun it again."""
        row = self._row(
            "select operation.hold_job(%s, %s, %s, %s, %s)",
            [job.job_id, job.attempt, folded, to_fold, self._held_seconds],
        )
        return bool(row and row[0])

    def finish(self, job: BegunJob, result: Mapping[str, Any], folded: int, to_fold: int) -> None:
        self._end(job, JobState.FINISHED, result, folded, to_fold)

    def fail(self, job: BegunJob, error: FarleyError, folded: int, to_fold: int) -> None:
        self._end(job, JobState.FAILED, _written(error), folded, to_fold)

    def leave(self, job: BegunJob) -> None:
        """Lets the job wait again for the next process."""
        self._row("select operation.leave_job(%s, %s)", [job.job_id, job.attempt])

    def _end(
        self, job: BegunJob, state: JobState, answer: Mapping[str, Any], folded: int, to_fold: int
    ) -> None:
        values = [job.job_id, job.attempt, state, Jsonb(answer), folded, to_fold]
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
