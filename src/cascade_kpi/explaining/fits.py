"""Why a cell of a table that was fitted, rounded or apportioned is what it is."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._text import plain
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import ProductOf
from cascade_kpi.fitting.biproportional import Apportionment
from cascade_kpi.fitting.fit import Fitted
from cascade_kpi.fitting.margins import Margin, totals
from cascade_kpi.fitting.problem import Problem
from cascade_kpi.fitting.rounding import Rounded, floors
from cascade_kpi.methods.divisors import Signpost

__all__ = ["ApportionmentExplainer", "FitExplainer", "RoundingExplainer"]

Many = tuple[Explanation, ...]
At = tuple[int, ...]

_TIE = 1e-9  # of a signpost: a quotient as near as that is at it


@frozen
class Found:
    """A factor as the search for all of them ended; its input is the margin that it is to meet."""

    value: float
    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity; it follows from the whole table, not from its margin alone."""
        return self.value

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen
class Nothing:
    """A cell that is zero whatever the others hold."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return 0.0

    def words(self) -> str:
        """The clause."""
        return "zero in every table that has the margins and the zeros of the seed"


@frozen
class Signposted:
    """A quotient rounded at the signposts of a divisor method.

    Inputs are the quotient, and how near its own and its rivals' lots are to their signposts,
    which say why the lot is here.
    """

    signpost: Signpost
    lots: int
    method: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs; at a signpost, as the tie was settled."""
        quotient, lots = inputs[0], max(int(inputs[0]) - 1, 0)
        if quotient <= 0:
            return 0.0
        while _signpost(self.signpost, lots) <= quotient * (1.0 - _TIE):
            lots += 1
        at_one = _signpost(self.signpost, lots) <= quotient * (1.0 + _TIE)
        return float(self.lots if at_one and self.lots == lots + 1 else lots)

    def words(self) -> str:
        """The clause."""
        above = plain(float(f"{_signpost(self.signpost, self.lots):.6g}"))
        if not self.lots:
            return f"{self.method}: the quotient is not above {above}, the first signpost"
        below = plain(float(f"{_signpost(self.signpost, self.lots - 1):.6g}"))
        return f"{self.method}: the quotient lies between the signposts {below} and {above}"


@frozen
class Standing:
    """A quotient as a part of the signpost of one of its lots: one or more earns it."""

    signpost: Signpost
    lots: int
    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        with np.errstate(divide="ignore"):
            return float(np.float64(inputs[0]) / _signpost(self.signpost, self.lots))

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen
class Whole:
    """A cell's floor, and as many more as it was rounded up by.

    Inputs are the cell, and the margins that were kept.
    """

    more: int
    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(floors(np.array([inputs[0]]))[0][0] + self.more)

    def words(self) -> str:
        """The clause."""
        return self.phrase


def _signpost(signpost: Signpost, lots: int) -> float:
    """d(k) as a float."""
    square = signpost.above(lots) / signpost.below(lots)
    return float(np.sqrt(square) if signpost.power == 2 else square)


def _cell(problem: Problem, at: At) -> str:
    """A cell by its labels."""
    return " × ".join(str(problem.names.label(a, i)) for a, i in enumerate(at))


def _line(problem: Problem, margin: Margin, at: At) -> str:
    """The line of a cell, with its axes."""
    labels = " × ".join(str(problem.names.label(a, at[a])) for a in margin.axes)
    return f"{labels} ({problem.names.axes_of(margin.axes)})"


def _own(margin: Margin, at: At) -> At:
    return tuple(at[a] for a in margin.axes)


def _wanted(problem: Problem, margin: Margin, at: At) -> Explanation:
    """What the line of a cell is to sum to, as it was given."""
    line = _own(margin, at)
    where = f"margins, {problem.names.axes_of(margin.axes)}, line "
    where += str(line[0] if len(line) == 1 else line)
    name = f"margin of {_line(problem, margin, at)}"
    return Explanation(name, float(margin.values[_own(margin, at)]), "", "", None, where)


def _given(problem: Problem, what: str, at: At) -> Explanation:
    """A cell of what was given."""
    name = f"{what} of {_cell(problem, at)}"
    return Explanation(name, float(problem.start[at]), "", "", None, f"{what}, cell {at}")


@frozen(eq=False)
class FitExplainer:
    """Explains the cells of a fitted table."""

    fitted: Fitted

    def explain(self, at: At) -> Explanation:
        """A cell: the seed's, times a factor of each margin."""
        fitted, problem = self.fitted, self.fitted.problem
        factors = [
            float(f[_own(m, at)]) for m, f in zip(fitted.margins, fitted.factors, strict=True)
        ]
        value, seed = float(fitted.values[at]), float(fitted.seed[at])
        forced = value == 0 and seed > 0 and min(factors) > 0
        rule: Operation = (
            Nothing() if forced else ProductOf("the seed times a factor of each margin")
        )

        def expand() -> Many:
            lines = fitted.margins
            if forced:
                wanted = (_wanted(problem, margin, at) for margin in lines)
                return (_given(problem, "seed", at), *wanted)
            return (_given(problem, "seed", at), *(self._factor(m, at) for m in range(len(lines))))

        return Explanation(f"fitted {_cell(problem, at)}", value, "", "", rule, "", expand)

    def _factor(self, m: int, at: At) -> Explanation:
        fitted, problem = self.fitted, self.fitted.problem
        margin = fitted.margins[m]
        factor = float(fitted.factors[m][_own(margin, at)])
        held = float(totals(fitted.values, margin.axes)[_own(margin, at)])
        phrase = f"found in {fitted.rounds:,} rounds: with it the line sums to {plain(held)}"
        name, key = f"factor of {_line(problem, margin, at)}", ("factor", m, _own(margin, at))
        expand = lambda: (_wanted(problem, margin, at),)  # noqa: E731 - named for the line below
        return Explanation(name, factor, "", "", Found(factor, phrase), "", expand, key)


@frozen(eq=False)
class ApportionmentExplainer:
    """Explains the cells of an apportionment."""

    made: Apportionment

    def explain(self, at: At) -> Explanation:
        """A cell's lots: its quotient rounded, and who else was near to having the last one."""
        lots = int(self.made.values[at])
        rule = Signposted(self._signpost, lots, repr(self.made.method))
        name, expand = f"lots of {_cell(self.made.problem, at)}", partial(self._inputs, at)
        return Explanation(name, float(lots), "lots", "", rule, "", expand)

    @property
    def _signpost(self) -> Signpost:
        return self.made.method.signpost

    @cached_property
    def _quotients(self) -> FloatArray:
        made = self.made
        return made.weights * made.row_multipliers[:, None] * made.column_multipliers

    def _inputs(self, at: At) -> Many:
        parts, lots = [self.quotient(at)], int(self.made.values[at])
        if not self.made.weights[at] > 0:
            return tuple(parts)
        if lots and _signpost(self._signpost, lots - 1):
            parts.append(self._standing(at, lots - 1, "its last lot: earned at 1 and more"))
        elif not lots:
            parts.append(self._standing(at, 0, "a first lot: earned at 1 and more"))
        for axis, which in ((0, "row"), (1, "column")):
            rival = self._rival(at, axis)
            if rival is not None:
                phrase = f"the nearest other lot of its {which}: earned at 1 and more"
                parts.append(self._standing(rival, int(self.made.values[rival]), phrase))
        return tuple(parts)

    def _rival(self, at: At, axis: int) -> At | None:
        """The other cell of a line whose next lot is nearest to its signpost."""
        line = [slice(None), slice(None)]
        line[axis] = slice(at[axis], at[axis] + 1)
        lots = self.made.values[tuple(line)].astype(np.float64).ravel()
        above, below = (
            np.asarray(part(lots)) for part in (self._signpost.above, self._signpost.below)
        )
        signposts = (above / below) ** (1.0 / self._signpost.power)
        standing = self._quotients[tuple(line)].ravel() / np.where(signposts > 0, signposts, np.inf)
        standing[at[1 - axis]] = 0.0
        best = int(standing.argmax())
        if not standing[best] > 0:
            return None
        return (at[0], best) if axis == 0 else (best, at[1])

    def _standing(self, at: At, lots: int, phrase: str) -> Explanation:
        rule = Standing(self._signpost, lots, phrase)
        value = rule(float(self._quotients[at]))
        name = f"lot {lots + 1:,} of {_cell(self.made.problem, at)}"
        expand = lambda: (self.quotient(at),)  # noqa: E731 - named for the line below
        return Explanation(name, value, "of its signpost", "", rule, "", expand)

    def quotient(self, at: At) -> Explanation:
        """A cell's weight times the multipliers of its row and its column."""
        problem = self.made.problem
        rule = ProductOf("weight × the multiplier of its row × that of its column")

        def expand() -> Many:
            multipliers = (self.made.row_multipliers, self.made.column_multipliers)
            return (
                _given(problem, "weight", at),
                *(
                    self._multiplier(m, float(each[at[m]]), at)
                    for m, each in enumerate(multipliers)
                ),
            )

        name, value = f"quotient of {_cell(problem, at)}", float(self._quotients[at])
        return Explanation(name, value, "lots", "", rule, "", expand, ("quotient", at))

    def _multiplier(self, m: int, value: float, at: At) -> Explanation:
        problem = self.made.problem
        margin = problem.margins[m]
        divisor = plain(float(f"{1.0 / value:.6g}")) if value else "none"
        phrase = f"found with all others, so that its line has its lots; its divisor is {divisor}"
        name, key = f"multiplier of {_line(problem, margin, at)}", ("multiplier", m, at[m])
        expand = lambda: (_wanted(problem, margin, at),)  # noqa: E731 - named for the line below
        return Explanation(name, value, "", "", Found(value, phrase), "", expand, key)


@frozen(eq=False)
class RoundingExplainer:
    """Explains the cells of a rounded table."""

    made: Rounded

    def explain(self, at: At) -> Explanation:
        """A cell: its floor or its ceiling, and what the margins ask."""
        made, value = self.made, int(self.made.values[at])
        low, parts = (int(each[at]) for each in self._floors)
        more = value - low
        which = "its ceiling" if more else "its floor" if parts else "whole as it is"
        phrase = "; ".join([which, *(self._asked(margin, at) for margin in made.margins)])

        def expand() -> Many:
            return (self._before(at), *(_wanted(made.problem, m, at) for m in made.margins))

        name, rule = f"rounded {_cell(made.problem, at)}", Whole(more, phrase)
        return Explanation(name, float(value), "", "", rule, "", expand)

    @cached_property
    def _floors(self) -> tuple[np.ndarray, np.ndarray]:
        return floors(self.made.problem.start)

    def _before(self, at: At) -> Explanation:
        if self.made.source is not None:
            return FitExplainer(self.made.source).explain(at)
        return _given(self.made.problem, "table", at)

    def _asked(self, margin: Margin, at: At) -> str:
        """How many fractions of the line are rounded up, and which is the least of them."""
        low, parts = self._floors
        up = totals(self.made.values - low, margin.axes)[_own(margin, at)]
        some = totals((parts > 0).astype(np.int64), margin.axes)[_own(margin, at)]
        line = _line(self.made.problem, margin, at)
        return f"{line} has {int(up):,} of {int(some):,} fractions rounded up"
