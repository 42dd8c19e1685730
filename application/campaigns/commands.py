"""The commands about campaigns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class DraftCampaign:
    """Drafts a campaign. `subject` and `body` are Liquid templates. `sender` replaces the installation's sender.

    `hold_out` is from 0 to 0.5. Without a `seed` a random one is chosen. `cost_per_contact` is a decimal string.
    Without `currency` it is in the installation's currency.
    """

    name: str
    message_class: str
    purpose: str
    channel: str
    audience: Mapping[str, Any]
    subject: str
    body: str
    brand: str | None = None
    topic: str | None = None
    sender: str | None = None
    ends_at: datetime | None = None
    hold_out: Decimal | None = None
    seed: str | None = None
    attribution_window_days: int | None = None
    cost_per_contact: str | None = None
    currency: str | None = None
    recheck_segment: bool = False


@dataclass(frozen=True, kw_only=True)
class ReviseCampaign:
    """Revises a campaign. `changes` maps fields of `DraftCampaign` to new values. Other fields do not change."""

    campaign_id: UUID
    changes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ApproveCampaign:
    campaign_id: UUID


@dataclass(frozen=True, kw_only=True)
class PauseCampaign:
    campaign_id: UUID
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResumeCampaign:
    campaign_id: UUID
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class CancelCampaign:
    campaign_id: UUID
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class StartRun:
    """Starts a run of a campaign now, or at `planned_for` if that is still to come.

    The campaign and `planned_for` identify the run, so that a scheduler can repeat the command.
    """

    campaign_id: UUID
    planned_for: datetime | None = None
