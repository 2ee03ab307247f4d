"""Curves by levels that have names: threshold, target and stretch; goal and red flag."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, not_bounds, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.scoring.curves.basic import Piecewise
from cascade_kpi.scoring.curves.pairs import Pair, as_pair, not_pair
from cascade_kpi.scoring.curves.shape import Shape

__all__ = ["GoalRedFlag", "Levels"]

_NAMES = ("threshold", "target", "stretch")


@record("cascade_kpi/curves.levels")
@frozen(kw_only=True)
class Levels:
    """Straight lines through threshold, target and stretch, each with what it pays.

    The usual curve of an incentive plan: nothing below the threshold, a line to the target, a
    steeper one to the stretch, and that held as a cap. Where the curve reads results of which
    fewer are better, threshold, target and stretch descend.

    Parameters
    ----------
    threshold, stretch : (attainment, points), optional
        At least one of them.
    target : (attainment, points)
    below : float or None
        Points on the worse side of the first level; None to hold that level's.
    above : float or None
        Points on the better side of the last level; None, a cap, to hold that level's.

    Notes
    -----
    At a level the points are exactly that level's. WorldatWork and filed incentive plans
    call the three levels threshold, target and maximum.

    Examples
    --------
    >>> import numpy as np
    >>> curve = Levels(threshold=(0.8, 50), target=(1, 100), stretch=(1.2, 150))
    >>> curve(np.array([0.79, 0.8, 0.9, 1.0, 1.1, 1.3]))
    array([  0.,  50.,  75., 100., 125., 150.])
    >>> days = Levels(threshold=(60, 50), target=(45, 100))  # overdue days, read as results
    >>> days(np.array([61.0, 60.0, 52.5, 45.0, 30.0]))
    array([  0.,  50.,  75., 100., 100.])
    """

    threshold: Pair | None = field(default=None, converter=as_pair)
    target: Pair = field(converter=as_pair)
    stretch: Pair | None = field(default=None, converter=as_pair)
    below: float | None = field(default=0.0, converter=as_number)
    above: float | None = field(default=None, converter=as_number)

    def __attrs_post_init__(self) -> None:
        name = "levels"
        faults = not_pair(name, self.target, "target")
        for column in ("threshold", "stretch"):
            level = getattr(self, column)
            faults += [] if level is None else not_pair(name, level, column)
        if not faults:
            faults += self._out_of_order()
        check(faults + not_bounds(name, below=self.below, above=self.above))

    def _named(self) -> list[tuple[str, Pair]]:
        """The levels there are, from the worst to the best."""
        levels = zip(_NAMES, (self.threshold, self.target, self.stretch), strict=True)
        return [(name, level) for name, level in levels if level is not None]

    def _out_of_order(self) -> list[Fault]:
        named = self._named()
        if len(named) < 2:
            return [Fault("levels", "a target alone", "give a threshold, a stretch, or both")]
        steps = [after[1][0] - before[1][0] for before, after in pairwise(named)]
        if all(step > 0 for step in steps) or all(step < 0 for step in steps):
            return []
        told = ", ".join(f"{name} at {level[0]:g}" for name, level in named)
        repair = "let them ascend, or descend where less is better"
        return [Fault("levels", f"out of order: {told}", repair)]

    @cached_property
    def lines(self) -> Piecewise:
        """The same curve by its levels in ascending order of attainment."""
        levels = [level for _, level in self._named()]
        ends = self.below, self.above
        if levels[0][0] > levels[-1][0]:
            return Piecewise(levels[::-1], below=ends[1], above=ends[0])
        return Piecewise(levels, below=ends[0], above=ends[1])

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        return self.lines(attainment)

    def shape(self) -> Shape:
        """The lines between its levels, which have their names."""
        plain = self.lines.shape()
        names = tuple(name for name, _ in self._named())
        ordered = names if plain.edges[0] == self._named()[0][1][0] else names[::-1]
        return Shape(plain.edges, plain.at, plain.left, plain.right, plain.slope, names=ordered)


@record("cascade_kpi/curves.goal_red_flag")
@frozen
class GoalRedFlag:
    """Full points at the goal and better, the least at the red flag and worse, a line between.

    points = least + (most − least)·(x − red flag)/(goal − red flag), held at both ends. The
    goal may lie above the red flag or below it: that says which way is better.

    Parameters
    ----------
    goal, red_flag : float
        Where the curve reads: attainments, or results with
        :class:`Result <cascade_kpi.attainments.Result>`.
    most, least : float
        Points at the goal, and at the red flag.

    Examples
    --------
    >>> import numpy as np
    >>> complaints = GoalRedFlag(goal=5, red_flag=25)
    >>> complaints(np.array([3.0, 5.0, 10.0, 25.0, 40.0]))
    array([100., 100.,  75.,   0.,   0.])
    """

    goal: float = field(converter=as_number)
    red_flag: float = field(converter=as_number)
    most: float = field(default=100.0, converter=as_number)
    least: float = field(default=0.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        name, fields = "goal and red flag", ("goal", "red_flag", "most", "least")
        faults = not_numbers(name, **{column: getattr(self, column) for column in fields})
        if not faults and self.goal == self.red_flag:
            reason, repair = "the goal is the red flag", "set them apart; Steps jump at one level"
            faults.append(Fault(name, reason, repair, column="goal", value=self.goal))
        if not faults and self.least > self.most:
            reason = f"the least, {self.least:g}, is above the most, {self.most:g}"
            faults.append(Fault(name, reason, "swap them", column="least", value=self.least))
        check(faults)

    @cached_property
    def lines(self) -> Piecewise:
        """The same curve by its levels in ascending order of attainment."""
        return Piecewise(sorted([(self.red_flag, self.least), (self.goal, self.most)]))

    def __call__(self, attainment: FloatArray) -> FloatArray:
        """Points, the shape of `attainment`."""
        return self.lines(attainment)

    def shape(self) -> Shape:
        """The line from the red flag to the goal, and what is held beyond them."""
        plain = self.lines.shape()
        names = ("red flag", "goal") if self.red_flag < self.goal else ("goal", "red flag")
        return Shape(plain.edges, plain.at, plain.left, plain.right, plain.slope, names=names)
