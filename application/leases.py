"""Who does what alone: a lease, and the fence by which the log refuses whoever has lost it."""

from dataclasses import dataclass
from typing import Protocol

from domain.errors import Unavailable

DISPATCHER, SCHEDULER = "dispatcher", "scheduler"
"""The names of the leases."""


class LeaseLost(Unavailable):
    """Another process has taken over."""


@dataclass(frozen=True, kw_only=True)
class Fence:
    """What is saved with it is saved only while the lease of this name still has this epoch and runs."""

    lease: str
    epoch: int


class Lease(Protocol):
    def hold(self) -> int | None:
        """The epoch of the lease while this process holds it, else None."""
        ...

    def forget(self) -> None:
        """It may have been lost: the next `hold` finds out."""
        ...

    def release(self) -> None: ...
