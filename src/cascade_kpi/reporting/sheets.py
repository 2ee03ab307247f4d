"""Plain sections of a report: a table, and a list of sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.wording import count

__all__ = ["Notes", "Sheet"]


@frozen(eq=False)
class Sheet:
    """A table of the report, and what it leaves out.

    Attributes
    ----------
    words : str
        What the table shows.
    rows : tuple of rows
        Each cell as people read it, the first its row's heading.
    left : int
        Rows that are left out.
    nothing : str
        What stands there if there are no rows.
    """

    words: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    left: int
    nothing: str

    def html(self) -> list[Element]:
        """The table."""
        if not self.rows:
            return [el("p", self.nothing)]
        cells: Iterable[Sequence[Cell]] = [[name(cell) for cell in row] for row in self.rows]
        table = data_table(self.heads, cells, words=self.words, numbers=self.numbers, cls="stacks")
        more = [el("p", self._more, cls="note")] if self.left else []
        return [table, *more]

    def markdown(self) -> list[str]:
        """The same."""
        if not self.rows:
            return [self.nothing, ""]
        lines = md.table(self.heads, self.rows, self.numbers)
        return [*lines, self._more, ""] if self.left else lines

    @property
    def _more(self) -> str:
        return f"… and {count(self.left, 'row')} more."


@frozen(eq=False)
class Notes:
    """Sentences."""

    notes: tuple[str, ...]

    def html(self) -> list[Element]:
        """A list."""
        return [el("ul", (el("li", name(note)) for note in self.notes))]

    def markdown(self) -> list[str]:
        """The same."""
        return [*(f"- {md.text(note)}" for note in self.notes), ""]
