"""What nodes can have at least and at most."""

from __future__ import annotations

from attrs import frozen

from cascade_kpi._arrays import FloatArray, is_everywhere
from cascade_kpi.org.bands import Band

__all__ = ["FloorsAndCaps"]


@frozen(eq=False)
class FloorsAndCaps:
    """What every node may have at least and at most, in whole lots.

    Attributes
    ----------
    low, high : float64 array
        In sweep order, or of some nodes; infinite where there is none, and the same number
        where a node is certain.
    """

    low: FloatArray
    high: FloatArray

    @property
    def is_bare(self) -> bool:
        """Whether nothing is limited, which is known without a look at each."""
        return is_everywhere(self.low) and is_everywhere(self.high)

    def of(self, band: Band) -> FloorsAndCaps | None:
        """The children's part; None if nothing is limited."""
        return None if self.is_bare else FloorsAndCaps(band.part(self.low), band.part(self.high))
