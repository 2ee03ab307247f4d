"""Tables of two and more ways from their margins: fitted, rounded, apportioned."""

from cascade_kpi.fitting.axes import Axes
from cascade_kpi.fitting.fit import Fitted, fit
from cascade_kpi.fitting.margins import Margin

__all__ = ["Axes", "Fitted", "Margin", "fit"]
