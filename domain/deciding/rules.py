"""Version 1 of the rules, in the order in which a decision names them. Each rule looks at one case.

Once messages have been decided by these rules, a change that alters a verdict or a trace becomes a new version in
a module beside this one. Earlier decisions can then still be replayed.

A complaint, withdrawal or suppression about an address or number applies to everyone who has it, with or without a
link. When a second customer has the identifier too, its link to the first one ends; when a customer gives it up, the
link ends as well. Neither of these lifts a complaint, a withdrawal or a suppression.
"""

from collections.abc import Iterable
from datetime import datetime

from domain.complaints.events import ComplaintStatus, Outcome
from domain.customers.mailability import is_sendable
from domain.deciding.case import Case, Rule, Rules
from domain.deciding.choosing import choose_contact_point
from domain.deciding.codes import ReasonCode
from domain.deciding.consent import Standing, binding_consent_of
from domain.deciding.decision import Ruling
from domain.deciding.facts import StoppingComplaint
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.suppressions import InForce

LIFTS_AT_ONCE = frozenset({Outcome.OPENED_IN_ERROR, Outcome.DUPLICATE})
"""The outcomes of a closed complaint that start no cooling-off."""
RESTRICTING = (Standing.WITHDRAWN, Standing.OPTED_OUT_OF_TOPIC)


def no_contact_point(case: Case) -> Ruling:
    return Ruling(code=ReasonCode.NO_CONTACT_POINT, passed=case.chosen is not None)


def invalid_contact_point(case: Case) -> Ruling:
    """Stops the message if the chosen contact point is not sendable. It is the best one, so no other is either."""
    chosen = case.chosen
    passed = chosen is None or is_sendable(chosen.mailability, smtputf8=case.question.smtputf8)
    facts = () if passed or chosen is None else (chosen.position,)
    return Ruling(code=ReasonCode.INVALID_CONTACT_POINT, passed=passed, facts=facts)


def consent_rule(code: ReasonCode, standing: Standing) -> Rule:
    """Returns a rule that stops a promotional message if the consent at the contact point has this standing."""

    def rule(case: Case) -> Ruling:
        passed = not case.question.promotional or case.standing is not standing
        return Ruling(code=code, passed=passed, facts=() if passed else case.consent_positions)

    return rule


def consent_withdrawn(case: Case) -> Ruling:
    """Stops a promotional message if the person, or anyone who shares the chosen address, withdrew consent."""
    if not case.question.promotional:
        return Ruling(code=ReasonCode.CONSENT_WITHDRAWN, passed=True)
    positions = set(case.consent_positions) if case.standing is Standing.WITHDRAWN else set()
    scope = case.question.scope_at(case.chosen.address_id if case.chosen is not None else None)
    for other in case.everyone()[1:]:
        consent = binding_consent_of(other, scope, case.at)
        if consent.standing in RESTRICTING:
            positions.update(consent.positions)
    return Ruling(code=ReasonCode.CONSENT_WITHDRAWN, passed=not positions, facts=tuple(sorted(positions)))


def imposed(reason: ReasonCode) -> Rule:
    """Returns a rule that stops the message if a suppression with this reason applies to it."""

    def rule(case: Case) -> Ruling:
        stopping = case.suppressions.stopping(reason, case.chosen)
        positions = tuple(suppression.position for suppression in stopping)
        return Ruling(code=reason, passed=not stopping, facts=positions, until=_last_end(stopping))

    return rule


def _last_end(stopping: Iterable[InForce]) -> datetime | None:
    """Returns when the last of the suppressions expires, or None if one of them never does."""
    ends = [suppression.until for suppression in stopping]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def open_complaint(case: Case) -> Ruling:
    stopping = (
        [c for c in case.complaints() if c.status == ComplaintStatus.OPEN]
        if case.question.promotional
        else []
    )
    return Ruling(code=ReasonCode.OPEN_COMPLAINT, passed=not stopping, facts=_positions(stopping))


def cooling_off(case: Case) -> Ruling:
    cooling = {}
    for complaint in case.complaints() if case.question.promotional else []:
        until = cooled_off_at(complaint, case.policy)
        if until is not None and case.at < until:
            cooling[complaint] = until
    return Ruling(
        code=ReasonCode.COMPLAINT_COOLING_OFF,
        passed=not cooling,
        facts=_positions(cooling),
        until=max(cooling.values(), default=None),
    )


def cooled_off_at(complaint: StoppingComplaint, policy: SuppressionPolicy) -> datetime | None:
    """Returns the end of a closed complaint's cooling-off, or None if it has none or the complaint is open."""
    if complaint.closed_at is None or complaint.outcome in LIFTS_AT_ONCE:
        return None
    return complaint.closed_at + policy.cooling_off[complaint.severity]


def _positions(complaints: Iterable[StoppingComplaint]) -> tuple[int, ...]:
    return tuple(sorted(complaint.position for complaint in complaints))


def held_out(case: Case) -> Ruling:
    held = case.draw is not None and case.draw.held_out
    facts = case.draw.facts if held and case.draw is not None else ()
    return Ruling(code=ReasonCode.HOLDOUT_CAMPAIGN, passed=not held, facts=facts)


def already_contacted(case: Case) -> Ruling:
    address = case.chosen.address_id if case.chosen else None
    earlier = [e.position for e in case.facts.earlier if e.to_person or (address and e.address_id == address)]
    return Ruling(code=ReasonCode.ALREADY_CONTACTED, passed=not earlier, facts=tuple(sorted(earlier)))


def duplicate_address(case: Case) -> Ruling:
    taken = case.chosen is not None and case.chosen.address_id in case.facts.taken
    position = case.facts.taken[case.chosen.address_id] if taken and case.chosen else None
    facts = (position,) if position is not None else ()
    return Ruling(code=ReasonCode.DUPLICATE_ADDRESS_IN_RUN, passed=not taken, facts=facts)


def expired(case: Case) -> Ruling:
    return Ruling(
        code=ReasonCode.EXPIRED, passed=case.question.ends_at is None or case.at < case.question.ends_at
    )


def no_longer_in_segment(case: Case) -> Ruling:
    return Ruling(code=ReasonCode.NO_LONGER_IN_SEGMENT, passed=case.facts.still_member is not False)


def campaign_cancelled(case: Case) -> Ruling:
    cancelled = case.facts.cancelled
    facts = () if cancelled is None else (cancelled,)
    return Ruling(code=ReasonCode.CAMPAIGN_CANCELLED, passed=cancelled is None, facts=facts)


ORDERED: tuple[Rule, ...] = (
    no_contact_point,
    invalid_contact_point,
    consent_rule(ReasonCode.NO_CONSENT, Standing.NOTHING_SAID),
    consent_withdrawn,
    consent_rule(ReasonCode.CONSENT_EXPIRED, Standing.EXPIRED),
    consent_rule(ReasonCode.OPTED_OUT_TOPIC, Standing.OPTED_OUT_OF_TOPIC),
    imposed(ReasonCode.GLOBAL_DO_NOT_CONTACT),
    imposed(ReasonCode.HARD_BOUNCE),
    imposed(ReasonCode.SPAM_COMPLAINT),
    open_complaint,
    cooling_off,
    imposed(ReasonCode.SERVICE_RECOVERY_PENDING),
    imposed(ReasonCode.DELINQUENT),
    held_out,
    already_contacted,
    imposed(ReasonCode.DECEASED),
    imposed(ReasonCode.LEGAL_HOLD),
    duplicate_address,
    imposed(ReasonCode.DOMAIN_BLOCKED),
    imposed(ReasonCode.OPERATOR_EXCLUDED),
    expired,
    no_longer_in_segment,
    campaign_cancelled,
)

RULES_1 = Rules(choose=choose_contact_point, ordered=ORDERED)
