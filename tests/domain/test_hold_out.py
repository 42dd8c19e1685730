"""Hold-outs: the published draw, its unit, that it stays, and the verdict (docs/semantics.md, rule 17)."""

import math
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.campaigns.events import MessageClass
from domain.deciding.decide import Decision
from domain.deciding.facts import DecisionFacts
from domain.deciding.hold_out import HoldOut, draw_for, drawn
from tests.domain.drawing import CAROL, earlier_draw, holding_out, number_of, seed_where
from tests.domain.people import ADDRESS, ANNA, BEN, MAIL, codes, complaint, decided, joined, person, point
from tests.domain.suppressing import flatmate, suppression

PUBLISHED = [
    # seed, unit, numerator over 2^64: first 16 hexadecimal digits of `printf %s "$seed:$unit" | sha256sum`
    ("spring", "00000000-0000-0000-0000-000000000001", 0x28382446CD14D619),
    ("spring", "6f1d2c55-5a0c-4a52-9d64-0b3d6a1c7f10", 0xB5D8F953A0AE4C99),
    ("", "00000000-0000-0000-0000-000000000000", 0xFEEA4D9902F9BA3B),
    ("año", "ffffffff-ffff-ffff-ffff-ffffffffffff", 0xB0C1990981FFAEF8),
]
HALF = Fraction(1, 2)
PEOPLE = [UUID(int=number) for number in range(1, 20_001)]
HELD, TREATED = holding_out({ANNA: True}), holding_out({ANNA: False})


def draw(decision: Decision) -> tuple[UUID, bool, tuple[int, ...]]:
    assert decision.draw is not None
    return decision.draw.unit, decision.draw.held_out, decision.draw.facts


def is_held(seed: str, share: str, unit: UUID) -> bool:
    facts = DecisionFacts(person=person(unit))
    draw = draw_for(HoldOut(share=Decimal(share), seed=seed), facts, None)
    return draw is not None and draw.held_out


@pytest.mark.parametrize(("seed", "unit", "numerator"), PUBLISHED)
def test_17_the_draw_is_the_published_one(seed: str, unit: str, numerator: int) -> None:
    assert drawn(seed, UUID(unit)) == Fraction(numerator, 2**64)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(), st.uuids())
def test_17_the_draw_is_what_an_auditor_computes_apart(seed: str, unit: UUID) -> None:
    seed = seed.encode("utf-8", "ignore").decode()
    assert math.isclose(float(drawn(seed, unit)), number_of(seed, unit), abs_tol=1e-15)


def test_17_held_out_is_who_is_drawn_below_the_share_and_not_at_it() -> None:
    number = drawn("spring", ANNA)
    with localcontext(prec=80):
        exact = Decimal(number.numerator) / Decimal(number.denominator)
        above = exact + Decimal(1) / Decimal(2**64)
    assert Fraction(exact) == number
    for share, held in ((exact, False), (above, True)):
        assert (
            draw_for(HoldOut(share=share, seed="spring"), DecisionFacts(person=person()), None).held_out
            is held
        )


def test_17_draws_are_uniform() -> None:
    """A chi-square over 20 bins; 43.8 is the value that 1 fair draw in 1,000 exceeds at 19 degrees of freedom."""
    for seed in ("spring", "summer", "autumn"):
        bins = [0] * 20
        for unit in PEOPLE:
            bins[int(drawn(seed, unit) * 20)] += 1
        expected = len(PEOPLE) / 20
        assert sum((found - expected) ** 2 / expected for found in bins) < 43.8


def test_17_two_seeds_draw_independently() -> None:
    both = sum(drawn("spring", unit) < HALF and drawn("summer", unit) < HALF for unit in PEOPLE)
    assert abs(both - len(PEOPLE) / 4) < 4 * math.sqrt(len(PEOPLE) * 3 / 16)


def test_17_whoever_is_held_out_at_a_share_is_at_every_greater_one() -> None:
    shares = ("0", "0.05", "0.1", "0.2", "0.35", "0.5")
    held = [{unit for unit in PEOPLE[:2_000] if is_held("spring", share, unit)} for share in shares]
    assert held[0] == set()
    assert all(fewer < more for fewer, more in pairwise(held))
    for share, units in zip(shares, held, strict=True):
        assert abs(len(units) - 2_000 * float(share)) < 4 * math.sqrt(2_000 / 4)


def test_35_held_out_is_who_would_have_got_the_message() -> None:
    held, treated = decided(asked=HELD), decided(asked=TREATED)
    assert (held.verdict, codes(held)) == ("held_out", ["HOLDOUT_CAMPAIGN"])
    assert (treated.verdict, codes(treated)) == ("eligible", [])
    assert draw(held) == (ANNA, True, ())


@pytest.mark.parametrize(
    ("someone", "facts", "code"),
    [
        (person(complaints=(complaint(),)), {}, "OPEN_COMPLAINT"),
        (person(consents=()), {}, "NO_CONSENT"),
        (person(suppressions=(suppression("DECEASED"),)), {}, "DECEASED"),
        (person(), {"taken": {ADDRESS: 77}}, "DUPLICATE_ADDRESS_IN_RUN"),
        (person(), {"still_member": False}, "NO_LONGER_IN_SEGMENT"),
        (person(), {"cancelled": 90}, "CAMPAIGN_CANCELLED"),
    ],
)
def test_35_whom_another_rule_stops_is_suppressed_and_not_held_out(
    someone: Any, facts: Any, code: str
) -> None:
    decision = decided(someone, HELD, **facts)
    assert decision.verdict == "suppressed"
    assert set(codes(decision)) == {code, "HOLDOUT_CAMPAIGN"}


@pytest.mark.parametrize("message_class", sorted(set(MessageClass) - {"promotional"}))
def test_classes_nobody_is_held_out_from_a_message_that_is_not_promotional(message_class: str) -> None:
    decision = decided(asked=replace(HELD, message_class=message_class))
    assert (decision.verdict, decision.draw) == ("eligible", None)


def test_17_without_a_hold_out_nobody_is_drawn() -> None:
    assert decided(person(earlier_draws=(earlier_draw(30, True),)), MAIL).draw is None


def test_17_the_unit_is_the_oldest_profile_of_the_person() -> None:
    seed = {ANNA: False, BEN: True}
    linked = person(profiles=(ANNA, BEN), links=(joined(20),), oldest_profile=BEN)
    assert draw(decided(linked, holding_out(seed))) == (BEN, True, ())
    assert draw(decided(person(), holding_out(seed))) == (ANNA, False, ())


@pytest.mark.parametrize(("before", "now"), [(True, TREATED), (False, HELD)])
def test_17_a_draw_stays_whatever_would_be_drawn_now(before: bool, now: Any) -> None:
    again = decided(person(earlier_draws=(earlier_draw(30, before),), oldest_profile=ANNA), now)
    assert again.verdict == ("held_out" if before else "eligible")
    assert draw(again) == (CAROL, before, (30,))


def test_43_who_was_held_out_stays_held_out_and_the_decision_says_since_when() -> None:
    again = decided(person(earlier_draws=(earlier_draw(30, True), earlier_draw(55, True))), TREATED)
    assert [(r.code, r.facts) for r in again.reasons] == [("HOLDOUT_CAMPAIGN", (30,))]


def test_17_after_a_merge_the_most_held_out_wins() -> None:
    treated, held = earlier_draw(30, False, ANNA), earlier_draw(31, True, BEN)
    both = person(profiles=(ANNA, BEN), links=(joined(40),))
    for order in ((treated, held), (held, treated)):
        assert draw(decided(replace(both, earlier_draws=order), TREATED)) == (BEN, True, (31,))
    unlinked = decided(person(earlier_draws=(treated,)), HELD)
    assert draw(unlinked) == (ANNA, False, (30,))


def test_17_co_owners_of_an_address_follow_its_first_owner() -> None:
    only_ben = holding_out({ANNA: False, BEN: True})
    first = flatmate(contact_points=(point(40, of=BEN),))
    later = flatmate(contact_points=(point(400, of=BEN),))
    assert draw(decided(asked=only_ben, co_owners=first)) == (BEN, True, ())
    assert draw(decided(asked=only_ben, co_owners=later)) == (ANNA, False, ())
    bens_own = decided(
        replace(first[ADDRESS][0], suppressions=()), only_ben, co_owners={ADDRESS: (person(),)}
    )
    assert draw(bens_own) == (BEN, True, ())


def test_17_co_owners_follow_what_the_first_owner_drew_before_but_keep_what_they_drew_themselves() -> None:
    first = flatmate(contact_points=(point(40, of=BEN),), earlier_draws=(earlier_draw(30, True),))
    assert draw(decided(asked=TREATED, co_owners=first)) == (CAROL, True, (30,))
    own = person(earlier_draws=(earlier_draw(31, False, ANNA),))
    assert draw(decided(own, TREATED, co_owners=first)) == (ANNA, False, (31,))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.permutations(
        [earlier_draw(30, False), earlier_draw(31, True), earlier_draw(32, True), earlier_draw(33, False)]
    )
)
def test_the_order_in_which_earlier_draws_are_read_changes_nothing(order: Any) -> None:
    assert draw(decided(person(earlier_draws=tuple(order)), TREATED)) == (CAROL, True, (31,))


def test_seeds_of_these_tests_draw_clearly() -> None:
    assert number_of(seed_where({ANNA: True, BEN: False}), ANNA) < 0.4
    assert number_of(seed_where({ANNA: True, BEN: False}), BEN) > 0.6
