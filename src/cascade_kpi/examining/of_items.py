"""Findings of the items of a card, from their curves alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cascade_kpi.examining.facts import Facts
from cascade_kpi.examining.findings import Finding
from cascade_kpi.examining.profiles import NEAR, TRIES, Profile
from cascade_kpi.examining.telling import NOWHERE, number, span, two_numbers

__all__ = ["of_items"]

_SHOWN = 3


def of_items(facts: Facts) -> Iterator[Finding]:
    """What is found of each item, where it costs most."""
    outline = facts.card.outline
    for i in outline.items:
        worth = facts.posts.nominal[:, i]
        if not (worth > 0).any():
            repair = "weigh it for somebody, or take it off the card"
            words = "it is on nobody's card"
            yield Finding("no effect", outline.names[i], "", NOWHERE, np.nan, words, repair)
            continue
        g = int(np.argmax(worth))
        named = outline.names[i], facts.posts.names[g]
        profile = facts.profiles[i]
        yield from _falling(profile, named, float(worth[g]))
        yield from _jumping(profile, named, float(worth[g]))
        if not profile.constant:  # else it has no effect, which is told of it
            yield from _level(profile, named, float(worth[g]))


def _falling(profile: Profile, named: tuple[str, str], worth: float) -> Iterator[Finding]:
    if profile.counter is not None:
        (a, before), (b, after) = profile.counter
        at, then = two_numbers(a, b)
        words = f"{number(before)} points at {at}, and only {number(after)} at {then}"
        words += ", which is better"
        repair = "let better attainment have no fewer points, or correct which way is better"
        where = min(a, b), max(a, b)
        yield Finding("not monotone", *named, where, (before - after) * worth, words, repair)
    elif profile.monotone == "not known" or not profile.known:
        words, repair = "its points do not come of a curve", "examine its rule by hand"
        if profile.sampled is not None:
            low, high = map(number, profile.sampled)
            words = "its curve does not tell its shape; no fall was met"
            words += f" at {TRIES:,} attainments, with {low} to {high} points, which proves nothing"
            repair = "give the curve a method shape(), so that it can be proved"
        yield Finding("not known", *named, NOWHERE, np.nan, words, repair)


def _jumping(profile: Profile, named: tuple[str, str], worth: float) -> Iterator[Finding]:
    repair = "join the levels by lines, or accept that what lies just before is worth a push"
    if profile.grain > 0:
        words = f"it is rounded: points jump by {number(profile.grain)} everywhere"
        yield Finding("jump", *named, NOWHERE, profile.grain * worth, words, repair)
    if not len(profile.jumps):
        return
    size = np.ptp(profile.jumps[:, 1:], axis=1)
    order = np.argsort(-size, kind="stable")
    rows = profile.jumps[order]
    told = [f"{number(x)} ({number(before)} → {number(after)})" for x, before, _, after in rows]
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    words = f"points jump at {', '.join(told[:_SHOWN])}{more}"
    x = float(rows[0, 0])
    yield Finding("jump", *named, (x, x), float(size[order[0]]) * worth, words, repair)


def _level(profile: Profile, named: tuple[str, str], worth: float) -> Iterator[Finding]:
    if not len(profile.dead):
        return
    left = profile.most - profile.dead[:, 2]
    if np.isfinite(profile.most):
        left[left <= NEAR * (1 + abs(profile.most))] = 0.0
    order = np.argsort(-left, kind="stable")
    rows = profile.dead[order]
    told = [f"{span(begin, end)} ({number(points)} points)" for begin, end, points in rows]
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    words = f"a better result pays nothing {'; '.join(told[:_SHOWN])}{more}"
    repair = "let points rise there, unless it is meant as a threshold or a cap"
    where = float(rows[0, 0]), float(rows[0, 1])
    yield Finding("dead zone", *named, where, float(left[order[0]]) * worth, words, repair)
