"""What marketers want of campaigns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class DraftCampaign:
    """`subject` and `body` are Liquid templates; `sender` overrides the installation's.

    `hold_out`: from 0 to 0.5; without a `seed` one is drawn. `cost_per_contact` is a decimal string; without
    `currency` it is in the installation's.
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
    """`changes`: fields of `DraftCampaign` with their new values; what is not named stays."""

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
    """Runs now, or at `planned_for` where that is still to come.

    It is the natural identity of a run that some scheduler starts.
    """

    campaign_id: UUID
    planned_for: datetime | None = None
