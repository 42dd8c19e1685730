"""The Lease port in memory. tests/in_memory/test_leases.py holds it to the lease in the database."""

from collections.abc import Callable
from dataclasses import dataclass, field

from application.leases import DISPATCHER
from domain.ports import Clock
from infrastructure.postgres.handovers import DatabaseLease
from tests.application.memory_store import MemoryStore


@dataclass(kw_only=True)
class _Holding:
    holder: str
    epoch: int
    runs: bool = True


@dataclass(kw_only=True)
class MemoryLeases:
    """All leases of an installation. A lease runs until its holder releases it or the test calls `expire`.

    The store learns which epoch of each lease runs, and refuses what is saved with another one.
    """

    store: MemoryStore
    _holdings: dict[str, _Holding] = field(default_factory=dict)

    def take(self, name: str, holder: str) -> int | None:
        """Takes or prolongs a lease and returns its epoch. Returns None while another holder has it."""
        known = self._holdings.get(name)
        if known is not None and known.runs and known.holder != holder:
            return None
        epoch = 1 if known is None else known.epoch + (known.holder != holder)
        self._holdings[name] = _Holding(holder=holder, epoch=epoch)
        self.store.held[name] = epoch
        return epoch

    def holder(self, name: str = DISPATCHER) -> str | None:
        """Who has the lease now; None if nobody has."""
        known = self._holdings.get(name)
        return known.holder if known is not None and known.runs else None

    def expire(self, name: str = DISPATCHER, holder: str | None = None) -> None:
        """Ends the lease; with `holder`, only if this holder has it."""
        known = self._holdings.get(name)
        if known is not None and holder in (None, known.holder):
            known.runs = False
            self.store.held.pop(name, None)


class MemoryLease:
    """One holder's view of a lease. Like the database's, it asks again only after PROLONG_SECONDS."""

    def __init__(self, leases: MemoryLeases, holder: str, clock: Clock, *, name: str = DISPATCHER) -> None:
        self._take: Callable[[], int | None] = lambda: leases.take(name, holder)
        self._give_back = lambda: leases.expire(name, holder)
        self._clock = clock
        self._epoch: int | None = None
        self._asked = float("-inf")

    def hold(self) -> int | None:
        now = self._clock.monotonic()
        if now - self._asked >= DatabaseLease.PROLONG_SECONDS:
            self._epoch, self._asked = self._take(), now
        return self._epoch

    def forget(self) -> None:
        self._asked = float("-inf")

    def release(self) -> None:
        self._give_back()
        self.forget()
