"""Any stage with totals and grades of everybody, and what stands behind it."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import is_a
from cascade_kpi.errors import Fault, unlike
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.scoring.grades import Grades
from cascade_kpi.scoring.score import Scores

__all__ = ["Standing", "bands_of", "behind", "not_in_points", "unit_of"]


@runtime_checkable
class Standing(Protocol):
    """Totals and grades of everybody: scores, blended, multiplied and calibrated ones, or yours.

    A stage that was made of scores has them as `scores`, by which a change of a
    total is split over items; one whose totals are no points says so by its unit.
    """

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        ...

    @property
    def periods(self) -> Periods:
        """The periods."""
        ...

    @property
    def total(self) -> FloatArray:
        """Totals, float64 (p, n), NaN where there is none."""
        ...

    @property
    def grades(self) -> tuple[str, ...]:
        """Grade labels, best first; empty without grades."""
        ...

    @property
    def grade_codes(self) -> IntArray:
        """Position of each grade in `grades`, int64 (p, n); -1 where there is none."""
        ...


def unit_of(standing: Standing) -> str:
    """The unit of its totals."""
    return str(getattr(standing, "unit", "points"))


def behind(standing: Any) -> Any:
    """The first of the stages that it was made of, one from the other: itself if of none."""
    while (before := getattr(standing, "scores", None)) is not None:
        standing = before
    return standing


def bands_of(standing: Any) -> Grades | None:
    """The bands by which the totals that it was made of are graded; None without any."""
    card = getattr(behind(standing), "scorecard", None)
    found = getattr(card, "grades", None)
    return found if isinstance(found, Grades) else None


def not_in_points(standing: object) -> list[Fault]:
    """A fault if it has no totals of everybody in points."""
    if not is_a(standing, Standing):
        return unlike(standing, Scores, "scores", "score(…)")
    unit = str(getattr(standing, "unit", "points"))
    if unit == "points":
        return []
    return [Fault("scores", "its totals are pure numbers", "pass what they were made of")]
