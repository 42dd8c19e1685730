"""A campaign: drafted, approved, run."""

from datetime import datetime
from enum import StrEnum
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from domain.campaigns.events import CampaignApproved, CampaignDrafted, CampaignRunOpened
from domain.errors import CampaignEnded, CampaignNotApproved, CampaignNotDraft
from domain.facts import Aggregate, Circumstances, Fact


class MessageClass(StrEnum):
    PROMOTIONAL = "promotional"
    SERVICE = "service"
    TRANSACTIONAL = "transactional"
    RECOVERY = "recovery"


class Campaign(Aggregate, begun_by=(CampaignDrafted,)):
    """What it says is fixed once it is approved; at most one run of it is open."""

    @classmethod
    def draft(cls, campaign_id: UUID, circumstances: Circumstances, **content: Any) -> "Campaign":
        return cls.begin(CampaignDrafted, campaign_id, circumstances, **content)

    def approve(self, circumstances: Circumstances) -> None:
        if self.approved:
            raise CampaignNotDraft()
        self.trigger(CampaignApproved, circumstances)

    def open_run(self, run_id: UUID, circumstances: Circumstances) -> None:
        """The caller has seen that the last run is over; the stream's version keeps two from opening at once."""
        if not self.approved:
            raise CampaignNotApproved()
        if self.ends_at is not None and circumstances.occurred_at >= self.ends_at:
            raise CampaignEnded()
        self.trigger(CampaignRunOpened, circumstances, run_id=run_id)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Keeps what the rules ask about."""

    @apply.register
    def _(self, fact: CampaignDrafted) -> None:
        self.approved = False
        self.ends_at: datetime | None = fact.ends_at
        self.last_run_id: UUID | None = None
        self.content = fact

    @apply.register
    def _(self, fact: CampaignApproved) -> None:
        self.approved = True

    @apply.register
    def _(self, fact: CampaignRunOpened) -> None:
        self.last_run_id = fact.run_id
