"""Timelines of posts and units, and of people, each with what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._long import Columns
from cascade_kpi.moving.intervals import overlaps
from cascade_kpi.moving.pieces import VACANT
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, unseen, who
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.moving import Moving
from cascade_kpi.reporting.timelines import Bar, Span, Timeline, axis, timeline
from cascade_kpi.reporting.wording import amount, count

__all__ = ["Strands", "people", "units"]

_LEGEND = (("held", "held"), ("leave", "on leave"), ("vacant", "target vacant"))


@frozen(eq=False)
class Strand:
    """One line: a name and its kind, its timeline, and figures as people read them."""

    label: str
    kind: str
    line: Timeline
    figures: tuple[str, ...]


@frozen(eq=False)
class Strands:
    """Timelines with figures, and what is left out.

    Attributes
    ----------
    words : str
        What they show.
    head : str
        What the lines are of.
    heads : tuple of str
        Of the figures.
    notes : tuple of str
    """

    words: str
    head: str
    heads: tuple[str, ...]
    lines: tuple[Strand, ...]
    span: Span
    notes: tuple[str, ...]

    def html(self) -> list[Element]:
        """A legend and a table of timelines."""
        told = [el("p", note, cls="note") for note in self.notes]
        if not self.lines:
            return told
        rows: list[list[Cell]] = [
            [who((), line.label, line.kind), timeline(line.line, self.span), *line.figures]
            for line in self.lines
        ]
        days = axis(self.span, "the days of the period")
        rows.append([unseen("days"), days, *[""] * len(self.heads)])
        heads: list[Cell] = [self.head, unseen("timeline"), *self.heads]
        table = data_table(
            heads, rows, words=self.words, numbers=range(2, len(heads)), cls="stacks"
        )
        return [_legend(), el("div", table, cls="strands"), *told]

    def markdown(self) -> list[str]:
        """The same; timelines in words."""
        lines = []
        if self.lines:
            rows = [[line.label, line.line.words, *line.figures] for line in self.lines]
            heads = [self.head, "when", *self.heads]
            lines += md.table(heads, rows, range(2, len(heads)))
        for note in self.notes:
            lines += [md.text(note), ""]
        return lines


def _legend() -> Element:
    keys = [
        el("span", el("svg", el("rect", x="0", y="15%", width="100%", height="70%", cls=state),
                      cls="key timeline", aria_hidden="true"), f" {words}")
        for state, words in _LEGEND
    ]  # fmt: skip
    return el("p", keys, el("span", "▼ a unit moved"), cls="legend")


def units(view: Moving) -> Strands:
    """Posts and units of which anything changed within the period."""
    trees, pieces, stays = view.moved.trees, view.moved.pieces, view.moved.stays
    span, node = view.span, stays.node[view.stays]
    changed = np.zeros(len(view.ever), dtype=bool)
    days = stays.end[view.stays] - stays.start[view.stays] + 1
    held = np.bincount(node, days, len(changed))
    changed[node] = np.bincount(node, minlength=len(changed))[node] > 1
    changed[node] |= held[node] < span.last - span.first + 1
    moved = (trees.start >= span.first) & (trees.start <= span.last)
    changed[trees.node[moved]] = True
    vacant = view.pieces[pieces.state[view.pieces] == VACANT]
    vacant = vacant[view.is_divided(vacant)]
    changed[pieces.origin[vacant]] = True
    figures = _unit_figures(view)
    for each in figures:
        changed |= each.differs
    changed[view.row] = True
    rows = np.flatnonzero(changed & view.ever)
    shown = rows[: view.limits.rows].tolist()
    lines = tuple(
        Strand(view.name(row), str(trees.org.kinds[row]), _of_node(view, row, vacant),
               tuple(told for each in figures for told in each(row)))
        for row in shown
    )  # fmt: skip
    still = int(view.ever.sum()) - len(rows)
    notes = [_left(len(rows) - len(shown), "more that changed", "more that changed")]
    notes.append(f"{count(still, 'other post or unit', 'other posts and units')} did not change."
                 if still else "")  # fmt: skip
    heads = [head for k in view.kpis for head in _unit_heads(view, k)]
    return Strands("Who held which post and unit", "post or unit", tuple(heads), lines, span,
                   tuple(filter(None, notes)))  # fmt: skip


def _left(many: int, one: str, several: str) -> str:
    return f"And {count(many, one, several)}." if many > 0 else ""


def _of_node(view: Moving, row: int, vacant: IntArray) -> Timeline:
    stays, pieces = view.moved.stays, view.moved.pieces
    mine = view.stays[stays.node[view.stays] == row]
    bars = [_stay(view, i, str(view.moved.holders[stays.holder[i]])) for i in mine.tolist()]
    empty = vacant[pieces.origin[vacant] == row]
    start, end = (np.unique(each) for each in (pieces.start[empty], pieces.end[empty] + 1))
    # A day on which one piece ends and the next begins is no change to who looks at it.
    days = zip(np.setdiff1d(start, end), np.setdiff1d(end, start) - 1, strict=True)
    bars += [
        Bar(int(a), int(b), "vacant", "vacant", f"vacant, {view.day(int(a))} to {view.day(int(b))}")
        for a, b in days
    ]
    bars += _leave(view, mine)
    return _timeline(bars, tuple(_marks(view, row)))


def _marks(view: Moving, row: int) -> Iterable[tuple[int, str]]:
    """Days of the period on which a unit moved, or another came below it or left."""
    trees = view.moved.trees
    some = np.flatnonzero((trees.start >= view.span.first) & (trees.start <= view.span.last))
    before = trees.parent_on(trees.node[some], trees.start[some] - 1)
    for i, was in zip(some.tolist(), before.tolist(), strict=True):
        node, parent, day = int(trees.node[i]), int(trees.parent[i]), int(trees.start[i])
        if node == row:
            yield day, f"below {view.name(parent)} from {view.day(day)} on"
        elif parent == row:
            yield day, f"{view.name(node)} comes on {view.day(day)}"
        elif was == row:
            yield day, f"{view.name(node)} leaves on {view.day(day)}"


def _stay(view: Moving, i: int, label: str) -> Bar:
    stays = view.moved.stays
    start, end = int(stays.start[i]), int(stays.end[i])
    share = float(view.moved.history.share[stays.stint[i]])
    part = "" if share == 1 else f", share {share:g}"
    words = f"{label}, {view.day(start)} to {view.day(end)}{part}"
    return Bar(start, end, "held", label, words, int(stays.holder[i]))


def _leave(view: Moving, mine: IntArray) -> Iterable[Bar]:
    """Days of leave within some stints."""
    stays, away = view.moved.stays, view.moved.away
    _, j, start, end = overlaps(
        (stays.holder[mine], stays.start[mine], stays.end[mine]),
        (away.holder, away.start, away.end),
    )
    for holder, a, b in sorted(
        set(zip(away.holder[j].tolist(), start.tolist(), end.tolist(), strict=True))
    ):
        words = f"{view.moved.holders[holder]} on leave, {view.day(a)} to {view.day(b)}"
        yield Bar(a, b, "leave", "", words, holder)


def _timeline(bars: Sequence[Bar], marks: tuple[tuple[int, str], ...] = ()) -> Timeline:
    order = sorted(bars, key=lambda bar: (bar.start, bar.state == "leave", bar.end, bar.words))
    words = "; ".join([*(bar.words for bar in order), *(told for _, told in marks)])
    return Timeline(tuple(order), marks, words or "nobody holds it")


def people(view: Moving) -> Strands:
    """Everybody whose stints changed within the period, or who was on leave."""
    stays, span = view.moved.stays, view.span
    holder, many = view.stays_holder, len(view.moved.holders)
    days = np.bincount(holder, stays.end[view.stays] - stays.start[view.stays] + 1, many)
    stints = np.bincount(holder, minlength=many)
    leave = np.bincount(holder, stays.leave(view.moved.away)[view.stays], many)
    there = stints > 0
    still = there & (stints == 1) & (days == span.last - span.first + 1) & (leave == 0)
    rows = np.flatnonzero(there & ~still)
    shown = rows[: view.limits.rows].tolist()
    figures = [_Figures.of_people(view, k) for k in view.kpis]
    lines = tuple(
        Strand(str(view.moved.holders[who_]), "", _of_holder(view, who_),
               (f"{int(days[who_]):,}", *(told for each in figures for told in each(who_))))
        for who_ in shown
    )  # fmt: skip
    notes = [_left(len(rows) - len(shown), "other who moved", "others who moved")]
    if still.any():
        told = count(int(still.sum()), "other person", "other people")
        notes.append(f"{told} stayed where they were all the time.")
    heads = [head for k in view.kpis for head in _people_heads(view, k)]
    return Strands("Who was where", "person", ("days", *heads), lines, span,
                   tuple(filter(None, notes)))  # fmt: skip


def _of_holder(view: Moving, holder: int) -> Timeline:
    stays = view.moved.stays
    mine = view.stays[view.stays_holder == holder]
    bars = [_stay(view, i, view.name(int(stays.node[i]))) for i in mine.tolist()]
    return _timeline([*bars, *_leave(view, mine)])


# ------------------------------------------------------------------------- figures


@frozen(eq=False)
class _Figures:
    """Columns of figures by row or holder, as people read them."""

    view: Moving
    k: int
    columns: tuple[FloatArray, ...]

    @property
    def differs(self) -> NDArray[np.bool_]:
        """The units whose target is another than before."""
        if self.view.moved.lots_or_none[self.k] is None:
            return np.zeros(len(self.columns[0]), dtype=bool)
        before, after = self.columns[:2]
        return np.asarray((before != after) & ~(np.isnan(before) & np.isnan(after)))

    def __call__(self, at: int) -> list[str]:
        """The figures of one."""
        return [amount(self.view.kpi(self.k), float(each[at])) for each in self.columns]

    @classmethod
    def of_people(cls, view: Moving, k: int) -> _Figures:
        """What each has, what else they carry, and their results if there are any."""
        moved, name = view.moved, view.kpi(k).name
        known = {value: i for i, value in enumerate(moved.holders.tolist())}
        names = ["target", "carried"] if moved.lots_or_none[k] is not None else ["target"]
        columns = _aligned(view, moved.by_holder(name), "holder", known, names)
        if view.credited is not None and view.reports(k):
            columns.append(view.credited.of_holders(k)[view.p])
        return cls(view, k, tuple(columns))


def _aligned(
    view: Moving, table: Columns, key: str, known: dict[object, int], names: Sequence[str]
) -> list[FloatArray]:
    """Columns of a table in the period, by position; NaN where it has no row."""
    rows = np.flatnonzero(table["period"] == view.period)
    at = np.array([known[value] for value in table[key][rows].tolist()], dtype=np.int64)
    found = []
    for name in names:
        values = np.full(len(known), np.nan)
        values[at] = table[name][rows]
        found.append(values)
    return found


def _people_heads(view: Moving, k: int) -> list[str]:
    name = view.kpi(k).name
    heads = [name, f"{name} carried"] if view.moved.lots_or_none[k] is not None else [name]
    return [*heads, *([f"{name} result"] if view.reports(k) else [])]


def _unit_heads(view: Moving, k: int) -> list[str]:
    name = view.kpi(k).name
    heads = [name]
    if view.moved.lots_or_none[k] is not None:
        heads = [f"{name} before", name, f"{name} not held"]
    return [*heads, *([f"{name} result"] if view.reports(k) else [])]


def _unit_figures(view: Moving) -> list[_Figures]:
    out = []
    known = {value: i for i, value in enumerate(view.moved.trees.org.ids.tolist())}
    for k in view.kpis:
        name = view.kpi(k).name
        if view.moved.lots_or_none[k] is None:
            columns = [view.moved.of_before.values[k][view.p]]
        else:
            table = view.moved.by_unit(name)
            target, leave, vacant = _aligned(view, table, "node", known,
                                             ["target", "leave", "vacant"])  # fmt: skip
            columns = [view.moved.of_before.values[k][view.p], target, leave + vacant]
        if view.credited is not None and view.reports(k):
            columns.append(view.credited.of_units(k)[view.p])
        out.append(_Figures(view, k, tuple(columns)))
    return out
