"""A campaign: drafted, approved, scheduled, run, paused and resumed, cancelled."""

from datetime import datetime
from enum import StrEnum
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from domain.campaigns import events
from domain.campaigns.errors import (
    CampaignAlreadyCancelled,
    CampaignEnded,
    CampaignNotApproved,
    CampaignNotDraft,
    HoldOutDrawn,
)
from domain.facts import Aggregate, Circumstances, Fact

DEFAULT_WINDOW_DAYS = 14
"""How long after its contact a person's responses count, where the campaign does not say."""


DRAW = ("hold_out", "seed")
"""What a draw rests on."""


class MessageClass(StrEnum):
    PROMOTIONAL = "promotional"
    SERVICE = "service"
    TRANSACTIONAL = "transactional"
    RECOVERY = "recovery"


class Campaign(Aggregate, begun_by=(events.CampaignDrafted,)):
    """What it says is fixed while it is approved; at most one run of it is open."""

    @classmethod
    def draft(cls, campaign_id: UUID, circumstances: Circumstances, **content: Any) -> "Campaign":
        return cls.begin(events.CampaignDrafted, campaign_id, circumstances, **content)

    def revise(self, circumstances: Circumstances, **content: Any) -> None:
        """It says this now, and is a draft again. The caller has seen that no run of it is open.

        The same content again changes nothing. HoldOutDrawn for another hold-out once it has run: who was drawn
        must be found again by the share and the seed that the campaign shows.
        """
        self._refuse_cancelled()
        drawn = self.last_run_id is not None
        if drawn and any(content.get(n, getattr(self.content, n)) != getattr(self.content, n) for n in DRAW):
            raise HoldOutDrawn()
        if any(getattr(self.content, name) != value for name, value in content.items()):
            self.trigger(events.CampaignRevised, circumstances, **content)

    def approve(self, circumstances: Circumstances) -> None:
        self._refuse_cancelled()
        if self.approved:
            raise CampaignNotDraft()
        self.trigger(events.CampaignApproved, circumstances)

    def schedule(
        self,
        circumstances: Circumstances,
        *,
        planned_for: datetime,
        time_zone: str,
        grace_seconds: int,
        local_time: str | None = None,
    ) -> None:
        """It shall run then; an instant that is planned already stays as it is."""
        self._refuse_cancelled()
        if not self.approved:
            raise CampaignNotApproved()
        self._refuse_ended_by(planned_for)
        if planned_for not in self.schedules:
            self.trigger(
                events.CampaignScheduled,
                circumstances,
                planned_for=planned_for,
                time_zone=time_zone,
                grace_seconds=grace_seconds,
                local_time=local_time,
            )

    def open_run(
        self, run_id: UUID, circumstances: Circumstances, *, planned_for: datetime | None = None
    ) -> None:
        """The caller has seen that the last run is over; the stream's version keeps two from opening at once.

        `planned_for`: when it begins, where that is still to come. CampaignEnded where the campaign ends before.
        """
        self._refuse_cancelled()
        if not self.approved:
            raise CampaignNotApproved()
        if self.ends_at is not None and circumstances.occurred_at >= self.ends_at:
            raise CampaignEnded()
        if planned_for is not None:
            self._refuse_ended_by(planned_for)
        self.trigger(events.CampaignRunOpened, circumstances, run_id=run_id)

    def pause(self, circumstances: Circumstances, reason: str | None) -> None:
        """Nothing more is handed over; a paused one stays as it is."""
        self._refuse_cancelled()
        if not self.approved:
            raise CampaignNotApproved()
        if not self.paused:
            self.trigger(events.CampaignPaused, circumstances, reason=reason)

    def resume(self, circumstances: Circumstances, reason: str | None) -> None:
        """It goes on where it was paused; one that is not paused stays as it is."""
        self._refuse_cancelled()
        if self.paused:
            self.trigger(events.CampaignResumed, circumstances, reason=reason)

    def cancel(self, circumstances: Circumstances, reason: str | None) -> None:
        """It ends for good, a draft too; a cancelled one stays as it is."""
        if not self.cancelled:
            self.trigger(events.CampaignCancelled, circumstances, reason=reason)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Keeps what the rules ask about."""

    @apply.register
    def _(self, fact: events.CampaignDrafted) -> None:
        self.paused = False
        self.cancelled = False
        self.last_run_id: UUID | None = None
        self.schedules: dict[datetime, events.CampaignScheduled] = {}
        self._say(fact)

    @apply.register
    def _(self, fact: events.CampaignRevised) -> None:
        self._say(fact)

    @apply.register
    def _(self, fact: events.CampaignApproved) -> None:
        self.approved = True

    @apply.register
    def _(self, fact: events.CampaignScheduled) -> None:
        self.schedules[fact.planned_for] = fact

    @apply.register
    def _(self, fact: events.CampaignRunOpened) -> None:
        self.last_run_id = fact.run_id

    @apply.register
    def _(self, fact: events.CampaignPaused) -> None:
        self.paused = True

    @apply.register
    def _(self, fact: events.CampaignResumed) -> None:
        self.paused = False

    @apply.register
    def _(self, fact: events.CampaignCancelled) -> None:
        self.cancelled = True

    def _say(self, fact: events.CampaignContent) -> None:
        self.approved = False
        self.content = fact
        self.ends_at: datetime | None = fact.ends_at

    def _refuse_ended_by(self, planned_for: datetime) -> None:
        if self.ends_at is not None and planned_for >= self.ends_at:
            raise CampaignEnded("The campaign would have ended by then.")

    def _refuse_cancelled(self) -> None:
        if self.cancelled:
            raise CampaignAlreadyCancelled()
