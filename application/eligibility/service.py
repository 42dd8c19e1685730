"""May this person get such a message now, and why (not)?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.deciding.decide import Asked, Decision, decide
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy
from domain.errors import CampaignNotFound
from domain.ports import Clock


@dataclass(frozen=True, kw_only=True)
class AskEligibility:
    """A message that might be sent to a person; of a campaign: its topic and brand are asked about too."""

    customer_id: UUID
    channel: str
    purpose: str
    message_class: str
    campaign_id: UUID | None = None


class EligibilityReading(Protocol):
    def facts_of(self, person_id: UUID, channel: str, campaign_id: UUID | None) -> DecisionFacts: ...


class EligibilityService:
    """Asks the same function that runs ask."""

    def __init__(
        self,
        store: Store,
        reading: EligibilityReading,
        clock: Clock,
        policy: SuppressionPolicy,
        zone: str,
    ) -> None:
        self._store = store
        self._reading = reading
        self._clock = clock
        self._policy = policy
        self._zone = zone

    def explain(self, ask: AskEligibility) -> Decision:
        """The decision now, with the trace of every rule. CampaignNotFound."""
        facts = self._reading.facts_of(ask.customer_id, ask.channel, ask.campaign_id)
        return decide(facts, self._policy, self._asked(ask), self._clock.now())

    def verdicts(self, person_id: UUID, pairs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        """The verdict for each (channel, purpose), with the codes that stop it.

        A message of purpose service is of the class service, all others are promotional.
        """
        now, facts, answered = self._clock.now(), dict[str, DecisionFacts](), []
        for channel, purpose in pairs:
            if channel not in facts:
                facts[channel] = self._reading.facts_of(person_id, channel, None)
            message_class = "service" if purpose == "service" else "promotional"
            asked = Asked(
                message_class=message_class, purpose=purpose, channel=channel, installation_zone=self._zone
            )
            decision = decide(facts[channel], self._policy, asked, now)
            codes = [reason.code for reason in decision.reasons]
            answered.append(
                {
                    "channel": channel,
                    "purpose": purpose,
                    "message_class": message_class,
                    "verdict": decision.verdict,
                    "reasons": codes,
                }
            )
        return answered

    def _asked(self, ask: AskEligibility) -> Asked:
        campaign = self._campaign(ask.campaign_id)
        return Asked(
            message_class=ask.message_class,
            purpose=ask.purpose,
            channel=ask.channel,
            topic=campaign.content.topic if campaign else None,
            brand=campaign.content.brand if campaign else None,
            campaign_id=ask.campaign_id,
            installation_zone=self._zone,
        )

    def _campaign(self, campaign_id: UUID | None) -> Campaign | None:
        if campaign_id is None:
            return None
        campaign = self._store.find(Campaign, campaign_id)
        if campaign is None:
            raise CampaignNotFound()
        return campaign
