"""The page of a table that was fitted, rounded or apportioned: what it was made of, and margins."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._text import plain
from cascade_kpi.fitting import Apportionment, Fitted, Margin, Problem, Rounded
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.wording import count

__all__ = ["TableStage", "table_page"]

TableStage = Fitted | Apportionment | Rounded

_DARKEST = 45  # per cent of the accent
_NONE = ""


@frozen(eq=False)
class Heat:
    """A table of rows and columns, darker where a cell holds more, its sums and margins beside.

    Attributes
    ----------
    title : str
    rows, columns : tuple of str
        Labels; the first row is the name of the axis.
    values : float64 array (rows, columns)
    beside, below : tuple of (head, float64 array)
        Numbers of rows, and of columns.
    note : str
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: FloatArray
    beside: tuple[tuple[str, FloatArray], ...]
    below: tuple[tuple[str, FloatArray], ...]
    note: str

    def html(self) -> list[Element]:
        """The heat table, and what it leaves out."""
        most = float(np.abs(self.values).max(initial=0.0)) or 1.0
        lines: list[list[Cell]] = []
        for i, row in enumerate(self.rows):
            heat = [_heat(value, most) for value in self.values[i].tolist()]
            lines.append([name(row), *heat, *(_short(each[i]) for _, each in self.beside)])
        heads, ends = self._frame()
        table = data_table(heads, [*lines, *ends], words=self.title, numbers=range(1, len(heads)))
        note = el("p", self.note, cls="note") if self.note else None
        return [table] if note is None else [table, note]

    def markdown(self) -> list[str]:
        """The same table as numbers."""
        heads, ends = self._frame()
        lines = [
            [row, *map(_short, self.values[i].tolist()), *(_short(e[i]) for _, e in self.beside)]
            for i, row in enumerate(self.rows)
        ]
        out = md.table(heads, [*lines, *ends], range(1, len(heads)))
        return [*out, md.text(self.note), ""] if self.note else out

    def _frame(self) -> tuple[list[str], list[list[str]]]:
        """The heads, and the rows below."""
        heads = [_NONE, *self.columns, *(head for head, _ in self.beside)]
        blank = [_NONE] * len(self.beside)
        return heads, [[head, *map(_short, each.tolist()), *blank] for head, each in self.below]


def table_page(stage: TableStage, limits: Limits, title: str) -> Page:
    """A section for what it was made of, and one for the table with its margins and factors."""
    problem, heats = stage.problem, list[Heat]()
    if isinstance(stage, Rounded) and stage.source is not None:
        heats.append(_heat_of("Seed", stage.source.problem, stage.source.seed, limits, ()))
    heats.append(_heat_of(_STARTS[type(stage)], problem, problem.start, limits, ()))
    factors = () if isinstance(stage, Rounded) else _factors(stage)
    heats.append(_heat_of(_MADE[type(stage)], problem, stage.values, limits, factors))
    axes = problem.labelled
    sizes = " × ".join(f"{each} {n:,}" for each, n in zip(axes.names, axes.shape, strict=True))
    sections = tuple((f"table-{i}", heat.title, (heat,)) for i, heat in enumerate(heats))
    return Page(title, f"{sizes} · {_rule(stage)}", sections, "Table and margins")


_STARTS: dict[type, str] = {Fitted: "Seed", Apportionment: "Weights", Rounded: "Before rounding"}
_MADE: dict[type, str] = {Fitted: "Fitted", Apportionment: "Lots", Rounded: "Rounded"}


def _rule(stage: TableStage) -> str:
    if isinstance(stage, Fitted):
        return f"proportional fitting, {count(stage.rounds, 'round')}"
    if isinstance(stage, Apportionment):
        return f"apportioned both ways by {stage.method!r}"
    return "every cell its floor or its ceiling, margins kept"


def _factors(stage: Fitted | Apportionment) -> tuple[tuple[tuple[int, ...], FloatArray], ...]:
    """Axes of each margin, and its factors."""
    if isinstance(stage, Fitted):
        pairs = zip(stage.margins, stage.factors, strict=True)
        return tuple((margin.axes, each) for margin, each in pairs)
    return ((0,), stage.row_multipliers), ((1,), stage.column_multipliers)


def _heat_of(
    title: str,
    problem: Problem,
    table: NDArray[Any],
    limits: Limits,
    factors: tuple[tuple[tuple[int, ...], FloatArray], ...],
) -> Heat:
    """A table of the first two axes; of what is left out, how much."""
    axes = problem.labelled
    labels = [tuple(map(str, each)) for each in axes.labels.values()]
    rows, columns = labels[0], labels[1] if len(labels) > 1 else ("value",)
    values = np.asarray(table, dtype=np.float64).reshape(len(rows), len(columns), -1).sum(axis=2)
    some, few = slice(limits.rows), slice(limits.parts)
    word = "multiplier" if title == _MADE[Apportionment] else "factor"
    sides: list[tuple[tuple[str, FloatArray], ...]] = []
    for axis, part in ((0, some), (1, few)):
        told = [("sum", values.sum(axis=1 - axis)[part])]
        made = title not in _STARTS.values()
        told += [("margin", each[part]) for each in _of_axis(problem.margins, axis) if made]
        told += [(word, each[part]) for its, each in factors if its == (axis,)]
        sides.append(tuple(told))
    notes = [
        f"{more:,} more {axes.names[a]} not shown."
        for a, more in ((0, len(rows) - limits.rows), (1, len(columns) - limits.parts))
        if more > 0
    ]
    if len(labels) > 2:
        notes.insert(0, f"Summed over {', '.join(axes.names[2:])}.")
    beside, below = sides
    return Heat(title, rows[some], columns[few], values[some, few], beside, below, " ".join(notes))


def _of_axis(margins: tuple[Margin, ...], axis: int) -> list[FloatArray]:
    return [margin.values for margin in margins if margin.axes == (axis,)]


def _heat(value: float, most: float) -> Element:
    share = f"--heat:{_DARKEST * abs(value) / most:.0f}%"
    return el("span", _short(value), cls="heat", style=share)


def _short(value: float) -> str:
    """A number of six digits at most."""
    return plain(float(f"{value:.6g}"))
