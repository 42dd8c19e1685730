"""The dispatcher's process: takes runs forward until it is told to stop, then gives its lease back."""

from contextlib import suppress

import structlog

from application.dispatch.dispatcher import Dispatcher
from domain.errors import Unavailable
from infrastructure.bootstrap import Installation
from infrastructure.clock import Interruptible
from infrastructure.postgres.connections import borrowed
from infrastructure.processes.projector import AWAY_SECONDS, Backoff

log = structlog.get_logger("dispatcher")

IDLE_SECONDS = (0.005, 0.05)
"""How long it waits when there is nothing to do, or for the read models: at first, and at most."""
EXPIRE_EVERY = 3600.0
"""Seconds between two times of forgetting old receipts."""


def run_dispatcher(installation: Installation, sleep: Interruptible) -> None:
    """Advances until `sleep` is stopped. A database that is away is waited for, and what the next hop said
    meanwhile is written when it is back. Any other error ends the process: the next one settles what it left.
    """
    log.info("started")
    dispatcher, receipts = installation.dispatcher(), Receipts(installation)
    away = Backoff(sleep, AWAY_SECONDS, factor=2)
    try:
        while not sleep.stopped:
            try:
                _advance(dispatcher, receipts, sleep, away)
            except Unavailable as reason:
                log.warning("the database is away", error=type(reason).__name__)
                away.wait()
    finally:
        with suppress(Unavailable):
            dispatcher.release()
    log.info("stopped")


def _advance(dispatcher: Dispatcher, receipts: "Receipts", sleep: Interruptible, away: Backoff) -> None:
    idle = Backoff(sleep, IDLE_SECONDS)
    while not sleep.stopped:
        receipts.expire_when_due()
        if dispatcher.advance():
            idle.reset()
        else:
            idle.wait()
        away.reset()


class Receipts:
    """Forgets receipts older than their 30 days, once an hour."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._due = float("-inf")

    def expire_when_due(self) -> None:
        now = self._installation.clock.monotonic()
        if now >= self._due:
            with borrowed(self._installation.pool) as connection:
                connection.execute("select log.expire_receipts()")
            self._due = now + EXPIRE_EVERY
