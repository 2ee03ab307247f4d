"""Findings of totals: what sections, gates, vetoes, weights and grades make of the items."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cascade_kpi.examining.capping import capping
from cascade_kpi.examining.facts import Facts
from cascade_kpi.examining.findings import Finding
from cascade_kpi.examining.intervals import Interval
from cascade_kpi.examining.of_grades import of_grades
from cascade_kpi.examining.telling import NOWHERE, among, number, two_numbers
from cascade_kpi.scoring.combines import Weakest

__all__ = ["of_totals"]


def of_totals(facts: Facts) -> Iterator[Finding]:
    """What is found of the totals, where it costs most."""
    yield from _falls(facts)
    yield from _endless(facts)
    yield from of_grades(facts)
    yield from _caps(facts)
    yield from _idle(facts)
    yield from _unweighed(facts)


def _falls(facts: Facts) -> Iterator[Finding]:
    root = facts.card.outline.names[0]
    fallen = [(g, each) for g, each in enumerate(facts.falls) if each is not None]
    if fallen:
        g, worst = max(fallen, key=lambda pair: pair[1].size)
        (a, b), (before, after) = worst.results, worst.totals
        aimed = "" if np.isnan(worst.target) else f" against a target of {number(worst.target)}"
        lower, better = two_numbers(a, b)
        words = f"{worst.name} {better} is better than {lower}{aimed}, and the total"
        words += f" falls from {number(before)} to {number(after)}, all others the same"
        repair = "find the curve, gate or veto that reads it, and turn it round"
        post = facts.posts.names[g]
        yield Finding("not monotone", root, post, NOWHERE, worst.size, words, repair)
    for g, told in enumerate(facts.doubts):
        if told and facts.falls[g] is None and not _known_of_items(facts, g):
            words = f"it is not proved that totals are monotone: {'; '.join(told[:3])}"
            repair = "look at these rules by hand; no fall was met in the tries"
            post = facts.posts.names[g]
            yield Finding("not known", root, post, NOWHERE, np.nan, words, repair)
            return


def _known_of_items(facts: Facts, g: int) -> bool:
    """Whether all doubts are those of items, which are told of them."""
    outline = facts.card.outline
    odd = [f"{outline.names[i]}: {facts.profiles[i].monotone}" for i in outline.items]
    return set(facts.doubts[g]) <= set(odd)


def _endless(facts: Facts) -> Iterator[Finding]:
    root = facts.card.outline.names[0]
    for side, word in ((1, "most"), (0, "least")):
        ends = [bounds[0][1] for bounds in facts.bounds]
        open_ = [
            facts.posts.names[g]
            for g, b in enumerate(ends)
            if np.isinf((b.low, b.high)[side]) and (b.low_reached, b.high_reached)[side]
        ]
        if open_:
            words = f"there is no {word} total{among(open_, len(ends))}"
            repair = "cap the curves, or the total by adjustments.Within"
            yield Finding("unbounded", root, open_[0], NOWHERE, np.inf, words, repair)


def _caps(facts: Facts) -> Iterator[Finding]:
    """The jumps that gates and vetoes make: no more than what they take at the most.

    Nor more than from the least total to the greatest.
    """
    outline, posts = facts.card.outline, range(len(facts.posts.names))
    for section in outline.order:
        name = outline.names[section]
        of_posts = zip(*(_taken(facts, g, section) for g in posts), strict=True)
        for told in of_posts:
            sizes = [size for _, size in told]
            g = int(np.argmax(sizes))
            if not sizes[g] > 0:
                continue
            words = f"{told[0][0]}: at that edge the total may jump by as much"
            repair = "set the cap nearer to what is reached, or lower it in steps"
            yield Finding("jump", name, facts.posts.names[g], NOWHERE, sizes[g], words, repair)


def _taken(facts: Facts, g: int, section: int) -> list[tuple[str, float]]:
    """Of each gate and veto of a section, its words, and what it may take from a post's total."""
    on, worth = facts.posts.weights[g, section] > 0, facts.posts.nominal[g]
    reach = facts.reach[g][1]
    goes_up = on and 0 in reach.values and facts.card.outline.goes_up(section)
    room = reach.values[0].high - reach.values[0].low if goes_up else np.inf
    return [
        (rule.words(), min(room, sum(most * float(worth[i]) for i, most in taken.items() if on)))
        for rule, taken in capping(reach, section)
    ]


def _idle(facts: Facts) -> Iterator[Finding]:
    """Parts on a card that can make no difference."""
    outline = facts.card.outline
    for i in range(1, len(outline.parts)):
        told = [
            (g, why)
            for g in range(len(facts.posts.names))
            if (why := _why_idle(facts, g, i)) is not None
        ]
        if not told:
            continue
        worth = [float(facts.posts.nominal[g, i]) for g, _ in told]
        worst = int(np.argmax(worth))
        g, why = told[worst]
        names = [facts.posts.names[g] for g, _ in told]
        on = int(np.count_nonzero(facts.posts.weights[:, i] > 0))
        words = f"its weight of {100 * worth[worst]:.4g} % has no effect{among(names, on)}: {why}"
        repair = "give its weight to what makes a difference, or mend its curve"
        name = outline.names[i]
        post = facts.posts.names[g]
        yield Finding("no effect", name, post, NOWHERE, 100 * worth[worst], words, repair)


def _why_idle(facts: Facts, g: int, i: int) -> str | None:
    reach, outline = facts.reach[g][0], facts.card.outline
    if not facts.posts.weights[g, i] > 0 or i not in reach.values:
        return None
    value = reach.counted.get(i, reach.values[i])
    if value.single:
        capped = "" if reach.values[i].single else ", because a gate always caps it"
        return f"its points are always {number(value.low)}{capped}"
    section = outline.above[i]
    if outline.beside[i] or not isinstance(outline.parts[section].combine, Weakest):
        return None
    others = [reach.counted[j] for j in outline.children[section] if j != i and j in reach.counted]
    most = min((each.high for each in others), default=np.inf)
    if value.low < most or value.low == -np.inf:
        return None
    return f"it has {_least(value)}, and another part never has more than {number(most)}"


def _least(value: Interval) -> str:
    return f"{number(value.low)} points or more"


def _unweighed(facts: Facts) -> Iterator[Finding]:
    """Weights that differ in a section whose rule does not look at them."""
    outline = facts.card.outline
    for section in outline.order:
        of, inner = outline.parts[section], list(outline.children[section])
        if of.combine.weighs:
            continue
        for g, weights in enumerate(facts.posts.weights):
            given = weights[inner]
            on = given[given > 0]
            if len(on) and np.ptp(on) > 0:
                told = ", ".join(number(each) for each in on.tolist())
                words = f"its parts weigh {told}, and its rule does not look at weights"
                repair = "combine it by a mean, or leave the weights out"
                named = of.name, facts.posts.names[g]
                yield Finding("no effect", *named, NOWHERE, np.nan, words, repair)
                break
