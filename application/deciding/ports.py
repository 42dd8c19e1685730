"""The port to the facts that decisions rest on, as they are now or as they were at a position of the log."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.deciding.decision import DecisionQuestion
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy, policy_at
from domain.errors import Unavailable

Criteria = Mapping[str, Any]
"""The criteria of an audience, as a client wrote them."""


class FactsTooOld(Unavailable):
    """Too many facts came since these were read. They will be read again."""


@dataclass(frozen=True, kw_only=True)
class KnownFacts:
    """The facts about several people, by the requested ids, and the adopted policies, all as of `position`."""

    position: int
    facts: Mapping[UUID, DecisionFacts]
    policies: tuple[SuppressionPolicy, ...] = ()

    def policy_at(self, at: datetime) -> SuppressionPolicy:
        """Returns the policy in effect at an instant."""
        return policy_at(self.policies, at)


@dataclass(frozen=True, kw_only=True)
class AudienceAt:
    """The people who match these criteria at this instant."""

    criteria: Criteria
    at: datetime


class PersonAlike(Protocol):
    """A person of a group of people with equal facts.

    `added_position`: the position of the fact that added the contact point that a decision chooses, if there is one.
    `oldest_profile`: the person's profile with the first fact, for a hold-out.
    `earlier`: the positions of the campaign's messages in earlier runs to the person, in ascending order.
    """

    @property
    def person_id(self) -> UUID: ...

    @property
    def added_position(self) -> int | None: ...

    @property
    def oldest_profile(self) -> UUID | None: ...

    @property
    def earlier(self) -> tuple[int, ...]: ...


@dataclass(frozen=True, kw_only=True)
class AlikePeople:
    """People grouped by equal facts, for a decision about one message. `apart`: everybody who is in no group."""

    groups: Sequence[Sequence[PersonAlike]]
    apart: Sequence[UUID]


@dataclass(frozen=True, kw_only=True)
class RunInProgress:
    """A campaign's run that is not over, and the instant at which it ends."""

    run_id: UUID
    ends_at: datetime


class Known(Protocol):
    """One state of the facts that decisions rest on. All answers come from this state."""

    @property
    def position(self) -> int:
        """The position of the log up to which all facts are known."""

    def facts(
        self,
        person_ids: Collection[UUID],
        *,
        campaign_id: UUID | None = None,
        run_id: UUID | None = None,
        recheck: AudienceAt | None = None,
    ) -> KnownFacts:
        """Returns the facts about people, or about members of a run.

        With `recheck` the facts say whether each person still matches that audience.
        """

    def facts_about(
        self, person_id: UUID, *, campaign_id: UUID | None, recheck: AudienceAt | None = None
    ) -> KnownFacts:
        """Returns the facts about one person, by the id of any of their profiles.

        If the campaign has an open run, these are the facts as the run reads them. A run does not recheck members
        before their first decision.
        """

    def alike(
        self,
        person_ids: Collection[UUID],
        question: DecisionQuestion,
        at: datetime,
        *,
        run_id: UUID | None = None,
    ) -> AlikePeople:
        """Groups these people, given by their person ids, or members of a run, by their member ids.

        A decision about one of a group holds for all of it. The decisions differ only in the person, in the draw for a
        hold-out, and in the positions of the facts that they name. Nobody of a group shares an address with others.
        """

    def open_run(self, campaign_id: UUID) -> RunInProgress | None: ...

    def check(self, criteria: Criteria, at: datetime) -> None:
        """Raises InvalidCriteria, with a path, for malformed criteria and for criteria not allowed at `at`."""

    def members(self, audience: AudienceAt) -> list[UUID]:
        """Returns everyone who matches, as person ids in order."""

    def some(self, audience: AudienceAt, most: int) -> Sequence[UUID]:
        """Returns everyone who matches, in order, or a sample of `most` people, drawn by a fixed seed."""

    def size(self, audience: AudienceAt) -> int:
        """Returns the exact number of people who match."""

    def sizes(self, several: Sequence[Criteria], at: datetime) -> Sequence[int]:
        """Returns for each of these criteria the exact number of people who match at an instant."""

    def matching(self, audience: AudienceAt, person_ids: Collection[UUID]) -> set[UUID]:
        """Returns those of these people who match, by person id."""


class DecisionReading(Protocol):
    def open(self, *, membership: bool = False, whole: bool = False) -> AbstractContextManager[Known]:
        """Opens what is known now. Pass `membership` if you ask who matches criteria.

        With `whole` it raises FactsTooOld while a read model lags behind the others or leads, as after a rebuild,
        because its data would be of another moment than the recorded position.
        """


class PreviewReading(Protocol):
    def open_preview(self, *, decides: bool, explains: bool = False) -> AbstractContextManager[Known]:
        """Opens what is known now of audiences. Its position is the lowest of the read models that the preview reads.

        Pass `decides` if the preview decides about a message, and `explains` if it explains one person.
        """
