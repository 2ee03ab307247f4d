"""Calibration: grades that meet quotas, pool by pool, with the smallest change."""

from cascade_kpi.calibrating.adjusting import Adjustment, Held, Sitting, Waived
from cascade_kpi.calibrating.calibrate import Calibrated, calibrate
from cascade_kpi.calibrating.policy import Policy
from cascade_kpi.calibrating.pools import Column, Everybody, Pools, Under
from cascade_kpi.calibrating.quotas import AtLeast, AtMost, Between, Ideal, Quotas

__all__ = [
    "Adjustment",
    "AtLeast",
    "AtMost",
    "Between",
    "Calibrated",
    "Column",
    "Everybody",
    "Held",
    "Ideal",
    "Policy",
    "Pools",
    "Quotas",
    "Sitting",
    "Under",
    "Waived",
    "calibrate",
]
