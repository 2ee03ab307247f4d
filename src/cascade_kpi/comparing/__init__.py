"""Two rules on one population, and how far a grade depends on weights and on errors."""

from cascade_kpi.comparing.chances import GradeChances, grade_chances
from cascade_kpi.comparing.compare import Comparison, compare
from cascade_kpi.comparing.errors import MeasurementError, OfPoints, OfResult
from cascade_kpi.comparing.pay import Pay, PayPerGrade, PayPerPoint
from cascade_kpi.comparing.pools import Column, Everybody, Siblings, Under
from cascade_kpi.comparing.standings import Standing
from cascade_kpi.comparing.tipping import Tipping, tipping

__all__ = [
    "Column",
    "Comparison",
    "Everybody",
    "GradeChances",
    "MeasurementError",
    "OfPoints",
    "OfResult",
    "Pay",
    "PayPerGrade",
    "PayPerPoint",
    "Siblings",
    "Standing",
    "Tipping",
    "Under",
    "compare",
    "grade_chances",
    "tipping",
]
