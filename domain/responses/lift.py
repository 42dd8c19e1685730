"""The lift of a campaign: treated people compared with those held out, with 95 % intervals.

Both intervals are Newcombe's hybrid score intervals (his method 10) from Wilson limits. For a mean of amounts
that are mostly zero, the Wilson limits are those of the effective number of buyers:
docs/decisions/0012-lift-by-wilson-limits.md.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import NormalDist

from domain.responses.student_t import quantile

CONFIDENCE = 0.95
ENOUGH_PEOPLE = 100
ENOUGH_CONVERSIONS = 5
"""With fewer converted or fewer not converted people in an arm, its share is too uncertain to act on."""
FEWEST_BUYERS = 2
"""With fewer effective buyers (`Arm.buyers`) in an arm, the variation of amounts cannot be estimated."""
ENOUGH_BUYERS = 10
"""With fewer effective buyers in an arm, a few orders make most of the revenue."""

_UPPER = (1 + CONFIDENCE) / 2
_Z = NormalDist().inv_cdf(_UPPER)


class LiftWarning(StrEnum):
    """Why a lift is missing, or not to be relied on. Those about buyers: too few people ordered, or too few did not."""

    NOBODY_TREATED = "nobody_treated"
    NOBODY_HELD_OUT = "nobody_held_out"
    FEW_TREATED = "few_treated"
    FEW_HELD_OUT = "few_held_out"
    FEW_TREATED_BUYERS = "few_treated_buyers"
    FEW_HELD_OUT_BUYERS = "few_held_out_buyers"
    NO_REVENUE_INTERVAL = "no_revenue_interval"
    ROUGH_REVENUE_INTERVAL = "rough_revenue_interval"


Warned = tuple[LiftWarning, str]
"""A warning and its sentence."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """The sums over the people of one arm.

    `revenue` is the sum of what each person spent, zero or more, in one currency. `squares` is the sum of the
    squares of these amounts.
    """

    people: int
    converted: int
    revenue: Decimal = Decimal(0)
    squares: Decimal = Decimal(0)

    @property
    def buyers(self) -> float:
        """The effective number of buyers (Kish): so many equal buyers would give the same sums."""
        return float(self.revenue**2 / self.squares) if self.squares else 0.0


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The treated arm's value less the held-out arm's, with the 95 % interval or None for both limits."""

    estimate: float
    low: float | None = None
    high: float | None = None

    def of(self, people: int) -> "Difference":
        """Returns the difference that so many people make together."""
        low, high = (None if limit is None else limit * people for limit in (self.low, self.high))
        return Difference(estimate=self.estimate * people, low=low, high=high)


@dataclass(frozen=True, kw_only=True)
class Lift:
    """The differences of shares (`conversion`) and of amounts. Both are None if an arm has no people.

    `warnings`: the sentences of the `warned_of`.
    """

    conversion: Difference | None
    revenue_per_person: Difference | None
    warned_of: tuple[LiftWarning, ...] = ()
    warnings: tuple[str, ...] = ()


def lift(treated: Arm, held_out: Arm) -> Lift:
    """Returns the lift of two arms, with the warnings that a reader needs."""
    if not treated.people or not held_out.people:
        code, sentence = _nobody(held_out)
        return Lift(conversion=None, revenue_per_person=None, warned_of=(code,), warnings=(sentence,))
    warned = tuple(_warnings(treated, held_out))
    return Lift(
        conversion=_conversion(treated, held_out),
        revenue_per_person=_revenue(treated, held_out),
        warned_of=tuple(code for code, _ in warned),
        warnings=tuple(sentence for _, sentence in warned),
    )


def wilson(share: float, people: int, z: float = _Z) -> tuple[float, float]:
    """Returns Wilson's score limits of a share among so many people."""
    spread = z * z / people
    middle = (share + spread / 2) / (1 + spread)
    reach = math.sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    return (max(0.0, middle - reach) if share > 0 else 0.0, min(1.0, middle + reach) if share < 1 else 1.0)


def _conversion(treated: Arm, held_out: Arm) -> Difference:
    ours, theirs = treated.converted / treated.people, held_out.converted / held_out.people
    return _newcombe(ours, theirs, wilson(ours, treated.people), wilson(theirs, held_out.people))


def _revenue(treated: Arm, held_out: Arm) -> Difference:
    ours, theirs = float(treated.revenue) / treated.people, float(held_out.revenue) / held_out.people
    if min(treated.buyers, held_out.buyers) < FEWEST_BUYERS:
        return Difference(estimate=ours - theirs)
    return _newcombe(ours, theirs, _limits(treated), _limits(held_out))


def _limits(arm: Arm) -> tuple[float, float]:
    """Returns limits of the revenue per person: those of the share of buyers, times the worth of one."""
    worth = float(arm.squares / arm.revenue)
    low, high = wilson(min(1.0, arm.buyers / arm.people), arm.people, quantile(_UPPER, arm.buyers - 1))
    return low * worth, high * worth


def _newcombe(
    treated: float, held_out: float, limits: tuple[float, float], limits_held_out: tuple[float, float]
) -> Difference:
    """Returns the difference with Newcombe's interval. Each side uses one limit of each arm."""
    estimate = treated - held_out
    down = math.hypot(treated - limits[0], limits_held_out[1] - held_out)
    up = math.hypot(limits[1] - treated, held_out - limits_held_out[0])
    return Difference(estimate=estimate, low=estimate - down, high=estimate + up)


def _nobody(held_out: Arm) -> Warned:
    if held_out.people:
        return (
            LiftWarning.NOBODY_TREATED,
            "Nobody was to get a message yet: there is nothing to compare the hold-out with.",
        )
    return (
        LiftWarning.NOBODY_HELD_OUT,
        "Nobody was held out: without people who got nothing there is nothing to compare with, and no lift.",
    )


def _warnings(treated: Arm, held_out: Arm) -> Iterator[Warned]:
    for name, arm, few, few_buyers in (
        ("treated", treated, LiftWarning.FEW_TREATED, LiftWarning.FEW_TREATED_BUYERS),
        ("held out", held_out, LiftWarning.FEW_HELD_OUT, LiftWarning.FEW_HELD_OUT_BUYERS),
    ):
        if arm.people < ENOUGH_PEOPLE:
            yield few, f"Small sample: fewer than {ENOUGH_PEOPLE} people were {name}."
        if min(arm.converted, arm.people - arm.converted) < ENOUGH_CONVERSIONS:
            yield (
                few_buyers,
                f"Small sample: fewer than {ENOUGH_CONVERSIONS} of those {name} ordered, or fewer than"
                f" {ENOUGH_CONVERSIONS} did not.",
            )
    yield from _warnings_of_revenue(min(treated.buyers, held_out.buyers))


def _warnings_of_revenue(buyers: float) -> Iterator[Warned]:
    if buyers < FEWEST_BUYERS:
        yield (
            LiftWarning.NO_REVENUE_INTERVAL,
            "Hardly any orders with an amount in one of the arms, or one that dwarfs all others: no interval of"
            " the revenue per person.",
        )
    elif buyers < ENOUGH_BUYERS:
        yield (
            LiftWarning.ROUGH_REVENUE_INTERVAL,
            "A few orders make most of the revenue of one of the arms: its interval is rough.",
        )
