"""The port of a replay to the log: its facts, and read models that are folded from them up to a position."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from application.deciding.ports import Known
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
RecordedDecision = RunChunkDecided | MessageHandedOver | MessageWithheld
Ended = RunFinished | RunCancelled


@dataclass(frozen=True, kw_only=True)
class LoggedFact(Generic[F_co]):
    """A fact with its position in the log and the instant at which it was recorded.

    Its personal fields are left out, because no rule reads them.
    """

    position: int
    recorded_at: datetime
    fact: F_co


Call = tuple[int, int]
"""The epoch and the read position of a handover. Handovers with the same two came from one call of `log.hand_over`."""


def call_of(handover: MessageHandedOver) -> Call:
    return handover.epoch, handover.read_position


@dataclass(frozen=True, kw_only=True)
class Stopping:
    """A fact that may stop a handover: a stopping fact, or another handover of the same campaign.

    `about` are the profiles that it is about. It is empty if the fact is about the campaign or the policy, and so
    stops everybody. Only a handover has `call` and `address_id`.
    """

    position: int
    about: frozenset[UUID]
    call: Call | None = None
    address_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class RecordedMember:
    """What a run has recorded about one member.

    `part`: all members of the part of the audience that lists the member. `decided`: the chunk with the first decision,
    and then the second decisions, in the log's order.
    """

    member_id: UUID
    planned: RunPlanned
    part: tuple[UUID, ...]
    decided: tuple[LoggedFact[RecordedDecision], ...]


class RecordedMembers(Protocol):
    def member(self, run_id: UUID, person_id: UUID) -> RecordedMember | None:
        """Returns what is recorded about a person, by the id of any profile. None if the run has no such member."""


class ReplayLog(Protocol):
    """One replay's view of the log, as the log was when it was opened.

    Folding never goes back. Questions about people are answered as of the position that is folded to.
    """

    def recorded_at(self, position: int) -> datetime | None:
        """Returns when the last fact up to a position was recorded, or None before the first fact."""

    def planned(self, run_id: UUID) -> LoggedFact[RunPlanned] | None: ...

    def contents(self, campaign_id: UUID) -> list[LoggedFact[CampaignContent]]:
        """Returns all contents that the campaign has had, in the log's order."""

    def recorded_audience(self, run_id: UUID) -> LoggedFact[RunAudienceRecorded] | None: ...

    def ended(self, run_id: UUID) -> LoggedFact[Ended] | None: ...

    def listings(self, run_id: UUID) -> Iterator[LoggedFact[RunAudienceListed]]:
        """Yields the parts of the audience in order, without those of a list that was started again."""

    def listing(self, run_id: UUID, ordinal: int) -> RunAudienceListed | None: ...

    def recorded_decisions(self, run_id: UUID) -> Iterator[LoggedFact[RecordedDecision]]:
        """Yields every decision of the run, ordered by its read position, then by its own position."""

    def messages(self, run_id: UUID) -> Iterator[Sequence[LoggedFact[MessageFact]]]:
        """Yields the facts of each message stream of the run, ordered by version."""

    def epochs_next_to(self, first: int, last: int) -> tuple[int | None, int | None]:
        """Returns the epochs of the last handover before `first` and of the first one after `last`, of any run."""

    def stopping(
        self, profiles: Collection[UUID], campaign_id: UUID, *, after: int, before: int
    ) -> list[Stopping]:
        """Returns the stopping facts between two positions about one of these profiles, the campaign or the policy."""

    def fold_to(self, position: int) -> Iterator[int]:
        """Folds the log up to `position`. Yields the positions that it has reached."""

    def known(self) -> AbstractContextManager[Known]:
        """Opens what is known at the position that is folded to. All read models are at this position."""

    def leave_membership(self) -> None:
        """Stops folding the read models that only questions about members need, because no such
        question will follow."""


OpenReplayLog = Callable[[], AbstractContextManager[ReplayLog]]
"""Opens a view in which nothing is folded yet. Its tables are gone afterwards."""
