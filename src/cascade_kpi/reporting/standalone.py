"""Stages that are told as a whole: their page is of no node and no period in particular."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen

from cascade_kpi.commitments.negotiation import Negotiation
from cascade_kpi.examining.examine import Examination
from cascade_kpi.fitting import Apportionment, Fitted, Rounded
from cascade_kpi.rating.leniency import Leniency
from cascade_kpi.reporting.examined import examined_page
from cascade_kpi.reporting.fits import table_page
from cascade_kpi.reporting.lenient import leniency_page
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.talks import talks_page

__all__ = ["STANDALONE", "Standalone", "ToldWhole"]

ToldWhole = Fitted | Apportionment | Rounded | Leniency | Examination | Negotiation


@frozen
class Standalone:
    """How one kind of stage is told.

    Attributes
    ----------
    title : callable
        Its title, if nobody gives another.
    reason : str
        Why it is not asked for a node or a period.
    page : callable
        Makes the page of a stage, the limits and the title.
    """

    title: Callable[[Any], str]
    reason: str
    page: Callable[[Any, Limits, str], Page]


def _table_title(stage: Any) -> str:
    return " × ".join(stage.problem.labelled.names)


def _rule_title(stage: Examination) -> str:
    return f"Rule check: {stage.card.root.name}"


_TABLE = Standalone(_table_title, "a table has none", table_page)

STANDALONE: Mapping[type, Standalone] = MappingProxyType(
    {
        Fitted: _TABLE,
        Apportionment: _TABLE,
        Rounded: _TABLE,
        Leniency: Standalone(lambda _: "Leniency of raters", "it is of all raters", leniency_page),
        Examination: Standalone(_rule_title, "it is of all posts", examined_page),
        Negotiation: Standalone(lambda talks: talks.about, "the rounds have their own", talks_page),
    }
)
"""Every kind that is told so."""
