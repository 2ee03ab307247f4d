"""The rules that the numbers follow, for those who ask how they came about."""

from __future__ import annotations

from attrs import frozen

from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.curves import curve_words
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.lights import Light
from cascade_kpi.reporting.view import View
from cascade_kpi.reporting.words import (
    attainment_words,
    grade_words,
    kpi_words,
    missing_words,
)
from cascade_kpi.scoring.attainments import Result
from cascade_kpi.scoring.items import Item, Rated
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.weights import EVERYBODY

__all__ = ["Rules", "Sheet"]


@frozen
class Sheet:
    """One table of rules."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()


@frozen(eq=False)
class Rules:
    """Rules of the stages behind a report, in words."""

    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, view: View) -> Rules:
        """The rules as far as the stage knows them."""
        kpis = tuple((k.name, k.unit, kpi_words(k)) for k in view.layers.targets.kpis)
        sheets = [Sheet("KPIs", ("KPI", "unit", "rule"), kpis)]
        scores = view.layers.scores
        if scores is not None:
            sheets += _card(view, scores)
        return cls(tuple(sheets), tuple(_notes(view)))

    def html(self) -> list[Element]:
        """Tables, then notes."""
        parts: list[Element] = []
        for sheet in self.sheets:
            stacks = None if sheet.numbers else "stacks"
            rows: list[list[Cell]] = [[name(cell) for cell in row] for row in sheet.rows]
            table = data_table(
                sheet.heads, rows, words=sheet.title, numbers=sheet.numbers, cls=stacks
            )
            parts += [el("h3", sheet.title), table]
        return [*parts, el("h3", "Notes"), el("ul", (el("li", note) for note in self.notes))]

    def markdown(self) -> list[str]:
        """The same."""
        lines = []
        for sheet in self.sheets:
            lines += md.heading(3, sheet.title)
            lines += md.table(sheet.heads, sheet.rows, sheet.numbers)
        return [*lines, *md.heading(3, "Notes"), *(f"- {md.text(n)}" for n in self.notes), ""]


def _card(view: View, scores: Scores) -> list[Sheet]:
    card = scores.scorecard
    items = [
        (
            item.name,
            attainment_words(item.attainment),
            curve_words(item.curve, item.attainment, scores.kpis[item.kpi].unit),
        )
        for item in card.items
        if isinstance(item, Item)
    ]
    items += [
        (item.name, "what several people rated", curve_words(item.curve, Result(), "points"))
        for item in card.items
        if isinstance(item, Rated)
    ]
    names = card.outline.names[1:]
    groups = list(card.weights.groups)[: view.limits.cards]
    weights = tuple(
        (
            _group(group, len(groups)),
            *(_weight(card.weights.groups[group].get(name, 0.0)) for name in names),
        )
        for group in groups
    )
    heads = (card.weights.by, *names)
    promised = f"Weights, of {card.weights.promised:g}"
    sheets = [
        Sheet("Points", ("KPI", "attainment", "curve"), tuple(items)),
        Sheet(promised, heads, weights, tuple(range(1, len(heads)))),
    ]
    if card.grades is not None:
        sheets.append(Sheet("Grades", ("grade", "total"), tuple(grade_words(card.grades))))
    return sheets


def _weight(weight: float) -> str:
    return f"{weight:g}" if weight else "–"


def _group(group: str, groups: int) -> str:
    if group != EVERYBODY:
        return group
    return "everybody" if groups == 1 else "everybody else"


def _light_words(view: View) -> str:
    green, amber = view.lights.green * 100, view.lights.amber * 100
    words = [
        f"{Light.GREEN.symbol} green from {green:g} % of the target on",
        f"{Light.AMBER.symbol} amber from {amber:g} %",
        f"{Light.RED.symbol} red below",
        f"{Light.ABSENT.symbol} grey where there is no result or no target",
    ]
    return f"Lights: {', '.join(words)}."


def _notes(view: View) -> list[str]:
    layers = view.layers
    if layers.results is None:
        return ["Targets are in the KPI's unit and for the period that stands beside them."]
    notes = [
        _light_words(view),
        "Differences of per cents are in percentage points, pp.",
        "Attainment above 100 % is better than the target, whichever way the KPI points.",
        f"A report that was due and did not come: {missing_words(layers.results.missing)}.",
    ]
    if layers.scores is not None:
        notes.append(
            f"An item of a scorecard without a result: {layers.scores.scorecard.missing.words()}."
        )
        notes.append(
            "A KPI without a weight is not on that scorecard: it is neither scored nor missing."
        )
        notes.append("A total's light compares it with the total if every KPI were on target.")
    if layers.gaps is not None:
        notes.append(
            "A gap is result less target; its parts sum to it. They are ranked from the most "
            "unfavourable; cumulative is the share of the gap down to that row, which may pass "
            "100 % where later parts go the other way."
        )
    return notes
