"""Quantiles of Student's t distribution, for any real number of degrees of freedom from 1 on."""

import math
from statistics import NormalDist

MANY = 1_000.0
"""From so many degrees of freedom on, an expansion around the normal quantile is exact."""
_TINY = 1e-300
_ENOUGH = 1e-15
_CLOSE = 1e-12
_MOST_STEPS = 500


def quantile(probability: float, freedom: float) -> float:
    """Returns the t below which a share of `probability` lies, with `freedom` degrees of freedom.

    Raises ValueError for a probability outside of (0, 1) or a freedom below 1.
    """
    if not (0 < probability < 1 and freedom >= 1):
        raise ValueError("A probability between 0 and 1, and at least 1 degree of freedom.")
    if probability < 0.5:
        return -quantile(1 - probability, freedom)
    z = NormalDist().inv_cdf(probability)
    return _expanded(z, freedom) if freedom >= MANY else _climbed(z, probability, freedom)


def _expanded(z: float, freedom: float) -> float:
    """Returns the quantile by the Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5)."""
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))


def _climbed(z: float, probability: float, freedom: float) -> float:
    """Returns the quantile by Newton steps from below. No step goes too far: the distribution is concave."""
    t = z
    for _ in range(_MOST_STEPS):
        step = (_tail(t, freedom) - (1 - probability)) / _density(t, freedom)
        t += step
        if abs(step) <= _CLOSE * max(1.0, t):
            break
    return t


def _density(t: float, freedom: float) -> float:
    exponent = -_log_beta(freedom / 2, 0.5) - (freedom + 1) / 2 * math.log1p(t * t / freedom)
    return math.exp(exponent) / math.sqrt(freedom)


def _tail(t: float, freedom: float) -> float:
    """Returns the share above t, for t >= 0: half of the regularised incomplete beta function."""
    a, b, x = freedom / 2, 0.5, freedom / (freedom + t * t)
    if x < (a + 1) / (a + b + 2):
        return _power(x, a, b) * _fraction(x, a, b) / a / 2
    return (1 - _power(x, a, b) * _fraction(1 - x, b, a) / b) / 2


def _power(x: float, a: float, b: float) -> float:
    """Returns x^a (1 - x)^b / B(a, b)."""
    if x >= 1:
        return 0.0
    return math.exp(a * math.log(x) + b * math.log1p(-x) - _log_beta(a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """Returns the continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _ENOUGH:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
