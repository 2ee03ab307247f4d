"""Levels of curves: pairs of attainment and points, or of a start and a rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from cascade_kpi._fields import as_number, as_tuple, members
from cascade_kpi.errors import Fault

__all__ = ["Pair", "Pairs", "as_pair", "as_pairs", "exact", "not_pair", "not_pairs"]

_PAIRS = "give (attainment, points) pairs of numbers"

Pair = tuple[float, float]
Pairs = tuple[Pair, ...]


def as_pairs(levels: Iterable[Iterable[float]] | Mapping[float, float]) -> Any:
    """A mapping or a list of pairs as a tuple of tuples of floats; anything else as it is."""
    pairs = as_tuple(levels.items() if isinstance(levels, Mapping) else levels)
    return tuple(map(as_pair, pairs)) if isinstance(pairs, tuple) else pairs


def as_pair(level: Any) -> Any:
    """What has an order as a tuple of floats; anything else as it is."""
    pair = as_tuple(level)
    return tuple(map(as_number, pair)) if isinstance(pair, tuple) else pair


def not_pair(name: str, level: Any, column: str, row: int | None = None) -> list[Fault]:
    """A fault if a level is not a pair of finite numbers."""
    if (
        not isinstance(level, tuple)
        or len(level) != 2
        or not all(isinstance(number, float) for number in level)
    ):
        reason, repair = "not a pair of numbers", _PAIRS
    elif not np.isfinite(level).all():
        reason, repair = "not finite", "give finite numbers"
    else:
        return []
    return [Fault(name, reason, repair, row=row, column=column, value=level)]


def not_pairs(name: str, levels: Any, least: int, column: str = "levels") -> list[Fault]:
    """A fault for each level that is no pair of finite numbers, or out of order."""
    faults: list[Fault] = []
    before = -np.inf
    for i, level in members(name, levels, tuple, _PAIRS, faults, column=column):
        wrong = not_pair(name, level, column, i)
        if not wrong and level[0] <= before:
            reason = f"out of order: {level[0]:g} comes after {before:g}"
            repair = f"sort the {column}, each attainment once"
            wrong = [Fault(name, reason, repair, row=i, column=column, value=level)]
        if not wrong:
            before = level[0]
        faults += wrong
    if isinstance(levels, tuple) and len(levels) < least:
        reason, repair = f"{len(levels)} {column}", f"give at least {least}"
        faults.append(Fault(name, reason, repair, column=column))
    return faults


def exact(number: float) -> Fraction:
    """The decimal number that a float is written as: 0.02 rather than the float next to it.

    Edges made of several numbers are the floats nearest to their exact decimals, so that
    ``1 + 0.02`` is where a reader who writes 1.02 expects it.
    """
    return Fraction(repr(number))
