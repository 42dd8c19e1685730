"""What was sent to a person, the same bytes again, from what the log keeps."""

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
from domain.messages.events import MessageHandedOver, MessageStatus
from domain.messages.message import Message


@dataclass(frozen=True, kw_only=True)
class ShownMessage:
    """The whole message as it left, with CRLF line ends; `mime_sha256` is what was recorded of it, in hex.

    `outcome`: what became of the message since.
    """

    content: bytes
    mime_sha256: str
    attempt: int
    outcome: str

    @property
    def same(self) -> bool:
        """Whether these are the bytes that were handed over."""
        return hashlib.sha256(self.content).hexdigest() == self.mime_sha256


class ShownMessages:
    """`mime_bytes` writes a mail as the transport does."""

    def __init__(
        self, store: Store, templates: Templates, mime_bytes: Callable[[OutgoingMail], bytes]
    ) -> None:
        self._store = store
        self._templates = templates
        self._mime_bytes = mime_bytes

    def show(self, message_id: UUID, attempt: int | None = None) -> ShownMessage:
        """The last handover, or that of an attempt (from 1). MessageNotFound, RenderError once it is forgotten."""
        message = self._store.find(Message, message_id)
        if message is None:
            raise MessageNotFound()
        handed = next((one for one in self._handovers(message) if attempt in (None, one.attempt)), None)
        if handed is None:
            raise MessageNotFound("This message was not handed over, or not as often.")
        mail = render_again(self._templates, content_of(self._store, handed), handed)
        return ShownMessage(
            content=self._mime_bytes(mail),
            mime_sha256=handed.mime_sha256,
            attempt=handed.attempt,
            outcome=MessageStatus.PENDING if message.status == MessageStatus.HANDED_OVER else message.status,
        )

    def _handovers(self, message: Message) -> Iterator[MessageHandedOver]:
        """The newest first."""
        for version in range(message.version, 0, -1):
            fact = self._store.fact(Message, message.id, version)
            if isinstance(fact, MessageHandedOver):
                yield fact
