"""A campaign, from its draft through approval, schedules, runs and pauses to its cancellation."""

from datetime import datetime
from enum import StrEnum
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from domain.aggregates import Aggregate
from domain.campaigns import events
from domain.campaigns.errors import (
    CampaignAlreadyCancelled,
    CampaignEnded,
    CampaignNotApproved,
    CampaignNotDraft,
    HoldOutDrawn,
)
from domain.facts import Circumstances, Fact

DEFAULT_WINDOW_DAYS = 14
"""The attribution window of a campaign that states none, in days."""


DRAW = ("hold_out", "seed")
"""The fields of a campaign that decide who is drawn into the hold-out."""


class CampaignState(StrEnum):
    """How far a campaign is. An active one has an open run."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Reserved for the approval by a second person. A campaign is approved without it yet."""
    APPROVED = "approved"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Campaign(Aggregate, begun_by=(events.CampaignDrafted,)):
    """The content of a campaign is fixed while it is approved. At most one run of it is open."""

    @classmethod
    def draft(cls, campaign_id: UUID, circumstances: Circumstances, **content: Any) -> "Campaign":
        return cls.begin(events.CampaignDrafted, campaign_id, circumstances, **content)

    def revise(self, circumstances: Circumstances, **content: Any) -> None:
        """Changes the content and makes the campaign a draft again.

        The caller has seen that no run is open. The same content again changes nothing. Raises HoldOutDrawn
        for another hold-out or seed after the first run, because the campaign's share and seed must reproduce
        its draw.
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
        """Plans an instant for a run of the campaign. An instant that is planned already stays as it is."""
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
        """Opens a run.

        The caller has seen that the last run is over. The version of the stream keeps two callers from
        opening a run at once. `planned_for` is the instant at which the run begins, if that is still to come.
        Raises CampaignEnded if the campaign has ended or ends by that instant.
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
        """Pauses the campaign: no more messages are handed over. A paused campaign only gets another reason."""
        self._refuse_cancelled()
        if not self.approved:
            raise CampaignNotApproved()
        if not self.paused or reason not in (None, self.pause_reason):
            self.trigger(events.CampaignPaused, circumstances, reason=reason)

    def resume(self, circumstances: Circumstances, reason: str | None) -> None:
        """Resumes a paused campaign where it was paused. Another campaign stays as it is."""
        self._refuse_cancelled()
        if self.paused:
            self.trigger(events.CampaignResumed, circumstances, reason=reason)

    def cancel(self, circumstances: Circumstances, reason: str | None) -> None:
        """Cancels the campaign, also a draft, for good. A cancelled campaign stays as it is."""
        if not self.cancelled:
            self.trigger(events.CampaignCancelled, circumstances, reason=reason)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Keeps the state that the rules of this class need."""

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
        self.pause_reason = fact.reason

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
