"""The organisation tree with traffic lights, level by level."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import light_mark, name, symbol, unseen
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.lights import Light
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.view import Column, View
from cascade_kpi.reporting.wording import attained, number

__all__ = ["Tree", "shown_rows"]

_OPEN = 2  # levels that stand open at first
# Sizes in rem: a column of numbers at least, a character, and what all columns may take beside
# the names; if they need more, they are set below the names.
_NARROWEST, _CHARACTER, _ROOM = 5.3, 0.56, 42.0


@frozen(eq=False)
class Tree:
    """The rows that are shown, in preorder, and how many are not."""

    view: View
    rows: IntArray
    left_out: dict[int, int]

    @classmethod
    def of(cls, view: View) -> Tree:
        """The part of the tree that the limits allow."""
        org = view.org
        rows = shown_rows(
            org.parent, org.depth, slice(view.row, view.end), _rank(view), view.limits
        )
        left_out = {row: int(org.size[row]) - 1 for row in rows.tolist()}
        for row in rows.tolist()[1:]:
            left_out[int(org.parent[row])] -= int(org.size[row])
        return cls(view, rows, left_out)

    @property
    def note(self) -> str:
        """What is left out, empty if nothing is."""
        if not any(self.left_out.values()):
            return ""
        which = "those with the lowest totals" if self.view.knows_scores else "the first"
        whole = self.view.many(self.view.end - self.view.row)
        return (
            f"{len(self.rows):,} of {whole} are shown. Where not all children of a unit fit, "
            f"{which} stand here, and the number left out is given."
        )

    # -- HTML -------------------------------------------------------------------

    def html(self) -> list[Element]:
        """A legend, the KPIs' names and the nested rows."""
        used = (*Light,) if self.view.knows_results else ()
        legend = [light_mark(light) for light in used]
        parts = [el("p", legend, cls="legend")] if legend else []
        if self.note:
            parts.append(el("p", self.note, cls="note"))
        columns = len(self.view.columns) + self.view.knows_scores
        width = max(_NARROWEST, _CHARACTER * self._longest())
        many = columns * width > _ROOM
        head = el("div", el("span", ""), self._heads(), cls="line head", aria_hidden="true")
        style = f"--columns:{columns};--width:{width:.1f}rem"
        cls = "tree many" if many else "tree"
        return [*parts, el("div", head, self._nested(), cls=cls, style=style)]

    def _longest(self) -> int:
        """Characters of the longest cell, its light included."""
        texts = [self._value(column, row) for column in self.view.columns for row in self.rows]
        if self.view.knows_scores:
            totals = (self.view.in_points(float(self.view.total[row])) for row in self.rows)
            texts += [f"{total} {max(self.view.grades, key=len, default='')}" for total in totals]
        return 2 + max(map(len, texts))

    def _value(self, column: Column, row: int) -> str:
        """What stands for a KPI: how far the target is attained, or the target."""
        if self.view.knows_results:
            return attained(float(column.attainment[row]))
        return number(column.kpi, float(column.target[row]))

    def _key(self, column: Column) -> str:
        kpi = column.kpi
        return kpi.name if self.view.knows_results else f"{kpi.name} ({kpi.unit})"

    def _heads(self) -> Element:
        heads = [el("span", "total, points")] if self.view.knows_scores else []
        heads += [el("span", name(self._key(column))) for column in self.view.columns]
        return el("span", heads, cls="cells")

    def _nested(self) -> Element:
        """Rows nested as the tree is, built from the last row backwards, without recursion."""
        below: dict[int, list[Element]] = {}
        for row in reversed(self.rows.tolist()):
            children = below.pop(row, [])
            children.reverse()
            above = int(self.view.org.parent[row])
            below.setdefault(above, []).append(self._item(row, children))
        return el("ul", below[int(self.view.org.parent[self.view.row])])

    def _item(self, row: int, children: list[Element]) -> Element:
        line = self._line(row)
        if self.left_out[row]:
            more = f"… {self.left_out[row]:,} more below, not shown"
            children = [*children, el("li", more, cls="more")]
        if not children:
            return el("li", el("div", line, cls="leaf"))
        level = int(self.view.org.depth[row] - self.view.org.depth[self.view.row])
        summary = el("summary", line)
        return el("li", el("details", summary, el("ul", children), open=level < _OPEN))

    def _line(self, row: int) -> Element:
        kind = str(self.view.org.kinds[row])
        who = el(
            "span",
            name(self.view.name(row)),
            el("small", " ", name(kind)) if kind else None,
            cls="who",
        )
        cells = [self._total(row)] if self.view.knows_scores else []
        cells += [self._cell(column, row) for column in self.view.columns]
        return el("span", who, el("span", cells, cls="cells"), cls="line")

    def _total(self, row: int) -> Element:
        grade = self.view.grade(row)
        shown = self.view.in_points(float(self.view.total[row]))
        return el(
            "span",
            el("span", "total ", cls="key"),
            symbol(self.view.total_light(row)),
            " ",
            el("b", shown),
            el("span", " ", name(grade), cls="grade") if grade else None,
            cls="cell",
        )

    def _cell(self, column: Column, row: int) -> Element:
        key = el("span", name(self._key(column)), " ", cls="key")
        if np.isnan(column.target[row]):
            return el("span", key, unseen("no target"), cls="cell none")
        value = self._value(column, row)
        if not self.view.knows_results:
            return el("span", key, value, cls="cell")
        light = symbol(self.view.lights(float(column.attainment[row])))
        return el("span", key, light, " ", value, cls="cell")

    # -- Markdown ---------------------------------------------------------------

    def markdown(self) -> list[str]:
        """A nested list."""
        lines = [md.text(self.note), ""] if self.note else []
        base = int(self.view.org.depth[self.view.row])
        for row in self.rows.tolist():
            level = int(self.view.org.depth[row]) - base
            more = f" … {self.left_out[row]:,} more below, not shown" if self.left_out[row] else ""
            lines.append(f"{'  ' * level}- {self._words(row)}{more}")
        return [*lines, ""]

    def _words(self, row: int) -> str:
        kind = str(self.view.org.kinds[row])
        words = f"**{md.cell(self.view.name(row)) or '–'}**"
        words += f" ({md.cell(kind)})" if kind else ""
        told = []
        if self.view.knows_scores:
            grade = self.view.grade(row)
            light = self.view.total_light(row).symbol
            shown = self.view.in_points(float(self.view.total[row]))
            told.append(f"total {light} {shown}" + (f" {md.cell(grade)}" if grade else ""))
        for column in self.view.columns:
            if np.isnan(column.target[row]):
                continue
            light = self.view.lights(float(column.attainment[row])).symbol
            shown = f"{light} " if self.view.knows_results else ""
            told.append(f"{md.cell(self._key(column))} {shown}{self._value(column, row)}")
        return f"{words}: {', '.join(told)}" if told else words


def _rank(view: View) -> FloatArray:
    """What is shown first where not everything fits: the lowest."""
    if view.knows_scores:
        return view.total
    return np.zeros(len(view.org))


def shown_rows(
    parent: IntArray, depth: IntArray, part: slice, rank: FloatArray, limits: Limits
) -> IntArray:
    """Rows of a subtree that a report shows, ascending.

    Whole levels as far as they fit; of the level after them the same number of
    children of every unit, the lowest in rank.

    Parameters
    ----------
    parent, depth : int64 array (n,)
    part : slice
        The rows of the subtree.
    rank : float64 array (n,)
        NaN ranks last; ties keep their order.
    limits : Limits
    """
    level = depth[part] - depth[part.start]
    total = np.cumsum(np.bincount(level))
    whole = int(np.searchsorted(total, limits.nodes, side="right"))
    whole = max(1, min(whole, limits.levels))
    rows = part.start + np.flatnonzero(level < whole)
    if whole == min(len(total), limits.levels):
        return np.asarray(rows)
    partly = part.start + np.flatnonzero(level == whole)
    each = _fair(np.unique(parent[partly], return_counts=True)[1], limits.nodes - len(rows))
    ranked = partly[np.lexsort((partly, rank[partly], parent[partly]))]
    above = parent[ranked]
    first = np.flatnonzero(np.r_[True, above[1:] != above[:-1]])
    place = np.arange(len(ranked)) - np.repeat(first, np.diff(np.r_[first, len(ranked)]))
    return np.sort(np.r_[rows, ranked[place < each]])


def _fair(counts: IntArray, room: int) -> int:
    """The greatest number that every unit may show of its children within the room."""
    low, high = 0, int(counts.max())
    while low < high:
        middle = (low + high + 1) // 2
        if int(np.minimum(counts, middle).sum()) <= room:
            low = middle
        else:
            high = middle - 1
    return low
