"""Which messages one complaint stops, by the rules of decisions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.campaigns.events import MessageClass
from domain.customers.details import Channel
from domain.deciding.case import Case, Rule
from domain.deciding.codes import ReasonCode
from domain.deciding.consent import Standing
from domain.deciding.decision import DecisionQuestion
from domain.deciding.facts import DecisionFacts, Person, StoppingComplaint
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.rules import cooling_off, open_complaint

OF_COMPLAINTS: tuple[Rule, ...] = (open_complaint, cooling_off)
"""The rules that look at complaints. They ask for the class of a message, not for its channel, purpose or brand."""


@dataclass(frozen=True, kw_only=True)
class ComplaintStop:
    """A class of messages that a complaint stops, on every channel, for every purpose and brand.

    `until`: when it stops them no longer by itself, if that is known.
    """

    message_class: MessageClass
    reason: ReasonCode
    until: datetime | None


def stops_of(
    complaint: StoppingComplaint, policy: SuppressionPolicy, at: datetime
) -> Iterator[ComplaintStop]:
    """Yields the classes of messages to its customer that the complaint stops at this instant."""
    person = Person(
        person_id=complaint.customer_id, profiles=(complaint.customer_id,), complaints=(complaint,)
    )
    for message_class in MessageClass:
        case = Case(
            facts=DecisionFacts(person=person),
            policy=policy,
            question=DecisionQuestion(message_class=message_class, purpose="", channel=Channel.EMAIL),
            at=at,
            chosen=None,
            standing=Standing.NOTHING_SAID,
            consent_positions=(),
        )
        for ruling in (rule(case) for rule in OF_COMPLAINTS):
            if not ruling.passed:
                yield ComplaintStop(message_class=message_class, reason=ruling.code, until=ruling.until)
