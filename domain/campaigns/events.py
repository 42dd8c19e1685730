"""The facts about a campaign: its content and audience, its approval, and its schedule."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.customers.details import Channel
from domain.facts import Fact, stored


class MessageClass(StrEnum):
    """What a message is for. Only promotional messages need a consent."""

    PROMOTIONAL = "promotional"
    SERVICE = "service"
    TRANSACTIONAL = "transactional"
    RECOVERY = "recovery"


@dataclass(frozen=True, kw_only=True)
class CampaignContent(Fact):
    """The whole content of a campaign. `subject` and `body` are Liquid templates.

    - `hold_out`: the share of the audience that gets no message, from 0 to 0.5. `seed` is the seed of the draw.
    - `attribution_window_days`: how long after the contact a person's responses count, in days of 24 hours.
    - `cost_per_contact`: an amount in `cost_currency`.
    - `recheck_segment`: whether a person who no longer matches the audience at the handover gets no message.
    """

    name: str
    message_class: MessageClass
    purpose: str
    purpose_folded: str
    channel: Channel
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
    """A campaign was drafted."""


@stored("campaigns.CampaignRevised")
@dataclass(frozen=True, kw_only=True)
class CampaignRevised(CampaignContent):
    """The whole content of the campaign was replaced. The campaign is a draft again."""


@stored("campaigns.CampaignApproved")
@dataclass(frozen=True, kw_only=True)
class CampaignApproved(Fact):
    """Somebody with the permission approved the campaign for running."""


@stored("campaigns.CampaignScheduled")
@dataclass(frozen=True, kw_only=True)
class CampaignScheduled(Fact):
    """A run of the campaign was scheduled for `planned_for`. It may start up to `grace_seconds` late.

    `local_time` is the requested wall-clock time in `time_zone`, if the request gave one.
    """

    planned_for: datetime
    time_zone: str
    grace_seconds: int
    local_time: str | None = None


@stored("campaigns.CampaignRunOpened")
@dataclass(frozen=True, kw_only=True)
class CampaignRunOpened(Fact):
    """A run of the campaign was opened. A campaign has at most one open run at a time."""

    run_id: UUID


@stored("campaigns.CampaignPaused")
@dataclass(frozen=True, kw_only=True)
class CampaignPaused(Fact):
    """The campaign was paused. None of its messages are handed over until it is resumed.

    For a paused campaign the fact states another reason.
    """

    reason: str | None = None


@stored("campaigns.CampaignResumed")
@dataclass(frozen=True, kw_only=True)
class CampaignResumed(Fact):
    """The campaign was resumed. It continues exactly where it was paused."""

    reason: str | None = None


@stored("campaigns.CampaignCancelled")
@dataclass(frozen=True, kw_only=True)
class CampaignCancelled(Fact):
    """The campaign was cancelled for good. Members without an outcome get no message."""

    reason: str | None = None


@stored("campaigns.CampaignTestHandedOver", stream_kind="campaign_tests")
@dataclass(frozen=True, kw_only=True)
class CampaignTestHandedOver(Fact):
    """A test of the campaign was given to the mail transport, for an address that its actor named.

    The message was that of the campaign's content at `template_version`, for an invented person. It belongs to no run
    and no customer: it is no contact, and nothing counts it. The address is not stored.
    """

    campaign_id: UUID
    template_version: int


@stored("campaigns.CampaignTestConcluded", stream_kind="campaign_tests")
@dataclass(frozen=True, kw_only=True)
class CampaignTestConcluded(Fact):
    """The mail transport said what became of a test. `result` is a word of `SendResult`."""

    result: str
    smtp_code: int | None = None
