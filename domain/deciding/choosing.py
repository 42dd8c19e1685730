"""Chooses the contact point for a message and looks up the person's consent there."""

from datetime import datetime

from domain.customers.mailability import is_sendable
from domain.deciding.case import Chosen
from domain.deciding.consent import NOTHING_SAID, ConsentStanding, binding_consent_of
from domain.deciding.decision import DecisionQuestion
from domain.deciding.facts import ContactPoint, DecisionFacts, Person
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.suppressions import Suppressions

PREFERRED = "preferred"


def choose_contact_point(
    facts: DecisionFacts, policy: SuppressionPolicy, question: DecisionQuestion, at: datetime
) -> Chosen:
    """Chooses a contact point that is sendable, usable and consented: the one labelled preferred, else the last added.

    If no contact point is sendable, or none has a consent, the best of the others is chosen. The trace then says
    what is missing.
    """
    suppressions = Suppressions(facts, policy, question, at)
    candidates = [
        (point, consent_at(facts.person, question, at, point))
        for point in facts.person.points_on(question.channel)
    ]

    def preference(candidate: tuple[ContactPoint, ConsentStanding]) -> tuple[object, ...]:
        point, consent = candidate
        return (
            not is_sendable(point.mailability, smtputf8=question.smtputf8),
            not suppressions.usable(point),
            consent.standing if question.promotional else 0,
            point.label != PREFERRED,
            -point.position,
            point.contact_point_id,
        )

    if not candidates:
        consent = consent_at(facts.person, question, at, None)
        return None, consent.standing, consent.positions
    chosen, consent = min(candidates, key=preference) if len(candidates) > 1 else candidates[0]
    return chosen, consent.standing, consent.positions


def consent_at(
    person: Person, question: DecisionQuestion, at: datetime, point: ContactPoint | None
) -> ConsentStanding:
    """Returns the person's consent at this contact point, or on the whole channel if there is no contact point.

    No rule asks for the consent to a message that is not promotional.
    """
    if not question.promotional:
        return NOTHING_SAID
    scope = question.scope_at(point.address_id if point is not None else None, point)
    return binding_consent_of(person, scope, at)
