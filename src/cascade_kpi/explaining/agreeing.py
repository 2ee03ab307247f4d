"""The steps by which an agreed target is made, each done again from its inputs."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.commitments.demands import in_real_lots
from cascade_kpi.commitments.limits import FloorsAndCaps
from cascade_kpi.commitments.sweeps import handed, lifted, met, shares_of
from cascade_kpi.commitments.wholes import for_children, made_top, whole_family
from cascade_kpi.kpis.lots import Lot
from cascade_kpi.org.bands import added, family_of

__all__ = [
    "BeyondChildren",
    "Ends",
    "HandedOn",
    "InRealLots",
    "Liked",
    "Met",
    "WholeChild",
    "WholeTop",
]


def _column(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)[:, None]


@frozen
class InRealLots:
    """An amount in lots, not rounded."""

    lot: Lot

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(in_real_lots(self.lot, np.array([inputs[0]]))[0])

    def words(self) -> str:
        """The clause."""
        return f"in lots of {self.lot.size}, not rounded"


@frozen
class BeyondChildren:
    """A node's lots, less its children's."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return inputs[0] - math.fsum(inputs[1:])

    def words(self) -> str:
        """The clause."""
        return "what its target holds beyond its children's"


@frozen
class Met:
    """Both sides' demands as one. Inputs are the target, its confidence, the offer and its own."""

    weight: bool

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        both = met(*(np.array([each]) for each in inputs))
        return float(both[1 if self.weight else 0][0])

    def words(self) -> str:
        """The clause."""
        return "target and offer, " + ("both confidences" if self.weight else "by confidence")


@frozen
class Liked:
    """What a node would like best, or its leeway.

    Inputs are its own demand and weight, then each child's best and leeway.
    """

    leeway: bool
    factor: float

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        value, weight, *below = inputs
        together, way = np.zeros(1), np.full(1, np.inf)
        if below:
            together = added(_column(*below[::2])) / self.factor
            way = added(_column(*below[1::2])) / (self.factor * self.factor)
        with np.errstate(divide="ignore", invalid="ignore"):
            best, left, _ = lifted(np.array([value]), np.array([weight]), together, way)
        return float((left if self.leeway else best)[0])

    def words(self) -> str:
        """The clause."""
        what = (
            "one over the weight of that" if self.leeway else "its demand and its children's best"
        )
        return f"{what}, by weight"


@frozen
class HandedOn:
    """A child's best, and its share of what the parent has beyond its children's.

    Inputs are the parent's optimum, then each child's best, leeway and claim.
    """

    position: int
    factor: float

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        has, *told = inputs
        best, ways, claims = (_column(*told[i::3]) for i in range(3))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = shares_of(ways, added(ways), claims)
        over = np.array([has * self.factor])
        return float(handed(over, added(best), best, share)[self.position, 0])

    def words(self) -> str:
        """The clause."""
        return f"its best, and its share of what is over or lacking, child {self.position + 1}"


class Ends(NamedTuple):
    """What a subtree can have, in lots."""

    low: float
    high: float


@frozen
class WholeTop:
    """A root's optimum, whole."""

    ends: Ends

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        low, high = (np.array([end]) for end in self.ends)
        return float(made_top(np.array(inputs), FloorsAndCaps(low, high))[0])

    def words(self) -> str:
        """The clause."""
        return "its optimum, rounded"


@frozen
class WholeChild:
    """A child's lots: the optima of its family made whole.

    Inputs are the parent's lots, then the optimum of every child.
    """

    position: int
    ends: tuple[Ends, ...]
    margin: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        total, *found = inputs
        room = FloorsAndCaps(*(_column(*each) for each in zip(*self.ends, strict=True)))
        family, lots = family_of(len(found)), np.empty((len(found), 1))
        given = for_children(np.array([total]), np.array([self.margin]))
        whole_family(family, given, _column(*found), room, lots)
        return float(lots[self.position, 0])

    def words(self) -> str:
        """The clause."""
        return f"the family's optima made whole by largest remainder, child {self.position + 1}"
