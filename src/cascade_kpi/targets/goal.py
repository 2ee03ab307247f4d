"""One KPI's goals on their way down a tree."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from attrs import frozen

from cascade_kpi.entries import Entries
from cascade_kpi.errors import Fault
from cascade_kpi.kpis.aggregates import Aggregate
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.reach import Reach
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.targets.ratios import Grain, unscaled
from cascade_kpi.targets.telling import Telling, TellingAmounts, TellingRatios, named

__all__ = ["Goal", "Numerators"]


@frozen
class Numerators:
    """Changes of a ratio's numerators, as people read them."""

    counted: Grain
    aggregate: Aggregate

    def told(self, lots: int) -> str:
        """A change of so many units."""
        change = unscaled(self.aggregate, self.counted.values(np.array([lots])))[0]
        number = f"{change:+,.2f}" if abs(change) >= 1 else f"{change:+.6g}"
        return f"{number} in the numerator".replace("-", "−")


@frozen(eq=False)
class Goal:
    """One KPI's goals on their way down the tree that it reaches, and the faults met.

    Of a ratio the lots are changes of numerators, and `ratios` says what they lead to.
    """

    reach: Reach
    kpi: Kpi
    periods: Periods
    stated: Entries
    k: int
    faults: list[Fault]
    ratios: TellingRatios | None = None

    @property
    def org(self) -> OrgTree:
        """The nodes that are reached: rows below are theirs."""
        return self.reach.tree

    @property
    def claim(self) -> str:
        """What a child's part is in proportion to, in a word."""
        return self.told.claim

    @property
    def told(self) -> Telling:
        """How its lots are told."""
        return TellingAmounts(self.org, self.kpi) if self.ratios is None else self.ratios

    def fault(self, period: int, row: int, reason: str, repair: str) -> None:
        """Note a conflict at a node."""
        about = f"{self.kpi.name} in {self.periods.labels[period]}: {reason}"
        entry = self.stated.row_of(int(self.reach.rows[row]), self.k, period)
        self.faults.append(Fault("goals", about, repair, row=entry, value=self.org.node(row).id))

    def named(self, rows: Iterable[int]) -> str:
        """Nodes by their ids, the first few of them."""
        return named(self.org, np.array(list(rows), dtype=np.int64))
