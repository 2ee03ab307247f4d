"""The page of a calibration: grades before and after, pool by pool, and who was moved."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi._long import Columns
from cascade_kpi.calibrating.calibrate import Calibrated
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.charts import shares_bar
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page, Section
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.wording import count, points

__all__ = ["calibrated_page"]

_ARROW = " → "


def calibrated_page(made: Calibrated, p: int, limits: Limits, title: str) -> Page:
    """All that a calibration comes to in one period."""
    label = made.periods.labels[p]
    people = int(made.pooled.sizes[made.pooled.period_codes == p].sum())
    sections: list[tuple[str, str, tuple[Section, ...]]] = [
        ("summary", "Summary", (Notes(_summary(made, p)),)),
        ("pools", "Grades pool by pool", (_Pools.of(made, p, limits),)),
        ("quotas", "What quotas ask", (_quotas(made, label, limits),)),
        ("moved", "Whose grade was moved", (_moved(made, p, limits),)),
    ]
    if made.sittings:
        sections.append(("committee", "What a committee decided", (_decided(made, label, limits),)))
    sections.append(("how", "How it is found", (Notes(_how(made)),)))
    told = f"{label} · {count(people, 'person', 'people')}"
    return Page(title, told, tuple(sections), "Grades calibrated")


def _of(table: Columns, label: str) -> Columns:
    """The rows of one period."""
    mine = table["period"] == label
    return {key: values[mine] for key, values in table.items()}


def _summary(made: Calibrated, p: int) -> tuple[str, ...]:
    scored, now, final = (
        codes[p] for codes in (made.scores.grade_codes, made.calibrated_codes, made.grade_codes)
    )
    up, down = int((now < scored).sum()), int((now > scored).sum())
    steps = int(np.abs(now - scored).sum())
    pools = int((made.pooled.period_codes == p).sum())
    moved = f"In {count(pools, 'pool')}, {count(up + down, 'grade')} {_were(up + down)} moved by "
    moved += f"{count(steps, 'step')}: {up:,} up, {down:,} down. No fewer would meet the quotas."
    notes = [moved]
    decided = int((now != final).sum())
    if made.sittings:
        notes.append(f"After that a committee changed {count(decided, 'grade')}.")
    return tuple(notes)


def _were(n: int) -> str:
    return "was" if n == 1 else "were"


def _how(made: Calibrated) -> tuple[str, ...]:
    ties = "the text of the id" if made.scheme.ties is None else f"{made.scheme.ties}, then by id"
    return (
        "Quotas keep the order of totals within a pool: nobody passes anybody. A committee may.",
        f"Equal totals are put in order by {ties}.",
        "Of all ways to meet the quotas, the one that moves grades by the fewest steps is taken.",
    )


@frozen(eq=False)
class _Pools:
    """Each pool with its people, how many have each grade before and after, and the picture.

    Attributes
    ----------
    names : tuple of str
    grades : tuple of str
    scored, final : int64 array (pools, grades)
    left : int
        Pools that are left out.
    """

    names: tuple[str, ...]
    grades: tuple[str, ...]
    scored: IntArray
    final: IntArray
    left: int

    @classmethod
    def of(cls, made: Calibrated, p: int, limits: Limits) -> _Pools:
        """Of a period: those first in which most changes."""
        before, after = made.counts(made.scores.grade_codes).T, made.counts(made.grade_codes).T
        mine = np.flatnonzero(made.pooled.period_codes == p)
        order = mine[np.argsort(-np.abs(after - before)[mine].sum(axis=1), kind="stable")]
        shown = order[: limits.rows]
        names = tuple(made.pooled.names[at] for at in shown.tolist())
        return cls(names, made.grades, before[shown], after[shown], len(order) - len(shown))

    def _cells(self, i: int) -> list[str]:
        pairs = zip(self.scored[i].tolist(), self.final[i].tolist(), strict=True)
        told = [f"{a:,}" if a == b else f"{a:,}{_ARROW}{b:,}" for a, b in pairs]
        return [f"{int(self.scored[i].sum()):,}", *told]

    def html(self) -> list[Element]:
        """A table with two bars a pool: as scored above, as it is now below."""
        rows: list[list[Cell]] = []
        for i, pool in enumerate(self.names):
            words = "; ".join(
                f"{grade}: {cell}"
                for grade, cell in zip(self.grades, self._cells(i)[1:], strict=True)
            )
            bars = shares_bar([self.scored[i].tolist(), self.final[i].tolist()], f"{pool}, {words}")
            rows.append([name(pool), bars, *self._cells(i)])
        heads = ("pool", "scored, then final", "people", *self.grades)
        table = data_table(
            heads, rows, words="How many have which grade", numbers=range(2, len(heads)),
            cls="stacks",
        )  # fmt: skip
        lead = "The upper bar is as scored, the lower as it is now; the best grade is the darkest."
        more = [el("p", f"… and {count(self.left, 'pool')} more.", cls="note")] if self.left else []
        return [el("p", lead, cls="note"), table, *more]

    def markdown(self) -> list[str]:
        """The same counts."""
        rows = [[pool, *self._cells(i)] for i, pool in enumerate(self.names)]
        heads = ("pool", "people", *self.grades)
        lines = md.table(heads, rows, range(1, len(heads)))
        return [*lines, f"… and {count(self.left, 'pool')} more.", ""] if self.left else lines


def _quotas(made: Calibrated, label: str, limits: Limits) -> Sheet:
    table = _of(made.by_quota(), label)
    off = (table["final"] < table["low"]) | (table["final"] > table["high"])
    acted = table["scored"] != table["calibrated"]
    order = np.lexsort([table["pool"].astype(str), ~acted, ~off])
    rows = tuple(
        (
            str(table["pool"][i]),
            str(table["quota"][i]),
            _between(int(table["low"][i]), int(table["high"][i])),
            *(f"{int(table[key][i]):,}" for key in ("scored", "calibrated")),
            f"{int(table['final'][i]):,}{' (waived)' if off[i] else ''}",
        )
        for i in order[: limits.rows].tolist()
    )
    heads = ("pool", "quota", "people", "scored", "calibrated", "final")
    words = "What each quota asks for in whole people, and how many there are"
    return Sheet(words, heads, rows, (3, 4, 5), len(order) - len(rows), "No pool has quotas.")


def _between(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _moved(made: Calibrated, p: int, limits: Limits) -> Sheet:
    scored, final = made.scores.grade_codes[p], made.grade_codes[p]
    who = np.flatnonzero((scored != final) | (made.calibrated_codes[p] != scored))
    far = np.abs(final - scored)[who]
    order = who[np.lexsort([made.rank[p][who], made.pooled.codes[p][who], -far])]
    rows = []
    for row in order[: limits.rows].tolist():
        path = [int(codes[p, row]) for codes in (made.scores.grade_codes, made.calibrated_codes)]
        path += [int(final[row])] if made.sittings else []
        kept = [path[0], *(b for a, b in pairwise(path) if a != b)]
        rows.append(
            (
                made.org.labels[row],
                str(made.pooled.names[made.pooled.codes[p, row]]),
                f"{int(made.rank[p, row]):,}",
                points(float(made.total[p, row]), 2),
                _ARROW.join(made.grades[code] for code in kept),
            )
        )
    heads = ("who", "pool", "place", "total", "grade")
    left = len(order) - len(rows)
    words = "As scored, by the quotas, and by a committee"
    return Sheet(words, heads, tuple(rows), (2, 3), left, "Nobody's grade was moved.")


def _decided(made: Calibrated, label: str, limits: Limits) -> Sheet:
    told = [each for sitting in made.sittings for each in sitting.adjustments]
    mine = [each for each in told if made.periods.labels[made.periods.index(each.period)] == label]
    rows = tuple(
        (made.org.labels[made.org.row(each.node)], each.to, each.reason, each.by or "–")
        for each in mine[: limits.rows]
    )
    heads = ("who", "to", "reason", "by")
    left = len(mine) - len(rows)
    return Sheet("In the order of the sittings", heads, rows, (), left, "Nothing in this period.")
