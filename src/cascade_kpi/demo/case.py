"""All inputs of the case."""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import frozen

from cascade_kpi.demo import rules, units, year
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.plan.playbook import Playbook
from cascade_kpi.scoring.scorecard import Scorecard

__all__ = ["Case", "case"]


@frozen(eq=False)
class Case:
    """What goes into the cycle: three tables and three sets of rules.

    Attributes
    ----------
    units, goals, actuals : dict of columns
        Plain lists, one entry a row; None is a blank cell.
    kpis : Kpis
    scorecard : Scorecard
    playbook : Playbook
        The rules.
    periods : tuple of str
        The quarters, in their order.
    start : date
        Day from which the improvement plan counts.
    """

    units: dict[str, list[Any]]
    goals: dict[str, list[Any]]
    actuals: dict[str, list[Any]]
    kpis: Kpis
    scorecard: Scorecard
    playbook: Playbook
    periods: tuple[str, ...]
    start: date


def case() -> Case:
    """The inputs, the same to the last bit on every machine.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> from cascade_kpi import demo
    >>> inputs = demo.case()
    >>> org = ck.OrgTree.from_table(inputs.units, kind="kind", label="name")
    >>> print(org.draw(depth=1))
    Yunqiao Mobile  [company]
    ├─ ...
    """
    table = units.units()
    return Case(
        units=table,
        goals=year.goals(table),
        actuals=year.actuals(table),
        kpis=rules.kpis(),
        scorecard=rules.scorecard(),
        playbook=rules.playbook(),
        periods=year.PERIODS,
        start=date(2027, 1, 4),
    )
