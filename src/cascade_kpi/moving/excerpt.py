"""Some pieces of targets, to print and to take out."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._long import Columns, texts
from cascade_kpi._text import visible
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.moving.pieces import LEAVE, STATES, VACANT
from cascade_kpi.moving.summing import or_blank
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.wholes import sums_over_periods

if TYPE_CHECKING:
    from cascade_kpi.moving.moved import Moved

__all__ = ["Excerpt"]

_STATES = np.array(STATES, dtype=object)
_SHOWN = 40


@frozen(eq=False, repr=False)
class Excerpt:
    """Some pieces: print them, or take their :meth:`table`.

    Attributes
    ----------
    moved : Moved
    rows : int64 array (m,)
        Which pieces.
    title : str
    """

    moved: Moved
    rows: IntArray = field(repr=False)
    title: str

    def __len__(self) -> int:
        return len(self.rows)

    def table(self) -> Columns:
        """The pieces as columns: as :meth:`cascade_kpi.Moved.table`, of these only."""
        moved, kpis = self.moved, self.moved.of_before.kpis
        found = []
        for k, kpi in enumerate(kpis):
            values = moved.of(kpi.name)[self.rows]
            there = np.flatnonzero(~np.isnan(values))
            found.append((k, self.rows[there], values[there]))
        rows = np.concatenate([each[1] for each in found])
        which = np.concatenate([np.full(len(each[1]), each[0]) for each in found])
        values = np.concatenate([each[2] for each in found])
        pieces = moved.pieces
        places = rows, pieces.start[rows], pieces.origin[rows], which, pieces.period[rows]
        order = np.lexsort(places)
        return self._columns(rows[order], which[order], values[order])

    def _columns(self, rows: IntArray, which: IntArray, values: np.ndarray) -> Columns:
        moved, pieces = self.moved, self.moved.pieces
        before = moved.of_before
        names = np.array(before.kpis.names, dtype=object)
        units = np.array([kpi.unit for kpi in before.kpis], dtype=object)
        labels = np.array(before.periods.labels, dtype=object)
        start, end = pieces.start[rows], pieces.end[rows]
        return {
            "node": _column(before.org.ids[pieces.origin[rows]]),
            "kpi": texts(names[which]),
            "period": texts(labels[pieces.period[rows]]),
            "unit": texts(units[which]),
            "holder": _column(moved.holder_ids(pieces.holder[rows])),
            "state": texts(_STATES[pieces.state[rows]]),
            "place": _column(before.org.ids[pieces.place[rows]]),
            "carrier": _column(self._nodes(pieces.carrier[rows])),
            "keeper": _column(moved.holder_ids(pieces.keeper[rows])),
            "start": as_dates(start),
            "end": as_dates(end),
            "days": end - start + 1,
            "share": pieces.share[rows],
            "lots": self._lots(rows, which),
            "target": values,
        }

    def _nodes(self, rows: IntArray) -> np.ndarray:
        return or_blank(self.moved.of_before.org.ids, rows)

    def _lots(self, rows: IntArray, which: IntArray) -> np.ndarray:
        out = np.full(len(rows), np.nan)
        for k, lots in enumerate(self.moved.lots_or_none):
            if lots is not None:
                mine = which == k
                out[mine] = lots[rows[mine]]
        return np.where(out == NO_LOTS, np.nan, out)

    def __repr__(self) -> str:
        many = len(self)
        lines = [visible(f"{many:,} piece{'s' * (many != 1)} of {self.title}")]
        begins = self._begins()
        lines += [visible(line.rstrip()) for line in self._lines(begins)]
        if len(begins) > _SHOWN:
            lines.append(f"  … and {len(begins) - _SHOWN:,} more")
        return "\n".join(lines)

    def _begins(self) -> IntArray:
        """Where a line begins: pieces that go on as the one before, period by period, are one.

        That is, of the same target and share, held by the same or vacant at the same
        place, from the day after on; of what does not add up, with the same target.
        """
        moved, rows, pieces = self.moved, self.rows, self.moved.pieces
        goes_on = np.zeros(len(rows), dtype=bool)
        if len(rows):
            goes_on[1:] = pieces.start[rows[1:]] == pieces.end[rows[:-1]] + 1
        columns = (pieces.origin, pieces.place, pieces.holder, pieces.state, pieces.share)
        levels = []
        for kpi in moved.of_before.kpis:
            values = moved.of(kpi.name)
            adds = sums_over_periods(kpi.aggregate)
            levels.append(np.isnan(values) if adds else np.where(np.isnan(values), np.inf, values))
        for column in (*columns, *levels):
            mine = column[rows]
            goes_on[1:] &= mine[1:] == mine[:-1]
        return np.flatnonzero(~goes_on)

    def _amounts(self, begins: IntArray) -> list[tuple[Kpi, FloatArray]]:
        """What each line amounts to, KPI by KPI."""
        found = []
        for kpi in self.moved.of_before.kpis:
            values = self.moved.of(kpi.name)[self.rows]
            adds = sums_over_periods(kpi.aggregate) and len(begins)
            found.append((kpi, np.add.reduceat(values, begins) if adds else values[begins]))
        return found

    def _lines(self, begins: IntArray) -> list[str]:
        moved, pieces = self.moved, self.moved.pieces
        labels = moved.of_before.org.labels
        amounts = self._amounts(begins)
        last = self.rows[np.append(begins[1:], len(self.rows))[: len(begins)] - 1][:_SHOWN]
        rows = self.rows[begins[:_SHOWN]]
        who, where, what = [], [], []
        for i, row in enumerate(rows.tolist()):
            holder = moved.holder_ids(pieces.holder[row : row + 1])[0]
            state = int(pieces.state[row])
            mark = {LEAVE: f"({holder} on leave)", VACANT: "(vacant)"}
            who.append(mark.get(state, str(holder) if state < LEAVE else "(cushion)"))
            where.append(f"at {labels[pieces.place[row]]}")
            told = [
                f"{kpi.name} {kpi.format(float(values[i]))}"
                for kpi, values in amounts
                if not np.isnan(values[i])
            ]
            what.append(", ".join(told))
        wide, far = max(map(len, who), default=0), max(map(len, where), default=0)
        start, end = as_dates(pieces.start[rows]), as_dates(pieces.end[last])
        days = pieces.end[last] - pieces.start[rows] + 1
        return [
            f"  {a} to {b} {n:>4} day{'s' if n != 1 else ' '}  {w:<{wide}}  {p:<{far}}  {t}"
            for a, b, n, w, p, t in zip(start, end, days, who, where, what, strict=True)
        ]

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def _column(ids: np.ndarray) -> np.ndarray:
    return texts(ids) if ids.dtype == object else ids
