"""Shows a message that was sent: renders the same bytes again from the facts in the log."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from application.mail import OutgoingMail
from application.preferences.sent_messages import content_of
from application.rendering import render_again
from application.store import Store
from application.templates import Templates
from domain.messages.errors import MessageNotFound
from domain.messages.events import MessageHandedOver
from domain.messages.message import Message


@dataclass(frozen=True, kw_only=True)
class ShownMessage:
    """The whole message as it was sent, with CRLF line ends. `mime_sha256` is the recorded digest, in hex.

    `outcome` is the present outcome of the message.
    """

    content: bytes
    mime_sha256: str
    attempt: int
    outcome: str

    @property
    def same(self) -> bool:
        """Whether `content` has the recorded digest, so that it is the message that was handed over."""
        return hashlib.sha256(self.content).hexdigest() == self.mime_sha256


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
        message = self._store.find(Message, message_id)
        if message is None:
            raise MessageNotFound()
        handed = next(
            (handover for handover in self._handovers(message) if attempt in (None, handover.attempt)), None
        )
        if handed is None:
            raise MessageNotFound("This message has no such handover.")
        mail = render_again(self._templates, content_of(self._store, handed), handed)
        return ShownMessage(
            content=self._mime_bytes(mail),
            mime_sha256=handed.mime_sha256,
            attempt=handed.attempt,
            outcome=message.outcome,
        )

    def _handovers(self, message: Message) -> Iterator[MessageHandedOver]:
        """Yields the handovers of the message, the newest first."""
        for version in range(message.version, 0, -1):
            fact = self._store.fact(Message, message.id, version)
            if isinstance(fact, MessageHandedOver):
                yield fact
