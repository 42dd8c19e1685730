"""The command about touchpoints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from application.statements import CustomerStatement


@dataclass(frozen=True, kw_only=True)
class RecordTouchpoint(CustomerStatement):
    """Records a touchpoint, which `source` and `message_id` identify."""

    source: str
    message_id: str
    channel: str
    direction: str
    kind: str
    name: str | None = None
    in_reply_to: str | None = None
    campaign_id: UUID | None = None
    run_id: UUID | None = None
    machine: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)
