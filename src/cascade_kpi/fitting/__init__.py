"""Tables of two and more ways from their margins: fitted, rounded, apportioned."""

from cascade_kpi.fitting.axes import Axes
from cascade_kpi.fitting.biproportional import Apportionment, DivisorMethod, apportion
from cascade_kpi.fitting.fit import Fitted, Until, fit
from cascade_kpi.fitting.forms import Apportioning, Fitting, Rounding
from cascade_kpi.fitting.margins import Margin
from cascade_kpi.fitting.problem import Problem
from cascade_kpi.fitting.rounding import Rounded, round_to_margins

__all__ = [
    "Apportioning",
    "Apportionment",
    "Axes",
    "DivisorMethod",
    "Fitted",
    "Fitting",
    "Margin",
    "Problem",
    "Rounded",
    "Rounding",
    "Until",
    "apportion",
    "fit",
    "round_to_margins",
]
