"""The scheduler decides every slot whose instant has come, once. Its lease keeps other schedulers from working."""

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
"""A tick looks this far ahead and notes the next slot's instant, so that the process can sleep until then."""
STOOD_STILL = timedelta(seconds=10)
"""If more time than this has passed since the last slot, the process stood still, and the tick ends."""


class Scheduler:
    """One `tick` looks once at every slot that is due. It never waits.

    The slots that are due come from a read model, which may lag. Everything that decides a slot is read from the
    streams of the log. The versions of the streams refuse a save by a scheduler that read them too early.
    """

    def __init__(self, *, store: Store, reading: ScheduleReading, lease: Lease, clock: Clock) -> None:
        self._store = store
        self._reading = reading
        self._lease = lease
        self._clock = clock
        self._written = 0
        self.leads = False
        """Whether this process held the lease at the last tick."""
        self.next_at: datetime | None = None
        """The next planned instant within LOOK_AHEAD of the last tick."""

    def tick(self) -> int:
        """Returns the number of slots it decided.

        It decides none while another process holds the lease, or while its own last facts are not folded yet.
        """
        self.next_at = None
        epoch = self._lease.hold()
        self.leads = epoch is not None
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
        """Gives the lease back, so that the next scheduler does not have to wait until it is over."""
        self._lease.release()

    def _in_turn(self, began: datetime, epoch: int) -> Iterator[tuple[Slot, datetime]]:
        """Yields the slots that are due, each with the instant of its turn, while this process holds the lease.

        The lease is renewed only between two slots, so that every decision has a lease that began before its
        instant. After a standstill nothing more is yielded: the next tick decides again what is late.
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
