"""A strategy map as inline SVG: perspectives as lanes, goals as boxes, links as arrows."""

from __future__ import annotations

import math
from enum import Enum

from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.alignment.align import Alignment
from cascade_kpi.alignment.drawing import draw
from cascade_kpi.alignment.shares import NEAR
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.placing import NARROW, WIDE, Arrow, Box, Lane, Paper, Placed, wrapped
from cascade_kpi.reporting.wording import attained, count

__all__ = ["GoalState", "StrategyMap", "owner_of"]

_TITLE, _SMALL = 13.0, 11.5  # sizes of text, in units of the paper
_LEAD = 16.0
_MOST = 1_000  # lines of the map as a list: a goal may be named again below others


class GoalState(Enum):
    """How a goal stands: by a shape, in words, and then by colour."""

    WHOLE = ("●", "green")
    PART = ("▲", "amber")
    NOTHING = ("■", "red")
    PLAIN = ("", "grey")

    @property
    def symbol(self) -> str:
        """The shape."""
        return self.value[0]

    @property
    def key(self) -> str:
        """Its name in style sheets."""
        return self.value[1]

    @classmethod
    def of(cls, aligned: Alignment, goal: int) -> tuple[GoalState, str]:
        """How a goal stands, with the words for it."""
        covered = float(aligned.covered[goal])
        if int(aligned.goals.owner[goal]) < 0:
            return cls.NOTHING, "nobody owns it"
        if bool(aligned.orphan[goal]):
            return cls.NOTHING, "serves nothing"
        if math.isnan(covered):
            return cls.PLAIN, ""
        if abs(covered - 1) <= NEAR:
            return cls.WHOLE, "covered"
        margin = float(aligned.goals.margin[goal])
        if 0 < covered - 1 <= margin + NEAR:
            return cls.WHOLE, f"{attained(covered)} covered, as meant"
        standing = cls.NOTHING if covered == 0 else cls.PART
        return standing, f"{attained(covered)} covered"


def owner_of(aligned: Alignment, goal: int) -> str:
    """What a person reads for a goal's owner."""
    at = int(aligned.goals.owner[goal])
    return str(aligned.org.labels[at]) if at >= 0 else "nobody"


@frozen(eq=False)
class StrategyMap:
    """The map of some goals of an alignment.

    Attributes
    ----------
    shown : int64 array
        The goals that are drawn, ascending.
    left : int
        How many are left out.
    """

    aligned: Alignment
    shown: IntArray
    left: int

    def html(self) -> list[Element]:
        """The map for a wide screen and paper, and for a phone; a legend; what is left out."""
        if not len(self.shown):
            return [el("p", "No goals.", cls="note")]
        told = f"{count(self.left, 'goal')} more: see the tables." if self.left else None
        return [
            self._legend(),
            el("div", self._drawn(WIDE), cls="map wide"),
            el("div", self._drawn(NARROW), cls="map narrow"),
            *([el("p", told, cls="note")] if told else []),
        ]

    def _legend(self) -> Element:
        def line(cls: str, words: str) -> Element:
            drawn = el(
                "svg", el("path", d="M1 6H27", cls=f"edge {cls}"), cls="key", aria_hidden="true"
            )
            return el("span", drawn, " ", words)

        return el(
            "p",
            line("split", "carries a share of the amount"),
            line("supports", "supports"),
            line("split apart", "aligned, not counted"),
            cls="legend",
        )

    def _drawn(self, paper: Paper) -> Element:
        placed = Placed(self.aligned, self.shown, paper)
        words = (
            f"Strategy map: {count(len(self.shown), 'goal')} in {count(len(placed.lanes), 'lane')}"
        )
        return el(
            "svg",
            el("title", words),
            [_band(lane, paper) for lane in placed.lanes],
            [self._arrow(arrow) for arrow in placed.arrows],
            [self._box(box, paper) for box in placed.boxes.values()],
            [_heading(lane, paper) for lane in placed.lanes],
            [label for arrow in placed.arrows for label in self._label(arrow)],
            viewBox=f"0 0 {paper.width:g} {placed.height:g}",
            role="img",
            aria_label=words,
        )

    # -- boxes and arrows -----------------------------------------------------------

    def _box(self, box: Box, paper: Paper) -> Element:
        goals = self.aligned.goals
        standing, words = GoalState.of(self.aligned, box.goal)
        title, owner = str(goals.title[box.goal]), owner_of(self.aligned, box.goal)
        lines = wrapped(title, paper.box - 20, _TITLE, paper.lines)
        x, y = box.x + 11, box.y + 20
        text = [
            el("text", line, x=f"{x:g}", y=f"{y + i * _LEAD:g}", cls="name")
            for i, line in enumerate(lines)
        ]
        y = box.y + paper.high - (27 if words else 12)
        (small,) = wrapped(owner, paper.box - 20, _SMALL, 1) or [""]
        text.append(el("text", small, x=f"{x:g}", y=f"{y:g}", cls="owner"))
        if words:
            shape = el("tspan", standing.symbol, cls="shape")
            text.append(el("text", shape, f" {words}", x=f"{x:g}", y=f"{y + 16:g}", cls="state"))
        chief = " chief" if bool(goals.strategic[box.goal]) else ""
        told = " · ".join(filter(None, (title, owner, words)))
        outline = el(
            "rect",
            x=f"{box.x:g}",
            y=f"{box.y:g}",
            width=f"{paper.box:g}",
            height=f"{paper.high:g}",
            rx="5",
        )
        return el("g", el("title", told), outline, text, cls=f"goal {standing.key}{chief}")

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
        tip = 7 if before > y else -7
        head = f"M{x:.1f} {y:.1f}L{x - 4:.1f} {y + tip:.1f}L{x + 4:.1f} {y + tip:.1f}Z"
        return el(
            "g",
            el("title", told),
            el("path", d=_path(arrow.points, tip), cls="line"),
            el("path", d=head, cls="head"),
            cls=cls,
        )

    def _label(self, arrow: Arrow) -> list[Element]:
        """The share of a split beside the beginning of its arrow."""
        share = float(self.aligned.links.share[arrow.link])
        if math.isnan(share) or not arrow.labelled:
            return []
        (x, y), (to_x, to_y) = arrow.points[0], arrow.points[1]
        left = to_x > x  # beside the line, where it does not go
        x, anchor = (x - 5, "end") if left else (x + 5, "start")
        y += -6 if to_y < y else 14
        share_of = _share(share)
        return [el("text", share_of, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, cls="share")]

    def markdown(self) -> list[str]:
        """The map as a list: below each goal those that serve it."""
        if not len(self.shown):
            return ["No goals.", ""]
        lines = []
        for line in draw(self.aligned, _MOST, self.shown).split("\n"):
            bare = line.lstrip(" ")
            indent = " " * (len(line) - len(bare))
            lines.append(f"{indent}- {md.text(bare)}")
        left = [f"{count(self.left, 'goal')} more: see the tables.", ""] if self.left else []
        return [*lines, "", *left]


def _band(lane: Lane, paper: Paper) -> Element:
    width, height = f"{paper.width:g}", f"{lane.height:g}"
    return el("rect", x="0", y=f"{lane.y:g}", width=width, height=height, rx="6", cls="lane")


def _heading(lane: Lane, paper: Paper) -> Element:
    (name,) = wrapped(lane.name or "without a perspective", paper.width - 30, _SMALL, 1)
    return el("text", name, x="12", y=f"{lane.y + 17:g}", cls="lane")


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
