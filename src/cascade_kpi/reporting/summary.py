"""The summary: where the node in focus stands, in a sentence, in figures, over the periods."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from attrs import frozen

from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import data_table, name, symbol
from cascade_kpi.reporting.charts import attainment_bar, sparkline
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.lights import Light
from cascade_kpi.reporting.view import Card, Column, Figure, Moment, View
from cascade_kpi.reporting.wholes import Whole
from cascade_kpi.reporting.wording import amount, attained, count, number

__all__ = ["Summary"]


@frozen(eq=False)
class Summary:
    """Headline figures of the node in focus."""

    view: View
    card: Card

    @classmethod
    def of(cls, view: View) -> Summary:
        """The summary of a view."""
        return cls(view, view.card(view.row))

    @property
    def lead(self) -> str:
        """The state of things in a sentence or two."""
        if not self.view.knows_results:
            told = f"{self.view.whole}, phased; the latest period is {self.view.period}"
            told = told if self.view.whole else self.view.period
            return f"Targets for {told}; there are no results yet."
        judged = [f for f in self.card.figures if f.light is not Light.ABSENT]
        sentences = []
        if not math.isnan(self.card.total):
            grade = f", grade {self.card.grade}" if self.card.grade else ""
            sentences.append(f"Total {self.view.in_points(self.card.total)} points{grade}.")
        if not judged:
            return " ".join([*sentences, "No KPI has both a result and a target."])
        green = sum(f.light is Light.GREEN for f in judged)
        sentences.append(f"{green} of {count(len(judged), 'KPI')} on target.")
        worst = min(judged, key=lambda f: f.attainment)
        if worst.light is not Light.GREEN:
            sentences.append(
                f"Furthest from target: {worst.kpi.name}, {attained(worst.attainment)} attained."
            )
        absent = [f.kpi.name for f in self.card.figures if f.light is Light.ABSENT]
        if absent:
            sentences.append(f"No attainment: {', '.join(absent)}.")
        return " ".join([*sentences, *self._aimless()])

    def _aimless(self) -> list[str]:
        """Periods whose results count in a longer one although nothing was asked for in them."""
        results = self.view.layers.results
        if results is None or results.source is None:
            return []
        parts, row, told = results.source, self.view.row, []
        for k, kpi in enumerate(parts.kpis):
            reached = parts.at(k, slice(None), np.array([row]))[:, 0]
            asked = ~np.isnan(parts.targets.values[k][:, row])
            odd = ~np.isnan(reached) & ~asked
            if odd.any() and asked.any():
                labels = [parts.periods.labels[p] for p in np.flatnonzero(odd).tolist()]
                told.append(
                    f"{kpi.name} has results and no target in {', '.join(labels)}: they "
                    "count in its result, and nothing in its target."
                )
        return told

    # -- HTML -------------------------------------------------------------------

    def html(self) -> list[Element]:
        """The lead, a tile for the total and for each KPI, the periods."""
        tiles = [self._total()] if self.view.knows_scores else []
        tiles += [
            self._tile(c, f) for c, f in zip(self.view.columns, self.card.figures, strict=True)
        ]
        grid = el("div", tiles, cls="tiles", style=f"--tiles:{_across(len(tiles))}")
        parts = [el("p", self.lead, cls="lead"), grid]
        if len(self.view.layers.targets.periods) > 1:
            parts += [el("h3", "Period by period"), self._periods()]
        return parts

    def _total(self) -> Element:
        card, view = self.card, self.view
        share = float(view.total_attainment[card.row])
        now = view.total_history[view.p]
        grade = el("span", "grade ", el("b", name(card.grade)), " · ") if card.grade else None
        words = f"at target {view.in_points(now.target)} points"
        return el(
            "article",
            el("h3", "Total"),
            _big(view.in_points(card.total), "points"),
            el("p", grade, words, cls="versus"),
            *_state(share, card.light, "total"),
            _trend("total", view.total_history, lambda v: f"{view.in_points(v)} points"),
            cls=f"tile {card.light.key}",
        )

    def _tile(self, column: Column, figure: Figure) -> Element:
        kpi = figure.kpi
        head = el("h3", name(kpi.name))
        if not self.view.knows_results:
            if column.whole is None:
                big = _big(number(kpi, figure.target), kpi.unit)
                return el("article", head, big, el("p", "target", cls="versus"), cls="tile")
            big = _big(number(kpi, column.whole.target), kpi.unit)
            part = f"{self.view.period}: {amount(kpi, figure.target)}"
            told = el("p", "target ", name(column.whole.label), el("br"), name(part), cls="versus")
            return el("article", head, big, told, cls="tile")
        return el(
            "article",
            head,
            _big(number(kpi, figure.result), kpi.unit),
            el("p", "target ", name(amount(kpi, figure.target)), cls="versus"),
            *_state(figure.attainment, figure.light, kpi.name),
            _trend(kpi.name, column.history, lambda v: amount(kpi, v)),
            *self._whole(column),
            cls=f"tile {figure.light.key}",
        )

    def _whole(self, column: Column) -> list[Element]:
        """The longer period, so far and as it is to be, below its latest part."""
        if column.whole is None:
            return []
        told = _whole_words(column, column.whole)
        return [el("p", name(f"{column.whole.label}: "), name(told), cls="versus whole")]

    def _periods(self) -> Element:
        labels = self.view.layers.targets.periods.labels
        rows = [
            [
                _kpi_name(column),
                *self._wholes(column),
                *(self._moment(column, m) for m in column.history),
            ]
            for column in self.view.columns
        ]
        words = f"{self.card.name}: every KPI in every period"
        heads = ["KPI", *([self.view.whole] if self.view.whole else []), *labels]
        return data_table(heads, rows, words=words, numbers=range(1, len(heads)))

    def _wholes(self, column: Column) -> list[Element]:
        """The cell of the longer period: its target, and below it the result so far."""
        if column.whole is None:
            return []
        target = el("b", number(column.kpi, column.whole.target))
        if not self.view.knows_results:
            return [target]
        so_far = el("small", f"{number(column.kpi, column.whole.so_far)} so far", cls="row")
        return [el("span", el("span", target, cls="row"), so_far)]

    def _moment(self, column: Column, moment: Moment) -> Element:
        if not self.view.knows_results:
            return el("span", number(column.kpi, moment.target))
        return el(
            "span",
            el("span", number(column.kpi, moment.result), cls="row"),
            el("small", symbol(moment.light), " ", attained(moment.attainment), cls="row"),
        )

    # -- Markdown ---------------------------------------------------------------

    def markdown(self) -> list[str]:
        """The lead and two tables."""
        lines = [md.text(self.lead), ""]
        if self.view.knows_results:
            heads = ["KPI", "target", "result", "attained", "light"]
            rows = [_figure_row(f) for f in self.card.figures]
        else:
            heads = ["KPI", "target"]
            rows = [[f.kpi.name, amount(f.kpi, f.target)] for f in self.card.figures]
        numbers = [*range(1, min(len(heads), 4))]
        if self.view.whole:
            heads[1] = f"target {self.view.period}"
            heads.append(self.view.whole)
            numbers.append(len(heads) - 1)
            for row, column in zip(rows, self.view.columns, strict=True):
                row.append("" if column.whole is None else _whole_words(column, column.whole))
        lines += md.table(heads, rows, numbers=numbers)
        labels = self.view.layers.targets.periods.labels
        if len(labels) == 1:
            return lines
        rows = [
            [f"{c.kpi.name} ({c.kpi.unit})", *(_moment_words(self.view, c, m) for m in c.history)]
            for c in self.view.columns
        ]
        right = range(1, len(labels) + 1)
        return [
            *lines,
            *md.heading(3, "Period by period"),
            *md.table(["KPI", *labels], rows, right),
        ]


def _across(tiles: int) -> int:
    """Tiles in a row: three or four, whichever leaves fewer places empty."""
    return min((4, 3), key=lambda across: -tiles % across) if tiles > 4 else tiles


def _big(shown: str, unit: str) -> Element:
    # The number's length goes to the style sheet, which sizes it so that it never breaks.
    figure = el("span", shown, cls="figure")
    return el(
        "p", figure, " ", el("span", name(unit), cls="unit"), cls="big", style=f"--n:{len(shown)}"
    )


def _state(attainment: float, light: Light, what: str) -> tuple[Element, Element]:
    """The bar, and the light with its attainment."""
    told = attained(attainment)
    mark = el("span", light.symbol, cls=f"light {light.key}", aria_hidden="true")
    return (
        attainment_bar(attainment, light, f"{what}: {told} of the target, {light.words}"),
        el("p", mark, " ", el("b", told), " ", light.words, cls="state"),
    )


def _trend(what: str, history: tuple[Moment, ...], told: Callable[[float], str]) -> Element | None:
    if len(history) == 1:
        return None
    words = "; ".join(f"{m.period} {told(m.result)} against {told(m.target)}" for m in history)
    chart = sparkline(
        [m.result for m in history],
        [m.target for m in history],
        [m.light for m in history],
        f"{what} over the periods, targets dashed: {words}",
    )
    first, last = history[0].period, history[-1].period
    ends = el("p", el("span", name(first)), el("span", name(last)), cls="ends", aria_hidden="true")
    return el("div", chart, ends, cls="trend")


def _whole_words(column: Column, whole: Whole) -> str:
    """The target of the longer period, and the result so far."""
    target = f"target {amount(column.kpi, whole.target)}"
    if math.isnan(whole.so_far):
        return target
    return f"{amount(column.kpi, whole.so_far)} so far, {target}"


def _figure_row(figure: Figure) -> list[str]:
    return [
        figure.kpi.name,
        amount(figure.kpi, figure.target),
        amount(figure.kpi, figure.result),
        attained(figure.attainment),
        f"{figure.light.symbol} {figure.light.words}",
    ]


def _moment_words(view: View, column: Column, moment: Moment) -> str:
    if not view.knows_results:
        return number(column.kpi, moment.target)
    shown = number(column.kpi, moment.result)
    return f"{shown} ({moment.light.symbol} {attained(moment.attainment)})"


def _kpi_name(column: Column) -> Element:
    return el("span", name(column.kpi.name), " ", el("small", name(column.kpi.unit)))
