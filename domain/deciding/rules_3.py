"""Version 3 of the rules: what was said of an address or number binds everyone who has it, linked to it or not.

Sharing an identifier ends its link to the first holder, and giving it up ends the last; neither lifts a complaint, a
withdrawal or a suppression that was told by it. What is said at one contact point holds at every one with its address.
"""

from datetime import datetime

from domain.deciding import rules_1, rules_2
from domain.deciding.case import Case, Chosen, Rule, Rules
from domain.deciding.consent import ConsentStanding, Standing, consent_of, with_holdings
from domain.deciding.decision import Asked, Ruling
from domain.deciding.facts import ContactPoint, DecisionFacts
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.suppressions import Suppressions

RESTRICTING = (Standing.WITHDRAWN, Standing.OPTED_OUT_OF_TOPIC)


def choose_contact_point(
    facts: DecisionFacts, policy: SuppressionPolicy, asked: Asked, at: datetime
) -> Chosen:
    """As in version 2, with the consent that holds at the address."""
    candidates = [point for point in facts.person.contact_points if point.channel == asked.channel]
    suppressions = Suppressions(facts, policy, asked, at, holdings_bind=True)

    def preference(point: ContactPoint) -> tuple[object, ...]:
        return (
            not suppressions.usable(point),
            standings[point].standing if asked.promotional else 0,
            point.label != rules_1.PREFERRED,
            -point.position,
            point.contact_point_id,
        )

    standings = {point: standing_of(facts, asked, at, point) for point in candidates}
    chosen = min(candidates, key=preference, default=None)
    found = standings[chosen] if chosen is not None else standing_of(facts, asked, at, None)
    return chosen, found.standing, found.positions


def standing_of(
    facts: DecisionFacts, asked: Asked, at: datetime, point: ContactPoint | None
) -> ConsentStanding:
    scope = asked.scope_at(point.address_id if point is not None else None, point)
    return with_holdings(consent_of(facts.person, scope, at), facts.person, scope, at)


def consent_withdrawn(case: Case) -> Ruling:
    """The person's own withdrawal, or that of anyone who shares the chosen address (semantics 6)."""
    if not case.asked.promotional:
        return Ruling(code="CONSENT_WITHDRAWN", passed=True)
    positions = set(case.consent_positions) if case.standing is Standing.WITHDRAWN else set()
    scope = case.asked.scope_at(case.chosen.address_id if case.chosen is not None else None)
    for other in case.everyone()[1:]:
        found = with_holdings(consent_of(other, scope, case.at), other, scope, case.at)
        if found.standing in RESTRICTING:
            positions.update(found.positions)
    return Ruling(code="CONSENT_WITHDRAWN", passed=not positions, facts=tuple(sorted(positions)))


def _instead(rule: Rule) -> Rule:
    return consent_withdrawn if rule is rules_1.consent_withdrawn else rule


RULES_3 = Rules(
    choose=choose_contact_point, ordered=tuple(map(_instead, rules_2.ORDERED)), holdings_bind=True
)
