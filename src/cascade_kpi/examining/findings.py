"""What was found of a rule, the most costly first."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from attrs import frozen

from cascade_kpi._long import Columns, texts

__all__ = ["KINDS", "Finding", "ranked", "table_of"]

KINDS: dict[str, int] = {
    "not monotone": 0,
    "outside grades": 0,
    "no effect": 1,
    "unreachable grade": 1,
    "grade by absence": 1,
    "unbounded": 2,
    "jump": 2,
    "push": 2,
    "influence": 2,
    "dead zone": 3,
    "not known": 3,
}
"""Kinds of findings with their rank: 0 contradicts itself, 1 says what is not so, 2 is a risk,
3 is to be known."""

RANKS = ("contradiction", "empty promise", "risk", "to know")
"""What the ranks are called."""


@frozen
class Finding:
    """One thing that was found of a rule.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    part : str
        The part of the card; the root for the total.
    post : str
        The post where it costs most; empty where it is of nobody's card.
    where : (float, float)
        From which attainment to which, or of which totals; NaN where there is no place.
    size : float
        In points of the total: the fall, the jump, what is still to be earned beyond a dead
        zone, the weight that has no effect, the totals that are without a grade; infinite where
        there is no end, NaN where it has none.
    words : str
    repair : str
        What can be done, in a clause that starts with a verb.
    """

    kind: str
    part: str
    post: str
    where: tuple[float, float]
    size: float
    words: str
    repair: str

    @property
    def rank(self) -> str:
        """How grave it is, as a contradiction, an empty promise, a risk, or to know."""
        return RANKS[KINDS[self.kind]]

    def __str__(self) -> str:
        size = "" if math.isnan(self.size) else f" ({self.size:.4g} points)"
        post = f" of {self.post}" if self.post else ""
        return f"{self.kind}, {self.part}{post}{size}: {self.words}; {self.repair}"


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest kind first, and within a rank the largest; else in the order of the card."""

    def key(finding: Finding) -> tuple[int, float]:
        return KINDS[finding.kind], -(0.0 if math.isnan(finding.size) else finding.size)

    return tuple(sorted(findings, key=key))


def table_of(findings: Iterable[Finding]) -> Columns:
    """A row each. What has no end is blank, as nothing infinite is written to a file."""
    rows = list(findings)
    named = ("kind", "rank", "part", "post")
    table: Columns = {name: texts([getattr(each, name) for each in rows]) for name in named}
    numbers = {
        "begin": [each.where[0] for each in rows],
        "end": [each.where[1] for each in rows],
        "size": [each.size for each in rows],
    }
    for name, values in numbers.items():
        column = np.array(values, dtype=np.float64)
        table[name] = np.where(np.isinf(column), np.nan, column)
    table["words"] = texts([each.words for each in rows])
    table["repair"] = texts([each.repair for each in rows])
    return table
