"""A campaign's templates become one person's message."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from application.dispatch.ports import Addressee
from application.mail import OutgoingMail
from application.templates import Templates
from domain.campaigns.campaign import Campaign
from domain.errors import RenderError
from domain.messages.message import Message


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who messages come from, and the domain of their Message-IDs."""

    address: str
    domain: str


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A message ready to leave, the digest of its bytes, and the values that were merged into it."""

    mail: OutgoingMail
    mime_sha256: str
    values: dict[str, Any]


class Rendering:
    """`digest` is of the message as it will be sent, so what cannot be sent fails here."""

    def __init__(self, templates: Templates, sender: Sender, digest: Callable[[OutgoingMail], str]) -> None:
        self._templates = templates
        self._sender = sender
        self._digest = digest

    def render(self, campaign: Campaign, message: Message, addressee: Addressee, now: datetime) -> Rendered:
        """RenderError or InvalidInput where this person's message cannot be made."""
        if addressee.address is None:
            raise RenderError("The address cannot be read any more.")
        content = campaign.content
        mail = OutgoingMail(
            message_id=f"<{message.id}.{message.attempt + 1}@{self._sender.domain}>",
            sender=content.sender or self._sender.address,
            recipient=addressee.address,
            subject=self._templates.render(content.subject, addressee.values),
            body=self._templates.render(content.body, addressee.values),
            date=now,
        )
        values = {"recipient": mail.recipient, **addressee.values}
        return Rendered(mail=mail, mime_sha256=self._digest(mail), values=values)
