"""Findings that need a population: influence beside weight, and who stands before an edge."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cascade_kpi.examining.findings import Finding
from cascade_kpi.examining.people import People
from cascade_kpi.examining.telling import NOWHERE, number

__all__ = ["APART", "of_people"]

APART = 0.1
"""From which difference of share and nominal weight on a finding is told."""

_FEW = 3  # people: the spread of fewer tells nothing of a rule


def of_people(people: People) -> Iterator[Finding]:
    """What is found among the people, where it is most."""
    yield from _influence(people)
    yield from _pushes(people)


def _influence(people: People) -> Iterator[Finding]:
    outline, posts = people.facts.card.outline, people.facts.posts
    worst: dict[int, tuple[float, int, int, float]] = {}
    for p, g, share, _ in people.influence:
        rows = people.members(g, p)
        if len(rows) < _FEW:
            continue
        with np.errstate(over="ignore"):
            spread = float(people.scores.total[p, rows].std())
        for i in people.contributing:
            off = share[i] - posts.nominal[g, i]
            if abs(off) > APART and abs(off) * spread > worst.get(i, (0.0,))[0]:
                worst[i] = abs(off) * spread, g, p, float(share[i])
    for i, (size, g, p, part) in worst.items():
        weight = float(posts.nominal[g, i])
        words = f"it weighs {100 * weight:.4g} % and makes {100 * part:.4g} % of the variance of"
        words += f" totals in {people.scores.periods.labels[p]}".replace("-", "−")
        more = "spread its points less" if part > weight else "let its points tell people apart"
        repair = f"{more}, or weigh it by what it should decide"
        named = outline.names[i], posts.names[g]
        yield Finding("influence", *named, NOWHERE, size, words, repair)


def _pushes(people: People) -> Iterator[Finding]:
    root = people.facts.card.outline.names[0]
    posts = people.facts.posts
    for name in people.names:
        gains = people.gains[name]
        edge = people.crossing[name] | people.raising[name]
        edge = edge & ~np.isnan(people.scores.total)
        if not edge.any():
            continue
        best = np.where(edge, np.nan_to_num(gains), -np.inf)
        p, row = np.unravel_index(int(np.argmax(best)), best.shape)
        g = int(posts.codes[row]) if posts.codes is not None else 0
        # Of that post alone, as the finding is; `pushes()` has the others.
        mine = edge if posts.codes is None else edge & (posts.codes == g)
        jumps = int(np.count_nonzero(people.crossing[name] & mine))
        raised = int(np.count_nonzero(people.raising[name] & mine))
        of = "the target" if name in people.facts.kpis.names else "the scale"
        words = f"{name} better by {100 * people.step:g} % of {of} takes {jumps:,} over a"
        words += f" jump and {raised:,} to a better grade; the most it pays is"
        words += f" {number(float(best[p, row]))} points"
        repair = "look at their reports with care, or smooth the edge"
        size = float(best[p, row])
        yield Finding("push", root, posts.names[g], NOWHERE, size, words, repair)
