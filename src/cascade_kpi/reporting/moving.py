"""The numbers of a page of moves: one period, and what stood at or below one node."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.moving.credited import Credited
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.moving.moved import Moved
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.timelines import Span
from cascade_kpi.reporting.wording import amount
from cascade_kpi.targets.amounts import NO_LOTS

__all__ = ["Moving"]

_COLUMNS = 3  # KPIs that a table has columns for


@frozen(eq=False)
class Moving:
    """What a page of moves is made from.

    Attributes
    ----------
    row, p : int
        The node in focus, and position of the period.
    ever : bool array (n,)
        The nodes that stood at or below it on some day of the period.
    pieces, stays : int64 array
        The pieces and the stints that stood there.
    """

    moved: Moved
    credited: Credited | None
    row: int
    p: int
    limits: Limits
    ever: NDArray[np.bool_]
    pieces: IntArray
    stays: IntArray

    @classmethod
    def of(cls, stage: Moved | Credited, row: int, p: int, limits: Limits) -> Moving:
        """What stood at or below a row in a period."""
        moved = stage.moved if isinstance(stage, Credited) else stage
        credited = stage if isinstance(stage, Credited) else None
        trees, pieces, stays = moved.trees, moved.pieces, moved.stays
        first, last = int(moved.clock.begins[p]), int(moved.clock.ends[p])
        ever = np.zeros(len(trees.org), dtype=bool)
        nodes = np.arange(len(ever))
        days = np.concatenate([[first], trees.days[(trees.days > first) & (trees.days <= last)]])
        for tree in trees.number(days).tolist():
            ever |= trees.below(row, np.full(len(nodes), tree), nodes)
        some = np.flatnonzero(pieces.period == p)
        there = trees.below(row, trees.number(pieces.start[some]), pieces.place[some])
        mine = np.flatnonzero((stays.period == p) & ever[stays.node])
        return cls(moved, credited, row, p, limits, ever, some[there], mine)

    @property
    def period(self) -> str:
        """Label of the period."""
        return self.moved.of_before.periods.labels[self.p]

    @property
    def span(self) -> Span:
        """Its days."""
        clock = self.moved.clock
        return Span(int(clock.begins[self.p]), int(clock.ends[self.p]))

    @property
    def stays_holder(self) -> IntArray:
        """Positions of those who held something."""
        return self.moved.stays.holder[self.stays]

    @cached_property
    def known(self) -> tuple[int, ...]:
        """Positions of the KPIs that have a target in the period, those that are divided first."""
        values, lots = self.moved.of_before.values, self.moved.lots_or_none
        there = [k for k in range(len(values)) if not np.isnan(values[k][self.p]).all()]
        return tuple(sorted(there, key=lambda k: lots[k] is None))

    @property
    def kpis(self) -> tuple[int, ...]:
        """The first of them: tables have columns for these."""
        return self.known[:_COLUMNS]

    def reports(self, k: int) -> bool:
        """Whether there is a report of a KPI."""
        return self.credited is not None and bool((self.credited.reports.kpi == k).any())

    def kpi(self, k: int) -> Kpi:
        """A KPI by its position."""
        return self.moved.of_before.kpis.items[k]

    @property
    def kpi_names(self) -> tuple[str, ...]:
        """Names of those KPIs."""
        return tuple(self.kpi(k).name for k in self.kpis)

    def name(self, row: int) -> str:
        """What a person reads for a node."""
        return str(self.moved.trees.org.labels[row])

    def day(self, day: int) -> str:
        """A day as a date."""
        return str(as_dates(np.array(day)))

    def days(self, piece: int) -> tuple[str, str, str]:
        """First and last day of a piece, and how many."""
        start, end = (int(each[piece]) for each in (self.moved.pieces.start, self.moved.pieces.end))
        return self.day(start), self.day(end), f"{end - start + 1:,}"

    @cached_property
    def _values(self) -> dict[int, FloatArray]:
        return {k: self.moved.of(self.kpi(k).name) for k in self.kpis}

    def has_target(self, pieces: IntArray) -> NDArray[np.bool_]:
        """Which pieces have a target of any of the KPIs."""
        found = np.zeros(len(pieces), dtype=bool)
        for values in self._values.values():
            found |= ~np.isnan(values[pieces])
        return found

    def is_divided(self, pieces: IntArray) -> NDArray[np.bool_]:
        """Which pieces have something that is divided, and so is carried while nobody holds it."""
        found = np.zeros(len(pieces), dtype=bool)
        for k in self.known:
            lots = self.moved.lots_or_none[k]
            if lots is not None:
                found |= lots[pieces] != NO_LOTS
        return found

    def amounts(self, piece: int) -> tuple[str, ...]:
        """A piece of each KPI, as people read it."""
        return tuple(amount(self.kpi(k), float(self._values[k][piece])) for k in self.kpis)
