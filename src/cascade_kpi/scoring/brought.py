"""What each item, and the rules after them, bring to a total that is not that of all targets."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi.scoring.block import Block, Supposed
from cascade_kpi.scoring.combines import is_sum
from cascade_kpi.scoring.kernel import Kernel

__all__ = [
    "PLAIN",
    "brought",
    "by_rules",
    "carried",
    "goes_up",
    "is_linear",
    "path_of",
    "slope_in",
    "slope_of",
    "up_to",
]

PLAIN = Supposed(plain=True)
"""No gates, and no adjustments."""


def path_of(block: Block, i: int) -> list[tuple[int, int]]:
    """Each part from the i-th up, with the section that it is combined in."""
    return block.sources.card.outline.path(i)


def goes_up(block: Block, i: int) -> bool:
    """Whether a part is combined into the total, rather than brought by an adjustment."""
    return block.sources.card.outline.goes_up(i)


def slope_in(block: Block, part: int, section: int) -> FloatArray | None:
    """What a point of a part adds to its section; None where that depends on points."""
    card = block.sources.card
    of, policy = card.outline.parts[section], card.policy(card.outline.parts[section])
    parts, weights = block.on(section)
    block.value(section)
    points = [policy.fill(block.counted(section, i), block.from_parents(i)) for i in parts]
    if not parts or part not in parts:
        return np.zeros(len(block.value(section)))
    slopes = of.combine.slopes(points, weights)
    return None if slopes is None else slopes[parts.index(part)]


def carried(block: Block, i: int, values: FloatArray) -> FloatArray:
    """Points of a part as they arrive in the total: times what one adds at each level, (m,).

    NaN where that depends on points.
    """
    for part, section in path_of(block, i):
        slope = slope_in(block, part, section)
        values = values * (np.nan if slope is None else slope)
    return values


def slope_of(block: Block, i: int) -> FloatArray:
    """What a point of a part adds to the total, NaN where that depends on points, or is absent."""
    total = block.value(0)
    if not goes_up(block, i):
        return np.full(len(total), np.nan)
    return np.where(np.isnan(total), np.nan, carried(block, i, np.ones(len(total))))


def is_linear(block: Block) -> bool:
    """Whether the total, before adjustments, is a sum of slopes and points."""
    outline = block.sources.card.outline
    return all(is_sum(outline.parts[i].combine) for i in outline.order if goes_up(block, i))


def up_to(block: Block, i: int) -> frozenset[int]:
    """The items that come before one, and go up into the total."""
    items = block.sources.card.outline.items
    return frozenset(each for each in items if each < i and goes_up(block, each))


def brought(kernel: Kernel, i: int, p: int, nodes: slice) -> FloatArray:
    """What an item brings to the total's distance from that of all targets, in points, (m,).

    Where a total is a sum of slopes and points, slope·(points − points at target). Else
    what the total changes by as the item goes on target, those before it being there
    already. NaN where the item is absent or not on the card.
    """
    block = kernel.block(p, nodes, PLAIN)
    outline = kernel.sources.card.outline
    with np.errstate(invalid="ignore"):
        if not goes_up(block, i):
            return np.full(len(block.value(0)), np.nan)
        section = outline.above[i]
        policy = kernel.sources.card.policy(outline.parts[section])
        points = policy.fill(block.item_on(i), block.from_parents(i))
        lost = points - outline.parts[i].at_target(block)
        on = np.asarray(block.weight(i)) > 0
        if is_linear(block):
            return np.where(on, carried(block, i, lost), np.nan)
        before = up_to(block, i)
        sides = [
            kernel.block(p, nodes, Supposed(plain=True, on_target=done)).value(0)
            for done in (before, before | {i})
        ]
        return np.where(on & ~np.isnan(lost), sides[0] - sides[1], np.nan)


def by_rules(kernel: Kernel, p: int, nodes: slice) -> FloatArray:
    """What gates and adjustments make of the total, in points, (m,)."""
    return kernel.block(p, nodes).value(0) - kernel.block(p, nodes, PLAIN).value(0)
