"""When somebody becomes eligible by itself, where that ever happens (docs/semantics.md, rule 1)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deciding.decide import DecisionQuestion, decide
from domain.deciding.earliest import eligible_from
from domain.deciding.facts import DecisionFacts, Person
from domain.deciding.policy import IMPOSABLE
from tests.domain.drawing import holding_out
from tests.domain.people import ADDRESS, ANNA, DAY, MAIL, NOW, OTHER_ADDRESS, complaint, person, said
from tests.domain.suppressing import (
    DOMAIN,
    NEW,
    OLD,
    asking,
    flatmate,
    moved,
    policy,
    suppression,
    unregistered,
)

COOLING = (complaint(60, "closed", closed_days_ago=1),)
"""A normal one: it stops for 13 more days."""


def earliest(someone: Person, asked: DecisionQuestion = MAIL, adopted: Any = (), **facts: Any) -> Any:
    return eligible_from(DecisionFacts(person=someone, **facts), adopted, asked, NOW)


def test_01_it_is_the_end_of_the_last_stop() -> None:
    stopped = person(complaints=COOLING, suppressions=(suppression("OPERATOR_EXCLUDED", until=NOW + DAY),))
    assert earliest(stopped) == NOW + 13 * DAY
    assert earliest(replace(stopped, complaints=())) == NOW + DAY


def test_01_there_is_none_where_something_has_no_end() -> None:
    assert earliest(person(complaints=(*COOLING, complaint(50)))) is None
    assert earliest(person(suppressions=(suppression("DECEASED"),))) is None
    assert earliest(person(complaints=COOLING), holding_out({ANNA: True})) is None


def test_01_there_is_none_where_consent_or_the_run_ends_before() -> None:
    ends = person(complaints=COOLING, consents=(said(5, expires_at=NOW + 13 * DAY),))
    lasts = person(complaints=COOLING, consents=(said(5, expires_at=NOW + 14 * DAY),))
    assert earliest(ends) is None
    assert earliest(lasts) == NOW + 13 * DAY
    assert earliest(lasts, replace(MAIL, ends_at=NOW + 13 * DAY)) is None


def test_34_it_is_when_the_first_of_several_addresses_is_free_again() -> None:
    stopped = (
        suppression("HARD_BOUNCE", 70, of=OTHER_ADDRESS, scope="address", until=NOW + 10 * DAY),
        suppression("HARD_BOUNCE", 71, of=ADDRESS, scope="address", until=NOW + 5 * DAY),
    )
    assert asking(moved(*stopped), MAIL).contact_point == NEW
    assert earliest(moved(*stopped)) == NOW + 5 * DAY
    assert asking(moved(*stopped), MAIL, at=NOW + 5 * DAY).contact_point == OLD


def test_37_a_policy_that_takes_effect_in_between_counts() -> None:
    none = policy(cooling_off=dict.fromkeys(("low", "normal", "high", "critical"), timedelta(0)))
    sooner = replace(none, takes_effect_at=NOW + 3 * DAY)
    later = replace(none, takes_effect_at=NOW + 3 * DAY, cooling_off={"normal": 90 * DAY})
    assert earliest(person(complaints=COOLING), adopted=[sooner]) == NOW + 3 * DAY
    assert earliest(person(complaints=COOLING), adopted=[later]) == NOW + 89 * DAY
    imposed = person(suppressions=(suppression("HARD_BOUNCE"),))
    expiring = policy(takes_effect_at=NOW + DAY, expires_after={"HARD_BOUNCE": 30 * DAY})
    assert earliest(imposed, adopted=[expiring]) == NOW + 20 * DAY


def test_06_the_ends_of_co_owners_and_of_domains_count() -> None:
    assert earliest(person(), co_owners=flatmate(complaints=COOLING)) == NOW + 13 * DAY
    blocked = suppression("DOMAIN_BLOCKED", of=DOMAIN, scope="domain", until=NOW + DAY)
    assert earliest(person(contact_points=(OLD,)), domains={DOMAIN: (blocked,)}) == NOW + DAY


days = st.sampled_from([None, *(NOW + n * DAY for n in range(-1, 6))])
imposed = st.lists(
    st.builds(
        suppression,
        st.sampled_from(IMPOSABLE),
        st.integers(60, 99),
        of=st.sampled_from([ANNA, ADDRESS, OTHER_ADDRESS]),
        scope=st.sampled_from(["customer", "address"]),
        until=days,
    ),
    max_size=4,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(imposed, imposed, days)
def test_01_at_that_instant_one_is_eligible_and_at_none_before(
    own: Any, shared: Any, expires_at: Any
) -> None:
    """Everything here ends at a whole day: looking at every half day misses nothing."""
    someone = moved(*own, consents=(said(5, expires_at=expires_at),))
    facts = DecisionFacts(person=someone, co_owners=unregistered(*shared))
    instants = [NOW + n * DAY / 2 for n in range(1, 16)]
    free = [at for at in instants if decide(facts, policy(), MAIL, at).verdict == "eligible"]
    found = eligible_from(facts, [policy()], MAIL, NOW)
    if decide(facts, policy(), MAIL, NOW).verdict == "suppressed":
        assert found == (free[0] if free else None)
