"""At which attainments an item's curve may be read, and which way is better there."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import frozen

from cascade_kpi._fields import is_a
from cascade_kpi.kpis.directions import Direction, OnTarget, ways
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.scoring.attainments import (
    Attainment,
    Difference,
    Goalposts,
    Proportion,
    Quotient,
    Result,
    Rounded,
)
from cascade_kpi.scoring.rounding import rounded

__all__ = ["Domain", "Spanning", "domain_of"]


@runtime_checkable
class Spanning(Protocol):
    """An attainment that knows from where to where it may come."""

    def span(self, better: Direction) -> tuple[float, float]:
        """The least and the greatest attainment; infinite where there is no end."""
        ...


@frozen
class Domain:
    """Where a curve is read.

    Attributes
    ----------
    low, high : float
        The least and the greatest attainment; infinite where there is no end.
    sense : int
        1 where more of it is better, −1 where less is, 0 where neither is.
    decimals : int or None
        To how many decimals it is rounded before the curve is read.
    """

    low: float = -math.inf
    high: float = math.inf
    sense: int = 1
    decimals: int | None = None

    def within(self, low: float, high: float) -> Domain:
        """The part of it between two attainments."""
        return Domain(max(self.low, low), min(self.high, high), self.sense, self.decimals)


def domain_of(rule: Attainment, kpi: Kpi) -> Domain:
    """At which attainments a rule lets a curve be read."""
    inner, rounds = rule, list[Rounded]()
    while isinstance(inner, Rounded):
        rounds.append(inner)
        inner = inner.of
    ends = np.array(_span(inner, kpi.better), dtype=np.float64)
    for each in reversed(rounds):  # rounding may carry an end further out
        ends = rounded(ends, each.decimals, each.mode)
    low, high = ends.tolist()
    decimals = rounds[0].decimals if rounds else None
    return Domain(low, high, _sense(inner, kpi.better), decimals)


def _span(rule: Attainment, better: Direction) -> tuple[float, float]:
    if isinstance(rule, Spanning) and is_a(rule, Spanning):
        return rule.span(better)
    known = _SPANS.get(type(rule))
    return (-math.inf, math.inf) if known is None else known(rule, better)


def _proportion(_: Any, better: Direction) -> tuple[float, float]:
    return -math.inf, 1.0 if isinstance(better, OnTarget) else math.inf


def _difference(_: Any, better: Direction) -> tuple[float, float]:
    return -math.inf, 0.0 if isinstance(better, OnTarget) else math.inf


def _quotient(rule: Quotient, better: Direction) -> tuple[float, float]:
    return -math.inf, 1.0 if isinstance(better, OnTarget) else rule.most


def _goalposts(rule: Goalposts, _: Direction) -> tuple[float, float]:
    low = -math.inf if rule.floor is None else rule.floor
    return low, math.inf if rule.cap is None else rule.cap


_SPANS: dict[type, Callable[[Any, Direction], tuple[float, float]]] = {
    Proportion: _proportion,
    Difference: _difference,
    Quotient: _quotient,
    Goalposts: _goalposts,
}


def _sense(rule: Attainment, better: Direction) -> int:
    """Only a result as it is may be better by being less."""
    if not isinstance(rule, Result):
        return 1
    return way_of(better)


def way_of(better: Direction) -> int:
    """1 where a higher result is better, −1 where a lower one is, 0 where neither is."""
    more_is_worse, less_is_worse = ways(better)
    if more_is_worse == less_is_worse:
        return 0
    return -1 if more_is_worse else 1
