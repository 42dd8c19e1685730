"""Leases, which give work to one process at a time, and fences, by which the log refuses a process without one."""

from dataclasses import dataclass
from typing import Protocol

from domain.errors import Unavailable

DISPATCHER, SCHEDULER = "dispatcher", "scheduler"
"""The names of the leases."""


class LeaseLost(Unavailable):
    """Another process has taken over."""


@dataclass(frozen=True, kw_only=True)
class Fence:
    """A condition for saving: the lease of this name is not over and still has this epoch."""

    lease: str
    epoch: int


class Lease(Protocol):
    def hold(self) -> int | None:
        """Returns the epoch of the lease if this process holds it, else None."""

    def forget(self) -> None:
        """Notes that the lease may be lost. The next `hold` checks it."""

    def release(self) -> None: ...
