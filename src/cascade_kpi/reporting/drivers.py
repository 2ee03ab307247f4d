"""A driver tree drawn: a box a KPI, with what it is made of to its right."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
from attrs import frozen

from cascade_kpi.drivers.derive import Derived
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import name, symbol
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.lettering import wrapped
from cascade_kpi.reporting.lights import Lights, Mark
from cascade_kpi.reporting.wording import amount, count, number, signed
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.attainments import Proportion

__all__ = ["Drivers", "Told", "derived_drivers"]

_MOST, _DEEPEST = 80, 12  # boxes and levels that a person can still read
_WIDE, _HIGH, _ACROSS, _DOWN = 208.0, 90.0, 40.0, 12.0  # of a box, and between boxes
_DRIVER = "driver"  # stands where others have their formula


@frozen(eq=False)
class Told:
    """What is told of one name.

    Attributes
    ----------
    formula : str
        Empty for a driver.
    value, versus : str
        The two lines of figures in its box.
    cells : tuple of str
        The same in a table, under the heads of the tree.
    mark : Light, or alike
    """

    name: str
    formula: str
    value: str
    versus: str
    cells: tuple[str, ...]
    mark: Mark


@frozen(eq=False)
class Box:
    """One name in the tree.

    Attributes
    ----------
    level : int
        How far from the top.
    above : int
        Position of the box that it is a part of; −1 for none.
    again : bool
        Whether its parts stand at an earlier box of the same name.
    """

    told: Told
    level: int
    above: int
    again: bool

    @property
    def made(self) -> str:
        """Its formula, in a table."""
        return f"{self.told.formula}, as above" if self.again else self.told.formula


@frozen(eq=False)
class Drivers:
    """A driver tree at one node.

    Attributes
    ----------
    heads : tuple of str
        Of the cells of every name, in a table.
    boxes : tuple of Box
        Each before its parts.
    hidden : int
        How many names are not shown.
    """

    title: str
    heads: tuple[str, ...]
    boxes: tuple[Box, ...]
    hidden: int

    @classmethod
    def of(
        cls,
        title: str,
        heads: tuple[str, ...],
        tops: Iterable[str],
        uses: Callable[[str], tuple[str, ...]],
        tell: Callable[[str], Told],
    ) -> Drivers:
        """The boxes of all names below some, as far as they can be read."""
        boxes: list[Box] = []
        shown: set[str] = set()
        met: set[str] = set()
        waiting = [(each, 0, -1) for each in reversed(list(tops))]
        while waiting:
            here, level, above = waiting.pop()
            met.add(here)
            if len(boxes) >= _MOST or level >= _DEEPEST:
                continue
            again = here in shown and bool(uses(here))
            shown.add(here)
            boxes.append(Box(tell(here), level, above, again))
            if not again:
                at = len(boxes) - 1
                waiting += [(used, level + 1, at) for used in reversed(uses(here))]
        return cls(title, heads, tuple(boxes), _below(met, uses) - len(shown))

    def html(self) -> list[Element]:
        """The drawing, on a narrow screen a list in its place, and what is left out."""
        places = _places(self.boxes)
        wide = max((x for x, _ in places), default=0.0) + _WIDE
        high = max((y for _, y in places), default=0.0) + _HIGH
        lines = [
            _line(places[box.above], place)
            for box, place in zip(self.boxes, places, strict=True)
            if box.above >= 0
        ]
        drawn = [_drawn(box, place) for box, place in zip(self.boxes, places, strict=True)]
        picture = el(
            "svg",
            el("title", self.title),
            lines,
            drawn,
            viewBox=f"-1 -1 {wide + 2:g} {high + 2:g}",
            style=f"width:{wide:g}px",
            role="img",
            aria_label=self._words(),
            cls="drivers",
        )
        box = el("div", picture, cls="scroll", role="region", aria_label=self.title, tabindex=0)
        narrow = el("div", _stem(self.boxes), cls="narrow tree")
        left = [el("p", self._left_out(), cls="note")] if self.hidden else []
        return [el("div", box, cls="wide"), narrow, *left]

    def markdown(self) -> list[str]:
        """The same as a table."""
        lines = md.table(*self._table())
        return [*lines, *([md.text(self._left_out()), ""] if self.hidden else [])]

    def _table(self) -> tuple[list[str], list[list[str]], tuple[int, ...]]:
        """Heads, rows, and which columns are numbers."""
        rows = [
            [f"{'· ' * box.level}{box.told.name}", box.made, *box.told.cells, box.told.mark.words]
            for box in self.boxes
        ]
        heads = ["KPI", "Made of", *self.heads, "State"]
        return heads, rows, tuple(range(2, 2 + len(self.heads)))

    def _left_out(self) -> str:
        return f"{count(self.hidden, 'name')} further down the tree not shown."

    def _words(self) -> str:
        """The drawing in words, for those who listen."""
        told = []
        for each in (box.told for box in self.boxes):
            parts = (each.name, each.value, each.versus, each.mark.words)
            told.append(", ".join(filter(None, parts)))
        return f"{self.title}: {'; '.join(told)}"


def _stem(boxes: tuple[Box, ...]) -> Element:
    """The boxes one below the other, each list of parts within its whole."""
    parts: list[list[Element]] = [[] for _ in boxes]
    tops: list[Element] = []
    for i in reversed(range(len(boxes))):
        box, below = boxes[i], parts[i]
        told = box.told
        made = f"= {box.made}" if told.formula else _DRIVER
        knot = el(
            "div",
            el("b", name(told.name)),
            " ",
            symbol(told.mark),
            el("small", name(made)),
            told.value,
            el("small", told.versus) if told.versus else None,
            cls=f"knot {told.mark.key}",
        )
        item = el("li", knot, el("ul", below[::-1]) if below else None)
        (parts[box.above] if box.above >= 0 else tops).append(item)
    return el("ul", tops[::-1])


def _below(names: set[str], uses: Callable[[str], tuple[str, ...]]) -> int:
    """How many names there are at or below some."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting.extend(uses(here))
    return len(found)


def derived_drivers(derived: Derived, row: int, p: int, lights: Lights) -> Drivers:
    """The driver tree at a node in a period: values, and targets where there are any."""
    model = derived.model
    plan = _plan(derived, p, row)

    def tell(each: str) -> Told:
        kpi, value = model.kpi(each), float(derived.values[each][p, row])
        target = plan.get(each, math.nan)
        gap = value - target
        versus = ""
        if not math.isnan(target):
            unit = "pp" if kpi.unit == "%" else ""  # any other stands with the value
            more = signed(gap, unit, kpi.decimals).strip()
            versus = f"{more} · target {number(kpi, target)}"
        cells = amount(kpi, value), amount(kpi, target), signed(gap, kpi.unit, kpi.decimals)
        formula = str(model.definitions[each]) if each in model.definitions else ""
        light = lights(_attainment(kpi, value, target))
        return Told(each, formula, amount(kpi, value), versus, cells, light)

    title = f"Driver tree of {derived.org.labels[row]}"
    return Drivers.of(title, ("Value", "Target", "Gap"), model.tops, model.uses, tell)


def _plan(derived: Derived, p: int, row: int) -> dict[str, float]:
    """What every name would be on target, if the values are of results."""
    stage, model = derived.stage, derived.model
    if not isinstance(stage, Results):
        return {}
    known = {
        name: float(stage.counted_at(stage.kpis.index(name), p, np.array([row]))[0])
        for name in model.drivers
    }
    parts = derived.of_periods
    if parts is None:
        return {**known, **model.compute(known)}
    each = [_plan(parts, q, row) for q in range(len(parts.periods))]
    flows = {name: math.fsum(plan[name] for plan in each) for name in model.flows}
    return {**known, **model.compute(known, summed=flows)}


def _attainment(kpi: Kpi, value: float, target: float) -> float:
    one, other, none = np.array([value]), np.array([target]), np.array([math.nan])
    return float(Proportion(zero="exclude")(one, other, kpi.better, none)[0])


def _places(boxes: tuple[Box, ...]) -> list[tuple[float, float]]:
    """Left and top of every box: a box stands halfway down its parts."""
    parts: list[list[int]] = [[] for _ in boxes]
    for i, box in enumerate(boxes):
        if box.above >= 0:
            parts[box.above].append(i)
    top = [0.0] * len(boxes)
    row = 0
    for i, below in enumerate(parts):
        if not below:
            top[i] = row * (_HIGH + _DOWN)
            row += 1
    for i in reversed(range(len(boxes))):
        if parts[i]:
            top[i] = (top[parts[i][0]] + top[parts[i][-1]]) / 2
    return [(box.level * (_WIDE + _ACROSS), y) for box, y in zip(boxes, top, strict=True)]


def _line(above: tuple[float, float], below: tuple[float, float]) -> Element:
    x, y = above[0] + _WIDE, above[1] + _HIGH / 2
    half, end = x + _ACROSS / 2, below[1] + _HIGH / 2
    return el("path", d=f"M{x:g} {y:g}H{half:g}V{end:g}H{below[0]:g}", cls="edge")


def _drawn(box: Box, place: tuple[float, float]) -> Element:
    x, y = place
    told = box.told
    made = f"= {told.formula}" if told.formula else _DRIVER
    whole = f"{told.name} = {told.formula}" if told.formula else told.name
    lines = (
        (told.name, 20, "name", _WIDE - 44, 13.5),
        (made, 37, "formula", _WIDE - 22, 12.0),
        (told.value, 60, "value", _WIDE - 22, 14.0),
        (told.versus, 79, "versus", _WIDE - 22, 11.0),
    )
    texts = [
        el("text", _fitted(text, room, size), x=f"{x + 14:g}", y=f"{y + down:g}", cls=cls)
        for text, down, cls, room, size in lines
        if text
    ]
    right = f"{x + _WIDE - 12:g}"
    mark = el("text", told.mark.symbol, x=right, y=f"{y + 20:g}", cls="shape", aria_hidden="true")
    edge = "box again" if box.again else "box"
    return el(
        "g",
        el("title", f"{whole} ({told.mark.words})"),
        el("rect", x=f"{x:g}", y=f"{y:g}", width=f"{_WIDE:g}", height=f"{_HIGH:g}", cls=edge),
        el("rect", x=f"{x:g}", y=f"{y:g}", width="5", height=f"{_HIGH:g}", cls="state"),
        texts,
        mark,
        cls=told.mark.key,
    )


def _fitted(text: str, room: float, size: float) -> str:
    """As much of a line as there is room for."""
    return wrapped(text, room, size, 1)[0]
