"""The page of tipping weights: whose grade hangs on a weight, and on how little of it."""

from __future__ import annotations

import numpy as np

from cascade_kpi._long import Columns
from cascade_kpi.comparing.tipping import Tipping
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page, Section
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.wording import count, listed, points

__all__ = ["tipped_page"]

_NEAR = (1.0, 5.0, 10.0)  # per cent of the weights of a section: changes that are counted


def tipped_page(made: Tipping, p: int, limits: Limits, title: str) -> Page:
    """All tipping weights of one period."""
    label = made.periods.labels[p]
    table = made.table()
    mine = table["period"] == label
    table = {key: values[mine] for key, values in table.items()}
    people = count(len(set(table["node"].tolist())), "grade")
    sections: tuple[tuple[str, str, tuple[Section, ...]], ...] = (
        ("summary", "Summary", (Notes(_summary(made, table)),)),
        ("parts", "Part by part", (_parts(made, table),)),
        ("people", "Who is nearest to another grade", (_nearest(made, table, limits),)),
        ("how", "How it is found", (Notes(_how(made)),)),
    )
    return Page(title, f"{label} · {people}", sections, "Tipping weights")


def _summary(made: Tipping, table: Columns) -> tuple[str, ...]:
    tips = ~np.isnan(table["change"])
    who, whole = set(table["node"][tips].tolist()), set(table["node"].tolist())
    goal = "another grade" if made.to is None else f"grade {made.to}"
    notes = [f"Some one weight would bring {len(who):,} of {len(whole):,} to {goal}."]
    if tips.any():
        least = float(np.abs(table["change"][tips]).min())
        notes.append(f"The smallest change of a weight that does so is {points(least, 2)}.")
    notes += [f"Not told for {name}: {reason}." for name, reason in made.untold.items()]
    return tuple(notes)


def _how(made: Tipping) -> tuple[str, ...]:
    moved = "One weight of one person is moved at a time, between nothing and the whole of its "
    moved += "section; the others keep their proportions and make up the rest."
    return (
        moved,
        f"The nearest weight on either side of the present one, of {listed(list(made.names))}.",
    )


def _parts(made: Tipping, table: Columns) -> Sheet:
    """How many tip within a change of so much of what the section's weights sum to."""
    whole = made.scores.scorecard.weights.promised
    rows = []
    for part in made.names:
        mine = table["part"] == part
        change = np.abs(table["change"][mine])
        near = [int(np.count_nonzero(change <= whole * share / 100)) for share in _NEAR]
        tips = int(np.count_nonzero(~np.isnan(change)))
        rows.append((part, f"{int(mine.sum()):,}", *(f"{n:,}" for n in near), f"{tips:,}"))
    heads = ("part", "people", *(f"within {whole * share / 100:g}" for share in _NEAR), "at all")
    words = "Whose grade changes if the weight moves by no more than that"
    return Sheet(words, heads, tuple(rows), tuple(range(1, len(heads))), 0, "No part has a weight.")


def _nearest(made: Tipping, table: Columns, limits: Limits) -> Sheet:
    """Each person by the part that tips soonest."""
    change = np.abs(table["change"])
    order = np.argsort(change, kind="stable")
    order = order[~np.isnan(change[order])]
    _, first = np.unique(table["node"][order], return_index=True)
    kept = order[np.sort(first)]
    org = made.scores.org
    rows = tuple(
        (
            org.labels[org.row(table["node"][i])],
            str(table["part"][i]),
            points(float(table["weight"][i]), 2),
            points(float(table["change"][i]), 2, "+"),
            f"{table['grade'][i]} → {table['becomes'][i]}",
        )
        for i in kept[: limits.rows].tolist()
    )
    heads = ("who", "part", "weight", "change", "grade")
    left = len(kept) - len(rows)
    words = "By the part whose weight has to move least"
    return Sheet(words, heads, rows, (2, 3), left, "No weight changes anybody's grade.")
