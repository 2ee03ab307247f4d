"""Charts as inline SVG.

Bars are placed in per cent of their box, without a view box: they follow the
width of a phone or a sheet of paper while their neighbours' text keeps its size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.lights import Light

__all__ = ["attainment_bar", "fall_bar", "shares_bar", "sparkline", "stacked_bar"]

Point = Callable[[int, float], tuple[float, float]]

_FULL = 1.25  # attainment at the right end of a bar
_WIDE, _HIGH, _MARGIN = 160.0, 36.0, 4.0  # of a sparkline, in its own units


def _percent(share: float) -> str:
    return f"{min(max(share, 0.0), 1.0) * 100 + 0.0:.2f}%"  # + 0.0: no negative zero


def _picture(words: str, *shapes: Element, **attributes: str) -> Element:
    return el("svg", el("title", words), *shapes, role="img", aria_label=words, **attributes)


def _bar(begin: float, width: float, cls: str, *, y: str = "0", height: str = "100%") -> Element:
    return el("rect", x=_percent(begin), y=y, width=_percent(width), height=height, cls=cls)


def attainment_bar(attainment: float, light: Light, words: str) -> Element:
    """A bar from 0 to the attainment, with a mark where the target stands."""
    shapes = [_bar(0, 1, "track", y="25%", height="50%")]
    if not math.isnan(attainment):
        shapes.append(_bar(0, attainment / _FULL, f"fill {light.key}", y="25%", height="50%"))
    mark = _percent(1 / _FULL)
    shapes.append(el("line", x1=mark, x2=mark, y1="0", y2="100%", cls="mark"))
    return _picture(words, *shapes, cls="bar")


def fall_bar(begin: float, end: float, low: float, high: float, *, cls: str, words: str) -> Element:
    """One step of a waterfall, from one running value to the next.

    A line at zero, where the target stands, runs down the rows; a short one joins the step to
    the row above.
    """
    span = high - low or 1.0

    def place(value: float) -> float:
        return (value - low) / span

    left, width = place(min(begin, end)), abs(end - begin) / span
    zero, joint = _percent(place(0.0)), _percent(place(begin))
    return _picture(
        words,
        el("line", x1=zero, x2=zero, y1="-40%", y2="140%", cls="zero"),
        el("line", x1=joint, x2=joint, y1="-60%", y2="18%", cls="join"),
        # Half a per cent at least: a part that is small beside the others is still a part.
        _bar(left, max(width, 0.005), cls, y="18%", height="64%"),
        cls="step",
    )


def stacked_bar(counts: Sequence[tuple[Light, int]], words: str) -> Element:
    """Counts of lights side by side, as shares of their sum."""
    whole = sum(n for _, n in counts) or 1
    shapes, begin = [], 0.0
    for light, n in counts:
        if n:
            shapes.append(_bar(begin, n / whole, f"fill {light.key}"))
        begin += n / whole
    return _picture(words, *shapes, cls="stack")


def shares_bar(lines: Sequence[Sequence[int]], words: str) -> Element:
    """Lines of counts, one below the other, each as shares of its sum; the first the darkest."""
    shapes = []
    high = 1 / len(lines)
    for i, counts in enumerate(lines):
        whole, begin = sum(counts) or 1, 0.0
        for k, n in enumerate(counts):
            if n:
                shade = f"--shade:{100 - 82 * k / max(len(counts) - 1, 1):.0f}%"
                at = {"y": _percent(i * high), "height": _percent(high)}
                width = _percent(n / whole)
                shapes.append(el("rect", x=_percent(begin), width=width, style=shade, **at))
            begin += n / whole
    return _picture(words, *shapes, cls="shares")


def sparkline(
    values: Sequence[float], targets: Sequence[float], lights: Sequence[Light], words: str
) -> Element:
    """Results over the periods with their lights, targets as a dashed line; gaps stay gaps."""
    known = [v for v in (*values, *targets) if math.isfinite(v)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    # Halves, because the difference of two finite numbers need not be finite.
    span = (high / 2 - low / 2) or 0.5

    def point(i: int, value: float) -> tuple[float, float]:
        x = _MARGIN + (_WIDE - 2 * _MARGIN) * (i / max(len(values) - 1, 1))
        y = _HIGH - _MARGIN - (_HIGH - 2 * _MARGIN) * ((value / 2 - low / 2) / span)
        return x, y

    shapes = [_line(targets, point, "target"), _line(values, point, "result")]
    for i, (value, light) in enumerate(zip(values, lights, strict=True)):
        if math.isfinite(value):
            x, y = point(i, value)
            shapes.append(el("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="2.6", cls=light.key))
    return _picture(words, *shapes, viewBox=f"0 0 {_WIDE:g} {_HIGH:g}", cls="spark")


def _line(values: Sequence[float], point: Point, cls: str) -> Element:
    path, pen = "", "M"
    for i, value in enumerate(values):
        if not math.isfinite(value):
            pen = "M"
            continue
        x, y = point(i, value)
        path, pen = f"{path}{pen}{x:.1f} {y:.1f}", "L"
    return el("path", d=path or "M0 0", cls=cls)
