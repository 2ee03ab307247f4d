"""The operations of ratio targets: one node's share of what the kernels do."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.kpis.aggregates import Aggregate
from cascade_kpi.targets.rated import Standing, change_of, end_above, own_end, room_of
from cascade_kpi.targets.ratios import Grain

__all__ = ["Asks", "BaseNumerator", "End", "OfReport", "Quotient", "RoomTo", "Settled"]


def _one(value: float) -> FloatArray:
    return np.array([value])


@frozen
class Settled:
    """A target from its numerator and its volume.

    Inputs are the change and the base numerator, both in units, and the volume; the base
    ratio where there is no change; and the least and the most where there are some.
    """

    counted: Grain
    bounds: tuple[bool, bool]

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        change, base, volume, *rest = inputs
        numerator = self.counted.values(np.array([int(change) + int(base)]))
        value = rest.pop(0) if change == 0 else (numerator / _one(volume))[0]
        least = rest.pop(0) if self.bounds[0] else -np.inf
        most = rest.pop(0) if self.bounds[1] else np.inf
        return float(np.clip(value, least, most))

    def words(self) -> str:
        """The clause."""
        within = " within its bounds" if any(self.bounds) else ""
        return f"base and change of the numerator, over the volume{within}"


@frozen
class Asks:
    """The change that a goal asks for: goal × volume, less the base numerator."""

    counted: Grain
    size: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        goal, volume, base = inputs
        numerator = self.counted.whole(_one(goal) * _one(volume))
        return float(change_of(numerator, np.array([int(base)]), np.array([self.size]))[0])

    def words(self) -> str:
        """The clause."""
        return "goal × volume, less the base numerator"


@frozen
class BaseNumerator:
    """A base ratio times a volume, counted."""

    counted: Grain

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.counted.whole(_one(inputs[0]) * _one(inputs[1]))[0])

    def words(self) -> str:
        """The clause."""
        return "base ratio × volume, counted"


@frozen
class RoomTo:
    """The change that leads to a bound. Inputs are the bound, volume, base ratio and numerator."""

    counted: Grain
    way: float
    ahead: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        bound, *rest = map(_one, inputs)
        at = Standing(*rest)
        return self.ahead * float(room_of(self.counted, self.way, bound, at)[0])

    def words(self) -> str:
        """The clause."""
        return "bound × volume, less the base numerator"


@frozen
class End:
    """The last target on a way.

    Inputs are a node's own bound and base ratio; then, if it has children, its volume, and
    of each child its last target and its volume.
    """

    way: float

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        bound, rate, *rest = map(_one, inputs)
        own = own_end(self.way, bound, rate)
        if not rest:
            return float(own[0])
        volume, *family = rest
        below = np.array([end * v for end, v in zip(family[::2], family[1::2], strict=True)])
        return float(end_above(self.way, own, below, volume)[0])

    def words(self) -> str:
        """The clause."""
        return "its own bound, or its base beyond it, or what its children come to"


@frozen
class Quotient:
    """The first input over the second."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(np.divide(inputs[0], inputs[1]))

    def words(self) -> str:
        """The clause."""
        return "Σ volume·base ÷ Σ volume"


@frozen
class OfReport:
    """The value of one report."""

    aggregate: Aggregate

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.aggregate.finish(*self.aggregate.parts(*map(_one, inputs)))[0])

    def words(self) -> str:
        """The clause."""
        return f"as a report under {self.aggregate!r}"
