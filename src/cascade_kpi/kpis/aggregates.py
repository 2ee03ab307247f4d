"""How a KPI's reports combine over units and over periods.

An aggregate turns a report's inputs into parts, the parts are combined up the
tree and along time, and `finish` makes the value of what came out: so a ratio
is kept as numerator and denominator and divided last.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, is_a, not_numbers
from cascade_kpi.errors import Fault, check
from cascade_kpi.org.rollup import Combine, add_present
from cascade_kpi.records import record

__all__ = [
    "Aggregate",
    "Last",
    "Makeup",
    "Max",
    "Mean",
    "Min",
    "Ratio",
    "Sum",
    "WeightedMean",
    "add_present",
]


class Makeup(Enum):
    """How a whole is made up of its parts, and so how its gap is split over them.

    Attributes
    ----------
    SUM
        One part, which adds up: children bring their own gaps.
    RATIO
        Two parts that add up and are divided: children bring (n − t·d)/D.
    EXTREME
        One part, of which one child's stands: that child brings the gap.
    OTHER
        None of these: targets are not rolled up and have no sum over periods,
        and gaps are not split.
    """

    SUM = "sum"
    RATIO = "ratio"
    EXTREME = "extreme"
    OTHER = "other"


@runtime_checkable
class Aggregate(Protocol):
    """How reports combine.

    Attributes
    ----------
    inputs : tuple of str
        Columns of an actuals table that make one report.
    combine : callable (a, b, out)
        Combines two arrays of one part over units, skipping NaN:
        ``add_present``, ``np.fmin``.
    makeup : Makeup
        How a whole is made up of its parts.
    along : callable (a, b, out)
        Combines an earlier and a later array of one part over periods.
    """

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the columns that a report needs."""
        ...

    @property
    def makeup(self) -> Makeup:
        """How a whole is made up of its parts."""
        ...

    @property
    def combine(self) -> Combine:
        """What combines two arrays of one part over units."""
        ...

    @property
    def along(self) -> Combine:
        """What combines two arrays of one part over periods."""
        ...

    def parts(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """The parts of reports, each the shape of an input."""
        ...

    def finish(self, *parts: FloatArray) -> FloatArray:
        """Values, in KPI units, of combined parts; NaN where there is none."""
        ...


def _divide(top: FloatArray, bottom: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom == 0.0, np.nan, np.divide(top, bottom))


class _Added:
    """Parts add up, over units and over periods."""

    __slots__ = ()

    @property
    def combine(self) -> Combine:
        """Adds what is present."""
        return add_present

    @property
    def along(self) -> Combine:
        """Adds what is present."""
        return add_present


@record("cascade_kpi/aggregates.sum")
@frozen
class Sum(_Added):
    """Reports add up: revenue, new customers."""

    inputs: ClassVar[tuple[str, ...]] = ("value",)
    makeup: ClassVar[Makeup] = Makeup.SUM

    def parts(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """The values."""
        return inputs

    def finish(self, *parts: FloatArray) -> FloatArray:
        """The sums."""
        return parts[0]


@record("cascade_kpi/aggregates.mean")
@frozen
class Mean(_Added):
    """The mean of the reports, each with weight one: a satisfaction score."""

    inputs: ClassVar[tuple[str, ...]] = ("value",)
    makeup: ClassVar[Makeup] = Makeup.RATIO

    def parts(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """The values, and one for each that is present."""
        (value,) = inputs
        return value, np.where(np.isnan(value), np.nan, 1.0)

    def finish(self, *parts: FloatArray) -> FloatArray:
        """Sum of the values over their number."""
        return _divide(*parts)


@record("cascade_kpi/aggregates.weighted_mean")
@frozen
class WeightedMean(_Added):
    """The mean of the reports by the weight that each brings: a survey's answers."""

    inputs: ClassVar[tuple[str, ...]] = ("value", "weight")
    makeup: ClassVar[Makeup] = Makeup.RATIO

    def parts(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """Value times weight, and weight."""
        value, weight = inputs
        return value * weight, np.where(np.isnan(value), np.nan, weight)

    def finish(self, *parts: FloatArray) -> FloatArray:
        """Σ value·weight ÷ Σ weight; absent where the weights sum to zero."""
        return _divide(*parts)


@record("cascade_kpi/aggregates.ratio")
@frozen
class Ratio(_Added):
    """A ratio of two sums: churn, market share, retention, receivable days.

    Parameters
    ----------
    scale : float
        What the ratio is multiplied by, above zero: 100 for per cent, 365 for
        days of a year.
    """

    scale: float = field(default=1.0, converter=as_number)
    inputs: ClassVar[tuple[str, ...]] = ("numerator", "denominator")
    makeup: ClassVar[Makeup] = Makeup.RATIO

    def __attrs_post_init__(self) -> None:
        check(not_numbers("ratio", scale=self.scale))
        if self.scale <= 0:
            reason, repair = "a scale is above zero", "use 1, or 100 for %"
            check([Fault("ratio", reason, repair, column="scale", value=self.scale)])

    def parts(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """Numerator, scaled, and denominator."""
        numerator, denominator = inputs
        return numerator * self.scale, denominator

    def finish(self, *parts: FloatArray) -> FloatArray:
        """Σ numerator·scale ÷ Σ denominator; absent where that sums to zero."""
        return _divide(*parts)


@record("cascade_kpi/aggregates.min")
@frozen
class Min:
    """The least report: the worst branch's service level."""

    inputs: ClassVar[tuple[str, ...]] = ("value",)
    makeup: ClassVar[Makeup] = Makeup.EXTREME

    @property
    def combine(self) -> Combine:
        """The least of what is present."""
        return np.fmin

    @property
    def along(self) -> Combine:
        """The least of what is present."""
        return np.fmin

    def parts(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """The values."""
        return inputs

    def finish(self, *parts: FloatArray) -> FloatArray:
        """The least values."""
        return parts[0]


@record("cascade_kpi/aggregates.max")
@frozen
class Max:
    """The greatest report: the longest outage."""

    inputs: ClassVar[tuple[str, ...]] = ("value",)
    makeup: ClassVar[Makeup] = Makeup.EXTREME

    @property
    def combine(self) -> Combine:
        """The greatest of what is present."""
        return np.fmax

    @property
    def along(self) -> Combine:
        """The greatest of what is present."""
        return np.fmax

    def parts(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """The values."""
        return inputs

    def finish(self, *parts: FloatArray) -> FloatArray:
        """The greatest values."""
        return parts[0]


@record("cascade_kpi/aggregates.last")
@frozen
class Last:
    """A level rather than a flow: over periods the last report stands.

    Parameters
    ----------
    of : Aggregate
        How it aggregates over units: a sum for headcount or receivables.
    """

    of: Aggregate = field(factory=Sum)

    def __attrs_post_init__(self) -> None:
        if not is_a(self.of, Aggregate):
            repair = "use one of cascade_kpi.aggregates"
            check([Fault("last", "not an aggregate", repair, column="of", value=self.of)])

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs of `of`."""
        return self.of.inputs

    @property
    def makeup(self) -> Makeup:
        """The makeup of `of`."""
        return self.of.makeup

    @property
    def combine(self) -> Combine:
        """How `of` combines over units."""
        return self.of.combine

    @property
    def along(self) -> Combine:
        """The later part, where there is one."""
        return _later

    def parts(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """The parts of `of`."""
        return self.of.parts(*inputs)

    def finish(self, *parts: FloatArray) -> FloatArray:
        """The values of `of`."""
        return self.of.finish(*parts)


def _later(a: FloatArray, b: FloatArray, out: FloatArray) -> FloatArray:
    out[...] = np.where(np.isnan(b), a, b)
    return out
