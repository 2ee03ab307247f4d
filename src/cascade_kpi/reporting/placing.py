"""Where the boxes and arrows of a strategy map stand: lanes, rows, slots and channels."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray
from cascade_kpi.alignment.align import Alignment
from cascade_kpi.alignment.drawing import lanes

__all__ = ["Arrow", "Box", "Lane", "Paper", "Placed", "chosen", "wrapped"]

Point = tuple[float, float]

_PORT_ROOM = 34.0  # from one port to the next, if a share stands beside each


@frozen
class Paper:
    """What a map is drawn on, in its own units, about a pixel each.

    Attributes
    ----------
    slots : int
        Boxes side by side.
    box, high : float
        Width and height of a box.
    gap : float
        Between boxes side by side: arrows that pass a row run there.
    rise : float
        Between rows.
    lines : int
        Of a title.
    """

    slots: int
    box: float
    high: float
    gap: float
    rise: float = 46.0
    lines: int = 3
    label: float = 26.0

    @property
    def width(self) -> float:
        """Of the whole map."""
        return self.slots * (self.box + self.gap) + self.gap

    def left(self, slot: int) -> float:
        """Where a slot begins."""
        return self.gap + slot * (self.box + self.gap)


WIDE = Paper(slots=5, box=176.0, high=96.0, gap=22.0)
NARROW = Paper(slots=2, box=156.0, high=102.0, gap=12.0)


@frozen
class Box:
    """A goal on the map; x and y are its left upper corner."""

    goal: int
    row: int
    x: float
    y: float


@frozen
class Lane:
    """A perspective, from the top of its band on."""

    name: str
    y: float
    height: float


@frozen
class Arrow:
    """A link on the map, from the goal that serves to the one that is served.

    Attributes
    ----------
    link : int
    points : tuple of (x, y)
        Where it begins, the ends of the channel that it runs through if it passes a row,
        and where it ends.
    labelled : bool
        Whether there is room for its share.
    """

    link: int
    points: tuple[tuple[float, float], ...]
    labelled: bool


def chosen(aligned: Alignment, within: NDArray[np.bool_], most: int) -> IntArray:
    """The goals that a map shows, ascending: strategic ones, then by layer, orphans last.

    Parameters
    ----------
    within : bool array (g,)
        The goals that it may show.
    """
    goals = np.flatnonzero(within)
    first = ~aligned.goals.strategic[goals]
    order = np.lexsort((goals, aligned.graph.depth[goals], first, aligned.orphan[goals]))
    return np.sort(goals[order[:most]])


@frozen(eq=False)
class Placed:
    """Goals placed on paper, lane under lane, in each lane what is served above what serves it."""

    aligned: Alignment
    shown: IntArray
    paper: Paper

    @cached_property
    def _levels(self) -> dict[int, int]:
        """Rows below the top of its lane: below all in the lane that the goal serves."""
        graph, names = self.aligned.graph, self.aligned.goals.columns["perspective"]
        found: dict[int, int] = {}
        for goal in self.shown[np.argsort(graph.depth[self.shown], kind="stable")].tolist():
            above = graph.serves[graph.links_out(np.array([goal]))].tolist()
            mine = [found[to] for to in above if to in found and names[to] == names[goal]]
            found[goal] = max(mine, default=-1) + 1
        return found

    @cached_property
    def _rows(self) -> list[tuple[str, list[int]]]:
        """(lane, goals) of each row from the top down, as many as there are slots."""
        names, levels = self.aligned.goals.columns["perspective"], self._levels
        rows = []
        for lane in lanes(self.aligned):
            mine = [goal for goal in self.shown.tolist() if names[goal] == lane]
            for level in sorted({levels[goal] for goal in mine}):
                row = [goal for goal in mine if levels[goal] == level]
                # Rows of one level as even as can be: five and one look like an oversight.
                count = -(-len(row) // self.paper.slots)
                size = -(-len(row) // count)
                rows += [(lane, row[i : i + size]) for i in range(0, len(row), size)]
        return rows

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """The bands from the top down."""
        found: list[Lane] = []
        y = 0.0
        names = [lane for lane, _ in self._rows]
        for lane in dict.fromkeys(names):
            high = self.paper.label + names.count(lane) * (self.paper.high + self.paper.rise)
            found.append(Lane(lane, y, high - 14.0))
            y += high
        return tuple(found)

    @property
    def height(self) -> float:
        """Of the whole map."""
        return sum((lane.height + 14.0 for lane in self.lanes), 0.0) - (14.0 if self.lanes else 0.0)

    @cached_property
    def boxes(self) -> dict[int, Box]:
        """Boxes by goal."""
        found: dict[int, Box] = {}
        tops = {lane.name: lane.y + self.paper.label for lane in self.lanes}
        for r, (lane, goals) in enumerate(self._rows):
            middle = {goal: self._wanted(goal, found) for goal in goals}
            ordered = sorted(goals, key=lambda goal: (middle[goal], goal))
            for goal, slot in zip(ordered, self._slots([middle[g] for g in ordered]), strict=True):
                found[goal] = Box(goal, r, self.paper.left(slot), tops[lane])
            tops[lane] += self.paper.high + self.paper.rise
        return found

    def _wanted(self, goal: int, placed: dict[int, Box]) -> float:
        """Where a goal would best stand: below the middle of what it serves; orphans aside."""
        if self.aligned.orphan[goal]:
            return self.paper.width
        links = self.aligned.graph.links_out(np.array([goal]))
        above = [placed[to] for to in self.aligned.graph.serves[links].tolist() if to in placed]
        if not above:
            return self.paper.width / 2
        return sum(box.x + self.paper.box / 2 for box in above) / len(above)

    def _slots(self, wanted: Sequence[float]) -> list[int]:
        """A slot for each, ascending, as near to what they want as the others leave room for."""
        n, pitch = len(wanted), self.paper.box + self.paper.gap
        first = self.paper.gap + self.paper.box / 2
        # Where all want to stand apart each goes there; else as a block around the middle.
        apart = len(set(wanted)) == n
        middle = sum(wanted) / n
        found: list[int] = []
        for i, x in enumerate(wanted):
            place = x if apart else middle + pitch * (i - (n - 1) / 2)
            best = round((place - first) / pitch)
            least = found[-1] + 1 if found else 0
            found.append(max(least, min(best, self.paper.slots - (n - i))))
        return found

    # -- arrows ---------------------------------------------------------------------

    @cached_property
    def arrows(self) -> tuple[Arrow, ...]:
        """The links between goals that are shown."""
        graph = self.aligned.graph
        links = [
            link
            for link in graph.links_out(self.shown).tolist()
            if int(graph.serves[link]) in self.boxes
        ]
        passed = {link: self._passed(link) for link in links}
        beside = self._channels([link for link in links if passed[link]])
        out = self._ports(links, graph.goal, graph.serves, beside)
        into = self._ports(links, graph.serves, graph.goal, beside)
        ends = {link: self._ends(link, out[link][0], into[link][0]) for link in links}
        return tuple(
            Arrow(link, self._points(ends[link], passed[link], beside.get(link)), out[link][1])
            for link in links
        )

    def _between(self, link: int) -> tuple[Box, Box]:
        """The box of the goal that serves, and of the one that is served."""
        graph = self.aligned.graph
        return self.boxes[int(graph.goal[link])], self.boxes[int(graph.serves[link])]

    def _passed(self, link: int) -> list[float]:
        """Tops of the rows between the boxes of a link, from the one that serves on."""
        below, above = self._between(link)
        tops = {box.row: box.y for box in self.boxes.values()}
        step = -1 if above.row < below.row else 1
        return [tops[row] for row in range(below.row + step, above.row, step)]

    def _channels(self, links: list[int]) -> dict[int, float]:
        """The gap between boxes that each arrow runs through, each at a place of its own in it."""
        pitch = self.paper.box + self.paper.gap
        by_gap: dict[int, list[int]] = {}
        for link in links:
            below, above = self._between(link)
            middle = (below.x + above.x + self.paper.box - self.paper.gap) / 2
            by_gap.setdefault(max(0, min(round(middle / pitch), self.paper.slots)), []).append(link)
        return {
            link: gap * pitch + self.paper.gap * (i + 1) / (len(mine) + 1)
            for gap, mine in by_gap.items()
            for i, link in enumerate(mine)
        }

    def _ports(
        self, links: list[int], at: IntArray, to: IntArray, beside: dict[int, float]
    ) -> dict[int, tuple[float, bool]]:
        """Per link, where it meets the box of one goal, and if there is room beside it.

        From left to right as they come, so that they do not cross.
        """
        by_goal: dict[int, list[int]] = {}
        for link in links:
            by_goal.setdefault(int(at[link]), []).append(link)
        half = self.paper.box / 2
        found = {}
        for goal, mine in by_goal.items():
            comes = {link: beside.get(link, self.boxes[int(to[link])].x + half) for link in mine}
            room = self.paper.box / (len(mine) + 1)
            for i, link in enumerate(sorted(mine, key=lambda each: (comes[each], each))):
                found[link] = (self.boxes[goal].x + room * (i + 1), room >= _PORT_ROOM)
        return found

    def _ends(self, link: int, begin: float, end: float) -> tuple[Point, Point]:
        """Where an arrow leaves the one box and meets the other."""
        high = self.paper.high
        below, above = self._between(link)
        if below.y > above.y:
            return (begin, below.y), (end, above.y + high)
        return (begin, below.y + high), (end, above.y)

    def _points(
        self, ends: tuple[Point, Point], passed: list[float], beside: float | None
    ) -> tuple[Point, ...]:
        first, last = ends
        if beside is None:
            return ends
        high = self.paper.high
        over = (passed[0] + high + 8, passed[-1] - 8)
        if last[1] > first[1]:
            over = (passed[0] - 8, passed[-1] + high + 8)
        return (first, (beside, over[0]), (beside, over[1]), last)


def _em(character: str) -> float:
    """About how wide a character is, in its own size."""
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in " .,:;'!|ijlftI()[]-":
        return 0.4
    return 0.84 if character.isupper() or character in "mw%@" else 0.66


def wrapped(words: str, width: float, size: float, lines: int) -> list[str]:
    """Text broken into at most so many lines of a width, the last with dots if more is left.

    Examples
    --------
    >>> wrapped("Grow revenue from key accounts", 120, 14, 2)
    ['Grow revenue', 'from key…']
    """
    out, line, used = [], "", 0.0
    room = width / size
    for word in words.split():
        wide = sum(map(_em, word))
        if line and used + 0.4 + wide <= room:
            line, used = f"{line} {word}", used + 0.4 + wide
            continue
        if line:
            out.append(line)
        while wide > room:  # a word that is longer than a line is broken where the line ends
            n, used = 0, 0.0
            while n < len(word) and (n == 0 or used + _em(word[n]) <= room):
                used += _em(word[n])
                n += 1
            out.append(word[:n])
            word = word[n:]
            wide = sum(map(_em, word))
        line, used = word, wide
    out += [line] if line else []
    if len(out) <= lines:
        return out
    last = out[lines - 1]
    while last and sum(map(_em, last)) + 0.9 > room:
        last = last[:-1]
    return [*out[: lines - 1], f"{last.rstrip()}…"]
