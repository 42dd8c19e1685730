"""The scheduler's process. APScheduler only wakes it and stores nothing. The slots decide.

Beside the slots, threads of this process work on jobs and keep the index of names up to date.
"""

import logging
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from domain.errors import Unavailable
from infrastructure.machine.clock import Interruptible, SystemClock
from infrastructure.postgres.sleeping import Sleeper
from infrastructure.processes.heartbeat import Heartbeat
from infrastructure.processes.jobs import working_on_jobs
from infrastructure.processes.name_indexing import indexing_names
from infrastructure.processes.resting import AWAY_SECONDS, Backoff, opened_bed
from infrastructure.wiring.scheduler import SchedulerInstallation

log = structlog.get_logger("scheduler")

JOB = "tick"
TICK_SECONDS = 2
"""The scheduler looks for due slots this often even if nothing woke it."""
WATCH_SECONDS = 3600.0
"""How long the main thread sleeps at a time; a signal or a new fact wakes it at once."""


def run_scheduler(installation: SchedulerInstallation, sleep: Interruptible) -> None:
    """Ticks until `sleep` is stopped, then gives the lease back. Waits for an unavailable database.

    Works on jobs and on the index of names meanwhile. Any other error ends the process. The next scheduler decides the
    slots that are still due.
    """
    log.info("started")
    url = installation.located.database_url
    with (
        working_on_jobs(url, installation.jobs(), installation.works(), sleep, installation.tidying().tidy),
        indexing_names(installation.names(), sleep),
    ):
        _tick_until_stopped(installation, sleep)
    log.info("stopped")


def _tick_until_stopped(installation: SchedulerInstallation, sleep: Interruptible) -> None:
    ticking = Ticking(installation, sleep)
    ticking.wakes.start()
    away = Backoff(sleep, AWAY_SECONDS, factor=2)
    try:
        while not sleep.stopped:
            try:
                _tick_when_woken(installation, ticking, sleep, away)
            except Unavailable:
                away.wait()
    finally:
        ticking.wakes.shutdown(wait=True)
        with suppress(Unavailable):
            ticking.release()
    if ticking.failure is not None:
        raise ticking.failure


def _tick_when_woken(
    installation: SchedulerInstallation, ticking: "Ticking", sleep: Interruptible, away: Backoff
) -> None:
    url = installation.located.database_url
    with opened_bed(url, "farley_dispatcher", Sleeper.SCHEDULER, sleep) as bed:
        away.reset()
        while not sleep.stopped:
            bed.fall_asleep()
            ticking.tick_at(SystemClock().now())
            bed.sleep(WATCH_SECONDS)


class Ticking:
    """The job that APScheduler calls, in one thread at a time. `failure` is the error that ended it."""

    def __init__(self, installation: SchedulerInstallation, sleep: Interruptible) -> None:
        self.scheduler = installation.scheduler()
        self.failure: BaseException | None = None
        self._sleep = sleep
        self._away = Backoff(sleep, AWAY_SECONDS, factor=2)
        self._heartbeat = Heartbeat(installation.pool.connection, Sleeper.SCHEDULER, SystemClock())
        self.wakes = _wakes(self)

    def tick(self) -> None:
        try:
            with self._heartbeat.noting():
                self.scheduler.tick()
            if self.scheduler.leads:
                self._heartbeat.leads()
                self._heartbeat.ended_well()
            else:
                self._heartbeat.runs()
            self._away.reset()
        except Unavailable as reason:
            log.warning("the database is away", error=type(reason).__name__)
            self._away.wait()
        if self.scheduler.next_at is not None:
            self.tick_at(self.scheduler.next_at)

    def release(self) -> None:
        """Gives the lease back, so that the next scheduler does not have to wait until it is over."""
        self.scheduler.release()
        self._heartbeat.left()

    def tick_at(self, instant: datetime) -> None:
        """Schedules the next tick for this instant, unless the process is ending."""
        with suppress(JobLookupError):
            self.wakes.modify_job(JOB, next_run_time=instant)

    def fail(self, event: JobExecutionEvent) -> None:
        self.failure = event.exception
        self._sleep.stop()


def _wakes(ticking: Ticking) -> BackgroundScheduler:
    """Runs one job, at once and then every TICK_SECONDS. Ticks that were missed meanwhile become one tick."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # each tick would be a line
    wakes = BackgroundScheduler(timezone=UTC)
    wakes.add_job(
        ticking.tick,
        "interval",
        id=JOB,
        seconds=TICK_SECONDS,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        next_run_time=SystemClock().now(),
    )
    wakes.add_listener(ticking.fail, EVENT_JOB_ERROR)
    return wakes
