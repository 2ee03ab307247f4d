"""From who has what on which days to pieces."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault, check
from cascade_kpi.moving.columns import told
from cascade_kpi.moving.history import NEAR, NOBODY, Absences, History, Tenures
from cascade_kpi.moving.intervals import (
    Segments,
    cover,
    cut,
    points,
    segments,
    stamp,
)
from cascade_kpi.moving.moves import Carrier, Cover
from cascade_kpi.moving.pieces import HELD, LEAVE, VACANT, Pieces

__all__ = ["Cutting"]

_LAST = np.iinfo(np.int64).max


@frozen(eq=False)
class _Lines:
    """One line a segment of days of an origin and what one holder has of it then.

    Ordered by segment, then holder, what is vacant last, then state and place.
    """

    segment: IntArray
    holder: IntArray
    state: IntArray
    place: IntArray
    share: FloatArray

    def ordered(self) -> _Lines:
        """In their order."""
        holder = np.where(self.holder == NOBODY, _LAST, self.holder)
        order = np.lexsort((self.share, self.place, self.state, holder, self.segment))
        return _Lines(*(each[order] for each in self._columns()))

    def joined(self, other: _Lines) -> _Lines:
        """These and others."""
        mine, theirs = self._columns(), other._columns()
        return _Lines(*map(np.concatenate, zip(mine, theirs, strict=True)))

    def _columns(self) -> tuple[Any, ...]:
        return self.segment, self.holder, self.state, self.place, self.share


@frozen(eq=False)
class Cutting:
    """What targets are cut by.

    Attributes
    ----------
    history : History
    origins : int64 array
        Rows of the nodes with a target of their own, ascending.
    begins : int64 array (p,)
        First day of each period.
    away : Absences
    cover : Cover
    divided : bool array (n,)
        Nodes of whose targets something is divided: their vacancies may be refused.
    """

    history: History
    origins: IntArray
    begins: IntArray
    away: Absences
    cover: Cover
    divided: Any

    def cut(self, tenures: Tenures) -> Pieces:
        """The pieces.

        Raises
        ------
        InputError
            If more than the whole of a target is given away, or a vacancy is refused.
        """
        tenures, state = self._with_leave(tenures)
        at_periods = np.array([], dtype=np.int64)
        if len(self.begins) > 1:
            key = np.repeat(self.origins, len(self.begins) - 1)
            at_periods = stamp(key, np.tile(self.begins[1:], len(self.origins)))
        cells = segments(
            self.history.whole(self.origins),
            (tenures.origin, tenures.start, tenures.end), at_periods,
        )  # fmt: skip
        which, segment = cells.lines(tenures.origin, tenures.start, tenures.end)
        lines = _Lines(
            segment, tenures.holder[which], state[which], tenures.place[which],
            tenures.share[which],
        ).ordered()  # fmt: skip
        lines = self._with_vacancies(lines, cells)
        self._refuse_vacancies(lines, cells)
        return self._placed(lines, cells)

    def _with_leave(self, tenures: Tenures) -> tuple[Tenures, IntArray]:
        """Tenures cut where a holder goes on leave or returns, and the state of each."""
        who, start, end = self.away.holder, self.away.start, self.away.end
        if self.cover.leave is Carrier.HOLDER or not len(who):
            which, begin, stop = np.arange(len(tenures)), tenures.start, tenures.end
            absent = np.zeros(len(which), dtype=bool)
        else:
            edges = points(np.concatenate([who, who]), np.concatenate([start, end + 1]))
            which, begin, stop = cut(tenures.holder, tenures.start, tenures.end, edges)
            absent = cover(who, start, end, tenures.holder[which], begin) >= 0
        vacant = tenures.holder[which] == NOBODY
        parts = tenures.take(which)
        state = np.where(vacant, VACANT, np.where(absent, LEAVE, HELD))
        return Tenures(parts.origin, parts.holder, parts.place, begin, stop, parts.share), state

    def _with_vacancies(self, lines: _Lines, cells: Segments) -> _Lines:
        """Lines for what is missing of the whole as well."""
        sums = cells.sums(lines.segment, lines.share)
        over = np.flatnonzero(sums > 1 + NEAR)
        check(
            [
                Fault("policy", f"{sums[s]:.6g} of its target is held, "
                      f"{told(int(cells.start[s]), int(cells.end[s]))}",
                      "let the shares of a day sum to 1 at most",
                      value=self.history.org.node(int(cells.key[s])).id)
                for s in over.tolist()
            ]
        )  # fmt: skip
        left = np.flatnonzero(sums < 1 - NEAR)
        nobody, state = np.full(len(left), NOBODY), np.full(len(left), VACANT)
        rest = _Lines(left, nobody, state, cells.key[left], 1.0 - sums[left])
        return lines.joined(rest).ordered()

    def _refuse_vacancies(self, lines: _Lines, cells: Segments) -> None:
        if self.cover.vacancy is not Carrier.REFUSE:
            return
        vacant = np.unique(lines.segment[lines.state == VACANT])
        vacant = vacant[self.divided[cells.key[vacant]]]
        follows = (cells.key[vacant][1:] == cells.key[vacant][:-1]) & (np.diff(vacant) == 1)
        first = np.flatnonzero(np.concatenate([[True], ~follows])) if len(vacant) else vacant
        last = np.concatenate([first[1:] - 1, [len(vacant) - 1]]) if len(vacant) else vacant
        check(
            [
                Fault("stints", f"a gap: not all of it is held, "
                      f"{told(int(cells.start[a]), int(cells.end[b]))}",
                      "add who holds it, or let Cover(vacancy='unit') carry it",
                      value=self.history.org.node(int(cells.key[a])).id)
                for a, b in zip(vacant[first].tolist(), vacant[last].tolist(), strict=True)
            ]
        )  # fmt: skip

    def _placed(self, lines: _Lines, cells: Segments) -> Pieces:
        """Lines made pieces: runs and parts numbered, cut where the place or the tree changes."""
        period = np.searchsorted(self.begins, cells.start, "right") - 1
        run = _runs(lines, cells, period)
        slot = np.arange(len(lines.segment)) - np.searchsorted(lines.segment, lines.segment)
        order = np.lexsort((lines.segment, slot, run[lines.segment]))
        segment, slot, place = (each[order] for each in (lines.segment, slot, lines.place))
        holder, state, share = (each[order] for each in (lines.holder, lines.state, lines.share))
        new_part = np.diff(run[segment], prepend=-1) + np.abs(np.diff(slot, prepend=-1)) > 0
        part = np.cumsum(new_part) - 1
        begins = np.flatnonzero(new_part | (np.diff(place, prepend=-1) != 0))
        ends = np.append(begins[1:], len(segment))[: len(begins)] - 1
        opens = np.flatnonzero(np.diff(run, prepend=-1))
        runs = cells.start[opens], cells.end[np.flatnonzero(np.diff(run, append=-1))]
        drawn = segment[begins]
        table = {
            "origin": cells.key[drawn], "period": period[drawn], "run": run[drawn],
            "part": part[begins], "holder": holder[begins], "state": state[begins],
            "place": place[begins], "share": share[begins],
        }  # fmt: skip
        return self._cut_by_trees(table, cells.start[drawn], cells.end[segment[ends]], runs)

    def _cut_by_trees(
        self, table: dict[str, Any], start: IntArray, end: IntArray, runs: tuple[IntArray, IntArray]
    ) -> Pieces:
        """Cut where the chain above changes; what is carried, where who holds the carrier does."""
        trees = self.history.trees
        which, start, end = cut(table["place"], start, end, trees.edges)
        table = {name: values[which] for name, values in table.items()}
        table["place"], carrier = self._carried(table["state"], table["place"], start)
        _, begin, stop = self.history.stints
        node = self.history.node
        edges = points(np.concatenate([node, node]), np.concatenate([begin, stop + 1]))
        which, start, end = cut(carrier, start, end, edges)
        table = {name: values[which] for name, values in table.items()}
        carrier = carrier[which]
        keeper = self._keepers(carrier, start)
        return Pieces(
            **table, carrier=carrier, keeper=keeper, start=start, end=end,
            run_start=runs[0], run_end=runs[1],
        )  # fmt: skip

    def _carried(
        self, state: IntArray, place: IntArray, start: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Where pieces stand, and the unit that carries each that is not held, -1 for none."""
        trees = self.history.trees
        above = trees.parent_on(place, start)
        carrier = np.where(state == HELD, -1, np.where(above >= 0, above, place))
        for kind, how in ((LEAVE, self.cover.leave), (VACANT, self.cover.vacancy)):
            if how is Carrier.COMPANY:
                some = np.flatnonzero(state == kind)
                root = trees.roots_on(place[some], start[some])
                place = place.copy()
                place[some] = carrier[some] = root
        return place, carrier

    def _keepers(self, carrier: IntArray, start: IntArray) -> IntArray:
        """Who alone holds the unit that carries, -1 for nobody or several."""
        keeper = np.full(len(carrier), NOBODY)
        some = np.flatnonzero(carrier >= 0)
        keeper[some] = self.history.sole_holder(carrier[some], start[some])
        return keeper


def _runs(lines: _Lines, cells: Segments, period: IntArray) -> IntArray:
    """Number of the run that each segment belongs to, int64 (segments,)."""
    many = np.bincount(lines.segment, minlength=len(cells.key))
    begin = np.cumsum(many) - many
    before = np.maximum(np.arange(len(lines.segment)) - many[lines.segment], 0)
    alike = (
        (lines.holder == lines.holder[before])
        & (lines.state == lines.state[before])
        & (lines.share == lines.share[before])
        & (lines.segment == lines.segment[before] + 1)
    )
    same = np.logical_and.reduceat(alike, begin)
    same[1:] &= (cells.key[1:] == cells.key[:-1]) & (period[1:] == period[:-1])
    same[1:] &= many[1:] == many[:-1]
    same[:1] = False
    return np.cumsum(~same) - 1
