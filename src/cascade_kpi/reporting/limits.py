"""How much a report shows before it says what it leaves out."""

from __future__ import annotations

import attrs
from attrs import field, frozen

from cascade_kpi._fields import not_whole
from cascade_kpi.errors import check

__all__ = ["Limits"]

_MOST = 10**9


@frozen
class Limits:
    """The most that each part of a report shows; what is left out is always said.

    Parameters
    ----------
    nodes, levels : int
        Of the organisation tree.
    cards : int
        Scorecards of the children.
    people : int
        Scorecards at either end, lowest and highest totals.
    parts : int
        Parts of a waterfall; those in the middle are taken together.
    actions : int
        Of the plan.
    goals : int
        Drawn on a strategy map; branches beyond that are folded into the goals that they
        serve.
    rows : int
        Of each table of goals, plans and findings.
    names : int
        Names in one list, of missing reports for example.
    """

    nodes: int = field(default=600, kw_only=True)
    levels: int = field(default=10, kw_only=True)
    cards: int = field(default=24, kw_only=True)
    people: int = field(default=5, kw_only=True)
    parts: int = field(default=14, kw_only=True)
    actions: int = field(default=200, kw_only=True)
    goals: int = field(default=24, kw_only=True)
    rows: int = field(default=200, kw_only=True)
    names: int = field(default=12, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check(not_whole("limits", 1, _MOST, **attrs.asdict(self)))
