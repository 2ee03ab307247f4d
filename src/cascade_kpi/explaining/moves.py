"""Why a holder, or a unit, has what it has of targets that were moved."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from attrs import evolve, frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.explaining.choosing import target_explainer
from cascade_kpi.explaining.evidence import Evidence
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import Combined, LotsAsAmount, ProductOf
from cascade_kpi.explaining.owns import Explainer, own_lots
from cascade_kpi.explaining.pieces import ByShare, FallsDue, MeanByDays, PieceOfAmount, Weighed
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.moving.moved import Moved
from cascade_kpi.moving.pieces import HELD, STATES
from cascade_kpi.org.rollup import add_present
from cascade_kpi.targets.wholes import sums_over_periods

__all__ = ["MoveExplainer", "stint_title"]

Many = tuple[Explanation, ...]


@frozen(eq=False)
class MoveExplainer:
    """Explains one KPI of moved targets in one period."""

    moved: Moved
    k: int
    p: int

    @property
    def _kpi(self) -> Kpi:
        return self.moved.of_before.kpis.items[self.k]

    @property
    def _label(self) -> str:
        return self.moved.of_before.periods.labels[self.p]

    @cached_property
    def _before(self) -> Explainer:
        return target_explainer(self.moved.of_before, self.k, self.p)

    @cached_property
    def _why(self) -> Evidence:
        return Evidence(self.moved, self.p)

    @cached_property
    def _there(self) -> IntArray:
        """The pieces of the period that have a target."""
        values = self.moved.of(self._kpi.name)
        return np.flatnonzero((self.moved.pieces.period == self.p) & ~np.isnan(values))

    def of_holder(self, holder: int) -> Explanation:
        """What somebody has, in KPI units."""
        pieces, some = self.moved.pieces, self._there
        rows = some[(pieces.holder[some] == holder) & (pieces.state[some] == HELD)]
        name = f"{self._kpi.name}, {self.moved.holders[holder]}, {self._label}"
        return self._sum(name, rows, "nothing is held that has a target")

    def of_unit(self, row: int) -> Explanation:
        """What stood at or below a unit, in KPI units."""
        trees, pieces, some = self.moved.trees, self.moved.pieces, self._there
        below = trees.below(row, trees.number(pieces.start[some]), pieces.place[some])
        name = f"{self._kpi.name}, {trees.org.labels[row]}, {self._label}"
        return self._sum(name, some[below], "nothing that has a target stood below it", unit=row)

    def of_stint(self, stay: int) -> Explanation:
        """What somebody has in one of their stints, a row of `by_stint`.

        Its pieces are those of the holder, cut where the holder's stints are.
        """
        share = self.moved.portions.share
        finer = evolve(self, moved=evolve(self.moved, pieces=share.pieces))
        rows = finer._there[share.stay[finer._there] == stay]  # noqa: SLF001 - of its own class
        name = f"{self._kpi.name}, {stint_title(self.moved, stay)}, {self._label}"
        return finer._sum(name, rows, "nothing is held in it that has a target")  # noqa: SLF001 - as above

    def _sum(self, name: str, rows: IntArray, nothing: str, unit: int = -1) -> Explanation:
        """Some pieces together: those of a holder, or of what stood below a unit."""
        told, moved = f"target of {name}", self.moved
        if not len(rows):
            return Explanation(told, np.nan, self._kpi.unit, self._label, None, nothing)
        lots = moved.lots_or_none[self.k]
        if lots is None:
            return self._sum_of_amounts(told, rows)
        total = float(lots[rows].sum())
        counted = self._made(
            f"lots of {name}", total, "lots", Combined(add_present, "sum of its pieces"),
            lambda: tuple(self._standing(lots, int(row), unit) for row in rows),
        )  # fmt: skip
        rule = LotsAsAmount(self._kpi.counted_in)
        return self._made(told, rule(total), self._kpi.unit, rule, lambda: (counted,))

    def _sum_of_amounts(self, told: str, rows: IntArray) -> Explanation:
        values = self.moved.of(self._kpi.name)[rows]
        rule: Operation
        if sums_over_periods(self._kpi.aggregate):
            rule = Combined(add_present, "its pieces, by days")
            return self._made(
                told, rule(*values.tolist()), self._kpi.unit, rule,
                lambda: tuple(self._amount(int(row)) for row in rows),
            )  # fmt: skip
        rule = MeanByDays()
        value = rule(*values.tolist(), *self.moved.weight[rows].tolist())
        return self._made(
            told, value, self._kpi.unit, rule,
            lambda: (
                *(self._before.explain(int(self.moved.pieces.origin[row])) for row in rows),
                *(self._weight(int(row)) for row in rows),
            ),
        )  # fmt: skip

    def _made(
        self, name: str, value: float, unit: str, rule: Operation, expand: Callable[[], Many]
    ) -> Explanation:
        return Explanation(name, value, unit, self._label, rule, "", expand)

    # -- pieces ---------------------------------------------------------------------

    def _named(self, what: str, row: int, start: int = -1, end: int = -1) -> str:
        pieces, org = self.moved.pieces, self.moved.of_before.org
        days = (pieces.start[row], pieces.end[row]) if start < 0 else (start, end)
        first, last = as_dates(np.array(days))
        state = int(pieces.state[row])
        told = "" if state == HELD or start >= 0 else f" ({STATES[state]})"
        label = org.labels[pieces.origin[row]]
        return f"{what} of {self._kpi.name}, {label}, {first} to {last}{told}"

    def _standing(self, lots: IntArray, row: int, unit: int) -> Explanation:
        """A piece, in lots, and that it stood below the unit that is asked about."""
        piece = self._lots(lots, row)
        if unit < 0:
            return piece
        label = self.moved.trees.org.labels[unit]

        def expand() -> Many:
            place, day = int(self.moved.pieces.place[row]), int(self.moved.pieces.start[row])
            why, name = self._why.path(place, unit, day), f"stood at or below {label}"
            return piece, Explanation(name, 1.0, "", self._label, None, why)

        name = f"{piece.name}, in {label}"
        return self._made(name, piece.value, "lots", ProductOf("where it stood"), expand)

    def _lots(self, lots: IntArray, row: int) -> Explanation:
        """A piece, in lots."""
        pieces = self.moved.pieces
        run = int(pieces.run[row])
        part = _same(pieces.part, row)
        if len(part) == 1:
            return self._part(lots, part, self._named("lots", row))
        first, last = int(pieces.run_start[run]), int(pieces.run_end[run])
        whole = self._part(lots, part, self._named("lots", row, first, last))
        rule = FallsDue("of these days: due by their end less due by their beginning")
        start, end = int(pieces.start[row]), int(pieces.end[row]) + 1

        def expand() -> Many:
            span = self._passed(first, row, last + 1)
            return whole, span, self._passed(first, row, start), self._passed(first, row, end)

        return self._made(self._named("lots", row), float(lots[row]), "lots", rule, expand)

    def _part(self, lots: IntArray, part: IntArray, name: str) -> Explanation:
        """What one of those who hold at once has of the days on which nobody came or went."""
        pieces, row = self.moved.pieces, int(part[0])
        here = _same(pieces.run, row)
        heads = here[np.flatnonzero(np.diff(pieces.part[here], prepend=-1))]
        which = int(np.flatnonzero(pieces.part[heads] == pieces.part[row])[0])
        due = self._due(lots, here)
        return self._made(
            name, float(lots[part].sum()), "lots", ByShare(which),
            lambda: (due, *(self._share(int(head)) for head in heads)),
        )  # fmt: skip

    def _due(self, lots: IntArray, here: IntArray) -> Explanation:
        """What falls due of an origin's lots on the days of a run."""
        pieces, row = self.moved.pieces, int(here[0])
        run, origin = int(pieces.run[row]), int(pieces.origin[row])
        first, last = int(pieces.run_start[run]), int(pieces.run_end[run])
        begins = int(self.moved.clock.begins[self.p])
        before = self.moved.of_before
        rule = FallsDue("due by the end of these days less due by their beginning, rounded half up")

        def expand() -> Many:
            own = own_lots(before, self.k, self.p, origin, self._before)
            return (
                own, self._whole(), self._passed(begins, row, first),
                self._passed(begins, row, last + 1),
            )  # fmt: skip

        name = self._named("due lots", row, first, last)
        return self._made(name, float(lots[here].sum()), "lots", rule, expand)

    def _amount(self, row: int) -> Explanation:
        """A piece of what is not counted in lots."""
        origin = int(self.moved.pieces.origin[row])
        value = float(self.moved.of(self._kpi.name)[row])
        return self._made(
            self._named("target", row), value, self._kpi.unit, PieceOfAmount(),
            lambda: (self._before.explain(origin), self._weight(row), self._whole()),
        )  # fmt: skip

    # -- days and shares ------------------------------------------------------------

    def _weight(self, row: int) -> Explanation:
        pieces = self.moved.pieces
        begins, start = int(self.moved.clock.begins[self.p]), int(pieces.start[row])

        def expand() -> Many:
            end = int(pieces.end[row]) + 1
            return (self._share(row), self._passed(begins, row, start),
                    self._passed(begins, row, end))  # fmt: skip

        value = float(self.moved.weight[row])
        return self._made(self._named("days", row), value, "days", Weighed(), expand)

    def _whole(self) -> Explanation:
        value = float(self.moved.clock.whole(np.array(self.p)))
        name, key = f"days of {self._label}", ("days", self.p)
        return Explanation(name, value, "days", self._label, None, self._why.whole(), key=key)

    def _passed(self, since: int, row: int, day: int) -> Explanation:
        """What has passed before a day, since a day."""
        clock, p = self.moved.clock, np.array(self.p)
        passed = int(clock.before(p, np.array(day)) - clock.before(p, np.array(since)))
        first, at = as_dates(np.array([since, day]))
        why = f"{self._why.days(since, day - 1)}; {self._why.edge(day, row)}"
        name = f"days from {first} to before {at}"
        return Explanation(name, float(passed), "days", self._label, None, why)

    def _share(self, row: int) -> Explanation:
        """Somebody's share, and why it is theirs."""
        pieces, org = self.moved.pieces, self.moved.of_before.org
        holder = int(pieces.holder[row])
        who = STATES[int(pieces.state[row])] if holder < 0 else str(self.moved.holders[holder])
        name = f"share of {who} in {org.labels[pieces.origin[row]]}"
        share = float(pieces.share[row])
        return Explanation(name, share, "", self._label, None, self._why.share(row))


def stint_title(moved: Moved, stay: int) -> str:
    """A row of `by_stint`: who was where, from when to when."""
    stays, org = moved.stays, moved.trees.org
    first, last = as_dates(np.array([stays.start[stay], stays.end[stay]]))
    who, where = moved.holders[stays.holder[stay]], org.labels[stays.node[stay]]
    return f"{who} at {where}, {first} to {last}"


def _same(numbers: IntArray, row: int) -> IntArray:
    """The rows of ascending numbers that have the number of one of them."""
    return np.arange(*np.searchsorted(numbers, [numbers[row], numbers[row] + 1]))
