"""Jobs: work that takes too long for one request. A background process does it."""

from collections.abc import Callable, Mapping, Sequence
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


class JobKind(StrEnum):
    """What a job does."""

    PAST_PREVIEW = "past_preview"
    IMPORT = "import"
    REPLAY = "replay"


KEPT_HOURS = {JobKind.PAST_PREVIEW: 24, JobKind.IMPORT: 30 * 24, JobKind.REPLAY: 24}
"""How long a job is kept after its end, with its result."""


class JobUnit(StrEnum):
    """What the progress of a job counts."""

    FACTS = "facts"
    BYTES = "bytes"


UNITS = {
    JobKind.PAST_PREVIEW: JobUnit.FACTS,
    JobKind.IMPORT: JobUnit.BYTES,
    JobKind.REPLAY: JobUnit.FACTS,
}
"""What the progress of a kind counts: facts of the log that are folded, or bytes of the file that are read."""


class JobState(StrEnum):
    """Where a job stands. A job that waits is begun as soon as others have ended."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobNotFound(NotFound):
    """No job of yours has this id. A job is kept for 24 hours after its end, that of an import for 30 days."""


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
class AskJob:
    """Asks for a job. `owner`: the actor who asks. `position`: the log's head. `of_all`: how many units there are."""

    job_id: UUID
    kind: JobKind
    owner: str
    question: Mapping[str, Any]
    position: int
    of_all: int


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as clients see it. `position`: the log's head when it was asked.

    - `owner`: the actor who asked.
    - `done`, `of_all`: how many units are done, and how many there are. UNITS has the unit of each kind.
    - `checkpoint`: how far an attempt came, from where the next one goes on.
    - `begun_at`: when the last attempt began.
    - `result`: of a finished job. `error`: of a failed one.
    """

    job_id: UUID
    kind: JobKind
    owner: str
    state: JobState
    question: Mapping[str, Any]
    position: int
    asked_at: datetime
    done: int
    of_all: int
    attempt: int = 0
    checkpoint: Mapping[str, Any] | None = None
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    error: JobError | None = None

    @property
    def has_ended(self) -> bool:
        return self.state not in (JobState.WAITING, JobState.RUNNING)


class Jobs(Protocol):
    """Keeps jobs. Questions and results are JSON objects."""

    def ask(self, asked: AskJob) -> Job:
        """Adds a job that waits. Raises TooManyJobs."""

    def find(self, job_id: UUID) -> Job:
        """Raises JobNotFound."""

    def listed(self, *, owner: str | None, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Job]:
        """Returns jobs, the last asked first, from a place on. `owner`: None for the jobs of everybody."""

    def cancel(self, job_id: UUID) -> Job:
        """Cancels a job that waits or runs; one that was cancelled stays so. Raises JobNotFound or JobEnded."""


@dataclass(frozen=True, kw_only=True)
class BegunJob:
    """A job that a process works on. `attempt` counts how often it was begun."""

    job_id: UUID
    kind: JobKind
    owner: str
    attempt: int
    question: Mapping[str, Any]
    position: int
    checkpoint: Mapping[str, Any] | None = None


class JobFollower(Protocol):
    """Follows the work on a job."""

    def reached(self, done: int, of_all: int) -> None:
        """Takes how many units are done, and how many there are. May raise JobStopped."""

    def keep(self, checkpoint: Mapping[str, Any]) -> None:
        """Stores from where the next attempt goes on. Raises JobStopped if this one must not go on."""

    def can_interrupt(self, interrupt: Callable[[], None]) -> None:
        """Takes a function that any thread may call. It ends the database's statement that is being executed."""


Work = Callable[[BegunJob, JobFollower], Mapping[str, Any]]
"""Does a job and returns its result. Raises JobStopped if the follower does."""
