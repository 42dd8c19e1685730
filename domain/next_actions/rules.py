"""The rules of next actions, in their order. Each looks at one case and proposes at most one action.

To add a rule, write a function that takes a case, and a line in ORDERED. docs/next-actions.md has a row for each rule
and each action. The last rule is the one that allows an offer: nothing comes after it.
"""

from collections.abc import Iterable
from datetime import timedelta

from domain.complaints.events import ComplaintStatus, Outcome, Severity
from domain.customers.mailability import is_sendable
from domain.deciding.codes import ReasonCode
from domain.deciding.facts import ContactPoint
from domain.deciding.suppressions import Suppressions
from domain.next_actions.actions import Action, ActionCode, Found, Stopped, Urgency
from domain.next_actions.case import OF_ONE_MESSAGE, Case, Rule
from domain.next_actions.facts import Complaint, Happened

UNTOUCHED_FOR = {
    Severity.CRITICAL: timedelta(days=1),
    Severity.HIGH: timedelta(days=3),
    Severity.NORMAL: timedelta(days=7),
    Severity.LOW: timedelta(days=14),
}
"""How long an answered complaint may go without a step, by severity."""
RETURN_WITHIN = timedelta(days=30)
FOLLOW_UP_WITHIN = timedelta(days=14)
RENEW_BEFORE = timedelta(days=30)
"""How long before the end of a consent its renewal is asked for."""
CONSENT_MISSES = frozenset({ReasonCode.NO_CONSENT, ReasonCode.CONSENT_EXPIRED})
NOBODY_SAID_NO = CONSENT_MISSES | {ReasonCode.NO_CONTACT_POINT, ReasonCode.INVALID_CONTACT_POINT}
"""The reasons despite which a person may be asked for a consent. The others are stops."""
_SEVEREST_FIRST = list(reversed(Severity))


def complaint_unanswered(case: Case) -> Found:
    unanswered = [one for one in case.facts.complaints if one.is_open and one.answer is None]
    urgent = _severest_first(unanswered)
    facts = tuple(complaint.opening.position for complaint in urgent)
    return _about(urgent, ActionCode.APOLOGISE_AND_ANSWER, facts)


def complaint_unfinished(case: Case) -> Found:
    untouched = _severest_first(one for one in case.facts.complaints if _is_untouched(case, one))
    facts = tuple(complaint.last_step.position for complaint in untouched)
    return _about(untouched, ActionCode.FINISH_COMPLAINT, facts)


def contact_unanswered(case: Case) -> Found:
    contact = case.facts.last_inbound
    if contact is None or case.at - contact.occurred_at > RETURN_WITHIN or case.spoke_since(contact):
        return None
    answers = (complaint.answer for complaint in case.facts.complaints)
    if any(answer is not None and answer.place > contact.place for answer in answers):
        return None
    return Action(code=ActionCode.RETURN_CONTACT, urgency=Urgency.SOON, facts=(contact.position,))


def address_bounced(case: Case) -> Found:
    points = sorted(case.facts.decision.person.contact_points, key=lambda point: point.position)
    facts = [fact for point in points for fact in _bounced(case, point)]
    if not facts:
        return None
    return Action(code=ActionCode.CORRECT_ADDRESS, urgency=Urgency.SOON, facts=tuple(dict.fromkeys(facts)))


def message_unknown(case: Case) -> Found:
    unknown = sorted(case.facts.unknown_messages, key=lambda message: message.place)
    if not unknown:
        return None
    facts = tuple(message.position for message in unknown)
    return Action(code=ActionCode.SETTLE_MESSAGE, urgency=Urgency.LATER, facts=facts)


def complaint_resolved(case: Case) -> Found:
    resolved = _severest_first(one for one in case.facts.complaints if _waits_for_thanks(case, one))
    facts = tuple(complaint.last_step.position for complaint in resolved)
    return _unless_stopped(case, ActionCode.FOLLOW_UP_COMPLAINT, facts)


def order_cancelled_or_refunded(case: Case) -> Found:
    lost = [
        order
        for order in sorted(case.facts.cancelled_or_refunded, key=lambda order: order.place)
        if case.at - order.occurred_at <= FOLLOW_UP_WITHIN and not case.spoke_since(order)
    ]
    return _unless_stopped(case, ActionCode.ASK_ABOUT_ORDER, tuple(order.position for order in lost))


def address_missing(case: Case) -> Found:
    lately = _wrote_or_bought(case)
    if not lately or case.facts.decision.person.contact_points:
        return None
    stops = tuple(reason for reason in case.recovery_stops if reason.code not in OF_ONE_MESSAGE)
    if stops:
        return Stopped(reasons=stops)
    return Action(code=ActionCode.ASK_FOR_ADDRESS, urgency=Urgency.LATER, facts=lately)


def consent_missing(case: Case) -> Found:
    """Asks nobody who withdrew a consent, and nobody to whom something else stops an offer."""
    lately, later = _wrote_or_bought(case), case.offers_at(case.at + RENEW_BEFORE)
    if not lately or any(offer.is_eligible for offer in later):
        return None
    missing = [
        offer for offer in later if {reason.code for reason in offer.decision.reasons} <= CONSENT_MISSES
    ]
    stops = tuple(reason for reason in case.reasons if reason.code not in NOBODY_SAID_NO)
    if stops or not missing:
        return Stopped(reasons=stops or case.reasons)
    ending = {fact for offer in missing for reason in offer.decision.reasons for fact in reason.facts}
    return Action(
        code=ActionCode.ASK_FOR_CONSENT,
        urgency=Urgency.LATER,
        facts=(*lately, *sorted(ending)),
        messages=tuple(offer.message for offer in missing),
    )


def offer_allowed(case: Case) -> Found:
    """Allows the offers that `decide` allows, if nothing but a consent or an address stops any other."""
    allowed = [offer for offer in case.offers if offer.is_eligible]
    if case.stops or not allowed:
        return Stopped(reasons=case.stops or case.reasons)
    consents = {position for offer in allowed for position in case.consents_for(offer)}
    return Action(
        code=ActionCode.MAY_OFFER,
        urgency=Urgency.LATER,
        facts=tuple(sorted(consents)),
        messages=tuple(offer.message for offer in allowed),
    )


ORDERED: tuple[Rule, ...] = (
    Rule("COMPLAINT_UNANSWERED", complaint_unanswered),
    Rule("COMPLAINT_UNFINISHED", complaint_unfinished),
    Rule("CONTACT_UNANSWERED", contact_unanswered),
    Rule("ADDRESS_BOUNCED", address_bounced),
    Rule("MESSAGE_UNKNOWN", message_unknown),
    Rule("COMPLAINT_RESOLVED", complaint_resolved),
    Rule("ORDER_CANCELLED_OR_REFUNDED", order_cancelled_or_refunded),
    Rule("ADDRESS_MISSING", address_missing),
    Rule("CONSENT_MISSING", consent_missing),
    Rule("OFFER_ALLOWED", offer_allowed),
)


def _severest_first(complaints: Iterable[Complaint]) -> list[Complaint]:
    """Of two complaints of one severity, the one that was opened first comes first."""
    return sorted(complaints, key=lambda one: (_SEVEREST_FIRST.index(one.severity), one.opening.place))


def _about(complaints: list[Complaint], code: ActionCode, facts: tuple[int, ...]) -> Action | None:
    if not complaints:
        return None
    severe = complaints[0].severity in (Severity.CRITICAL, Severity.HIGH)
    return Action(code=code, urgency=Urgency.NOW if severe else Urgency.SOON, facts=facts)


def _is_untouched(case: Case, complaint: Complaint) -> bool:
    untouched_for = case.at - complaint.last_step.occurred_at
    return (
        complaint.is_open
        and complaint.answer is not None
        and untouched_for > UNTOUCHED_FOR[complaint.severity]
    )


def _waits_for_thanks(case: Case, complaint: Complaint) -> bool:
    """Whether the complaint was resolved or upheld lately and nobody has spoken with the person since."""
    last = complaint.last_step
    if case.spoke_since(last) or case.at - last.occurred_at > FOLLOW_UP_WITHIN:
        return False
    if complaint.is_open:
        return complaint.status is ComplaintStatus.RESOLVED and not _is_untouched(case, complaint)
    return complaint.outcome in (Outcome.UPHELD, Outcome.PARTLY_UPHELD)


def _bounced(case: Case, point: ContactPoint) -> tuple[int, ...]:
    """Returns the positions of the contact point and of what makes it useless, or nothing."""
    asked = next((asked for asked in case.recovery_questions if asked.channel == point.channel), None)
    if asked is None:
        return ()
    stopping = Suppressions(case.facts.decision, case.policy, asked, case.at).stopping(point)
    bounces = tuple(bounce.position for bounce in stopping.get(ReasonCode.HARD_BOUNCE, ()))
    sendable = is_sendable(point.mailability, smtputf8=asked.smtputf8)
    return (point.position, *bounces) if bounces or not sendable else ()


def _unless_stopped(case: Case, code: ActionCode, facts: tuple[int, ...]) -> Found:
    """Proposes to speak with the person unasked, unless the person may not even get a message of the class recovery."""
    if not facts:
        return None
    if case.recovery_stops:
        return Stopped(reasons=case.recovery_stops)
    return Action(code=code, urgency=Urgency.LATER, facts=facts)


def _wrote_or_bought(case: Case) -> tuple[int, ...]:
    """Returns the positions of the person's newest call or message and newest order, if they are recent enough."""
    newest: tuple[Happened | None, ...] = (case.facts.last_inbound, case.facts.last_order)
    return tuple(fact.position for fact in newest if fact is not None)
