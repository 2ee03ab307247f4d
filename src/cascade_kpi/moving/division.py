"""Lots of targets divided over pieces."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi.errors import Fault
from cascade_kpi.methods.claims import whole_claims
from cascade_kpi.methods.remainders import divide_lots
from cascade_kpi.moving.clock import Clock
from cascade_kpi.moving.days import fall_due
from cascade_kpi.moving.pieces import CUSHION, Pieces
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.own import beside_children
from cascade_kpi.targets.targets import Targets
from cascade_kpi.targets.wholes import in_lots, sums_over_periods

__all__ = ["Own", "divide_by_share", "divide_pieces", "firsts"]


@frozen(eq=False)
class Own:
    """What every node has beside its children's targets of one KPI, in lots.

    Attributes
    ----------
    held : int64 array (p, n)
        What is a holder's: of leaves, and of nodes that were assigned something for
        themselves. `NO_LOTS` where there is nothing; a leaf with a target of zero has zero.
    cushion : int64 array (p, n)
        Below zero where children were handed down more than the node has; else `NO_LOTS`.
    """

    held: IntArray
    cushion: IntArray

    @classmethod
    def of(cls, targets: Targets, k: int, faults: list[Fault]) -> Own | None:
        """Those of the k-th KPI; None where its targets are not divided."""
        aggregate = targets.kpis.items[k].aggregate
        total = in_lots(targets, k, faults) if sums_over_periods(aggregate) else None
        if total is None:
            return None
        beside, above = beside_children(targets.org, total)
        own = np.where(above & (beside == 0), NO_LOTS, beside)
        none = np.full_like(own, NO_LOTS)
        if targets.holds_own(k):
            return cls(lock(own), lock(none))
        return cls(lock(np.where(above, none, own)), lock(np.where(above, own, none)))


def firsts(numbers: IntArray) -> IntArray:
    """Where each of ascending numbers occurs first."""
    return np.flatnonzero(np.diff(numbers, prepend=-1))


def divide_by_share(lots: IntArray, group: IntArray, share: FloatArray) -> IntArray:
    """Lots of groups divided among their members by share, by largest remainder.

    Parameters
    ----------
    lots : int64 array (groups,)
    group : int64 array (m,)
        Of each member, ascending from 0 without a gap.
    share : float64 array (m,)

    Returns
    -------
    int64 array (m,)
        Ties go to the earlier member.
    """
    many = np.bincount(group, minlength=len(lots))
    begin = np.cumsum(many) - many
    out = lots[group]
    for span in np.unique(many[many > 1]).tolist():
        groups = np.flatnonzero(many == span)
        members = begin[groups] + np.arange(span)[:, None]
        out[members] = divide_lots(lots[groups], whole_claims(share[members]))
    return out


def divide_pieces(own: Own, pieces: Pieces, clock: Clock) -> IntArray:
    """The lots of every piece, int64 (m,); `NO_LOTS` where its origin has none.

    Parameters
    ----------
    own : Own
    """
    if not len(pieces):
        return np.zeros(0, dtype=np.int64)
    head = firsts(pieces.run)
    period, origin = pieces.period[head], pieces.origin[head]
    whole = np.where(
        pieces.state[head] == CUSHION, own.cushion[period, origin], own.held[period, origin]
    )
    there = whole != NO_LOTS
    lots = np.where(there, whole, 0)
    total = clock.whole(period)
    opens = clock.before(period, pieces.run_start)
    closes = clock.before(period, pieces.run_end + 1)
    of_run = fall_due(lots, closes, total) - fall_due(lots, opens, total)
    of_part = firsts(pieces.part)
    of_parts = divide_by_share(of_run, pieces.run[of_part], pieces.share[of_part])
    run, part = of_parts[pieces.part], pieces.run
    span = closes[part] - opens[part]
    upto = clock.before(pieces.period, pieces.end + 1) - opens[part]
    since = clock.before(pieces.period, pieces.start) - opens[part]
    found = fall_due(run, upto, span) - fall_due(run, since, span)
    return np.where(there[part], found, NO_LOTS)
