"""What an attainment is where its formula has no answer: a policy chosen by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault, suggest
from cascade_kpi.kpis.directions import Direction

__all__ = ["answered", "not_policy"]


Given = tuple[FloatArray, FloatArray, Direction]


def _absent(actual: FloatArray, *_: FloatArray | Direction) -> FloatArray:
    return np.full(np.shape(actual), np.nan)


def _met(actual: FloatArray, target: FloatArray, better: Direction) -> FloatArray:
    short = better.shortfall(actual, target)
    return np.where(np.isnan(short), np.nan, np.where(short > 0, 0.0, 1.0))


_POLICIES: dict[str, Callable[..., FloatArray]] = {
    "refuse": _absent,
    "met": _met,
    "exclude": _absent,
}


def answered(
    policy: str, undefined: NDArray[np.bool_], answer: FloatArray, given: Given
) -> FloatArray:
    """The answer, and what the policy puts where it is undefined.

    `given` is the result, the target and the direction.
    """
    return np.where(undefined, _POLICIES[policy](*given), answer) if undefined.any() else answer


def not_policy(source: str, named: tuple[str, ...] = (), **policies: object) -> list[Fault]:
    """A fault for each field that names no policy, nor one of the rule's own."""
    known = [*named, *_POLICIES]
    return [
        Fault(source, "no such policy", suggest(value, known), column=column, value=value)
        for column, value in policies.items()
        if not isinstance(value, str) or value not in known
    ]
