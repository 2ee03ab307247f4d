"""The page of a sweep: how far totals, grades and places depend on weights and settings."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page, Section
from cascade_kpi.reporting.ranges import Scale, moved_bar, range_axis, range_bar
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.wording import count, percent, points
from cascade_kpi.sweeping.ranks import RankRanges, people_of
from cascade_kpi.sweeping.sweep import Sweep
from cascade_kpi.sweeping.weightings import Weightings

__all__ = ["swept_page"]

_MOST = 20_000_000  # totals that are made anew for places
_NONE = "–"


def swept_page(swept: Sweep, p: int, limits: Limits, title: str) -> Page:
    """All that a sweep comes to in one period."""
    people = people_of(swept.org, None)
    label, ways = swept.periods.labels[p], _ways(swept, len(swept.over))
    ranks = swept.ranks(people) if len(people) * len(swept.over) <= _MOST else None
    sections: list[tuple[str, str, tuple[Section, ...]]] = [
        ("summary", "At a glance", (Notes(_summary(swept, p, people, ranks)),)),
        ("totals", "How far totals move", (_totals(swept, p, people, limits),)),
    ]
    if swept.scores.grades:
        sections.append(("grades", "How many change grade", (_Moved.of(swept, p, limits),)))
    if getattr(swept.over, "settings", {}):
        sections.append(("settings", "Setting by setting", (_settings(swept, label, limits),)))
    if ranks is not None:
        places = (_places(ranks, p, limits), _orders(ranks, p, limits))
        sections.append(("places", "Places", places))
    sections.append(("how", "How it is found", (Notes(_how(swept, ranks)),)))
    about = f"{label} · {ways} · {count(len(people), 'person', 'people')}"
    return Page(title, about, tuple(sections), "Sweep")


def _ways(swept: Sweep, n: int) -> str:
    return count(n, "weighting" if isinstance(swept.over, Weightings) else "card")


def _summary(swept: Sweep, p: int, people: IntArray, ranks: RankRanges | None) -> tuple[str, ...]:
    scores, names = swept.scores, swept.names
    total = scores.total[p]
    there = total[~np.isnan(total)]
    mean = float(there.mean()) if len(there) else math.nan
    notes = [f"The mean total is {points(mean, 2)} points in the base."]
    known = np.flatnonzero(~np.isnan(swept.mean[:, p]))
    if len(known):
        low, high = (known[pick(swept.mean[known, p])] for pick in (np.argmin, np.argmax))
        ends = [f"{points(float(swept.mean[k, p]), 2)} ({names[k]})" for k in (low, high)]
        notes.append(f"The lowest mean is {ends[0]}, the highest {ends[1]}.")
    if scores.grades:
        changed = swept.changed[:, p]
        k, graded = int(changed.argmax()), people[scores.grade_codes[p, people] >= 0]
        middle = _half(float(np.median(changed)))
        firm = int((swept.robustness()[p, graded] == 1.0).sum())
        notes.append(
            f"{firm:,} of {count(len(graded), 'person', 'people')} with a grade keep it under all; "
            f"of people and units together {middle} change theirs in the median "
            f"case, {int(changed[k]):,} at most ({names[k]})."
        )
    if ranks is not None and not np.isnan(ranks.spearman[:, p]).all():
        k = int(np.nanargmin(ranks.spearman[:, p]))
        notes.append(
            f"The order of people agrees least with the base under {names[k]}: Spearman's rank "
            f"correlation {points(float(ranks.spearman[k, p]), 3)}."
        )
    return tuple(notes)


def _half(n: float) -> str:
    """A median of whole numbers, which may lie half-way between two."""
    return f"{n:,.0f}" if n.is_integer() else f"{n:,.1f}"


@frozen(eq=False)
class _Ranges:
    """A row for each of some people: a range with the base on it, and numbers.

    Attributes
    ----------
    ends : float64 array (2, rows)
        From where to where each goes.
    """

    names: tuple[str, ...]
    ends: FloatArray
    base: FloatArray
    scale: Scale
    edges: tuple[float, ...]
    marks: tuple[tuple[float, str], ...]
    heads: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    lead: str
    left: int

    def html(self) -> list[Element]:
        """A table with a picture a row, all on one scale."""
        if not self.names:
            return [el("p", "Nobody has a total.")]
        rows: list[Sequence[Cell]] = []
        for i, who in enumerate(self.names):
            told = zip(self.heads, self.cells[i], strict=True)
            words = f"{who}: {', '.join(map(' '.join, told))}"
            low, high = self.ends[:, i].tolist()
            picture = range_bar((low, high), float(self.base[i]), self.scale, self.edges, words)
            rows.append([name(who), picture, *map(name, self.cells[i])])
        rows.append(["", range_axis(self.scale, self.marks), *[""] * len(self.heads)])
        heads = ["who", "range, and the base", *self.heads]
        numbers = range(2, len(heads))
        table = data_table(heads, rows, words=self.lead, numbers=numbers, cls="stacks")
        more = [el("p", self._more, cls="note")] if self.left else []
        return [el("p", self.lead, cls="note"), el("div", table, cls="ranges"), *more]

    def markdown(self) -> list[str]:
        """The same numbers."""
        if not self.names:
            return ["Nobody has a total.", ""]
        rows = [[who, *cells] for who, cells in zip(self.names, self.cells, strict=True)]
        lines = [md.text(self.lead), "", *md.table(["who", *self.heads], rows,
                                                   range(1, 1 + len(self.heads)))]  # fmt: skip
        return [*lines, self._more, ""] if self.left else lines

    @property
    def _more(self) -> str:
        return f"… and {count(self.left, 'more person', 'more people')}."


def _totals(swept: Sweep, p: int, people: IntArray, limits: Limits) -> _Ranges:
    """People whose totals move most."""
    scores, low, high = swept.scores, swept.low[p, people], swept.high[p, people]
    with np.errstate(over="ignore"):
        spread = high - low
    known = int((~np.isnan(spread)).sum())
    chosen = np.argsort(-spread, kind="stable")[: min(known, limits.parts)]  # absent ones last
    rows = people[chosen]
    base, ends = scores.total[p, rows], np.stack([low[chosen], high[chosen]])
    bands = scores.scorecard.grades
    begins = [(b.low, b.label) for b in (bands.bands if bands else ()) if b.low is not None]
    all_ends = np.append(ends[np.isfinite(ends)], base[np.isfinite(base)])
    scale = _rounded(float(all_ends.min(initial=np.inf)), float(all_ends.max(initial=-np.inf)))
    marks = [(end, points(end, 0)) for end in scale]
    edges, marks = tuple(edge for edge, _ in begins), [*marks, *begins]
    codes, firm = scores.grade_codes[p, rows].tolist(), swept.robustness()[p, rows]
    grades = (*scores.grades, _NONE)
    cells = []
    for i in range(len(rows)):
        told = [points(float(each), 2) for each in (base[i], *ends[:, i], spread[chosen[i]])]
        more = [grades[codes[i]], percent(float(firm[i]))] if scores.grades else []
        cells.append((*told, *more))
    heads = ("base", "least", "most", "spread", *(("grade", "kept in") if scores.grades else ()))
    lead = "Those whose totals move furthest, the ring is the base"
    lead += "; ticks are where grades begin." if edges else "."
    labels = tuple(map(str, scores.org.labels[rows].tolist()))
    left = known - len(rows)
    return _Ranges(labels, ends, base, scale, edges, tuple(marks), heads, tuple(cells), lead, left)


def _rounded(low: float, high: float) -> Scale:
    """Round ends of a scale that hold both."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 100.0
    rough = (high / 2 - low / 2) / 2  # a fourth of the span
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    if not power:  # so little that no round number is as small
        return low, high
    step = next(n * power for n in (1, 2, 5, 10) if n * power >= rough)
    ends = math.floor(low / step) * step, max(math.ceil(high / step) * step, low + step)
    return ends if all(map(math.isfinite, ends)) else (low, high)


def _places(ranks: RankRanges, p: int, limits: Limits) -> _Ranges:
    """The first of the base, and from where to where their places go."""
    base, best, worst = (each[p] for each in (ranks.base, ranks.best, ranks.worst))
    placed = np.flatnonzero(base > 0)
    chosen = placed[np.argsort(base[placed], kind="stable")][: limits.parts]
    shown = np.stack([worst[chosen], best[chosen]]).astype(np.float64)
    shown[shown == 0] = np.nan
    last = float(max(worst[chosen].max(initial=2), base[chosen].max(initial=2)))
    cells = tuple(
        tuple(f"{n:,}" if n else _NONE for n in (base[i], best[i], worst[i]))
        for i in chosen.tolist()
    )
    org = ranks.swept.org
    labels = tuple(map(str, org.labels[ranks.rows[chosen]].tolist()))
    lead = "The first in the base, the ring, and the best and the worst place of each under all."
    marks = ((last, f"{last:,.0f}"), (1.0, "1"))
    left = len(placed) - len(chosen)
    heads = ("base", "best", "worst")
    return _Ranges(labels, shown, base[chosen].astype(np.float64), (last, 1.0), (), marks, heads,
                   cells, lead, left)  # fmt: skip


def _orders(ranks: RankRanges, p: int, limits: Limits) -> Sheet:
    """How far each order agrees with that of the base, the least agreement first."""
    org, names = ranks.swept.org, ranks.swept.names
    order = np.argsort(ranks.spearman[:, p], kind="stable")
    rows = []
    for k in order[: limits.rows].tolist():
        mover = int(ranks.mover[k, p])
        rows.append(
            (
                names[k],
                points(float(ranks.spearman[k, p]), 3),
                points(float(ranks.shift[k, p]), 1),
                f"{int(ranks.largest[k, p]):,}",
                _NONE if mover < 0 else str(org.labels[mover]),
            )
        )
    what = "weighting" if isinstance(ranks.swept.over, Weightings) else "card"
    heads = (what, "Spearman's correlation", "mean move", "largest move", "of")
    words = "How far each order agrees with the base, the least first"
    return Sheet(words, heads, tuple(rows), (1, 2, 3), len(order) - len(rows), "")


@frozen(eq=False)
class _Moved:
    """A row for each weighting or card: how many change their grade, those that move most first."""

    names: tuple[str, ...]
    shares: tuple[float, ...]
    heads: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    left: int

    @classmethod
    def of(cls, swept: Sweep, p: int, limits: Limits) -> _Moved:
        """Of one period."""
        changed, all_ = swept.changed[:, p], len(swept.org)
        order = np.argsort(-changed, kind="stable")
        shown = order[: limits.rows].tolist()
        cells = tuple(
            (
                f"{int(changed[k]):,}",
                points(float(swept.mean[k, p]), 2),
                *(f"{int(n):,}" for n in swept.graded[k, p]),
            )
            for k in shown
        )
        what = "weighting" if isinstance(swept.over, Weightings) else "card"
        heads = (what, "change grade", "mean total", *swept.scores.grades)
        shares = tuple(float(changed[k]) / all_ for k in shown)
        names = tuple(swept.names[k] for k in shown)
        return cls(names, shares, heads, cells, len(order) - len(shown))

    def html(self) -> list[Element]:
        """A table with a bar a row."""
        rows: list[Sequence[Cell]] = []
        for who, share, cells in zip(self.names, self.shares, self.cells, strict=True):
            words = f"{who}: {cells[0]} have another grade than in the base"
            rows.append([name(who), moved_bar(share, words), *cells])
        heads: list[Cell] = [self.heads[0], "of everybody", *self.heads[1:]]
        lead = "How many people and units have another grade than in the base, the most first; "
        lead += "then how many have each grade."
        numbers = range(2, len(heads))
        table = data_table(heads, rows, words=lead, numbers=numbers, cls="stacks")
        more = [el("p", self._more, cls="note")] if self.left else []
        return [el("p", lead, cls="note"), el("div", table, cls="checked"), *more]

    def markdown(self) -> list[str]:
        """The same numbers."""
        rows = [[who, *cells] for who, cells in zip(self.names, self.cells, strict=True)]
        lines = md.table(self.heads, rows, range(1, len(self.heads)))
        return [*lines, self._more, ""] if self.left else lines

    @property
    def _more(self) -> str:
        return f"… and {self.left:,} more."


def _settings(swept: Sweep, label: str, limits: Limits) -> Sheet:
    """Each value of each setting, on average over all others."""
    table = swept.by_setting()
    mine = np.flatnonzero(table["period"] == label).tolist()
    rows = []
    for i in mine[: limits.rows]:
        told = [f"{int(table['cards'][i]):,}", points(float(table["mean"][i]), 2)]
        told += [points(float(table["changed"][i]), 1)] if "changed" in table else []
        rows.append((str(table["setting"][i]), str(table["value"][i]), *told))
    heads = ["setting", "value", "cards", "mean total"]
    heads += ["change grade"] if "changed" in table else []
    words = "What each value comes to, on average over all other settings"
    numbers, left = tuple(range(2, len(heads))), len(mine) - len(rows)
    return Sheet(words, tuple(heads), tuple(rows), numbers, left, "")


def _how(swept: Sweep, ranks: RankRanges | None) -> tuple[str, ...]:
    over = "The range is over all that were swept; the base is among them only if it was too."
    notes = [f"People are those without units below. {over}"]
    if isinstance(swept.over, Weightings):
        notes.append("Weights are the same for everybody, scaled to what the card promises.")
    else:
        notes.append("Everybody is scored once by each card.")
    if ranks is None:
        size = f"{len(swept.over):,} × {len(people_of(swept.org, None)):,}"
        notes.append(
            f"Places are left out: {size} totals are more than {_MOST:,}. Ask for those of some "
            "people: swept.ranks(among=…)."
        )
    else:
        notes.append(
            "Places are among these people by their totals as they are; ties share the best place, "
            "and the places after it are left out. Moves are of those with a total on both sides."
        )
    return tuple(notes)
