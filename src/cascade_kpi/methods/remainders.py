"""Whole lots by largest remainder, over many sibling groups at once.

Source of the method: Hamilton's, also Hare–Niemeyer's, rule of apportionment;
M. L. Balinski and H. P. Young, *Fair Representation*, 2nd ed., 2001.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = ["divide_lots", "ranked"]

_EXACT = 2.0**53  # whole floats below are exact
_PAIRS = 64  # up to this span comparing all pairs is faster than sorting


def divide_lots(lots: IntArray, claims: FloatArray) -> IntArray:
    """Each group's lots divided among its members in proportion to claims.

    Parameters
    ----------
    lots : int64 array (groups,)
        Whole lots of each group, below 2^51 in absolute value; negative lots
        are divided as their absolute value.
    claims : float64 array (span, groups)
        From :func:`~cascade_kpi.methods.claims.whole_claims`; in groups with lots, not all zero.

    Returns
    -------
    int64 array (span, groups)
        Sums over each column to `lots` exactly. What whole quotas leave over
        goes to the largest remainders, ties to the earlier member.

    Examples
    --------
    >>> votes = np.array([[47000.0], [16000], [15800], [12000], [6100], [3100]])
    >>> divide_lots(np.array([10]), votes)[:, 0]
    array([5, 2, 1, 1, 1, 0])
    """
    amount = np.abs(lots)
    total = np.maximum(claims.sum(axis=0), 1.0)
    quota: NDArray[Any]
    rest: NDArray[Any]
    if float(amount.max(initial=0)) * float(total.max(initial=0)) < _EXACT:
        quota, rest = _in_floats(amount.astype(np.float64), claims, total)
    else:
        quota, rest = _in_integers(amount, claims.astype(np.int64), total.astype(np.int64))
    left = amount - quota.sum(axis=0)
    if left.any():
        rank = ranked(rest)
        quota += rank < left.astype(rank.dtype)  # fewer are left than there are members
    sign = np.sign(lots)
    signed = quota if bool((sign >= 0).all()) else quota * sign
    return signed.astype(np.int64, copy=False)


def _in_floats(
    amount: FloatArray, claims: FloatArray, total: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Whole quotas and their remainders, where every product is an exact float."""
    rest = amount * claims
    quota = np.floor(rest / total)
    rest -= quota * total
    over = rest < 0  # the division was rounded up to a whole number
    if over.any():
        quota -= over
        rest += over * total
    return quota, rest


def _in_integers(amount: IntArray, claims: IntArray, total: IntArray) -> tuple[IntArray, IntArray]:
    """Whole quotas and their remainders, for products beyond 2^53.

    The float quota is off by one at the most, since amounts and claims have 51
    bits. The remainder is exact although its two products may wrap around.
    """
    quota = np.floor(amount * (claims / total)).astype(np.int64)
    rest = amount * claims - quota * total
    low, high = rest < 0, rest >= total
    quota += high
    quota -= low
    rest += low * total
    rest -= high * total
    return quota, rest


def ranked(rest: NDArray[Any]) -> NDArray[np.integer]:
    """Position of each remainder in its group, largest first, ties by position."""
    span = len(rest)
    if span > _PAIRS:
        order = np.argsort(-rest, axis=0, kind="stable")
        rank = np.empty(rest.shape, dtype=np.int64)
        np.put_along_axis(rank, order, np.arange(span)[:, None], axis=0)
        return rank
    small = np.empty(rest.shape, dtype=np.int8)
    small[:] = np.arange(span - 1, -1, -1)[:, None]  # as if all later members were ahead
    for i in range(span - 1):
        ahead = np.greater_equal(rest[i], rest[i + 1 :]).view(np.int8)  # the earlier wins a tie
        small[i + 1 :] += ahead
        small[i] -= np.add.reduce(ahead, axis=0, dtype=np.int8)
    return small
