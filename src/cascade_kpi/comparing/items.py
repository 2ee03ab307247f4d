"""What each item contributes to a total, and so to its change."""

from __future__ import annotations

from functools import partial

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.comparing.standings import Standing, scores_behind, unit_of
from cascade_kpi.scoring.block import Block
from cascade_kpi.scoring.brought import PLAIN, carried, goes_up, is_linear
from cascade_kpi.scoring.score import Scores

__all__ = ["PASSED", "RULES", "WHOLE", "parts_of_change"]

RULES = "gates and adjustments"
PASSED = "passed on, bounds and coefficients"
WHOLE = "all items together"

_ROUNDING = 1e-12  # of a sum of floats, relative to the sum of their sizes


@frozen(eq=False)
class _Side:
    """One side's total of some nodes, as a sum: each array float64 (m,).

    `plain` is the total before adjustments; the items are all of it but for `filled`, what
    sections without a value were filled with.
    """

    items: dict[str, FloatArray]
    plain: FloatArray
    filled: FloatArray
    rules: FloatArray
    passed: FloatArray
    additive: bool


def contributed(scores: Scores, i: int, p: int, rows: IntArray) -> FloatArray:
    """What an item adds to the total before adjustments, (m,): effective weight × points.

    NaN where it is not on the card, or absent and left out.
    """
    return scores.kernel.made(partial(_contributed, i=i), p, rows, PLAIN)


def _contributed(block: Block, i: int) -> FloatArray:
    card = block.sources.card
    outline = card.outline
    section = outline.above[i]
    policy = card.policy(outline.parts[section])
    with np.errstate(invalid="ignore", over="ignore"):
        value = carried(block, i, policy.fill(block.item_on(i), block.from_parents(i)))
    return np.where(np.asarray(block.weight(i)) > 0, value, np.nan)


def _side(standing: Standing, p: int, rows: IntArray) -> _Side:
    total = standing.total[p, rows]
    scores = scores_behind(standing)
    if scores is None or unit_of(standing) != "points":
        zero = np.zeros(len(rows))
        return _Side({}, total, zero, zero, zero, additive=False)
    block = scores.kernel.block(p, rows, PLAIN)
    plain, own = scores.kernel.value(0, p, rows, PLAIN), scores.total[p, rows]
    additive = is_linear(block)
    items = {
        scores.outline.names[i]: contributed(scores, i, p, rows)
        for i in scores.outline.items
        if additive and goes_up(block, i)
    }
    made, size = np.zeros(len(rows)), np.zeros(len(rows))
    for each in items.values():
        made = made + np.nan_to_num(each)
        size = size + np.abs(np.nan_to_num(each))
    filled = np.where(np.abs(plain - made) <= _ROUNDING * size, 0.0, plain - made)
    return _Side(items, plain, filled, own - plain, total - own, additive)


def parts_of_change(
    before: Standing, after: Standing, p: int, rows: IntArray
) -> dict[str, FloatArray]:
    """What makes up the change of each total, by name, float64 (m,) each.

    The items of either card, the later card's first; then what gates, adjustments and the
    filling of sections without a value make of it; then what comes from the totals of others.
    NaN where a part is on neither side, or the change cannot be told.
    """
    was, now = _side(before, p, rows), _side(after, p, rows)
    told = ~np.isnan(before.total[p, rows]) & ~np.isnan(after.total[p, rows])
    parts: dict[str, FloatArray] = {}
    rules = now.rules - was.rules
    if was.additive and now.additive:
        none = np.full(len(rows), np.nan)
        for name in dict.fromkeys([*now.items, *was.items]):
            one, two = was.items.get(name, none), now.items.get(name, none)
            change = np.nan_to_num(two) - np.nan_to_num(one)
            parts[name] = np.where(np.isnan(one) & np.isnan(two), np.nan, change)
        rules = now.rules + now.filled - (was.rules + was.filled)
    else:
        parts[WHOLE] = now.plain - was.plain
    parts[RULES] = rules
    parts[PASSED] = now.passed - was.passed
    if not any(_has_rules(side) for side in (before, after)):
        parts[RULES] = np.where(parts[RULES] == 0, np.nan, parts[RULES])
    if not any(_is_made_of_scores(side) for side in (before, after)):
        del parts[PASSED]
    return {name: np.where(told, values, np.nan) for name, values in parts.items()}


def _is_made_of_scores(standing: Standing) -> bool:
    scores = scores_behind(standing)
    return scores is not None and scores is not standing


def _has_rules(standing: Standing) -> bool:
    scores = scores_behind(standing)
    return scores is not None and scores.outline.has_rules
