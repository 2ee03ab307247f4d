"""Laws of curves, directions, attainments and conditions."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from cascade_kpi._answers import ask, every_number, numbers
from cascade_kpi._arrays import FloatArray, equal
from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.kpis.directions import Direction, Higher, Reaching
from cascade_kpi.kpis.trials import try_direction
from cascade_kpi.plan.conditions import Condition
from cascade_kpi.scoring.attainments import Attainment, Invertible
from cascade_kpi.scoring.curves import Curve, Levelled
from cascade_kpi.testing.laws import NEAR, SPREAD, elementwise, law, laws

__all__ = ["check_attainment", "check_condition", "check_curve", "check_direction"]


_HALVINGS = 40
_JUMP = 1e-3  # of the points' whole range
_ATTAINED = (0.5, 0.8, 1.0, 1.2)


@laws
def check_curve(curve: Curve, *, samples: FloatArray | None = None) -> FloatArray:
    """A curve is elementwise, pure, finite, and keeps NaN; and is a record.

    Where it names its edges, as a :class:`Levelled <cascade_kpi.curves.Levelled>` curve
    does, they are finite and ascending, and it jumps nowhere else.

    Parameters
    ----------
    curve : Curve
    samples : float64 array (m,), optional
        Attainments to try beside the usual ones.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import curves
    >>> check_curve(curves.Piecewise([(0.8, 0), (1.0, 100)]))
    """
    tried = np.r_[SPREAD, [] if samples is None else samples, np.nan]
    answer = elementwise("it", curve, tried, asked=every_number)
    if isinstance(curve, Levelled):
        _try_edges(curve)
    return answer


def _try_edges(curve: Levelled) -> None:
    edges = curve.edges
    told = f"it has the edges {edges!r}"
    law(isinstance(edges, tuple), f"{told}, which is not a tuple")
    law(all(isinstance(edge, float) for edge in edges), f"{told}, which are not all floats")
    law(np.isfinite(edges), f"{told}, which are not all finite")
    law(np.diff(edges) > 0, f"{told}, which do not ascend")
    first, last = (edges[0], edges[-1]) if edges else (1.0, 1.0)
    tried = np.linspace(first - 1.0, last + 1.0, 2001)
    low, high = tried[:-1], tried[1:]
    for _ in range(_HALVINGS):  # towards what jumps, if anything does
        middle = (low + high) / 2
        left = np.abs(curve(middle) - curve(low)) > np.abs(curve(high) - curve(middle))
        low, high = np.where(left, low, middle), np.where(left, middle, high)
    wide = np.ptp(curve(tried)) or 1.0
    jumps = high[np.abs(curve(high) - curve(low)) > _JUMP * wide]
    odd = [x for x in jumps.tolist() if not np.any(np.abs(np.array(edges) - x) <= NEAR)]
    law(not odd, f"it jumps at {odd[:1]}, and {told}")


@laws
def check_direction(better: Direction) -> tuple[FloatArray, ...]:
    """A direction is elementwise, never short on target, and 1 there.

    Where it can be asked backwards, as a :class:`Reaching <cascade_kpi.directions.Reaching>`
    one, the proportion of what it answers is the attainment that it was asked for.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import directions
    >>> check_direction(directions.Lower())
    """
    try_direction(better)
    answers = []
    for target in (100.0, 0.5, -20.0):
        actual = target + np.array([-50.0, -1.0, -0.1, 0.0, 0.1, 1.0, 50.0])
        same = np.full_like(actual, target)
        given = np.r_[actual, np.nan, target], np.r_[same, target, np.nan]
        asked = every_number
        short = elementwise("its shortfall", better.shortfall, *given, asked=asked)[:-2]
        share = elementwise("its proportion", better.proportion, *given, asked=asked)[:-2]
        least, on = int(np.argmin(short)), 3
        told = f"its shortfall of {actual[least]} against {target} is {short[least]}"
        law(short[least] >= 0, f"{told}, which is below zero")
        law(short[on] == 0, f"it falls short of {target} by {short[on]} on target")
        law(share[on] == 1, f"it does not attain 1 on {target}, but {share[on]}")
        worse = np.argsort(-short, kind="stable")
        worse = worse[short[worse] > 0]
        fewer = np.flatnonzero(np.diff(share[worse]) < -NEAR)[:1]
        told = f"it attains {share[worse][fewer]} with {actual[worse][fewer]} against {target}"
        law(not len(fewer), f"{told}: it attains more where it falls short by more")
        answers += [short, share]
        if isinstance(better, Reaching):
            _try_reaching(better, target)
    return tuple(answers)


def _try_reaching(better: Reaching, target: float) -> None:
    for attainment in _ATTAINED:
        for end in _two_numbers(better.reaching(attainment, target)):
            got = float(better.proportion(np.array([end]), np.array([target]))[0])
            told = f"it answers {end} for an attainment of {attainment} of {target}, where it"
            law(abs(got - attainment) <= NEAR, f"{told} attains {got}")


def _two_numbers(answer: Any) -> list[float]:
    """Those of a pair that are there."""
    pair = isinstance(answer, tuple) and len(answer) == 2
    law(
        pair and all(isinstance(each, float) for each in answer), f"{answer!r} is no pair of floats"
    )
    return [each for each in answer if each == each]


@laws
def check_attainment(rule: Attainment, *, better: Direction | None = None) -> FloatArray:
    """An attainment is elementwise, needs its result and its baseline, and is nowhere infinite.

    Where it can be taken back, as an
    :class:`Invertible <cascade_kpi.attainments.Invertible>` one, the attainment of the result
    that it answers is that which it was asked for.

    Parameters
    ----------
    rule : Attainment
    better : Direction, optional
        Of the KPI; higher is better by default.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import attainments
    >>> check_attainment(attainments.Proportion())
    """
    way, name = Higher() if better is None else better, rule.baseline
    law(name is None or isinstance(name, str), f"its baseline is {name!r}, not a column or None")
    actual = np.array([-10.0, 0.0, 50.0, 99.0, 100.0, 101.0, 250.0, np.nan])
    given = [actual, np.full_like(actual, 100.0)]
    if name is not None:
        given.append(np.full_like(actual, 50.0))

    def call(actual: FloatArray, target: FloatArray, baseline: Any = np.array(np.nan)) -> Any:  # noqa: B008
        return rule(actual, target, way, baseline)

    answer = elementwise("it", call, *given, asked=every_number)
    if name is not None:
        numbers("it", call, *given[:2], np.full_like(actual, np.nan))
    targets = np.array([100.0, 0.0, np.nan, -100.0, 1e-9])
    refused = elementwise(
        "its refuses", rule.refuses, targets, asked=functools.partial(ask, dtype=np.bool_)
    )
    law(not refused[0] and not refused[2], "it refuses a usual target of 100, or an absent one")
    for target in targets[~(refused | np.isnan(targets))]:
        numbers("it", call, given[0], np.full_like(actual, target), *given[2:])
    if isinstance(rule, Invertible):
        _try_inverse(rule, way)
    return answer


def _try_inverse(rule: Invertible, way: Direction) -> None:
    target, base = 100.0, np.nan if rule.baseline is None else 50.0
    goal = rule.on_target(target)
    law(rule.ahead(goal, target, way) == 0, "what is attained on target is ahead of it, or behind")
    for attainment in (*_ATTAINED, goal):
        for end in _two_numbers(rule.result(attainment, target, way, base)):
            told = (np.array([end]), np.array([target]), way, np.array([base]))
            got = float(rule(*told)[0])
            words = f"it answers {end} for an attainment of {attainment}, where it attains {got}"
            law(abs(got - attainment) <= NEAR, words)


@laws
def check_condition(condition: Condition, gaps: Gaps, kpi: str) -> FloatArray:
    """A condition answers for every node and period, and says what it is.

    Parameters
    ----------
    condition : Condition
    gaps : Gaps
        With reports that are absent, if the law on those is to be tried.
    kpi : str

    Raises
    ------
    AssertionError
        With what it did.
    """
    answer: FloatArray = ask(
        "it", condition, gaps, kpi, dtype=np.bool_, shape=(len(gaps.periods), len(gaps.org))
    )
    law(equal(condition(gaps, kpi), answer), "it answers differently again")
    told = np.flatnonzero((answer & np.isnan(gaps.of(kpi))).any(axis=0))[:1]
    law(not len(told), f"it holds at {gaps.org.ids[told]}, where there is no gap")
    words = condition.words()
    law(isinstance(words, str) and words.strip(), f"it has no words for itself, but {words!r}")
    law(condition.words() == words, f"it has other words for itself than {words!r} another time")
    return answer
