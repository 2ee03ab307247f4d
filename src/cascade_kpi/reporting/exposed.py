"""The page of scores over stints: everybody's total, and what it is made of."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import IntArray
from cascade_kpi.blending.blend_stints import BlendedStints
from cascade_kpi.blending.bounds import Within
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.moving.moves import Carrier
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page, Section
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.wording import count, listed, percent, points

__all__ = ["Over", "exposed_page"]

_ABSENT = "–"
_PEOPLE = ("person", "stints that count", "total", "grade")
_STINTS = (
    "person", "post", "unit", "manager", "from", "to", "days that count", "weight of the post",
    "total", "part of the total", "left out",
)  # fmt: skip


Over = StintScores | BlendedStints


def _scores(stage: Over) -> StintScores:
    """The scores of the stints, without what they carry."""
    return stage if isinstance(stage, StintScores) else stage.scores


def exposed_page(stage: Over, person: int | None, p: int, limits: Limits, title: str) -> Page:
    """Totals and stints in one period, of everybody, or of one row of the people."""
    label = stage.periods.labels[p]
    sheets: list[tuple[str, str, tuple[Section, ...]]] = [
        ("summary", "Summary", (Notes(_summary(stage, person, p)),)),
        ("people", "Totals", (_people(stage, person, p, limits),)),
        ("stints", "Stint by stint", (_stints(stage, person, p, limits),)),
        ("how", "How it is found", (Notes(_how(stage)),)),
    ]
    rows = _rows(stage, person, p)
    many = len(np.unique(_scores(stage).cell[rows]))
    told = f"{label} · {count(many, 'person', 'people')} · {count(len(rows), 'stint')}"
    return Page(title, told, tuple(sheets), "Scores over stints")


def _rows(stage: Over, person: int | None, p: int) -> IntArray:
    """The rows of ``by_stint`` of a period, of everybody or of one."""
    at, row = np.divmod(_scores(stage).cell, len(stage.org))
    return np.flatnonzero((at == p) & ((row == person) | (person is None)))


def _summary(stage: Over, person: int | None, p: int) -> tuple[str, ...]:
    rows = _rows(stage, person, p)
    people, of = np.unique(_scores(stage).cell[rows], return_inverse=True)
    counted = stage.counted[rows]
    many = np.bincount(of[counted], minlength=len(people))
    left = count(int((~counted).sum()), "stint")
    totals = f"{int((many > 0).sum()):,} of {count(len(people), 'person', 'people')} have a total"
    notes = [
        f"{totals}, {int((many > 1).sum()):,} of them over several stints.",
        f"{count(int(counted.sum()), 'stint')} count; {left} left out, each with its reason.",
    ]
    nobody = int((many == 0).sum())
    if nobody:
        notes.append(f"{count(nobody, 'person', 'people')} without a stint that counts: no total.")
    return tuple(notes)


def _people(stage: Over, person: int | None, p: int, limits: Limits) -> Sheet:
    """The totals, the lowest first, and who has none last."""
    rows = _rows(stage, person, p)
    who, of = np.unique(_scores(stage).cell[rows] - p * len(stage.org), return_inverse=True)
    many = np.bincount(of[stage.counted[rows]], minlength=len(who))
    order = np.argsort(stage.total[p, who], kind="stable")
    shown = order[: limits.rows]
    grades = (*stage.grades, _ABSENT)
    lines = tuple(
        (
            str(stage.org.labels[who[i]]),
            f"{int(many[i]):,}",
            points(float(stage.total[p, who[i]]), 2),
            grades[int(stage.grade_codes[p, who[i]])],
        )
        for i in shown.tolist()
    )
    words = "Totals over stints, the lowest first"
    return Sheet(words, _PEOPLE, lines, (1, 2), len(order) - len(shown), "Nobody has a stint.")


def _stints(stage: Over, person: int | None, p: int, limits: Limits) -> Sheet:
    """The stints, those of people with several or with one that is left out first."""
    rows = _rows(stage, person, p)
    scores, carries = _scores(stage), isinstance(stage, BlendedStints)
    _, of, many = np.unique(scores.cell[rows], return_inverse=True, return_counts=True)
    left = np.bincount(of[~stage.counted[rows]], minlength=len(many))
    plain = (many[of] == 1) & (left[of] == 0)  # nothing to tell: one stint, which is the total
    order = np.argsort(plain, kind="stable")
    shown = rows[order[: limits.rows]]
    table = {name: values[shown].tolist() for name, values in scores.table().items()}
    totals, weights = stage.stint_total[shown].tolist(), stage.weights[shown].tolist()
    org = scores.credited.moved.of_before.org
    labels = dict(zip(org.ids.tolist(), org.labels.tolist(), strict=True))
    lines = tuple(
        (
            str(table["holder"][i]),
            str(labels[table["node"][i]]),
            str(labels.get(table["parent"][i], _ABSENT)),
            str(table["manager"][i]) or _ABSENT,
            str(table["start"][i]),
            str(table["end"][i]),
            f"{table['days'][i]:,}",
            f"{table['share'][i] * table['post_weight'][i]:g}",
            *([points(table["total"][i], 2)] if carries else []),
            points(totals[i], 2),
            percent(weights[i]),
            table["why_not"][i] if np.isnan(totals[i]) else "",
        )
        for i in range(len(shown))
    )
    words = "Stints, those of people with several first"
    heads: tuple[str, ...] = _STINTS
    numbers: tuple[int, ...] = (6, 7, 8, 9)
    if carries:
        heads, numbers = (*_STINTS[:8], "of the stint alone", *_STINTS[8:]), (6, 7, 8, 9, 10)
    return Sheet(words, heads, lines, numbers, len(rows) - len(shown), "No stints.")


def _how(over: Over) -> tuple[str, ...]:
    stage = _scores(over)
    least = count(stage.least_days, "day")
    posts = "Posts weigh 1 each"
    if stage.post_weight is not None:
        posts = f"Posts weigh what the column {stage.post_weight} says"
    stays = stage.credited.moved.cause.cover.leave is Carrier.HOLDER
    leave = "count, as their targets stay with the person" if stays else "do not count"
    return (
        "Every stint is scored by its own target, its own result and the weights of its post.",
        "A total is the mean of the stints that count, by days × share × weight of the post.",
        f"{posts}. Days of leave {leave}.",
        f"A stint counts from {least} on that count, at one post in one period.",
        *_carried(over),
    )


def _carried(over: Over) -> tuple[str, ...]:
    """What stints carry of the units that they were at."""
    if isinstance(over, StintScores):
        return ()
    shares = [
        f"{group}: "
        + listed([f"{share:g} of {level.called}" for level, share in entry.items() if share])
        for group, entry in over.shares.shares.items()
    ]
    told = f"Every stint carries shares of the totals of its node and above, {'; '.join(shares)}."
    bound = () if over.within == Within() else (f"Each is kept by {over.within!r}.",)
    return (told, *bound)
