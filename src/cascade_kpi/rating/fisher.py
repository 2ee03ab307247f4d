"""The F distribution: tail and quantile, in plain arithmetic."""

from __future__ import annotations

import math

__all__ = ["f_quantile", "f_tail"]

_TINY = 1e-300
_STEPS = 10_000


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method.

    NIST Digital Library of Mathematical Functions, 8.17.22; it converges fast for
    x below (a + 1)/(a + b + 2).
    """
    value = front = 1.0
    back = 0.0
    for j in range(_STEPS):
        m = j // 2
        if j == 0:
            term = 1.0
        elif j % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        back = 1.0 + term * back
        back = 1.0 / (back if abs(back) > _TINY else _TINY)
        front = 1.0 + term / front
        front = front if abs(front) > _TINY else _TINY
        change = front * back
        value *= change
        if j and abs(change - 1.0) < 1e-16:
            break
    return value - 1.0


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def f_tail(value: float, above: float, below: float) -> float:
    """The probability of a larger F, with the degrees of freedom above and below the line.

    Examples
    --------
    >>> round(f_tail(3.326, 5, 10), 4)
    0.05
    """
    if math.isnan(value + above + below) or above <= 0 or below <= 0:
        return math.nan
    if value == math.inf:
        return 0.0
    return _beta(below / (below + above * value), below / 2, above / 2)


def f_quantile(tail: float, above: float, below: float) -> float:
    """The F that is exceeded with a probability, by bisection.

    Examples
    --------
    >>> round(f_quantile(0.05, 5, 10), 3)
    3.326
    """
    if math.isnan(above + below) or above <= 0 or below <= 0:
        return math.nan
    low, high = 0.0, 1.0
    while f_tail(high, above, below) > tail:
        low, high = high, high * 2
        if high > 1e300:
            return math.inf
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if f_tail(middle, above, below) > tail else (low, middle)
    return (low + high) / 2
