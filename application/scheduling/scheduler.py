"""The scheduler: decides every slot whose instant has come, alone by its lease, never twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog

from application.leases import Lease, LeaseLost
from application.scheduling.deciding import SlotDeciding
from application.scheduling.ports import ScheduleReading, Slot
from application.store import Store
from domain.ports import Clock

log = structlog.get_logger("scheduler")

LOOK_AHEAD = timedelta(seconds=3)
"""A slot that comes within this time is known by its instant: nobody has to look again and again until then."""
STOOD_STILL = timedelta(seconds=10)
"""Whoever finds this much time gone since the last slot was stopped, and does not go on where it was."""


class Scheduler:
    """One `tick` looks once at every slot that is due; it never waits.

    What is due is read from a read model, which may lag; everything that decides a slot is read from the log's
    own streams, whose versions refuse whoever read them too early.
    """

    def __init__(self, *, store: Store, reading: ScheduleReading, lease: Lease, clock: Clock) -> None:
        self._store = store
        self._reading = reading
        self._lease = lease
        self._clock = clock
        self._written = 0
        self.next_at: datetime | None = None
        """The next planned instant within LOOK_AHEAD of the last tick."""

    def tick(self) -> int:
        """How many slots it decided: none while another holds the lease or its last facts are not folded."""
        self.next_at = None
        epoch = self._lease.hold()
        if epoch is None or self._reading.position() < self._written:
            return 0
        began = self._clock.now()
        deciding = SlotDeciding(self._store, began=began, epoch=epoch)
        try:
            return sum(deciding.decide(slot, now) for slot, now in self._in_turn(began, epoch))
        except LeaseLost:
            log.info("the lease is lost")
            self._lease.forget()
            return 0
        finally:
            self._written = max(self._written, deciding.written)

    def release(self) -> None:
        """Gives the lease back, so that the next scheduler need not wait for its end."""
        self._lease.release()

    def _in_turn(self, began: datetime, epoch: int) -> Iterator[tuple[Slot, datetime]]:
        """The slots that are due, each with the instant of its turn, while the lease is held.

        The lease is prolonged between two slots only: a decision is fenced by what was held before its instant.
        After a standstill nothing follows: the next tick tells anew what is late.
        """
        last = began
        for slot in self._reading.due(began + LOOK_AHEAD):
            if self._lease.hold() != epoch:
                return
            now = self._clock.now()
            if slot.planned_for > now:
                self.next_at = slot.planned_for
                return
            if now - last > STOOD_STILL:
                return
            yield slot, now
            last = now
