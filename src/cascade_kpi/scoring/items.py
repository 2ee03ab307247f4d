"""Items: the parts of a scorecard that have points of their own."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import is_a, not_texts
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.scoring.attainments import Attainment, Proportion
from cascade_kpi.scoring.curves import Curve, Linear
from cascade_kpi.scoring.reading import Reading

__all__ = ["Item", "Rated", "Scored"]


@runtime_checkable
class Scored(Protocol):
    """A kind of item: what has points by itself.

    Attributes
    ----------
    name : str
        What it is called on the card.
    kpis : tuple of str
        The KPIs whose results it reads.
    """

    @property
    def name(self) -> str:
        """What it is called on the card."""
        ...

    @property
    def kpis(self) -> tuple[str, ...]:
        """The KPIs whose results it reads."""
        ...

    def points(self, reading: Reading) -> FloatArray:
        """Points, float64 (m,), NaN where it has none."""
        ...

    def at_target(self, reading: Reading) -> FloatArray:
        """Points it would have on target; those it has, if it has no target."""
        ...


def _not_a_curve(curve: object) -> list[Fault]:
    if not isinstance(curve, type) and callable(curve):
        return []
    repair = "use one of cascade_kpi.curves, or an object with a numpy __call__"
    return [Fault("item", "not a curve", repair, column="curve", value=curve)]


@record("cascade_kpi/item")
@frozen
class Item:
    """A KPI as an item of a scorecard: its result, set against its target, by a curve.

    Parameters
    ----------
    kpi : str
    curve : Curve
        From attainment to points.
    attainment : Attainment
        What the curve is read at.
    named : str, optional
        What it is called on the card: the KPI's name by default. Needed where two
        items are of one KPI.
    """

    kpi: str
    curve: Curve = field(factory=Linear)
    attainment: Attainment = field(factory=Proportion)
    named: str | None = None

    def __attrs_post_init__(self) -> None:
        faults = not_texts("item", kpi=self.kpi) + _not_a_curve(self.curve)
        if not is_a(self.attainment, Attainment):
            repair = "use one of cascade_kpi.attainments, or an object with its methods"
            given = self.attainment
            faults.append(
                Fault("item", "not an attainment", repair, column="attainment", value=given)
            )
        if self.named is not None:
            faults += not_texts("item", named=self.named)
        check(faults)

    @property
    def name(self) -> str:
        """What it is called on the card."""
        return self.kpi if self.named is None else self.named

    @property
    def kpis(self) -> tuple[str, ...]:
        """Its KPI."""
        return (self.kpi,)

    def attained(self, reading: Reading) -> FloatArray:
        """What the curve is read at, float64 (m,)."""
        return self._attained(reading, reading.result(self.kpi))

    def _attained(self, reading: Reading, actual: FloatArray) -> FloatArray:
        rule = self.attainment
        columns = map(reading.column, rule.columns)
        found = rule(actual, reading.target(self.kpi), reading.better(self.kpi), *columns)
        if np.isinf(found).any():  # a cap would hide it
            raise FloatingPointError
        return found

    def attained_at_target(self, reading: Reading) -> FloatArray:
        """What it would be read at if its result were its target, float64 (m,)."""
        return self._attained(reading, reading.target(self.kpi))

    def points(self, reading: Reading) -> FloatArray:
        """Points, float64 (m,), NaN where there is no result or no target."""
        return self.curve(self.attained(reading))

    def at_target(self, reading: Reading) -> FloatArray:
        """Points it would have if its result were its target."""
        return self.curve(self.attained_at_target(reading))


@record("cascade_kpi/rated")
@frozen
class Rated:
    """What several raters agreed on, as an item of a scorecard.

    Parameters
    ----------
    question : str
        An item of the ratings.
    curve : Curve
        From the raters' scale to points.
    named : str, optional
        What it is called on the card: the question by default.
    """

    question: str
    curve: Curve
    named: str | None = None

    def __attrs_post_init__(self) -> None:
        faults = not_texts("item", question=self.question) + _not_a_curve(self.curve)
        if self.named is not None:
            faults += not_texts("item", named=self.named)
        check(faults)

    @property
    def name(self) -> str:
        """What it is called on the card."""
        return self.question if self.named is None else self.named

    @property
    def kpis(self) -> tuple[str, ...]:
        """None."""
        return ()

    def points(self, reading: Reading) -> FloatArray:
        """Points, float64 (m,), NaN where nobody's rating counts."""
        return self.curve(reading.rated(self.question))

    def at_target(self, reading: Reading) -> FloatArray:
        """Those it has: a rating has no target."""
        return self.points(reading)
