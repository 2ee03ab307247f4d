"""Rules that a KPI is given, tried on a few numbers before anybody relies on them.

A trial costs the same for any organisation. It finds answers that are no
answers; the laws that a rule of one's own should pass are in
:mod:`cascade_kpi.testing`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cascade_kpi._answers import OddAnswer, ask, every_number, numbers
from cascade_kpi._arrays import FloatArray, equal
from cascade_kpi.kpis.aggregates import Aggregate, Makeup
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.org.rollup import Combine

__all__ = ["try_aggregate", "try_combine", "try_direction"]

_ACTUAL = np.array([[0.5, 1.0, 2.0], [40.0, np.nan, 3.0]])
_TARGET = np.array([[1.0, 1.0, 1.0], [50.0, 2.0, np.nan]])
_EARLIER = np.array([3.0, np.nan, 3.0, np.nan])
_LATER = np.array([2.0, 2.0, np.nan, np.nan])
_PARTS = {Makeup.SUM: 1, Makeup.RATIO: 2, Makeup.EXTREME: 1}


def try_direction(better: Direction) -> None:
    """Ask for a shortfall and a proportion.

    Raises
    ------
    OddAnswer
    """
    short = every_number("its shortfall", better.shortfall, _ACTUAL, _TARGET)
    if (short < 0).any():
        raise OddAnswer(f"its shortfall answers {short[short < 0][0]}, which is below zero")
    every_number("its proportion", better.proportion, _ACTUAL, _TARGET)


def try_aggregate(rule: Aggregate) -> None:
    """Ask for the parts of a few reports, combine them, and finish them.

    Raises
    ------
    OddAnswer
    """
    named = rule.inputs
    if not isinstance(named, tuple) or not named or not all(isinstance(n, str) for n in named):
        raise OddAnswer(f"its inputs are {named!r}, not a tuple of names")
    if not isinstance(rule.makeup, Makeup):
        raise OddAnswer(f"its makeup is {rule.makeup!r}, not a Makeup")
    inputs = tuple(_ACTUAL + i for i in range(len(named)))
    wanted = _PARTS.get(rule.makeup)
    parts = _parts(rule, inputs)
    if wanted is not None and len(parts) != wanted:
        raise OddAnswer(f"its parts are {len(parts)}, its {rule.makeup} has {wanted}")
    try_combine("its combine", rule.combine)
    try_combine("its along", rule.along)
    numbers("its finish", rule.finish, *parts)


def _parts(rule: Aggregate, inputs: tuple[FloatArray, ...]) -> tuple[FloatArray, ...]:
    """The parts, each found to be numbers."""
    count = 0

    def part(i: int) -> Any:
        def call(*given: FloatArray) -> Any:
            nonlocal count
            answer = rule.parts(*given)
            if not isinstance(answer, tuple) or not answer:
                raise OddAnswer(f"its parts answer {answer!r:.80}, which is no tuple of arrays")
            count = len(answer)
            return answer[i]

        return call

    found = [numbers("its part 1", part(0), *inputs)]
    found += [numbers(f"its part {i + 1}", part(i), *inputs) for i in range(1, count)]
    return tuple(found)


def try_combine(what: str, combine: Combine) -> None:
    """Ask for two parts combined, into a third array and into either of them.

    Raises
    ------
    OddAnswer
    """

    def apart(a: FloatArray, b: FloatArray) -> FloatArray:
        out = np.full_like(a, np.pi)
        combine(a, b, out)
        return out

    def into_first(a: FloatArray, b: FloatArray) -> FloatArray:
        out = a.copy()
        combine(out, b, out)
        return out

    def into_second(a: FloatArray, b: FloatArray) -> FloatArray:
        out = b.copy()
        combine(a, out, out)
        return out

    answer = ask(what, apart, _EARLIER, _LATER)
    alone = answer[1:]
    if not equal(alone, np.array([2.0, 3.0, np.nan])):
        raise OddAnswer(f"{what} makes {alone} of NaN and 2, 3 and NaN, NaN and NaN")
    if not np.isfinite(answer[0]):
        raise OddAnswer(f"{what} makes {answer[0]} of 3 and 2")
    for call in (into_first, into_second):
        if not equal(ask(what, call, _EARLIER, _LATER), answer):
            raise OddAnswer(f"{what} answers otherwise when it writes into one of its inputs")
