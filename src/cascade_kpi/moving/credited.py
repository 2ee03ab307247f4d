"""What `credit` makes: results beside moved targets, by holder, by stint, by unit."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint, frozen_array, refuse_overflow
from cascade_kpi._long import Columns
from cascade_kpi._text import visible
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.moving.folding import fold_groups
from cascade_kpi.moving.intervals import as_dates, cut
from cascade_kpi.moving.moved import Moved
from cascade_kpi.moving.reports import Reports
from cascade_kpi.moving.rolling import Cells, RollUp
from cascade_kpi.targets.amounts import NO_LOTS

__all__ = ["Credited", "Met"]

Parts = tuple[FloatArray, ...]


@frozen(eq=False)
class Met:
    """Which stints reports are of: one line a report and stint.

    Attributes
    ----------
    report : int64 array (m,)
        Ascending; every report has a line.
    stay : int64 array (m,)
        -1 for a report of a node that nobody holds.
    node : int64 array (m,)
        Row of the first tree.
    start, end : int64 array (m,)
        Days in common.
    """

    report: IntArray = field(converter=frozen_array)
    stay: IntArray = field(converter=frozen_array)
    node: IntArray = field(converter=frozen_array)
    start: IntArray = field(converter=frozen_array)
    end: IntArray = field(converter=frozen_array)

    @property
    def first(self) -> IntArray:
        """The first line of each report, int64 (r,)."""
        return np.flatnonzero(np.diff(self.report, prepend=-1))

    @property
    def astride(self) -> NDArray[np.bool_]:
        """Which reports have several lines, bool (r,)."""
        return np.bincount(self.report) > 1


@frozen(hash=False, repr=False)
class Credited:
    """Results beside targets that moved. Made by :func:`cascade_kpi.credit`.

    Attributes
    ----------
    moved : Moved
    reports : Reports
        In an order of their own, whatever that of the table.
    met : Met
        Which stints they are of.
    """

    moved: Moved
    reports: Reports
    met: Met = field(eq=False)

    # -- who achieved what ----------------------------------------------------------

    def by_stint(self, kpi: str) -> Columns:
        """Every stint's result beside its target, one row a period and stint.

        Returns
        -------
        dict of str to array
            As :meth:`cascade_kpi.Moved.by_stint`, and ``result`` in the KPI's unit, NaN
            without a report, and where a report is of several rows at once.
        """
        k = self._position(kpi)
        return self.moved.portions.table(k, result=self.of_stints(k))

    def by_holder(self, kpi: str) -> Columns:
        """Everybody's result beside their own target, one row a period and holder.

        Returns
        -------
        dict of str to array
            ``holder``, ``kpi``, ``period``, ``unit``; in that unit ``target``;
            ``counted_target``, that of the stints of which there is a report; ``result``.
            For whom there is a target or a result.
        """
        k, moved = self._position(kpi), self.moved
        portions, many = moved.portions, len(moved.holders)
        target = portions.of_holders(k, np.ones(len(portions.stays), dtype=bool)).ravel()
        counted = portions.of_holders(k, self._reported(k)).ravel()
        result = self.of_holders(k).ravel()
        found = np.flatnonzero(~(np.isnan(target) & np.isnan(result)))
        return {
            "holder": moved.holder_column(found % max(many, 1)),
            **moved.named(k, found // max(many, 1)),
            "target": target[found],
            "counted_target": counted[found],
            "result": result[found],
        }

    def by_unit(self, kpi: str) -> Columns:
        """What stood at or below every unit, one row a period and node.

        Returns
        -------
        dict of str to array
            ``node``, ``kpi``, ``period``, ``unit``; in that unit ``target`` of all pieces
            that stood at or below it; ``counted_target``, without what was held in stints
            of which there is no report; ``result``, NaN without a report, and where some
            of a report stood below the unit and some did not. Of targets that are not
            counted in lots both are the unit's own.
        """
        k = self._position(kpi)
        target, counted = self._of_units(k)
        result = self.of_units(k)
        at, rows = np.nonzero(~(np.isnan(target) & np.isnan(result)))
        return {
            "node": self.moved.node_column(rows),
            **self.moved.named(k, at),
            "target": target[at, rows],
            "counted_target": counted[at, rows],
            "result": result[at, rows],
        }

    def astride(self) -> Columns:
        """Reports that are of several stints at once: one row a report and stint.

        Returns
        -------
        dict of str to array
            ``report``, its row of the table; ``holder``, ``node``, ``kpi``, ``period``,
            ``unit``; ``start`` and ``end`` of the days in common.
        """
        met, moved = self.met, self.moved
        lines = np.flatnonzero(met.astride[met.report])
        at = met.report[lines]
        kpis = moved.of_before.kpis
        named = moved.named(0, self.reports.period[at])
        which = self.reports.kpi[at]
        names, units = (
            np.array([getattr(kpi, what) for kpi in kpis], dtype=object)[which]
            for what in ("name", "unit")
        )
        return {
            "report": self.reports.row[at],
            "holder": moved.holder_column(moved.stays.holder[met.stay[lines]]),
            "node": moved.node_column(met.node[lines]),
            **named, "kpi": names, "unit": units,
            "start": as_dates(met.start[lines]),
            "end": as_dates(met.end[lines]),
        }  # fmt: skip

    # -- the numbers -----------------------------------------------------------------

    def of_stints(self, k: int) -> FloatArray:
        """Results of the k-th KPI by stint, float64 (s,)."""
        met, many = self.met, len(self.moved.stays)
        stay = met.stay[met.first][self.reports.of(k)]
        astride = met.astride[self.reports.of(k)]
        group = np.where(astride | (stay < 0), many, stay)
        result = self._finished(k, self._folded(k, group, many + 1))[:many]
        lines = met.stay[self._lines(k) & met.astride[met.report]]
        result[lines] = np.nan
        return result

    def of_holders(self, k: int) -> FloatArray:
        """Results of the k-th KPI by holder, float64 (p, h)."""
        met, many = self.met, len(self.moved.holders)
        rows = self.reports.of(k)
        stay = met.stay[met.first][rows]
        holder = np.append(self.moved.stays.holder, -1)[stay]
        periods = len(self.moved.of_before.periods)
        group = self.reports.period[rows] * many + holder
        group = np.where(holder < 0, periods * many, group)
        folded = self._folded(k, group, periods * many + 1)
        return self._finished(k, folded)[:-1].reshape(periods, many)

    def of_units(self, k: int) -> FloatArray:
        """Results of the k-th KPI of what stood at or below every row, float64 (p, n)."""
        periods = len(self.moved.of_before.periods)
        parts, held = self.roll_up(k).rolled(self.cells(k))
        result = self._finished(k, tuple(part.ravel() for part in parts))
        result[held.ravel()] = np.nan
        return result.reshape(periods, -1)

    def _position(self, kpi: str) -> int:
        return self.moved.of_before.kpis.index(kpi)

    def _kpi(self, k: int) -> Kpi:
        return self.moved.of_before.kpis.items[k]

    def _lines(self, k: int) -> NDArray[np.bool_]:
        """The lines of reports of a KPI, bool (m,)."""
        return np.asarray(self.reports.kpi[self.met.report] == k)

    def _reported(self, k: int) -> NDArray[np.bool_]:
        """The stints of which there is a report, bool (s,)."""
        found = np.zeros(len(self.moved.stays) + 1, dtype=bool)
        found[self.met.stay[self._lines(k)]] = True
        return found[:-1]

    def roll_up(self, k: int) -> RollUp:
        """The reports of the k-th KPI, to be rolled up."""
        rows, kpi = self.reports.of(k), self._kpi(k)
        given = self.reports.parts(kpi, rows)
        return RollUp(self.moved, self.reports.period[rows], given, kpi.aggregate.combine)

    def cells(self, k: int) -> Cells:
        """The lines of reports of a KPI, cut where the units above them change."""
        met, rows = self.met, self._lines(k)
        which, start, _ = cut(
            met.node[rows], met.start[rows], met.end[rows], self.moved.trees.edges
        )
        return Cells(met.report[rows][which] - self.reports.of(k).start, met.node[rows][which],
                     start)  # fmt: skip

    def _folded(self, k: int, group: IntArray, many: int) -> Parts:
        """Every part of a KPI's reports by group, float64 (many,) each."""
        combine, rows = self._kpi(k).aggregate.combine, self.reports.of(k)
        order = np.lexsort((np.arange(len(group)), self.reports.start[rows]))
        return tuple(
            fold_groups(part[order], group[order], many, combine)
            for part in self.reports.parts(self._kpi(k), rows)
        )

    def _finished(self, k: int, parts: Parts) -> FloatArray:
        with refuse_overflow("reports"):
            return np.array(self._kpi(k).aggregate.finish(*parts), dtype=np.float64)

    # -- units -----------------------------------------------------------------------

    def _of_units(self, k: int) -> tuple[FloatArray, FloatArray]:
        """Targets of units, and those of what was reported, float64 (p, n) each."""
        moved, shape = self.moved, self.moved.of_before.values[k].shape
        portions = moved.portions
        lots, pieces, stay = portions.sized.lots[k], portions.share.pieces, portions.share.stay
        if lots is None:
            values = np.array(moved.of_before.values[k])
            return values, values
        there = np.flatnonzero(lots != NO_LOTS)
        tree, place = (each[there] for each in (moved.trees.number(pieces.start), pieces.place))
        period, periods = pieces.period[there], shape[0]
        met = np.append(self._reported(k), True)[stay[there]]
        ones = np.ones(len(there), dtype=np.int64)
        sums = moved.trees.sums(
            np.tile(tree, 3), np.tile(place, 3),
            np.concatenate([period, period + periods, period + 2 * periods]),
            np.concatenate([lots[there], np.where(met, lots[there], 0), ones]), 3 * periods,
        ).reshape(3, *shape)  # fmt: skip
        lot = self._kpi(k).counted_in
        target, counted = (np.where(sums[2] > 0, lot.values(each), np.nan) for each in sums[:2])
        return target, counted

    def __repr__(self) -> str:
        many = len(self.reports)
        names = ", ".join(self.moved.of_before.kpis.names)
        told = "1 report" if many == 1 else f"{many:,} reports"
        return visible(f"<Credited {told} of {names}, {len(self.moved.holders):,} holders>")

    def __hash__(self) -> int:
        return fingerprint((hash(self.moved), self.reports.start, self.reports.end))
