"""Strips of dots: how the numbers of a group lie, between what fences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from attrs import frozen

from cascade_kpi.reporting.elements import Element, el

__all__ = ["Dot", "Scale", "Strip", "axis", "dumbbell", "strip"]

_ROOM = 0.6  # of the fenced width, that is shown beyond the fences on either side
_LANES = ("58%", "71%", "84%")  # dots that would cover each other stand below each other
_EDGE = 0.02
_CHARACTER = 0.024  # of the width of a strip on a phone
_ROOMY = 0.55  # a label that begins no further on ends within the picture


@frozen(eq=False)
class Scale:
    """From where to where a picture goes; what lies beyond stands at its edge."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float], fences: Sequence[float]) -> Scale:
        """A scale that shows zero, all fences, and as much of the values as is near to them."""
        known = [v for v in values if math.isfinite(v)]
        kept = [v for v in fences if math.isfinite(v)] or known
        low, high = min([0.0, *kept]), max([0.0, *kept])
        room = _ROOM * (high - low)
        low = max(low - room, min([low, *known]))
        high = min(high + room, max([high, *known]))
        return cls(low, high if high > low else low + 1.0)

    def place(self, value: float) -> float:
        """Where a value stands, from 0 to 1."""
        share = (value - self.low) / (self.high - self.low)
        return _EDGE + (1 - 2 * _EDGE) * min(max(share, 0.0), 1.0)

    def holds(self, value: float) -> bool:
        """Whether a value lies within the picture."""
        return self.low <= value <= self.high


@frozen(eq=False)
class Dot:
    """One number: −1 below the fences, 1 above, else 0; and what is written beside it."""

    value: float
    way: int
    words: str
    label: str = ""


@frozen(eq=False)
class Strip:
    """The numbers of a group; NaN for fences that there are not."""

    median: float
    low: float
    high: float
    dots: tuple[Dot, ...]


def _at(share: float) -> str:
    return f"{share * 100:.2f}%"


def strip(shown: Strip, scale: Scale, words: str) -> Element:
    """A strip of dots with its median, and a band between its fences.

    Dots are ascending; those beyond the picture are arrows at its edge.
    """
    zero, middle = _at(scale.place(0.0)), _at(scale.place(shown.median))
    shapes = [el("line", x1="0", x2="100%", y1="71%", y2="71%", cls="ground")]
    if math.isfinite(shown.low):
        left, right = scale.place(shown.low), scale.place(shown.high)
        width = max(right - left, 0.004)
        shapes.append(el("rect", x=_at(left), y="50%", width=_at(width), height="42%", cls="band"))
    shapes.append(el("line", x1=zero, x2=zero, y1="46%", y2="100%", cls="zero"))
    shapes.append(el("line", x1=middle, x2=middle, y1="46%", y2="96%", cls="median"))
    lane, last = 0, -1.0
    for dot in shown.dots:
        place = scale.place(dot.value)
        lane = (lane + 1) % len(_LANES) if place - last < 0.018 else 0
        last = place
        shapes.append(_dot(dot, scale, _at(place), _LANES[lane] if lane or dot.way else "71%"))
    shapes += _labels(shown.dots, scale)
    return el("svg", el("title", words), shapes, role="img", aria_label=words, cls="strip")


def _dot(dot: Dot, scale: Scale, x: str, y: str) -> Element:
    cls = ("easy", "usual", "hard")[dot.way + 1]
    if scale.holds(dot.value):
        return el("circle", el("title", dot.words), cx=x, cy=y, r="3.6", cls=f"dot {cls}")
    arrow = "▶" if dot.value > scale.high else "◀"
    return el("text", el("title", dot.words), arrow, x=x, y="79%", cls=f"beyond {cls}")


def _labels(dots: Sequence[Dot], scale: Scale) -> list[Element]:
    """The label of the outermost dot at either end, outwards if there is room, on its own line."""
    out = []
    for dot in dots[-1:]:
        if dot.way > 0:
            side = "start" if scale.place(dot.value) < _ROOMY else "end"
            out.append(_label(dot, scale, "18%", side, "label hard"))
    for dot in dots[:1]:
        if dot.way < 0:
            side = "end" if scale.place(dot.value) > 1 - _ROOMY else "start"
            out.append(_label(dot, scale, "40%", side, "label easy"))
    return out


def _label(dot: Dot, scale: Scale, y: str, side: str, cls: str) -> Element:
    return el("text", dot.label, x=_at(scale.place(dot.value)), y=y, text_anchor=side, cls=cls)


def dumbbell(scale: Scale, offer: float, agreed: float, words: str) -> Element:
    """A line at zero, the target; a ring for the offer, if there is one, and a dot for the agreed.

    Both are told as differences from the target.
    """
    zero, end = _at(scale.place(0.0)), _at(scale.place(agreed))
    shapes = [
        el("line", x1="0", x2="100%", y1="50%", y2="50%", cls="ground"),
        el("line", x1=zero, x2=end, y1="50%", y2="50%", cls="way"),
        el("line", x1=zero, x2=zero, y1="14%", y2="86%", cls="median"),
    ]
    if math.isfinite(offer):
        shapes.append(el("circle", cx=_at(scale.place(offer)), cy="50%", r="5", cls="ring"))
    if math.isfinite(agreed):
        shapes.append(el("circle", cx=end, cy="50%", r="4", cls="dot agreed"))
    return el("svg", el("title", words), shapes, role="img", aria_label=words, cls="strip low")


def axis(scale: Scale, ends: tuple[str, str, str], words: str) -> Element:
    """The two ends of a scale, and its zero, in words."""
    low, zero, high = ends
    begin, end = _wide(low), 1.0 - _wide(high)
    # What does not fit beside the other on a phone stands on a line of its own.
    tall = begin > end
    marks = [(0.0, low, "start", "38%" if tall else "75%"), (1.0, high, "end", "88%")]
    if not tall:
        middle, half = scale.place(0.0), _wide(zero) / 2
        marks[1] = (1.0, high, "end", "75%")
        if begin + half < middle < end - half:
            marks.append((middle, zero, "middle", "75%"))
    shapes = [el("text", told, x=_at(x), y=y, text_anchor=side) for x, told, side, y in marks]
    cls = "axis tall" if tall else "axis"
    return el("svg", el("title", words), shapes, role="img", aria_label=words, cls=cls)


def _wide(told: str) -> float:
    """About how much of a strip on a phone a label takes, with the room around it."""
    return (len(told) + 1) * _CHARACTER
