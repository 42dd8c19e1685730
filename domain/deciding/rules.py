"""The rules, each of which looks at one case, in the order in which a decision names them.

These rules are version 1. Once messages have been decided by them, a change that alters any verdict or trace is a new
version in a module beside this one, so that earlier decisions can still be replayed.

What was said of an address or a number binds everyone who has it, linked to it or not: sharing an identifier ends its
link to the first holder, and giving the identifier up ends the last link; neither lifts a complaint, a withdrawal or
a suppression.
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
"""Outcomes of a closing after which there is no cooling-off."""
RESTRICTING = (Standing.WITHDRAWN, Standing.OPTED_OUT_OF_TOPIC)


def no_contact_point(case: Case) -> Ruling:
    return Ruling(code=ReasonCode.NO_CONTACT_POINT, passed=case.chosen is not None)


def invalid_contact_point(case: Case) -> Ruling:
    """No address of the person on the channel can be written to: the chosen one is the best of them."""
    chosen = case.chosen
    passed = chosen is None or is_sendable(chosen.mailability, smtputf8=case.asked.smtputf8)
    facts = () if passed or chosen is None else (chosen.position,)
    return Ruling(code=ReasonCode.INVALID_CONTACT_POINT, passed=passed, facts=facts)


def consent_rule(code: ReasonCode, standing: Standing) -> Rule:
    """A promotional message is stopped where the chosen contact point's consent has this standing."""

    def rule(case: Case) -> Ruling:
        passed = not case.asked.promotional or case.standing is not standing
        return Ruling(code=code, passed=passed, facts=() if passed else case.consent_positions)

    return rule


def consent_withdrawn(case: Case) -> Ruling:
    """The person's own withdrawal, or a withdrawal by anyone who shares the chosen address."""
    if not case.asked.promotional:
        return Ruling(code=ReasonCode.CONSENT_WITHDRAWN, passed=True)
    positions = set(case.consent_positions) if case.standing is Standing.WITHDRAWN else set()
    scope = case.asked.scope_at(case.chosen.address_id if case.chosen is not None else None)
    for other in case.everyone()[1:]:
        consent = binding_consent_of(other, scope, case.at)
        if consent.standing in RESTRICTING:
            positions.update(consent.positions)
    return Ruling(code=ReasonCode.CONSENT_WITHDRAWN, passed=not positions, facts=tuple(sorted(positions)))


def imposed(reason: ReasonCode) -> Rule:
    """Whether a suppression of this reason stops the message."""

    def rule(case: Case) -> Ruling:
        stopping = case.suppressions.stopping(reason, case.chosen)
        positions = tuple(suppression.position for suppression in stopping)
        return Ruling(code=reason, passed=not stopping, facts=positions, until=_last_end(stopping))

    return rule


def _last_end(stopping: Iterable[InForce]) -> datetime | None:
    """When the last of the suppressions ends by itself; None where one has no end."""
    ends = [suppression.until for suppression in stopping]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def open_complaint(case: Case) -> Ruling:
    stopping = (
        [c for c in case.complaints() if c.state == ComplaintStatus.OPEN] if case.asked.promotional else []
    )
    return Ruling(code=ReasonCode.OPEN_COMPLAINT, passed=not stopping, facts=_positions(stopping))


def cooling_off(case: Case) -> Ruling:
    cooling = {}
    for complaint in case.complaints() if case.asked.promotional else []:
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
    """When a closed complaint stops messages no more; None where it never did, or where it is open."""
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
    return Ruling(code=ReasonCode.EXPIRED, passed=case.asked.ends_at is None or case.at < case.asked.ends_at)


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
