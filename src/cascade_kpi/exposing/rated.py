"""Ratings of people, as the stints of these people read them."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import is_a
from cascade_kpi.errors import Fault, suggest
from cascade_kpi.exposing.exposure import Exposure
from cascade_kpi.moving.moved import Moved
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.scoring.block import Rating

__all__ = ["OfHolders", "rating_faults", "rows_of_holders"]

_SUGGESTED = 50  # near misses are looked for this often: each look compares many names


@frozen(eq=False)
class OfHolders:
    """What raters agreed on about the holders of some stints, in one period.

    Attributes
    ----------
    agreed : Rating
        Of people.
    org : OrgTree
        The stints.
    periods : Periods
        The one period.
    rows : int64 array (m,)
        Per stint, the row of its holder in the tree of the ratings.
    p : int
        Position of the period in the ratings.
    """

    agreed: Rating
    org: OrgTree
    periods: Periods
    rows: IntArray
    p: int

    @property
    def items(self) -> tuple[str, ...]:
        """The questions."""
        return self.agreed.items

    def at(self, item: str, p: int, nodes: Any) -> FloatArray:  # noqa: ARG002 - there is one period
        """Values on the raters' scale, float64 (m,), NaN where nothing counts."""
        return self.agreed.at(item, self.p, self.rows[nodes])


def rows_of_holders(moved: Moved, ratings: Rating) -> IntArray:
    """The row of each holder in the tree of the ratings, int64 (h,), -1 for who is not there."""
    return ratings.org.find(moved.holders.tolist())


def rating_faults(moved: Moved, ratings: Rating | None, exposure: Exposure) -> list[Fault]:
    """What is wrong with ratings by which stints are to be scored; nothing without ratings."""
    if ratings is None:
        return []
    if not is_a(ratings, Rating):
        reason, repair = "not what raters agreed on", "pass what consolidate(…) makes of ratings"
        return [Fault("score_stints", reason, repair, column="ratings", value=ratings)]
    faults = []
    labels = tuple(moved.of_before.periods.labels)
    if tuple(ratings.periods.labels) != labels:
        reason = f"the ratings are of the periods {', '.join(ratings.periods.labels)}"
        repair = f"make them of those of the results: {', '.join(labels)}"
        faults.append(Fault("score_stints", reason, repair, column="ratings"))
    rows = rows_of_holders(moved, ratings)
    here = np.unique(moved.stays.holder[exposure.judged])
    strange = moved.holders[here[rows[here] < 0]].tolist()
    known = ratings.org.ids.tolist() if strange else []
    reason = "a holder who is not in the tree of the ratings"
    otherwise = "rate people by the names that the stints have"
    for count, who in enumerate(strange):
        near = suggest(who, known) if count < _SUGGESTED else ""
        repair = f"{near} {otherwise}" if near.startswith("did you mean") else otherwise
        faults.append(Fault("score_stints", reason, repair, column="ratings", value=who))
    return faults
