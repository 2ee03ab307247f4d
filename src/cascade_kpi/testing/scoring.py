"""Laws of curves, directions, attainments and conditions."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from cascade_kpi._answers import ask, every_number, numbers
from cascade_kpi._arrays import FloatArray, equal
from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.examining.domains import Spanning
from cascade_kpi.kpis.directions import Direction, Higher, Reaching, ways
from cascade_kpi.kpis.trials import try_direction
from cascade_kpi.plan.conditions import Condition
from cascade_kpi.scoring.attainments import Attainment, Invertible
from cascade_kpi.scoring.curves import Curve, Shape, said, shape_of
from cascade_kpi.testing.laws import NEAR, SPREAD, elementwise, law, laws

__all__ = ["check_attainment", "check_condition", "check_curve", "check_direction"]


_HALVINGS = 40
_JUMP = 1e-3  # of the points' whole range
_ATTAINED = (0.5, 0.8, 1.0, 1.2)


@laws
def check_curve(curve: Curve, *, samples: FloatArray | None = None) -> FloatArray:
    """A curve is elementwise, pure, finite, and keeps NaN; and is a record.

    One that knows its pieces (:class:`Shaped <cascade_kpi.curves.Shaped>`) has the points that
    they have, to within 1e-9 of them, and exactly those at their edges, and jumps nowhere else.

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
    pieces = shape_of(curve)
    if pieces is not None:
        law(isinstance(pieces, Shape), f"its pieces are {pieces!r}, not Shape(…)")
        _check_pieces(curve, pieces, tried[:-1])
        _try_edges(curve, pieces.edges)
    for x in (*tried, *([] if pieces is None else pieces.edges)):
        told = said(curve, float(x))
        law(isinstance(told, str), f"it says {told!r} of {x}, which is no text")
    return elementwise("it", curve, tried, asked=every_number)


def _try_edges(curve: Curve, edges: FloatArray) -> None:
    tried = np.linspace(edges[0] - 1.0, edges[-1] + 1.0, 2001)
    low, high = tried[:-1], tried[1:]
    for _ in range(_HALVINGS):  # towards what jumps, if anything does
        middle = (low + high) / 2
        left = np.abs(curve(middle) - curve(low)) > np.abs(curve(high) - curve(middle))
        low, high = np.where(left, low, middle), np.where(left, middle, high)
    wide = np.ptp(curve(tried)) or 1.0
    jumps = high[np.abs(curve(high) - curve(low)) > _JUMP * wide]
    odd = [x for x in jumps.tolist() if not np.any(np.abs(edges - x) <= NEAR * (1 + abs(x)))]
    law(not odd, f"it jumps at {odd[:1]}, and its pieces have the edges {edges}")


def _check_pieces(curve: Curve, pieces: Shape, tried: FloatArray) -> None:
    edges, k = pieces.edges, len(pieces.edges)
    parts = pieces.at, pieces.left[1:], pieces.right[1:], pieces.slope[1:]
    law(all(len(part) == k for part in parts), "its pieces are not one more than their edges")
    law(k > 0 and np.isfinite(edges).all(), f"its pieces have the edges {edges}")
    law((np.diff(edges) > 0).all(), f"the edges of its pieces do not ascend: {edges}")
    got = numbers("it", curve, edges)
    law((got == pieces.at).all(), f"it answers {got} at the edges of its pieces, not {pieces.at}")
    near = NEAR * (1 + np.abs(edges))
    x = np.r_[tried, (edges[1:] + edges[:-1]) / 2, edges - 1, edges + 1, edges - near, edges + near]
    got, i = numbers("it", curve, x), pieces.place(x)
    ends = np.stack([pieces.left[i], pieces.right[i]])
    # In a piece that is no line the points lie between its ends.
    want = np.where(
        np.isnan(pieces.slope[i]), np.clip(got, *np.sort(ends, axis=0)), pieces.points(x)
    )
    off = np.flatnonzero(np.abs(got - want) > NEAR * (1 + np.abs(want)))[:1]
    law(not len(off), f"it answers {got[off]} to {x[off]}, its pieces {want[off]}")


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
    """An attainment is elementwise, needs its result and its columns, and is nowhere infinite.

    Where it can be taken back, as an
    :class:`Invertible <cascade_kpi.attainments.Invertible>` one, the attainment of the result
    that it answers is that which it was asked for. One that tells its span, as a
    :class:`Spanning <cascade_kpi.examining.Spanning>` one, never leaves it.

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
    way, names = Higher() if better is None else better, rule.columns
    sound = isinstance(names, tuple) and all(isinstance(name, str) for name in names)
    law(sound, f"its columns are {names!r}, not a tuple of names")
    actual = np.array([-10.0, 0.0, 50.0, 99.0, 100.0, 101.0, 250.0, np.nan])
    given = [actual, np.full_like(actual, 100.0)]
    # The worse of two columns first, and both worse than the target.
    step = -1.0 if ways(way)[0] else 1.0
    given += [np.full_like(actual, 100.0 - step * (50.0 - 20.0 * i)) for i in range(len(names))]

    def call(actual: FloatArray, target: FloatArray, *columns: FloatArray) -> Any:
        return rule(actual, target, way, *columns)

    answer = elementwise("it", call, *given, asked=every_number)
    for i in range(2, len(given)):
        gone = [np.full_like(actual, np.nan) if i == j else each for j, each in enumerate(given)]
        numbers("it", call, *gone)
    targets = np.array([100.0, 0.0, np.nan, -100.0, 1e-9])

    def asked(target: FloatArray, *columns: FloatArray) -> Any:
        return rule.refuses(target, way, *columns)

    given_there = [each[: len(targets)] for each in given[2:]]
    boolean = functools.partial(ask, dtype=np.bool_)
    refused = elementwise("its refuses", asked, targets, *given_there, asked=boolean)
    law(not refused[0] and not refused[2], "it refuses a usual target of 100, or an absent one")
    for target in targets[~(refused | np.isnan(targets))]:
        numbers("it", call, given[0], np.full_like(actual, target), *given[2:])
    if isinstance(rule, Spanning):
        _try_span(rule, way, answer)
    if isinstance(rule, Invertible):
        _try_inverse(rule, way, tuple(float(each[0]) for each in given[2:]))
    return answer


def _try_span(rule: Spanning, way: Direction, answer: FloatArray) -> None:
    low, high = rule.span(way)
    law(low <= high, f"its span goes from {low} to {high}")
    out = answer[(answer < low - NEAR) | (answer > high + NEAR)]
    law(not len(out), f"it attains {out[:1]}, and its span is {low} to {high}")


def _try_inverse(rule: Invertible, way: Direction, columns: tuple[float, ...]) -> None:
    target, given = 100.0, [np.array([each]) for each in columns]
    goal = rule.on_target(target, way, *columns)
    ahead = rule.ahead(goal, target, way, *columns)
    law(ahead == 0, "what is attained on target is ahead of it, or behind")
    for attainment in (*_ATTAINED, goal):
        for end in _two_numbers(rule.result(attainment, target, way, *columns)):
            got = float(rule(np.array([end]), np.array([target]), way, *given)[0])
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
