"""The facts about one message of a run to one person on one channel. Each message has its own stream."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.customers.details import Channel
from domain.deciding.codes import ReasonCode, Verdict, ZoneSource
from domain.facts import CustomerFact, PersonalText, PersonalTree, stored
from domain.runs.events import Reason


class MessageOutcome(StrEnum):
    """What became of a message to a member of the audience. At any moment each member has exactly one outcome.

    `PENDING`: the message is not handed over yet, or it is at the next hop. `DEFERRED`: it is handed over again later.
    """

    PENDING = "pending"
    DEFERRED = "deferred"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    HELD_OUT = "held_out"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class MessageFact(CustomerFact):
    """A fact about one message to one member of the audience.

    `customer_id` is the profile that has the contact point. `member_id` is the member of the audience.
    """

    campaign_id: UUID
    run_id: UUID
    member_id: UUID


@stored("messages.MessageHandedOver")
@dataclass(frozen=True, kw_only=True)
class MessageHandedOver(MessageFact):
    """The message is at the next hop from now on. Its outcome is pending until another fact records it.

    Farley appends this fact under the log's lock, after it has searched all facts after `read_position` for stopping
    facts. Up to that position the second decision read.

    - `smtputf8`: whether the next hop took addresses whose local part is not ASCII.
    - `epoch`: the epoch of the dispatcher's lease.
    - `mime_sha256`: the SHA-256 of the whole message, in hex.
    - `template_version`, `values`, `sender`: the version of the campaign's fact with the template, the values merged
      into it, and the sender. Together they produce the same bytes again.
    """

    channel: Channel
    contact_point_id: UUID
    address_id: UUID
    attempt: int
    epoch: int
    read_position: int
    policy_version: int
    rules_version: int
    smtputf8: bool
    time_zone: str
    zone_source: ZoneSource
    mime_sha256: str
    rfc_message_id: str
    template_version: int
    sender: str
    values: PersonalTree = None


@stored("messages.HandoverLapsed")
@dataclass(frozen=True, kw_only=True)
class HandoverLapsed(MessageFact):
    """The text of the message was not sent in time, and never will be for this handover. Deferred until `retry_at`."""

    attempt: int
    retry_at: datetime


@stored("messages.MessageSent")
@dataclass(frozen=True, kw_only=True)
class MessageSent(MessageFact):
    """The next hop accepted the message."""

    attempt: int
    smtp_code: int | None = None
    smtp_reply: PersonalText = None


@stored("messages.MessageRefusedForNow")
@dataclass(frozen=True, kw_only=True)
class MessageRefusedForNow(MessageFact):
    """The next hop could not accept the message now. It is deferred until `retry_at`."""

    attempt: int
    retry_at: datetime
    smtp_code: int | None = None
    smtp_reply: PersonalText = None


@stored("messages.MessageFailed")
@dataclass(frozen=True, kw_only=True)
class MessageFailed(MessageFact):
    """The message will not be sent.

    `reason_code` is RENDER_ERROR or EXPIRED, or None if the next hop refused it for good.
    """

    attempt: int
    reason_code: ReasonCode | None = None
    smtp_code: int | None = None
    smtp_reply: PersonalText = None


@stored("messages.MessageOutcomeUnknown")
@dataclass(frozen=True, kw_only=True)
class MessageOutcomeUnknown(MessageFact):
    """It is unknown whether the next hop accepted the message. Farley never sends it again."""

    attempt: int


@stored("messages.MessageResolved")
@dataclass(frozen=True, kw_only=True)
class MessageResolved(MessageFact):
    """An operator stated the outcome of a message whose outcome was unknown: sent or failed."""

    attempt: int
    outcome: MessageOutcome
    note: PersonalText = None


@stored("messages.MessageWithheld")
@dataclass(frozen=True, kw_only=True)
class MessageWithheld(MessageFact):
    """The second decision, made for the handover, was not eligible."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    read_position: int
    policy_version: int
    rules_version: int
    smtputf8: bool
    time_zone: str
    zone_source: ZoneSource
