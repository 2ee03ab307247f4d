"""Gap waterfalls: a node's gap over its children, and its total's over the KPIs."""

from __future__ import annotations

import math

import numpy as np
from attrs import frozen

from cascade_kpi.analysis.breakdown import Breakdown
from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name, unseen
from cascade_kpi.reporting.charts import fall_bar
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.view import View
from cascade_kpi.reporting.wording import amount, percent, signed

__all__ = ["Fall", "Falls", "Part"]

_BEST = 3  # parts at the favourable end that keep their names when the middle is merged


@frozen(eq=False)
class Part:
    """One step of a waterfall: a part of the gap, and the running gap after it."""

    label: str
    value: float
    share: float
    cumulative: float
    before: float
    after: float
    bad: bool

    @property
    def sign(self) -> str:
        """Which way it goes, as a shape."""
        return "▼" if self.bad else "▲" if self.value else "–"

    @property
    def words(self) -> str:
        """Which way it goes."""
        return "unfavourable" if self.bad else "favourable" if self.value else "nothing"


@frozen(eq=False)
class Fall:
    """A gap with its parts, ranked; long ones have their middle taken together."""

    title: str
    unit: str
    decimals: int
    begin: str
    end: str
    whole: float
    parts: tuple[Part, ...]

    @property
    def low(self) -> float:
        """The least running gap, zero or less."""
        return min([0.0, *(p.after for p in self.parts)])

    @property
    def high(self) -> float:
        """The greatest running gap, zero or more."""
        return max([0.0, *(p.after for p in self.parts)])

    def shown(self, value: float) -> str:
        """A part as people read it."""
        return signed(value, self.unit, self.decimals)


@frozen(eq=False)
class Falls:
    """The waterfalls of the node in focus: the total first, then KPI by KPI."""

    view: View
    falls: tuple[Fall, ...]
    silent: tuple[str, ...]
    unsplit: tuple[str, ...]

    @classmethod
    def of(cls, view: View, gaps: Gaps) -> Falls:
        """All gaps of the node in focus."""
        node = view.org.ids[view.row : view.row + 1].tolist()[0]
        falls = [_of_total(view, gaps.by_kpi(node, view.period))]
        silent, unsplit = [], []
        for k, column in enumerate(view.columns):
            if column.kpi.aggregate.makeup is Makeup.OTHER:
                unsplit.append(column.kpi.name)
                continue
            split = gaps.by_child(node, column.kpi.name, view.period)
            if math.isnan(split.whole):
                silent.append(column.kpi.name)
            else:
                falls.append(_of_kpi(view, k, split))
        falls = [fall for fall in falls if not math.isnan(fall.whole)]
        return cls(view, tuple(falls), tuple(silent), tuple(unsplit))

    def html(self) -> list[Element]:
        """One table a waterfall, its bars in a column of their own."""
        parts = [el("div", (self._fall(fall) for fall in self.falls), cls="falls")]
        return [*parts, *(el("p", note, cls="note") for note in self._notes())]

    def _notes(self) -> list[str]:
        notes = {
            "No gap where the result or the target is absent": self.silent,
            "No split where the KPI's aggregate does not say how a gap splits": self.unsplit,
        }
        return [f"{note}: {', '.join(names)}." for note, names in notes.items() if names]

    def _fall(self, fall: Fall) -> Element:
        rows: list[list[Cell]] = [[name(part.label), *_cells(fall, part)] for part in fall.parts]
        words = f"{fall.title}: {fall.shown(fall.whole)}"
        whole = fall_bar(0.0, fall.whole, fall.low, fall.high, cls="whole", words=words)
        last: list[Cell] = ["gap", whole, el("b", fall.shown(fall.whole)), "", ""]
        heads: list[Cell] = [
            "part",
            unseen("running gap; the line is the target"),
            "brings",
            "share",
            "cumulative",
        ]
        table = data_table(heads, [*rows, last], words=words, numbers=(2, 3, 4))
        ends = el(
            "p",
            el("span", name(fall.begin)),
            el("span", " → ", aria_hidden="true"),
            unseen(" to "),
            el("span", name(fall.end)),
            cls="versus",
        )
        return el("article", el("h3", name(fall.title)), ends, table, cls="fall")

    def markdown(self) -> list[str]:
        """One table a waterfall."""
        lines = []
        for fall in self.falls:
            lines += md.heading(3, fall.title)
            lines += [f"{md.text(fall.begin)} → {md.text(fall.end)}", ""]
            rows = [
                [
                    f"{p.sign} {p.label}",
                    fall.shown(p.value),
                    percent(p.share),
                    percent(p.cumulative),
                ]
                for p in fall.parts
            ]
            rows.append(["gap", fall.shown(fall.whole), "", ""])
            lines += md.table(["part", "brings", "share", "cumulative"], rows, (1, 2, 3))
        for note in self._notes():
            lines += [md.text(note), ""]
        return lines


def _cells(fall: Fall, part: Part) -> list[Cell]:
    key = "bad" if part.bad else "good" if part.value else "whole"
    words = f"{part.label}: {fall.shown(part.value)}, {part.words}"
    sign = el("span", part.sign, cls=f"sign {key}", title=part.words)
    return [
        fall_bar(part.before, part.after, fall.low, fall.high, cls=key, words=words),
        el("span", sign, " ", fall.shown(part.value)),
        percent(part.share),
        percent(part.cumulative),
    ]


def _of_total(view: View, split: Breakdown) -> Fall:
    total = float(view.total[view.row])
    at_target = f"{view.in_points(total - split.whole)} points with every KPI on target"
    title = f"Total over the KPIs, {view.period}"
    parts = _parts(split, -1.0, view.limits.parts)
    end = f"{view.in_points(total)} points"
    return Fall(title, split.unit, split.decimals, at_target, end, split.whole, parts)


def _of_kpi(view: View, k: int, split: Breakdown) -> Fall:
    column = view.columns[k]
    kpi, target = column.kpi, float(column.target[view.row])
    begin = f"target {amount(kpi, target)}"
    end = f"result {amount(kpi, float(column.result[view.row]))}"
    parts = _parts(split, _wrong_way(kpi, split, target), view.limits.parts)
    title = f"{kpi.name}, {view.period}"
    return Fall(title, split.unit, _decimals(view, k, split.whole), begin, end, split.whole, parts)


def _decimals(view: View, k: int, whole: float) -> int:
    """Decimals of the parts; those of a ratio are finer than the ratio itself."""
    decimals = view.columns[k].kpi.decimals
    results = view.layers.results
    if results is None or len(results.parts[k]) == 1 or not whole:
        return decimals
    return min(max(decimals + 1, 1 - math.floor(math.log10(abs(whole)))), decimals + 2)


def _wrong_way(kpi: Kpi, split: Breakdown, target: float) -> float:
    """The sign of unfavourable parts; where both ways are wrong, that of the gap."""
    at = np.array([target])
    size = float(np.max(np.abs(split.parts), initial=abs(split.whole)))
    up = bool(kpi.better.shortfall(at + size, at)[0] > 0)
    down = bool(kpi.better.shortfall(at - size, at)[0] > 0)
    if up == down:
        return float(np.sign(split.whole))
    return 1.0 if up else -1.0


def _parts(split: Breakdown, wrong: float, most: int) -> tuple[Part, ...]:
    running = np.r_[0.0, np.cumsum(split.parts)].tolist()
    share, cumulative = split.share, split.cumulative.tolist()
    parts = []
    for group in _groups(len(split), most):
        values = slice(group.start, group.stop)
        value = float(split.parts[values].sum())
        label = split.labels[group.start] if len(group) == 1 else f"{len(group):,} others"
        parts.append(
            Part(
                label,
                value,
                float(share[values].sum()),
                cumulative[group.stop - 1],
                running[group.start],
                running[group.stop],
                value * wrong > 0,
            )
        )
    return tuple(parts)


def _groups(n: int, most: int) -> list[range]:
    """Positions part by part, those in the middle together if there are too many."""
    if n <= most:
        return [range(i, i + 1) for i in range(n)]
    best = min(_BEST, (most - 1) // 2)
    worst = most - 1 - best
    alone = [range(i, i + 1) for i in (*range(worst), *range(n - best, n))]
    return [*alone[:worst], range(worst, n - best), *alone[worst:]]
