"""What a method of apportionment is, and the usual one."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import frozen

from cascade_kpi._answers import OddAnswer, ask
from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.methods.bounded import clamp
from cascade_kpi.methods.remainders import divide_lots
from cascade_kpi.records import record

__all__ = ["LargestRemainder", "Method", "divided_by"]


@runtime_checkable
class Method(Protocol):
    """A rule that divides lots among the members of many groups at once."""

    def __call__(
        self, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
    ) -> IntArray:
        """Whole lots of every member, int64 (span, groups); a column is a group.

        `lots` (groups,) are zero or more. `claims` are whole numbers, zero or
        more, in float64. `low` and `high` are whole floors, zero or more, and
        caps, infinite where there is none. The columns of the answer sum to
        `lots`, between the floors and the caps, whenever that can be.
        """
        ...


@record("cascade_kpi/methods.largest_remainder")
@frozen
class LargestRemainder:
    """Whole parts of the shares, then one lot each to the largest remainders.

    Hamilton's method, also Hare–Niemeyer's. No member is a whole lot away
    from its share; but a larger goal may take a lot from somebody.

    Examples
    --------
    >>> no, yes = np.zeros((3, 1)), np.full((3, 1), np.inf)
    >>> LargestRemainder()(np.array([10]), np.array([[6.0], [6], [2]]), no, yes)[:, 0]
    array([4, 4, 2])
    >>> LargestRemainder()(np.array([11]), np.array([[6.0], [6], [2]]), no, yes)[:, 0]
    array([5, 5, 1])
    """

    def __call__(
        self, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
    ) -> IntArray:
        """Whole lots, int64 (span, groups)."""
        if not low.any() and np.isinf(high).all():
            return divide_lots(lots, claims)
        at, rest, free = clamp(lots.astype(np.float64), claims, low, high)
        shares = divide_lots(rest.astype(np.int64), free)
        return np.where(np.isnan(at), shares, at).astype(np.int64)


def divided_by(
    method: Method, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
) -> IntArray:
    """What a method answers, once it is found to divide all of it within the bounds.

    Raises
    ------
    OddAnswer
        If it does not, or answers no whole numbers.
    """
    share: IntArray = ask(
        "its method", method, lots, claims, low, high, dtype=np.int64, shape=claims.shape
    )
    off = np.flatnonzero(share.sum(axis=0) != lots)[:1].tolist()
    for g in off:
        told = f"{share[:, g].tolist()} of {int(lots[g])} lots by claims {claims[:, g].tolist()}"
        raise OddAnswer(f"its method answers {told}: they do not sum to them")
    beyond = np.flatnonzero(((share < low) | (share > high)).any(axis=0))[:1].tolist()
    for g in beyond:
        bounds = f"{low[:, g].tolist()} and {high[:, g].tolist()}"
        raise OddAnswer(f"its method answers {share[:, g].tolist()}, not between {bounds}")
    return share
