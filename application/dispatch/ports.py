"""What the dispatcher needs of the read models and of the log's lock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.deciding.ports import DecisionReading
from application.deciding.ports import FactsTooOld as FactsTooOld
from application.leases import Lease as Lease
from application.leases import LeaseLost as LeaseLost
from application.rendering import Addressee
from application.requests import Request
from domain.facts import Circumstances
from domain.messages.message import Message


class HandoverBrokenOff(Exception):
    """An unexpected error after a handover was asked for: what became of its messages is unclear."""


@dataclass(frozen=True, kw_only=True)
class WaitingMember:
    """A member of an audience who was found eligible and whose message is not handed over."""

    member_id: UUID
    deferred: bool


@dataclass(frozen=True, kw_only=True)
class OpenRun:
    """A run that is not over; `promotional`: its messages are, and go after all others."""

    run_id: UUID
    campaign_id: UUID
    promotional: bool


@dataclass(frozen=True, kw_only=True)
class PendingHandover:
    """A message with its MessageHandedOver pending, and the profiles whose stopping facts would refuse it."""

    message: Message
    watched: frozenset[UUID]


class RunReading(DecisionReading, Protocol):
    def position(self, *, membership: bool = False) -> int:
        """Up to which position everything is known; `membership`: who is in an audience, too."""
        ...

    def head(self) -> int:
        """The position of the log's last fact."""
        ...

    def open_runs(self, now: datetime) -> list[OpenRun]:
        """Those that may have something to do now, the oldest first, promotional ones last: neither those planned
        for later, nor those that wait while their campaign is paused."""
        ...

    def anything_open(self) -> bool:
        """Whether a run is not over."""
        ...

    def waiting(self, run_id: UUID, now: datetime, limit: int) -> list[WaitingMember]:
        """Who can be handed over now: never handed over, lapsed, or deferred until an instant that has come."""
        ...

    def anyone_open(self, run_id: UUID) -> bool:
        """Whether a member of the audience has no final outcome."""
        ...

    def addressees(self, contact_points: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Addressee]:
        """By (profile, contact point)."""
        ...

    def handed_over(self, *, before_epoch: int) -> list[UUID]:
        """Messages without an outcome that a holder of the lease with a lower epoch handed over."""
        ...


class Handovers(Protocol):
    def hand_over(
        self, pending: Sequence[PendingHandover], *, campaign_id: UUID, epoch: int, read_position: int
    ) -> list[int | None]:
        """Appends the handovers under the log's lock; None for one that must be decided again.

        LeaseLost where another dispatcher has taken over, FactsTooOld where the tail is too long to search.
        """
        ...


def dispatcher_request(now: datetime, run_id: UUID) -> Request:
    return Request(actor="dispatcher", received_at=now, correlation_id=run_id)


def dispatcher_circumstances(now: datetime, run_id: UUID) -> Circumstances:
    """The circumstances of what the dispatcher does: its run is the correlation."""
    return Circumstances(occurred_at=now, actor="dispatcher", correlation_id=run_id)
