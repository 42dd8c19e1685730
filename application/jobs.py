"""Jobs: questions that take too long for one request. A background process answers them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from domain.errors import NotFound, RuleBroken, Unavailable

MOST_RUNNING = 2
"""The most jobs of an installation that run at the same time."""
MOST_UNENDED = 20
"""The most jobs that wait or run. A further one is refused."""
MOST_ATTEMPTS = 3
"""How often a job is begun if the process that works on it ends. After that the job has failed."""
KEPT_HOURS = 24
"""How long a job is kept after its end, with its result."""


class JobState(StrEnum):
    """Where a job stands. A job that waits is begun as soon as others have ended."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobNotFound(NotFound):
    """No job has this id. A job and its result are kept for 24 hours after the job's end."""


class JobEnded(RuleBroken):
    """The job has ended already."""


class JobLost(RuleBroken):
    """Three attempts at the job did not end: its process ended, or the database was away or full. Ask again."""


class TooManyJobs(Unavailable):
    """Too many jobs wait or run already. Ask again when one of them has ended, or cancel one."""


class JobStopped(Exception):
    """The job must not go on: it was cancelled, another process has taken it over, or this process is ending."""


@dataclass(frozen=True, kw_only=True)
class JobError:
    """Why a job failed. `name`: of the class of the error. `details`: further fields of the problem."""

    name: str
    title: str
    message: str
    details: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as clients see it. `position`: the log's head when it was asked.

    - `folded`, `to_fold`: how many facts of the log were folded, and how many there are to fold.
    - `result`: of a finished job. `error`: of a failed one.
    """

    job_id: UUID
    state: JobState
    question: Mapping[str, Any]
    position: int
    asked_at: datetime
    folded: int
    to_fold: int
    ended_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    error: JobError | None = None


class Jobs(Protocol):
    """Keeps jobs. Questions and results are JSON objects."""

    def ask(self, job_id: UUID, question: Mapping[str, Any], position: int) -> Job:
        """Adds a job that waits. Raises TooManyJobs."""

    def find(self, job_id: UUID) -> Job:
        """Raises JobNotFound."""

    def cancel(self, job_id: UUID) -> Job:
        """Cancels a job that waits or runs; one that was cancelled stays so. Raises JobNotFound or JobEnded."""
