"""Pressure passed on: totals that carry those above, and coefficients of departments."""

from cascade_kpi.blending.blend import Blended, UnitTotals, blend
from cascade_kpi.blending.blend_stints import BlendedStints, blend_stints
from cascade_kpi.blending.bounds import Between, Bound, Within
from cascade_kpi.blending.coefficients import Coefficients
from cascade_kpi.blending.levels import AtNode, OfKind, Own, ReportingLevel, Top, Up
from cascade_kpi.blending.multiply import Multiplied, multiply
from cascade_kpi.blending.shares import Absent, Shares

__all__ = [
    "Absent",
    "AtNode",
    "Between",
    "Blended",
    "BlendedStints",
    "Bound",
    "Coefficients",
    "Multiplied",
    "OfKind",
    "Own",
    "ReportingLevel",
    "Shares",
    "Top",
    "UnitTotals",
    "Up",
    "Within",
    "blend",
    "blend_stints",
    "multiply",
]
