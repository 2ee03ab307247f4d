"""The driver tree of a report: a box a KPI, with what it is made of to its right."""

from __future__ import annotations

import math

import numpy as np
from attrs import frozen

from cascade_kpi.drivers.derive import Derived
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.lights import Light
from cascade_kpi.reporting.view import View
from cascade_kpi.reporting.wording import amount, count, number, signed
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.attainments import Proportion

__all__ = ["Box", "Drivers"]

_MOST, _DEEPEST = 80, 12  # boxes and levels that a person can still read
_WIDE, _HIGH, _ACROSS, _DOWN = 208.0, 74.0, 40.0, 12.0  # of a box, and between boxes
_LETTERS = 28  # of a line in a box


@frozen(eq=False)
class Box:
    """One KPI in the tree.

    Attributes
    ----------
    level : int
        How far from the top.
    above : int
        Position of the box that it is a part of; −1 for none.
    again : bool
        Whether its parts stand at an earlier box of the same name.
    value, target : float
        In the unit of `kpi`, NaN where absent.
    """

    kpi: Kpi
    formula: str
    level: int
    above: int
    again: bool
    value: float
    target: float
    light: Light

    def lines(self) -> tuple[str, str, str]:
        """What stands in it: name, value, and target with gap."""
        versus = ""
        if not math.isnan(self.target):
            unit = "pp" if self.kpi.unit == "%" else ""  # any other stands with the value
            gap = signed(self.value - self.target, unit, self.kpi.decimals).strip()
            versus = f"target {number(self.kpi, self.target)} · {gap}"
        return self.kpi.name, amount(self.kpi, self.value), versus


@frozen(eq=False)
class Drivers:
    """A driver tree at the node in focus.

    Attributes
    ----------
    boxes : tuple of Box
        Each before its parts.
    hidden : int
        How many names are not shown.
    """

    title: str
    boxes: tuple[Box, ...]
    hidden: int

    @classmethod
    def of(cls, view: View, derived: Derived) -> Drivers:
        """The boxes of every name, as far as they can be read."""
        model, p, row = derived.model, view.p, view.row
        plan = _plan(derived, p, row)
        boxes: list[Box] = []
        shown: set[str] = set()
        waiting = [(name, 0, -1) for name in reversed(model.tops)]
        while waiting:
            name, level, above = waiting.pop()
            if len(boxes) >= _MOST or level >= _DEEPEST:
                continue
            again = name in shown and bool(model.uses(name))
            shown.add(name)
            kpi, value = model.kpi(name), float(derived.values[name][p, row])
            target = plan.get(name, math.nan)
            light = view.lights(_attainment(kpi, value, target))
            formula = str(model.definitions[name]) if name in model.definitions else ""
            boxes.append(Box(kpi, formula, level, above, again, value, target, light))
            if not again:
                here = len(boxes) - 1
                waiting += [(used, level + 1, here) for used in reversed(model.uses(name))]
        names = len(model.definitions) + len(model.drivers)
        return cls(f"Driver tree of {view.name(row)}", tuple(boxes), names - len(shown))

    def html(self) -> list[Element]:
        """The drawing, and what it leaves out."""
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
        return [box, *([el("p", self._left_out(), cls="note")] if self.hidden else [])]

    def markdown(self) -> list[str]:
        """The same as a table."""
        rows = []
        for box in self.boxes:
            _, value, _ = box.lines()
            target = amount(box.kpi, box.target)
            gap = signed(box.value - box.target, box.kpi.unit, box.kpi.decimals)
            name = f"{'· ' * box.level}{box.kpi.name}"
            made = f"{box.formula}, as above" if box.again else box.formula
            rows.append([name, made, value, target, gap, box.light.words])
        heads = ["KPI", "Made of", "Value", "Target", "Gap", "State"]
        lines = md.table(heads, rows, numbers=(2, 3, 4))
        return [*lines, *([md.text(self._left_out()), ""] if self.hidden else [])]

    def _left_out(self) -> str:
        return f"{count(self.hidden, 'name')} further down the tree not shown."

    def _words(self) -> str:
        """The drawing in words, for those who listen."""
        told = []
        for box in self.boxes:
            name, value, versus = box.lines()
            told.append(", ".join(filter(None, (name, value, versus, box.light.words))))
        return f"{self.title}: {'; '.join(told)}"


def _plan(derived: Derived, p: int, row: int) -> dict[str, float]:
    """What every name would be on target, if the values are of results."""
    stage, model = derived.stage, derived.model
    if not isinstance(stage, Results):
        return {}
    known = {
        name: float(stage.counted_at(stage.kpis.index(name), p, np.array([row]))[0])
        for name in model.drivers
    }
    return {**known, **model.compute(known)}


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
    name, value, versus = box.lines()
    told = f"{name} = {box.formula}" if box.formula else name
    texts = [
        el("text", _cut(text), x=f"{x + 14:g}", y=f"{y + down:g}", cls=cls)
        for text, down, cls in ((name, 20, "name"), (value, 42, "value"), (versus, 62, "versus"))
        if text
    ]
    right = f"{x + _WIDE - 12:g}"
    mark = el("text", box.light.symbol, x=right, y=f"{y + 20:g}", cls="shape", aria_hidden="true")
    edge = "box again" if box.again else "box"
    return el(
        "g",
        el("title", f"{told} ({box.light.words})"),
        el("rect", x=f"{x:g}", y=f"{y:g}", width=f"{_WIDE:g}", height=f"{_HIGH:g}", cls=edge),
        el("rect", x=f"{x:g}", y=f"{y:g}", width="5", height=f"{_HIGH:g}", cls="state"),
        texts,
        mark,
        cls=box.light.key,
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
