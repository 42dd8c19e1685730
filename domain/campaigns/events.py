"""The facts about a campaign: what it says, to whom, who agreed, and when it shall run."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.facts import Fact, stored


class MessageClass(StrEnum):
    """What a message is for. Only promotional messages need a consent."""

    PROMOTIONAL = "promotional"
    SERVICE = "service"
    TRANSACTIONAL = "transactional"
    RECOVERY = "recovery"


@dataclass(frozen=True, kw_only=True)
class CampaignContent(Fact):
    """What a campaign says. `subject` and `body` are Liquid templates.

    `hold_out`: the share of the audience that gets nothing, from 0 to 0.5, drawn with `seed`.
    `attribution_window_days`: how long after its contact a person's responses count, in days of 24 hours.
    `cost_per_contact` in `cost_currency`. `recheck_segment`: who no longer matches when handed over gets nothing.
    """

    name: str
    message_class: str
    purpose: str
    purpose_folded: str
    channel: str
    audience: dict[str, Any]
    subject: str
    body: str
    seed: str
    recheck_segment: bool
    brand: str | None = None
    brand_folded: str | None = None
    topic: str | None = None
    topic_folded: str | None = None
    sender: str | None = None
    ends_at: datetime | None = None
    hold_out: Decimal | None = None
    attribution_window_days: int | None = None
    cost_per_contact: Decimal | None = None
    cost_currency: str | None = None


@stored("campaigns.CampaignDrafted")
@dataclass(frozen=True, kw_only=True)
class CampaignDrafted(CampaignContent):
    """Somebody wrote a campaign."""


@stored("campaigns.CampaignRevised")
@dataclass(frozen=True, kw_only=True)
class CampaignRevised(CampaignContent):
    """The campaign says this now, all of it, and is a draft again."""


@stored("campaigns.CampaignApproved")
@dataclass(frozen=True, kw_only=True)
class CampaignApproved(Fact):
    """Somebody with the permission agreed that it may run."""


@stored("campaigns.CampaignScheduled")
@dataclass(frozen=True, kw_only=True)
class CampaignScheduled(Fact):
    """It shall run at `planned_for`, at most `grace_seconds` late.

    `local_time` is the wall clock's time that was asked for in `time_zone`, where it was given so.
    """

    planned_for: datetime
    time_zone: str
    grace_seconds: int
    local_time: str | None = None


@stored("campaigns.CampaignRunOpened")
@dataclass(frozen=True, kw_only=True)
class CampaignRunOpened(Fact):
    """The campaign runs: at most one run of it is open at a time."""

    run_id: UUID


@stored("campaigns.CampaignPaused")
@dataclass(frozen=True, kw_only=True)
class CampaignPaused(Fact):
    """Nothing more of it is handed over until it is resumed."""

    reason: str | None = None


@stored("campaigns.CampaignResumed")
@dataclass(frozen=True, kw_only=True)
class CampaignResumed(Fact):
    """It goes on exactly where it was paused."""

    reason: str | None = None


@stored("campaigns.CampaignCancelled")
@dataclass(frozen=True, kw_only=True)
class CampaignCancelled(Fact):
    """It ends for good: whoever has no outcome yet gets nothing."""

    reason: str | None = None
