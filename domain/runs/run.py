"""A run of a campaign: its audience, then its decisions, then its end.

The version of the run's stream is the fence: of two writers at the same version, one fails.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from domain.aggregates import Aggregate
from domain.facts import Circumstances, Fact, derived_id
from domain.runs import events
from domain.runs.errors import AudienceNotRecorded, AudienceRecorded, RunAlreadyFinished, RunNotDue
from domain.runs.events import MissedCause


class RunState(StrEnum):
    """How far a run is."""

    PLANNED = "planned"
    DECIDING = "deciding"
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    MISSED = "missed"


WITHOUT_END = timedelta(hours=72)
"""How long a run may stay open when its campaign has no end."""


OVER = (events.RunMissed, events.RunFinished, events.RunCancelled)
"""The facts that end a run."""


def run_id(campaign_id: UUID, planned_for: datetime) -> UUID:
    """The run of a planned instant: the first fact of its stream decides that instant, for ever."""
    return derived_id("run", campaign_id, planned_for.astimezone(UTC).isoformat())


def end_of(planned_for: datetime, ends_at: datetime | None) -> datetime:
    """Returns when a run of this instant ends. `ends_at` is the end of its campaign, if it has one."""
    return ends_at or planned_for + WITHOUT_END


class Run(Aggregate, begun_by=(events.RunPlanned, events.RunMissed)):
    """A run lists its audience, records its size, decides chunk by chunk and finishes. Or it is missed.

    A run may be planned ahead of its instant. Until then it can be cancelled, but listing or recording its
    audience raises RunNotDue.
    """

    @classmethod
    def plan(
        cls,
        run_id: UUID,
        circumstances: Circumstances,
        *,
        campaign_id: UUID,
        planned_for: datetime,
        ends_at: datetime | None,
    ) -> "Run":
        return cls.begin(
            events.RunPlanned,
            run_id,
            circumstances,
            campaign_id=campaign_id,
            planned_for=planned_for,
            ends_at=end_of(planned_for, ends_at),
        )

    @classmethod
    def miss(
        cls,
        run_id: UUID,
        circumstances: Circumstances,
        *,
        campaign_id: UUID,
        planned_for: datetime,
        cause: MissedCause,
    ) -> "Run":
        """Begins a run that is missed: its planned instant and its grace have passed."""
        return cls.begin(
            events.RunMissed,
            run_id,
            circumstances,
            campaign_id=campaign_id,
            planned_for=planned_for,
            cause=cause,
        )

    def list_audience(
        self,
        members: Sequence[UUID],
        read_position: int,
        circumstances: Circumstances,
        *,
        anew: bool = False,
    ) -> None:
        """Adds a part to the listed audience. `anew`: the part replaces all parts that were listed before."""
        self._refuse_audience(circumstances)
        self.trigger(
            events.RunAudienceListed,
            circumstances,
            campaign_id=self.campaign_id,
            ordinal=0 if anew else len(self.listed),
            read_position=read_position,
            members=tuple(members),
        )

    def record_audience(self, read_position: int, circumstances: Circumstances) -> None:
        """Records the size of the audience: the listing is complete."""
        self._refuse_audience(circumstances)
        self.trigger(
            events.RunAudienceRecorded,
            circumstances,
            campaign_id=self.campaign_id,
            read_position=read_position,
            size=sum(self.listed),
        )

    def decide_chunk(
        self, groups: tuple[events.DecidedGroup, ...], circumstances: Circumstances, **basis: Any
    ) -> None:
        """Records the decisions about the next listed part of the audience."""
        self._refuse_finished()
        if self.size is None:
            raise AudienceNotRecorded()
        self.trigger(
            events.RunChunkDecided,
            circumstances,
            campaign_id=self.campaign_id,
            ordinal=self.decided,
            groups=groups,
            **basis,
        )

    def finish(self, circumstances: Circumstances) -> None:
        self._refuse_finished()
        self.trigger(events.RunFinished, circumstances, campaign_id=self.campaign_id)

    def cancel(self, circumstances: Circumstances) -> None:
        """Ends a run whose campaign was cancelled. No message of the run is open any more."""
        self._refuse_finished()
        self.trigger(events.RunCancelled, circumstances, campaign_id=self.campaign_id)

    @property
    def all_decided(self) -> bool:
        return self.size is not None and self.undecided_parts == 0

    @property
    def undecided_parts(self) -> int:
        """The number of listed parts that have no decisions."""
        return len(self.listed) - self.decided

    @property
    def listing_version(self) -> int:
        """The version of the fact that lists the next part to decide."""
        return self.listing_versions[self.decided]

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Keeps the progress of the run, not its members."""

    def _begin(self, fact: events.RunPlanned | events.RunMissed) -> None:
        self.campaign_id: UUID = fact.campaign_id
        self.planned_for: datetime = fact.planned_for
        self.listed: list[int] = []
        self.listing_versions: list[int] = []
        self.size: int | None = None
        self.decided = 0
        self.finished = self.missed = False

    @apply.register
    def _(self, fact: events.RunPlanned) -> None:
        self._begin(fact)
        self.ends_at: datetime = fact.ends_at

    @apply.register
    def _(self, fact: events.RunMissed) -> None:
        self._begin(fact)
        self.missed = self.finished = True

    @apply.register
    def _(self, fact: events.RunAudienceListed) -> None:
        if fact.ordinal == 0:
            self.listed, self.listing_versions = [], []
        self.listed.append(len(fact.members))
        self.listing_versions.append(fact.originator_version)

    @apply.register
    def _(self, fact: events.RunAudienceRecorded) -> None:
        self.size = fact.size

    @apply.register
    def _(self, fact: events.RunChunkDecided) -> None:
        self.decided += 1

    @apply.register
    def _(self, fact: events.RunFinished) -> None:
        self.finished = True

    @apply.register
    def _(self, fact: events.RunCancelled) -> None:
        self.finished = True

    def _refuse_audience(self, circumstances: Circumstances) -> None:
        self._refuse_finished()
        if self.size is not None:
            raise AudienceRecorded()
        if circumstances.occurred_at < self.planned_for:
            raise RunNotDue()

    def _refuse_finished(self) -> None:
        if self.finished:
            raise RunAlreadyFinished()
