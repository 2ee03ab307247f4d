"""A change of a defined KPI as summands, each split over the drivers that move in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import factorial

import numpy as np
from attrs import evolve, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.drivers.formulas import Add, Formula, Load, Multiply, Number, Rescale, Step
from cascade_kpi.drivers.model import DriverTree
from cascade_kpi.drivers.units import PURE

__all__ = ["Summand", "Term", "mean_over_orders", "states", "summands"]

Values = Mapping[str, FloatArray]


@frozen(eq=False)
class Summand:
    """A term whose change, so many times, is a part of the whole change.

    Attributes
    ----------
    times : float
        In the unit of the whole for one of the term.
    term : Term
    """

    times: float
    term: Term


def summands(model: DriverTree, players: tuple[str, ...], name: str) -> list[Summand]:
    """What the change of a definition is the sum of, from the top down.

    Sums are taken apart, and constants before the bracket; what is left are names that move by
    themselves, and products of several.

    Parameters
    ----------
    players : tuple of str
        Names at which the way down ends.
    """
    found: list[Summand] = []
    weight = {name: 1.0}
    for each in reversed(list(model.formulas)):
        if each not in weight or (each in players and each != name):
            continue
        steps = model.formulas[each].steps
        waiting = [(len(steps) - 1, weight[each])]
        while waiting:
            i, times = waiting.pop()
            step = steps[i]
            if isinstance(step.does, Load):
                used = step.does.name
                if used in players:
                    found.append(Summand(times, Term.of(model, players, each, i)))
                else:
                    weight[used] = weight.get(used, 0.0) + times
            elif isinstance(step.does, Rescale):
                waiting.append((step.inputs[0], times * float(step.does.factor)))
            elif isinstance(step.does, Add):
                signs = zip(step.inputs, step.does.signs, strict=True)
                waiting += [(j, -times if sign == "-" else times) for j, sign in signs]
            elif isinstance(step.does, Multiply):
                alone = _one_moves(steps, i, times)
                if alone is not None:
                    waiting.append(alone)
                else:
                    found.append(Summand(times, Term.of(model, players, each, i)))
    return found


def states(players: Sequence[str], old: Values, new: Values) -> Iterator[Values]:
    """Every state on the way: the k-th player is new where the k-th bit is set."""
    for chosen in range(1 << len(players)):
        yield {
            player: (new if chosen >> k & 1 else old)[player] for k, player in enumerate(players)
        }


def mean_over_orders(values: Iterable[FloatArray], m: int) -> list[FloatArray]:
    """Per player, the mean over all orders of what its own change brings: its Shapley value.

    Parameters
    ----------
    values : iterable of float64 array
        Of the states, as :func:`states` makes them, 2^m of them.
    m : int
        Players.
    """
    rest = iter(values)
    none = next(rest)
    found = [np.zeros_like(none) for _ in range(m)]
    for chosen, value in enumerate(rest, start=1):
        gain = value - none
        size = chosen.bit_count()
        for k in range(m):
            if chosen >> k & 1:
                found[k] += _orders(size - 1, m) * gain
            elif size < m:
                found[k] -= _orders(size, m) * gain
    return found


def _orders(before: int, m: int) -> float:
    """The share of all orders of m in which given ones, so many, come right before another."""
    return factorial(before) * factorial(m - before - 1) / factorial(m)


def _one_moves(steps: Sequence[Step], i: int, times: float) -> tuple[int, float] | None:
    """The one factor that is no constant, times the others; None if there are several."""
    does = steps[i].does
    assert isinstance(does, Multiply)  # noqa: S101 - asked of products
    moving: list[int] = []
    for j, sign in zip(steps[i].inputs, does.signs, strict=True):
        other = steps[j].does
        if isinstance(other, Number):
            times = times / other.value if sign == "/" else times * other.value
        elif sign == "/":
            return None
        else:
            moving.append(j)
    return (moving[0], times) if len(moving) == 1 else None


@frozen(eq=False)
class Term:
    """One step of a definition, as a function of the players in it.

    Attributes
    ----------
    text : str
        The step, as it is read.
    players : tuple of str
    formulas : mapping of str to Formula
        Of the definitions between the step and the players.
    own : Formula
        Of the step.
    """

    text: str
    players: tuple[str, ...]
    formulas: Mapping[str, Formula]
    own: Formula

    @classmethod
    def of(cls, model: DriverTree, players: tuple[str, ...], name: str, i: int) -> Term:
        """The i-th step of a definition."""
        whole = model.formulas[name].steps
        taken: list[int] = []
        waiting = [i]
        while waiting:
            here = waiting.pop()
            taken.append(here)
            waiting.extend(whole[here].inputs)
        taken.sort()
        place = {here: k for k, here in enumerate(taken)}
        steps = tuple(
            evolve(whole[here], inputs=tuple(place[j] for j in whole[here].inputs))
            for here in taken
        )
        reached: set[str] = set()
        names = [step.does.name for step in steps if isinstance(step.does, Load)]
        while names:
            used = names.pop()
            if used not in reached:
                reached.add(used)
                if used not in players:
                    names.extend(model.uses(used))
        inner = {
            each: formula
            for each, formula in model.formulas.items()
            if each in reached and each not in players
        }
        text = str(whole[i].source)
        own = Formula(steps, whole[i].unit or PURE)
        return cls(text, tuple(each for each in players if each in reached), inner, own)

    def value(self, state: Values) -> FloatArray:
        """The step's value, float64 (p, n), from those of the players."""
        known = {player: state[player] for player in self.players}
        for name, formula in self.formulas.items():
            known[name] = formula.run(known.__getitem__)
        return self.own.run(known.__getitem__)
