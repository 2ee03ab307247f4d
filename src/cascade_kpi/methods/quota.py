"""The quota method: lot after lot like Jefferson's, but nobody beyond the share rounded up.

Source: M. L. Balinski and H. P. Young, "The quota method of apportionment", *American
Mathematical Monthly* 82 (1975).
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault, check
from cascade_kpi.methods.bounded import less_than_share
from cascade_kpi.methods.divisors import JEFFERSON, first_in_line
from cascade_kpi.records import record

__all__ = ["Quota"]

_STEPS = 100_000  # lots that are handed out one after another


@record("cascade_kpi/methods.quota")
@frozen
class Quota:
    """Between the share rounded down and rounded up, and a larger goal takes from nobody.

    Of T lots the next one goes to the highest claim/(k + 1) among those whose k lots are
    fewer than their share of T. The one method that both keeps within a lot of every
    share, as the largest remainder does, and never takes a lot away for a larger goal,
    as the divisor methods do not. With floors, these are handed out first; members at
    their caps are passed over.

    A goal of more than 100,000 lots beyond whole multiples of the claims is refused: its
    answer rests on those for all smaller goals.

    Examples
    --------
    >>> votes = np.array([[5117.0], [4400], [162], [161], [160]])
    >>> no, yes = np.zeros(votes.shape), np.full(votes.shape, np.inf)
    >>> Quota()(np.array([100]), votes, no, yes)[:, 0]
    array([52, 44,  2,  1,  1])
    """

    def __call__(
        self, lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray
    ) -> IntArray:
        """Whole lots, int64 (span, groups)."""
        have = _multiples(lots, claims, low, high)
        given = have.sum(axis=0)
        left = lots - given
        if left.max(initial=0) > _STEPS:
            reason = f"the quota method would hand out {int(left.max()):,} lots one after another"
            check([Fault("method", reason, "use a larger lot, or Webster()", value=self)])
        some = np.flatnonzero(left > 0)
        while some.size:
            given[some] += 1
            now, mine = have[:, some], claims[:, some]
            open_ = _in_line(mine, now, high[:, some], given[some])
            have[first_in_line(JEFFERSON, mine, now, open_), some] += 1
            some = some[given[some] < lots[some]]
        return have.astype(np.int64)


def _multiples(lots: IntArray, claims: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Where the handing out may begin: at a goal whose shares are all whole, or at the floors."""
    parts = claims.astype(np.int64)
    parts //= np.maximum(np.gcd.reduce(parts, axis=0), 1)
    whole = parts * (lots // np.maximum(parts.sum(axis=0), 1))
    bounded = (low > 0).any(axis=0) | (high < np.inf).any(axis=0)
    return np.where(bounded, low, whole.astype(np.float64))


def _in_line(
    claims: FloatArray, have: FloatArray, high: FloatArray, given: FloatArray
) -> NDArray[np.bool_]:
    """Who may have the last of so many lots: whose lots are fewer than the share of them."""
    able = (have < high) & (claims > 0)
    fewer = able & less_than_share(have, given, claims, claims.sum(axis=0))
    return np.where(fewer.any(axis=0), fewer, able)
