"""The scheduler's process: APScheduler only wakes it, slots decide; nothing of its jobs is stored."""

import logging
from contextlib import suppress
from datetime import UTC

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler

from application.scheduling.scheduler import Scheduler
from domain.errors import Unavailable
from infrastructure.bootstrap import Installation
from infrastructure.clock import Interruptible, SystemClock
from infrastructure.processes.projector import AWAY_SECONDS, Backoff

log = structlog.get_logger("scheduler")

TICK_SECONDS = 1
WATCH_SECONDS = 3600.0
"""How long the main thread sleeps at a time; a signal wakes it at once."""


def run_scheduler(installation: Installation, sleep: Interruptible) -> None:
    """Ticks until `sleep` is stopped, then gives the lease back. A database that is away is waited for.

    Any other error ends the process: the next one decides what is still due.
    """
    log.info("started")
    ticking = Ticking(installation.scheduler(), sleep)
    wakes = _wakes(ticking)
    wakes.start()
    try:
        while not sleep.stopped:
            sleep(WATCH_SECONDS)
    finally:
        wakes.shutdown(wait=True)
        with suppress(Unavailable):
            ticking.scheduler.release()
    if ticking.failure is not None:
        raise ticking.failure
    log.info("stopped")


class Ticking:
    """What APScheduler calls, in one thread at a time. `failure`: the error that ended it."""

    def __init__(self, scheduler: Scheduler, sleep: Interruptible) -> None:
        self.scheduler = scheduler
        self.failure: BaseException | None = None
        self._sleep = sleep
        self._away = Backoff(sleep, AWAY_SECONDS, factor=2)

    def tick(self) -> None:
        try:
            self.scheduler.tick()
            self._away.reset()
        except Unavailable as reason:
            log.warning("the database is away", error=type(reason).__name__)
            self._away.wait()

    def fail(self, event: JobExecutionEvent) -> None:
        self.failure = event.exception
        self._sleep.stop()


def _wakes(ticking: Ticking) -> BackgroundScheduler:
    """One job, at once and then each second; what was missed while it ran or slept is one tick."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # each tick would be a line
    wakes = BackgroundScheduler(timezone=UTC)
    wakes.add_job(
        ticking.tick,
        "interval",
        seconds=TICK_SECONDS,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        next_run_time=SystemClock().now(),
    )
    wakes.add_listener(ticking.fail, EVENT_JOB_ERROR)
    return wakes
