"""The longer period that phased targets are part of: the year beside its last month."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi.results.results import Results
from cascade_kpi.targets.origins import Phased
from cascade_kpi.targets.targets import Targets

__all__ = ["Span", "Whole"]


@frozen(eq=False)
class Span:
    """The longest period that a period is a part of.

    Attributes
    ----------
    targets : Targets
        Those that were phased.
    p : int
        Position of the longer period in them.
    start, end : int
        Its first part, and the one after its last.
    """

    targets: Targets
    p: int
    start: int
    end: int

    @classmethod
    def of(cls, targets: Targets, p: int) -> Span | None:
        """What a period is a part of, None if its target was not phased."""
        found = cls(targets, p, p, p + 1)
        # Of each longer period the first of the parts that are shown, and the one after the last.
        begins = np.arange(len(targets.periods) + 1)
        while isinstance(found.targets.origin, Phased):
            origin = found.targets.origin
            ends = np.concatenate([[0], np.cumsum(origin.sizes)])
            whole = int(np.searchsorted(ends, found.p, side="right")) - 1
            begins = begins[ends]
            found = cls(origin.whole, whole, int(begins[whole]), int(begins[whole + 1]))
        return None if found.targets is targets else found

    @property
    def label(self) -> str:
        """What the longer period is called."""
        label: str = self.targets.periods.labels[self.p]
        return label

    def whole(self, kpi: str, row: int, p: int, results: Results | None) -> Whole:
        """A KPI of a node in the longer period, its result up to a period."""
        target = float(self.targets.of(kpi)[self.p, row])
        return Whole(self.label, target, float("nan") if results is None else
                     _so_far(results, kpi, row, slice(self.start, p + 1)))  # fmt: skip


@frozen(eq=False)
class Whole:
    """One KPI of one node in the longer period, in KPI units; NaN for what is not there."""

    label: str
    target: float
    so_far: float


def _so_far(results: Results, kpi: str, row: int, periods: slice) -> float:
    """A result of several periods, combined along time as they are over a year."""
    k = results.kpis.index(kpi)
    rule = results.kpis.items[k].aggregate
    found = []
    for part in results.parts[k]:
        column = part[periods, row]
        total = column[:1].copy()
        for i in range(1, len(column)):
            rule.along(total, column[i : i + 1], total)
        found.append(total)
    return float(rule.finish(*found)[0])
