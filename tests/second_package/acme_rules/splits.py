"""A split that the library does not have."""

from typing import ClassVar

import numpy as np
from attrs import frozen

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
