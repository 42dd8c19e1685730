"""The port through which one message leaves for one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class OutgoingMail:
    """One plain-text message to one recipient; the same mail is always the same bytes.

    `message_id` is an RFC 5322 Message-ID with its angle brackets. `sender` and `recipient` are `address` or
    `Name <address>`. `headers` are extra ones in ASCII, such as List-Unsubscribe.
    """

    message_id: str
    sender: str
    recipient: str
    subject: str
    body: str
    date: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


class SendResult(StrEnum):
    """What became of one attempt."""

    ACCEPTED = "accepted"
    """The next hop answered 2xx for the whole message."""
    REFUSED = "refused"
    """5xx for this message or its recipient: trying again is pointless."""
    REFUSED_FOR_NOW = "refused_for_now"
    """4xx, no connection, or a connection lost before the final dot left: certainly not accepted."""
    UNKNOWN = "unknown"
    """The whole message left and no answer came: it may have been accepted."""
    NOT_BEGUN = "not_begun"
    """The deadline passed before DATA began: nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The result of one attempt; `reply` is the next hop's, at most 200 characters, without addresses.

    `bounced`: refused for good because the recipient's mailbox does not exist or takes no mail from anybody.
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
        """What a run shows as its transport."""
        ...

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        """One attempt. `begin_before`: the instant of the monotonic clock by which DATA must have begun.

        Raises InvalidInput (InvalidMailHeader for a header) when the mail cannot be written as a message.
        """
        ...

    def close(self) -> None:
        """Closes open connections; a later `send` opens a new one."""
        ...


class Flight(Protocol):
    """Mails that were let go together, known by their index among them."""

    def landed(self, seconds: float) -> list[tuple[int, Delivery]]:
        """The results since the last call, by mail index. Waits at most `seconds` for all of them."""
        ...

    @property
    def aloft(self) -> int:
        """How many mails have no result yet."""
        ...

    @property
    def waiting_to_begin(self) -> int:
        """How many have no result yet and may still begin: neither is their DATA under way nor their time over."""
        ...


class Readiness(StrEnum):
    """Whether a mail would be attempted now."""

    READY = "ready"
    SOON = "soon"
    """A connection is being made, or those that there are will be free again."""
    UNREACHABLE = "unreachable"
    """The last try to reach the next hop failed: a mail would be refused for now."""


class Departures(Protocol):
    """Lets a group of mails go, each by an attempt of its own: what one meets keeps no other."""

    def prepare(self) -> Readiness:
        """Asked before a handover. Sees to it that there will be a connection; waits a second for it at most."""
        return Readiness.READY

    def depart(self, run_id: UUID, mails: Sequence[OutgoingMail], *, begin_before: float) -> Flight: ...

    def has_room(self, run_id: UUID) -> bool:
        """Whether a further mail of this run would be attempted now; not where earlier ones hold every connection
        that it may have.
        """
        ...
