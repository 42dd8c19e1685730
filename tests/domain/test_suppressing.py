"""Imposed suppressions in decisions: whom each reason stops, where, from what, and until when."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.campaigns.events import MessageClass
from domain.deciding.facts import StoppingSuppression
from domain.deciding.policy import FIRST_POLICY, IMPOSABLE, YIELD_TO_LIFTING_ONLY, policy_at
from domain.deciding.suppressions import OF_THE_ADDRESS
from domain.errors import InvalidInput
from domain.policies.suppression import PolicyChange, changed
from tests.amounts import amount
from tests.domain.people import (
    ADDRESS,
    ANNA,
    BEN,
    DAY,
    MAIL,
    NOW,
    OTHER_ADDRESS,
    codes,
    complaint,
    joined,
    said,
)
from tests.domain.suppressing import (
    CREDIT,
    DOMAIN,
    LASTING_TEN_DAYS,
    NEW,
    OLD,
    OTHER_DOMAIN,
    all_of,
    asking,
    consenting,
    flatmate,
    moved,
    policy,
    suppression,
    unregistered,
)

STOP_EVERYTHING = {"HARD_BOUNCE", "DECEASED", "LEGAL_HOLD", "DOMAIN_BLOCKED"}
EVERYWHERE = sorted(set(IMPOSABLE) - OF_THE_ADDRESS - {"DOMAIN_BLOCKED"})
OTHER_CLASSES = sorted(set(MessageClass) - {"promotional"})
every_reason = pytest.mark.parametrize("reason", IMPOSABLE)


@every_reason
def test_01_a_suppression_is_named_by_its_reason_with_the_position_that_imposed_it(reason: str) -> None:
    decision = asking(consenting(suppression(reason, 73)))
    assert [(r.code, r.facts, r.until) for r in decision.reasons] == [(reason, (73,), None)]
    assert decision.verdict == "suppressed"


def test_01_all_that_stop_are_named_in_the_order_of_the_reasons_and_of_the_log() -> None:
    twice = (*all_of(), suppression("DECEASED", 99), suppression("DECEASED", 98))
    reasons = asking(consenting(*twice, complaints=(complaint(),))).reasons
    assert [r.code for r in reasons if r.code != "OPEN_COMPLAINT"] == list(IMPOSABLE)
    assert next(r.facts for r in reasons if r.code == "DECEASED") == (75, 98, 99)


@every_reason
@pytest.mark.parametrize("message_class", MessageClass)
def test_classes_bounces_blocks_and_death_stop_every_message_and_the_rest_promotional_ones(
    reason: str, message_class: str
) -> None:
    decision = asking(consenting(suppression(reason)), replace(CREDIT, message_class=message_class))
    stops = (
        message_class == "promotional"
        or reason in STOP_EVERYTHING
        or (reason, message_class) == ("GLOBAL_DO_NOT_CONTACT", "recovery")
    )
    assert codes(decision) == ([reason] if stops else [])


def test_classes_a_delinquent_is_offered_no_credit_but_everything_else() -> None:
    owes = consenting(suppression("DELINQUENT"))
    assert codes(asking(owes, CREDIT)) == ["DELINQUENT"]
    assert codes(asking(owes, MAIL)) == []
    for message_class in OTHER_CLASSES:
        assert codes(asking(owes, replace(CREDIT, message_class=message_class))) == []


def test_classes_a_delinquency_that_names_its_purpose_stops_that_one() -> None:
    owes = consenting(suppression("DELINQUENT", purpose="marketing"))
    assert codes(asking(owes, MAIL)) == ["DELINQUENT"]
    assert codes(asking(owes, CREDIT)) == []


def test_classes_which_offers_are_of_credit_and_what_a_reason_stops_is_policy() -> None:
    marketing = policy(credit_purposes=frozenset({"marketing"}))
    owes = consenting(suppression("DELINQUENT"))
    assert codes(asking(owes, MAIL, marketing)) == ["DELINQUENT"]
    assert codes(asking(owes, CREDIT, marketing)) == []
    everything = policy(stops=dict.fromkeys(IMPOSABLE, frozenset(MessageClass)))
    receipt = replace(MAIL, message_class="transactional")
    excluded = consenting(suppression("OPERATOR_EXCLUDED"))
    assert codes(asking(excluded, receipt)) == []
    assert codes(asking(excluded, receipt, everything)) == ["OPERATOR_EXCLUDED"]


@every_reason
@pytest.mark.parametrize(
    ("narrowed", "stops"),
    [
        ({"channel": "email"}, True),
        ({"channel": "sms"}, False),
        ({"purpose": "credit"}, True),
        ({"purpose": "marketing"}, False),
        ({"brand": "north"}, True),
        ({"brand": "south"}, False),
        ({"channel": "email", "purpose": "credit", "brand": "north"}, True),
        ({"channel": "email", "purpose": "credit", "brand": "south"}, False),
    ],
)
def test_04_a_scope_is_channel_by_purpose_by_brand_and_what_it_leaves_out_means_all(
    reason: str, narrowed: dict[str, Any], stops: bool
) -> None:
    decision = asking(consenting(suppression(reason, **narrowed)), replace(CREDIT, brand="north"))
    assert codes(decision) == ([reason] if stops else [])


def test_04_one_for_a_brand_stops_what_is_sent_without_a_brand() -> None:
    assert codes(asking(consenting(suppression("OPERATOR_EXCLUDED", brand="north")))) == ["OPERATOR_EXCLUDED"]


def test_04_a_hard_bounce_stops_the_address_on_every_person_that_has_it() -> None:
    bounced = suppression("HARD_BOUNCE", of=ADDRESS, scope="address")
    receipt = replace(MAIL, message_class="transactional")
    assert codes(asking(consenting(bounced, profiles=(ANNA, ADDRESS)), receipt)) == ["HARD_BOUNCE"]
    assert codes(asking(consenting(), receipt, co_owners=unregistered(bounced))) == ["HARD_BOUNCE"]
    linked_to_ben = flatmate(bounced, profiles=(BEN, ADDRESS))
    assert codes(asking(consenting(), receipt, co_owners=linked_to_ben)) == ["HARD_BOUNCE"]


@pytest.mark.parametrize("reason", sorted(OF_THE_ADDRESS))
def test_04_what_belongs_to_an_address_leaves_another_address_of_the_person(reason: str) -> None:
    newer = suppression(reason, of=OTHER_ADDRESS, scope="address")
    assert asking(moved()).contact_point == NEW
    other = asking(moved(newer))
    assert (other.verdict, other.contact_point) == ("eligible", OLD)
    shared = asking(moved(), co_owners=unregistered(newer, address=OTHER_ADDRESS))
    assert (shared.verdict, shared.contact_point) == ("eligible", OLD)
    both = asking(moved(newer, suppression(reason, 71, of=ADDRESS, scope="address")))
    assert codes(both) == [reason]


@pytest.mark.parametrize("reason", EVERYWHERE)
def test_04_every_other_reason_said_of_an_address_stops_everyone_who_has_it_everywhere(reason: str) -> None:
    older = suppression(reason, of=ADDRESS, scope="address")
    assert asking(moved(older)).contact_point == NEW
    assert codes(asking(moved(older))) == [reason]
    assert codes(asking(moved(), co_owners=unregistered(older))) == [reason]


def test_04_a_spam_complaint_stops_promotional_messages_to_the_person_and_no_others() -> None:
    spam = unregistered(suppression("SPAM_COMPLAINT", of=ADDRESS, scope="address"))
    assert codes(asking(moved(), MAIL, co_owners=spam)) == ["SPAM_COMPLAINT"]
    for message_class in OTHER_CLASSES:
        assert (
            asking(moved(), replace(MAIL, message_class=message_class), co_owners=spam).verdict == "eligible"
        )


@pytest.mark.parametrize("reason", ["DOMAIN_BLOCKED", "LEGAL_HOLD", "OPERATOR_EXCLUDED"])
def test_04_a_stopped_domain_stops_its_addresses_and_leaves_others(reason: str) -> None:
    newer = {OTHER_DOMAIN: (suppression(reason, of=OTHER_DOMAIN, scope="domain"),)}
    assert asking(moved(), domains=newer).contact_point == OLD
    both = {**newer, DOMAIN: (suppression(reason, 71, of=DOMAIN, scope="domain"),)}
    assert codes(asking(moved(), domains=both)) == [reason]
    assert codes(asking(consenting(), domains=newer)) == []


def test_04_a_suppression_with_an_end_stops_until_its_instant_and_not_at_it() -> None:
    ending = consenting(suppression("SERVICE_RECOVERY_PENDING", until=NOW + DAY))
    stopped, over = asking(ending), asking(ending, at=NOW + DAY)
    assert [r.until for r in stopped.reasons] == [NOW + DAY]
    assert over.verdict == "eligible"


@pytest.mark.parametrize("reason", sorted(set(IMPOSABLE) - YIELD_TO_LIFTING_ONLY))
def test_04_the_policy_may_end_what_was_imposed_without_an_end(reason: str) -> None:
    someone = consenting(suppression(reason, days_ago=9))
    stopped = asking(someone, by=LASTING_TEN_DAYS)
    assert [(r.code, r.until) for r in stopped.reasons] == [(reason, NOW + DAY)]
    assert asking(someone, by=LASTING_TEN_DAYS, at=NOW + DAY).verdict == "eligible"
    assert codes(asking(someone, at=NOW + DAY)) == [reason]
    own_end = consenting(suppression(reason, days_ago=9, until=NOW + 2 * DAY))
    assert [r.until for r in asking(own_end, by=LASTING_TEN_DAYS).reasons] == [NOW + 2 * DAY]


@every_reason
def test_06_a_suppressed_co_owner_suppresses_the_address_for_promotional_messages(reason: str) -> None:
    theirs = flatmate(suppression(reason, of=BEN))
    assert codes(asking(consenting(), co_owners=theirs)) == [reason]
    assert asking(moved(), co_owners=theirs).verdict == "eligible"  # at the other address


@every_reason
def test_06_nobody_loses_a_receipt_by_what_was_said_of_a_co_owner(reason: str) -> None:
    theirs = flatmate(suppression(reason, of=BEN))
    for message_class in OTHER_CLASSES:
        asked = replace(CREDIT, message_class=message_class)
        assert asking(consenting(), asked, co_owners=theirs).verdict == "eligible"


def test_06_a_co_owner_whose_other_address_bounces_is_not_suppressed_who_complained_of_spam_there_is() -> (
    None
):
    bounced = flatmate(suppression("HARD_BOUNCE", of=OTHER_ADDRESS, scope="address"))
    assert asking(consenting(), co_owners=bounced).verdict == "eligible"
    spam = flatmate(suppression("SPAM_COMPLAINT", of=OTHER_ADDRESS, scope="address"))
    assert codes(asking(consenting(), co_owners=spam)) == ["SPAM_COMPLAINT"]


@every_reason
def test_10_no_consent_lifts_a_suppression(reason: str) -> None:
    again = (said(5), said(6, purpose="credit"), said(95, purpose="credit", days_ago=0))
    assert codes(asking(consenting(suppression(reason), consents=again))) == [reason]
    everything = said(96, purpose=None, channel=None, days_ago=0)
    assert codes(asking(consenting(suppression(reason), consents=(*again, everything)))) == [reason]


@pytest.mark.parametrize("reason", sorted(YIELD_TO_LIFTING_ONLY))
def test_33_an_end_that_was_told_of_what_yields_to_a_lifting_only_ends_nothing(reason: str) -> None:
    ended = asking(consenting(suppression(reason, 73, until=NOW - DAY)), by=LASTING_TEN_DAYS)
    assert [(r.code, r.facts, r.until) for r in ended.reasons] == [(reason, (73,), None)]


@pytest.mark.parametrize("reason", ["GLOBAL_DO_NOT_CONTACT", "SPAM_COMPLAINT"])
def test_33_no_policy_lets_what_yields_to_a_lifting_only_expire(reason: str) -> None:
    change = PolicyChange(expires_after_days={reason: 30})
    with pytest.raises(InvalidInput) as refused:
        changed(change, FIRST_POLICY)
    assert refused.value.path == f"expires_after_days.{reason}"
    assert refused.value.code == "never_expires"


@every_reason
def test_29_a_suppression_of_any_linked_profile_stops_the_whole_person(reason: str) -> None:
    linked = consenting(suppression(reason, of=BEN), profiles=(ANNA, BEN), links=(joined(20),))
    assert codes(asking(linked)) == [reason]
    assert asking(consenting()).verdict == "eligible"  # unlinked again


def test_34_the_preferred_address_is_chosen_unless_it_is_stopped() -> None:
    preferred = replace(OLD, label="preferred")
    assert asking(moved(), by=policy()).contact_point == NEW
    someone = replace(moved(), contact_points=(preferred, NEW))
    assert asking(someone).contact_point == preferred
    bounced = suppression("HARD_BOUNCE", of=ADDRESS, scope="address")
    assert asking(replace(someone, suppressions=(bounced,))).contact_point == NEW


def test_37_the_policy_in_effect_is_the_one_that_took_effect_last() -> None:
    second = policy(takes_effect_at=NOW)
    third = replace(second, version=3, takes_effect_at=NOW - DAY)
    assert policy_at([], NOW).version == 1
    assert policy_at([second, third], NOW - 2 * DAY).version == 1
    assert policy_at([second, third], NOW - DAY).version == 3
    assert policy_at([third, second], NOW).version == 7
    assert policy_at([second, replace(second, version=8)], NOW).version == 8


suppressions = st.lists(
    st.builds(
        suppression,
        st.sampled_from(IMPOSABLE),
        st.integers(60, 99),
        of=st.sampled_from([ANNA, ADDRESS, OTHER_ADDRESS]),
        scope=st.sampled_from(["customer", "address"]),
        channel=st.sampled_from([None, "email", "sms"]),
        purpose=st.sampled_from([None, "credit", "marketing"]),
        brand=st.sampled_from([None, "north"]),
        until=st.sampled_from([None, NOW, NOW + DAY]),
    ),
    max_size=5,
    unique_by=lambda one: one.position,
)
questions = st.builds(
    replace,
    st.just(CREDIT),
    message_class=st.sampled_from(MessageClass),
    brand=st.sampled_from([None, "north", "south"]),
)


@settings(derandomize=True, max_examples=amount(300, quick=60), deadline=None)
@given(suppressions, suppressions, questions)
def test_04_a_further_suppression_makes_nobody_eligible_who_was_not(
    before: list[StoppingSuppression], further: list[StoppingSuppression], asked: Any
) -> None:
    """It may make another address be chosen, which is then one that was free all along."""
    more = [replace(one, position=one.position + 100) for one in further]
    fewer, all_in_all = asking(moved(*before), asked), asking(moved(*before, *more), asked)
    if fewer.verdict != "eligible":
        assert all_in_all.verdict == "suppressed"
    if all_in_all.verdict == "eligible" and all_in_all.contact_point != fewer.contact_point:
        assert any(one.customer_id == fewer.contact_point.address_id for one in more)  # type: ignore[union-attr]


@settings(derandomize=True, max_examples=amount(300, quick=60), deadline=None)
@given(suppressions, st.randoms(use_true_random=False), questions)
def test_the_order_in_which_suppressions_are_read_changes_nothing(
    some: list[StoppingSuppression], chance: Any, asked: Any
) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)
    everywhere = {**flatmate(*some), **unregistered(*some, address=OTHER_ADDRESS)}
    in_disorder = {**flatmate(*shuffled), **unregistered(*shuffled, address=OTHER_ADDRESS)}
    assert asking(moved(*some), asked, co_owners=everywhere) == asking(
        moved(*shuffled), asked, co_owners=in_disorder
    )


@settings(derandomize=True, max_examples=amount(300, quick=60), deadline=None)
@given(suppressions, st.integers(0, 4), questions)
def test_05_lifting_one_takes_it_out_of_the_decision_and_leaves_all_others(
    imposed: list[StoppingSuppression], which: int, asked: Any
) -> None:
    """Lifting the only one gives the decision there was before anything was imposed."""
    lifted = imposed[which % len(imposed)] if imposed else suppression("DECEASED")
    left = [one for one in imposed if one != lifted]
    before, after = asking(moved(*imposed), asked), asking(moved(*left), asked)
    if before.contact_point == after.contact_point:
        without = [
            (rule.code, tuple(position for position in rule.facts if position != lifted.position))
            for rule in before.rules
        ]
        assert [(rule.code, rule.facts) for rule in after.rules] == without
        assert all(rule.passed == (rule.facts == ()) for rule in after.rules)
    if not left:
        assert after == asking(moved(), asked)
