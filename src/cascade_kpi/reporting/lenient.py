"""The page of leniency: raters before and after, for the office that runs a survey."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi.rating.leniency import Leniency
from cascade_kpi.rating.scale import Scale
from cascade_kpi.reporting import markdown as md
from cascade_kpi.reporting.blocks import Cell, data_table, name
from cascade_kpi.reporting.elements import Element, el
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.sheets import Notes
from cascade_kpi.reporting.wording import count, points

__all__ = ["leniency_page"]

_HEADS = ("rater", "before and after", "ratings", "mean", "corrected", "leniency", "reliability")
_NUMBERS = (2, 3, 4, 5, 6)
_EDGE = 0.03


def leniency_page(lenient: Leniency, limits: Limits, title: str) -> Page:
    """What was found of raters, and how it was found."""
    ratings = lenient.ratings
    period = ", ".join(ratings.periods.labels)
    raters = count(len(lenient.fit.counts), "rater")
    told = f"{period} · {', '.join(ratings.items)} · {raters} · scale {lenient.scale}"
    sections = (
        ("raters", "Raters before and after", (_Raters.of(lenient, limits.rows),)),
        ("how", "How it is found", (Notes(_notes(lenient)),)),
    )
    return Page(title, told, sections, "Leniency of raters · for the office only")


def _notes(lenient: Leniency) -> tuple[str, ...]:
    noise, spread = lenient.variances
    if noise != noise:
        found = "Too few ratings hang together: nothing can be told, and nothing is corrected."
    else:
        variances = f"{points(spread, 3)}, of what is left {points(noise, 3)}"
        found = f"Variance of raters {variances}, in points squared. What is taken off a rater's "
        found += "ratings is reliability × leniency."
    given = lenient.ratings.values
    given = given[~np.isnan(given)]
    mean = points(float(given.mean()) if len(given) else float("nan"), 3)
    kept = f"The mean of all ratings is {mean} before and after. No rating leaves the scale."
    beside = "Leniency is a rater's ratings beside those of other raters of the same people."
    notes = [beside, found, kept]
    if lenient.components > 1:
        notes.append(
            f"The raters fall apart into {lenient.components:,} sets without a common ratee: "
            "those of different sets cannot be compared."
        )
    return tuple(notes)


@frozen(eq=False)
class _Raters:
    """A row for each rater, the most lenient and the most severe first.

    Attributes
    ----------
    rows : tuple of rows
        Rater with the set, ratings, mean, corrected, leniency, reliability, as they are read.
    means : tuple of (float, float)
        Before and after.
    """

    rows: tuple[tuple[str, ...], ...]
    means: tuple[tuple[float, float], ...]
    scale: Scale
    left: int

    @classmethod
    def of(cls, lenient: Leniency, limit: int) -> _Raters:
        """The rows that are shown."""
        table = lenient.table()
        order = np.lexsort((np.arange(len(table["taken"])), -np.abs(table["taken"])))
        shown = order[:limit]
        several = lenient.components > 1, len(lenient.ratings.periods) > 1
        org = lenient.ratings.org
        known = org.find(table["rater"].tolist())
        rows, means = [], []
        for i in shown.tolist():
            who = str(table["rater"][i]) if known[i] < 0 else str(org.labels[known[i]])
            who += f", {table['period'][i]}" if several[1] else ""
            who += f" (set {table['component'][i] + 1})" if several[0] else ""
            before, after = float(table["mean"][i]), float(table["corrected"][i])
            means.append((before, after))
            rows.append(
                (
                    who,
                    f"{int(table['ratings'][i]):,}",
                    points(before, 2),
                    points(after, 2),
                    points(float(table["leniency"][i]), 2, "+"),
                    points(float(table["reliability"][i]), 2),
                )
            )
        return cls(tuple(rows), tuple(means), lenient.scale, len(order) - len(shown))

    def html(self) -> list[Element]:
        """A table with an arrow a rater."""
        if not self.rows:
            return [el("p", "No ratings.")]
        cells: list[list[Cell]] = [
            [name(row[0]), _arrow(self.scale, pair, row[0]), *row[1:]]
            for row, pair in zip(self.rows, self.means, strict=True)
        ]
        lead = (
            f"Each line is the scale from {self.scale.low:g} to {self.scale.high:g}: a ring is the "
            "mean of a rater's ratings as they came, a dot that of the corrected ones."
        )
        words = "Raters before and after the correction"
        table = data_table(_HEADS, cells, words=words, numbers=_NUMBERS, cls="stacks")
        more = [el("p", self._more, cls="note")] if self.left else []
        return [el("p", lead, cls="note"), el("div", table, cls="lenient"), *more]

    def markdown(self) -> list[str]:
        """The same without the arrows."""
        if not self.rows:
            return ["No ratings.", ""]
        heads = [_HEADS[0], *_HEADS[2:]]
        lines = md.table(heads, self.rows, range(1, len(heads)))
        return [*lines, self._more, ""] if self.left else lines

    @property
    def _more(self) -> str:
        return f"… and {count(self.left, 'rater')} more, who are corrected by less."


def _arrow(scale: Scale, means: tuple[float, float], who: str) -> Element:
    """The scale as a line, a ring before, a dot after."""

    def at(value: float) -> str:
        share = (value - scale.low) / scale.width
        return f"{(_EDGE + (1 - 2 * _EDGE) * share) * 100:.2f}%"

    before, after = map(at, means)
    words = f"{who}: {points(means[0], 2)} before, {points(means[1], 2)} after"
    return el(
        "svg",
        el("title", words),
        el("line", x1=at(scale.low), x2=at(scale.high), y1="50%", y2="50%", cls="ground"),
        el("line", x1=before, x2=after, y1="50%", y2="50%", cls="moved"),
        el("circle", cx=before, cy="50%", r="4", cls="before"),
        el("circle", cx=after, cy="50%", r="4.4", cls="after"),
        role="img", aria_label=words, cls="raters",
    )  # fmt: skip
