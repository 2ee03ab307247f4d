"""Timelines: who was where over the days of a period."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from attrs import frozen

from cascade_kpi.moving.intervals import as_dates
from cascade_kpi.reporting.elements import Element, el

__all__ = ["Bar", "Span", "Timeline", "axis", "timeline"]

_LANE = 1.35  # of one lane, in rem
_MOST = 4  # lanes that are told apart
_NARROW = 310.0  # points of the narrowest picture: a label that fits there fits everywhere
_LETTER = 7.0
_MONTHS = 13  # of more, only the first days of years are marked


@frozen(eq=False)
class Span:
    """The days of a picture, first and last included, counted from 1 January 1970."""

    first: int
    last: int

    def place(self, day: int) -> float:
        """Where a day begins, from 0 to 1."""
        share = (day - self.first) / (self.last + 1 - self.first)
        return min(max(share, 0.0), 1.0)

    def ticks(self) -> list[tuple[float, str]]:
        """Where months begin, or years where there are many, each with its name."""
        ends = as_dates(np.array([self.first, self.last])).astype("datetime64[M]")
        begin, end = ends.astype(np.int64).tolist()
        months = np.arange(begin, end + 1).astype("datetime64[M]")
        if len(months) > _MONTHS:
            months = np.unique(months.astype("datetime64[Y]")).astype("datetime64[M]")
        days = months.astype("datetime64[D]").astype(np.int64).tolist()
        names = months.astype(str).tolist()
        return [(self.place(d), n) for d, n in zip(days, names, strict=True) if d > self.first]


@frozen(eq=False)
class Bar:
    """Some days: `held`, `leave` or `vacant`; what is written in it, what it says, and whose it is.

    Leave is drawn into what is held by the same person on its days.
    """

    start: int
    end: int
    state: str
    label: str
    words: str
    holder: int = -1


@frozen(eq=False)
class Timeline:
    """Bars, those that overlap below each other, and days on which something changed."""

    bars: tuple[Bar, ...]
    marks: tuple[tuple[int, str], ...]
    words: str


def _lanes(bars: Sequence[Bar]) -> list[int]:
    """Which lane each bar is in, bars in order of their first days."""
    free: list[int] = []
    lanes = []
    for bar in bars:
        lane = next((i for i, end in enumerate(free) if end < bar.start), len(free))
        if lane == len(free) and lane < _MOST:
            free.append(bar.end)
        lane = min(lane, _MOST - 1)
        free[lane] = max(free[lane], bar.end)
        lanes.append(lane)
    return lanes


def _at(share: float) -> str:
    return f"{share * 100:.2f}%"


def timeline(shown: Timeline, span: Span) -> Element:
    """A timeline as wide as its box."""
    whole = [bar for bar in shown.bars if bar.state != "leave"]
    lanes = _lanes(whole)
    high = max(lanes, default=0) + 1
    shapes = [
        el("line", x1=_at(x), x2=_at(x), y1="0", y2="100%", cls="tick") for x, _ in span.ticks()
    ]
    for bar, lane in zip(whole, lanes, strict=True):
        shapes += _bar(bar, span, lane / high, 1 / high)
    for away in shown.bars:
        for bar, lane in zip(whole, lanes, strict=True) if away.state == "leave" else ():
            start, end = max(bar.start, away.start), min(bar.end, away.end)
            if bar.holder == away.holder and start <= end:
                part = Bar(start, end, "leave", "", away.words)
                shapes += _bar(part, span, lane / high, 1 / high)
    for day, words in shown.marks:
        x = _at(span.place(day))
        shapes.append(el("line", el("title", words), x1=x, x2=x, y1="0", y2="100%", cls="moved"))
        shapes.append(el("text", el("title", words), "▼", x=x, y="0.5em", cls="moved"))
    return el(
        "svg", el("title", shown.words), shapes, role="img", aria_label=shown.words,
        cls="timeline", style=f"height:{_LANE * high:g}rem",
    )  # fmt: skip


def _points(label: str) -> float:
    """About how wide a label is: letters of Chinese, Japanese and Korean are twice as wide."""
    return _LETTER * sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in label)


def _bar(bar: Bar, span: Span, top: float, high: float) -> list[Element]:
    left, right = span.place(bar.start), span.place(bar.end + 1)
    width = max(right - left, 0.004)
    inset = {"held": (0.08, 0.84), "vacant": (0.14, 0.72), "leave": (0.66, 0.3)}[bar.state]
    shapes = [
        el(
            "rect", el("title", bar.words), x=_at(left), y=_at(top + inset[0] * high),
            width=_at(width), height=_at(inset[1] * high), cls=bar.state,
        )
    ]  # fmt: skip
    if bar.label and _points(bar.label) < width * _NARROW:
        y = _at(top + 0.5 * high)
        shapes.append(
            el("text", bar.label, x=_at(left), y=y, dx="5", dy="0.34em", cls=f"in {bar.state}")
        )
    return shapes


def axis(span: Span, words: str) -> Element:
    """The days of the picture in words: its ends, and quarters or years between."""
    first, last = (str(as_dates(np.array(day))) for day in (span.first, span.last))
    marks = [(0.0, first, "start"), (1.0, last, "end")]
    marks += [
        (x, name, "middle") for x, name in span.ticks()
        if 0.3 < x < 0.7 and name.endswith(("-04", "-07", "-10"))
    ][:1]  # fmt: skip
    shapes = [el("text", told, x=_at(x), y="75%", text_anchor=side) for x, told, side in marks]
    return el("svg", el("title", words), shapes, role="img", aria_label=words, cls="axis")
