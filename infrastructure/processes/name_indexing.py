"""Keeps the index of names up to date, in a thread of the scheduler's process."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import structlog

from application.error_traces import where
from domain.errors import Unavailable
from infrastructure.machine.clock import Interruptible
from infrastructure.name_index.following import Following
from infrastructure.processes.resting import AWAY_SECONDS, Backoff

log = structlog.get_logger("scheduler")

LOOK_SECONDS = 1.0
"""The index follows the log this often. A search that needs newer facts does not wait for it."""
FAULT_SECONDS = 60.0
"""The wait after an error that is a fault of ours."""
END_SECONDS = 5.0
"""How long the end of the process waits for a step that has begun."""


@contextmanager
def indexing_names(following: Following, sleep: Interruptible) -> Iterator[None]:
    """Within the block, a thread makes the index of names follow the log."""
    thread = Thread(target=_follow_until_stopped, args=[following, sleep], name="names", daemon=True)
    thread.start()
    try:
        yield
    finally:
        sleep.stop()
        thread.join(END_SECONDS)


def _follow_until_stopped(following: Following, sleep: Interruptible) -> None:
    away = Backoff(sleep, AWAY_SECONDS, factor=2)
    while not sleep.stopped:
        try:
            _follow(following, sleep)
            away.reset()
            sleep(LOOK_SECONDS)
        except Unavailable as reason:
            log.warning("a database is away from the index of names", error=type(reason).__name__)
            away.wait()
        except Exception as fault:  # noqa: BLE001 - whatever it is, the process has other work
            log.error("the index of names cannot follow the log", **where(fault))
            sleep(FAULT_SECONDS)


def _follow(following: Following, sleep: Interruptible) -> None:
    """Follows the log to its end, after all rows were made anew if they are outdated."""
    if following.is_outdated():
        for _ in following.rebuild():
            if sleep.stopped:
                return
        log.info("the index of names was made anew by the rules of this version")
    while not sleep.stopped and following.step():
        pass
