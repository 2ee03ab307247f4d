"""Targets stint by stint: what everybody was to reach while they were where they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._long import Columns
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.moving.stays import Share, Stays
from cascade_kpi.moving.summing import Sized

if TYPE_CHECKING:
    from cascade_kpi.moving.moved import Moved

__all__ = ["Portions"]


@frozen(eq=False)
class Portions:
    """Moved targets by stint.

    Attributes
    ----------
    moved : Moved
    stays : Stays
        The stints one by one.
    share : Share
        Which pieces each has.
    sized : Sized
        How much these are.
    """

    moved: Moved
    stays: Stays
    share: Share
    sized: Sized

    @classmethod
    def of(cls, moved: Moved) -> Portions:
        """Those of all stints in the calendar."""
        stays = moved.stays
        share = Share.of(moved, stays)
        return cls(moved, stays, share, attrs.evolve(moved.sized, pieces=share.pieces))

    def target(self, k: int) -> tuple[FloatArray, FloatArray]:
        """Every stint's target of the k-th KPI, and its lots, float64 (s,)."""
        return self.sized.summed(k, self.share.stay, len(self.stays))

    def of_holders(self, k: int, stays: np.ndarray) -> FloatArray:
        """Every holder's target of some of the stints, float64 (p, h).

        Parameters
        ----------
        stays : bool array (s,)
        """
        stay, periods = self.share.stay, len(self.moved.of_before.periods)
        many = len(self.moved.holders)
        cell = self.stays.period * many + self.stays.holder
        some = (stay >= 0) & np.append(stays, False)[stay]
        group = np.where(some, np.append(cell, -1)[stay], -1)
        return self.sized.summed(k, group, periods * many)[0].reshape(periods, many)

    def table(self, k: int, **columns: FloatArray) -> Columns:
        """The stints as columns, with the target of the k-th KPI and further columns."""
        moved, stays = self.moved, self.stays
        target, lots = self.target(k)
        start, end = stays.start, stays.end
        return {
            "holder": moved.holder_column(stays.holder),
            "node": moved.node_column(stays.node),
            **moved.named(k, stays.period),
            "start": as_dates(start),
            "end": as_dates(end),
            "days": end - start + 1,
            "leave": stays.leave(moved.away),
            "share": moved.history.share[stays.stint],
            "parent": moved.node_column(stays.parent),
            "manager": moved.holder_column(stays.manager),
            "lots": lots,
            "target": target,
            **columns,
        }
