"""Version 1 of the rules, in the order in which a decision names them. Each rule looks at one case.

Once messages have been decided by these rules, a change that alters a verdict or a trace becomes a new version in
a module beside this one. Earlier decisions can then still be replayed.

A complaint, withdrawal or suppression about an address or number applies to everyone who has it, with or without a
link. When a second customer has the identifier too, its link to the first one ends; when a customer gives it up, the
link ends as well. Neither of these lifts a complaint, a withdrawal or a suppression.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from domain.complaints.events import ComplaintStatus, Outcome
from domain.customers.mailability import is_sendable
from domain.deciding.case import Case, Rule, Rules
from domain.deciding.choosing import choose_contact_point
from domain.deciding.codes import ReasonCode
from domain.deciding.consent import Standing, binding_consent_of
from domain.deciding.decision import PASSED, Ruling
from domain.deciding.facts import StoppingComplaint
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.suppressions import InForce

LIFTS_AT_ONCE = frozenset({Outcome.OPENED_IN_ERROR, Outcome.DUPLICATE})
"""The outcomes of a closed complaint that start no cooling-off."""
RESTRICTING = (Standing.WITHDRAWN, Standing.OPTED_OUT_OF_TOPIC)


def no_contact_point(case: Case) -> Ruling:
    if case.chosen is not None:
        return PASSED[ReasonCode.NO_CONTACT_POINT]
    return Ruling(code=ReasonCode.NO_CONTACT_POINT, passed=False)


def invalid_contact_point(case: Case) -> Ruling:
    """Stops the message if the chosen contact point is not sendable. It is the best one, so no other is either."""
    chosen = case.chosen
    if chosen is None or is_sendable(chosen.mailability, smtputf8=case.question.smtputf8):
        return PASSED[ReasonCode.INVALID_CONTACT_POINT]
    return Ruling(code=ReasonCode.INVALID_CONTACT_POINT, passed=False, facts=(chosen.position,))


def consent_rule(code: ReasonCode, standing: Standing) -> Rule:
    """Returns a rule that stops a promotional message if the consent at the contact point has this standing."""

    def rule(case: Case) -> Ruling:
        if not case.question.promotional or case.standing is not standing:
            return PASSED[code]
        return Ruling(code=code, passed=False, facts=case.consent_positions)

    return rule


def consent_withdrawn(case: Case) -> Ruling:
    """Stops a promotional message if the person, or anyone who shares the chosen address, withdrew consent."""
    if not case.question.promotional:
        return PASSED[ReasonCode.CONSENT_WITHDRAWN]
    positions = set(case.consent_positions) if case.standing is Standing.WITHDRAWN else set()
    scope = case.question.scope_at(case.chosen.address_id if case.chosen is not None else None)
    for other in case.everyone[1:]:
        consent = binding_consent_of(other, scope, case.at)
        if consent.standing in RESTRICTING:
            positions.update(consent.positions)
    if not positions:
        return PASSED[ReasonCode.CONSENT_WITHDRAWN]
    return Ruling(code=ReasonCode.CONSENT_WITHDRAWN, passed=False, facts=tuple(sorted(positions)))


def imposed(reason: ReasonCode) -> Rule:
    """Returns a rule that stops the message if a suppression with this reason applies to it."""

    def rule(case: Case) -> Ruling:
        stopping = case.stopping.get(reason)
        if not stopping:
            return PASSED[reason]
        positions = tuple(suppression.position for suppression in stopping)
        return Ruling(code=reason, passed=False, facts=positions, until=_last_end(stopping))

    return rule


def _last_end(stopping: Iterable[InForce]) -> datetime | None:
    """Returns when the last of the suppressions expires, or None if one of them never does."""
    ends = [suppression.until for suppression in stopping]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def open_complaint(case: Case) -> Ruling:
    open_now = [c for c in _complaints_that_count(case) if c.status == ComplaintStatus.OPEN]
    if not open_now:
        return PASSED[ReasonCode.OPEN_COMPLAINT]
    return Ruling(code=ReasonCode.OPEN_COMPLAINT, passed=False, facts=_positions(open_now))


def _complaints_that_count(case: Case) -> Collection[StoppingComplaint]:
    """Returns the complaints around the case. They stop promotional messages only."""
    return case.complaints if case.question.promotional else ()


def cooling_off(case: Case) -> Ruling:
    cooling = {}
    for complaint in _complaints_that_count(case):
        until = cooled_off_at(complaint, case.policy)
        if until is not None and case.at < until:
            cooling[complaint] = until
    if not cooling:
        return PASSED[ReasonCode.COMPLAINT_COOLING_OFF]
    return Ruling(
        code=ReasonCode.COMPLAINT_COOLING_OFF,
        passed=False,
        facts=_positions(cooling),
        until=max(cooling.values()),
    )


def cooled_off_at(complaint: StoppingComplaint, policy: SuppressionPolicy) -> datetime | None:
    """Returns the end of a closed complaint's cooling-off, or None if it has none or the complaint is open."""
    if complaint.closed_at is None or complaint.outcome in LIFTS_AT_ONCE:
        return None
    return complaint.closed_at + policy.cooling_off[complaint.severity]


def _positions(complaints: Iterable[StoppingComplaint]) -> tuple[int, ...]:
    return tuple(sorted(complaint.position for complaint in complaints))


def held_out(case: Case) -> Ruling:
    if case.draw is None or not case.draw.held_out:
        return PASSED[ReasonCode.HOLDOUT_CAMPAIGN]
    return Ruling(code=ReasonCode.HOLDOUT_CAMPAIGN, passed=False, facts=case.draw.facts)


def already_contacted(case: Case) -> Ruling:
    if not case.facts.earlier:
        return PASSED[ReasonCode.ALREADY_CONTACTED]
    address = case.chosen.address_id if case.chosen else None
    earlier = [e.position for e in case.facts.earlier if e.to_person or (address and e.address_id == address)]
    return Ruling(code=ReasonCode.ALREADY_CONTACTED, passed=not earlier, facts=tuple(sorted(earlier)))


def duplicate_address(case: Case) -> Ruling:
    if case.chosen is None or case.chosen.address_id not in case.facts.taken:
        return PASSED[ReasonCode.DUPLICATE_ADDRESS_IN_RUN]
    position = case.facts.taken[case.chosen.address_id]
    facts = (position,) if position is not None else ()
    return Ruling(code=ReasonCode.DUPLICATE_ADDRESS_IN_RUN, passed=False, facts=facts)


def expired(case: Case) -> Ruling:
    if case.question.ends_at is None or case.at < case.question.ends_at:
        return PASSED[ReasonCode.EXPIRED]
    return Ruling(code=ReasonCode.EXPIRED, passed=False)


def no_longer_in_segment(case: Case) -> Ruling:
    if case.facts.still_member is not False:
        return PASSED[ReasonCode.NO_LONGER_IN_SEGMENT]
    return Ruling(code=ReasonCode.NO_LONGER_IN_SEGMENT, passed=False)


def campaign_cancelled(case: Case) -> Ruling:
    cancelled = case.facts.cancelled
    if cancelled is None:
        return PASSED[ReasonCode.CAMPAIGN_CANCELLED]
    return Ruling(code=ReasonCode.CAMPAIGN_CANCELLED, passed=False, facts=(cancelled,))


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
