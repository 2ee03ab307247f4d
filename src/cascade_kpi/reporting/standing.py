"""How everybody stands: counts of lights and grades, and whose reports are missing."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name, unseen
from cascade_kpi.reporting.charts import stacked_bar
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.lights import Light
from cascade_kpi.reporting.view import View
from cascade_kpi.reporting.wording import percent

__all__ = ["Coverage", "Standing"]

_LIGHTS = tuple(Light)


@frozen(eq=False)
class Coverage:
    """Reports of one KPI that were due, and those that arrived."""

    kpi: Kpi
    due: int
    arrived: int
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        """Arrived over due; NaN where none was due."""
        return self.arrived / self.due if self.due else float("nan")

    @property
    def absent(self) -> int:
        """Reports that did not come."""
        return self.due - self.arrived

    def names(self) -> str:
        """Who is missing, the first few by name."""
        if not self.absent:
            return "nobody"
        more = self.absent - len(self.missing)
        return ", ".join(self.missing) + (f" and {more:,} more" if more else "")


@frozen(eq=False)
class Standing:
    """Counts over the subtree in focus.

    Attributes
    ----------
    lights : tuple of (what, counts in the order of Light)
    grades : tuple of (kind, counts in the order of the grades, and without a grade)
    """

    view: View
    lights: tuple[tuple[str, tuple[int, ...]], ...]
    grades: tuple[tuple[str, tuple[int, ...]], ...]
    coverage: tuple[Coverage, ...]

    @classmethod
    def of(cls, view: View) -> Standing:
        """The counts of a view."""
        part = slice(view.row, view.end)
        columns = [("total", view.total_attainment[part])] if view.knows_scores else []
        columns += [(c.kpi.name, c.attainment[part][c.concerns[part]]) for c in view.columns]
        lights = tuple(
            (what, tuple(np.bincount(view.lights.codes(a), minlength=4).tolist()))
            for what, a in columns
        )
        return cls(view, lights, _grades(view), _coverage(view))

    def html(self) -> list[Element]:
        """Tables of counts, with a bar for each row of lights."""
        if not self.view.knows_results:
            return []
        rows: list[list[Cell]] = [
            [
                name(what),
                stacked_bar(list(zip(_LIGHTS, counts, strict=True)), _told(what, counts)),
                *(f"{n:,}" for n in counts),
            ]
            for what, counts in self.lights
        ]
        heads: list[Cell] = [
            "KPI",
            unseen("shares"),
            *(f"{light.symbol} {light.words}" for light in _LIGHTS),
        ]
        lights = data_table(heads, rows, words=self._title, numbers=range(2, 6), cls="stacks")
        parts = [el("h3", self._title), lights]
        if self.grades:
            parts += [el("h3", "Grades"), self._grade_table()]
        return [*parts, el("h3", "Reports received"), self._coverage_table()]

    @property
    def _title(self) -> str:
        return f"Lights of {self.view.many(self.view.end - self.view.row)}"

    def _grade_heads(self) -> list[str]:
        return ["kind", *self.view.grades, "no grade"]

    def _grade_table(self) -> Element:
        rows: list[list[Cell]] = [
            [name(kind or "node"), *(f"{n:,}" for n in counts)] for kind, counts in self.grades
        ]
        heads = self._grade_heads()
        return data_table(heads, rows, words="Grades by kind", numbers=range(1, len(heads)))

    def _coverage_table(self) -> Element:
        rows: list[list[Cell]] = [
            [
                name(c.kpi.name),
                f"{c.arrived:,} of {c.due:,}",
                percent(c.share),
                el("span", name(c.names()), cls="names"),
            ]
            for c in self.coverage
        ]
        heads = ["KPI", "received", "coverage", "missing"]
        return data_table(
            heads, rows, words="Reports due and received", numbers=(1, 2), cls="stacks"
        )

    def markdown(self) -> list[str]:
        """The same tables."""
        if not self.view.knows_results:
            return []
        rows = [[what, *(f"{n:,}" for n in counts)] for what, counts in self.lights]
        heads = ["KPI", *(f"{light.symbol} {light.words}" for light in _LIGHTS)]
        lines = [*md.heading(3, self._title), *md.table(heads, rows, range(1, 5))]
        if self.grades:
            rows = [[kind or "node", *(f"{n:,}" for n in counts)] for kind, counts in self.grades]
            heads = self._grade_heads()
            lines += [*md.heading(3, "Grades"), *md.table(heads, rows, range(1, len(heads)))]
        rows = [
            [c.kpi.name, f"{c.arrived:,} of {c.due:,}", percent(c.share), c.names()]
            for c in self.coverage
        ]
        heads = ["KPI", "received", "coverage", "missing"]
        return [*lines, *md.heading(3, "Reports received"), *md.table(heads, rows, (1, 2))]


def _told(what: str, counts: tuple[int, ...]) -> str:
    return f"{what}: " + ", ".join(
        f"{n:,} {light.words}" for light, n in zip(_LIGHTS, counts, strict=True)
    )


def _grades(view: View) -> tuple[tuple[str, tuple[int, ...]], ...]:
    if not view.grades:
        return ()
    part = slice(view.row, view.end)
    kinds, codes = view.org.kind_codes[part], view.grade_codes[part]
    last = len(view.grades)
    counts = np.zeros((len(view.org.kind_names), last + 1), dtype=np.int64)
    np.add.at(counts, (kinds, np.where(codes < 0, last, codes)), 1)
    found = [
        (kind, tuple(row))
        for kind, row in zip(view.org.kind_names, counts.tolist(), strict=True)
        if any(row)
    ]
    shown, rest = found[: view.limits.cards], found[view.limits.cards :]
    if rest:
        sums = tuple(sum(column) for column in zip(*(row for _, row in rest), strict=True))
        shown.append((f"{len(rest):,} other kinds", sums))
    return tuple(shown)


def _with_parent(view: View, row: int) -> str:
    """A name with that of the unit above: people of one name are told apart."""
    above = int(view.org.parent[row])
    return view.name(row) if above < 0 else f"{view.name(row)} ({view.name(above)})"


def _coverage(view: View) -> tuple[Coverage, ...]:
    results = view.layers.results
    if results is None:
        return ()
    found = []
    for k, kpi in enumerate(results.kpis):
        due = results.due[k][view.p, view.row : view.end]
        here = due & results.arrived[k][view.p, view.row : view.end]
        lost = np.flatnonzero(due & ~here)[: view.limits.names] + view.row
        names = tuple(_with_parent(view, row) for row in lost.tolist())
        found.append(Coverage(kpi, int(due.sum()), int(here.sum()), names))
    return tuple(found)
