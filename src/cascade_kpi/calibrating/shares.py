"""Shares of people as whole numbers, exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from cascade_kpi._arrays import IntArray

__all__ = ["at_least", "at_most", "exact", "whole_numbers"]


def exact(share: float) -> Fraction:
    """The decimal that a number is written as: 0.3 is 3/10.

    Examples
    --------
    >>> exact(0.3), exact(1 / 3) * 3 == 1
    (Fraction(3, 10), False)
    """
    return Fraction(repr(float(share)))


def at_most(share: float, sizes: IntArray) -> IntArray:
    """⌊share·n⌋ of each size, int64.

    Examples
    --------
    >>> at_most(0.29, np.array([100, 10]))  # in floats, 0.29 · 100 is less than 29
    array([29,  2])
    """
    part = exact(share)
    return np.array([part.numerator * n // part.denominator for n in sizes.tolist()], np.int64)


def at_least(share: float, sizes: IntArray) -> IntArray:
    """⌈share·n⌉ of each size, int64."""
    part = exact(share)
    return np.array([-(-part.numerator * n // part.denominator) for n in sizes.tolist()], np.int64)


def whole_numbers(shares: tuple[float, ...], sizes: IntArray) -> IntArray:
    """Each size divided by shares that sum to 1, by largest remainder, int64 (shares, m).

    Remainders are compared exactly; of equal ones the earlier gets the unit.

    Examples
    --------
    >>> whole_numbers((0.333, 0.334, 0.333), np.array([4]))[:, 0]
    array([1, 2, 1])
    """
    parts = [exact(share) for share in shares]
    found = np.empty((len(shares), len(sizes)), dtype=np.int64)
    for i, n in enumerate(sizes.tolist()):
        ideal = [part * n for part in parts]
        whole = [int(each // 1) for each in ideal]
        by_rest = sorted((-(each % 1), g) for g, each in enumerate(ideal))
        for _, g in by_rest[: n - sum(whole)]:
            whole[g] += 1
        found[:, i] = whole
    return found
