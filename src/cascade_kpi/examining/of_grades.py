"""Findings of grades: those that nobody can get, and totals that have none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cascade_kpi.examining.facts import Bounds, Facts
from cascade_kpi.examining.findings import Finding
from cascade_kpi.examining.telling import among, number
from cascade_kpi.scoring.grades import Band, Grades

__all__ = ["of_grades"]


def of_grades(facts: Facts) -> Iterator[Finding]:
    """What is found of the grades of a card, where it costs most; nothing without grades."""
    bands = facts.card.grades
    if bands is None:
        return
    posts = range(len(facts.posts.names))
    told = [(facts.grades(g), facts.grades(g, "all reported")) for g in posts]
    for band in bands.bands:
        never = [g for g in posts if told[g][0][band.label] == "no"]
        full = [g for g in posts if told[g][1][band.label] == "no" and g not in never]
        if never:
            yield _unreachable(facts, band, never)
        if full:
            met = any(told[g][0][band.label] == "yes" for g in full)
            yield _by_absence(facts, band, full, "may" if met else "may perhaps")
    yield from _outside(facts, bands)


def _worst(facts: Facts, band: Band, posts: list[int], absent: int) -> tuple[int, Bounds, float]:
    """The post that is furthest from a grade, its bounds, and by how many points."""
    low, high = band.ends
    ends = [facts.bounds[g][0][absent] for g in posts]
    far = [max(low - each.high, each.low - high, 0.0) for each in ends]
    at = int(np.argmax(far))
    return posts[at], ends[at], far[at]


def _unreachable(facts: Facts, band: Band, never: list[int]) -> Finding:
    g, ends, far = _worst(facts, band, never, 1)
    names = [facts.posts.names[each] for each in never]
    words = f"no total gets {band.label}{among(names, len(facts.bounds))}: they go {_reach(ends)}"
    repair = "move its edges, or change what the items can come to"
    named = facts.card.outline.names[0], facts.posts.names[g]
    return Finding("unreachable grade", *named, band.ends, far, words, repair)


def _by_absence(facts: Facts, band: Band, full: list[int], may: str) -> Finding:
    g, ends, far = _worst(facts, band, full, 0)
    names = [facts.posts.names[each] for each in full]
    words = "out of reach unless something is missing: with everything reported no total gets"
    words += f" {band.label}{among(names, len(facts.bounds))}, they go {_reach(ends)}; with"
    words += f" something missing they {may} go {_reach(facts.bounds[g][0][1])}"
    repair = "let what is absent be filled or held in another way, or move its edges"
    named = facts.card.outline.names[0], facts.posts.names[g]
    return Finding("grade by absence", *named, band.ends, far, words, repair)


def _reach(ends: Bounds) -> str:
    return f"from {_end(ends.low)} to {_end(ends.high)}"


def _end(value: float) -> str:
    return "no end" if np.isinf(value) else number(value)


def _outside(facts: Facts, bands: Grades) -> Iterator[Finding]:
    """Totals, as they are looked up, that are in no band."""
    low, high = bands.bands[-1].ends[0], bands.bands[0].ends[1]
    ends = [bounds[0][1] for bounds in facts.bounds]

    def outside(least: float, most: float) -> bool:
        # A total at the upper edge of the best band is outside: a band does not hold that edge.
        down, up = bands.rounded(np.array([least, most])).tolist()
        return bool(down < low or up >= high < np.inf)

    over = [g for g, each in enumerate(ends) if outside(each.low, each.high)]
    if not over:
        return
    past = [max(low - ends[g].low, ends[g].high - high, 0.0) for g in over]
    worst = ends[over[int(np.argmax(past))]]
    may = "are" if outside(*worst.met) else "may be"
    words = (
        f"totals {may} outside all bands: {_reach(worst)}, rounded to {bands.decimals} decimals,"
    )
    words += " and scoring such a one is refused"
    repair = "open the lowest band downwards and the highest upwards, or cap the total"
    named = facts.card.outline.names[0], facts.posts.names[over[int(np.argmax(past))]]
    yield Finding("outside grades", *named, (low, high), max(past), words, repair)
