"""Scorecards: the node in focus, its children, and the lowest and highest totals below it."""

from __future__ import annotations

import math

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, light_mark, name, symbol, unseen, who
from cascade_kpi.reporting.charts import attainment_bar
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.telling.tell import tell
from cascade_kpi.reporting.view import Card, Figure, View
from cascade_kpi.reporting.wording import STEP, amount, attained, count, points

__all__ = ["Cards", "Group"]

_IN_SENTENCES = "How the total was made, in sentences"


@frozen(eq=False)
class Group:
    """Scorecards under one heading."""

    title: str
    note: str
    cards: tuple[Card, ...]


@frozen(eq=False)
class Cards:
    """Groups of scorecards, the first of which is that of the node in focus."""

    view: View
    groups: tuple[Group, ...]

    @classmethod
    def of(cls, view: View) -> Cards:
        """The scorecards that the limits allow."""
        own = Group(view.name(view.row), "", (view.card(view.row),))
        children = view.children(view.row)
        groups = [own]
        if children:
            groups.append(_children(view, children))
        if view.knows_scores:
            groups += _ends(view)
        return cls(view, tuple(groups))

    # -- HTML -------------------------------------------------------------------

    def html(self) -> list[Element]:
        """One fold a card; the first stands open."""
        parts = []
        for i, group in enumerate(self.groups):
            if i:
                parts.append(el("h3", name(group.title)))
            if group.note:
                parts.append(el("p", group.note, cls="note"))
            parts.append(el("div", (self._card(card, i == 0) for card in group.cards), cls="cards"))
        return parts

    def _card(self, card: Card, first: bool) -> Element:  # noqa: FBT001 - whether it is open
        summary = el("summary", who(card.trail, card.name, card.kind), self._state(card))
        said = self._said(card) if first else None
        return el("details", summary, self._table(card), said, cls="card", open=first)

    def _told(self, card: Card) -> tuple[str, ...]:
        """How the total was made, in sentences, one text a paragraph."""
        scores = self.view.layers.scores
        if scores is None or math.isnan(card.total):
            return ()
        period = scores.periods.labels[self.view.p]
        return tell(scores, scores.org.ids[card.row], period=period).paragraphs

    def _said(self, card: Card) -> Element | None:
        told = self._told(card)
        if not told:
            return None
        summary = el("summary", _IN_SENTENCES)
        return el("details", summary, (el("p", name(each)) for each in told), cls="said")

    def _state(self, card: Card) -> Element | None:
        if not self.view.knows_results:
            return None
        lights = [el("span", symbol(f.light), title=f.kpi.name) for f in card.figures]
        total = None
        if self.view.knows_scores:
            grade = el("span", " ", name(card.grade), cls="grade") if card.grade else None
            shown = el("b", self.view.in_points(card.total))
            total = el("span", "total ", symbol(card.light), " ", shown, grade, cls="sum")
        return el("span", el("span", lights, cls="lights"), total, cls="outcome")

    def _table(self, card: Card) -> Element:
        heads, numbers = self._heads()
        rows = [self._row(figure) for figure in card.figures]
        words = f"Figures of {card.name}"
        return data_table(heads, rows, words=words, numbers=numbers, cls="stacks")

    def _heads(self) -> tuple[list[Cell], tuple[int, ...]]:
        if not self.view.knows_results:
            return ["KPI", "target"], (1,)
        heads: list[Cell] = [
            "KPI",
            "target",
            "result",
            "attained",
            unseen("bar, with a mark at the target"),
            "light",
        ]
        numbers: tuple[int, ...] = (1, 2, 3)
        if self.view.knows_scores:
            heads += ["points", f"weight of {self._promised():g}"]
            numbers += (6, 7)
        if self.view.layers.gaps is not None:
            heads.append("to the total")
            numbers += (8,)
        return heads, numbers

    def _promised(self) -> float:
        scores = self.view.layers.scores
        return scores.scorecard.weights.promised if scores is not None else 0.0

    def _row(self, figure: Figure) -> list[Cell]:
        cells: list[Cell] = [name(figure.kpi.name), name(amount(figure.kpi, figure.target))]
        if not self.view.knows_results:
            return cells
        told = attained(figure.attainment)
        words = f"{told} of the target, {figure.light.words}"
        cells += [name(amount(figure.kpi, figure.result)), told]
        cells += [attainment_bar(figure.attainment, figure.light, words), light_mark(figure.light)]
        return [*cells, *_scored(self.view, figure)]

    # -- Markdown ---------------------------------------------------------------

    def markdown(self) -> list[str]:
        """One table a card."""
        lines = []
        heads, numbers = self._heads()
        shown = [i for i, head in enumerate(heads) if isinstance(head, str)]
        right = [shown.index(i) for i in numbers]
        for i, group in enumerate(self.groups):
            lines += md.heading(3, group.title)
            lines += [md.text(group.note), ""] if group.note else []
            for card in group.cards:
                if len(group.cards) > 1:
                    lines += md.heading(4, STEP.join((*card.trail, card.name)))
                lines += [md.text(self._outcome(card)), ""] if self.view.knows_scores else []
                rows = [self._words(figure) for figure in card.figures]
                lines += md.table([str(heads[at]) for at in shown], rows, right)
                for told in () if i else self._told(card):
                    lines += [md.text(told), ""]
        return lines

    def _outcome(self, card: Card) -> str:
        grade = f", grade {card.grade}" if card.grade else ""
        shown = self.view.in_points(card.total)
        return f"Total {shown} points{grade}: {card.light.symbol} {card.light.words}"

    def _words(self, figure: Figure) -> list[str]:
        cells = [figure.kpi.name, amount(figure.kpi, figure.target)]
        if not self.view.knows_results:
            return cells
        cells += [amount(figure.kpi, figure.result), attained(figure.attainment)]
        cells.append(f"{figure.light.symbol} {figure.light.words}")
        return [*cells, *_scored(self.view, figure)]


def _scored(view: View, figure: Figure) -> list[str]:
    if not view.knows_scores:
        return []
    weighed = figure.weight > 0
    cells = [points(figure.points), f"{figure.weight:g}" if weighed else "–"]
    if view.layers.gaps is not None:
        cells.append(view.in_points(figure.lost, "+"))
    return cells


def _children(view: View, children: list[int]) -> Group:
    shown = children[: view.limits.cards]
    note = ""
    if len(shown) < len(children):
        note = f"The first {len(shown):,} of {count(len(children), 'child', 'children')}."
    below = f"Directly below {view.name(view.row)}"
    return Group(below, note, tuple(view.card(row) for row in shown))


def _ends(view: View) -> list[Group]:
    """Lowest and highest totals among the leaves that are not children already shown."""
    part = slice(view.row, view.end)
    leaf = view.org.is_leaf[part] & ~np.isnan(view.total[part])
    leaf &= view.org.parent[part] != view.row
    rows = view.row + np.flatnonzero(leaf)
    rows = rows[rows != view.row]
    order: IntArray = rows[np.argsort(view.total[rows], kind="stable")]
    most = view.limits.people
    low = order[:most]
    high = order[len(low) :][-most:][::-1]
    kinds = set(view.org.kinds[rows].tolist())
    which_ones = kinds.pop() if len(kinds) == 1 and "" not in kinds else "with no one below"
    return [
        Group(
            f"{which} totals · {which_ones} ({len(rows):,} scored)",
            "",
            tuple(view.card(row) for row in found.tolist()),
        )
        for which, found in (("Lowest", low), ("Highest", high))
        if len(found)
    ]
