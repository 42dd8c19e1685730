"""May this person get such a message now, and why (not)?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from domain.deciding.decide import Asked, Decision, decide
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy
from domain.ports import Clock


@dataclass(frozen=True, kw_only=True)
class AskEligibility:
    """A message that might be sent to a person."""

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
        self, reading: EligibilityReading, clock: Clock, policy: SuppressionPolicy, zone: str
    ) -> None:
        self._reading = reading
        self._clock = clock
        self._policy = policy
        self._zone = zone

    def explain(self, ask: AskEligibility) -> Decision:
        """The decision now, with the trace of every rule."""
        facts = self._reading.facts_of(ask.customer_id, ask.channel, ask.campaign_id)
        asked = Asked(
            message_class=ask.message_class,
            purpose=ask.purpose,
            channel=ask.channel,
            campaign_id=ask.campaign_id,
            installation_zone=self._zone,
        )
        return decide(facts, self._policy, asked, self._clock.now())

    def verdicts(self, person_id: UUID, pairs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        """The verdict on a promotional message for each (channel, purpose), with the codes that stop it."""
        answered = []
        for channel, purpose in pairs:
            decision = self.explain(
                AskEligibility(
                    customer_id=person_id, channel=channel, purpose=purpose, message_class="promotional"
                )
            )
            answered.append(
                {
                    "channel": channel,
                    "purpose": purpose,
                    "verdict": decision.verdict,
                    "reasons": [reason.code for reason in decision.reasons],
                }
            )
        return answered
