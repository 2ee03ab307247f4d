"""Two rules on one population, and how far a grade depends on weights and on errors."""

from cascade_kpi.comparing.compare import Comparison, compare
from cascade_kpi.comparing.pay import Pay, PayPerGrade, PayPerPoint
from cascade_kpi.comparing.pools import Column, Everybody, Siblings, Under
from cascade_kpi.comparing.standings import Standing

__all__ = [
    "Column",
    "Comparison",
    "Everybody",
    "Pay",
    "PayPerGrade",
    "PayPerPoint",
    "Siblings",
    "Standing",
    "Under",
    "compare",
]
