"""Renders a campaign's templates into one person's message. Can also render a message that was handed over again,
byte for byte, from the values in its fact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from application.campaigns.unsubscribing import UNSUBSCRIBE_URL, has_link, is_unsubscribable
from application.mail import OutgoingMail
from application.signed_links import SignedLinks
from application.templates import Templates, Track
from domain.campaigns.campaign import Campaign
from domain.campaigns.events import CampaignContent
from domain.errors import InvalidInput
from domain.messages.errors import RenderError
from domain.messages.events import MessageHandedOver
from domain.messages.message import Message
from domain.plain_text import without_margins

RECIPIENT, CLICKS = "recipient", "clicks"
"""Names of two values of a message that templates cannot use: its address, and its click links by their target."""
MOST_CLICKS = 100
"""The largest number of different link targets in one message."""
NO_MESSAGE = UUID(int=0)
"""The message id in the links of a message that is rendered on trial only."""
ONE_CLICK = "List-Unsubscribe=One-Click"


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """The address of a profile, and the `values` that a template may use. The address of a forgotten one is None."""

    address: str | None
    values: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The address that messages come from, and the domain of their Message-IDs."""

    address: str
    domain: str


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A message that is ready to be sent, the digest of its bytes, and all values that were merged into it."""

    mail: OutgoingMail
    mime_sha256: str
    values: dict[str, Any]


class Rendering:
    """Renders messages. `digest` writes the message as it will be sent, so a message that cannot be sent fails here."""

    def __init__(
        self,
        templates: Templates,
        sender: Sender,
        digest: Callable[[OutgoingMail], str],
        links: SignedLinks,
    ) -> None:
        self._templates = templates
        self._sender = sender
        self._digest = digest
        self._links = links

    def render(self, campaign: Campaign, message: Message, addressee: Addressee, now: datetime) -> Rendered:
        """Renders one person's message. Raises RenderError or InvalidInput if that is impossible."""
        return self._rendered(campaign.content, message.id, message.attempt + 1, addressee, now)

    def fault_of(self, content: CampaignContent, addressee: Addressee, now: datetime) -> str | None:
        """Returns why this person's message cannot be rendered, or None if it can.

        The text contains none of the person's values.
        """
        try:
            self._rendered(content, NO_MESSAGE, 1, addressee, now)
        except (RenderError, InvalidInput) as fault:
            return fault.message
        return None

    def trial(
        self, content: CampaignContent, addressee: Addressee, now: datetime, *, trial_id: UUID = NO_MESSAGE
    ) -> OutgoingMail:
        """Returns the message as this person would get it, to be looked at. Raises RenderError or InvalidInput.

        Its links lead to their targets, so that nobody counts a click, and its unsubscribe link belongs to no message.
        `trial_id`: what its Message-ID derives from.
        """
        mail = self._rendered(content, NO_MESSAGE, 1, addressee, now, track=str).mail
        return replace(mail, rfc_message_id=f"<{trial_id}.1@{self._sender.domain}>")

    def _rendered(
        self,
        content: CampaignContent,
        message_id: UUID,
        attempt: int,
        addressee: Addressee,
        now: datetime,
        *,
        track: Track | None = None,
    ) -> Rendered:
        if addressee.address is None:
            raise RenderError("The address cannot be read any more.")
        clicks = dict[str, str]()
        values: dict[str, Any] = {**addressee.values, RECIPIENT: addressee.address, CLICKS: clicks}
        if is_unsubscribable(content.message_class, content.channel):
            values[UNSUBSCRIBE_URL] = self._links.unsubscribe_url(message_id)
        mail = _mail(
            self._templates,
            content,
            values,
            track=track or self._tracking(message_id, clicks),
            rfc_message_id=f"<{message_id}.{attempt}@{self._sender.domain}>",
            sender=content.sender or self._sender.address,
            date=now,
        )
        return Rendered(mail=mail, mime_sha256=self._digest(mail), values=values)

    def _tracking(self, message_id: UUID, clicks: dict[str, str]) -> Track:
        """Returns a function that makes the click links of one message and adds each of them to `clicks`."""

        def track(url: str) -> str:
            if url not in clicks:
                if len(clicks) == MOST_CLICKS:
                    raise InvalidInput(f"A message has at most {MOST_CLICKS} different links.")
                clicks[url] = self._links.click_url(message_id, url)
            return clicks[url]

        return track


def render_again(templates: Templates, content: CampaignContent, handed: MessageHandedOver) -> OutgoingMail:
    """Renders a message that was handed over again, byte for byte.

    `content` is the campaign's content at the template version of the message. This needs no id key, because the
    links are among the message's values. Raises RenderError if the values cannot be read any more.
    """
    if (values := handed.values) is None:
        raise RenderError("The values of this message cannot be read any more.")
    return _mail(
        templates,
        content,
        values,
        track=_noted(values.get(CLICKS, {})),
        rfc_message_id=handed.rfc_message_id,
        sender=handed.sender,
        date=handed.occurred_at,
    )


def _mail(
    templates: Templates,
    content: CampaignContent,
    values: Mapping[str, Any],
    *,
    track: Track,
    **envelope: Any,
) -> OutgoingMail:
    visible = {name: value for name, value in values.items() if name not in (RECIPIENT, CLICKS)}
    mail = OutgoingMail(
        recipient=values[RECIPIENT],
        subject=templates.render(content.subject, visible, track),
        body=templates.render(content.body, visible, track),
        headers=_unsubscribe_headers(values),
        **envelope,
    )
    _refuse_empty(mail, values.get(UNSUBSCRIBE_URL))
    _refuse_without_link(mail.body, values.get(UNSUBSCRIBE_URL))
    return mail


def _noted(clicks: Mapping[str, str]) -> Track:
    def track(url: str) -> str:
        if url not in clicks:
            raise InvalidInput("This link was not in the message.")
        return clicks[url]

    return track


def _unsubscribe_headers(values: Mapping[str, Any]) -> dict[str, str]:
    """Returns the headers of RFC 2369 and RFC 8058 if the message has an unsubscribe link."""
    url = values.get(UNSUBSCRIBE_URL)
    return {} if url is None else {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": ONE_CLICK}


def _refuse_empty(mail: OutgoingMail, url: str | None) -> None:
    """Raises RenderError for an empty part. A template's conditions may print nothing for some people.

    A body with its unsubscribe link alone is as good as empty.
    """
    for part, text in (("subject", mail.subject), ("body", mail.body)):
        if not without_margins(text):
            raise RenderError(f"The {part} is empty for this person: its template prints nothing.")
    if url is not None and not without_margins(mail.body.replace(url, "")):
        raise RenderError(
            "The body has only its unsubscribe link for this person: its template prints no more."
        )


def _refuse_without_link(body: str, url: str | None) -> None:
    """Raises RenderError if the link is missing. A template may name the link without printing it, or change it."""
    if url is not None and not has_link(body, url):
        raise RenderError("The message does not contain its unsubscribe link.")
