"""Intervals of points, and what combinations, absences and adjustments make of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np
from attrs import frozen

from cascade_kpi.scoring.absences import Absence
from cascade_kpi.scoring.combines import Combine, Geometric, Mean, Sum, Weakest

__all__ = ["ANYTHING", "Interval", "combined", "filled", "scaled"]

_MOST_SETS = 10  # parts: of more, not every set is looked at
_MARK = 12_345.678
_SLACK = 1e-12


@frozen
class Interval:
    """All values from one to another, of which either may be infinite."""

    low: float
    high: float

    @property
    def ends(self) -> tuple[float, float]:
        """Both."""
        return self.low, self.high

    def hull(self, other: Interval) -> Interval:
        """The least interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def plus(self, other: Interval) -> Interval:
        """Sums."""
        return Interval(self.low + other.low, self.high + other.high)

    def times(self, other: Interval) -> Interval:
        """Products."""
        ends = [_product(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def clipped(self, low: float, high: float) -> Interval:
        """No less than `low`, no more than `high`."""
        return Interval(min(max(self.low, low), high), min(max(self.high, low), high))

    def capped(self, at: float, holds: str) -> Interval:
        """No more than `at` where a trigger holds: never, always, or sometimes."""
        if holds == "never":
            return self
        high = min(self.high, at) if holds == "always" else self.high
        return Interval(min(self.low, at), high)

    @property
    def single(self) -> bool:
        """Whether it is one number, but for rounding."""
        return math.isfinite(self.low) and self.high - self.low <= 1e-9 * (1 + abs(self.low))


ANYTHING = Interval(-math.inf, math.inf)


def _product(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b  # 0 · ∞ is 0 here: no factor is infinite


def scaled(value: Interval, low: float, high: float) -> Interval:
    """Times any number from one to another."""
    return value.times(Interval(low, high))


def filled(policy: Absence, part: Interval, above: Interval | None) -> tuple[Interval, str]:
    """A part as a policy fills it, and whether it may still be ``"left out"``.

    `above` is what those one level up may have for it; None if they have nothing.
    """
    gone = policy.fill(np.array([np.nan]), lambda: np.array([_MARK]))
    value = float(gone[0])
    if math.isnan(value):
        return part, "left out"
    if value == _MARK:
        return (part if above is None else part.hull(above)), "left out"
    return part.hull(Interval(value, value)), "there"


def combined(
    rule: Combine, parts: Sequence[Interval], weights: Sequence[float], most: float, gone: str
) -> Interval:
    """What a rule makes of parts, of which some may be left out.

    Parameters
    ----------
    most : float
        The share of the weight that may be absent.
    gone : str
        ``"left out"`` where absent parts are, ``"there"`` where all are there.
    """
    make = _rule_of(rule)
    if gone == "there" or most <= 0:  # with anything absent there is no value
        return make(parts, weights)
    if len(parts) > _MOST_SETS:
        return _hull_of(rule, parts, weights)
    whole = sum(weights)
    found: Interval | None = None
    for kept in _sets(len(parts)):
        lost = whole - sum(weights[i] for i in kept)
        if lost > most * whole + _SLACK * whole:
            continue
        made = make([parts[i] for i in kept], [weights[i] for i in kept])
        found = made if found is None else found.hull(made)
    assert found is not None  # noqa: S101 - with nothing left out, nothing is lost
    return found


def _sets(count: int) -> Iterator[tuple[int, ...]]:
    for size in range(1, count + 1):
        yield from combinations(range(count), size)


def _hull_of(rule: Combine, parts: Sequence[Interval], weights: Sequence[float]) -> Interval:
    """Around every set of many parts."""
    make = _rule_of(rule)
    singles = [make([part], [weight]) for part, weight in zip(parts, weights, strict=True)]
    low, high = min(each.low for each in singles), max(each.high for each in singles)
    if type(rule) is Sum:
        down = sum(min(each.low, 0.0) for each in singles)
        up = sum(max(each.high, 0.0) for each in singles)
        return Interval(min(low, down) if down < 0 else low, max(high, up) if up > 0 else high)
    return Interval(low, high) if type(rule) in {Mean, Geometric, Weakest} else ANYTHING


Make = Callable[[Sequence[Interval], Sequence[float]], Interval]


def _rule_of(rule: Combine) -> Make:
    kind = type(rule)  # not a class that merely inherits from it
    if kind is Mean:
        return _mean
    if kind is Sum:
        return lambda parts, _: Interval(sum(p.low for p in parts), sum(p.high for p in parts))
    if kind is Weakest:
        return lambda parts, _: Interval(min(p.low for p in parts), min(p.high for p in parts))
    if isinstance(rule, Geometric) and kind is Geometric:
        least = rule.least
        return lambda parts, weights: Interval(
            _geometric([max(p.low, least) for p in parts], weights),
            _geometric([max(p.high, least) for p in parts], weights),
        )
    return lambda parts, weights: _sloped(rule, parts, weights)


def _mean(parts: Sequence[Interval], weights: Sequence[float]) -> Interval:
    whole = sum(weights)
    low = sum(_product(w, p.low) for w, p in zip(weights, parts, strict=True))
    high = sum(_product(w, p.high) for w, p in zip(weights, parts, strict=True))
    return Interval(low / whole, high / whole)


def _geometric(points: Sequence[float], weights: Sequence[float]) -> float:
    if any(each <= 0 for each in points):
        return 0.0
    logs = [w * math.log(each) for each, w in zip(points, weights, strict=True)]
    power = sum(logs) / sum(weights)
    return math.exp(power) if power < 700 else math.inf


def _sloped(rule: Combine, parts: Sequence[Interval], weights: Sequence[float]) -> Interval:
    """By what a rule answers of its slopes: its value is their sum with the points."""
    slopes = rule.slopes([np.zeros(1)] * len(parts), list(weights))
    if slopes is None:
        return ANYTHING
    value = Interval(0.0, 0.0)
    for slope, part in zip(slopes, parts, strict=True):
        number = float(slope[0])
        value = value.plus(scaled(part, number, number))
    return value
