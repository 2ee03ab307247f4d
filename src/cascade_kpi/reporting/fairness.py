"""How fair the targets are: strips of stretches, and who lies beyond the fences."""

from __future__ import annotations

import math

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.judging.fairness import Fairness
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name, unseen, who
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.strips import Dot, Scale, Strip, axis, strip
from cascade_kpi.reporting.view import View
from cascade_kpi.reporting.wording import amount, count, percent, signed
from cascade_kpi.reporting.words import base_words, fences_words, material_words

__all__ = ["Fair"]

_DOTS = 240  # of one group; the outliers, and the others thinned out evenly
_NAME = 18  # characters of a name beside a dot
_ABSENT = "–"


@frozen(eq=False)
class Outlier:
    """A target beyond the fences of its peers."""

    row: int
    group: str
    way: int
    told: tuple[str, ...]

    @property
    def words(self) -> str:
        """Which way, as a shape and in words."""
        return "▲ too hard" if self.way > 0 else "▼ too easy"


@frozen(eq=False)
class Group:
    """One group of peers, as it is shown."""

    label: str
    strip: Strip
    told: tuple[str, ...]
    words: str


@frozen(eq=False)
class Judgement:
    """One KPI: its groups, its outliers in the subtree in focus, and what cannot be told."""

    kpi: Kpi
    scale: Scale
    ends: tuple[str, str, str]
    groups: tuple[Group, ...]
    unshown: int
    outliers: tuple[Outlier, ...]
    left: int
    without: int
    small: int
    slight: int


@frozen(eq=False)
class Fair:
    """The fairness of the targets of one period."""

    view: View
    judged: Fairness
    parts: tuple[Judgement, ...]

    @classmethod
    def of(cls, view: View, judged: Fairness) -> Fair:
        """All KPIs that have a stretch."""
        parts = [
            _judgement(view, judged, kpi)
            for kpi in judged.kpis
            if not np.isnan(judged.stretch(kpi.name)[view.p]).all()
        ]
        return cls(view, judged, tuple(parts))

    def _title(self, part: Judgement) -> str:
        return f"Stretch of {part.kpi.name}, by {self.judged.by.peers.by}"

    def html(self) -> list[Element]:
        """A table of strips for each KPI, and its outliers."""
        out = [el("p", self._lead(), cls="note")]
        for part in self.parts:
            out += [el("h3", name(self._title(part))), self._strips(part)]
            if part.outliers:
                out.append(self._outliers(part))
            out += [el("p", note, cls="note") for note in self._notes(part)]
        return out

    def _lead(self) -> str:
        by = self.judged.by
        return (
            f"Stretch is what a target asks beyond its base, {base_words(by.base)}; "
            "more is harder. Each dot is a target, the line is the median of the peers, and the "
            f"band lies between their fences, {fences_words(by.fences)}."
        )

    def _strips(self, part: Judgement) -> Element:
        rows: list[list[Cell]] = [
            [
                name(group.label),
                strip(group.strip, part.scale, group.words),
                *map(_unbroken, group.told),
            ]
            for group in part.groups
        ]
        words = f"from {part.ends[0]} to {part.ends[2]}"
        rows.append([unseen("scale"), axis(part.scale, part.ends, words), *[""] * 5])
        table = data_table(
            [self.judged.by.peers.by, unseen("stretches"), *_HEADS],
            rows,
            words=self._title(part),
            numbers=range(2, 7),
            cls="stacks",
        )
        return el("div", table, cls="strips")

    def _outliers(self, part: Judgement) -> Element:
        rows: list[list[Cell]] = [
            [
                who(self.view.trail(o.row), self.view.name(o.row), o.group),
                el("span", o.words, cls="hard" if o.way > 0 else "easy"),
                *o.told,
            ]
            for o in part.outliers
        ]
        words = f"Beyond the fences: {part.kpi.name}"
        heads: list[Cell] = ["who", "how", *_OUTLIER_HEADS]
        return data_table(heads, rows, words=words, numbers=range(2, 6), cls="stacks")

    def _notes(self, part: Judgement) -> list[str]:
        notes = [self._rule(part)]
        if part.unshown:
            notes.append(f"And {count(part.unshown, 'other group')}.")
        if part.small:
            least = self.judged.by.peers.smallest
            told = f"{count(part.small, 'target stands', 'targets stand')} in no group of {least}"
            notes.append(f"{told} or more: so few cannot be judged.")
        if part.left:
            notes.append(f"And {count(part.left, 'other target')} beyond the fences.")
        if part.without:
            told = count(part.without, "target has", "targets have")
            notes.append(f"{told} no base to be set against, and no stretch.")
        if self.judged.strangers:
            strangers = self.judged.strangers
            told = ", ".join(map(str, strangers[: self.view.limits.names]))
            more = len(strangers) - self.view.limits.names
            rest = f" and {more:,} more" if more > 0 else ""
            notes.append(f"With a past, and not in the tree: {told}{rest}.")
        return notes

    def _rule(self, part: Judgement) -> str:
        """What makes a target an outlier, and how many lie beyond the fences by less."""
        least = material_words(self.judged.by.material, part.kpi)
        told = f"Told is who lies beyond the fences and more than {least} from the median"
        if not part.slight:
            return f"{told}."
        return f"{told}; {part.slight:,} beyond the fences by less are not."

    def markdown(self) -> list[str]:
        """The same tables, without the pictures."""
        lines = [md.text(self._lead()), ""]
        for part in self.parts:
            lines += md.heading(3, self._title(part))
            heads = [self.judged.by.peers.by, *_HEADS]
            rows = [[group.label, *group.told] for group in part.groups]
            lines += md.table(heads, rows, range(1, 6))
            if part.outliers:
                heads = ["who", "how", *_OUTLIER_HEADS]
                told = [[self.view.name(o.row), o.words, *o.told] for o in part.outliers]
                lines += md.table(heads, told, range(2, 6))
            for note in self._notes(part):
                lines += [md.text(note), ""]
        return lines


_HEADS = ("targets", "median", "fences", "beyond", "shift")
_OUTLIER_HEADS = ("target", "base", "stretch", "spreads off")


def _unbroken(told: str) -> str:
    """Numbers that keep their units beside them; a range may break between its ends."""
    return told.replace(" ", "\u00a0").replace("\u00a0to\u00a0", " to ")


def _told(judged: Fairness, kpi: Kpi, value: float, *, sign: bool = True) -> str:
    """A stretch as people read it: per cent where it is a pure number."""
    if not math.isfinite(value):
        return _ABSENT
    unit = judged.stretch_unit(kpi.name)
    if unit:
        return signed(value, unit, kpi.decimals)
    told = percent(value)
    return f"+{told}" if sign and round(value * 100, 1) > 0 else told


def _judgement(view: View, judged: Fairness, kpi: Kpi) -> Judgement:
    figures = judged.figures(kpi.name, view.period)
    stretch = judged.stretch(kpi.name)[view.p]
    grouped = np.where(judged.group_codes >= 0, stretch, np.nan)
    scale = Scale.of(
        grouped[~np.isnan(grouped)].tolist(), [*figures.low.tolist(), *figures.high.tolist()]
    )
    order = np.argsort(np.where(np.isnan(grouped), np.inf, grouped), kind="stable")
    order = order[: np.count_nonzero(~np.isnan(grouped))]
    groups = tuple(
        _group(view, judged, kpi, g, order[judged.group_codes[order] == code])
        for g, code in enumerate(figures.names[: view.limits.cards].tolist())
    )
    outliers = _outliers(view, judged, kpi)
    part, beside = slice(view.row, view.end), judged.beside(kpi.name)
    slight = (beside.beyond != 0) & (beside.outlier == 0)
    low, zero, high = _told(judged, kpi, scale.low), "0", _told(judged, kpi, scale.high)
    return Judgement(
        kpi,
        scale,
        (low, zero, high),
        groups,
        len(figures.names) - len(groups),
        outliers[: view.limits.parts],
        max(len(outliers) - view.limits.parts, 0),
        *(
            int(np.count_nonzero(each[view.p, part]))
            for each in (judged.without(kpi.name), judged.unjudged(kpi.name), slight)
        ),
    )


def _group(view: View, judged: Fairness, kpi: Kpi, g: int, rows: IntArray) -> Group:
    """One group, of the nodes in some rows, ascending by stretch."""
    p, figures = view.p, judged.figures(kpi.name, view.period)
    code = int(figures.names[g])
    stretch, ways = judged.stretch(kpi.name)[p], judged.outliers(kpi.name)[p]
    shown = _thinned(rows, ways)
    dots = []
    for i, row in enumerate(shown.tolist()):
        known = f"{view.name(row)}, {_told(judged, kpi, float(stretch[row]))}"
        label = _label(view.name(row), known) if i in (0, len(shown) - 1) else ""
        dots.append(Dot(float(stretch[row]), int(ways[row]), known, label))
    low, high, median = (float(getattr(figures, n)[g]) for n in ("low", "high", "median"))
    hard, easy = (int(np.count_nonzero(ways[rows] == way)) for way in (1, -1))
    fences = "too few to tell"
    if math.isfinite(low):
        fences = f"{_told(judged, kpi, low)} to {_told(judged, kpi, high)}"
    beyond = ", ".join(f"{mark} {n:,}" for mark, n in (("▲", hard), ("▼", easy)) if n) or "none"
    shift = percent(float(judged.beside(kpi.name).shift[p, code]))
    label = judged.group_names[code]
    words = f"{label}: median {_told(judged, kpi, median)}, fences {fences}"
    told = (f"{len(rows):,}", _told(judged, kpi, median), fences, beyond, shift)
    return Group(label, Strip(median, low, high, tuple(dots)), told, words)


def _label(person: str, known: str) -> str:
    """A name and a stretch that fit beside a dot."""
    return known if len(person) <= _NAME else f"{person[: _NAME - 1]}…{known[len(person) :]}"


def _thinned(rows: IntArray, ways: IntArray) -> IntArray:
    """Rows, ascending by value: all outliers, and no more than a picture holds of the others."""
    if len(rows) <= _DOTS:
        return rows
    step = -(-len(rows) // _DOTS)
    keep = np.zeros(len(rows), dtype=bool)
    keep[::step] = True
    beyond = np.flatnonzero(ways[rows])
    keep[beyond[: _DOTS // 2]] = keep[beyond[-(_DOTS // 2) :]] = True
    return rows[keep]


def _outliers(view: View, judged: Fairness, kpi: Kpi) -> tuple[Outlier, ...]:
    """The outliers of the subtree in focus, the furthest first."""
    p, part = view.p, slice(view.row, view.end)
    ways, deviation = judged.outliers(kpi.name)[p], judged.deviation(kpi.name)[p]
    rows = np.flatnonzero(ways[part]) + view.row
    order = rows[np.argsort(-np.abs(np.nan_to_num(deviation[rows])), kind="stable")]
    target, base = judged.targets.of(kpi.name)[p], judged.base(kpi.name)[p]
    stretch = judged.stretch(kpi.name)[p]
    return tuple(
        Outlier(
            row,
            judged.group_names[judged.group_codes[row]],
            int(ways[row]),
            (
                amount(kpi, float(target[row])),
                amount(kpi, float(base[row])),
                _told(judged, kpi, float(stretch[row])),
                signed(float(deviation[row]), "", 1).strip(),
            ),
        )
        for row in order.tolist()
    )
