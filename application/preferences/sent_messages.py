"""Finds the message behind a link: its handover, its campaign's content and its recipient."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.campaigns.events import CampaignContent
from domain.deciding.consent import ConsentScope
from domain.deciding.facts import Person
from domain.messages.errors import MessageNotFound
from domain.messages.events import MessageHandedOver
from domain.messages.message import Message
from domain.plain_text import folded

NOBODYS = UUID(int=0)
"""The id that is looked up for a forged link. The answer then takes as long as for a message that was never sent."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that was sent, the content of its campaign, and the person who got it."""

    handed: MessageHandedOver
    content: CampaignContent
    person: Person

    @property
    def origin(self) -> dict[str, Any]:
        """The fields of a withdrawal that name the message whose link was used."""
        handed = self.handed
        return {
            "campaign_id": handed.campaign_id,
            "run_id": handed.run_id,
            "message_id": handed.originator_id,
        }

    def scope(self, purpose: str, topic: str | None) -> ConsentScope:
        """Returns the scope of messages like this one, for another purpose and topic."""
        return ConsentScope(
            channel=self.handed.channel,
            purpose_folded=folded(purpose),
            topic_folded=None if topic is None else folded(topic),
            brand_folded=self.content.brand_folded,
            contact_point_id=self.handed.contact_point_id,
        )


def handed_over(store: Store, message_id: UUID | None) -> MessageHandedOver:
    """Returns the last handover of the message.

    Raises MessageNotFound if it was never handed over, or if the link is forged (None).
    """
    message = store.find(Message, message_id or NOBODYS)
    for version in range(message.version if message is not None else 0, 0, -1):
        fact = store.fact(Message, message_id or NOBODYS, version)
        if isinstance(fact, MessageHandedOver):
            return fact
    raise MessageNotFound()


def content_of(store: Store, handed: MessageHandedOver) -> CampaignContent:
    """Returns the content that the campaign had when the message was rendered."""
    content = store.fact(Campaign, handed.campaign_id, handed.template_version)
    assert isinstance(content, CampaignContent)
    return content
