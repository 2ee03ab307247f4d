"""Least squares under the sums of a tree, in two sweeps: the kernel of reconciling.

Every node states a demand y of weight w, or none (w = 0), and a parent is the sum of its
children. What minimises Σ w·(x − y)² is found as in Gaussian elimination along the tree, which
is the Kalman filter's gain at every parent: upward, what lies below a node is summed up by the
total m that it would like best and by its leeway v, one over the weight of that wish; downward,
what a parent has more or less than its children would like is shared by their leeway. It equals
S (SᵀWS)⁻¹ SᵀW y, the generalised least squares of G. Athanasopoulos and others, *European Journal
of Operational Research* 262, 2017, without any matrix.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi.org.layout import Layout

__all__ = ["Stated", "Swept", "added", "handed", "lifted", "met", "shares_of", "sweep"]

_WIDE = 64  # a group wider than this, in a block with few groups, is added along itself

Mask = NDArray[np.bool_]


def added(cells: FloatArray) -> FloatArray:
    """Sums over the first axis, line by line: the same bits whatever the shape."""
    span, groups = cells.shape
    if span > _WIDE and groups < _WIDE:
        return np.asarray(np.add.accumulate(cells, axis=0)[-1])
    total: FloatArray = cells[0].copy()
    for line in cells[1:]:
        total += line
    return total


def met(
    first: FloatArray, trust: FloatArray, other: FloatArray, belief: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Two demands at one node as one: their weighted mean, and the sum of their weights.

    What has no weight may be NaN.
    """
    weight = trust + belief
    with np.errstate(invalid="ignore"):
        part = np.where(np.isinf(belief), 1.0, belief / np.where(weight > 0, weight, 1.0))
        part = np.where(np.isinf(trust), 0.0, part)
        both = first + part * (other - first)
    value = np.where(part == 0.0, first, np.where(part == 1.0, other, both))
    return np.where(weight > 0, value, 0.0), weight


def lifted(
    value: FloatArray, weight: FloatArray, below: FloatArray, leeway: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What a node would like best, with what is below it.

    Parameters
    ----------
    value, weight : float64 arrays
        The node's own demand; infinite weight if it is certain.
    below, leeway : float64 arrays
        What its children would like together, and their leeway; infinite if
        nothing binds them.

    Returns
    -------
    best, leeway, gain : float64 arrays
        `gain` is the part of the own demand in `best`.
    """
    product = weight * leeway  # 0·∞ is not a number, and no gain
    gain = product / (1.0 + product)
    kept = np.isinf(product)
    gain[kept] = 1.0
    gain[np.isnan(product)] = 0.0
    best = below + gain * (value - below)
    np.copyto(best, value, where=gain == 1.0)
    left = leeway / (1.0 + product)
    np.copyto(left, 1.0 / weight, where=kept)
    nothing = weight == 0
    np.copyto(left, leeway, where=nothing)
    # Certain above what is certain: they agree, or it was refused.
    np.copyto(left, 0.0, where=(leeway == 0) | np.isposinf(weight))
    return best, left, gain


def handed(has: FloatArray, below: FloatArray, best: FloatArray, share: FloatArray) -> FloatArray:
    """What children get: what they would like, and their share of what is over or lacking.

    Parameters
    ----------
    has, below : float64 arrays (groups,)
        What the parent has, and what its children would like together.
    best, share : float64 arrays (span, groups)
    """
    return np.asarray(best + share * (has - below))


@frozen(eq=False)
class Stated:
    """What the nodes of a tree demand, in sweep order.

    Attributes
    ----------
    value, weight : float64 array (n,)
        Demands, zero where there is none; weights zero or more, infinite if certain.
    claim : float64 array (n,), or None
        By which children that nothing binds divide what is left to them.
    ends : bool array (n,), or None
        Inner nodes with nobody below who takes part; who takes no part is
        certain of zero.
    """

    value: FloatArray
    weight: FloatArray
    claim: FloatArray | None = None
    ends: Mask | None = None


@frozen(eq=False)
class Swept:
    """A tree after both sweeps, in sweep order.

    Attributes
    ----------
    best, leeway : float64 array (n,)
        What lies at and below a node sums up to; infinite leeway if nothing binds it.
    below : float64 array (n,)
        What its children would like together.
    gain : float64 array (n,)
        The part of a node's own demand in its best.
    share : float64 array (n,)
        The part that a child gets of what its parent has beyond `below`.
    found : float64 array (n,)
        The optimum; NaN where no demand settles it.
    """

    best: FloatArray
    leeway: FloatArray
    below: FloatArray
    gain: FloatArray
    share: FloatArray
    found: FloatArray


def sweep(layout: Layout, stated: Stated) -> Swept:
    """The least weighted squared adjustment under which every sum holds.

    Parameters
    ----------
    layout : Layout
    stated : Stated
        Certain demands that conflict, and claims that are all zero where
        something is left, are told before or after by whoever asks.
    """
    n = len(layout.order)
    below, gain, share = np.zeros(n), np.ones(n), np.zeros(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A leaf is a node below which nothing binds: its own demand is all there is.
        leeway = 1.0 / stated.weight
        best = stated.value.copy()
        gain[stated.weight == 0] = 0.0
        for block in layout.up():
            likes, ways, above = block.part(best), block.part(leeway), block.above
            together, way = added(likes), added(ways)
            claims = None if stated.claim is None else block.part(stated.claim)
            block.part(share)[:] = shares_of(ways, way, claims)
            if stated.ends is not None:
                way[stated.ends[above]] = np.inf
            below[above] = together
            best[above], leeway[above], gain[above] = lifted(
                stated.value[above], stated.weight[above], together, way
            )
        found = best.copy()
        tops = slice(0, len(layout.roots))
        found[tops][np.isposinf(leeway[tops])] = np.nan
        for block in layout.down():
            has, likes = found[block.above], block.part(best)
            got = handed(has, below[block.above], likes, block.part(share))
            lost = np.isnan(has)
            if lost.any():  # nothing settles the parent: who is settled keeps what it likes
                free = np.isposinf(block.part(leeway))
                got[:, lost] = np.where(free, np.nan, likes)[:, lost]
            block.part(found)[:] = got
    return Swept(best, leeway, below, gain, share, found)


def shares_of(ways: FloatArray, way: FloatArray, claims: FloatArray | None) -> FloatArray:
    """The children's shares of what is over or lacking, float64 (span, groups).

    By leeway; where nothing binds some of them, these alone share it, by claim.

    Parameters
    ----------
    ways : float64 array (span, groups)
        The children's leeway.
    way : float64 array (groups,)
        Its sum.
    claims : float64 array (span, groups), or None
        Equal if there are none.
    """
    shares = ways / way
    shares[:, way == 0] = 0.0
    loose = np.isposinf(way)
    if loose.any():
        free = np.isposinf(ways[:, loose])
        mine = np.ones(ways.shape) if claims is None else claims
        shares[:, loose] = _by_claim(mine[:, loose], free)
    return np.asarray(shares)


def _by_claim(claims: FloatArray, free: Mask) -> FloatArray:
    """The shares of those whom nothing binds, in proportion to their claims."""
    mine = np.where(free, claims, 0.0)
    scaled = mine / np.maximum(mine.max(axis=0), 1e-300)  # their sum is then finite
    total = added(scaled)
    return np.asarray(scaled / np.where(total > 0, total, 1.0))
