"""Whether a total may jump where a result hardly changes."""

from __future__ import annotations

from collections.abc import Iterator

from cascade_kpi.examining.capping import capping
from cascade_kpi.examining.order import is_ours
from cascade_kpi.examining.reach import Reach
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.scoring.adjustments import Add, Gate, Multiply, Scale, Veto, Within
from cascade_kpi.scoring.attainments import Rounded
from cascade_kpi.scoring.combines import Geometric, Mean, Sum, Weakest
from cascade_kpi.scoring.items import Item

__all__ = ["breaks"]

_COMBINES = {Mean, Sum, Weakest, Geometric}
_STEPS = {Add, Multiply, Scale, Veto, Within}
_MET = "met"  # 1 where a target that has no attainment is met, and 0 where not


def breaks(reach: Reach, kpis: Kpis) -> list[str]:
    """Why it is not proved that a post's total is continuous; nothing if it is."""
    outline = reach.card.outline
    told = [
        f"{outline.names[i]}: {why}"
        for i in outline.items
        if reach.weights[i] > 0 and (why := _of_item(i, reach, kpis))
    ]
    for section in outline.order:
        if reach.weights[section] > 0:
            told += _of_section(section, reach)
    return told


def _of_item(i: int, reach: Reach, kpis: Kpis) -> str:
    item = reach.card.outline.parts[i]
    if reach.profiles[i].continuous != "yes":
        return "its points jump, or are not known"
    if not is_ours(item, kpis):
        return "an attainment or a direction of your own"
    rule = item.attainment if isinstance(item, Item) else None
    while isinstance(rule, Rounded):
        rule = rule.of
    policies = [getattr(rule, name, "") for name in ("zero", "negative", "already", "not_positive")]
    return "at targets that have no attainment it is met or not" if _MET in policies else ""


def _of_section(section: int, reach: Reach) -> Iterator[str]:
    of = reach.card.outline.parts[section]
    strange = [rule for rule in of.then if type(rule) not in _STEPS]
    strange += [rule for rule in of.gates if type(rule) is not Gate]
    strange += [] if type(of.combine) in _COMBINES else [of.combine]
    for rule in strange:
        yield f"{of.name}: {rule!r} is a rule of your own"
    for rule, taken in capping(reach, section):
        if taken:
            yield f"{of.name}: {rule.words()}"
