"""Tables of two and more ways from their margins: fitted, rounded, apportioned."""

from cascade_kpi.fitting.axes import Axes
from cascade_kpi.fitting.biproportional import Apportionment, DivisorMethod, apportion
from cascade_kpi.fitting.fit import Fitted, fit
from cascade_kpi.fitting.margins import Margin
from cascade_kpi.fitting.rounding import round_to_margins

__all__ = [
    "Apportionment",
    "Axes",
    "DivisorMethod",
    "Fitted",
    "Margin",
    "apportion",
    "fit",
    "round_to_margins",
]
