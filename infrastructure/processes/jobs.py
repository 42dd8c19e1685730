"""Works on jobs, in threads of the scheduler's process. PostgreSQL does most of the work, in processes of its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

import psycopg
import structlog

from application.error_traces import where
from application.jobs import BegunJob, JobKind, JobStopped, Work
from domain.errors import AnsweringTookTooLong, FarleyError, Unavailable
from infrastructure.machine.clock import Interruptible
from infrastructure.postgres.jobs import JobsAtWork
from infrastructure.postgres.sleeping import Sleeper
from infrastructure.processes.resting import AWAY_SECONDS, Backoff, opened_bed
from projections.engine.beside import CannotBeFolded

log = structlog.get_logger("scheduler")

LOOK_SECONDS = 10.0
"""A process looks for jobs this often even if nothing woke it: nobody tells it of a job whose process was killed."""
HOLD_SECONDS = 1.0
"""A job's progress is noted this often, and a cancelled job is stopped within this time."""
END_SECONDS = 5.0
"""How long the end of the process waits for the statement of a job that is left."""


class FaultInJob(FarleyError):
    """Something went wrong here; it has been logged."""


class FactCannotBeFolded(FarleyError):
    """A projection cannot fold a fact of the log. An operator has to deal with it first."""


@contextmanager
def working_on_jobs(
    database_url: str,
    jobs: JobsAtWork,
    works: Mapping[JobKind, Work],
    sleep: Interruptible,
    tidy: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Within the block, threads work on jobs. At its end they leave what they have begun to the next process.

    `tidy`: deletes what ended jobs have left. It is called now and then, and when a job has ended.
    """
    worker = JobWorker(jobs, works, sleep)
    looking = Thread(target=_look, args=[database_url, worker, sleep, tidy], name="jobs", daemon=True)
    looking.start()
    try:
        yield
    finally:
        sleep.stop()
        looking.join(END_SECONDS)
        worker.join(END_SECONDS)


def _look(database_url: str, worker: "JobWorker", sleep: Interruptible, tidy: Callable[[], None]) -> None:
    away = Backoff(sleep, AWAY_SECONDS, factor=2)
    while not sleep.stopped:
        try:
            with opened_bed(database_url, "farley_dispatcher", Sleeper.JOBS, sleep) as bed:
                while not sleep.stopped:
                    bed.fall_asleep()
                    while worker.begin_next():
                        pass
                    away.reset()
                    _tidied(tidy)
                    bed.sleep(LOOK_SECONDS)
        except (Unavailable, psycopg.OperationalError) as reason:
            log.warning("the database is away from the jobs", error=type(reason).__name__)
            away.wait()


def _tidied(tidy: Callable[[], None]) -> None:
    """Tidies. What a folder does not let happen now happens the next time."""
    try:
        tidy()
    except OSError as reason:
        log.warning("what jobs have left cannot be deleted", **where(reason))


class JobWorker:
    """Works on each job that it begins in a thread of its own. Another thread holds the job meanwhile.

    `works`: what does the jobs of each kind.
    """

    def __init__(self, jobs: JobsAtWork, works: Mapping[JobKind, Work], sleep: Interruptible) -> None:
        self._jobs = jobs
        self._works = works
        self._sleep = sleep
        self._threads: list[Thread] = []

    def begin_next(self) -> bool:
        """Begins a job, if there is one and not too many run. Returns whether it did."""
        job = None if self._sleep.stopped else self._jobs.begin()
        if job is None:
            return False
        thread = Thread(target=self._work, args=[job], name="job", daemon=True)
        self._threads = [running for running in self._threads if running.is_alive()] + [thread]
        thread.start()
        return True

    def join(self, seconds: float) -> None:
        """Waits until no thread works on a job."""
        for thread in self._threads:
            thread.join(seconds)

    def _work(self, job: BegunJob) -> None:
        log.info("a job began", job=str(job.job_id), attempt=job.attempt)
        try:
            with JobFollower(self._jobs, job, self._sleep) as follower:
                self._do_unless_stopped(job, follower)
        except Unavailable as reason:
            log.warning("the database is away from a job, or full", job=str(job.job_id), **where(reason))

    def _do_unless_stopped(self, job: BegunJob, follower: "JobFollower") -> None:
        try:
            self._do(job, follower)
        except JobStopped:
            log.info("a job was stopped", job=str(job.job_id))
            if self._sleep.stopped:
                self._jobs.leave(job)

    def _do(self, job: BegunJob, follower: "JobFollower") -> None:
        """Does the work. Without the database the job is not ended: a process begins it again later."""
        try:
            result = self._works[job.kind](job, follower)
        except Exception as error:
            follower.refuse_stopped()
            if isinstance(error, Unavailable) and not isinstance(error, AnsweringTookTooLong):
                raise
            self._jobs.fail(job, _shown(error), *follower.progress)
            log.warning("a job failed", job=str(job.job_id), **where(error))
        else:
            self._jobs.finish(job, result, *follower.progress)
            log.info("a job finished", job=str(job.job_id))


class JobFollower:
    """Follows a job. Within the block, a thread holds the job, and interrupts it if it must not go on.

    `progress`: how many units are done, and how many there are.
    """

    def __init__(self, jobs: JobsAtWork, job: BegunJob, sleep: Interruptible) -> None:
        self._jobs = jobs
        self._job = job
        self._sleep = sleep
        self._interrupt: Callable[[], None] | None = None
        self.progress = 0, job.position
        self._stopped = False
        self._ended = Event()
        self._holding = Thread(target=self._hold_until_ended, name="holding", daemon=True)

    def __enter__(self) -> "JobFollower":
        self._holding.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._holding.join()

    def reached(self, done: int, of_all: int) -> None:
        self.progress = done, of_all
        self.refuse_stopped()

    def keep(self, checkpoint: Mapping[str, Any]) -> None:
        self.refuse_stopped()
        self._stopped = not self._jobs.hold(self._job, *self.progress, checkpoint)
        self.refuse_stopped()

    def can_interrupt(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt

    def refuse_stopped(self) -> None:
        """Raises JobStopped if the job must not go on."""
        if self._stopped or self._sleep.stopped:
            raise JobStopped

    def _hold_until_ended(self) -> None:
        while not self._ended.wait(HOLD_SECONDS):
            if self._sleep.stopped or not self._may_go_on():
                self._stopped = True
                self._end_statement()

    def _may_go_on(self) -> bool:
        """Without the database nobody knows, and the statements of the job fail by themselves."""
        try:
            return self._jobs.hold(self._job, *self.progress)
        except Unavailable:
            return True

    def _end_statement(self) -> None:
        if self._interrupt is not None:
            with suppress(psycopg.Error):
                self._interrupt()


def _shown(error: Exception) -> FarleyError:
    """Returns the error without what it says about the values of facts."""
    if isinstance(error, CannotBeFolded):
        return FactCannotBeFolded(projection=error.details["projection"], position=error.details["position"])
    return error if isinstance(error, FarleyError) else FaultInJob()
