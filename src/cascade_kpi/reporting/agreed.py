"""The page of a performance plan."""

from __future__ import annotations

import math

from cascade_kpi._text import plain
from cascade_kpi.agreements.agreement import State
from cascade_kpi.agreements.levels import Level
from cascade_kpi.agreements.performance_plan import PerformancePlan, PlanItem
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.wording import day, percent, points

__all__ = ["plan_page"]

_ABSENT = "–"
_SIDES = (("employee", State.AGREED_BY_EMPLOYEE), ("manager", State.AGREED_BY_MANAGER))


def plan_page(plan: PerformancePlan, title: str) -> Page:
    """The sections that the plan has something for, the agreement last."""
    content = plan.content
    sections: list[tuple[str, str, tuple[Sheet | Notes, ...]]] = []
    if content.duties:
        sections.append(("duties", "Duties", (Notes(content.duties),)))
    sections.append(("kpis", "KPIs", (_items(plan),)))
    if content.serves:
        sections.append(("serves", "Goals served", (_serves(plan),)))
    if content.commitments:
        sections.append(("commitments", "Commitments", (_commitments(plan),)))
    sections.append(("agreement", "Agreement", (_signatures(plan), _steps(plan))))
    manager = f"reports to {content.manager}" if content.manager else ""
    parts = (content.name, content.post, content.period, manager, plan.state.value)
    return Page(title, " · ".join(filter(None, parts)), tuple(sections), "Performance plan")


def _items(plan: PerformancePlan) -> Sheet:
    """One row a level of each KPI."""
    whole = sum(item.weight for item in plan.content.items)
    rows = [
        (
            item.kpi,
            f"{plain(item.weight)} of {plain(whole)}",
            level.name,
            _value(item, level),
            points(level.points),
            points(level.worth),
        )
        for item in plan.content.items
        for level in item.levels
    ]
    heads = ("KPI", "weight", "level", "reach", "points", "of the total")
    return Sheet("Levels of each KPI", heads, tuple(rows), (1, 3, 4, 5), 0, "No KPI.")


def _value(item: PlanItem, level: Level) -> str:
    if math.isnan(level.value):
        return _ABSENT

    def number(value: float) -> str:
        return f"{round(value, item.decimals) + 0.0:,.{item.decimals}f}".replace("-", "−")

    if math.isnan(level.upper):
        return f"{number(level.value)} {item.unit}"
    between = " to " if level.name == "target" else " or "
    return f"{number(level.value)}{between}{number(level.upper)} {item.unit}"


def _serves(plan: PerformancePlan) -> Sheet:
    rows = [
        (
            each.title,
            plain(each.weight),
            percent(each.share),
        )
        for each in plan.content.serves
    ]
    heads = ("goal", "weight", "of the plan")
    return Sheet("Strategic goals served", heads, tuple(rows), (1, 2), 0, "")


def _commitments(plan: PerformancePlan) -> Sheet:
    rows = [
        (
            each.text,
            each.kpi or _ABSENT,
            _ABSENT if math.isnan(each.value) else f"{plain(each.value)} {each.unit}",
            _ABSENT if each.due is None else day(each.due),
        )
        for each in plan.content.commitments
    ]
    return Sheet("Commitments", ("commitment", "KPI", "amount", "due"), tuple(rows), (2,), 0, "")


def _signatures(plan: PerformancePlan) -> Sheet:
    rows = []
    for side, state in _SIDES:
        step = plan.agreement.agreed(state)
        told = ("not yet", _ABSENT) if step is None else (str(step.by), day(step.on))
        rows.append((side, *told))
    return Sheet("Signatures", ("side", "agreed by", "on"), tuple(rows), (), 0, "")


def _steps(plan: PerformancePlan) -> Sheet:
    rows = [
        (step.state.value, str(step.by), day(step.on), step.note or _ABSENT)
        for step in plan.agreement.steps
    ]
    heads = ("step", "by", "on", "note")
    return Sheet("Steps", heads, tuple(rows), (), 0, "A draft: nothing has been proposed yet.")
