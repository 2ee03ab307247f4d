"""What can be asked of moved targets, and of the results credited beside them."""

from __future__ import annotations

import numpy as np

from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.explaining.answers import Answers, named
from cascade_kpi.explaining.credits import CreditExplainer
from cascade_kpi.explaining.moves import MoveExplainer
from cascade_kpi.moving.credited import Credited
from cascade_kpi.moving.days import as_day
from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.moving.moved import Moved

__all__ = ["moved_answers"]


def moved_answers(
    stage: Moved | Credited, node: object, kpi: str | None, period: str | None, stint: object
) -> Answers:
    """Answers about a holder, one of their stints, or a unit.

    Raises
    ------
    InputError
        If the node is neither a holder nor a unit, or the holder has no such stint.
    """
    moved = stage.moved if isinstance(stage, Credited) else stage
    before = moved.of_before
    k, p = before.kpis.index(named(kpi, before.kpis.names)), before.periods.index(period)
    targets = MoveExplainer(moved, k, p)
    results = CreditExplainer(stage, k, p) if isinstance(stage, Credited) else None
    if stint is not None:
        stay = _stay(moved, moved.holder(node), p, stint)
        answers: Answers = {} if results is None else {"result": lambda: results.of_stint(stay)}
        return {**answers, "target": lambda: targets.of_stint(stay)}
    answers = {} if results is None else _results(moved, results, node)
    return _known(answers | _targets(moved, targets, node), moved, node)


def _targets(moved: Moved, of: MoveExplainer, node: object) -> Answers:
    answers: Answers = {}
    if node in moved.holders.tolist():
        holder = moved.holder(node)
        answers["holder"] = lambda: of.of_holder(holder)
    if node in moved.of_before.org and moved.lots_or_none[of.k] is not None:
        row = moved.of_before.org.row(node)
        answers["unit"] = lambda: of.of_unit(row)
    return answers


def _results(moved: Moved, of: CreditExplainer, node: object) -> Answers:
    answers: Answers = {}
    if node in moved.holders.tolist():
        holder = moved.holder(node)
        answers["result"] = lambda: of.of_holder(holder)
    if node in moved.of_before.org:
        row = moved.of_before.org.row(node)
        answers["unit result"] = lambda: of.of_unit(row)
    return answers


def _known(answers: Answers, stage: Moved, node: object) -> Answers:
    """Answers about a holder or a unit; refused if it is neither."""
    if not answers:
        known = [*stage.holders.tolist(), *stage.of_before.org.ids.tolist()]
        reason = "neither a holder nor a unit that has lots of the KPI"
        check([Fault("explain", reason, suggest(node, known), value=node)])
    return answers


def _stay(moved: Moved, holder: int, p: int, stint: object) -> int:
    """The row of `by_stint` of a holder in a period: by its node, and its first day."""
    stays, label = moved.stays, moved.of_before.periods.labels[p]
    node, day = stint if isinstance(stint, tuple) and len(stint) == 2 else (stint, None)
    row = moved.of_before.org.row(node)
    there = np.flatnonzero((stays.holder == holder) & (stays.period == p))
    found = there[stays.node[there] == row]
    who = f"{moved.holders[holder]} has"
    if not len(found):
        nodes = moved.of_before.org.ids[np.unique(stays.node[there])].tolist()
        reason, repair = f"{who} no stint there in {label}", suggest(node, nodes)
        check([Fault("explain", reason, repair, column="stint", value=node)])
    begins = as_dates(stays.start[found])
    if day is not None:
        found = found[stays.start[found] == as_day(day, "stint")]
    if len(found) != 1:
        reason = f"{who} several there in {label}" if len(found) else f"{who} none that begins then"
        repair = f"pass stint=({node!r}, …) with one of: {', '.join(map(str, begins))}"
        check([Fault("explain", reason, repair, column="stint", value=stint)])
    return int(found[0])
