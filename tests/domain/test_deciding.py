"""Consent, complaints, addresses, links and the form of a decision, by the numbers of docs/semantics.md."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.campaigns.events import MessageClass
from domain.customers.mailability import Mailability
from domain.deciding.decide import decide, watched_profiles
from domain.deciding.earliest import eligible_from
from domain.deciding.facts import (
    ConsentStatement,
    DecisionFacts,
    EarlierHandover,
    Person,
)
from domain.deciding.policy import FIRST_POLICY
from tests.amounts import amount
from tests.domain.people import (
    ADDRESS,
    ANNA,
    BEN,
    DAY,
    MAIL,
    NOW,
    OTHER_ADDRESS,
    PARENT,
    codes,
    complaint,
    decided,
    joined,
    person,
    point,
    said,
)


def test_01_a_decision_names_every_rule_in_order_with_its_facts_and_the_policy_version() -> None:
    decision = decided(person(complaints=(complaint(50), complaint(60, "closed", closed_days_ago=1))))
    assert [rule.code for rule in decision.rules] == [
        "NO_CONTACT_POINT",
        "INVALID_CONTACT_POINT",
        "NO_CONSENT",
        "CONSENT_WITHDRAWN",
        "CONSENT_EXPIRED",
        "OPTED_OUT_TOPIC",
        "GLOBAL_DO_NOT_CONTACT",
        "HARD_BOUNCE",
        "SPAM_COMPLAINT",
        "OPEN_COMPLAINT",
        "COMPLAINT_COOLING_OFF",
        "SERVICE_RECOVERY_PENDING",
        "DELINQUENT",
        "HOLDOUT_CAMPAIGN",
        "ALREADY_CONTACTED",
        "DECEASED",
        "LEGAL_HOLD",
        "DUPLICATE_ADDRESS_IN_RUN",
        "DOMAIN_BLOCKED",
        "OPERATOR_EXCLUDED",
        "EXPIRED",
        "NO_LONGER_IN_SEGMENT",
        "CAMPAIGN_CANCELLED",
    ]
    assert [(r.code, r.facts, r.until) for r in decision.reasons] == [
        ("OPEN_COMPLAINT", (50,), None),
        ("COMPLAINT_COOLING_OFF", (60,), NOW + 13 * DAY),
    ]
    assert (decision.policy_version, decision.rules_version) == (1, 1)


def test_01_eligible_from_is_named_only_where_every_stop_has_an_end() -> None:
    cooling = complaint(60, "closed", closed_days_ago=1)
    ends = {False: NOW + 13 * DAY, True: None}
    for another_open, end in ends.items():
        someone = person(complaints=(cooling, *((complaint(50),) if another_open else ())))
        assert eligible_from(DecisionFacts(person=someone), (), MAIL, NOW) == end


def test_01_without_a_contact_point_of_the_channel_nobody_is_reached() -> None:
    assert "NO_CONTACT_POINT" in codes(decided(person(contact_points=())))
    assert "NO_CONTACT_POINT" in codes(decided(person(contact_points=(point(channel="sms"),))))


def test_01_promotional_needs_consent_and_service_transactional_recovery_do_not() -> None:
    nothing_said = person(consents=())
    assert codes(decided(nothing_said)) == ["NO_CONSENT"]
    for message_class in ("service", "transactional", "recovery"):
        assert decided(nothing_said, replace(MAIL, message_class=message_class)).verdict == "eligible"


def test_01_consent_expires_at_its_instant() -> None:
    lasting = person(consents=(said(5, expires_at=NOW + timedelta(microseconds=1)),))
    over = person(consents=(said(5, expires_at=NOW),))
    assert decided(lasting).verdict == "eligible"
    assert [(r.code, r.facts) for r in decided(over).reasons] == [("CONSENT_EXPIRED", (5,))]


def test_01_opting_out_of_a_topic_stops_that_topic_only() -> None:
    someone = person(consents=(said(5), said(6, False, days_ago=1, topic="shoes")))
    assert codes(decided(someone, replace(MAIL, topic="shoes"))) == ["OPTED_OUT_TOPIC"]
    assert decided(someone, replace(MAIL, topic="hats")).verdict == "eligible"
    assert decided(someone).verdict == "eligible"


@pytest.mark.parametrize(("severity", "days"), [("low", 7), ("normal", 14), ("high", 30), ("critical", 90)])
def test_02_cooling_off_counts_from_closing_by_severity_and_is_half_open(severity: str, days: int) -> None:
    closed = person(complaints=(complaint(status="closed", severity=severity, closed_days_ago=0),))
    end = NOW + days * DAY
    assert codes(decided(closed, at=end - timedelta(microseconds=1))) == ["COMPLAINT_COOLING_OFF"]
    assert decided(closed, at=end).verdict == "eligible"


@pytest.mark.parametrize("outcome", ["opened_in_error", "duplicate"])
def test_02_a_complaint_opened_in_error_lifts_at_once(outcome: str) -> None:
    assert decided(
        person(complaints=(complaint(status="closed", closed_days_ago=0, outcome=outcome),))
    ).verdict == ("eligible")


def test_02_ninety_days_are_ninety_times_24_hours_across_a_clock_change() -> None:
    closed_at = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
    stopped = replace(complaint(status="closed", severity="critical"), closed_at=closed_at)
    (reason,) = decided(person(complaints=(stopped,)), at=closed_at).reasons
    assert reason.until == closed_at + timedelta(hours=90 * 24)


@pytest.mark.parametrize("message_class", ["service", "transactional", "recovery"])
def test_message_classes_other_than_promotional_pass_an_open_complaint(message_class: str) -> None:
    someone = person(complaints=(complaint(), complaint(60, "closed", closed_days_ago=1)))
    assert decided(someone, replace(MAIL, message_class=message_class)).verdict == "eligible"


def test_06_a_complaint_of_a_co_owner_stops_the_address() -> None:
    ben = person(BEN, complaints=(complaint(of=BEN),))
    assert codes(decided(co_owners={ADDRESS: (ben,)})) == ["OPEN_COMPLAINT"]


def test_06_a_withdrawal_of_a_co_owner_stops_the_address_but_their_silence_does_not() -> None:
    silent = person(BEN, consents=())
    withdrawn = person(BEN, consents=(said(7, False, of=BEN),))
    assert decided(co_owners={ADDRESS: (silent,)}).verdict == "eligible"
    assert [(r.code, r.facts) for r in decided(co_owners={ADDRESS: (withdrawn,)}).reasons] == [
        ("CONSENT_WITHDRAWN", (7,))
    ]


def test_06_the_profile_that_an_unregistered_address_stands_for_is_an_owner_too() -> None:
    address = Person(person_id=ADDRESS, profiles=(ADDRESS,), complaints=(complaint(of=ADDRESS),))
    assert codes(decided(co_owners={ADDRESS: (address,)})) == ["OPEN_COMPLAINT"]


def test_06_an_address_gets_one_message_a_run() -> None:
    assert [(r.code, r.facts) for r in decided(taken={ADDRESS: 77}).reasons] == [
        ("DUPLICATE_ADDRESS_IN_RUN", (77,))
    ]
    assert codes(decided(taken={ADDRESS: None})) == ["DUPLICATE_ADDRESS_IN_RUN"]


def test_11_the_zone_is_the_persons_else_the_installations_and_the_one_used_is_recorded() -> None:
    told = decided(person(time_zone="Asia/Tokyo")).zone
    untold = decided(person(), replace(MAIL, installation_zone="Europe/Berlin")).zone
    assert (told.name, told.source) == ("Asia/Tokyo", "person")
    assert (untold.name, untold.source) == ("Europe/Berlin", "installation")


@pytest.mark.parametrize("brand", [None, "north", "south"])
def test_36_a_complaint_stops_every_brand(brand: str | None) -> None:
    consents = (said(5), said(6, brand="north"), said(7, brand="south"))
    asked = replace(MAIL, brand=brand)
    assert decided(person(consents=consents), asked).verdict == "eligible"
    assert codes(decided(person(consents=consents, complaints=(complaint(),)), asked)) == ["OPEN_COMPLAINT"]


def test_16_who_does_not_match_any_more_is_stopped_where_somebody_asked() -> None:
    assert codes(decided(still_member=False)) == ["NO_LONGER_IN_SEGMENT"]
    assert decided(still_member=True).verdict == decided(still_member=None).verdict == "eligible"


def test_19_a_cancelled_campaign_stops_everyone_and_names_its_cancellation() -> None:
    assert [(r.code, r.facts) for r in decided(cancelled=90).reasons] == [("CAMPAIGN_CANCELLED", (90,))]


def test_29_a_profile_that_said_nothing_restricts_nothing() -> None:
    linked = person(profiles=(ANNA, BEN), links=(joined(20),), consents=(said(5),))
    assert decided(linked).verdict == "eligible"


def test_29_of_what_was_said_before_the_link_the_most_restrictive_wins() -> None:
    consents = (said(5, days_ago=1), said(6, False, of=BEN, days_ago=9))
    linked = person(profiles=(ANNA, BEN), links=(joined(20),), consents=consents)
    assert [(r.code, r.facts) for r in decided(linked).reasons] == [("CONSENT_WITHDRAWN", (6,))]


def test_29_what_is_said_after_the_link_counts_for_the_whole_person() -> None:
    consents = (said(5, False, of=BEN, days_ago=9), said(30, days_ago=1))
    linked = person(profiles=(ANNA, BEN), links=(joined(20),), consents=consents)
    assert decided(linked).verdict == "eligible"


def test_29_a_later_link_does_not_undo_what_was_said_for_the_whole_person() -> None:
    carl = UUID(int=3)
    consents = (said(5, False, of=BEN, days_ago=9), said(30, days_ago=1))
    links = (joined(20), joined(40, ANNA, carl))
    linked = person(profiles=(ANNA, BEN, carl), links=links, consents=consents)
    assert decided(linked).verdict == "eligible"


def test_29_profiles_are_joined_over_others_from_the_link_that_joined_them_on() -> None:
    carl = UUID(int=3)
    links = (joined(20), joined(40, BEN, carl))
    consents = (said(5, False, of=carl, days_ago=9), said(30, days_ago=1), said(41, days_ago=0.5))
    before = person(profiles=(ANNA, BEN, carl), links=links, consents=consents[:2])
    assert [(r.code, r.facts) for r in decided(before).reasons] == [("CONSENT_WITHDRAWN", (5,))]
    after = person(profiles=(ANNA, BEN, carl), links=links, consents=consents)
    assert decided(after).verdict == "eligible"


def test_29_a_complaint_of_any_linked_profile_stops_all() -> None:
    linked = person(profiles=(ANNA, BEN), links=(joined(20),), complaints=(complaint(of=BEN),))
    assert codes(decided(linked)) == ["OPEN_COMPLAINT"]


def test_32_a_late_grant_does_not_undo_a_newer_withdrawal() -> None:
    assert codes(decided(person(consents=(said(5, False, days_ago=2), said(9, days_ago=30))))) == [
        "CONSENT_WITHDRAWN"
    ]


def test_33_of_two_statements_at_one_instant_the_withdrawal_counts() -> None:
    assert codes(decided(person(consents=(said(5, False), said(9))))) == ["CONSENT_WITHDRAWN"]


def test_33_a_withdrawal_of_everything_covers_every_channel_and_purpose() -> None:
    everything = said(9, False, days_ago=1, channel=None, purpose=None)
    assert codes(decided(person(consents=(said(5), everything)))) == ["CONSENT_WITHDRAWN"]


def test_33_a_consent_for_another_brand_or_purpose_is_none() -> None:
    assert codes(decided(person(consents=(said(5, brand="north"),)), replace(MAIL, brand="south"))) == [
        "NO_CONSENT"
    ]
    assert codes(decided(person(consents=(said(5, purpose="survey"),)))) == ["NO_CONSENT"]


def test_34_the_consented_contact_point_labelled_preferred_is_chosen_else_the_newest() -> None:
    newest, preferred = point(102, address=OTHER_ADDRESS), point(101, label="preferred")
    both = person(contact_points=(point(100), preferred, newest))
    assert decided(both).contact_point == preferred
    assert decided(person(contact_points=(point(100), newest))).contact_point == newest


UNSENDABLE = (Mailability.NOWHERE, Mailability.WITH_SMTPUTF8)


@pytest.mark.parametrize("mailability", UNSENDABLE)
def test_34_an_address_that_cannot_be_written_to_loses_to_one_that_can(mailability: Mailability) -> None:
    newest = point(102, address=OTHER_ADDRESS, label="preferred", mailability=mailability)
    consented = said(6, contact_point_id=UUID(int=102))
    someone = person(contact_points=(point(100), newest), consents=(said(5), consented))
    assert (decided(someone).verdict, decided(someone).contact_point) == ("eligible", point(100))


@pytest.mark.parametrize("mailability", UNSENDABLE)
@pytest.mark.parametrize("message_class", MessageClass)
def test_34_whoever_has_no_sendable_address_is_invalid_contact_point(
    mailability: Mailability, message_class: str
) -> None:
    someone = person(contact_points=(point(100, mailability=mailability),))
    (reason,) = decided(someone, replace(MAIL, message_class=message_class)).reasons
    assert (reason.code, reason.facts) == ("INVALID_CONTACT_POINT", (100,))
    assert codes(decided(person(contact_points=()))) == ["NO_CONTACT_POINT"]


def test_34_a_next_hop_with_smtputf8_takes_a_local_part_that_is_not_ascii() -> None:
    asked = replace(MAIL, smtputf8=True)
    jurgen = point(100, mailability=Mailability.WITH_SMTPUTF8)
    assert decided(person(contact_points=(jurgen,)), asked).verdict == "eligible"
    nowhere = replace(jurgen, mailability=Mailability.NOWHERE)
    assert codes(decided(person(contact_points=(nowhere,)), asked)) == ["INVALID_CONTACT_POINT"]


def test_34_a_contact_point_without_consent_is_passed_over() -> None:
    only_old = said(5, contact_point_id=UUID(int=100))
    someone = person(contact_points=(point(100), point(102, label="preferred")), consents=(only_old,))
    chosen = decided(someone)
    assert (chosen.verdict, chosen.contact_point) == ("eligible", point(100))


def test_43_an_earlier_run_that_handed_over_to_person_or_address_stops_a_second_message() -> None:
    to_person = EarlierHandover(address_id=OTHER_ADDRESS, to_person=True, position=80)
    to_address = EarlierHandover(address_id=ADDRESS, to_person=False, position=81)
    elsewhere = EarlierHandover(address_id=OTHER_ADDRESS, to_person=False, position=82)
    assert [(r.code, r.facts) for r in decided(earlier=(to_address, to_person)).reasons] == [
        ("ALREADY_CONTACTED", (80, 81))
    ]
    assert decided(earlier=(elsewhere,)).verdict == "eligible"


def test_35_a_run_that_is_over_lets_nobody_through() -> None:
    assert decided(asked=replace(MAIL, ends_at=NOW + DAY)).verdict == "eligible"
    assert codes(decided(asked=replace(MAIL, ends_at=NOW))) == ["EXPIRED"]


def test_watched_profiles_are_everyone_whose_stop_would_stop_the_message() -> None:
    linked, domain, other_domain = UUID(int=4), UUID(int=20), UUID(int=21)
    points = (
        point(102, domain_ids=(domain, PARENT)),
        point(101, address=OTHER_ADDRESS, domain_ids=(other_domain,)),
        point(103, address=UUID(int=12), channel="sms"),
    )
    facts = DecisionFacts(
        person=person(profiles=(ANNA, linked), contact_points=points),
        co_owners={ADDRESS: (person(BEN),), OTHER_ADDRESS: (person(UUID(int=3)),)},
    )
    watched = watched_profiles(facts, decide(facts, FIRST_POLICY, MAIL, NOW))
    assert watched == {ANNA, linked, BEN, ADDRESS, OTHER_ADDRESS, UUID(int=12), domain, PARENT}


statements = st.lists(
    st.builds(
        said,
        st.integers(1, 40),
        st.booleans(),
        of=st.sampled_from([ANNA, BEN]),
        days_ago=st.integers(0, 9),
        topic=st.sampled_from([None, "shoes"]),
        channel=st.sampled_from([None, "email", "sms"]),
    ),
    max_size=6,
    unique_by=lambda one: one.position,
)


@settings(derandomize=True, max_examples=amount(300, quick=60), deadline=None)
@given(statements, st.integers(0, 40), st.sampled_from([ANNA, BEN]), st.sampled_from(["low", "critical"]))
def test_a_further_stop_never_makes_someone_eligible(
    consents: list[ConsentStatement], linked: int, complains: UUID, severity: str
) -> None:
    someone = person(profiles=(ANNA, BEN), links=(joined(linked),), consents=tuple(consents))
    stopped = replace(someone, complaints=(complaint(of=complains, severity=severity),))
    newest = said(41, False, days_ago=-1, channel=None, purpose=None)
    assert decided(stopped).verdict == "suppressed"
    assert decided(replace(someone, consents=(*consents, newest))).verdict == "suppressed"


@settings(derandomize=True, max_examples=amount(300, quick=60), deadline=None)
@given(statements, st.integers(0, 40), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_read_changes_nothing(
    consents: list[ConsentStatement], linked: int, chance: Any
) -> None:
    someone = person(profiles=(ANNA, BEN), links=(joined(linked),), consents=tuple(consents))
    shuffled = list(consents)
    chance.shuffle(shuffled)
    assert decided(someone) == decided(replace(someone, consents=tuple(shuffled)))
