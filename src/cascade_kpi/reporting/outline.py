"""A strategy map as a nested list: below each goal those that serve it."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from cascade_kpi.alignment.align import Alignment
from cascade_kpi.alignment.drawing import Step, elsewhere, served_by
from cascade_kpi.reporting.blocks import name
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.standings import GoalState, owner_of

__all__ = ["outline"]

_OPEN = 2  # levels that can be seen at first


@frozen(eq=False)
class _Item:
    """A line and what will stand below it."""

    level: int
    line: Element
    below: list[Element] = field(factory=list)

    def made(self) -> Element:
        """The item of the list."""
        if not self.below:
            return el("li", self.line, cls="leaf")
        opened = self.level < _OPEN
        inner = el("details", el("summary", self.line), el("ul", self.below), open=opened)
        return el("li", inner)


def outline(aligned: Alignment, steps: Iterable[Step | str]) -> list[Element]:
    """Headings and nested lists.

    Parameters
    ----------
    steps : iterable of Step or str
        In preorder, headings between them.
    """
    out: list[Element] = []
    top = _Item(0, el("p"))
    waiting = [top]

    def close(level: int) -> None:
        while waiting[-1].level >= level and len(waiting) > 1:
            done = waiting.pop()
            waiting[-1].below.append(done.made())
        if level == 0 and top.below:
            out.append(el("ul", top.below))
            top.below.clear()

    for step in steps:
        if isinstance(step, str):
            close(0)
            out.append(el("h3", name(step)))
            continue
        close(step.level)
        waiting.append(_Item(step.level, _line(aligned, step)))
    close(0)
    return out


def _line(aligned: Alignment, step: Step) -> Element:
    """How a goal serves the one above, its title, whose it is and how it stands."""
    standing, words = GoalState.of(aligned, step.goal)
    how = served_by(aligned, step.link)
    owner = name(owner_of(aligned, step.goal))
    state = None
    if step.again:
        state = el("span", f" · {elsewhere(aligned, step)}")
    elif words:
        mark = el("span", standing.symbol, cls=f"light {standing.key}", aria_hidden="true")
        state = el("span", " · ", mark, f" {words}")
    return el(
        "span",
        el("span", how, cls="how") if how else None,
        el("b", name(str(aligned.goals.title[step.goal]))),
        el("small", owner, state),
        cls="aim",
    )
