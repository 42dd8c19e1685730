"""The dispatcher's process. It advances runs until it is stopped, then gives its lease back."""

from contextlib import AbstractContextManager, suppress

import structlog

from application.dispatch.dispatcher import Dispatcher
from domain.errors import Unavailable
from infrastructure.machine.clock import Interruptible, SystemClock
from infrastructure.postgres.arming import ArmedLease
from infrastructure.postgres.connections import borrowed
from infrastructure.postgres.sleeping import Bed, Sleeper
from infrastructure.processes.heartbeat import Heartbeat
from infrastructure.processes.resting import AWAY_SECONDS, Backoff, Rest, opened_bed
from infrastructure.wiring.dispatcher import DispatcherInstallation

log = structlog.get_logger("dispatcher")

EXPIRE_EVERY = 3600.0
"""Seconds between two times of forgetting old receipts."""


def run_dispatcher(installation: DispatcherInstallation, sleep: Interruptible) -> None:
    """Advances runs until `sleep` is stopped.

    Waits for an unavailable database, and then records the next hop's answers of the meantime. Any other error ends
    the process. The next dispatcher settles the messages that it left.
    """
    log.info("started")
    lease, receipts = installation.lease(), ReceiptExpiry(installation)
    dispatcher = installation.dispatcher(lease=lease)
    heartbeat = Heartbeat(installation.pool.connection, Sleeper.DISPATCHER, SystemClock())
    away = Backoff(sleep, AWAY_SECONDS, factor=2)
    try:
        while not sleep.stopped:
            try:
                with heartbeat.noting(), _bed(installation, sleep) as bed:
                    _advance(dispatcher, lease, receipts, Rest(bed, sleep), heartbeat, sleep, away)
            except Unavailable as reason:
                log.warning("the database is away", error=type(reason).__name__)
                away.wait()
    finally:
        with suppress(Unavailable):
            dispatcher.release()
            heartbeat.left()
    log.info("stopped")


def _bed(installation: DispatcherInstallation, stop: Interruptible) -> AbstractContextManager[Bed]:
    return opened_bed(installation.located.database_url, "farley_dispatcher", Sleeper.DISPATCHER, stop)


def _advance(
    dispatcher: Dispatcher,
    lease: ArmedLease,
    receipts: "ReceiptExpiry",
    rest: Rest,
    heartbeat: Heartbeat,
    sleep: Interruptible,
    away: Backoff,
) -> None:
    while not sleep.stopped:
        receipts.expire_when_due()
        advanced = dispatcher.advance()
        if lease.hold() is not None:
            heartbeat.leads()
            heartbeat.ended_well(dispatcher.held_back, waited=dispatcher.waited)
        else:
            heartbeat.runs(disarmed=lease.disarmed)
        away.reset()
        if advanced:
            rest.reset()
        else:
            rest.wait(lambda: dispatcher.longest_wait)


class ReceiptExpiry:
    """Forgets receipts older than their 30 days, once an hour."""

    def __init__(self, installation: DispatcherInstallation) -> None:
        self._installation = installation
        self._due = float("-inf")

    def expire_when_due(self) -> None:
        now = self._installation.clock.monotonic()
        if now >= self._due:
            with borrowed(self._installation.pool) as connection:
                connection.execute("select log.expire_receipts()")
            self._due = now + EXPIRE_EVERY
