"""Lift and its intervals: they agree with scipy, and they cover the truth as often as they say.

`import scipy` alone loads its parts when a test uses them; collecting the tests takes a fifth less time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import pytest
import scipy

from domain.responses.lift import Arm, Difference, Lift, lift, wilson
from domain.responses.student_t import quantile

CAMPAIGNS = 2_000
DEGREES = (1, 1.01, 1.5, 2, 2.5, 3, 4.7, 10, 18.3, 30, 75.5, 250, 999.9, 1000, 1500, 1e5, 1e9)
PROBABILITIES = (0.001, 0.025, 0.3, 0.75, 0.9, 0.95, 0.975, 0.99, 0.9995, 0.999999)


def arm(amounts: Any, converted: int | None = None) -> Arm:
    """Of what each person spent."""
    spent = np.asarray(amounts, dtype=float)
    return Arm(
        people=len(spent),
        converted=int((spent > 0).sum()) if converted is None else converted,
        revenue=Decimal(float(spent.sum())),
        squares=Decimal(float((spent**2).sum())),
    )


def amounts_of(random: np.random.Generator, people: int, share: float, mean: float, sigma: float) -> Any:
    """Most spend nothing; the baskets of the others are lognormal."""
    spent = np.zeros(people)
    buyers = random.binomial(people, share)
    spent[:buyers] = random.lognormal(mean, sigma, buyers)
    return spent


# The parts agree with scipy


@pytest.mark.parametrize("degrees", DEGREES)
def test_the_quantiles_of_student_are_scipys(degrees: float) -> None:
    for probability in PROBABILITIES:
        expected = scipy.stats.t.ppf(probability, degrees)
        assert quantile(probability, degrees) == pytest.approx(expected, rel=1e-9)


def test_a_quantile_of_nothing_is_refused() -> None:
    assert quantile(0.5, 3) == 0
    for probability, degrees in ((0, 3), (1, 3), (0.975, 0.99), (math.nan, 3), (0.975, math.nan)):
        with pytest.raises(ValueError, match="at least 1 degree"):
            quantile(probability, degrees)


def test_the_limits_of_a_share_are_scipys_wilson_limits() -> None:
    for people, share in product((1, 7, 100, 4_000), (0, 0.01, 0.3, 0.5, 0.99, 1)):
        converted = round(people * share)
        expected = scipy.stats.binomtest(converted, people).proportion_ci(0.95, method="wilson")
        low, high = wilson(converted / people, people)
        assert (low, high) == pytest.approx((expected.low, expected.high), rel=1e-12, abs=1e-15)


def test_the_interval_of_conversion_is_newcombes_of_scipys_wilson_limits() -> None:
    for treated, held_out in (((128, 1600), (20, 400)), ((3, 50), (0, 10)), ((5, 5), (0, 5))):
        ours = difference(lift(of_counts(*treated), of_counts(*held_out)).conversion)
        (p1, low1, high1), (p0, low0, high0) = scipys_wilson(*treated), scipys_wilson(*held_out)
        assert ours.estimate == pytest.approx(p1 - p0)
        assert ours.low == pytest.approx(p1 - p0 - math.sqrt((p1 - low1) ** 2 + (high0 - p0) ** 2))
        assert ours.high == pytest.approx(p1 - p0 + math.sqrt((high1 - p1) ** 2 + (p0 - low0) ** 2))


def test_newcombes_own_example_comes_out_as_he_printed_it() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10, examples a, c and e.
    for treated, held_out, low, high in (
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ):
        found = difference(lift(of_counts(*treated), of_counts(*held_out)).conversion)
        assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (low, high)


def test_the_limits_of_revenue_solve_the_score_equation_as_scipy_solves_it() -> None:
    random = np.random.default_rng(4)
    treated = amounts_of(random, 1600, 0.08, 3.5, 1.0)
    held_out = amounts_of(random, 400, 0.05, 3.5, 1.0)
    found = difference(lift(arm(treated), arm(held_out)).revenue_per_person)
    (m1, low1, high1), (m0, low0, high0) = scipys_score_limits(treated), scipys_score_limits(held_out)
    assert found.estimate == pytest.approx(m1 - m0)
    assert found.low == pytest.approx(m1 - m0 - math.hypot(m1 - low1, high0 - m0))
    assert found.high == pytest.approx(m1 - m0 + math.hypot(high1 - m1, m0 - low0))


@pytest.mark.parametrize("sigma", [0.2, 0.8])
def test_with_many_buyers_the_interval_of_revenue_is_scipys_welch_interval(sigma: float) -> None:
    random = np.random.default_rng(5)
    treated = amounts_of(random, 200_000, 0.3, 3.5, sigma)
    held_out = amounts_of(random, 100_000, 0.28, 3.5, sigma)
    found = difference(lift(arm(treated), arm(held_out)).revenue_per_person)
    welch = scipy.stats.ttest_ind(treated, held_out, equal_var=False).confidence_interval(0.95)
    width = welch.high - welch.low
    assert found.low == pytest.approx(welch.low, abs=0.01 * width)
    assert found.high == pytest.approx(welch.high, abs=0.01 * width)


def test_when_all_baskets_are_alike_revenue_is_known_as_conversion_is_but_for_students_t() -> None:
    spent, nothing = [12.5] * 3_000, [0.0] * 40_000
    found = lift(arm(spent + nothing), arm(spent[:2_000] + nothing))
    conversion, revenue = difference(found.conversion), difference(found.revenue_per_person)
    assert revenue.estimate == pytest.approx(12.5 * conversion.estimate)
    assert revenue.low == pytest.approx(12.5 * (conversion.low or 0), rel=2e-3)
    assert revenue.high == pytest.approx(12.5 * (conversion.high or 0), rel=2e-3)


# Coverage


@dataclass(frozen=True, kw_only=True)
class Design:
    """People and shares of buyers, the treated first, and the lognormal of what a buyer spends."""

    people: tuple[int, int]
    shares: tuple[float, float]
    baskets: tuple[float, float] = (3.5, 1.0)

    @property
    def truth(self) -> tuple[float, float]:
        """The true difference of shares, and of revenue per person."""
        effect, (mean, sigma) = self.shares[0] - self.shares[1], self.baskets
        return effect, effect * math.exp(mean + sigma**2 / 2)

    def campaign(self, random: np.random.Generator) -> Lift:
        arms = (
            arm(amounts_of(random, people, share, *self.baskets))
            for people, share in zip(self.people, self.shares, strict=True)
        )
        return lift(*arms)


DESIGNS = {
    "a fifth held out": Design(people=(1_600, 400), shares=(0.08, 0.05)),
    "a fifth held out, baskets much alike": Design(
        people=(1_600, 400), shares=(0.08, 0.05), baskets=(3.5, 0.5)
    ),
    "a tenth held out": Design(people=(9_000, 1_000), shares=(0.03, 0.02)),
    "a tenth held out, no effect": Design(people=(4_500, 500), shares=(0.05, 0.05)),
    "half held out": Design(people=(1_000, 1_000), shares=(0.05, 0.05), baskets=(4.0, 1.0)),
    "half held out, many buy": Design(people=(500, 500), shares=(0.12, 0.10), baskets=(4.0, 0.8)),
}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_over_2000_campaigns_the_intervals_cover_the_truth_93_to_97_times_in_a_hundred(
    design: Design,
) -> None:
    random = np.random.default_rng(20_261_122)
    found = [design.campaign(random) for _ in range(CAMPAIGNS)]
    conversion, revenue = design.truth
    assert 0.93 <= covered([one.conversion for one in found], conversion) <= 0.97
    assert 0.93 <= covered([one.revenue_per_person for one in found], revenue) <= 0.97


def test_welchs_interval_covers_too_seldom_where_a_tenth_is_held_out() -> None:
    # Why revenue does not have it: docs/decisions/0012.
    random, design = np.random.default_rng(20_261_122), DESIGNS["a tenth held out"]
    hits = 0
    for _ in range(CAMPAIGNS):
        treated, held_out = (
            amounts_of(random, people, share, *design.baskets)
            for people, share in zip(design.people, design.shares, strict=True)
        )
        interval = scipy.stats.ttest_ind(treated, held_out, equal_var=False).confidence_interval(0.95)
        hits += interval.low <= design.truth[1] <= interval.high
    assert hits / CAMPAIGNS < 0.93


# What must be said about it


def test_without_a_hold_out_there_is_no_lift_and_it_says_so() -> None:
    for treated, held_out, said in (
        (of_counts(5, 100), of_counts(0, 0), "Nobody was held out"),
        (of_counts(0, 0), of_counts(5, 100), "Nobody was to get a message"),
        (of_counts(0, 0), of_counts(0, 0), "Nobody was held out"),
    ):
        found = lift(treated, held_out)
        assert (found.conversion, found.revenue_per_person) == (None, None)
        assert found.warnings[0].startswith(said)


@pytest.mark.parametrize(
    ("treated", "held_out", "warned"),
    [
        ((100, 1000), (20, 200), ""),
        ((100, 1000), (20, 99), "fewer than 100 people were held out"),
        ((20, 99), (100, 1000), "fewer than 100 people were treated"),
        ((100, 1000), (4, 200), "fewer than 5 of those held out ordered"),
        ((4, 1000), (20, 200), "fewer than 5 of those treated ordered"),
        ((100, 1000), (196, 200), "or fewer than 5 did not"),
    ],
)
def test_a_small_sample_is_warned_of(
    treated: tuple[int, int], held_out: tuple[int, int], warned: str
) -> None:
    alike = [1.0] * 100
    found = lift(of_counts(*treated, spent=alike), of_counts(*held_out, spent=alike[:12]))
    assert len(found.warnings) == bool(warned)
    assert warned in " ".join(found.warnings)


def test_where_a_few_orders_make_the_revenue_it_is_said_and_with_hardly_any_there_is_no_interval() -> None:
    many = of_counts(100, 1000, spent=[10.0] * 100)
    rough = lift(many, of_counts(30, 300, spent=[10.0] * 29 + [200.0]))
    assert any("A few orders" in said for said in rough.warnings)
    for spent in ([], [10.0], [10.0] * 29 + [900.0]):
        none = lift(many, of_counts(30, 300, spent=spent))
        revenue = difference(none.revenue_per_person)
        assert (revenue.low, revenue.high) == (None, None)
        assert revenue.estimate == pytest.approx(1.0 - sum(spent) / 300)
        assert any("Hardly any orders" in said for said in none.warnings)
        assert difference(none.conversion).low is not None


def test_the_estimate_lies_in_its_interval_and_the_interval_in_what_is_possible() -> None:
    random = np.random.default_rng(6)
    for people, share in product((1, 2, 30, 500), (0.0, 0.02, 0.5, 1.0)):
        found = lift(
            arm(amounts_of(random, people, share, 3, 2)), arm(amounts_of(random, 2 * people, share, 3, 2))
        )
        conversion = difference(found.conversion)
        assert -1 <= limit(conversion.low) <= conversion.estimate <= limit(conversion.high) <= 1
        revenue = difference(found.revenue_per_person)
        if revenue.low is not None:
            assert revenue.low <= revenue.estimate <= limit(revenue.high) < math.inf


def of_counts(converted: int, people: int, spent: Sequence[float] = ()) -> Arm:
    return Arm(
        people=people,
        converted=converted,
        revenue=Decimal(str(sum(spent))),
        squares=Decimal(str(sum(one * one for one in spent))),
    )


def difference(found: Difference | None) -> Difference:
    assert found is not None
    return found


def limit(found: float | None) -> float:
    assert found is not None
    return found


def covered(found: Sequence[Difference | None], truth: float) -> float:
    """The share of intervals that have the truth in them; one without limits has not."""
    hits = [one for one in map(difference, found) if one.low is not None]
    return sum(limit(one.low) <= truth <= limit(one.high) for one in hits) / len(found)


def scipys_wilson(converted: int, people: int) -> tuple[float, float, float]:
    limits = scipy.stats.binomtest(converted, people).proportion_ci(0.95, method="wilson")
    return converted / people, limits.low, limits.high


def scipys_score_limits(spent: Any) -> tuple[float, float, float]:
    """The means at which the found one is t standard errors away, their variance being the mean's own."""
    mean, people = float(spent.mean()), len(spent)
    worth = float((spent**2).sum() / spent.sum())
    t = scipy.stats.t.ppf(0.975, float(spent.sum()) / worth - 1)

    def off(true_mean: float) -> float:
        return float((mean - true_mean) ** 2 - t**2 * true_mean * (worth - true_mean) / people)

    return mean, scipy.optimize.brentq(off, 0, mean), scipy.optimize.brentq(off, mean, worth)
