"""Whole lots by the divisor methods of apportionment, over many sibling groups at once.

A member with claim c that has k lots gets its next one at the priority c/d(k). Lots go
to the highest priorities; the methods differ in d. Source: M. L. Balinski and H. P.
Young, *Fair Representation*, 2nd ed., 2001, chapter 8 and appendix A.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.methods.bounded import clamp

__all__ = [
    "ADAMS",
    "DEAN",
    "HUNTINGTON_HILL",
    "JEFFERSON",
    "MODIFIED_SAINTE_LAGUE",
    "WEBSTER",
    "Signpost",
    "by_priority",
    "first_in_line",
]

_NEAR = 2.0**-48  # relative: priorities this close are compared exactly
_EXACT = 2.0**50  # a cross product below this cannot hide behind one float
_MANY = 12  # members of a group from which on lots are given many at once
_CELLS = 1 << 16  # members of as many groups as are served together: no more memory than that
_AHEAD = 4  # lots that one member may get at once
_FIRST = 2.0**600  # what makes a first lot come before any second one

Whole = Callable[[Any], Any]  # of an array of floats, or of one int


@frozen
class Signpost:
    """d(k) of a method: d(k)^power is above(k) / below(k), whole numbers both.

    With a power of 2, d(k) is the root of a whole number, and priorities are compared
    by their squares.
    """

    above: Whole
    below: Whole
    power: int = 1


ADAMS = Signpost(lambda k: k, lambda k: 0 * k + 1)
DEAN = Signpost(lambda k: 2 * k * (k + 1), lambda k: 2 * k + 1)
HUNTINGTON_HILL = Signpost(lambda k: k * (k + 1), lambda k: 0 * k + 1, power=2)
WEBSTER = Signpost(lambda k: 2 * k + 1, lambda k: 0 * k + 2)
MODIFIED_SAINTE_LAGUE = Signpost(
    lambda k: 10 * k + 5 + 2 * (k == 0),  # seven tenths, where Webster has five
    lambda k: 0 * k + 10,
)
JEFFERSON = Signpost(lambda k: k + 1, lambda k: 0 * k + 1)


def by_priority(
    signpost: Signpost, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
) -> IntArray:
    """Each group's lots by a divisor method, none below its floor or above its cap.

    Parameters
    ----------
    signpost : Signpost
    lots : int64 array (groups,)
        Whole lots, zero or more, at least the sum of the floors and at most
        that of the caps of members with a claim.
    claims : float64 array (span, groups)
        Whole, from :func:`~cascade_kpi.methods.claims.whole_claims`.
    low, high : float64 array (span, groups)
        Whole floors, zero or more, and caps, infinite where there is none.

    Returns
    -------
    int64 array (span, groups)
        Sums over each column to `lots` exactly; of equal priorities the
        earlier member's comes first.
    """
    have = _surely(lots, claims, low, high)
    left = lots - have.sum(axis=0)
    if len(claims) >= _MANY:
        step = max(_CELLS // len(claims), 1)
        for begin in range(0, len(lots) if left.any() else 0, step):
            these = slice(begin, begin + step)
            _hand_out(signpost, left[these], claims[:, these], have[:, these], high[:, these])
        left = lots - have.sum(axis=0)
    some = np.flatnonzero(left > 0)
    while some.size:
        now = have[:, some]
        open_ = (now < high[:, some]) & (claims[:, some] > 0)
        winner = first_in_line(signpost, claims[:, some], now, open_)
        have[winner, some] += 1
        left[some] -= 1
        some = some[left[some] > 0]
    return have.astype(np.int64)


def _hand_out(
    signpost: Signpost, left: FloatArray, claims: FloatArray, have: FloatArray, high: FloatArray
) -> None:
    """Give the lots of every group that go to nobody else in whatever order they are given.

    Where priorities are too close for floats to tell, the rest is left to be given one by one.

    Parameters
    ----------
    left : float64 array (groups,)
        Lots to be given, whole.
    have : float64 array (span, groups)
        Lots of every member so far; changed in place.
    """
    left = left.astype(np.int64)
    some = np.flatnonzero(left > 0)
    while some.size:
        mine, now, most = claims[:, some], have[:, some], high[:, some]
        ahead = now + np.arange(_AHEAD + 1)[:, None, None]
        priority = _priority(signpost, mine, ahead)
        priority = np.where((ahead < most) & (mine > 0), priority, -1.0)
        hidden = priority[-1].max(axis=0)  # no lot further ahead has more
        priority = priority[:-1]
        ranked = -np.sort(-priority.reshape(-1, len(some)), axis=0)
        last = np.minimum(left[some], len(ranked)) - 1
        cut = np.where(left[some] > len(ranked), 0.0, ranked[last, np.arange(len(some))])
        cut = np.maximum(np.maximum(cut, hidden), 0.0)
        sure = (priority > cut * (1.0 + _NEAR)).sum(axis=0)
        close = np.abs(priority[0] - cut) <= cut * _NEAR
        given = sure.sum(axis=0)
        # Of equals the earlier come first, if there are as many as are to be served.
        rest = np.where(given == 0, left[some], 0)
        served = close & (np.cumsum(close, axis=0) <= rest) & _alike(mine, now, close)
        sure += served & (close.sum(axis=0) >= rest)
        have[:, some] += sure
        left[some] -= sure.sum(axis=0)
        some = some[(given > 0) & (left[some] > 0)]


def _alike(claims: FloatArray, have: FloatArray, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Groups in which some members have one claim and as many lots."""
    first, each = np.argmax(among, axis=0), np.arange(claims.shape[1])
    same = (claims == claims[first, each]) & (have == have[first, each])
    return np.asarray((same | ~among).all(axis=0))


def _surely(lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Lots that every member is certain to have under any of the methods.

    A rounded share is at least the share's whole part and at most one more, so the
    shares of as many lots less as there are members round to no more than the lots.
    """
    fewer = np.maximum(lots - len(claims), low.sum(axis=0))
    at, rest, free = clamp(fewer, claims, low, high)
    share = rest * free / np.maximum(free.sum(axis=0), 1.0)
    whole = np.floor(share * (1.0 - 2.0**-50))  # never more than it truly is
    return np.where(np.isnan(at), np.maximum(whole, low), at)


def _priority(signpost: Signpost, claims: FloatArray, have: FloatArray) -> FloatArray:
    """Who is to have the next lot, as floats; where d(0) = 0, a first lot before all others."""
    above, below = signpost.above(have), signpost.below(have)
    power: FloatArray = claims if signpost.power == 1 else claims * claims
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(above > 0, power * below / above, claims * _FIRST)


def first_in_line(
    signpost: Signpost, claims: FloatArray, have: FloatArray, open_: NDArray[np.bool_]
) -> IntArray:
    """The member with the highest priority in each group, the earliest of equals."""
    priority = _priority(signpost, claims, have)
    priority = np.where(open_, priority, -1.0)
    best = priority.max(axis=0)
    near = priority >= best * (1.0 - _NEAR)
    winner: IntArray = np.argmax(priority == best, axis=0)
    # Who has the same claim and as many lots has the same priority: the earliest comes first.
    all_alike = _alike(claims, have, near)
    winner = np.where(all_alike, np.argmax(near, axis=0), winner)
    power = claims if signpost.power == 1 else claims * claims
    reach = (power * signpost.below(have)).max(axis=0) * signpost.above(have).max(axis=0)
    unsure = (reach >= _EXACT) & ~all_alike & (near.sum(axis=0) > 1)
    for g in np.flatnonzero(unsure).tolist():
        winner[g] = _exactly_first(signpost, claims[:, g], have[:, g], np.flatnonzero(near[:, g]))
    return winner


def _exactly_first(
    signpost: Signpost, claims: FloatArray, have: FloatArray, among: IntArray
) -> int:
    """The same by exact arithmetic, among a few members whose priorities are close."""
    best, first = (-1, Fraction(0)), -1
    for i in among.tolist():
        claim, k = int(claims[i]), int(have[i])
        above, below = signpost.above(k), signpost.below(k)
        # A first lot without a divisor comes before all others, larger claims before smaller.
        key = (
            (1, Fraction(claim))
            if not above
            else (0, Fraction(claim**signpost.power * below, above))
        )
        if key > best:
            best, first = key, i
    return first
