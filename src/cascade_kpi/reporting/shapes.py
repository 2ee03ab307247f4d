"""Pictures of a rule check: a curve with its jumps and flats, reach of totals, weight and share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi.examining.profiles import Profile
from cascade_kpi.examining.telling import number
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.scoring.curves import Curve

__all__ = ["reach_bar", "shape_picture", "share_bar"]

Point = Callable[[float, float], tuple[float, float]]

_WIDE, _HIGH, _LEFT, _BELOW, _TOP = 260.0, 130.0, 36.0, 18.0, 8.0
_DENSE = 24  # attainments that each piece is drawn by
_MOST_EDGES = 200
_EDGE = 0.02


def _at(share: float) -> str:
    return f"{(_EDGE + (1 - 2 * _EDGE) * min(max(share, 0.0), 1.0)) * 100:.2f}%"


def reach_bar(
    ends: tuple[float, float], scale: tuple[float, float], edges: Sequence[float], words: str
) -> Element:
    """What totals can come to, beside the edges of grades; to the rim where there is no end."""
    low, high = scale
    wide = (high - low) or 1.0
    begin, end = ((each - low) / wide if math.isfinite(each) else each for each in ends)
    ticks = [el("line", x1=_at(x), x2=_at(x), y1="0", y2="100%", cls="zero") for x in
             ((edge - low) / wide for edge in edges)]  # fmt: skip
    x, until = (min(max(side, 0.0), 1.0) for side in (begin, end))
    bar = el("line", x1=_at(x), x2=_at(until), y1="50%", y2="50%", cls="reach")
    return el("svg", el("title", words), ticks, bar, role="img", aria_label=words, cls="reaches")


def share_bar(weight: float, share: float, words: str) -> Element:
    """The nominal weight above, the share of variance below; both as parts of a whole."""
    shapes = [el("rect", x="0", y="8%", width=f"{100 * weight:.2f}%", height="34%", cls="weight")]
    if math.isfinite(share):
        wide = f"{100 * min(abs(share), 1.0):.2f}%"
        cls = "share" if share >= 0 else "share less"
        shapes.append(el("rect", x="0", y="52%", width=wide, height="34%", cls=cls))
    return el("svg", el("title", words), shapes, role="img", aria_label=words, cls="shares")


def shape_picture(curve: Curve, profile: Profile, item: str) -> Element:
    """Points over attainment, flats shaded and jumps dashed."""
    low, high = _window(profile)
    jumps, flats = profile.jumps[:_MOST_EDGES], profile.dead[:_MOST_EDGES]
    inner = np.r_[jumps[:, 0], flats[:, :2].ravel()]
    inner = np.unique(inner[np.isfinite(inner) & (inner > low) & (inner < high)])
    bends = profile.places[(profile.places > low) & (profile.places < high)][:_MOST_EDGES]
    runs = [_run(curve, begin, end, bends) for begin, end in pairwise([low, *inner.tolist(), high])]
    met = np.concatenate([points for _, points in runs])
    least, most = float(min(met.min(), 0.0)), float(max(met.max(), 1.0))

    def at(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + (x - low) / (high - low) * (_WIDE - _LEFT - 6)
        return across, _TOP + (most - y) / (most - least) * (_HIGH - _TOP - _BELOW)

    shapes = [_shade(at, max(b, low), min(e, high), (least, most)) for b, e, _ in flats.tolist()
              if b < high and e > low]  # fmt: skip
    shapes += _axes(at, (low, high), (least, most), inner)
    shapes += [_path(at, *run) for run in runs]
    for x, before, on, after in jumps.tolist():
        if low <= x <= high:
            (x1, y1), (x2, y2) = at(x, min(before, on, after)), at(x, max(before, on, after))
            shapes.append(_line(x1, y1, x2, y2, "jump"))
            cx, cy = at(x, on)
            shapes.append(el("circle", cx=f"{cx:.1f}", cy=f"{cy:.1f}", r="2.6", cls="on"))
    words = f"{item}: points over attainment from {number(low)} to {number(high)}"
    title = el("title", words)
    box = f"0 0 {_WIDE:g} {_HIGH:g}"
    return el("svg", title, shapes, role="img", aria_label=words, viewBox=box, cls="curve")


def _window(profile: Profile) -> tuple[float, float]:
    """From where to where a curve is drawn: all that happens, and some room."""
    edges = np.r_[profile.jumps[:, 0], profile.dead[:, :2].ravel()]
    edges = edges[np.isfinite(edges)]
    if not len(edges):
        edges = np.array([0.0, 1.5])
    room = 0.25 * float(np.ptp(edges)) or 0.5 * max(abs(float(edges[0])), 1.0)
    low = max(profile.domain.low, float(edges.min()) - room)
    high = min(profile.domain.high, float(edges.max()) + room)
    return (low, high) if low < high else (low, low + 1.0)


def _run(
    curve: Curve, begin: float, end: float, bends: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """A piece of the curve, its ends a little inside so that they are those of the piece.

    Drawn by its bends too, so that no corner is cut.
    """
    off = 1e-9 * (end - begin)
    inside = bends[(bends > begin + off) & (bends < end - off)]
    x = np.union1d(np.linspace(begin + off, end - off, _DENSE), inside)
    with np.errstate(all="ignore"):
        return x, np.asarray(curve(x), dtype=np.float64)


def _path(at: Point, x: FloatArray, points: FloatArray) -> Element:
    places = [at(*pair) for pair in zip(x.tolist(), points.tolist(), strict=True)]
    drawn = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
    return el("path", d=drawn, cls="line")


def _line(x1: float, y1: float, x2: float, y2: float, cls: str) -> Element:
    given = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    return el("line", cls=cls, **given)


def _shade(at: Point, begin: float, end: float, ends: tuple[float, float]) -> Element:
    (x1, y1), (x2, y2) = at(begin, ends[1]), at(end, ends[0])
    wide, high = f"{max(x2 - x1, 0):.1f}", f"{y2 - y1:.1f}"
    return el("rect", x=f"{x1:.1f}", y=f"{y1:.1f}", width=wide, height=high, cls="dead")


def _axes(
    at: Point, across: tuple[float, float], ends: tuple[float, float], inner: FloatArray
) -> list[Element]:
    (low, high), (least, most) = across, ends
    x0, y0 = at(low, least)
    x1, y1 = at(high, most)
    shapes = [_line(x0, y0, x1, y0, "axis"), _line(x0, y0, x0, y1, "axis")]
    for value in dict.fromkeys((least, 0.0, most)):
        _, y = at(low, value)
        shapes.append(
            el("text", number(value), x=f"{x0 - 4:.1f}", y=f"{y + 3:.1f}", cls="tick end")
        )
    last = -1e9
    for value in inner.tolist():
        x, _ = at(value, least)
        if x - last > 26:  # labels must not run into each other
            shapes.append(el("text", number(value), x=f"{x:.1f}", y=f"{y0 + 12:.1f}", cls="tick"))
            last = x
    return shapes
