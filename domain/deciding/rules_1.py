"""Version 1 of the rules. It has decided: a change that alters any verdict or trace is a new version beside it.

The golden decisions of the tests hold it to that, and with it what it shares with others: `consent.py`, and
what version 2 takes over from here.
"""

from collections.abc import Iterable
from datetime import datetime

from domain.deciding.case import Case, Chosen, Rule, Rules
from domain.deciding.consent import Standing, consent_of
from domain.deciding.decision import Asked, Ruling
from domain.deciding.facts import ContactPoint, DecisionFacts, Person, StoppingComplaint
from domain.deciding.policy import SuppressionPolicy

LIFTS_AT_ONCE = frozenset({"opened_in_error", "duplicate"})
"""Outcomes of a closing after which there is no cooling-off."""
PREFERRED = "preferred"


def choose_contact_point(
    facts: DecisionFacts, policy: SuppressionPolicy, asked: Asked, at: datetime
) -> Chosen:
    """The consented contact point labelled preferred, else the newest (semantics 34), and its consent.

    Without a consented one the least restricted is chosen, so that the trace says what is missing.
    """
    candidates = [point for point in facts.person.contact_points if point.channel == asked.channel]
    if not candidates:
        found = consent_of(facts.person, asked.scope(), at)
        return None, found.standing, found.positions
    standings = [(point, consent_of(facts.person, asked.scope(point), at)) for point in candidates]
    point, found = min(
        standings,
        key=lambda one: (
            one[1].standing if asked.promotional else 0,
            one[0].label != PREFERRED,
            -one[0].position,
            one[0].contact_point_id,
        ),
    )
    return point, found.standing, found.positions


def no_contact_point(case: Case) -> Ruling:
    return Ruling(code="NO_CONTACT_POINT", passed=case.chosen is not None)


def consent_rule(code: str, standing: Standing) -> Rule:
    def rule(case: Case) -> Ruling:
        passed = not case.asked.promotional or case.standing is not standing
        return Ruling(code=code, passed=passed, facts=() if passed else case.consent_positions)

    return rule


def consent_withdrawn(case: Case) -> Ruling:
    """The person's own withdrawal, or that of anyone who shares the chosen address (semantics 6)."""
    if not case.asked.promotional:
        return Ruling(code="CONSENT_WITHDRAWN", passed=True)
    positions = set(case.consent_positions) if case.standing is Standing.WITHDRAWN else set()
    for other in case.everyone()[1:]:
        found = consent_of(other, case.asked.scope(_same_address(other, case.chosen)), case.at)
        if found.standing in (Standing.WITHDRAWN, Standing.OPTED_OUT_OF_TOPIC):
            positions.update(found.positions)
    return Ruling(code="CONSENT_WITHDRAWN", passed=not positions, facts=tuple(sorted(positions)))


def _same_address(person: Person, chosen: ContactPoint | None) -> ContactPoint | None:
    return next((p for p in person.contact_points if chosen and p.address_id == chosen.address_id), None)


def open_complaint(case: Case) -> Ruling:
    stopping = [c for c in case.complaints() if c.state == "open"] if case.asked.promotional else []
    return Ruling(code="OPEN_COMPLAINT", passed=not stopping, facts=_positions(stopping))


def cooling_off(case: Case) -> Ruling:
    cooling = {}
    for complaint in case.complaints() if case.asked.promotional else []:
        until = cooled_off_at(complaint, case.policy)
        if until is not None and case.at < until:
            cooling[complaint] = until
    return Ruling(
        code="COMPLAINT_COOLING_OFF",
        passed=not cooling,
        facts=_positions(cooling),
        until=max(cooling.values(), default=None),
    )


def cooled_off_at(complaint: StoppingComplaint, policy: SuppressionPolicy) -> datetime | None:
    """When a closed complaint stops no more; None if it never did or is open."""
    if complaint.closed_at is None or complaint.outcome in LIFTS_AT_ONCE:
        return None
    return complaint.closed_at + policy.cooling_off[complaint.severity]


def already_contacted(case: Case) -> Ruling:
    address = case.chosen.address_id if case.chosen else None
    earlier = [e.position for e in case.facts.earlier if e.to_person or (address and e.address_id == address)]
    return Ruling(code="ALREADY_CONTACTED", passed=not earlier, facts=tuple(sorted(earlier)))


def duplicate_address(case: Case) -> Ruling:
    taken = case.chosen is not None and case.chosen.address_id in case.facts.taken
    position = case.facts.taken[case.chosen.address_id] if taken and case.chosen else None
    facts = (position,) if position is not None else ()
    return Ruling(code="DUPLICATE_ADDRESS_IN_RUN", passed=not taken, facts=facts)


def expired(case: Case) -> Ruling:
    return Ruling(code="EXPIRED", passed=case.asked.ends_at is None or case.at < case.asked.ends_at)


def _positions(complaints: Iterable[StoppingComplaint]) -> tuple[int, ...]:
    return tuple(sorted(complaint.position for complaint in complaints))


ORDERED: tuple[Rule, ...] = (
    no_contact_point,
    consent_rule("NO_CONSENT", Standing.NOTHING_SAID),
    consent_withdrawn,
    consent_rule("CONSENT_EXPIRED", Standing.EXPIRED),
    consent_rule("OPTED_OUT_TOPIC", Standing.OPTED_OUT_OF_TOPIC),
    open_complaint,
    cooling_off,
    already_contacted,
    duplicate_address,
    expired,
)

RULES_1 = Rules(choose=choose_contact_point, ordered=ORDERED)
