"""Stages that are told of everybody at once: their page is of a period and of no node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen

from cascade_kpi.calibrating.calibrate import Calibrated
from cascade_kpi.comparing.chances import GradeChances
from cascade_kpi.comparing.compare import Comparison
from cascade_kpi.comparing.tipping import Tipping
from cascade_kpi.reporting.calibrated import calibrated_page
from cascade_kpi.reporting.chances import chances_page
from cascade_kpi.reporting.compared import comparison_page
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.swept import swept_page
from cascade_kpi.reporting.tipped import tipped_page
from cascade_kpi.sweeping.sweep import Sweep

__all__ = ["OF_EVERYBODY", "OfEverybody", "ToldOfEverybody"]

ToldOfEverybody = Comparison | Calibrated | GradeChances | Tipping | Sweep


@frozen
class OfEverybody:
    """How one kind of stage is told.

    Attributes
    ----------
    title : callable
        What it is called, before its period.
    reason : str
        Why it is not asked for a node.
    page : callable
        Makes the page of a stage, the position of a period, the limits and the title.
    """

    title: Callable[[Any], str]
    reason: str
    page: Callable[[Any, int, Limits, str], Page]


OF_EVERYBODY: Mapping[type, OfEverybody] = MappingProxyType(
    {
        Comparison: OfEverybody(
            lambda _: "Two rules compared", "it is of all who are compared", comparison_page
        ),
        Calibrated: OfEverybody(
            lambda _: "Grades calibrated", "it is of all pools", calibrated_page
        ),
        GradeChances: OfEverybody(
            lambda _: "Chances of grades", "it is of all who have a grade", chances_page
        ),
        Tipping: OfEverybody(lambda _: "Tipping weights", "name it in tipping(…)", tipped_page),
        Sweep: OfEverybody(
            lambda swept: f"{len(swept.over):,} rules swept", "it is of everybody", swept_page
        ),
    }
)
"""Every kind that is told so."""
