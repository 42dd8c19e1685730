"""What a replay asks of the log: its facts, and the read models folded from them up to a position."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from application.deciding.ports import DecisionReading
from domain.campaigns.events import CampaignContent
from domain.facts import Fact
from domain.messages.events import MessageFact, MessageHandedOver, MessageWithheld
from domain.runs.events import (
    RunAudienceListed,
    RunAudienceRecorded,
    RunCancelled,
    RunChunkDecided,
    RunFinished,
    RunPlanned,
)

F_co = TypeVar("F_co", bound=Fact, covariant=True)
Decided = RunChunkDecided | MessageHandedOver | MessageWithheld
Ended = RunFinished | RunCancelled


@dataclass(frozen=True, kw_only=True)
class Placed(Generic[F_co]):
    """A fact, its position in the log and when the log says that it was recorded.

    What is personal in it is left out: no rule reads it.
    """

    position: int
    recorded_at: datetime
    fact: F_co


Call = tuple[int, int]
"""The handovers of one epoch that read up to one position were asked for together."""


def call_of(handover: MessageHandedOver) -> Call:
    return handover.epoch, handover.read_position


@dataclass(frozen=True, kw_only=True)
class Stopping:
    """A fact that may stop a handover: of a kind that stops, or a handover of the same campaign.

    `about`: the profiles that it is about; none where it is about the
    campaign or the policy, and so stops everybody. `call` and `address_id`: of a handover.
    """

    position: int
    about: frozenset[UUID]
    call: Call | None = None
    address_id: UUID | None = None


class LogAlone(DecisionReading, Protocol):
    """One replay's view of the log as it stood when it was opened.

    Folding never goes back; questions about people are answered as of where it stands.
    """

    def recorded_at(self, position: int) -> datetime | None:
        """When the last fact up to a position was recorded; None before the first."""
        ...

    def planned(self, run_id: UUID) -> Placed[RunPlanned] | None: ...

    def contents(self, campaign_id: UUID) -> list[Placed[CampaignContent]]:
        """What the campaign said, in the log's order."""
        ...

    def recorded_audience(self, run_id: UUID) -> Placed[RunAudienceRecorded] | None: ...

    def ended(self, run_id: UUID) -> Placed[Ended] | None: ...

    def listings(self, run_id: UUID) -> Iterator[Placed[RunAudienceListed]]:
        """The parts of the audience, in their order; none of a listing that was begun anew."""
        ...

    def listing(self, run_id: UUID, ordinal: int) -> RunAudienceListed | None: ...

    def decided(self, run_id: UUID) -> Iterator[Placed[Decided]]:
        """Every decision of the run, by the position up to which it read, then by its own."""
        ...

    def messages(self, run_id: UUID) -> Iterator[Sequence[Placed[MessageFact]]]:
        """The facts of each message stream of the run, by version."""
        ...

    def epochs_next_to(self, first: int, last: int) -> tuple[int | None, int | None]:
        """Of the last handover before the position `first`, and of the first behind `last`, whichever run's."""
        ...

    def stopping(
        self, profiles: Collection[UUID], campaign_id: UUID, *, after: int, before: int
    ) -> list[Stopping]:
        """What stands between two positions and is about one of these profiles, the campaign or the policy."""
        ...

    def fold_to(self, position: int) -> Iterator[int]:
        """Folds on until `position`; yields how far it has come."""
        ...

    def leave_membership(self) -> None:
        """Nobody will ask for members any more: what only they need is not folded from here on."""
        ...


class LogsAlone(Protocol):
    def opened(self) -> AbstractContextManager[LogAlone]:
        """A view of nothing folded yet; whatever it holds is gone afterwards."""
        ...
