"""Why a holder, or a unit, has what it has of targets that were moved."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.explaining.choosing import target_explainer
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import Combined, LotsAsAmount
from cascade_kpi.explaining.owns import Explainer, own_lots
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.moving.days import CalendarDays, WorkingDays, fall_due
from cascade_kpi.moving.division import divide_by_share
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.moving.moved import Moved
from cascade_kpi.moving.pieces import HELD, STATES
from cascade_kpi.moving.summing import mean_of_levels
from cascade_kpi.org.rollup import add_present
from cascade_kpi.targets.wholes import sums_over_periods

__all__ = ["MoveExplainer"]


@frozen
class PieceOfLots:
    """What falls due of a target on some days, and one holder's share of it.

    Attributes
    ----------
    run : (int, int)
        What has passed of the period's weight before and after the days on which
        nobody came or went.
    whole : int
        The period's weight.
    shares : tuple of float
        Of all who hold it on these days.
    which : int
        Whose share it is.
    piece : (int, int)
        What has passed before and after the piece's own days.
    counted : str
        What the weights count.
    """

    run: tuple[int, int]
    whole: int
    shares: tuple[float, ...]
    which: int
    piece: tuple[int, int]
    counted: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        opens, closes = self.run
        lots = self._due(int(inputs[0]), opens, closes, self.whole)
        if len(self.shares) > 1:
            group = np.zeros(len(self.shares), dtype=np.int64)
            lots = int(divide_by_share(np.array([lots]), group, np.array(self.shares))[self.which])
        since, upto = (at - opens for at in self.piece)
        return float(self._due(lots, since, upto, closes - opens))

    def _due(self, lots: int, since: int, upto: int, whole: int) -> int:
        ends = fall_due(np.array([lots, lots]), np.array([since, upto]), np.array([whole, whole]))
        return int(ends[1] - ends[0])

    def words(self) -> str:
        """The clause."""
        opens, closes = self.run
        clause = f"{closes - opens:,} of {self.whole:,} {self.counted}: what is due after "
        clause += f"{closes:,} less what is due after {opens:,}, rounded half up"
        if len(self.shares) > 1:
            shares = " and ".join(f"{share:g}" for share in self.shares)
            clause += f"; of shares {shares} the {self.which + 1}., by largest remainder"
        if self.piece != self.run:
            since, upto = self.piece
            clause += f"; of these {since - opens + 1:,} to {upto - opens:,}"
        return clause


@frozen
class PieceOfAmount:
    """A target in proportion to days and share."""

    weight: float
    whole: int
    counted: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(np.multiply(inputs[0], np.float64(self.weight) / self.whole))

    def words(self) -> str:
        """The clause."""
        return f"{self.weight:g} of {self.whole:,} {self.counted}"


@frozen
class MeanByDays:
    """The mean of the targets of what is held, by days and shares."""

    weights: tuple[float, ...]
    by: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        group = np.zeros(len(inputs), dtype=np.int64)
        return float(mean_of_levels(np.array(inputs), np.array(self.weights), group, 1)[0])

    def words(self) -> str:
        """The clause."""
        weights = ", ".join(f"{weight:g}" for weight in self.weights)
        return f"mean by days{self.by}, weights {weights}"


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

    @property
    def _counted(self) -> str:
        plain = isinstance(self.moved.cause.days, CalendarDays | WorkingDays)
        days = self.moved.cause.days
        return "days" if plain else f"parts of the days' weight under {days!r:.80}"

    @property
    def _by(self) -> str:
        """Which rule placed the pieces, as the end of a clause."""
        return f", placed by {self.moved.cause.by!r:.80}"

    @cached_property
    def _before(self) -> Explainer:
        return target_explainer(self.moved.of_before, self.k, self.p)

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
        if not len(rows):
            name = f"target of {name}"
            nothing = "nothing is held that has a target"
            return Explanation(name, np.nan, self._kpi.unit, self._label, None, nothing)
        return self._sum(name, rows)

    def of_unit(self, row: int) -> Explanation:
        """What stood at or below a unit, in KPI units."""
        trees, pieces, some = self.moved.trees, self.moved.pieces, self._there
        tree = trees.number(pieces.start[some])
        stop = np.arange(len(trees.org)) == row
        below = np.zeros(len(some), dtype=bool)
        for t, above in enumerate(trees.parents()):
            here = tree == t
            below[here] = (trees.up(stop, above) == row)[pieces.place[some[here]]]
        name = f"{self._kpi.name}, {trees.org.labels[row]}, {self._label}"
        rows = some[below]
        if not len(rows):
            nothing = "nothing that has a target stood below it"
            return Explanation(
                f"target of {name}", np.nan, self._kpi.unit, self._label, None, nothing
            )
        return self._sum(name, rows)

    def _sum(self, name: str, rows: IntArray) -> Explanation:
        """Some pieces together."""
        unit, label, moved = self._kpi.unit, self._label, self.moved
        lots = moved.lots_or_none[self.k]
        rule: Operation
        if lots is None:
            values = moved.of(self._kpi.name)[rows]
            if sums_over_periods(self._kpi.aggregate):
                rule = Combined(add_present, f"its pieces, by days{self._by}")
            else:
                rule = MeanByDays(tuple(moved.weight[rows].tolist()), self._by)
            value = rule(*values.tolist())
            return Explanation(
                f"target of {name}", value, unit, label, rule, "",
                lambda: tuple(self._amount(int(row)) for row in rows),
            )  # fmt: skip
        total = float(lots[rows].sum())
        counted = Explanation(
            f"lots of {name}", total, "lots", label,
            Combined(add_present, f"sum of its pieces{self._by}"), "",
            lambda: tuple(self._lots(lots, int(row)) for row in rows),
        )  # fmt: skip
        rule = LotsAsAmount(self._kpi.counted_in)
        return Explanation(
            f"target of {name}", rule(total), unit, label, rule, "", lambda: (counted,)
        )

    def _named(self, what: str, row: int) -> str:
        pieces, org = self.moved.pieces, self.moved.of_before.org
        start, end = as_dates(np.array([pieces.start[row], pieces.end[row]]))
        state = int(pieces.state[row])
        told = "" if state == HELD else f" ({STATES[state]})"
        label = org.labels[pieces.origin[row]]
        return f"{what} of {self._kpi.name}, {label}, {start} to {end}{told}"

    def _lots(self, lots: IntArray, row: int) -> Explanation:
        """A piece, in lots."""
        pieces, clock = self.moved.pieces, self.moved.clock
        p, run, origin = np.array(self.p), int(pieces.run[row]), int(pieces.origin[row])
        days = (pieces.run_start[run], pieces.run_end[run] + 1)
        mine = (pieces.start[row], pieces.end[row] + 1)
        parts = np.flatnonzero(pieces.run == run)
        heads = parts[np.flatnonzero(np.diff(pieces.part[parts], prepend=-1))]
        rule = PieceOfLots(
            (int(clock.before(p, days[0])), int(clock.before(p, days[1]))),
            int(clock.whole(p)),
            tuple(pieces.share[heads].tolist()),
            int(np.flatnonzero(pieces.part[heads] == pieces.part[row])[0]),
            (int(clock.before(p, mine[0])), int(clock.before(p, mine[1]))),
            self._counted,
        )
        name, value = self._named("lots", row), float(lots[row])
        before = self.moved.of_before
        return Explanation(
            name, value, "lots", self._label, rule, "",
            lambda: (own_lots(before, self.k, self.p, origin, self._before),),
        )  # fmt: skip

    def _amount(self, row: int) -> Explanation:
        """A piece of what is not counted in lots."""
        origin = int(self.moved.pieces.origin[row])
        if not sums_over_periods(self._kpi.aggregate):
            return self._before.explain(origin)
        whole = int(self.moved.clock.whole(np.array(self.p)))
        rule = PieceOfAmount(float(self.moved.weight[row]), whole, self._counted)
        value = float(self.moved.of(self._kpi.name)[row])
        return Explanation(
            self._named("target", row), value, self._kpi.unit, self._label, rule, "",
            lambda: (self._before.explain(origin),),
        )  # fmt: skip
