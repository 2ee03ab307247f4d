"""Places before and after as a cloud of dots, and changes as small histograms."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.wording import count, points

__all__ = ["MOST_DOTS", "bin_edges", "cloud", "histogram", "histogram_axis"]

MOST_DOTS = 600
"""Where there are more, those near one another are one dot."""

_CELLS = 24  # of a cloud's side, where there are too many dots
_LABELLED = 3  # each way
_BINS = 21
_EDGE = 3.0  # per cent of a cloud that its dots stay clear of


def _at(share: float) -> str:
    return f"{_EDGE + (100 - 2 * _EDGE) * share:.2f}%"


def cloud(before: FloatArray, after: FloatArray, names: NDArray[np.object_], words: str) -> Element:
    """Everybody's place before, from left to right, and after, from top to bottom.

    Parameters
    ----------
    before, after : float64 array (m,)
        Places as shares of the pool, from 0, the first, to 1.
    names : object array (m,)
    """
    ground = el("rect", x="0", y="0", width="100%", height="100%", cls="ground")
    line = el("line", x1=_at(0), y1=_at(0), x2=_at(1), y2=_at(1), cls="level")
    if len(before) <= MOST_DOTS:
        shapes = [*_dots(before, after, names), *_labels(before, after, names)]
    else:
        shapes = _cells(before, after)
    ends = [
        el("text", "first", x="0", y="100%", dy="1.1em"),
        el("text", "place before →", x="50%", y="100%", dy="1.1em", text_anchor="middle"),
        el("text", "last", x="100%", y="100%", dy="1.1em", text_anchor="end"),
        el("text", "places gained", x="97%", y="8%", text_anchor="end", cls="good"),
        el("text", "places lost", x="3%", y="94%", cls="bad"),
    ]
    shapes = [ground, line, *shapes, *ends]
    return el("svg", el("title", words), *shapes, role="img", aria_label=words, cls="cloud")


def _way(before: float, after: float) -> str:
    return "good" if after < before else "bad" if after > before else "none"


def _dots(before: FloatArray, after: FloatArray, names: NDArray[np.object_]) -> list[Element]:
    return [
        el("circle", el("title", str(name)), cx=_at(x), cy=_at(y), r="3.5", cls=_way(x, y))
        for x, y, name in zip(before.tolist(), after.tolist(), names.tolist(), strict=True)
    ]


def _cells(before: FloatArray, after: FloatArray) -> list[Element]:
    """A dot for each cell that anybody is in, its area in proportion to how many are."""
    x, y = (np.minimum((each * _CELLS).astype(np.int64), _CELLS - 1) for each in (before, after))
    counts = np.bincount(x * _CELLS + y, minlength=_CELLS**2)
    most = float(np.sqrt(counts.max(initial=1)))
    shapes = []
    for cell in np.flatnonzero(counts).tolist():
        column, row = divmod(cell, _CELLS)
        n = int(counts[cell])
        radius = f"{100 / _CELLS / 2 * math.sqrt(n) / most:.2f}%"
        cx, cy = _at((column + 0.5) / _CELLS), _at((row + 0.5) / _CELLS)
        title = el("title", count(n, "person", "people"))
        shapes.append(el("circle", title, cx=cx, cy=cy, r=radius, cls=_way(column, row)))
    return shapes


def _labels(before: FloatArray, after: FloatArray, names: NDArray[np.object_]) -> list[Element]:
    """Names of who moves furthest either way, as far as they do not cover one another."""
    moved = after - before
    order = np.argsort(moved, kind="stable")
    chosen = [i for i in order[:_LABELLED].tolist() if moved[i] < 0]
    chosen += [i for i in order[::-1][:_LABELLED].tolist() if moved[i] > 0]
    shapes: list[Element] = []
    taken: list[tuple[float, float]] = []
    for i in chosen:
        x, y = float(before[i]), float(after[i])
        if any(abs(x - u) < 0.3 and abs(y - v) < 0.05 for u, v in taken):
            continue
        taken.append((x, y))
        left = x > 0.6
        anchor, shift = ("end", "-7") if left else ("start", "7")
        label = str(names[i])
        short = label if len(label) <= 16 else f"{label[:15]}…"
        shapes.append(
            el("text", short, x=_at(x), y=_at(y), dx=shift, dy=".3em", text_anchor=anchor,
               cls="who")
        )  # fmt: skip
    return shapes


# -------------------------------------------------------------------------- histograms


def bin_edges(changes: FloatArray) -> FloatArray:
    """Edges of bins of one round width, zero one of them, that hold all the changes.

    Examples
    --------
    >>> import numpy as np
    >>> bin_edges(np.array([-3.0, 0.0, 4.0, 12.0])).tolist()[:3]
    [-3.0, -2.0, -1.0]
    """
    low, high = float(np.min(changes, initial=0.0)), float(np.max(changes, initial=0.0))
    rough = max((high - low) / _BINS, 1e-9)
    power = 10.0 ** math.floor(math.log10(rough))
    width = next(step * power for step in (1, 2, 5, 10) if step * power >= rough * (1 - 1e-12))
    first, last = math.floor(low / width + 1e-9), math.ceil(high / width - 1e-9)
    return np.arange(first, max(last, first + 1) + 1, dtype=np.float64) * width


def histogram(
    changes: FloatArray, gains: NDArray[np.int64], edges: FloatArray, words: str
) -> Element:
    """How many of a group lose and gain how much; who keeps the total stands at zero.

    Bars are as high as their share of the group's largest.
    """
    span, lowest = float(edges[-1] - edges[0]), float(edges[0])
    bars = []
    for way, cls in ((-1, "bad"), (1, "good")):
        mine = changes[gains == way]
        # A gain belongs to the bin that ends at it, so that gains and losses mirror each other.
        values, bounds = (mine, edges) if way < 0 else (-mine, -edges[::-1])
        held, _ = np.histogram(values, bins=bounds)
        held = held if way < 0 else held[::-1]
        bars += [(float(edges[k]), float(edges[k + 1]), int(n), cls) for k, n in enumerate(held)]
    same = int((gains == 0).sum())
    most = max([n for _, _, n, _ in bars] + [same, 1])

    def x(value: float) -> float:
        return (value - lowest) / span * 100

    shapes = [
        el("rect", el("title", f"{a:g} to {b:g}: {n:,}"), x=f"{x(a):.2f}%",
           width=f"{x(b) - x(a):.2f}%", y=f"{100 - 92 * n / most:.1f}%",
           height=f"{92 * n / most:.1f}%", cls=cls)
        for a, b, n, cls in bars if n
    ]  # fmt: skip
    zero = f"{x(0.0):.2f}%"
    shapes.append(el("line", x1=zero, x2=zero, y1="0", y2="100%", cls="zero"))
    if same:
        top = f"{100 - 92 * same / most:.1f}%"
        shapes.append(
            el("line", el("title", f"the same: {same:,}"), x1=zero, x2=zero, y1=top, y2="100%",
               cls="same")
        )  # fmt: skip
    return el("svg", el("title", words), *shapes, role="img", aria_label=words, cls="changes")


def histogram_axis(edges: FloatArray) -> Element:
    """The ends of the bins and zero."""
    low, high = float(edges[0]), float(edges[-1])
    marks = [(low, "start"), (0.0, "middle"), (high, "end")]
    if abs(low) < 0.12 * (high - low):
        marks.pop(0)
    if abs(high) < 0.12 * (high - low):
        marks.pop()
    shapes = [
        el("text", points(value, 0 if abs(value) >= 10 or not value else 1, "+"),
           x=f"{(value - low) / (high - low) * 100:.2f}%", y="1em",
           text_anchor="middle" if not value and 0.1 < -low / (high - low) < 0.9
           else "start" if (value - low) / (high - low) < 0.5 else "end")
        for value, _ in marks
    ]  # fmt: skip
    return el("svg", *shapes, cls="axis", aria_hidden="true")
