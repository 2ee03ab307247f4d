"""The laws of what targets are judged by."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import FloatArray, equal
from cascade_kpi.judging.groups import Groups
from cascade_kpi.judging.trials import ask_base, ask_fences, ask_material, ask_measure
from cascade_kpi.judging.yardsticks import Base, Fences, Material, Measure
from cascade_kpi.kpis.directions import Direction, Higher, Lower, OnTarget
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.testing.laws import NEAR, SPREAD, law, laws

__all__ = ["check_base", "check_fences", "check_material", "check_measure"]

_DIRECTIONS: tuple[Direction, ...] = (Higher(), Lower(), OnTarget(0.5))
_STRETCHES = np.array([-0.4, 0.0, 0.05, 0.08, 0.1, 0.1, 0.12, 0.2, 2.5])


@laws
def check_base(base: Base) -> tuple[FloatArray, ...]:
    """A base is one number a node, from that node's own past and target.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_base(ck.yardsticks.Average())
    """
    past = np.vstack([SPREAD, SPREAD[::-1], np.where(SPREAD > 0, SPREAD, np.nan)])
    past[:, 3] = np.nan
    target = SPREAD + 0.25
    target[5] = np.nan
    answers = []
    for better in _DIRECTIONS:
        answer = ask_base(base, past, target, better)
        alone = [ask_base(base, past[:, [i]], target[[i]], better) for i in range(len(target))]
        law(equal(np.concatenate(alone), answer), "what it answers for one depends on the others")
        one = ask_base(base, past[:1], target, better)
        law(equal(one, past[0]), "of one cycle alone it answers something else")
        answers.append(answer)
    return tuple(answers)


@laws
def check_measure(measure: Measure) -> FloatArray:
    """A measure grows with what is asked, is zero for nothing, and asks about each by itself.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_measure(ck.yardsticks.Relative())
    """
    more, base = (each.ravel() for each in np.meshgrid(SPREAD, SPREAD[SPREAD != 0]))
    more = np.append(more, np.nan)
    base = np.append(base, 1.0)
    answer = ask_measure(measure, more, base)
    nothing = ask_measure(measure, np.zeros_like(base), base)
    law((nothing == 0) | np.isnan(nothing), "it answers a stretch where nothing is asked")
    table = answer[:-1].reshape(-1, len(SPREAD))
    less = np.diff(table, axis=1) < -NEAR * np.abs(table[:, 1:])  # beyond the last bits
    law(~less, "it answers less where more is asked")
    alone = [ask_measure(measure, more[[i]], base[[i]]) for i in range(len(more))]
    law(equal(np.concatenate(alone), answer), "what it answers for one depends on the others")
    return answer


@laws
def check_fences(fences: Fences) -> tuple[FloatArray, ...]:
    """Fences enclose the median of each group, whatever the other groups are, and move with it.

    Raises
    ------
    AssertionError
        With what they did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_fences(ck.yardsticks.Quartiles(2))
    """
    codes = np.zeros(len(_STRETCHES), dtype=np.int64)
    alone = ask_fences(fences, Groups.of(_STRETCHES, codes))
    pair = Groups.of(np.r_[_STRETCHES, _STRETCHES + 1.0], np.r_[codes, codes + 1])
    both = ask_fences(fences, pair)
    names = ("lower fence", "upper fence", "spread")
    for what, one, two, shift in zip(names, alone, both, (1.0, 1.0, 0.0), strict=True):
        law(one[0] == two[0], f"its {what} of a group depends on the other groups")
        law(abs(two[1] - two[0] - shift) <= NEAR, f"its {what} does not move with the numbers")
    low, high, _ = both
    law((low <= pair.medians) & (pair.medians <= high), "it shuts out the median")
    same = ask_fences(fences, Groups.of(np.full(6, 0.25), codes[:6]))
    law(abs(same[0] - 0.25) <= NEAR, "it finds a spread where all are alike")
    law(abs(same[1] - 0.25) <= NEAR, "it finds a spread where all are alike")
    return *alone, *both


@laws
def check_material(rule: Material, *, kpi: Kpi | None = None) -> FloatArray:
    """A material difference is zero or more, absent without a target, and of each by itself.

    Parameters
    ----------
    rule : Material
    kpi : Kpi, optional
        Of which it is asked.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_material(ck.yardsticks.OfTarget(0.05))
    """
    asked_of = Kpi("sales", "CNY") if kpi is None else kpi
    target = np.append(SPREAD, np.nan)

    def call(target: FloatArray) -> FloatArray:
        return ask_material(rule, target, asked_of)

    answer = call(target)
    law(equal(call(target), answer), "it answers differently again")
    alone = [call(target[[i]]) for i in range(len(target))]
    law(equal(np.concatenate(alone), answer), "what it answers for one depends on the others")
    return answer
