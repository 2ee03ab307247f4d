"""What the rules of a scorecard may read of the nodes that are being scored."""

from __future__ import annotations

from typing import Protocol

from cascade_kpi._arrays import FloatArray
from cascade_kpi.kpis.directions import Direction

__all__ = ["Part", "Reading"]


class Part(Protocol):
    """A part of a scorecard: an item, or a section."""

    @property
    def name(self) -> str:
        """What it is called on the card."""
        ...


class Reading(Protocol):
    """Numbers of m nodes in one period, each asked for by name.

    Every answer is float64 (m,), NaN where absent. A rule keeps nothing of it and does
    not write to it. What a rule asks for is what its explanation shows.
    """

    def result(self, kpi: str) -> FloatArray:
        """Results of a KPI, in its unit."""
        ...

    def target(self, kpi: str) -> FloatArray:
        """Targets that they are set against: those of what was reported."""
        ...

    def better(self, kpi: str) -> Direction:
        """The KPI's direction."""
        ...

    def column(self, name: str) -> FloatArray:
        """Cells of a column of the tree, as numbers."""
        ...

    def rated(self, question: str) -> FloatArray:
        """What the raters agreed on, on their scale."""
        ...

    def attainment(self, item: str) -> FloatArray:
        """Attainment of an item of the card."""
        ...

    def points(self, part: str) -> FloatArray:
        """Points of an item, or the value of a section, of the card."""
        ...
