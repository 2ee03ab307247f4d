"""Shares in proportion to claims, none below its floor and none above its cap.

The method is iterative clamping, as for the continuous resource allocation problem;
G. R. Bitran and A. C. Hax, "Disaggregation and resource allocation using convex
knapsack problems with bounded variables", *Management Science* 27 (1981). Which member
stands at a bound is decided in exact arithmetic, so that equal claims with equal bounds
are treated alike whatever the size of the goal.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray

__all__ = ["Clamped", "clamp", "less_than_share"]

_SURE = 2.0**54  # a float difference of products of 52 bits beyond this has the right sign

Mask = NDArray[np.bool_]


class Clamped(NamedTuple):
    """Which members stand at a bound, and what is left for the others.

    Attributes
    ----------
    at : float64 array (span, groups)
        The bound at which a member stands; NaN for a member that stands at none.
    rest : float64 array (groups,)
        Lots that remain for the members at no bound.
    free : float64 array (span, groups)
        Their claims; zero for members at a bound.
    """

    at: FloatArray
    rest: FloatArray
    free: FloatArray


def clamp(lots: FloatArray, claims: FloatArray, low: FloatArray, high: FloatArray) -> Clamped:
    """Find who stands at a floor or a cap when lots are shared in proportion.

    Parameters
    ----------
    lots : float64 array (groups,)
        Whole, zero or more, below 2^51, at least the sum of the floors and at
        most that of the caps.
    claims : float64 array (span, groups)
        From :func:`~cascade_kpi.methods.claims.whole_claims`.
    low, high : float64 array (span, groups)
        Whole floors, zero or more, and caps, infinite where there is none.
    """
    at = np.full(claims.shape, np.nan)
    rest, free = lots.astype(np.float64), claims.copy()
    left = np.arange(claims.shape[1])
    while left.size:
        newly = _violations(rest[left], free[:, left], low[:, left], high[:, left], at[:, left])
        left, newly = left[~np.isnan(newly).all(axis=0)], newly[:, ~np.isnan(newly).all(axis=0)]
        hit = ~np.isnan(newly)
        at[:, left] = np.where(hit, newly, at[:, left])
        rest[left] -= np.where(hit, newly, 0.0).sum(axis=0)
        free[:, left] = np.where(hit, 0.0, free[:, left])
    return Clamped(at, rest, free)


def _violations(
    rest: FloatArray, free: FloatArray, low: FloatArray, high: FloatArray, at: FloatArray
) -> FloatArray:
    """The bounds that are to be taken now, NaN where none is.

    What lies below the floors and what lies above the caps are set against each other:
    the larger of the two is certain to be clamped in the end.
    """
    total = free.sum(axis=0)
    loose = np.isnan(at)
    share = rest * free / np.maximum(total, 1.0)
    under = loose & np.where(free > 0, _excess(rest, free, low, total) < 0, low > 0)
    over = loose & (free > 0) & ~np.isinf(high)
    over &= less_than_share(np.where(over, high, 0.0), rest, free, total)
    lacking = np.where(under, low - share, 0.0).sum(axis=0)
    spare = np.where(over, share - np.where(over, high, 0.0), 0.0).sum(axis=0)
    take_low, take_high = under & (lacking >= spare), over & (spare >= lacking)
    return np.where(take_low, low, np.where(take_high, high, np.nan))


def less_than_share(
    bound: FloatArray, rest: FloatArray, free: FloatArray, total: FloatArray
) -> Mask:
    """Whether a bound is less than the share rest·free/total, exactly.

    Parameters
    ----------
    bound, free : float64 array (span, groups)
        Whole, zero or more.
    rest, total : float64 array (groups,)
        Whole; each of the four below 2^52.
    """
    return np.asarray(_excess(rest, free, bound, total) > 0)


def _excess(rest: FloatArray, free: FloatArray, bound: FloatArray, total: FloatArray) -> FloatArray:
    """rest·free − bound·total, with the right sign."""
    difference: FloatArray = rest * free - bound * total
    near = np.abs(difference) < _SURE
    if near.any():
        # The products may wrap around; their difference, being small, is right.
        whole = [np.broadcast_to(x, free.shape)[near].astype(np.int64) for x in (rest, total)]
        exact = whole[0] * free[near].astype(np.int64) - bound[near].astype(np.int64) * whole[1]
        difference[near] = exact
    return difference
