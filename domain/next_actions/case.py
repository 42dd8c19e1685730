"""The type of a rule of next actions, and the case that every rule looks at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from domain.campaigns.events import MessageClass
from domain.deciding.codes import ReasonCode, Verdict
from domain.deciding.decide import RULES, Decision, DecisionQuestion, decide
from domain.deciding.policy import SuppressionPolicy
from domain.next_actions.actions import Found, PossibleMessage
from domain.next_actions.facts import Happened, PersonFacts
from domain.runs.events import Reason

OF_ONE_MESSAGE = frozenset(
    {
        ReasonCode.NO_CONTACT_POINT,
        ReasonCode.INVALID_CONTACT_POINT,
        ReasonCode.NO_CONSENT,
        ReasonCode.CONSENT_WITHDRAWN,
        ReasonCode.CONSENT_EXPIRED,
        ReasonCode.OPTED_OUT_TOPIC,
    }
)
"""The reasons that stop only the message in question. Any other reason stops every offer to the person."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A promotional message, and the decision about it."""

    question: DecisionQuestion
    decision: Decision

    @property
    def is_eligible(self) -> bool:
        return self.decision.verdict is Verdict.ELIGIBLE

    @property
    def message(self) -> PossibleMessage:
        return PossibleMessage(channel=self.question.channel, purpose=self.question.purpose)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One person at one instant.

    `questions`: the promotional messages that may be offered, for each channel and purpose; at least one.
    `decision_rules_version`: the version of the rules that decide about messages.
    """

    facts: PersonFacts
    policy: SuppressionPolicy
    questions: tuple[DecisionQuestion, ...]
    at: datetime
    decision_rules_version: int

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        return self.offers_at(self.at)

    def offers_at(self, at: datetime) -> tuple[Offer, ...]:
        """Returns what `decide` says of each offer at an instant, from the facts of now."""
        return tuple(Offer(question=asked, decision=self._decide(asked, at)) for asked in self.questions)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """All that stops an offer."""
        return merged(reason for offer in self.offers for reason in offer.decision.reasons)

    @cached_property
    def stops(self) -> tuple[Reason, ...]:
        """What stops every offer to the person: all reasons that stop one of them, but those of OF_ONE_MESSAGE."""
        return tuple(reason for reason in self.reasons if reason.code not in OF_ONE_MESSAGE)

    @cached_property
    def recovery_stops(self) -> tuple[Reason, ...]:
        """What stops a message of the class recovery on every channel. Empty if one channel is free."""
        decisions = [self._decide(asked, self.at) for asked in self.recovery_questions]
        if any(decision.verdict is Verdict.ELIGIBLE for decision in decisions):
            return ()
        return merged(reason for decision in decisions for reason in decision.reasons)

    @cached_property
    def recovery_questions(self) -> tuple[DecisionQuestion, ...]:
        """A message of the class recovery for each channel."""
        by_channel = {asked.channel: asked for asked in self.questions}
        return tuple(
            replace(asked, message_class=MessageClass.RECOVERY, purpose="service")
            for asked in by_channel.values()
        )

    def consents_for(self, offer: Offer) -> tuple[int, ...]:
        """Returns the positions of the consent that allows this offer."""
        choose = RULES[self.decision_rules_version].choose
        return choose(self.facts.decision, self.policy, offer.question, self.at)[2]

    def spoke_since(self, fact: Happened) -> bool:
        """Whether the company spoke with the person after this fact."""
        spoke = self.facts.last_outbound
        return spoke is not None and spoke.place > fact.place

    def _decide(self, asked: DecisionQuestion, at: datetime) -> Decision:
        return decide(self.facts.decision, self.policy, asked, at, rules_version=self.decision_rules_version)


@dataclass(frozen=True)
class Rule:
    """A rule with its code, by which an action names it."""

    code: str
    find: Callable[[Case], Found]


def merged(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Returns one reason for each code, in the order of the codes, with the facts of all.

    `until` is the latest end, or None if one of the reasons has no known end.
    """
    by_code: dict[ReasonCode, list[Reason]] = {}
    for reason in reasons:
        by_code.setdefault(reason.code, []).append(reason)
    return tuple(_one_of(code, by_code[code]) for code in ReasonCode if code in by_code)


def _one_of(code: ReasonCode, reasons: list[Reason]) -> Reason:
    facts = {position for reason in reasons for position in reason.facts}
    ends = [reason.until for reason in reasons if reason.until is not None]
    until = max(ends) if len(ends) == len(reasons) else None
    return Reason(code=code, facts=tuple(sorted(facts)), until=until)
