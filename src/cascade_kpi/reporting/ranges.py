"""Pictures of a sweep: from where to where a total or a place goes, and how many are moved."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cascade_kpi.reporting.elements import Element, el

__all__ = ["moved_bar", "range_axis", "range_bar"]

_EDGE = 0.02
_CHARACTER = 0.024  # of the width of a picture on a phone, that one takes

Scale = tuple[float, float]
"""What stands at the left end, and what at the right; places run from the last to the first."""


def _share(value: float, scale: Scale) -> float:
    """How far from the left, 0 to 1; in halves, since ends may be far apart."""
    wide = (scale[1] / 2 - scale[0] / 2) or 0.5
    return min(max((value / 2 - scale[0] / 2) / wide, 0.0), 1.0)


def _at(value: float, scale: Scale) -> str:
    return f"{(_EDGE + (1 - 2 * _EDGE) * _share(value, scale)) * 100:.2f}%"


def range_bar(
    ends: tuple[float, float], base: float, scale: Scale, edges: Sequence[float], words: str
) -> Element:
    """A range, the base on it as a ring, and ticks where grades begin.

    Absent ends draw no range, and an absent base no ring.
    """
    shapes = [el("line", x1=_at(x, scale), x2=_at(x, scale), y1="0", y2="100%", cls="zero")
              for x in edges if min(scale) <= x <= max(scale)]  # fmt: skip
    shapes.append(el("line", x1=_at(scale[0], scale), x2=_at(scale[1], scale), y1="50%", y2="50%",
                     cls="ground"))  # fmt: skip
    if all(map(math.isfinite, ends)):
        x1, x2 = (_at(end, scale) for end in ends)
        shapes.append(el("line", x1=x1, x2=x2, y1="50%", y2="50%", cls="reach"))
    if math.isfinite(base):
        shapes.append(el("circle", cx=_at(base, scale), cy="50%", r="4", cls="ring"))
    return el("svg", el("title", words), shapes, role="img", aria_label=words, cls="reaches swept")


def range_axis(scale: Scale, marks: Sequence[tuple[float, str]]) -> Element:
    """Labels below ranges: at the ends, and between them as far as they have room."""
    taken: list[tuple[float, int]] = []
    shapes = []
    for value, told in marks:
        place = _share(value, scale)
        if any(abs(place - x) < _CHARACTER * max(len(told) + n, 2) for x, n in taken):
            continue
        taken.append((place, len(told)))
        side = "start" if place < 0.05 else "end" if place > 0.95 else "middle"
        shapes.append(el("text", told, x=_at(value, scale), y="1em", text_anchor=side))
    return el("svg", shapes, cls="axis", aria_hidden="true")


def moved_bar(share: float, words: str) -> Element:
    """A share of people as a bar."""
    track = el("rect", x="0", y="25%", width="100%", height="50%", cls="track")
    wide = f"{100 * min(max(share, 0.0), 1.0):.2f}%"
    bar = el("rect", x="0", y="25%", width=wide, height="50%", cls="fill move")
    return el("svg", el("title", words), track, bar, role="img", aria_label=words, cls="bar")
