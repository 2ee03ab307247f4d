"""Errors of measurement: what is known to be uncertain, and draws of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, is_a, not_numbers
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record
from cascade_kpi.scoring.block import Where
from cascade_kpi.scoring.items import Rated
from cascade_kpi.scoring.score import Scores

__all__ = ["Draw", "MeasurementError", "OfPoints", "OfResult", "as_errors", "misplaced"]


@runtime_checkable
class MeasurementError(Protocol):
    """The standard error of a measurement.

    Attributes
    ----------
    size : float
        One standard error, zero or more.
    of_points : bool
        Whether it is of an item's points, rather than of a result or a rating.
    """

    @property
    def size(self) -> float:
        """One standard error."""
        ...

    @property
    def of_points(self) -> bool:
        """Whether it is of points."""
        ...


def _not_a_size(source: str, size: Any) -> list[Fault]:
    faults = not_numbers(source, size=size)
    if not faults and size < 0:
        faults = [Fault(source, "below zero", "give 0 or more", column="size", value=size)]
    return faults


@record("cascade_kpi/comparing.of_result")
@frozen
class OfResult:
    """The standard error of results of a KPI, in its unit, or of a question, on its scale.

    Parameters
    ----------
    size : float
        One standard error of measurement: if the spread of observed numbers is s and their
        reliability r, it is s·√(1 − r).

    References
    ----------
    F. M. Lord and M. R. Novick, *Statistical Theories of Mental Test Scores*, 1968, part 1.
    """

    size: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_not_a_size("errors", self.size))

    @property
    def of_points(self) -> bool:
        """Of a result."""
        return False


@record("cascade_kpi/comparing.of_points")
@frozen
class OfPoints:
    """The standard error of the points of an item, after its curve.

    Parameters
    ----------
    size : float
        One standard error of measurement, in points.
    """

    size: float = field(converter=as_number)

    def __attrs_post_init__(self) -> None:
        check(_not_a_size("errors", self.size))

    @property
    def of_points(self) -> bool:
        """Of points."""
        return True


def as_errors(errors: Any) -> Any:
    """A mapping with plain numbers as errors of results, by name; anything else as it is."""
    if not isinstance(errors, Mapping):
        return errors
    made = {}
    for name, each in errors.items():
        number = as_number(each)
        sound = isinstance(number, float) and number >= 0 and np.isfinite(number)
        made[name] = OfResult(number) if sound else each
    return made


def misplaced(scores: Scores, errors: Any) -> list[Fault]:
    """Faults of errors as those of what some scores read."""
    if not isinstance(errors, Mapping) or not errors:
        repair = "give names of KPIs or items with their standard errors"
        return [Fault("errors", "a mapping is wanted", repair, value=errors)]
    items = [scores.outline.names[i] for i in scores.outline.items]
    kpis, asked = _read(scores)
    faults = []
    for name, each in errors.items():
        if not is_a(each, MeasurementError):
            repair = "give a number, zero or more, OfResult(…) or OfPoints(…)"
            faults.append(Fault("errors", "no standard error", repair, column=str(name),
                                value=each))  # fmt: skip
            continue
        known = items if each.of_points else [*kpis, *asked]
        if name not in known:
            what = "item of the card" if each.of_points else "KPI or question that the card reads"
            faults.append(Fault("errors", f"no {what}", suggest(name, known), value=name))
        elif not each.of_points and name in kpis and name in asked:
            reason, repair = "both a KPI and a question", "give one of them another name"
            faults.append(Fault("errors", reason, repair, value=name))
    return faults


def _read(scores: Scores) -> tuple[list[str], list[str]]:
    """The KPIs and the questions that a card reads, by its items or by its rules."""
    card, outline = scores.scorecard, scores.outline
    kpis = {name for item in card.items for name in item.kpis}
    kpis |= {name for i in outline.order for name in outline.reads(i) if outline.find(name) < 0}
    kpis |= {t.kpi for i in outline.order for t in outline.triggers(i) if hasattr(t, "kpi")}
    asked = [item.question for item in card.items if isinstance(item, Rated)]
    return [name for name in scores.kpis.names if name in kpis], asked


@frozen(eq=False)
class Draw:
    """One draw of all errors of everybody, in one period.

    Attributes
    ----------
    results, ratings, points : mapping of name to float64 array (n,)
        What is added, by KPI, question and item.
    """

    results: Mapping[str, FloatArray]
    ratings: Mapping[str, FloatArray]
    points: Mapping[str, FloatArray]

    @classmethod
    def of(
        cls, scores: Scores, errors: Mapping[str, MeasurementError], seed: int, at: tuple[int, int]
    ) -> Draw:
        """The draw of a number `at[1]` in the period `at[0]`."""
        p, number = at
        made: tuple[dict[str, FloatArray], ...] = ({}, {}, {})
        for name, each in errors.items():
            kind = 2 if each.of_points else 0 if name in scores.kpis.names else 1
            key = f"{seed} {kind} {name} {scores.periods.labels[p]}"
            drawn = _normals(key, number, len(scores.org))
            with np.errstate(over="ignore"):  # told when it is scored
                made[kind][name] = np.multiply(drawn, each.size, out=drawn)
        return cls(*made)

    def _added(
        self, known: Mapping[str, FloatArray], name: str, values: FloatArray, nodes: Where
    ) -> FloatArray:
        return values + known[name][nodes] if name in known else values

    def of_result(self, kpi: str, values: FloatArray, nodes: Where) -> FloatArray:
        """Results of some nodes with their errors."""
        return self._added(self.results, kpi, values, nodes)

    def of_rating(self, question: str, values: FloatArray, nodes: Where) -> FloatArray:
        """Ratings of some nodes with their errors."""
        return self._added(self.ratings, question, values, nodes)

    def of_points(self, item: str, values: FloatArray, nodes: Where) -> FloatArray:
        """Points of some nodes with their errors."""
        return self._added(self.points, item, values, nodes)


def _normals(key: str, number: int, size: int) -> FloatArray:
    """Standard normal numbers that are told by a key and a number alone.

    Philox is a function of a key and a counter (J. K. Salmon and others, "Parallel random
    numbers: as easy as 1, 2, 3", SC 2011): the key is a digest of what is drawn, and the high
    half of the counter the number of the draw, so that a draw does not depend on others.
    """
    words = np.frombuffer(hashlib.sha256(key.encode()).digest()[:16], dtype="<u8")
    counter = np.array([0, 0, number, 0], dtype=np.uint64)
    bits = np.random.Philox(key=words.astype(np.uint64), counter=counter)
    return np.random.Generator(bits).standard_normal(size)
