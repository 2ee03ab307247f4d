"""Aggregates that the library does not have."""

from typing import ClassVar

import numpy as np
from attrs import frozen

from cascade_kpi import aggregates
from cascade_kpi.records import record


class _Added:
    """Parts add up, over units and over periods."""

    __slots__ = ()

    @property
    def combine(self):
        return aggregates.add_present

    @property
    def along(self):
        return aggregates.add_present


@record("acme/aggregates.root_mean_square")
@frozen
class RootMeanSquare(_Added):
    """The root mean square of the deviations reported: large ones weigh more."""

    inputs: ClassVar[tuple[str, ...]] = ("value",)
    makeup: ClassVar[aggregates.Makeup] = aggregates.Makeup.OTHER

    def parts(self, *inputs):
        """Squares, and one for each that is present."""
        (value,) = inputs
        return value * value, np.where(np.isnan(value), np.nan, 1.0)

    def finish(self, *parts):
        """The root of the mean of the squares."""
        squares, count = parts
        return np.sqrt(squares / count)


@record("acme/aggregates.takings")
@frozen
class Takings(_Added):
    """Pieces times price, added: a sum of reports of two columns."""

    inputs: ClassVar[tuple[str, ...]] = ("pieces", "price")
    makeup: ClassVar[aggregates.Makeup] = aggregates.Makeup.SUM

    def parts(self, *inputs):
        """What each report comes to."""
        pieces, price = inputs
        return (pieces * price,)

    def finish(self, *parts):
        """The sums."""
        return parts[0]


@record("acme/aggregates.in_thousands")
@frozen
class InThousands(_Added):
    """A sum of reports in units, told in thousands."""

    inputs: ClassVar[tuple[str, ...]] = ("value",)
    makeup: ClassVar[aggregates.Makeup] = aggregates.Makeup.SUM

    def parts(self, *inputs):
        """The reports."""
        return inputs

    def finish(self, *parts):
        """The sums, in thousands."""
        return parts[0] / 1000.0
