"""The port through which Farley sends one message to one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class OutgoingMail:
    """One plain-text message to one recipient. The same mail is always written as the same bytes.

    `rfc_message_id` is an RFC 5322 Message-ID with its angle brackets. `sender` and `recipient` are `address` or
    `Name <address>`. `headers` are extra ones in ASCII, such as List-Unsubscribe.
    """

    rfc_message_id: str
    sender: str
    recipient: str
    subject: str
    body: str
    date: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


class SendResult(StrEnum):
    """The result of one attempt to send a message."""

    ACCEPTED = "accepted"
    """The next hop answered 2xx for the whole message."""
    REFUSED = "refused"
    """The next hop answered 5xx for this message or its recipient. Another attempt is pointless."""
    REFUSED_FOR_NOW = "refused_for_now"
    """The answer was 4xx, there was no connection, or it broke before the final dot left. The next hop certainly
    did not accept the message."""
    UNKNOWN = "unknown"
    """The whole message left and no answer came. The next hop may have accepted it."""
    NOT_BEGUN = "not_begun"
    """The deadline passed before DATA began. Nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The result of one attempt. `reply` is the next hop's reply, up to 200 characters, without addresses.

    `bounced` means a refusal for good, because the mailbox does not exist or accepts no mail from anybody.
    """

    result: SendResult
    code: int | None = None
    reply: str = ""
    bounced: bool = False


class Transport(StrEnum):
    """How mail leaves Farley: to a next hop, or into a folder of this computer."""

    SMTP = "smtp"
    DROP = "drop"


class MailTransport(Protocol):
    @property
    def name(self) -> Transport:
        """The name of the transport, which runs show."""

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        """Makes one attempt. `begin_before` is the instant of the monotonic clock by which DATA must have begun.

        Raises InvalidInput (InvalidMailHeader for a header) if the mail cannot be written as a message.
        """

    def close(self) -> None:
        """Closes open connections. A later `send` opens a new one."""


class Flight(Protocol):
    """A group of mails that are sent together. Each mail is known by its index in the group."""

    def landed(self, seconds: float) -> list[tuple[int, Delivery]]:
        """Returns the results since the last call, with the mail's index. Waits up to `seconds` for all of them."""

    @property
    def aloft(self) -> int:
        """The number of mails without a result."""

    @property
    def waiting_to_begin(self) -> int:
        """The number of mails without a result whose DATA has not begun and whose deadline has not passed."""


class Readiness(StrEnum):
    """Whether an attempt to send a mail could begin now."""

    READY = "ready"
    SOON = "soon"
    """A connection is being opened, or an open one will be free soon."""
    UNREACHABLE = "unreachable"
    """The last try to reach the next hop failed. A mail would be refused for now."""


class Departures(Protocol):
    """Sends groups of mails. Each mail is an attempt of its own, so that one mail's failure delays no other."""

    def prepare(self) -> Readiness:
        """Called before a handover. Opens a connection if there is none, and waits up to one second for it."""
        return Readiness.READY

    def depart(self, run_id: UUID, mails: Sequence[OutgoingMail], *, begin_before: float) -> Flight: ...

    def has_room(self, run_id: UUID) -> bool:
        """Whether another mail of this run could be attempted now.

        It could not if earlier mails of the run use all connections that the run may have.
        """
