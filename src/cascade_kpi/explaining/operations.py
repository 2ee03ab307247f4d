"""The operations of explanations: one node's share of what the kernels do."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.kpis.aggregates import Aggregate, Makeup
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.kpis.lots import Lot
from cascade_kpi.org.rollup import Combine
from cascade_kpi.results.change import fold_values
from cascade_kpi.scoring.attainments import Attainment
from cascade_kpi.scoring.curves import Curve, said


def _one(value: float) -> FloatArray:
    return np.array([value], dtype=np.float64)


@frozen
class AsFirst:
    """The first input as it is; others, if there are any, say what it goes by."""

    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return inputs[0]

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen
class Combined:
    """Inputs combined one after another, absent ones left out."""

    combine: Combine
    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return fold_values(self.combine, list(inputs))

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen
class ProductOf:
    """The first input times all others, one after the other."""

    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        product = np.float64(inputs[0])
        for factor in inputs[1:]:
            product = product * np.float64(factor)
        return float(product)

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen
class Held:
    """Held back, because something that it needs is absent."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float("nan")

    def words(self) -> str:
        """The clause."""
        return "held back: something below is missing"


@frozen
class Part:
    """One part of a report, as its KPI aggregates."""

    aggregate: Aggregate
    which: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.aggregate.parts(*map(_one, inputs))[self.which][0])

    def words(self) -> str:
        """The clause."""
        return f"part {self.which + 1} of a report under {self.aggregate!r}"


@frozen
class Finished:
    """The value that combined parts make."""

    aggregate: Aggregate

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.aggregate.finish(*map(_one, inputs))[0])

    def words(self) -> str:
        """The clause."""
        how = "divided last" if self.aggregate.makeup is Makeup.RATIO else "made of its parts"
        return f"{self.aggregate!r}, {how}"


@frozen
class PlannedPart:
    """What a period's target would have given at the volume reported."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        target, volume = inputs
        return volume if np.isnan(volume) else float(np.multiply(target, volume))

    def words(self) -> str:
        """The clause."""
        return "target × volume reported"


@frozen
class VolumeOfTarget:
    """The volume reported, where there was a target for it."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        target, volume = inputs
        return float("nan") if np.isnan(target) else volume

    def words(self) -> str:
        """The clause."""
        return "volume reported under a target"


@frozen
class LessUnreported:
    """A target less the targets of what was not reported."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(np.subtract(inputs[0], inputs[1]))

    def words(self) -> str:
        """The clause."""
        return "target − the targets of what was due and not reported"


@frozen
class IfReported:
    """A period's target, if the period was reported."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float("nan") if np.isnan(inputs[1]) else inputs[0]

    def words(self) -> str:
        """The clause."""
        return "the target of a period that was reported"


@frozen
class LotsAsAmount:
    """A number of lots as an amount in KPI units."""

    lot: Lot

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.lot.values(np.array([int(inputs[0])]))[0])

    def words(self) -> str:
        """The clause."""
        return f"in lots of {self.lot.size}"


@frozen
class AmountAsLots:
    """An amount that was stated, counted in lots."""

    lot: Lot

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.lot.whole(_one(inputs[0]))[0][0])

    def words(self) -> str:
        """The clause."""
        return f"counted in lots of {self.lot.size}"


@frozen
class Factored:
    """A parent's target times a factor."""

    split: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(np.multiply(inputs[0], inputs[1]))

    def words(self) -> str:
        """The clause."""
        return f"{self.split}: the parent's target times the factor"


@frozen
class Attained:
    """A result set against its target."""

    rule: Attainment
    better: Direction

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        actual, target, *columns = map(_one, inputs)
        return float(self.rule(actual, target, self.better, *columns)[0])

    def words(self) -> str:
        """The clause."""
        return f"{self.rule!r}, {self.better!r}"


@frozen
class Points:
    """Points of an attainment by a curve, and where on the curve that is."""

    curve: Curve
    attainment: float

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.curve(_one(inputs[0]))[0])

    def words(self) -> str:
        """The clause."""
        told = said(self.curve, self.attainment)
        return f"{self.curve!r}: {told}" if told else f"{self.curve!r}"


@frozen
class Distance:
    """Points less points at target, times what a point adds at each level."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        points, at_target, *slopes = inputs
        out = np.subtract(points, at_target)
        for slope in slopes:
            out = np.multiply(out, slope)
        return float(out)

    def words(self) -> str:
        """The clause."""
        return "(points − points at target) × what a point adds"


@frozen
class Difference:
    """The first input less the second."""

    phrase: str = "result − target"

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(np.subtract(inputs[0], inputs[1]))

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen
class BroughtToSum:
    """A child's result less its target; nothing without a result."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        result, target = inputs
        if np.isnan(result):
            return 0.0
        return float(np.subtract(result, 0.0 if np.isnan(target) else target))

    def words(self) -> str:
        """The clause."""
        return "result − target; nothing without a result"


@frozen
class BroughtToRatio:
    """(n − t·d)/D with the child's parts, the parent's target and its D."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        top, bottom = np.where(np.isnan(inputs[:2]), 0.0, inputs[:2])
        target, whole = np.asarray(inputs[2:])
        with np.errstate(invalid="ignore", divide="ignore"):
            return float((top - target * bottom) / whole)

    def words(self) -> str:
        """The clause."""
        return "(n − t·d)/D: its parts, its parent's target and denominator"


@frozen
class BroughtToExtreme:
    """The parent's gap, if this is the first child that sets its value.

    Inputs are the parent's result and target, then every child's result.
    """

    position: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        result, target, *children = inputs
        first = next((i for i, value in enumerate(children) if value == result), -1)
        return float(np.subtract(result, target)) if first == self.position else 0.0

    def words(self) -> str:
        """The clause."""
        return "the parent's gap if this child sets its value, else nothing"


@frozen
class Shortfall:
    """How far a result is on the wrong side of its target."""

    better: Direction

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.better.shortfall(_one(inputs[0]), _one(inputs[1]))[0])

    def words(self) -> str:
        """The clause."""
        return f"the unfavourable part of result − target, {self.better!r}"
