"""Targets of one KPI: as amounts, or as whole lots."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, frozen_array, lock
from cascade_kpi.kpis.lots import Lot

__all__ = ["MARGIN", "NO_LOTS", "Amounts", "Lots"]

MARGIN = 10_000
"""Margins are counted in ten-thousandths."""

NO_LOTS = np.iinfo(np.int64).min
"""Marks the absence of a target in an array of lots."""


@frozen(hash=False)
class Amounts:
    """Targets of one KPI as amounts.

    Attributes
    ----------
    values : float64 array (p, n)
        In KPI units, NaN where there is no target.
    """

    values: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)


@frozen(hash=False)
class Lots:
    """Targets of one KPI as whole lots.

    Attributes
    ----------
    lot : Lot
    counts : int64 array (p, n)
        Numbers of lots, `NO_LOTS` where there is no target.
    """

    lot: Lot
    counts: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)

    @cached_property
    def values(self) -> FloatArray:
        """The targets in KPI units, float64 (p, n), NaN where there is none."""
        values = self.lot.values(self.counts)
        gone = self.counts == NO_LOTS
        return lock(np.where(gone, np.nan, values) if gone.any() else values)
