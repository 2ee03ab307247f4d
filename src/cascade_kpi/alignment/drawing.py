"""A strategy map as text, and the order of its lanes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import not_whole
from cascade_kpi._text import visible
from cascade_kpi.errors import check

if TYPE_CHECKING:
    from cascade_kpi.alignment.align import Alignment

__all__ = ["Step", "draw", "elsewhere", "lanes", "served_by", "steps"]

_MOST = 10**9
_CHIEF = "strategic goals"


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


@frozen
class Step:
    """A goal met on a way down a map.

    Attributes
    ----------
    level : int
    goal : int
        Its position.
    link : int
        By which it serves the goal above it, −1 for none.
    again : bool
        Whether what serves it is told elsewhere: it has been met before, or is a strategic
        goal, which has a place of its own.
    """

    level: int
    goal: int
    link: int
    again: bool = False


def steps(
    aligned: Alignment, within: IntArray | None = None, start: IntArray | None = None
) -> Iterator[Step | str]:
    """Strategic goals lane by lane, below each the goals that serve it, orphans last.

    Of the strategic goals of a lane those that serve fewest others in a row come first.

    Parameters
    ----------
    within : int64 array, optional
        The goals that are met; all by default.
    start : int64 array, optional
        The links out of the goals that are met first, in place of lanes and orphans.

    Yields
    ------
    Step, or str for a heading
    """
    graph, shown = aligned.graph, np.ones(len(aligned.goals), dtype=bool)
    if within is not None:
        shown[:] = False
        shown[within] = True
    told: set[int] = set()
    # What is still to come, the next last.
    waiting: list[Step | str] = list(reversed(_first(aligned, shown)))
    if start is not None:
        first = zip(graph.goal[start].tolist(), start.tolist(), strict=True)
        waiting = [Step(1, goal, link) for goal, link in reversed(list(first))]
    while waiting:
        step = waiting.pop()
        if isinstance(step, str):
            yield step
            continue
        apart = step.link >= 0 and bool(aligned.goals.strategic[step.goal])
        again = apart or step.goal in told
        if not apart:
            told.add(step.goal)
        yield Step(step.level, step.goal, step.link, again)
        if not again:
            links = graph.links_into(np.array([step.goal]))
            below = links[shown[graph.goal[links]]].tolist()
            level = step.level + 1
            waiting.extend(Step(level, int(graph.goal[each]), each) for each in reversed(below))


def _first(aligned: Alignment, shown: NDArray[np.bool_]) -> list[Step | str]:
    """Headings and the goals right below them."""
    goals, found = aligned.goals, list[Step | str]()
    groups = [
        (lane or _CHIEF, goals.strategic & (goals.columns["perspective"] == lane))
        for lane in lanes(aligned)
    ]
    for heading, which in [*groups, ("serving nothing", aligned.orphan)]:
        mine = np.flatnonzero(which & shown)
        mine = mine[np.argsort(aligned.graph.depth[mine], kind="stable")]
        if len(mine):
            found += [heading, *(Step(1, goal, -1) for goal in mine.tolist())]
    return found


def draw(aligned: Alignment, limit: int, within: IntArray | None = None) -> str:
    """The steps as text, one a line.

    Parameters
    ----------
    within : int64 array, optional
        The goals that are drawn; all by default.
    """
    check(not_whole("draw", 0, _MOST, limit=limit))
    lines: list[str] = []
    told: set[int] = set()
    rest = steps(aligned, within)
    for step in rest:
        if len(lines) == limit:
            many = len(aligned.goals) if within is None else len(within)
            left = many - len(told)
            lines.append(f"… and {left:,} goals more" if left else "… and more links")
            break
        if isinstance(step, str):
            lines.append(visible(step))
            continue
        told.add(step.goal)
        line = f"{served_by(aligned, step.link)}{_named(aligned, step.goal)}"
        line += f", {elsewhere(aligned, step)}" if step.again else ""
        lines.append("  " * step.level + visible(line))
    return "\n".join(lines)


def elsewhere(aligned: Alignment, step: Step) -> str:
    """Where a goal that is met again has its place."""
    if not aligned.goals.strategic[step.goal]:
        return "as above"
    return f"see {aligned.goals.columns['perspective'][step.goal] or _CHIEF}"


def served_by(aligned: Alignment, link: int) -> str:
    """How a goal serves the one above it: "60 %: ", "supports: "; empty without a link."""
    if link < 0:
        return ""
    share = float(aligned.links.share[link])
    how = "supports: " if share != share else f"{100 * share:.4g} %: "
    return how if aligned.links.counted[link] else f"{how[:-2]}, not counted: "


def _named(aligned: Alignment, goal: int) -> str:
    """One goal: its title, its owner, its coverage."""
    goals = aligned.goals
    at = int(goals.owner[goal])
    owner = str(aligned.org.labels[at]) if at >= 0 else "nobody"
    covered = float(aligned.covered[goal])
    told = "" if covered != covered else f", {100 * covered:.4g} % covered"
    return f"{goals.title[goal]} ({owner}{told})"
