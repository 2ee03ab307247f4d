"""What is wrong with goals and links taken together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cascade_kpi._arrays import IntArray
from cascade_kpi.alignment import reading
from cascade_kpi.alignment.goals import Goals
from cascade_kpi.alignment.graph import Graph
from cascade_kpi.alignment.links import Links
from cascade_kpi.errors import Fault

if TYPE_CHECKING:
    from cascade_kpi.alignment.align import Alignment

__all__ = ["in_circle", "odd_link_weights", "too_large", "unknown"]

_NAMED = 8  # goals of a cycle that a message names


def too_large(aligned: Alignment) -> list[Fault]:
    """Faults of plans and amounts whose sums no float holds."""
    goals, reason = aligned.goals, "beyond the largest float, 1.8e308"
    with np.errstate(over="ignore", invalid="ignore"):
        plans = np.flatnonzero(np.isinf(aligned.plan_weight))
        amounts = np.flatnonzero(np.isinf(goals.value * np.fmax(aligned.covered, 1.0)))
    repair = "use a smaller scale"
    faults = [
        Fault("goals", f"the weights of its plan sum {reason}", repair, column="weight", value=node)
        for node in goals.org.ids[plans].tolist()
    ]
    return faults + [
        Fault("goals", f"what covers it is {reason}", "use a larger unit", column="value", value=id)
        for id in goals.ids[amounts].tolist()  # noqa: A001 - an id is what it is
    ]


def unknown(goals: Goals, links: Links, column: str, found: IntArray) -> list[Fault]:
    """Faults of links of goals that there are not."""
    bad = np.flatnonzero(found < 0).tolist()
    values = getattr(links, column).tolist()

    def told(at: int, repair: str) -> Fault:
        row = int(links.source_row[at])
        return Fault("links", "no such goal", repair, row=row, column=column, value=values[at])

    return reading.near_misses(values, bad, goals.ids.tolist() if bad else [], "goals", told)


def odd_link_weights(goals: Goals, links: Links, graph: Graph, known: IntArray) -> list[Fault]:
    """Faults of goals whose weights upwards cannot be put in proportion."""
    weight = links.weight[known]
    absent = np.isnan(weight)
    every = np.bincount(graph.goal, minlength=graph.n)
    stated = np.bincount(graph.goal[~absent], minlength=graph.n)
    total = np.bincount(graph.goal, weights=np.nan_to_num(weight), minlength=graph.n)
    faults = []
    odd = (stated > 0) & (stated < every)
    for at in np.flatnonzero(odd[graph.goal] & absent).tolist():
        goal = goals.ids[graph.goal[at] : graph.goal[at] + 1].tolist()[0]
        reason = f"no weight, where other links of {goal!r} have one"
        repair = "state it, 0 for a link that passes no weight; or state none of them"
        row = int(links.source_row[known[at]])
        faults.append(Fault("links", reason, repair, row=row, column="weight"))
    for at in np.flatnonzero((stated > 0) & (stated == every) & (total == 0)).tolist():
        goal = goals.ids[at : at + 1].tolist()[0]
        reason, repair = "all weights of its links are zero", "weigh one of them, or state none"
        faults.append(Fault("links", reason, repair, column="weight", value=goal))
    for at in np.flatnonzero(np.isinf(total)).tolist():
        goal = goals.ids[at : at + 1].tolist()[0]
        reason = "the weights of its links sum beyond the largest float"
        faults.append(Fault("links", reason, "give smaller ones", column="weight", value=goal))
    return faults


def in_circle(goals: Goals, cycle: list[int]) -> Fault:
    """The fault of goals that serve each other in a circle."""
    ids = goals.ids[np.array(cycle)].tolist()
    named = [repr(each) for each in (*ids, ids[0])]
    if len(named) > _NAMED:
        named = [*named[: _NAMED - 2], f"({len(named) - _NAMED + 1} more)", named[-1]]
    reason = f"goals serve each other in a circle: {' → '.join(named)}"
    return Fault("links", reason, "take one of these links out", column="serves")
