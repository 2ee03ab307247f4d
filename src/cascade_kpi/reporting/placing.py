"""Where the boxes and arrows of a strategy map stand: lanes, rows, places in the rows."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.alignment.align import Alignment
from cascade_kpi.alignment.drawing import lanes
from cascade_kpi.reporting.ordering import ordered, spread

__all__ = ["PAPER", "Arrow", "Box", "Lane", "Paper", "Placed"]

Point = tuple[float, float]

_PORT_ROOM = 36.0  # from one port to the next, if a share stands beside each
_CLEAR = 9.0  # that a line keeps from the row that it passes
_BELOW = 6.0  # how much more than to what lies further off a goal wants to stand below its own
_STRAIGHT = 8.0  # how much more than to its ends a line wants to be straight on its way


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
        Between boxes side by side.
    rise : float
        Between rows.
    lines : int
        Of a title.
    gutter : float
        To the left of the boxes: the lanes are named there.
    pad : float
        Above the first row of a lane, and below its last.
    line : float
        What a line that passes a row takes of it.
    """

    slots: int = 5
    box: float = 164.0
    high: float = 94.0
    gap: float = 15.0
    rise: float = 46.0
    lines: int = 3
    gutter: float = 118.0
    pad: float = 16.0
    line: float = 14.0

    @property
    def inner(self) -> float:
        """Width of the part that boxes and lines stand on."""
        return self.slots * (self.box + self.gap)


PAPER = Paper()


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
        Where it begins, where it comes to and leaves each row that it passes, and where
        it ends.
    labelled : bool
        Whether there is room for its share.
    """

    link: int
    points: tuple[Point, ...]
    labelled: bool


@frozen(eq=False)
class Placed:
    """Goals placed on paper, lane under lane, in each lane what is served above what serves it.

    A point is a goal, by its position, or the place at which a link passes a row,
    numbered from the number of goals on.
    """

    aligned: Alignment
    shown: IntArray
    paper: Paper = PAPER

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
    def _row_of(self) -> dict[int, int]:
        return {goal: r for r, (_, goals) in enumerate(self._rows) for goal in goals}

    @cached_property
    def links(self) -> list[int]:
        """The links between goals that are shown."""
        graph = self.aligned.graph
        return [
            link
            for link in graph.links_out(self.shown).tolist()
            if int(graph.serves[link]) in self._row_of
        ]

    @cached_property
    def _chains(self) -> dict[int, list[int]]:
        """The points of each link from its upper to its lower end."""
        graph, point = self.aligned.graph, len(self.aligned.goals)
        found = {}
        for link in self.links:
            ends = int(graph.serves[link]), int(graph.goal[link])
            upper, lower = sorted(ends, key=self._row_of.__getitem__)
            passed = self._row_of[lower] - self._row_of[upper] - 1
            found[link] = [upper, *range(point, point + passed), lower]
            point += passed
        return found

    @cached_property
    def _above(self) -> dict[int, list[int]]:
        """The points of the row before that each is joined with."""
        found: dict[int, list[int]] = {}
        for chain in self._chains.values():
            for upper, lower in pairwise(chain):
                found.setdefault(lower, []).append(upper)
        return found

    @cached_property
    def _ordered(self) -> list[list[int]]:
        rows = [list(goals) for _, goals in self._rows]
        for chain in self._chains.values():
            first = self._row_of[chain[0]]
            for r, point in enumerate(chain[1:-1], start=first + 1):
                rows[r].append(point)
        return ordered(rows, self._above)

    @cached_property
    def _middles(self) -> dict[int, float]:
        """The middle of every point, from the gutter on."""
        paper, n = self.paper, len(self.aligned.goals)
        joined: dict[int, list[tuple[int, float]]] = {}
        for chain in self._chains.values():
            ends, way = (chain[0], chain[-1]), chain[1:-1]
            # Goals in neighbouring rows stand below each other; a line on its way may bend.
            near, weight = (way, 1.0) if way else ((ends[1], ends[0]), _BELOW)
            joined.setdefault(ends[0], []).append((near[0], weight))
            joined.setdefault(ends[1], []).append((near[-1], weight))
            for point in way:
                joined[point] = [(each, _STRAIGHT) for each in way if each != point]
                joined[point] += [(end, 1.0) for end in ends]
        points = [point for row in self._ordered for point in row]
        widths = {p: paper.box + paper.gap if p < n else paper.line for p in points}
        found = spread(self._ordered, joined, widths, self._inner)
        # All together in the middle of the paper.
        left = min((x - widths[p] / 2 for p, x in found.items()), default=0.0)
        right = max((x + widths[p] / 2 for p, x in found.items()), default=0.0)
        off = (self._inner - right - left) / 2
        return {point: x + off for point, x in found.items()}

    @cached_property
    def _inner(self) -> float:
        paper, n = self.paper, len(self.aligned.goals)
        wide = [
            sum(paper.box + paper.gap if p < n else paper.line for p in row)
            for row in self._ordered
        ]
        return max([paper.inner, *wide])

    @property
    def width(self) -> float:
        """Of the whole map."""
        return self.paper.gutter + self._inner + self.paper.gap

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """The bands from the top down."""
        found: list[Lane] = []
        y, names, paper = 0.0, [lane for lane, _ in self._rows], self.paper
        for lane in dict.fromkeys(names):
            n = names.count(lane)
            high = 2 * paper.pad + n * paper.high + (n - 1) * paper.rise
            found.append(Lane(lane, y, high))
            y += high + paper.pad
        return tuple(found)

    @property
    def height(self) -> float:
        """Of the whole map."""
        return max((lane.y + lane.height for lane in self.lanes), default=0.0)

    @cached_property
    def _tops(self) -> list[float]:
        """The upper edge of each row."""
        next_of = {lane.name: lane.y + self.paper.pad for lane in self.lanes}
        found = []
        for lane, _ in self._rows:
            found.append(next_of[lane])
            next_of[lane] += self.paper.high + self.paper.rise
        return found

    @cached_property
    def boxes(self) -> dict[int, Box]:
        """Boxes by goal."""
        left = self.paper.gutter - self.paper.box / 2
        return {
            goal: Box(goal, r, left + self._middles[goal], self._tops[r])
            for r, (_, goals) in enumerate(self._rows)
            for goal in goals
        }

    # -- arrows ---------------------------------------------------------------------

    @cached_property
    def arrows(self) -> tuple[Arrow, ...]:
        """The links between goals that are shown."""
        upper, lower = self._ports(upper=True), self._ports(upper=False)
        return tuple(self._arrow(link, upper[link], lower[link]) for link in self.links)

    def _ports(self, *, upper: bool) -> dict[int, tuple[float, bool]]:
        """Per link, where it meets its upper or lower box, and if there is room beside it.

        From left to right as the lines come, so that they do not cross.
        """
        by_goal: dict[int, list[tuple[float, int]]] = {}
        for link, chain in self._chains.items():
            end, near = (chain[0], chain[1]) if upper else (chain[-1], chain[-2])
            by_goal.setdefault(end, []).append((self._middles[near], link))
        found = {}
        for goal, mine in by_goal.items():
            room = self.paper.box / (len(mine) + 1)
            for i, (_, link) in enumerate(sorted(mine)):
                found[link] = (self.boxes[goal].x + room * (i + 1), room >= _PORT_ROOM)
        return found

    def _arrow(self, link: int, upper: tuple[float, bool], lower: tuple[float, bool]) -> Arrow:
        chain, high = self._chains[link], self.paper.high
        first = self._row_of[chain[0]]
        points = [(upper[0], self._tops[first] + high)]
        for r, point in enumerate(chain[1:-1], start=first + 1):
            x, top = self.paper.gutter + self._middles[point], self._tops[r]
            points += [(x, top - _CLEAR), (x, top + high + _CLEAR)]
        points.append((lower[0], self._tops[self._row_of[chain[-1]]]))
        serves = int(self.aligned.graph.goal[link])
        if serves == chain[0]:  # what is served stands below: a lane further down
            return Arrow(link, tuple(points), upper[1])
        return Arrow(link, tuple(reversed(points)), lower[1])
