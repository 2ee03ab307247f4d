"""Laws of aggregates."""

from __future__ import annotations

from typing import Any

import numpy as np

from cascade_kpi._answers import numbers
from cascade_kpi._arrays import FloatArray
from cascade_kpi.kpis.aggregates import Aggregate, Makeup
from cascade_kpi.kpis.trials import try_aggregate
from cascade_kpi.org.rollup import Combine, fold_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.testing.laws import NEAR, Question, elementwise, law, laws

__all__ = ["check_aggregate"]


@laws
def check_aggregate(aggregate: Aggregate) -> FloatArray:
    """An aggregate gives the same value however its reports are grouped.

    Its parts and its value are elementwise; both combinations are associative
    and skip what is absent; over units their order does not matter; and the
    value is made up of the parts as its makeup says.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import aggregates
    >>> check_aggregate(aggregates.Ratio(scale=100))
    """
    try_aggregate(aggregate)
    rng = np.random.default_rng(3)
    reports = 12
    inputs = [np.round(rng.random(reports) * 90 + 10, 2) for _ in aggregate.inputs]
    parts = aggregate.parts(*inputs)
    some = [np.r_[each, np.nan] for each in inputs]

    def part(i: int) -> Question:
        return lambda *given: aggregate.parts(*given)[i]

    for i in range(len(parts)):
        elementwise(f"its part {i + 1}", part(i), *some, asked=numbers)
    absent = [np.r_[each, np.nan] for each in parts]
    value = elementwise("its finish", aggregate.finish, *absent, asked=numbers)
    for what in ("combine", "along"):
        for each in parts:
            _check_combine(f"its {what}", getattr(aggregate, what), each)
    values = [_grouped(aggregate, parts, span) for span in (reports, 3, 1)]
    told = f"it gives {values} for the same reports in other groups: a star, threes, a chain"
    law(_near(values, values[0]), told)
    _check_makeup(aggregate, parts)
    return value


def _near(a: Any, b: Any) -> bool:
    return bool(np.allclose(a, b, rtol=NEAR, atol=NEAR, equal_nan=True))


def _joined(combine: Combine, a: FloatArray, b: FloatArray) -> FloatArray:
    combine(a, b, out := np.empty_like(a))
    return out


def _check_combine(what: str, combine: Combine, part: FloatArray) -> None:
    """Elementwise, skipping NaN, and the same however three parts are bracketed."""
    a, b, c = part.reshape(3, -1)
    gone = np.full_like(a, np.nan)
    elementwise(what, lambda x, y: _joined(combine, x, y), np.r_[a, a, gone], np.r_[b, gone, b])
    left = _joined(combine, _joined(combine, a, b), c)
    right = _joined(combine, a, _joined(combine, b, c))
    told = f"{what} makes {left[0]} of {a[0]}, {b[0]} first and then {c[0]}, else {right[0]}"
    law(_near(left, right), f"{told}: it is not associative")


def _grouped(aggregate: Aggregate, parts: tuple[FloatArray, ...], span: int) -> float:
    """The value of a tree of reports, so many under each."""
    reports = len(parts[0])
    above = [0 if span == reports else i // span for i in range(reports)]
    org = OrgTree.from_table({"id": np.arange(reports + 1), "parent": [None, *above]})
    own = [np.r_[np.nan, part][org.ids.astype(int)] for part in parts]
    rolled = [fold_subtrees(org.layout, part, aggregate.combine) for part in own]
    return float(aggregate.finish(*rolled)[0])


def _check_makeup(aggregate: Aggregate, parts: tuple[FloatArray, ...]) -> None:
    """The value of two reports together is made of theirs as the makeup says."""
    one, two = [each[:6] for each in parts], [each[6:] for each in parts]
    both = [_joined(aggregate.combine, a, b) for a, b in zip(one, two, strict=True)]
    a, b, whole = (aggregate.finish(*each) for each in (one, two, both))
    told = f"its finish makes {whole[0]} of reports of {a[0]} and {b[0]}"
    if aggregate.makeup is Makeup.SUM:
        law(_near(whole, a + b), f"{told}: its makeup is a sum, and that is none")
    elif aggregate.makeup is Makeup.EXTREME:
        law((whole == a) | (whole == b), f"{told}: its makeup is an extreme, and that is neither")
    elif aggregate.makeup is Makeup.RATIO:
        n, d = both
        told = f"its finish makes {whole[0]} of its parts {n[0]} and {d[0]}"
        law(_near(whole, n / d), f"{told}: its makeup is a ratio, and that is none")
        summed = _near(both, np.add(one, two))
        law(summed, f"its combine does not add: it makes {n[0]} of {one[0][0]} and {two[0][0]}")
        nothing = aggregate.finish(np.ones(1), np.zeros(1))
        law(np.isnan(nothing), f"its finish makes {nothing[0]} of 1 divided by 0, not NaN")
