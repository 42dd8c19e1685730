"""The facts about one message of a run to one person on one channel: a stream of its own."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.facts import CustomerFact, PersonalText, PersonalTree, stored
from domain.runs.events import Reason


class MessageStatus(StrEnum):
    """How far a message is. `DEFERRED`: it may be handed over again later."""

    PENDING = "pending"
    HANDED_OVER = "handed_over"
    DEFERRED = "deferred"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class MessageFact(CustomerFact):
    """`customer_id` is the profile whose contact point is used, `member_id` the member of the audience."""

    campaign_id: UUID
    run_id: UUID
    member_id: UUID


@stored("messages.MessageHandedOver")
@dataclass(frozen=True, kw_only=True)
class MessageHandedOver(MessageFact):
    """From here on the message counts as sent to the next hop, unless a later fact says otherwise.

    Appended under the log's lock after the tail behind `read_position`, up to which the second decision read,
    was searched for stopping facts. `smtputf8`: whether the next hop took addresses whose local part is not ASCII.
    `epoch` is the dispatcher's; `mime_sha256` the whole message's, in hex.
    `template_version` is the version of the campaign's fact that holds the template; `values` are all that was
    merged into it, `sender` whom it came from: from these the same bytes are made again.
    """

    channel: str
    contact_point_id: UUID
    address_id: UUID
    attempt: int
    epoch: int
    read_position: int
    policy_version: int
    rules_version: int
    smtputf8: bool
    time_zone: str
    zone_source: str
    mime_sha256: str
    rfc_message_id: str
    template_version: int
    sender: str
    values: PersonalTree = None


@stored("messages.HandoverLapsed")
@dataclass(frozen=True, kw_only=True)
class HandoverLapsed(MessageFact):
    """The SMTP dialogue did not begin in time and never will for this handover: deferred until `retry_at`."""

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
    """The next hop could not take it now; it is deferred until `retry_at`."""

    attempt: int
    retry_at: datetime
    smtp_code: int | None = None
    smtp_reply: PersonalText = None


@stored("messages.MessageFailed")
@dataclass(frozen=True, kw_only=True)
class MessageFailed(MessageFact):
    """It will not be sent. `code`: RENDER_ERROR, EXPIRED, or None where the next hop refused it for good."""

    attempt: int
    code: str | None = None
    smtp_code: int | None = None
    smtp_reply: PersonalText = None


@stored("messages.MessageOutcomeUnknown")
@dataclass(frozen=True, kw_only=True)
class MessageOutcomeUnknown(MessageFact):
    """Nobody knows whether the next hop accepted it; a promotional one is never sent again by the machine."""

    attempt: int


@stored("messages.MessageResolved")
@dataclass(frozen=True, kw_only=True)
class MessageResolved(MessageFact):
    """An operator found out what became of a message with unknown outcome: sent or failed."""

    attempt: int
    outcome: str
    note: PersonalText = None


@stored("messages.MessageWithheld")
@dataclass(frozen=True, kw_only=True)
class MessageWithheld(MessageFact):
    """The second decision, made for the handover, said no."""

    reasons: tuple[Reason, ...]
    read_position: int
    policy_version: int
    rules_version: int
    smtputf8: bool
    time_zone: str
    zone_source: str
