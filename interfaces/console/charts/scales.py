"""Axes: round values between two numbers, and the place of a value in per cent."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A place on an axis, in per cent, with its text."""

    place: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a chart as a table: the titles of the columns, and the rows."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The values from `low` to `high`, which differ."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Returns where the value is between both ends, in per cent."""
        return rounded(100 * (value - self.low) / (self.high - self.low))


def round_values(low: float, high: float, at_most: int = 5) -> list[float]:
    """Returns `at_most` or fewer round values with equal steps, from `low` or less to `high` or more."""
    high = high if high > low else low + 1
    power = 10 ** math.floor(math.log10((high - low) / (at_most - 1)))
    steps = (step * power * tens for tens in (1, 10) for step in STEPS)
    step = next(step for step in steps if _last(low, high, step) - math.floor(low / step) < at_most)
    return [round(place * step, 10) for place in range(math.floor(low / step), _last(low, high, step) + 1)]


def rounded(place: float) -> float:
    """Two digits of a per cent are less than a pixel."""
    return round(place, 2)


def _last(low: float, high: float, step: float) -> int:
    return math.ceil(round(high / step, 9))
