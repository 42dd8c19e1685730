"""What marketers want of campaigns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class DraftCampaign:
    """`subject` and `body` are Liquid templates; `sender` overrides the installation's."""

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


@dataclass(frozen=True, kw_only=True)
class ApproveCampaign:
    campaign_id: UUID


@dataclass(frozen=True, kw_only=True)
class StartRun:
    """Runs now; `planned_for` is the natural identity of a run that some scheduler starts."""

    campaign_id: UUID
    planned_for: datetime | None = None
