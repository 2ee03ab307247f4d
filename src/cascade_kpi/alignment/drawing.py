"""A strategy map as text, and the order of its lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import not_whole
from cascade_kpi._text import visible
from cascade_kpi.errors import check

if TYPE_CHECKING:
    from cascade_kpi.alignment.align import Alignment

__all__ = ["draw", "lanes"]

_MOST = 10**9


def lanes(aligned: Alignment) -> tuple[str, ...]:
    """The perspectives of a map from the top down; ``""`` for goals without one, last.

    In the order that the goals state. Where they state none, the perspective whose
    strategic goals serve fewest others in a row stands first (by the mean of their
    layers; of all its goals where none is strategic), ties by name: what others lead up
    to stands on top.
    """
    goals = aligned.goals
    names = goals.columns["perspective"]
    found = set(names.tolist())
    if goals.perspectives:
        order = [name for name in goals.perspectives if name in found]
    else:
        ranked = []
        for name in sorted(found - {""}):
            mine = names == name
            chief = mine & goals.strategic
            none = not chief.any()
            depth = float(np.mean(aligned.graph.depth[mine if none else chief]))
            ranked.append((none, depth, name))
        order = [name for *_, name in sorted(ranked)]
    return (*order, "") if "" in found else tuple(order)


def draw(aligned: Alignment, limit: int, within: IntArray | None = None) -> str:
    """Strategic goals lane by lane, below each the goals that serve it, orphans last.

    Parameters
    ----------
    within : int64 array, optional
        The goals that are drawn; all by default.
    """
    check(not_whole("draw", 0, _MOST, limit=limit))
    goals, graph = aligned.goals, aligned.graph
    lines: list[str] = []
    told: set[int] = set()
    # (level, position of a goal, its link) or a heading, the next last.
    waiting: list[tuple[int, int, int] | str] = []
    shown = np.ones(len(goals), dtype=bool) if within is None else np.zeros(len(goals), dtype=bool)
    if within is not None:
        shown[within] = True
    orphans = np.flatnonzero(aligned.orphan & shown).tolist()
    if orphans:
        waiting = [(1, goal, -1) for goal in reversed(orphans)]
        waiting.append("serving nothing")
    for lane in reversed(lanes(aligned)):
        chief = goals.strategic & shown & (goals.columns["perspective"] == lane)
        mine = np.flatnonzero(chief).tolist()
        if mine:
            waiting.extend((1, goal, -1) for goal in reversed(mine))
            waiting.append(lane or "strategic goals")
    while waiting and len(lines) < limit:
        step = waiting.pop()
        if isinstance(step, str):
            lines.append(visible(step))
            continue
        level, goal, link = step
        again = goal in told
        told.add(goal)
        lines.append("  " * level + _line(aligned, goal, link) + (", as above" if again else ""))
        if not again:
            links = graph.links_into(np.array([goal]))
            below = links[shown[graph.goal[links]]].tolist()
            waiting.extend((level + 1, int(graph.goal[each]), each) for each in reversed(below))
    left = int(shown.sum()) - len(told)
    if waiting:
        lines.append(f"… and {left:,} goals more" if left else "… and more links")
    return "\n".join(lines)


def _line(aligned: Alignment, goal: int, link: int) -> str:
    """One goal: how it serves the one above, its title, its owner, its coverage."""
    goals, links = aligned.goals, aligned.links
    how = ""
    if link >= 0:
        share = float(links.share[link])
        how = "supports: " if share != share else f"{100 * share:.4g} %: "
        if not links.counted[link]:
            how = f"{how[:-2]}, not counted: "
    at = int(goals.owner[goal])
    owner = str(aligned.org.labels[at]) if at >= 0 else "nobody"
    covered = float(aligned.covered[goal])
    told = "" if covered != covered else f", {100 * covered:.4g} % covered"
    return visible(f"{how}{goals.title[goal]} ({owner}{told})")
