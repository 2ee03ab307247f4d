"""A strategy map as inline SVG: perspectives as lanes, goals as boxes, links as arrows."""

from __future__ import annotations

import math
from functools import cached_property
from itertools import islice

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.alignment.align import Alignment
from cascade_kpi.alignment.drawing import draw, steps
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import name
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.folding import Folded
from cascade_kpi.reporting.lettering import wrapped
from cascade_kpi.reporting.outline import outline
from cascade_kpi.reporting.placing import PAPER, Arrow, Box, Lane, Placed
from cascade_kpi.reporting.standings import GoalState, owner_of
from cascade_kpi.reporting.wording import count

__all__ = ["StrategyMap"]

_TITLE, _SMALL = 13.0, 11.5  # sizes of text, in units of the paper
_LEAD = 16.0
_MOST = 1_000  # lines of the map as a list: a goal may be named again below others
_THIN, _DASHED, _THICK = 1.1, 2.4, 5.0  # of lines, in units of the paper
_PILE = 6.0
_INSET = 11.0


@frozen(eq=False)
class StrategyMap:
    """The map of some goals of an alignment.

    Attributes
    ----------
    folded : Folded
        The goals that are drawn, and those that are folded below them.
    rows : int
        Most goals of each list of those that are folded.
    """

    aligned: Alignment
    folded: Folded
    rows: int

    @property
    def _known(self) -> IntArray:
        """All goals that are drawn or folded, ascending."""
        return np.union1d(self.folded.drawn, np.flatnonzero(self.folded.host >= 0))

    @cached_property
    def _placed(self) -> Placed:
        return Placed(self.aligned, self.folded.drawn)

    def html(self) -> list[Element]:
        """The map for a wide screen and paper; a list for a phone; what is folded; a legend."""
        if not len(self.folded.drawn):
            return [el("p", "No goals.", cls="note")]
        left = self.folded.left
        told = f"{count(left, 'goal')} more: see the tables." if left else None
        listed = outline(self.aligned, islice(steps(self.aligned, self._known), _MOST))
        return [
            el("div", self._legend(), self._drawn(), self._below(), cls="map wide"),
            el("div", listed, cls="map narrow outline"),
            *([el("p", told, cls="note")] if told else []),
        ]

    def _legend(self) -> Element:
        def line(cls: str, words: str) -> Element:
            drawn = el(
                "svg", el("path", d="M1 6H27", cls=f"edge {cls}"), cls="key", aria_hidden="true"
            )
            return el("span", drawn, " ", words)

        links = self.aligned.links
        shown = np.array(self._placed.links, dtype=np.int64)
        split, counted = links.is_split[shown], links.counted[shown]
        kinds = [
            (split & counted, line("split", "carries a share of the amount")),
            (~split, line("supports", "supports")),
            (~counted, line("split apart", "aligned, not counted")),
        ]
        keys = [key for which, key in kinds if which.any()]
        if keys:
            keys.append(el("span", "the wider a line, the greater its share"))
        if self.folded.counts.any():
            keys.append(el("span", "▾ so many goals below, listed under the map"))
        return el("p", keys, cls="legend")

    def _drawn(self) -> Element:
        placed = self._placed
        lanes = placed.lanes
        drawn = count(len(self.folded.drawn), "goal")
        words = f"Strategy map: {drawn} in {count(len(lanes), 'lane')}"
        return el(
            "svg",
            el("title", words),
            [self._band(lane) for lane in lanes],
            [self._arrow(arrow) for arrow in placed.arrows],
            [self._box(box) for box in placed.boxes.values()],
            [label for arrow in placed.arrows for label in self._label(arrow)],
            viewBox=f"0 0 {placed.width:g} {placed.height:g}",
            role="img",
            aria_label=words,
        )

    def _band(self, lane: Lane) -> Element:
        band = el(
            "rect",
            x="0",
            y=f"{lane.y:g}",
            width=f"{self._placed.width:g}",
            height=f"{lane.height:g}",
            rx="6",
            cls="lane",
        )
        lines = wrapped(lane.name or "other goals", PAPER.gutter - 26, _SMALL, 4)
        y = lane.y + PAPER.pad + 12
        words = [
            el("text", line, x="14", y=f"{y + i * _LEAD:g}", cls="lane")
            for i, line in enumerate(lines)
        ]
        return el("g", band, words)

    # -- what is folded -------------------------------------------------------------

    def _below(self) -> list[Element]:
        """The goals that are folded, below each that they serve, to be opened."""
        boxes = sorted(self._placed.boxes.values(), key=lambda box: (box.y, box.x))
        hosts = [box.goal for box in boxes if self.folded.counts[box.goal]]
        out = []
        for goal in hosts:
            mine = self.folded.below(goal)
            links = self.aligned.graph.out_ends[mine]  # each serves one goal alone
            below = steps(self.aligned, mine, links[self.aligned.graph.serves[links] == goal])
            tree = outline(self.aligned, islice(below, self.rows))
            if len(mine) > self.rows:
                tree.append(el("p", f"… and {len(mine) - self.rows:,} more.", cls="note"))
            head = el(
                "summary",
                el("b", name(str(self.aligned.goals.title[goal]))),
                el("small", f" {self._told_below(goal)}"),
            )
            # A link to what stands within it opens it.
            inner = el("div", tree, id=_anchor(goal), cls="outline")
            out.append(el("details", head, inner, cls="below"))
        return out

    def _told_below(self, goal: int) -> str:
        return f"{count(int(self.folded.counts[goal]), 'goal')} below"

    # -- boxes and arrows -----------------------------------------------------------

    def _box(self, box: Box) -> Element:
        goals, paper = self.aligned.goals, PAPER
        standing, words = GoalState.of(self.aligned, box.goal)
        title, owner = str(goals.title[box.goal]), owner_of(self.aligned, box.goal)
        room = paper.box - 2 * _INSET
        x, y = box.x + _INSET, box.y + 20
        text = [
            el("text", line, x=f"{x:g}", y=f"{y + i * _LEAD:g}", cls="name")
            for i, line in enumerate(wrapped(title, room, _TITLE, paper.lines))
        ]
        last = box.y + paper.high - 11
        (small,) = wrapped(owner, room, _SMALL, 1) or [""]
        y = last - (_LEAD if words else 0)
        text.append(el("text", small, x=f"{x:g}", y=f"{y:g}", cls="owner"))
        if words:
            shape = el("tspan", standing.symbol, cls="shape")
            text.append(el("text", shape, f" {words}", x=f"{x:g}", y=f"{last:g}", cls="state"))
        told = " · ".join(filter(None, (title, owner, words)))
        chief = " chief" if bool(goals.strategic[box.goal]) else ""
        shapes = [*self._stacked(box), _outline(box, 0)]
        return el(
            "g", el("title", told), shapes, text, self._fold(box), cls=f"goal {standing.key}{chief}"
        )

    def _stacked(self, box: Box) -> list[Element]:
        """The edges of a pile, if goals are folded below the one on top."""
        if not self.folded.counts[box.goal]:
            return []
        return [_outline(box, _PILE), _outline(box, _PILE / 2)]

    def _fold(self, box: Box) -> list[Element]:
        """How many goals are folded below a box, as a link to where they are listed."""
        if not self.folded.counts[box.goal]:
            return []
        x, y = box.x + PAPER.box - _INSET, box.y + PAPER.high - 11
        words = f"▾ {int(self.folded.counts[box.goal]):,}"
        label = el("text", words, x=f"{x:g}", y=f"{y:g}", text_anchor="end", cls="fold")
        link = el("a", el("title", self._told_below(box.goal)), label, href=f"#{_anchor(box.goal)}")
        return [link]

    def _arrow(self, arrow: Arrow) -> Element:
        links, graph = self.aligned.links, self.aligned.graph
        split = bool(links.is_split[arrow.link])
        cls = "edge " + ("split" if split else "supports")
        cls += "" if bool(links.counted[arrow.link]) else " apart"
        goal, to = int(graph.goal[arrow.link]), int(graph.serves[arrow.link])
        titles = self.aligned.goals.title
        how = f"carries {_share(float(links.share[arrow.link]))} of" if split else "supports"
        told = f"{titles[goal]} {how} {titles[to]}"
        told += "" if bool(links.counted[arrow.link]) else ", not counted"
        (x, y), (_, before) = arrow.points[-1], arrow.points[-2]
        points = arrow.points
        if before > y and self.folded.counts[to]:  # it ends below the pile
            y += _PILE
            points = (*points[:-1], (x, y))
        wide = self._width(arrow.link)
        side = 3.2 + wide / 2
        tip = 2 * side if before > y else -2 * side
        head = f"M{x:.1f} {y:.1f}L{x - side:.1f} {y + tip:.1f}L{x + side:.1f} {y + tip:.1f}Z"
        line = el(
            "path",
            d=_path(points, tip * 0.8),
            cls="line",
            stroke_width=f"{wide:.1f}",
        )
        return el("g", el("title", told), line, el("path", d=head, cls="head"), cls=cls)

    def _width(self, link: int) -> float:
        """How wide an arrow is: by its share of the amount, or of the weights out of its goal."""
        share = float(self.aligned.links.share[link])
        if not math.isnan(share):
            return _THIN + (_THICK - _THIN) * min(share, 1.0)
        return _THIN + (_DASHED - _THIN) * float(self.aligned.proportion[link])

    def _label(self, arrow: Arrow) -> list[Element]:
        """The share of a split beside the beginning of its arrow."""
        share = float(self.aligned.links.share[arrow.link])
        if math.isnan(share) or not arrow.labelled:
            return []
        (x, y), (to_x, to_y) = arrow.points[0], arrow.points[1]
        left = to_x > x  # beside the line, where it does not go
        x, anchor = (x - 6, "end") if left else (x + 6, "start")
        y += -6 if to_y < y else 14
        share_of = _share(share)
        return [el("text", share_of, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, cls="share")]

    def markdown(self) -> list[str]:
        """The map as a list: below each goal those that serve it."""
        if not len(self.folded.drawn):
            return ["No goals.", ""]
        lines = []
        for line in draw(self.aligned, _MOST, self._known).split("\n"):
            bare = line.lstrip(" ")
            indent = " " * (len(line) - len(bare))
            lines.append(f"{indent}- {md.text(bare)}")
        left = self.folded.left
        told = [f"{count(left, 'goal')} more: see the tables.", ""] if left else []
        return [*lines, "", *told]


def _anchor(goal: int) -> str:
    return f"below-{goal}"


def _outline(box: Box, off: float) -> Element:
    return el(
        "rect",
        x=f"{box.x + off:g}",
        y=f"{box.y + off:g}",
        width=f"{PAPER.box:g}",
        height=f"{PAPER.high:g}",
        rx="5",
    )


def _share(share: float) -> str:
    return f"{100 * share:.3g} %"


def _path(points: tuple[tuple[float, float], ...], tip: float) -> str:
    """A smooth line through points, upright at each, that ends where its head begins."""
    (x, y), *rest = points
    rest[-1] = (rest[-1][0], rest[-1][1] + tip)
    path = f"M{x:.1f} {y:.1f}"
    for to_x, to_y in rest:
        bend = (to_y - y) / 2
        path += f"C{x:.1f} {y + bend:.1f} {to_x:.1f} {to_y - bend:.1f} {to_x:.1f} {to_y:.1f}"
        x, y = to_x, to_y
    return path
