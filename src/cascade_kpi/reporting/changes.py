"""Who gains and who loses by a change of targets, and by what."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.changing.attribute import Attribution
from cascade_kpi.changing.changes import Changes
from cascade_kpi.changing.matching import Status
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name, unseen, who
from cascade_kpi.reporting.charts import fall_bar
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.view import View
from cascade_kpi.reporting.wording import amount, count, signed

__all__ = ["Changed"]

_WORDS = {Status.MOVED: "moved", Status.NEW: "new", Status.GONE: "gone"}


@frozen(eq=False)
class Line:
    """One node whose target changed."""

    label: str
    status: str
    before: float
    after: float
    change: float
    parts: tuple[float, ...]


@frozen(eq=False)
class Mind:
    """The changes of one KPI below the node in focus.

    Attributes
    ----------
    focus : Line
        The node in focus.
    lines : tuple of Line
        Those who report, the largest change first.
    counts : (more, less, unchanged)
    """

    kpi: Kpi
    focus: Line
    lines: tuple[Line, ...]
    counts: tuple[int, int, int]

    def shown(self, most: int) -> list[Line]:
        """The largest of either way, from the largest gain to the largest loss."""
        ups = [line for line in self.lines if line.change > 0]
        downs = [line for line in self.lines if line.change < 0]
        some = min(len(downs), max(most // 2, most - len(ups)))
        return ups[: most - some] + downs[:some][::-1]


@frozen(eq=False)
class Changed:
    """The changes of one period."""

    view: View
    changes: Changes
    kinds: tuple[str, ...]
    parts: tuple[Mind, ...]

    @classmethod
    def of(cls, view: View, changes: Changes, parts: Attribution | None) -> Changed:
        """All KPIs that both sides have, in a period that both have."""
        kinds = () if parts is None else parts.order
        if view.period not in changes.periods.labels:
            return cls(view, changes, kinds, ())
        minds = tuple(_mind(view, changes, parts, kpi) for kpi in changes.kpis)
        return cls(view, changes, kinds, minds)

    def _lead(self, mind: Mind) -> str:
        more, less, rest = mind.counts
        kpi, line = mind.kpi, mind.focus
        told = signed(line.change, kpi.unit, kpi.decimals)
        was = f"{line.label}: {amount(kpi, line.before)} before, {amount(kpi, line.after)} after"
        who_else = f"{more:,} have more, {less:,} less, {rest:,} the same"
        return f"{was} ({told}). Of those who report, {who_else}."

    def _heads(self) -> list[str]:
        return ["before", "after", "change", *(f"by {kind}" for kind in self.kinds)]

    def _told(self, kpi: Kpi, line: Line) -> list[str]:
        differences = [signed(v, kpi.unit, kpi.decimals) for v in (line.change, *line.parts)]
        return [amount(kpi, line.before), amount(kpi, line.after), *differences]

    def html(self) -> list[Element]:
        """What changed in the inputs, and a table of who gains and loses for each KPI."""
        out: list[Element] = self._inputs()
        for mind in self.parts:
            out += [el("h3", name(f"Change of {mind.kpi.name}")), el("p", name(self._lead(mind)))]
            if mind.lines:
                out.append(self._table(mind))
            out += [el("p", note, cls="note") for note in self._notes(mind)]
        return out

    def _inputs(self) -> list[Element]:
        lines = self.changes.inputs.lines() or ["nothing"]
        return [
            el("p", "What differs in the inputs:", cls="note"),
            el("ul", [el("li", name(line)) for line in lines], cls="inputs"),
        ]

    def _table(self, mind: Mind) -> Element:
        shown = mind.shown(self.view.limits.parts)
        low = min([0.0, *(line.change for line in shown)])
        high = max([0.0, *(line.change for line in shown)])
        rows: list[list[Cell]] = []
        for line in shown:
            mark = "▲ more" if line.change > 0 else "▼ less"
            bar = fall_bar(0.0, line.change, low, high, cls="whole", words=f"{line.label}: {mark}")
            rows.append([who((), line.label, line.status), bar, *self._told(mind.kpi, line)])
        heads: list[Cell] = ["who", unseen("less or more"), *self._heads()]
        words = f"Who gains and who loses {mind.kpi.name}"
        table = data_table(heads, rows, words=words, numbers=range(2, len(heads)), cls="stacks")
        return el("div", table, cls="changed")

    def _notes(self, mind: Mind) -> list[str]:
        left = len(mind.lines) - self.view.limits.parts
        return [f"And {count(left, 'smaller change')}."] if left > 0 else []

    def markdown(self) -> list[str]:
        """The same tables."""
        lines = ["What differs in the inputs:", ""]
        lines += [f"- {md.text(line)}" for line in self.changes.inputs.lines() or ["nothing"]]
        lines.append("")
        for mind in self.parts:
            lines += md.heading(3, f"Change of {mind.kpi.name}")
            lines += [md.text(self._lead(mind)), ""]
            heads = ["who", "", *self._heads()]
            rows = [
                [line.label, line.status, *self._told(mind.kpi, line)]
                for line in mind.shown(self.view.limits.parts)
            ]
            if rows:
                lines += md.table(heads, rows, range(2, len(heads)))
            for note in self._notes(mind):
                lines += [md.text(note), ""]
        return lines


def _mind(view: View, changes: Changes, parts: Attribution | None, kpi: Kpi) -> Mind:
    p, nodes = changes.periods.index(view.period), changes.nodes
    change = changes.of(kpi.name)[p]
    within = _within(view, changes)
    ends = within[np.isin(within, nodes.parent_now, invert=True) | (nodes.now[within] < 0)]
    ends = ends[np.isin(ends, nodes.parent_was, invert=True) | (nodes.now[ends] >= 0)]
    told = ends[~np.isnan(change[ends])]
    moved = told[change[told] != 0]
    order = moved[np.argsort(-np.abs(change[moved]), kind="stable")]
    before, after = changes.of_before(kpi.name)[p], changes.of_after(kpi.name)[p]
    kinds = () if parts is None else parts.order
    split = [] if parts is None else [parts.part(kpi.name, kind)[p] for kind in kinds]

    def line(place: int) -> Line:
        status = _WORDS.get(Status(int(nodes.status[place])), "")
        return Line(
            str(nodes.labels[place]),
            status,
            float(before[place]),
            float(after[place]),
            float(change[place]),
            tuple(float(each[place]) for each in split),
        )

    more, less = (int(np.count_nonzero(side)) for side in (change[told] > 0, change[told] < 0))
    counts = (more, less, len(told) - more - less)
    return Mind(kpi, line(view.row), tuple(map(line, order.tolist())), counts)


def _within(view: View, changes: Changes) -> IntArray:
    """The nodes below the one in focus, and those that have left from below it."""
    nodes = changes.nodes
    inside = np.zeros(len(nodes) + 1, dtype=bool)
    inside[view.row : view.end] = True
    gone = np.flatnonzero(nodes.status == Status.GONE)
    before = -1
    while before < np.count_nonzero(inside):  # a level of those that are gone at a time
        before = int(np.count_nonzero(inside))
        inside[gone] = inside[nodes.parent_was[gone]]
    return np.flatnonzero(inside[:-1])
