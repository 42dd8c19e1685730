"""Shows a message that was sent: renders the same bytes again from the facts in the log."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from application.mail import OutgoingMail
from application.preferences.sent_messages import content_of
from application.rendering import render_again
from application.store import Store
from application.templates import Templates
from domain.messages.errors import MessageNotFound, RenderError
from domain.messages.events import MessageHandedOver
from domain.messages.message import Message


@dataclass(frozen=True, kw_only=True)
class Handover:
    """One handover of a message. `attempt` counts from 1, `mime_sha256` is the recorded digest of the bytes, in hex.

    `member_id` is the member of the audience, `outcome` the present outcome of the message.
    """

    message_id: UUID
    member_id: UUID
    attempt: int
    handed_over_at: datetime
    mime_sha256: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class ShownMessage(Handover):
    """The whole message as it was sent, with CRLF line ends."""

    content: bytes

    @property
    def same(self) -> bool:
        """Whether `content` has the recorded digest, so that it is the message that was handed over."""
        return hashlib.sha256(self.content).hexdigest() == self.mime_sha256


@dataclass(frozen=True, kw_only=True)
class UnreadableMessage(Handover):
    """A message that cannot be shown any more. `fault` says why, such as that the person was forgotten."""

    fault: str


class ShownMessages:
    """Shows sent messages. `mime_bytes` writes a mail as the transport does."""

    def __init__(
        self, store: Store, templates: Templates, mime_bytes: Callable[[OutgoingMail], bytes]
    ) -> None:
        self._store = store
        self._templates = templates
        self._mime_bytes = mime_bytes

    def show(self, message_id: UUID, attempt: int | None = None) -> ShownMessage:
        """Returns the message of the last handover, or of the given attempt, counted from 1.

        Raises MessageNotFound. Raises RenderError if the person was forgotten.
        """
        message = self._message(message_id)
        return self._rendered(message, self._handed(message, attempt))

    def show_of_run(
        self, campaign_id: UUID, run_id: UUID, message_id: UUID, attempt: int | None = None
    ) -> ShownMessage | UnreadableMessage:
        """Returns a message of this run, also if it cannot be shown any more. Raises MessageNotFound."""
        message = self._message(message_id)
        if (message.identity["campaign_id"], message.identity["run_id"]) != (campaign_id, run_id):
            raise MessageNotFound()
        handed = self._handed(message, attempt)
        try:
            return self._rendered(message, handed)
        except RenderError as error:
            return UnreadableMessage(fault=error.message, **_handover(message, handed))

    def _message(self, message_id: UUID) -> Message:
        message = self._store.find(Message, message_id)
        if message is None:
            raise MessageNotFound()
        return message

    def _handed(self, message: Message, attempt: int | None) -> MessageHandedOver:
        handovers = (handed for handed in self._handovers(message) if attempt in (None, handed.attempt))
        handed = next(handovers, None)
        if handed is None:
            raise MessageNotFound("This message has no such handover.")
        return handed

    def _rendered(self, message: Message, handed: MessageHandedOver) -> ShownMessage:
        mail = render_again(self._templates, content_of(self._store, handed), handed)
        return ShownMessage(content=self._mime_bytes(mail), **_handover(message, handed))

    def _handovers(self, message: Message) -> Iterator[MessageHandedOver]:
        """Yields the handovers of the message, the newest first."""
        for version in range(message.version, 0, -1):
            fact = self._store.fact(Message, message.id, version)
            if isinstance(fact, MessageHandedOver):
                yield fact


def _handover(message: Message, handed: MessageHandedOver) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "member_id": handed.member_id,
        "attempt": handed.attempt,
        "handed_over_at": handed.occurred_at,
        "mime_sha256": handed.mime_sha256,
        "outcome": message.outcome,
    }
