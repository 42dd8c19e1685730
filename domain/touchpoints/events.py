"""The fact that a customer and the company were in contact."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.facts import CustomerFact, PersonalTree, stored


class TouchpointChannel(StrEnum):
    """The way by which customer and company touched."""

    WEB = "web"
    PHONE = "phone"
    EMAIL = "email"
    CHAT = "chat"
    POST = "post"
    STORE = "store"
    SOCIAL = "social"
    APP = "app"
    SMS = "sms"
    EVENT = "event"
    PARTNER = "partner"


class Direction(StrEnum):
    """Who began the touch: the customer (inbound) or the company (outbound)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class TouchpointKind(StrEnum):
    """What the touch was."""

    VISIT = "visit"
    CALL = "call"
    MESSAGE = "message"
    MEETING = "meeting"
    PURCHASE_INTENT = "purchase_intent"
    EMAIL_OPENED = "email_opened"
    EMAIL_CLICKED = "email_clicked"
    REPLIED = "replied"
    COUPON_USED = "coupon_used"
    SURVEY_ANSWERED = "survey_answered"
    MENTION = "mention"
    DELIVERED = "delivered"
    OTHER = "other"


@stored("touchpoints.TouchpointRecorded")
@dataclass(frozen=True, kw_only=True)
class TouchpointRecorded(CustomerFact):
    """A source reported a touchpoint. `source` and `source_message_id` together identify it.

    `name` describes a touchpoint of kind "other". `machine` marks opens and clicks that software made.
    """

    source: str
    source_message_id: str
    channel: TouchpointChannel
    direction: Direction
    kind: TouchpointKind
    machine: bool
    properties: dict[str, Any]
    name: str | None = None
    in_reply_to: str | None = None
    campaign_id: UUID | None = None
    run_id: UUID | None = None
    personal_properties: PersonalTree = None
