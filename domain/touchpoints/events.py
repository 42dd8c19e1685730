"""The fact that a customer and the company were in contact."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.facts import CustomerFact, PersonalTree, stored


@stored("touchpoints.TouchpointRecorded")
@dataclass(frozen=True, kw_only=True)
class TouchpointRecorded(CustomerFact):
    """A source reported a touchpoint. `source` and `source_message_id` together identify it.

    `name` describes a touchpoint of kind "other". `machine` marks opens and clicks that software made.
    """

    source: str
    source_message_id: str
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
