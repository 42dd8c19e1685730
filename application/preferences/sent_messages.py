"""The message behind a link: what was sent, to whom, in which run."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.campaigns.events import CampaignContent
from domain.deciding.consent import Scope
from domain.deciding.facts import Person
from domain.messages.errors import MessageNotFound
from domain.messages.events import MessageHandedOver
from domain.messages.message import Message
from domain.plain_text import folded

NOBODYS = UUID(int=0)
"""Looked for where a link is not ours, so that it is answered as late as one of a message never sent."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that was sent, what its campaign said, and the person it went to."""

    handed: MessageHandedOver
    content: CampaignContent
    person: Person

    @property
    def origin(self) -> dict[str, Any]:
        """What a withdrawal says of the link that was used."""
        handed = self.handed
        return {
            "campaign_id": handed.campaign_id,
            "run_id": handed.run_id,
            "about_message_id": handed.originator_id,
        }

    def scope(self, purpose: str, topic: str | None) -> Scope:
        """What is asked about, of messages like this one."""
        return Scope(
            channel=self.handed.channel,
            purpose_folded=folded(purpose),
            topic_folded=None if topic is None else folded(topic),
            brand_folded=self.content.brand_folded,
            contact_point_id=self.handed.contact_point_id,
        )


def handed_over(store: Store, message_id: UUID | None) -> MessageHandedOver:
    """The message as it was last handed over. MessageNotFound where it never was, or the link is not ours."""
    message = store.find(Message, message_id or NOBODYS)
    for version in range(message.version if message is not None else 0, 0, -1):
        fact = store.fact(Message, message_id or NOBODYS, version)
        if isinstance(fact, MessageHandedOver):
            return fact
    raise MessageNotFound()


def content_of(store: Store, handed: MessageHandedOver) -> CampaignContent:
    """What the campaign said when the message was made."""
    content = store.fact(Campaign, handed.campaign_id, handed.template_version)
    assert isinstance(content, CampaignContent)
    return content
