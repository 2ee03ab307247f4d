"""Calibration: grades that meet quotas, pool by pool, with the smallest change."""

from cascade_kpi.calibrating.adjusting import Adjustment, Held, Sitting, Waived
from cascade_kpi.calibrating.calibrate import Calibrated, calibrate
from cascade_kpi.calibrating.pools import Column, Everybody, Pools, Under
from cascade_kpi.calibrating.quotas import AtLeast, AtMost, Between, Ideal, Quotas
from cascade_kpi.calibrating.scheme import Scheme

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
    "Pools",
    "Quotas",
    "Scheme",
    "Sitting",
    "Under",
    "Waived",
    "calibrate",
]
