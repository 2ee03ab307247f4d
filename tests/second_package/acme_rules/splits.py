"""A split that the library does not have, and one of a ratio."""

from typing import ClassVar

import numpy as np
from attrs import frozen

from cascade_kpi import splits
from cascade_kpi.kpis.splits.rates import Paced
from cascade_kpi.org.rollup import sweep_subtrees
from cascade_kpi.records import record


@record("acme/splits.square_root")
@frozen
class SquareRoot:
    """In proportion to the square root of a column: large units are spared."""

    column: str
    divides: ClassVar[bool] = True

    def __call__(self, org):
        """Claims of every node, square roots of the column's sum below it."""
        return np.sqrt(org.over_subtrees().sum(org.numbers(self.column)))


@record("acme/splits.seats_and_turns")
@frozen
class SeatsAndTurns:
    """A ratio whose volume is the product of two columns; everybody moves by the same points."""

    seats: str
    turns: str
    base: str

    def paced(self, org, aggregate, better):
        """What the library needs to know of every node."""
        leaf = org.is_leaf
        own = np.where(leaf, org.numbers(self.seats) * org.numbers(self.turns), 0.0)
        volumes = sweep_subtrees(org.layout, own, np.add)
        tops = sweep_subtrees(
            org.layout, np.where(leaf & (own > 0), own * org.numbers(self.base), 0.0), np.add
        )
        with np.errstate(invalid="ignore"):
            rates = np.where(volumes > 0, tops / volumes, np.nan)
        none = np.full(len(org), np.nan)
        line = splits.Baseline(org, better, volumes, rates)
        return Paced(line, np.where(leaf & (volumes > 0), 1.0, 0.0), none, none)
