"""The ports of the dispatcher: to the read models, and to handovers under the log's lock."""

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
    """An unexpected error came after a call for handovers. The outcomes of their messages are unclear."""


@dataclass(frozen=True, kw_only=True)
class WaitingMember:
    """A member whose first decision was eligible and whose message is not handed over."""

    member_id: UUID
    deferred: bool


@dataclass(frozen=True, kw_only=True)
class OpenRun:
    """A run that is not over. The messages of a `promotional` run go after those of all other runs."""

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
        """Returns the position up to which all read models are known, with `membership` also those of audiences."""

    def head(self) -> int:
        """Returns the position of the log's last fact."""

    def open_runs(self, now: datetime) -> list[OpenRun]:
        """Returns the runs that may have something to do now, the oldest first and promotional ones last.

        Leaves out runs that are planned for later and runs that wait because their campaign is paused.
        """

    def anything_open(self) -> bool:
        """Whether any run is not over."""

    def waiting(self, run_id: UUID, now: datetime, limit: int) -> list[WaitingMember]:
        """Returns the members whose message can be handed over now.

        It was never handed over, or its handover lapsed, or it was deferred until an instant that has come.
        """

    def anyone_open(self, run_id: UUID) -> bool:
        """Whether a member of the audience has no final outcome."""

    def addressees(self, contact_points: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Addressee]:
        """Returns the addressees by (profile, contact point)."""

    def handed_over(self, *, before_epoch: int) -> list[UUID]:
        """Returns messages without an outcome that were handed over under a lower epoch of the lease."""


class Handovers(Protocol):
    def hand_over(
        self, pending: Sequence[PendingHandover], *, campaign_id: UUID, epoch: int, read_position: int
    ) -> list[int | None]:
        """Appends the handovers under the log's lock.

        Returns the position of each, or None for one that must be decided again. Raises LeaseLost if another
        dispatcher has taken over, and FactsTooOld if too many facts came since `read_position` to search them.
        """


def dispatcher_request(now: datetime, run_id: UUID) -> Request:
    return Request(actor="dispatcher", received_at=now, correlation_id=run_id)


def dispatcher_circumstances(now: datetime, run_id: UUID) -> Circumstances:
    """Returns the circumstances of the dispatcher's facts. Their correlation id is the id of the run."""
    return Circumstances(occurred_at=now, actor="dispatcher", correlation_id=run_id)
