"""The port to what decisions rest on: at the log's head, or as it was known at a position."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy, policy_at
from domain.errors import Unavailable

Criteria = Mapping[str, Any]
"""As a client wrote them."""


class FactsTooOld(Unavailable):
    """The facts were read too long ago to search all that came since; they are read again."""


@dataclass(frozen=True, kw_only=True)
class KnownFacts:
    """The facts about several people, by the ids that were asked for, and the adopted policies, all known up to
    `position`."""

    position: int
    facts: Mapping[UUID, DecisionFacts]
    policies: tuple[SuppressionPolicy, ...] = ()

    def policy_at(self, at: datetime) -> SuppressionPolicy:
        """The policy in effect at an instant."""
        return policy_at(self.policies, at)


@dataclass(frozen=True, kw_only=True)
class AudienceAt:
    """Who matches these criteria at this instant."""

    criteria: Criteria
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RunInProgress:
    """The run of a campaign that is not over, and its end."""

    run_id: UUID
    ends_at: datetime


class Known(Protocol):
    """One state of everything that decisions rest on; every question is answered from it."""

    @property
    def position(self) -> int:
        """Up to which position of the log everything is known."""
        ...

    def facts(
        self,
        person_ids: Collection[UUID],
        *,
        campaign_id: UUID | None = None,
        run_id: UUID | None = None,
        recheck: AudienceAt | None = None,
    ) -> KnownFacts:
        """About people, or about members of a run; with `recheck`, whether each of them still matches."""
        ...

    def facts_about(
        self, person_id: UUID, *, campaign_id: UUID | None, recheck: AudienceAt | None = None
    ) -> KnownFacts:
        """About one person, by the id of any of their profiles; as the campaign's open run reads them, if there is
        one. A run does not recheck members about whom it has yet to decide."""
        ...

    def open_run(self, campaign_id: UUID) -> RunInProgress | None: ...

    def check(self, criteria: Criteria, at: datetime) -> None:
        """InvalidCriteria, with the path, for criteria that cannot be read or may not be written at `at`."""
        ...

    def members(self, audience: AudienceAt) -> list[UUID]:
        """Everyone who matches, by canonical id in order."""
        ...

    def some(self, audience: AudienceAt, most: int) -> Sequence[UUID]:
        """All of them in order, or so many drawn by a fixed seed."""
        ...

    def size(self, audience: AudienceAt) -> int:
        """How many match, exactly."""
        ...

    def matching(self, audience: AudienceAt, person_ids: Collection[UUID]) -> set[UUID]:
        """Those of these people, by canonical id, who match."""
        ...


class DecisionReading(Protocol):
    def open(self, *, membership: bool = False, whole: bool = False) -> AbstractContextManager[Known]:
        """What is known now. `membership`: who matches criteria will be asked, too.

        `whole`: FactsTooOld while one of the read models lags or leads, as after a rebuild: what is read of it
        would be of another moment than what is recorded.
        """
        ...
