"""At which contact point a message would reach the person, and whether they allow it there."""

from datetime import datetime

from domain.customers.mailability import is_sendable
from domain.deciding.case import Chosen
from domain.deciding.consent import ConsentStanding, binding_consent_of
from domain.deciding.decision import Asked
from domain.deciding.facts import ContactPoint, DecisionFacts, Person
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.suppressions import Suppressions

PREFERRED = "preferred"


def choose_contact_point(
    facts: DecisionFacts, policy: SuppressionPolicy, asked: Asked, at: datetime
) -> Chosen:
    """The sendable, usable, consented contact point labelled preferred, else the newest one, with its consent.

    Where none is sendable, or none has a consent, the best of the others is chosen, so that the trace says what is
    missing.
    """
    candidates = facts.person.points_on(asked.channel)
    suppressions = Suppressions(facts, policy, asked, at)
    consents = {point: consent_at(facts.person, asked, at, point) for point in candidates}

    def preference(point: ContactPoint) -> tuple[object, ...]:
        return (
            not is_sendable(point.mailability, smtputf8=asked.smtputf8),
            not suppressions.usable(point),
            consents[point].standing if asked.promotional else 0,
            point.label != PREFERRED,
            -point.position,
            point.contact_point_id,
        )

    chosen = min(candidates, key=preference, default=None)
    consent = consents[chosen] if chosen is not None else consent_at(facts.person, asked, at, None)
    return chosen, consent.standing, consent.positions


def consent_at(person: Person, asked: Asked, at: datetime, point: ContactPoint | None) -> ConsentStanding:
    """What the person allows at this contact point, or, without one, on the channel as a whole."""
    scope = asked.scope_at(point.address_id if point is not None else None, point)
    return binding_consent_of(person, scope, at)
