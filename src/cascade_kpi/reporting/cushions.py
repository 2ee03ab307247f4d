"""Where more is handed down than there is: the cushions of over-assignment, level by level."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.view import View
from cascade_kpi.reporting.wording import amount, count, percent

__all__ = ["Cushion", "Cushions"]

_HEADS = ("handed down by", "how many", "their targets", "their children's", "cushion", "share")
_NUMBERS = (1, 2, 3, 4, 5)


@frozen
class Cushion:
    """What the nodes of one kind hand down beyond their own targets, in KPI units.

    Attributes
    ----------
    nodes : int
        Those of the kind that have a target and children.
    own, below : float
        Sums of their targets, and of those of their children.
    """

    kind: str
    nodes: int
    own: float
    below: float

    def words(self, kpi: Kpi) -> tuple[str, ...]:
        """As the cells of a row."""
        beyond = self.below - self.own
        share = percent(beyond / self.own) if self.own else "–"
        numbers = (amount(kpi, value) for value in (self.own, self.below, beyond))
        return (self.kind or "units", f"{self.nodes:,}", *numbers, share)


@frozen(eq=False)
class Cushions:
    """Per over-assigned KPI its cushions, the highest kinds first, and what they come to."""

    tables: tuple[tuple[Kpi, tuple[Cushion, ...], str], ...]

    @classmethod
    def of(cls, view: View) -> Cushions | None:
        """Those of the subtree in focus; None where nothing is assigned beyond what there is."""
        targets = view.layers.targets
        tables = []
        for k, kpi in enumerate(targets.kpis):
            margin = targets.margin(k)
            if margin is not None and margin[view.row : view.end].any():
                values = targets.of(kpi.name)[view.p]
                beyond = targets.cushion(kpi.name)[view.p]
                tables.append((kpi, *_of_kinds(view, kpi, values, beyond)))
        return cls(tuple(tables)) if tables else None

    def html(self) -> list[Element]:
        """A sentence and a table a KPI."""
        parts: list[Element] = []
        for kpi, rows, told in self.tables:
            cells: list[list[Cell]] = [[name(cell) for cell in row.words(kpi)] for row in rows]
            words = f"Cushions of {kpi.name}"
            table = data_table(_HEADS, cells, words=words, numbers=_NUMBERS, cls="stacks")
            parts += [el("h3", name(kpi.name)), el("p", name(told)), table]
        return parts

    def markdown(self) -> list[str]:
        """The same."""
        lines = []
        for kpi, rows, told in self.tables:
            lines += [*md.heading(3, kpi.name), md.text(told), ""]
            lines += md.table(_HEADS, [row.words(kpi) for row in rows], _NUMBERS)
        return lines


def _of_kinds(
    view: View, kpi: Kpi, values: np.ndarray, beyond: np.ndarray
) -> tuple[tuple[Cushion, ...], str]:
    org, part = view.org, slice(view.row, view.end)
    own, more, codes = values[part], beyond[part], org.kind_codes[part]
    there = ~np.isnan(own) & ~np.isnan(more)
    rows = []
    for code in dict.fromkeys(codes[there].tolist()):  # in preorder: the highest first
        mine = there & (codes == code)
        total = float(own[mine].sum())
        rows.append(
            Cushion(org.kind_names[code], int(mine.sum()), total, total + float(more[mine].sum()))
        )
    top = view.name(view.row)
    last = ~np.isnan(own) & ~there
    handed = float(own[last].sum())
    told = (
        f"{top} is to reach {amount(kpi, float(own[0]))}; "
        f"{count(int(last.sum()), 'target')} at the lowest level "
        f"{'sums' if last.sum() == 1 else 'sum'} to {amount(kpi, handed)}."
    )
    return tuple(rows), told
