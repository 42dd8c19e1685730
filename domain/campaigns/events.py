"""The facts about a campaign: what it says, to whom, and who agreed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.facts import Fact, stored


@stored("campaigns.CampaignDrafted")
@dataclass(frozen=True, kw_only=True)
class CampaignDrafted(Fact):
    """Somebody wrote a campaign. `subject` and `body` are Liquid templates."""

    name: str
    message_class: str
    purpose: str
    channel: str
    audience: dict[str, Any]
    subject: str
    body: str
    brand: str | None = None
    topic: str | None = None
    sender: str | None = None
    ends_at: datetime | None = None


@stored("campaigns.CampaignApproved")
@dataclass(frozen=True, kw_only=True)
class CampaignApproved(Fact):
    """Somebody with the permission agreed that it may run."""


@stored("campaigns.CampaignRunOpened")
@dataclass(frozen=True, kw_only=True)
class CampaignRunOpened(Fact):
    """The campaign runs: at most one run of it is open at a time."""

    run_id: UUID
