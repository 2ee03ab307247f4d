"""Children by periods, in whole lots, both margins met: the kernel of phasing.

A family is fitted to its margins by proportional fitting (W. E. Deming and F. F. Stephan,
*Annals of Mathematical Statistics* 11, 1940) and made whole by halving. A table of two
rows is rounded to both margins by rounding one of them; a taller one is cut in two, and
its halves, whose margins are whole by then, are cut again.

Cutting may leave a part no way around its zeros although the whole table has one. Such a family,
one among many, is apportioned biproportionally instead.

Every other step works on all families of a block at once, and on each as if it were alone: sums
are taken line by line, and the number of rounds is fixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.fitting.biproportional import divide_both
from cascade_kpi.fitting.blocking import Blockage
from cascade_kpi.fitting.proportional import ratio
from cascade_kpi.methods.claims import whole_claims
from cascade_kpi.methods.method import LargestRemainder
from cascade_kpi.methods.remainders import divide_lots
from cascade_kpi.methods.rules import Webster

__all__ = ["ROUNDS", "add_lines", "divide_alone", "divide_families"]

ROUNDS = 8
"""Rounds of proportional fitting, each of all columns and then all rows."""

_NEAR = 1e-9  # shares are this far from caps before rounding alone keeps to them

Mask = NDArray[np.bool_]


def divide_alone(lots: IntArray, weights: FloatArray) -> IntArray:
    """Each node's lots over its periods, by largest remainder.

    Parameters
    ----------
    lots : int64 array (m,)
        Signed.
    weights : float64 array (periods, m)
        Zero or more; where there are lots, not all zero.

    Returns
    -------
    int64 array (periods, m)
    """
    return divide_lots(lots, whole_claims(weights))


def divide_families(months: IntArray, lots: IntArray, weights: FloatArray) -> tuple[IntArray, Mask]:
    """Lots of every child in every period.

    Parameters
    ----------
    months : int64 array (periods, groups)
        What the children of a family have together in each period, zero or more.
    lots : int64 array (span, groups)
        What each child has over all periods, zero or more. Both sum to the same.
    weights : float64 array (periods, span, groups)
        Each child's weights, zero or more, that sum to about one over the periods.

    Returns
    -------
    int64 array (periods, span, groups)
        Its sums over the children are `months`, those over the periods `lots`; zero
        where a weight is. Not so in families that are stuck.
    bool array (groups,)
        Families whose zeros leave no way.
    """
    span = len(lots)
    halvings = (span - 1).bit_length()
    fitted: FloatArray = _padded(_fit(months, lots, weights), 1 << halvings)
    lines: IntArray = _padded(lots[None], 1 << halvings)[0]
    sums = [(fitted, lines)]
    for _ in range(halvings):
        cells, rows = sums[-1]
        sums.append((cells[:, 0::2] + cells[:, 1::2], rows[0::2] + rows[1::2]))
    stuck = np.zeros(lots.shape[1], dtype=bool)
    whole = months[:, None]
    for cells, rows in reversed(sums[:-1]):
        first, bad = _first_halves(whole, rows[0::2], cells[:, 0::2], cells[:, 1::2])
        stuck |= bad
        both = np.stack([first, whole - first], axis=2)
        whole = both.reshape(len(months), -1, lots.shape[1])
    shares = np.ascontiguousarray(whole[:, :span])
    stuck |= ((shares > 0) & (weights == 0)).any(axis=(0, 1))
    for g in np.flatnonzero(stuck).tolist():
        seed = weights[:, :, g] * lots[:, g]
        found = divide_both(seed, months[:, g], lots[:, g], Webster())
        if not isinstance(found, Blockage):
            shares[:, :, g], stuck[g] = found, False
    return shares, stuck


def _padded(cells: NDArray[Any], rows: int) -> NDArray[Any]:
    missing = rows - cells.shape[1]
    if not missing:
        return cells
    shape = (cells.shape[0], missing, cells.shape[2])
    return np.concatenate([cells, np.zeros(shape, cells.dtype)], axis=1)


def _fit(months: IntArray, lots: IntArray, weights: FloatArray) -> FloatArray:
    """The children's lots times their weights, fitted to both margins."""
    seed = weights * lots
    rows = np.ones(lots.shape)
    columns = np.ones(months.shape)
    for _ in range(ROUNDS):
        columns = ratio(months, add_lines((seed * rows).swapaxes(0, 1)))
        rows = ratio(lots, add_lines(seed * columns[:, None]))
    return seed * (rows * columns[:, None])


def add_lines(cells: FloatArray) -> FloatArray:
    """Sums over the first axis, line by line: the same bits whatever the shape."""
    total: FloatArray = cells[0].copy()
    for line in cells[1:]:
        total += line
    return total


def _first_halves(
    whole: IntArray, lots: IntArray, first: FloatArray, second: FloatArray
) -> tuple[IntArray, Mask]:
    """The lots of the first half of each pair, by period, and the families that are stuck.

    Parameters
    ----------
    whole : int64 array (periods, pairs, groups)
        What both have together.
    lots : int64 array (pairs, groups)
        What the first has over all periods.
    first, second : float64 array (periods, pairs, groups)
        The fitted table.
    """
    shape = whole.shape
    mine, others = first > 0, second > 0
    claims = whole * ratio(first, first + second)
    low = np.where(mine & ~others, whole, 0)
    high = np.where(mine, whole, 0)
    least, most = (each.sum(axis=0) for each in (low, high))
    orphaned = ((whole > 0) & ~mine & ~others).any(axis=0)
    bad = orphaned | (lots < least) | (lots > most)
    if bad.any():  # told by family; until then they are divided as if nothing was zero
        claims, low = np.where(bad, whole, claims), np.where(bad, 0, low)
        high = np.where(bad, whole, high)
    flat = (len(whole), -1)
    halves = _bounded(lots.ravel(), claims.reshape(flat), low.reshape(flat), high.reshape(flat))
    return halves.reshape(shape), bad.any(axis=0)


def _bounded(lots: IntArray, claims: FloatArray, low: IntArray, high: IntArray) -> IntArray:
    """By largest remainder within bounds; who is far from them is spared the look."""
    claims = whole_claims(claims)
    total = claims.sum(axis=0)
    share = lots * (claims / np.maximum(total, 1.0))
    margin = _NEAR * (1.0 + share)
    tight = ((share > high - margin) & (claims > 0) | (share < low + margin) & (low > 0)).any(
        axis=0
    )
    out = np.empty(claims.shape, dtype=np.int64)
    free = ~tight
    out[:, free] = divide_lots(lots[free], claims[:, free])
    if tight.any():
        bounds = (low[:, tight].astype(np.float64), high[:, tight].astype(np.float64))
        out[:, tight] = LargestRemainder()(lots[tight], claims[:, tight], *bounds)
    return out
