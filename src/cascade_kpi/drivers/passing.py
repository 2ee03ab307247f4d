"""A change of one defined KPI, passed on to the names in its formula by stated shares."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.drivers.formulas import Add, Formula, Load, Multiply, Rescale, Step

__all__ = ["Operands", "Unmet", "pass_on", "states_of", "wanted_of", "weights_of"]

_NEAR = 1e-9  # what follows from what is kept may differ so much from a goal, relatively


class Unmet(Exception):  # noqa: N818  # it is told with the name by the one who asked
    """Why a goal cannot be passed on: reason and repair."""


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
    wanted = wanted_of(formula, goal, now, shares)
    return {
        step.does.name: wanted[i]
        for i, step in enumerate(formula.steps)
        if i in wanted and isinstance(step.does, Load) and step.does.name in shares
    }


def wanted_of(
    formula: Formula, goal: float, now: Mapping[str, float], shares: Mapping[str, float]
) -> dict[int, float]:
    """What every step of a formula that moves is to be, so that the last is a goal.

    Raises
    ------
    Unmet
    """
    value = states_of(formula, now)
    weight = weights_of(formula, shares)
    if not weight[-1]:
        if not math.isclose(value[-1], goal, rel_tol=_NEAR):
            reason = (
                "nothing is left to move: what is kept makes it "
                f"{value[-1]:,.10g}, not {goal:,.10g}"
            )
            raise Unmet(reason, "let a driver move, or change the goal")
        return {}
    wanted: dict[int, float] = {len(formula.steps) - 1: goal}
    for i in reversed(range(len(formula.steps))):
        step = formula.steps[i]
        if i in wanted and step.inputs:
            for k, passed in Operands.of(step, value, weight).passed(wanted[i]).items():
                wanted[step.inputs[k]] = passed
    return wanted


def states_of(formula: Formula, now: Mapping[str, float]) -> list[float]:
    """What every step of a formula gives as things stand.

    Raises
    ------
    Unmet
        If the last is absent.
    """
    load: Callable[[str], FloatArray] = lambda name: np.full((1, 1), now[name])  # noqa: E731 - named for the line below
    with np.errstate(over="ignore", invalid="ignore"):
        states = formula.states(load)
    value = [float(state[0, 0]) for state in states if state is not None]
    if not math.isfinite(value[-1]):
        raise Unmet("it cannot be computed from what is there", "give every driver a base")
    return value


def weights_of(formula: Formula, shares: Mapping[str, float]) -> list[float]:
    """Of every step of a formula, the shares of the names that move in it."""
    weight: list[float] = []
    for step in formula.steps:
        if isinstance(step.does, Load):
            weight.append(shares.get(step.does.name, 0.0))
        else:
            weight.append(sum(weight[i] for i in step.inputs))
    return weight


@frozen(eq=False)
class Operands:
    """The operands of one operator on the way down, with the shares that they take.

    Attributes
    ----------
    step : Step
    values : tuple of float
        What is kept at its new value, the others where they move from.
    weights : tuple of float
        The shares of the names that move in each.
    """

    step: Step
    values: tuple[float, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(cls, step: Step, value: Sequence[float], weight: Sequence[float]) -> Operands:
        """Of a step, from the values and weights of all."""
        inputs = step.inputs
        return cls(step, tuple(value[j] for j in inputs), tuple(weight[j] for j in inputs))

    def passed(self, goal: float) -> dict[int, float]:
        """What the operands that move are to be, by their positions.

        Raises
        ------
        Unmet
        """
        does = self.step.does
        if isinstance(does, Add):
            found = self._added(does, goal)
        elif isinstance(does, Multiply):
            found = self._multiplied(does, goal)
        else:
            assert isinstance(does, Rescale)  # noqa: S101 - nothing else has operands
            found = {0: goal * does.factor.denominator / does.factor.numerator}
        for value in found.values():
            if not math.isfinite(value):
                reason = f"what {self.step.source} takes would be too large for a float"
                raise Unmet(reason, "correct the goal or the shares")
        return found

    @property
    def before(self) -> float:
        """What the operator gives of the operands as they stand."""
        does = self.step.does
        assert isinstance(does, Add | Multiply | Rescale)  # noqa: S101 - it has operands
        with np.errstate(over="ignore", invalid="ignore"):
            return float(does(*(np.full(1, value) for value in self.values))[0])

    def _movers(self) -> tuple[list[int], int, float]:
        """The operands that move, the one that takes what the others leave, and all shares."""
        movers = [k for k, weight in enumerate(self.weights) if weight]
        closing = max(movers, key=lambda k: self.weights[k])
        return movers, closing, sum(self.weights[k] for k in movers)

    def _added(self, rule: Add, goal: float) -> dict[int, float]:
        """Goals of a sum's operands: the change by shares."""
        movers, closing, whole = self._movers()
        sign = [-1.0 if s == "-" else 1.0 for s in rule.signs]
        change = goal - self.before
        found = {
            k: self.values[k] + sign[k] * (self.weights[k] / whole) * change
            for k in movers
            if k != closing
        }
        rest = goal
        for k, value in enumerate(self.values):
            if k != closing:
                rest -= sign[k] * found.get(k, value)
        found[closing] = sign[closing] * rest
        return found

    def _multiplied(self, rule: Multiply, goal: float) -> dict[int, float]:
        """Goals of a product's operands: the change of the logarithm by shares."""
        movers, closing, whole = self._movers()
        sign = rule.signs
        found: dict[int, float] = {}
        if len(movers) > 1:
            ratio = self._ratio(goal)
            for k in movers:
                if k != closing:
                    power = self.weights[k] / whole * (-1.0 if sign[k] == "/" else 1.0)
                    found[k] = self.values[k] * ratio**power
        top, under = goal, 1.0
        for k, standing in enumerate(self.values):
            if k != closing:
                value = found.get(k, standing)
                top, under = (top * value, under) if sign[k] == "/" else (top, under * value)
        if sign[closing] == "/":
            top, under = under, top
        if not under:
            what = "the goal or what is kept" if sign[closing] == "/" else "what is kept"
            raise Unmet(f"{what} is zero in {self.step.source}", "let another driver move")
        found[closing] = top / under
        return found

    def _ratio(self, goal: float) -> float:
        before = self.before
        text = str(self.step.source)
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
