"""A change of one defined KPI, passed on to the names in its formula by stated shares."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from attrs import frozen

from cascade_kpi.drivers.formulas import Add, Formula, Load, Multiply, Rescale, Step

__all__ = ["Unmet", "pass_on", "standing"]

_NEAR = 1e-9  # what follows from what is kept may differ so much from a goal, relatively


class Unmet(Exception):  # noqa: N818  # it is told with the name by the one who asked
    """Why a goal cannot be passed on: reason and repair."""


def standing(formula: Formula, now: Mapping[str, float]) -> float:
    """What a formula gives as things stand.

    Raises
    ------
    Unmet
        If it is absent.
    """
    return _Sharing.of(formula, now, {}).value[-1]


def pass_on(
    formula: Formula, goal: float, now: Mapping[str, float], shares: Mapping[str, float]
) -> dict[str, float]:
    """What the names of a formula are to be, so that it gives a goal.

    Parameters
    ----------
    formula : Formula
    goal : float
        In the formula's unit.
    now : mapping of str to float
        Of every name, what it is kept at, or what it moves from.
    shares : mapping of str to float
        Of the names that move, above zero.

    Returns
    -------
    dict of str to float
        For the names in `shares`.

    Raises
    ------
    Unmet
    """
    sharing = _Sharing.of(formula, now, shares)
    wanted: dict[int, float] = {len(formula.steps) - 1: goal}
    if not sharing.weight[-1]:
        last = sharing.value[-1]
        if not math.isclose(last, goal, rel_tol=_NEAR):
            reason = (
                f"nothing is left to move: what is kept makes it {last:,.10g}, not {goal:,.10g}"
            )
            raise Unmet(reason, "let a driver move, or change the goal")
        return {}
    found: dict[str, float] = {}
    for i in reversed(range(len(formula.steps))):
        step = formula.steps[i]
        if i not in wanted or not sharing.weight[i]:
            continue
        if isinstance(step.does, Load):
            found[step.does.name] = wanted[i]
        elif isinstance(step.does, Rescale):
            (below,) = step.inputs
            top, under = step.does.factor.numerator, step.does.factor.denominator
            wanted[below] = wanted[i] * under / top
        elif isinstance(step.does, Add):
            wanted.update(sharing.added(i, step.does, wanted[i]))
        elif isinstance(step.does, Multiply):
            wanted.update(sharing.multiplied(i, step.does, wanted[i]))
    return found


@frozen(eq=False)
class _Sharing:
    """The steps of a formula with their values before and the shares that they take.

    Attributes
    ----------
    value : list of float
        Of each step, with what is kept at its new value and the others where they move from.
    weight : list of float
        Of each step, the shares of the names that move in it.
    """

    steps: tuple[Step, ...]
    value: list[float]
    weight: list[float]

    @classmethod
    def of(
        cls, formula: Formula, now: Mapping[str, float], shares: Mapping[str, float]
    ) -> _Sharing:
        load: Callable[[str], object] = lambda name: np.full((1, 1), now[name])  # noqa: E731
        with np.errstate(over="ignore", invalid="ignore"):
            states = formula.states(load)  # type: ignore[arg-type]
        value = [float(state[0, 0]) for state in states if state is not None]
        if not math.isfinite(value[-1]):
            raise Unmet("it cannot be computed from what is there", "give every driver a base")
        weight: list[float] = []
        for step in formula.steps:
            if isinstance(step.does, Load):
                weight.append(shares.get(step.does.name, 0.0))
            else:
                weight.append(sum(weight[i] for i in step.inputs))
        return cls(formula.steps, value, weight)

    def _movers(self, i: int) -> tuple[list[int], int, float]:
        """The operands that move, the one that takes what the others leave, and all shares."""
        movers = [j for j in self.steps[i].inputs if self.weight[j]]
        closing = max(movers, key=lambda j: self.weight[j])
        return movers, closing, sum(self.weight[j] for j in movers)

    def added(self, i: int, rule: Add, goal: float) -> dict[int, float]:
        """Goals of a sum's operands: the change by shares."""
        movers, closing, whole = self._movers(i)
        sign = {
            j: -1.0 if s == "-" else 1.0
            for j, s in zip(self.steps[i].inputs, rule.signs, strict=True)
        }
        change = goal - self.value[i]
        found = {
            j: self.value[j] + sign[j] * (self.weight[j] / whole) * change
            for j in movers
            if j != closing
        }
        rest = goal
        for j in self.steps[i].inputs:
            if j != closing:
                rest -= sign[j] * found.get(j, self.value[j])
        found[closing] = sign[closing] * rest
        return self._finite(found)

    def multiplied(self, i: int, rule: Multiply, goal: float) -> dict[int, float]:
        """Goals of a product's operands: the change of the logarithm by shares."""
        movers, closing, whole = self._movers(i)
        sign = dict(zip(self.steps[i].inputs, rule.signs, strict=True))
        found: dict[int, float] = {}
        if len(movers) > 1:
            ratio = self._ratio(i, goal)
            for j in movers:
                if j != closing:
                    power = self.weight[j] / whole * (-1.0 if sign[j] == "/" else 1.0)
                    found[j] = self.value[j] * ratio**power
        top, under = goal, 1.0
        for j in self.steps[i].inputs:
            if j != closing:
                value = found.get(j, self.value[j])
                top, under = (top * value, under) if sign[j] == "/" else (top, under * value)
        if sign[closing] == "/":
            top, under = under, top
        if not under:
            what = "the goal or what is kept" if sign[closing] == "/" else "what is kept"
            raise Unmet(f"{what} is zero in {self.steps[i].source}", "let another driver move")
        found[closing] = top / under
        return self._finite(found)

    def _ratio(self, i: int, goal: float) -> float:
        before = self.value[i]
        text = str(self.steps[i].source)
        if not before:
            reason = f"{text} is zero before, and so has no shares of a change"
            raise Unmet(reason, "let one driver of it move, and fix the others")
        ratio = goal / before
        if ratio <= 0:
            reason = (
                f"{text} goes from {before:,.10g} to {goal:,.10g}: "
                "a change of sign, or to zero, has no shares in a product"
            )
            raise Unmet(reason, "let one driver of it move, and fix the others")
        return ratio

    def _finite(self, found: dict[int, float]) -> dict[int, float]:
        for j, value in found.items():
            if not math.isfinite(value):
                reason = f"{self.steps[j].source} would be too large for a float"
                raise Unmet(reason, "correct the goal or the shares")
        return found
