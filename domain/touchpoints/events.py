"""The fact that a customer and the company touched."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.facts import CustomerFact, PersonalTree, stored


@stored("touchpoints.TouchpointRecorded")
@dataclass(frozen=True, kw_only=True)
class TouchpointRecorded(CustomerFact):
    """A touchpoint as its source told it; (source, message_id) is its identity.

    `name` says what a touchpoint of kind "other" was; `machine` marks opens and clicks by software.
    """

    source: str
    message_id: str
    channel: str
    direction: str
    kind: str
    machine: bool
    properties: dict[str, Any]
    name: str | None = None
    in_reply_to: str | None = None
    campaign_id: UUID | None = None
    run_id: UUID | None = None
    personal_properties: PersonalTree = None
