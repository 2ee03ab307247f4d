"""Whole lots by largest remainder, over many sibling groups at once.

Source of the method: Hamilton's, also Hare–Niemeyer's, rule of apportionment;
M. L. Balinski and H. P. Young, *Fair Representation*, 2nd ed., 2001.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = ["BITS", "divide_lots", "integer_claims"]

BITS = 51  # of a group's claims, and of a goal in lots: their remainders are then exact
_PAIRS = 12  # up to this span comparing all pairs is faster than sorting


def integer_claims(claims: FloatArray) -> IntArray:
    """Claims as integers whose sum in each group is below 2^52.

    Parameters
    ----------
    claims : float64 array (span, groups)
        Finite, zero or more; a column is a sibling group.

    Returns
    -------
    int64 array (span, groups)
        The claims themselves in groups of whole numbers that sum to less than
        2^51; elsewhere the claims times the power of two that gives the
        group's sum 51 bits, rounded half to even.
    """
    total = claims.sum(axis=0)
    whole = (np.floor(claims) == claims).all(axis=0) & (total < 2.0**BITS)
    if whole.all():
        return claims.astype(np.int64)
    exponent = np.where(whole | (total == 0), 0, BITS - np.frexp(total)[1])
    return np.rint(np.ldexp(claims, exponent)).astype(np.int64)


def divide_lots(lots: IntArray, claims: IntArray) -> IntArray:
    """Each group's lots divided among its members in proportion to claims.

    Parameters
    ----------
    lots : int64 array (groups,)
        Whole lots of each group, below 2^51 in absolute value; negative lots
        are divided as their absolute value.
    claims : int64 array (span, groups)
        From :func:`integer_claims`; in groups with lots, not all zero.

    Returns
    -------
    int64 array (span, groups)
        Sums over each column to `lots` exactly. What whole quotas leave over
        goes to the largest remainders, ties to the earlier member.

    Examples
    --------
    >>> divide_lots(np.array([10]), np.array([[47000], [16000], [15800], [12000], [6100], [3100]]))
    array([[5],
           [2],
           [1],
           [1],
           [1],
           [0]])
    """
    sign = np.sign(lots)
    amount = np.abs(lots)
    total = np.maximum(claims.sum(axis=0), 1)
    # The float quota is off by one at the most, since amounts and claims have 51
    # bits. The remainder is exact although its two products may wrap around.
    quota = np.floor(amount * (claims / total)).astype(np.int64)
    rest = amount * claims - quota * total
    low, high = rest < 0, rest >= total
    if low.any():
        quota -= low
        rest += low * total
    if high.any():
        quota += high
        rest -= high * total
    left = amount - quota.sum(axis=0)
    quota += _rank(rest, left) < left
    return quota if bool((sign >= 0).all()) else np.asarray(quota * sign)


def _rank(rest: IntArray, left: IntArray) -> NDArray[np.integer]:
    """Position of each remainder in its group, largest first, ties by position."""
    span = len(rest)
    if not left.any():
        return np.zeros(rest.shape, dtype=np.int64)
    if span > _PAIRS:
        order = np.argsort(-rest, axis=0, kind="stable")
        rank = np.empty_like(rest)
        np.put_along_axis(rank, order, np.arange(span)[:, None], axis=0)
        return rank
    small = np.zeros(rest.shape, dtype=np.int8)
    for i in range(span):
        for j in range(i + 1, span):
            ahead = (rest[i] >= rest[j]).view(np.int8)  # the earlier wins a tie
            small[j] += ahead
            small[i] += 1 - ahead
    return small
