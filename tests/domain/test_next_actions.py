"""Each rule of next actions alone, and their order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.customers.mailability import Mailability
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import IMPOSABLE
from domain.next_actions.actions import ActionCode, PossibleMessage, RuleOutcome
from domain.next_actions.rules import ORDERED
from tests.domain import people
from tests.domain.next_steps import (
    answer,
    because,
    codes,
    complaint,
    facts_of,
    happened,
    proposed,
    stops,
)
from tests.domain.people import ADDRESS, BEN, DAY, MAIL, NOW, OTHER_ADDRESS, person, point, said
from tests.domain.suppressing import suppression

PHONE = replace(MAIL, channel="phone")
SURVEY = replace(MAIL, purpose="survey")
WROTE = happened(90, days_ago=2)


def test_nobody_with_nothing_to_do_may_be_offered_something_and_all_rules_answer_in_order() -> None:
    proposal = proposed()
    assert codes(proposal) == [ActionCode.MAY_OFFER]
    assert [one.code for one in proposal.rules] == [rule.code for rule in ORDERED]
    outcomes = [one.outcome for one in proposal.rules]
    assert outcomes == [RuleOutcome.PASSED] * (len(ORDERED) - 1) + [RuleOutcome.PROPOSED]
    assert (proposal.at, proposal.policy_version, proposal.rules_version) == (NOW, 1, 1)


def test_rules_have_codes_of_their_own_and_offers_are_last() -> None:
    assert len({rule.code for rule in ORDERED}) == len(ORDERED)
    assert ORDERED[-1].code == "OFFER_ALLOWED"


def test_actions_stand_by_urgency_then_by_rule_and_an_offer_stands_last() -> None:
    low, answered = complaint(("opened", 9), severity="low"), complaint(("opened", 60), ("responded", 59))
    proposal = proposed(
        person(contact_points=(point(mailability=Mailability.NOWHERE),)),
        low,
        replace(
            answered,
            severity="critical",
            steps=tuple(replace(s, position=s.position + 50) for s in answered.steps),
        ),
        last_inbound=happened(300),
        unknown_messages=(happened(301),),
    )
    assert codes(proposal) == [
        ActionCode.FINISH_COMPLAINT,  # now, for its severity
        ActionCode.APOLOGISE_AND_ANSWER,
        ActionCode.RETURN_CONTACT,
        ActionCode.CORRECT_ADDRESS,
        ActionCode.SETTLE_MESSAGE,
    ]
    assert [one.rank for one in proposal.actions] == [1, 2, 3, 4, 5]


# Complaints


def test_an_open_complaint_that_nobody_answered_wants_an_apology_the_severest_and_oldest_first() -> None:
    proposal = proposed(
        None,
        complaint(("opened", 1), severity="low", position=200),
        complaint(("opened", 3), severity="high", position=210),
        complaint(("opened", 5), severity="high", position=220),
    )
    assert facts_of(proposal, "COMPLAINT_UNANSWERED") == (220, 210, 200)


@pytest.mark.parametrize(
    ("severity", "urgency"), [("low", "soon"), ("normal", "soon"), ("high", "now"), ("critical", "now")]
)
def test_the_severity_says_how_urgent_a_complaint_is(severity: str, urgency: str) -> None:
    for steps, rule in (
        ([("opened", 40.0)], "COMPLAINT_UNANSWERED"),
        ([("opened", 40.0), ("responded", 39.0)], "COMPLAINT_UNFINISHED"),
    ):
        found = because(proposed(None, complaint(*steps, severity=severity)), rule)
        assert found is not None and found.action.urgency == urgency


def test_an_escalation_answers_nobody_and_a_reopened_complaint_wants_an_answer_again() -> None:
    escalated = complaint(("opened", 3), ("escalated", 2))
    assert facts_of(proposed(None, escalated), "COMPLAINT_UNANSWERED") == (200,)
    again = complaint(("opened", 9), ("responded", 8), ("closed", 7), ("reopened", 1))
    assert facts_of(proposed(None, again), "COMPLAINT_UNANSWERED") == (203,)
    for answered in ("responded", "resolved"):
        assert facts_of(proposed(None, complaint(("opened", 3), (answered, 2))), "COMPLAINT_UNANSWERED") == ()
    assert facts_of(proposed(None, complaint(("opened", 3), ("closed", 2))), "COMPLAINT_UNANSWERED") == ()


@pytest.mark.parametrize(("severity", "days"), [("critical", 1), ("high", 3), ("normal", 7), ("low", 14)])
def test_an_answered_complaint_that_nobody_touched_for_long_is_to_be_finished(
    severity: str, days: int
) -> None:
    for ago, expected in ((days, ()), (days + 0.01, (201,))):
        waiting = complaint(("opened", 60), ("responded", ago), severity=severity)
        assert facts_of(proposed(None, waiting), "COMPLAINT_UNFINISHED") == expected
    escalated = complaint(("opened", 60), ("responded", 50), ("escalated", 0.5), severity=severity)
    assert facts_of(proposed(None, escalated), "COMPLAINT_UNFINISHED") == ()
    closed = complaint(("opened", 60), ("responded", 50), ("closed", 40), severity=severity)
    assert facts_of(proposed(None, closed), "COMPLAINT_UNFINISHED") == ()


def test_after_a_resolved_or_upheld_complaint_somebody_asks_whether_all_is_well() -> None:
    resolved = complaint(("opened", 5), ("resolved", 2))
    assert facts_of(proposed(None, resolved), "COMPLAINT_RESOLVED") == (201,)
    for outcome, expected in (
        ("upheld", (201,)),
        ("partly_upheld", (201,)),
        ("rejected", ()),
        ("duplicate", ()),
    ):
        closed = complaint(("opened", 5), ("closed", 2), outcome=outcome)
        assert facts_of(proposed(None, closed), "COMPLAINT_RESOLVED") == expected
    old = complaint(("opened", 50), ("closed", 14.01), outcome="upheld")
    assert facts_of(proposed(None, old), "COMPLAINT_RESOLVED") == ()
    spoken = proposed(None, resolved, last_outbound=happened(300, days_ago=1))
    assert facts_of(spoken, "COMPLAINT_RESOLVED") == ()
    before = proposed(None, resolved, last_outbound=happened(150, days_ago=3))
    assert facts_of(before, "COMPLAINT_RESOLVED") == (201,)


def test_an_old_resolution_is_to_be_finished_not_followed_up() -> None:
    proposal = proposed(None, complaint(("opened", 20), ("resolved", 8)))
    assert facts_of(proposal, "COMPLAINT_UNFINISHED") == (201,)
    assert facts_of(proposal, "COMPLAINT_RESOLVED") == ()


# Conversations


def test_an_unanswered_contact_is_to_be_returned_until_somebody_speaks_with_the_person() -> None:
    assert facts_of(proposed(last_inbound=WROTE), "CONTACT_UNANSWERED") == (90,)
    for outbound, expected in ((happened(80, days_ago=3), (90,)), (happened(95, days_ago=1), ())):
        proposal = proposed(last_inbound=WROTE, last_outbound=outbound)
        assert facts_of(proposal, "CONTACT_UNANSWERED") == expected
    same_day = proposed(last_inbound=WROTE, last_outbound=happened(91, days_ago=2))
    assert facts_of(same_day, "CONTACT_UNANSWERED") == ()


def test_an_answer_to_a_complaint_answers_the_contact_before_it() -> None:
    later, before = complaint(("opened", 3), ("responded", 1)), complaint(("opened", 9), ("responded", 8))
    assert facts_of(proposed(None, later, last_inbound=WROTE), "CONTACT_UNANSWERED") == ()
    assert facts_of(proposed(None, before, last_inbound=WROTE), "CONTACT_UNANSWERED") == (90,)


def test_a_contact_of_more_than_thirty_days_ago_is_not_returned() -> None:
    assert facts_of(proposed(last_inbound=happened(90, days_ago=30)), "CONTACT_UNANSWERED") == (90,)
    assert facts_of(proposed(last_inbound=happened(90, days_ago=30.01)), "CONTACT_UNANSWERED") == ()


# Addresses, messages, orders


def test_an_address_that_bounced_is_to_be_corrected_and_no_other() -> None:
    bounced = suppression("HARD_BOUNCE", 70, of=ADDRESS, scope="address")
    owner = {ADDRESS: (people.Person(person_id=ADDRESS, profiles=(ADDRESS,), suppressions=(bounced,)),)}
    both = person(contact_points=(point(100), point(102, address=OTHER_ADDRESS)))
    proposal = proposed(decision=DecisionFacts(person=both, co_owners=owner))
    assert facts_of(proposal, "ADDRESS_BOUNCED") == (100, 70)
    assert facts_of(proposed(both), "ADDRESS_BOUNCED") == ()


def test_an_address_that_no_mail_reaches_is_to_be_corrected() -> None:
    nowhere = person(contact_points=(point(100, mailability=Mailability.NOWHERE),))
    assert facts_of(proposed(nowhere), "ADDRESS_BOUNCED") == (100,)


def test_messages_of_unknown_outcome_are_to_be_settled_the_oldest_first() -> None:
    proposal = proposed(unknown_messages=(happened(400, days_ago=1), happened(410, days_ago=5)))
    assert facts_of(proposal, "MESSAGE_UNKNOWN") == (410, 400)


def test_after_a_cancelled_or_refunded_order_somebody_asks_why() -> None:
    lost = (happened(500, days_ago=3), happened(501, days_ago=14.01))
    assert facts_of(proposed(cancelled_or_refunded=lost), "ORDER_CANCELLED_OR_REFUNDED") == (500,)
    assert (
        facts_of(
            proposed(cancelled_or_refunded=lost, last_outbound=happened(502, 1)),
            "ORDER_CANCELLED_OR_REFUNDED",
        )
        == ()
    )


@pytest.mark.parametrize("rule", ["COMPLAINT_RESOLVED", "ORDER_CANCELLED_OR_REFUNDED"])
def test_nobody_who_wants_no_message_or_has_died_is_followed_up(rule: str) -> None:
    for reason in ("GLOBAL_DO_NOT_CONTACT", "DECEASED", "LEGAL_HOLD"):
        proposal = proposed(
            person(suppressions=(suppression(reason),)),
            complaint(("opened", 5), ("resolved", 2)),
            cancelled_or_refunded=(happened(500),),
        )
        assert answer(proposal, rule).outcome is RuleOutcome.STOPPED
        assert stops(proposal, rule) == [reason]


def test_a_free_channel_is_enough_to_follow_up() -> None:
    bounced = suppression("HARD_BOUNCE", channel="email")
    both = person(contact_points=(point(), point(101, channel="phone")), suppressions=(bounced,))
    proposal = proposed(both, questions=(MAIL, PHONE), cancelled_or_refunded=(happened(500),))
    assert facts_of(proposal, "ORDER_CANCELLED_OR_REFUNDED") == (500,)


def test_somebody_who_wrote_or_bought_without_an_address_is_asked_for_one() -> None:
    nowhere = person(contact_points=())
    proposal = proposed(nowhere, last_inbound=WROTE, last_order=happened(95))
    assert facts_of(proposal, "ADDRESS_MISSING") == (90, 95)
    assert facts_of(proposed(nowhere), "ADDRESS_MISSING") == ()
    assert facts_of(proposed(last_order=happened(95)), "ADDRESS_MISSING") == ()
    assert stops(proposal, "OFFER_ALLOWED") == ["NO_CONTACT_POINT"]
    died = proposed(replace(nowhere, suppressions=(suppression("DECEASED"),)), last_inbound=WROTE)
    assert stops(died, "ADDRESS_MISSING") == ["DECEASED"]
    complained = proposed(replace(nowhere, complaints=(people.complaint(),)), last_inbound=WROTE)
    assert facts_of(complained, "ADDRESS_MISSING") == (90,)


# Consents and offers


def test_consent_is_asked_of_who_wrote_or_bought_and_never_stated_one() -> None:
    silent = person(consents=())
    proposal = proposed(silent, questions=(MAIL, SURVEY), last_order=happened(95))
    found = because(proposal, "CONSENT_MISSING")
    assert found is not None and found.action.code is ActionCode.ASK_FOR_CONSENT
    assert found.action.facts == (95,)
    assert found.action.messages == (
        PossibleMessage(channel="email", purpose="marketing"),
        PossibleMessage(channel="email", purpose="survey"),
    )
    assert stops(proposal, "OFFER_ALLOWED") == ["NO_CONSENT"]
    assert answer(proposed(silent), "CONSENT_MISSING").outcome is RuleOutcome.PASSED
    assert answer(proposed(last_order=happened(95)), "CONSENT_MISSING").outcome is RuleOutcome.PASSED


def test_a_consent_that_ends_within_thirty_days_is_asked_for_again_while_offers_go_on() -> None:
    for days, expected in ((31, ()), (30, (95, 5)), (-1, (95, 5))):
        ending = person(consents=(said(5, expires_at=NOW + days * DAY),))
        proposal = proposed(ending, last_order=happened(95))
        assert facts_of(proposal, "CONSENT_MISSING") == expected
        assert (because(proposal, "OFFER_ALLOWED") is not None) is (days > 0)


def test_nobody_who_withdrew_is_asked_again() -> None:
    withdrew = person(consents=(said(5, granted=False),))
    proposal = proposed(withdrew, last_order=happened(95))
    assert answer(proposal, "CONSENT_MISSING").outcome is RuleOutcome.STOPPED
    assert stops(proposal, "CONSENT_MISSING") == ["CONSENT_WITHDRAWN"]
    for_another_purpose = proposed(withdrew, questions=(MAIL, SURVEY), last_order=happened(95))
    assert stops(for_another_purpose, "CONSENT_MISSING") == ["CONSENT_WITHDRAWN"]


def test_an_offer_names_the_messages_and_the_consents_that_allow_them() -> None:
    both = person(consents=(said(5), said(6, purpose="survey", channel=None)))
    found = because(proposed(both, questions=(MAIL, SURVEY)), "OFFER_ALLOWED")
    assert found is not None and found.action.facts == (5, 6)
    assert [message.purpose for message in found.action.messages] == ["marketing", "survey"]


@pytest.mark.parametrize("rule", ["OFFER_ALLOWED", "CONSENT_MISSING"])
@pytest.mark.parametrize("reason", sorted(set(IMPOSABLE) - {"DELINQUENT"}))
def test_a_suppression_stops_offers_and_asking(reason: str, rule: str) -> None:
    consents = (said(5),) if rule == "OFFER_ALLOWED" else ()
    someone = person(consents=consents, suppressions=(suppression(reason),))
    proposal = proposed(someone, last_inbound=WROTE)
    assert answer(proposal, rule).outcome is RuleOutcome.STOPPED
    assert stops(proposal, rule) == [reason]


def test_a_delinquent_is_offered_nothing_where_credit_is_offered() -> None:
    credit = replace(MAIL, purpose="credit")
    someone = person(suppressions=(suppression("DELINQUENT"),))
    assert stops(proposed(someone, questions=(MAIL, credit)), "OFFER_ALLOWED") == ["DELINQUENT"]
    assert stops(proposed(someone), "OFFER_ALLOWED") == []


@pytest.mark.parametrize("rule", ["OFFER_ALLOWED", "CONSENT_MISSING"])
def test_an_open_or_cooling_complaint_stops_offers_and_asking_with_its_facts_and_end(rule: str) -> None:
    consents = (said(5),) if rule == "OFFER_ALLOWED" else ()
    for stop, code, until in (
        (people.complaint(50), "OPEN_COMPLAINT", None),
        (
            people.complaint(50, "closed", closed_days_ago=1),
            "COMPLAINT_COOLING_OFF",
            NOW + timedelta(days=13),
        ),
    ):
        proposal = proposed(person(consents=consents, complaints=(stop,)), last_inbound=WROTE)
        (reason,) = answer(proposal, rule).reasons
        assert (reason.code, reason.facts, reason.until) == (code, (50,), until)


def test_a_complaint_of_somebody_at_one_shared_address_stops_offers_on_every_channel() -> None:
    both = person(
        contact_points=(point(), point(101, channel="phone", address=OTHER_ADDRESS)),
        consents=(said(5), said(6, channel="phone")),
    )
    ben = person(BEN, complaints=(people.complaint(of=BEN),))
    proposal = proposed(
        decision=DecisionFacts(person=both, co_owners={ADDRESS: (ben,)}), questions=(MAIL, PHONE)
    )
    assert ActionCode.MAY_OFFER not in codes(proposal)
    assert stops(proposal, "OFFER_ALLOWED") == ["OPEN_COMPLAINT"]
    assert codes(proposed(both, questions=(MAIL, PHONE))) == [ActionCode.MAY_OFFER]
