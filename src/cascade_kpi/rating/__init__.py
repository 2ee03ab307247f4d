"""Qualitative items rated by several people: consolidated, shown, and checked for agreement."""

from cascade_kpi.rating.alpha import Interval, Metric, Nominal, Ordinal, alpha
from cascade_kpi.rating.audiences import Audience, Office, Ratee
from cascade_kpi.rating.icc import Icc, Iccs, icc
from cascade_kpi.rating.leniency import Leniency, leniency
from cascade_kpi.rating.raters import Raters
from cascade_kpi.rating.scale import Scale, Survey
from cascade_kpi.rating.ties import Above, Below, Beside, InColumn, Tie, contradictions
from cascade_kpi.rating.trims import Drop, DropShare, KeepAll, Trim
from cascade_kpi.rating.weightings import ByHeads, ByRelation, HandedTo, Weighting
from cascade_kpi.rating.within import rwg

__all__ = [
    "Above",
    "Audience",
    "Below",
    "Beside",
    "ByHeads",
    "ByRelation",
    "Drop",
    "DropShare",
    "HandedTo",
    "Icc",
    "Iccs",
    "InColumn",
    "Interval",
    "KeepAll",
    "Leniency",
    "Metric",
    "Nominal",
    "Office",
    "Ordinal",
    "Ratee",
    "Raters",
    "Scale",
    "Survey",
    "Tie",
    "Trim",
    "Weighting",
    "alpha",
    "contradictions",
    "icc",
    "leniency",
    "rwg",
]
