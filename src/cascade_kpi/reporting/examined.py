"""The page of a rule check: verdicts, findings, the shape of every item, totals and influence."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from attrs import frozen

from cascade_kpi.examining.examine import Examination
from cascade_kpi.examining.facts import Bounds
from cascade_kpi.examining.findings import RANKS, Finding
from cascade_kpi.examining.people import REST
from cascade_kpi.examining.telling import number, span
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page, Section
from cascade_kpi.reporting.shapes import reach_bar, shape_picture, share_bar
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.wording import count, percent, points

__all__ = ["examined_page"]

_MARKS = dict(zip(RANKS, ("red", "red", "amber", "grey"), strict=True))
_SHAPES = dict(zip(RANKS, ("■", "■", "▲", "○"), strict=True))
_VERDICTS = {"yes": ("green", "●"), "no": ("red", "■")}


def examined_page(found: Examination, limits: Limits, title: str) -> Page:
    """What was found of a rule, and what it was found from."""
    items, posts = count(len(found.card.items), "item"), count(len(found.posts), "post")
    people = ""
    if found.scores is not None:
        scored = int(np.count_nonzero(~np.isnan(found.scores.total)))
        people = f" · {count(scored, 'total')}"
    sections: list[tuple[str, str, tuple[Section, ...]]] = [
        ("verdicts", "At a glance", (_Verdicts.of(found, limits),)),
        ("findings", "Findings", (_Findings.of(found, limits),)),
        ("items", "Items", (_Items(found),)),
    ]
    if found.scores is not None:
        sections.append(("influence", "Influence", (_Influence.of(found, limits),)))
        sections.append(("pushes", "Where a small shift pays", (_pushes(found, limits),)))
    sections.append(("how", "How it is found", (Notes(_notes(found)),)))
    about = f"{items} · {posts}{people}"
    return Page(title, about, tuple(sections), "Rule check")


def _mark(verdict: str) -> Element:
    colour, shape = _VERDICTS.get(verdict, ("grey", "○"))
    light = el("span", shape, cls=f"light {colour}", aria_hidden="true")
    return el("span", light, " ", verdict, cls="mark")


@frozen(eq=False)
class _Verdicts:
    """A row for each post: verdicts, bounds, grades.

    Attributes
    ----------
    rows : tuple of (post, monotone, continuous, bounds, unreachable grades)
    """

    rows: tuple[tuple[str, str, str, Bounds, str], ...]
    edges: tuple[float, ...]
    left: int

    @classmethod
    def of(cls, found: Examination, limits: Limits) -> _Verdicts:
        """Of every post, as far as there is room."""
        facts, rows = found.facts, []
        for g, post in enumerate(found.posts[: limits.rows]):
            never = [label for label, told in facts.grades(g).items() if told == "no"]
            bounds = facts.bounds[g][0][1]
            told = ", ".join(never) or "–"
            rows.append((post, facts.monotone(g), facts.continuous(g), bounds, told))
        bands = found.card.grades
        edges = () if bands is None else tuple(b.low for b in bands.bands if b.low is not None)
        return cls(tuple(rows), edges, len(found.posts) - len(rows))

    _heads = ("post", "totals", "monotone", "continuous", "from – to", "grades nobody can get")

    def html(self) -> list[Element]:
        """A table with a bar of the totals that can be reached."""
        ends = [(b.low, b.high) for *_, b, _ in self.rows]
        known = [e for pair in ends for e in pair if math.isfinite(e)] + list(self.edges)
        low, high = min(known, default=0.0), max(known, default=100.0)
        cells: list[list[Cell]] = [
            [name(post), reach_bar((b.low, b.high), (low, high), self.edges, f"{post}: {b.words}"),
             _mark(one), _mark(other), b.words, name(never)]
            for post, one, other, b, never in self.rows
        ]  # fmt: skip
        words = "Verdicts for each post"
        table = data_table(self._heads, cells, words=words, cls="stacks")
        note = "The bar is what a total can come to; ticks are the edges of grades. "
        note += "“Outer” bounds are never passed, and perhaps not reached."
        more = [el("p", self._more, cls="note")]
        box = el("div", table, cls="checked")
        return [el("p", note, cls="note"), box, *(more if self.left else [])]

    @property
    def _more(self) -> str:
        return f"… and {count(self.left, 'more post')}."

    def markdown(self) -> list[str]:
        """The same without the bars."""
        rows = [(post, one, other, b.words, never) for post, one, other, b, never in self.rows]
        lines = md.table([self._heads[0], *self._heads[2:]], rows)
        return [*lines, self._more, ""] if self.left else lines


@frozen(eq=False)
class _Findings:
    """The findings, the gravest first."""

    shown: tuple[Finding, ...]
    left: int

    @classmethod
    def of(cls, found: Examination, limits: Limits) -> _Findings:
        """As many as there is room for."""
        shown = found.findings[: limits.rows]
        return cls(shown, len(found.findings) - len(shown))

    def html(self) -> list[Element]:
        """A list, grave ones marked by colour and shape."""
        if not self.shown:
            return [el("p", "Nothing was found.")]
        lines = [el("li", self._line(each), cls=_MARKS[each.rank]) for each in self.shown]
        more = [el("p", self._more, cls="note")] if self.left else []
        return [el("ul", lines, cls="found"), *more]

    @property
    def _more(self) -> str:
        return f"… and {count(self.left, 'more finding')}."

    def _line(self, each: Finding) -> Iterable[Element | str]:
        light = el("span", _SHAPES[each.rank], cls=f"light {_MARKS[each.rank]}", aria_hidden="true")
        size = el("span", _size(each), cls="points")
        what = el("span", light, " ", el("b", each.kind), " · ", name(_place(each)))
        head = el("p", what, size, cls="head")
        return [head, el("p", name(each.words)), el("p", name(each.repair), cls="note")]

    def markdown(self) -> list[str]:
        """A table."""
        if not self.shown:
            return ["Nothing was found.", ""]
        heads = ("rank", "finding", "where", "points", "what", "what to do")
        rows = [(e.rank, e.kind, _place(e), _size(e) or "–", e.words, e.repair) for e in self.shown]
        more = [self._more, ""] if self.left else []
        return [*md.table(heads, rows, (3,)), *more]


def _place(each: Finding) -> str:
    return f"{each.part}, {each.post}" if each.post else each.part


def _size(each: Finding) -> str:
    if math.isnan(each.size):
        return ""
    return "no end" if math.isinf(each.size) else f"{each.size:.4g} points"


@frozen(eq=False)
class _Items:
    """A picture of each item's points, its jumps dashed and its dead zones shaded."""

    found: Examination

    def html(self) -> list[Element]:
        """A box an item."""
        boxes = []
        for item in self.found.card.items:
            profile = self.found.profile(item.name)
            curve = getattr(item, "curve", None)
            picture = None if curve is None else shape_picture(curve, profile, item.name)
            told = f"monotone {profile.monotone}, continuous {profile.continuous}; "
            ends = f"{_end(profile.least)} to {_end(profile.most)} points"
            told += ends if profile.known else "bounds not known"
            boxes.append(
                el(
                    "div",
                    el("h3", name(item.name)),
                    picture,
                    el("p", told, cls="note"),
                    cls="shape",
                )
            )
        note = "Points over attainment. Shaded: a better result pays nothing. Dashed: a jump."
        return [el("p", note, cls="note"), el("div", boxes, cls="shapes")]

    def markdown(self) -> list[str]:
        """The same in words."""
        heads = ("item", "points", "monotone", "continuous", "jumps at", "dead zones")
        rows = []
        for item in self.found.card.items:
            profile = self.found.profile(item.name)
            jumps = ", ".join(number(x) for x in profile.jumps[:12, 0].tolist()) or "–"
            dead = "; ".join(span(begin, end) for begin, end, _ in profile.dead[:12].tolist())
            ends = (
                f"{_end(profile.least)} to {_end(profile.most)}" if profile.known else "not known"
            )
            told = profile.monotone, profile.continuous
            rows.append((item.name, ends, *told, jumps, dead or "–"))
        return md.table(heads, rows)


def _end(value: float) -> str:
    return "no end" if math.isinf(value) else number(value)


@frozen(eq=False)
class _Influence:
    """Nominal weight beside the share in the variance of totals, a row a part."""

    rows: tuple[tuple[str, str, str, int, float, float, float], ...]
    several: bool
    left: int

    @classmethod
    def of(cls, found: Examination, limits: Limits) -> _Influence:
        """As many as there is room for."""
        table = found.influence()
        names = ("period", "post", "part", "people", "weight", "share", "correlation")
        rows = list(zip(*(table[each].tolist() for each in names), strict=True))
        shown = rows[: limits.rows]
        return cls(tuple(shown), len({row[0] for row in rows}) > 1, len(rows) - len(shown))

    _heads = (
        "part",
        "weight and influence",
        "post",
        "people",
        "weight",
        "influence",
        "correlation",
    )

    def html(self) -> list[Element]:
        """A table with two bars a row."""
        cells: list[list[Cell]] = []
        for row in self.rows:
            part, *told = self._told(row)
            words = f"{part}: weighs {told[2]}, makes {told[3]} of the variance"
            bar: Cell = "" if row[2] == REST else share_bar(row[4], row[5], words)
            cells.append([name(part), bar, name(told[0]), *told[1:]])
        words = "Weights beside influence"
        table = data_table(self._heads, cells, words=words, numbers=(3, 4, 5, 6), cls="stacks")
        note = "Light: the nominal weight. Dark: the share of the part in the variance of totals, "
        note += "which sums to 100 % for each post."
        box = el("div", table, cls="checked")
        return [el("p", note, cls="note"), box, *([el("p", self._more)] if self.left else [])]

    def _told(self, row: tuple[str, str, str, int, float, float, float]) -> tuple[str, ...]:
        period, post, part, people, weight, share, related = row
        where = f"{post}, {period}" if self.several else post
        worth = "–" if part == REST else percent(weight)
        told = percent(share) if share == share else "not additive" if related == related else "–"
        return part, where, f"{people:,}", worth, told, points(related, 2)

    @property
    def _more(self) -> str:
        return f"… and {count(self.left, 'row')} more."

    def markdown(self) -> list[str]:
        """The same without the bars."""
        heads = [self._heads[0], *self._heads[2:]]
        lines = md.table(heads, [self._told(row) for row in self.rows], (2, 3, 4, 5))
        return [*lines, self._more, ""] if self.left else lines


def _pushes(found: Examination, limits: Limits) -> Sheet:
    """What a push pays, those that pay most first."""
    table = found.pushes()
    order = np.argsort(-table["most_gain"], kind="stable")
    order = order[table["most_gain"][order] > 0]
    rows = [
        (
            str(table["name"][i]),
            f"{table['post'][i]}, {table['period'][i]}",
            f"{int(table['people'][i]):,}",
            points(float(table["mean_gain"][i]), 2),
            points(float(table["most_gain"][i]), 2),
            f"{int(table['crossing'][i]):,}",
            f"{int(table['raised'][i]):,}",
        )
        for i in order.tolist()
    ]
    heads = ("pushed", "post", "people", "mean gain", "most gain", "over a jump", "better grade")
    words = f"What {percent(found.step)} of the target pays"
    shown = tuple(rows[: limits.rows])
    return Sheet(words, heads, shown, (2, 3, 4, 5, 6), len(rows) - len(shown), "It pays nobody.")


def _notes(found: Examination) -> tuple[str, ...]:
    proved = "Yes is proved from the shapes of the curves and the form of the rules; no has a "
    proved += "counter-example; what is neither is not known."
    worth = "Points of findings are points of the total: those of the part × its nominal weight, "
    worth += "where that is greatest."
    absent = "Bounds are with whatever absent, as the card's policies fill it."
    notes = [proved, worth, absent]
    stated = [f"{n} {number(low)} to {number(high)}" for n, (low, high) in found.within.items()]
    if stated:
        notes.append(f"Looked at attainments of {'; '.join(stated)} alone.")
    if found.scores is not None:
        notes.append(
            "Influence is the covariance of what a part contributes with the total, over the "
            f"variance of totals. A push is {percent(found.step)} of the target, one KPI at a time."
        )
    return tuple(notes)
