"""The page of the chances of grades: how sure each grade is, and whose is least so."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.comparing.chances import GradeChances
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.charts import shares_bar
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page, Section
from cascade_kpi.reporting.sheets import Notes
from cascade_kpi.reporting.wording import count, points

__all__ = ["chances_page"]

_EVEN = 0.5


def chances_page(made: GradeChances, p: int, limits: Limits, title: str) -> Page:
    """All that the chances come to in one period."""
    label = made.scores.periods.labels[p]
    people = np.flatnonzero(made.scores.grade_codes[p] >= 0)
    sections: list[tuple[str, str, tuple[Section, ...]]] = [
        ("summary", "Summary", (Notes(_summary(made, p, people)),)),
        ("grades", "How sure each grade is", (_ByGrade.of(made, p, people),)),
        ("people", "Whose grade is least sure", (_People.of(made, p, people, limits),)),
        ("how", "How it is found", (Notes(_how(made)),)),
    ]
    return Page(title, f"{label} · {count(len(people), 'grade')}", tuple(sections), "Chances")


def _percent(chance: float) -> str:
    """A chance in whole per cent; what is only nearly sure, or nearly out, is told as that."""
    shown = points(100.0 * chance, 0)
    if 0.0 < chance < 1.0 and shown in {"0", "100"}:
        return "< 1 %" if shown == "0" else "> 99 %"
    return f"{shown} %"


def _summary(made: GradeChances, p: int, people: IntArray) -> tuple[str, ...]:
    if not len(people):
        return ("Nobody has a grade.",)
    shown = made.shown[p, people]
    doubtful = int(np.count_nonzero(shown < _EVEN))
    mean = _percent(float(shown.mean()))
    return (
        f"On average the grade that is shown is the true one with a chance of {mean}.",
        f"For {doubtful:,} of {len(people):,} it is less likely than not.",
    )


def _how(made: GradeChances) -> tuple[str, ...]:
    errors = "; ".join(
        f"{of}: ± {error.size:g}{' points' if error.of_points else ''}"
        for of, error in made.errors.items()
    )
    drawn = f"Everybody was scored {made.draws:,} times by the same card, with normal errors "
    drawn += f"added, independent of each other (seed {made.seed:,})."
    off = points(100.0 * float(np.sqrt(_EVEN * _EVEN / made.draws)), 1)
    return (
        f"Standard errors of measurement: {errors or 'none'}.",
        drawn,
        f"For want of draws a chance has a standard error of {off} percentage points at most.",
    )


@frozen(eq=False)
class _ByGrade:
    """Grades that are shown in rows, with the chances of the true ones: means of people.

    Attributes
    ----------
    grades : tuple of str
    people : int64 array (g,)
    chance : float64 array (g, g + 1)
        The last is no grade; NaN where nobody has the grade.
    """

    grades: tuple[str, ...]
    people: IntArray
    chance: FloatArray

    @classmethod
    def of(cls, made: GradeChances, p: int, people: IntArray) -> _ByGrade:
        """Of a period."""
        codes = made.scores.grade_codes[p, people]
        size = len(made.scores.grades)
        counts = np.bincount(codes, minlength=size)
        shares = made.counts[p][:, people] / made.draws
        sums = [np.bincount(codes, weights=share, minlength=size) for share in shares]
        with np.errstate(invalid="ignore"):
            return cls(made.scores.grades, counts, np.stack(sums, axis=1) / counts[:, None])

    @property
    def _heads(self) -> list[str]:
        gone = ["none"] if np.nansum(self.chance[:, -1]) > 0 else []
        return ["grade shown", "people", *self.grades, *gone]

    def _cells(self, g: int) -> list[str]:
        told = self.chance[g, : len(self._heads) - 2].tolist()
        return [f"{int(self.people[g]):,}", *(_percent(c) if c else "·" for c in told)]

    @property
    def _rows(self) -> list[int]:
        return np.flatnonzero(self.people).tolist()

    def html(self) -> list[Element]:
        """A table; each row sums to all."""
        if not self._rows:
            return [el("p", "Nobody has a grade.")]
        rows: list[list[Cell]] = [[name(self.grades[g]), *self._cells(g)] for g in self._rows]
        words = "Chances of the true grade by the one that is shown"
        lead = "Of those who are shown a grade, the chance that each is the true one."
        numbers = range(1, len(self._heads))
        table = data_table(self._heads, rows, words=words, numbers=numbers, cls="stacks")
        return [el("p", lead, cls="note"), table]

    def markdown(self) -> list[str]:
        """The same."""
        if not self._rows:
            return ["Nobody has a grade.", ""]
        rows = [[self.grades[g], *self._cells(g)] for g in self._rows]
        return md.table(self._heads, rows, range(1, len(self._heads)))


@frozen(eq=False)
class _People:
    """Those whose grade is least sure, each with a bar of the chances.

    Attributes
    ----------
    grades : tuple of str
    rows : tuple of (who, total, grade, chance that it is true)
    draws : int64 array (rows, g + 1)
    left : int
    """

    grades: tuple[str, ...]
    rows: tuple[tuple[str, str, str, str], ...]
    draws: IntArray
    left: int

    @classmethod
    def of(cls, made: GradeChances, p: int, people: IntArray, limits: Limits) -> _People:
        """Of a period; of equal chances in the order of the tree."""
        scores, shown = made.scores, made.shown[p]
        who = people[np.argsort(shown[people], kind="stable")][: limits.rows]
        rows = tuple(
            (
                scores.org.labels[row],
                points(float(scores.total[p, row]), 2),
                scores.grades[scores.grade_codes[p, row]],
                _percent(float(shown[row])),
            )
            for row in who.tolist()
        )
        return cls(scores.grades, rows, made.counts[p][:, who].T, len(people) - len(who))

    def _words(self, i: int) -> str:
        labels = (*self.grades, "none")
        told = zip(labels, self.draws[i].tolist(), strict=True)
        draws = int(self.draws[i].sum())
        return ", ".join(f"{label} {_percent(n / draws)}" for label, n in told if n)

    def html(self) -> list[Element]:
        """A table with bars, the best grade the darkest."""
        if not self.rows:
            return [el("p", "Nobody has a grade.")]
        rows: list[list[Cell]] = []
        for i, (who, total, grade, sure) in enumerate(self.rows):
            bar = shares_bar([self.draws[i].tolist()], f"{who}: {self._words(i)}")
            rows.append([name(who), bar, self._words(i), total, name(grade), sure])
        heads = ("who", "", "chances", "total", "shown", "sure")
        words = "Chances of each grade, the least sure first"
        table = data_table(heads, rows, words=words, numbers=(3, 5), cls="stacks")
        lead = "The best grade is the darkest; “sure” is the chance of the grade that is shown."
        return [el("p", lead, cls="note"), table, *self._more()]

    def markdown(self) -> list[str]:
        """The same without bars."""
        if not self.rows:
            return ["Nobody has a grade.", ""]
        rows = [
            [who, self._words(i), total, grade, sure]
            for i, (who, total, grade, sure) in enumerate(self.rows)
        ]
        lines = md.table(("who", "chances", "total", "shown", "sure"), rows, (2, 4))
        return [*lines, f"… and {self.left:,} more.", ""] if self.left else lines

    def _more(self) -> list[Element]:
        return [el("p", f"… and {self.left:,} more.", cls="note")] if self.left else []
