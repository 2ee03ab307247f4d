"""Ratings counted, trimmed and averaged, for everybody at once.

A score is one item, period and node; a cell one relation of it.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.rating.rows import Rows
from cascade_kpi.rating.sums import sums_by
from cascade_kpi.rating.trims import Trim

__all__ = ["Means", "Tally", "cell_means", "ranked", "weighed"]

Mask = NDArray[np.bool_]


@frozen(eq=False)
class Tally:
    """Ratings of g scores by r relations.

    Attributes
    ----------
    begins : int64 array (g + 1,)
        Where the rows of each score begin, and where the last end.
    item, period, node : int64 array (g,)
        What each score is of; ascending in this order.
    asked, rated, kept : int64 array (g, r)
        Rows; those with a value; those left by trimming.
    means : float64 array (g, r)
        Of what is kept, NaN where nothing is.
    """

    begins: IntArray
    item: IntArray
    period: IntArray
    node: IntArray
    asked: IntArray
    rated: IntArray
    kept: IntArray
    means: FloatArray

    @classmethod
    def of(cls, rows: Rows, values: FloatArray, relations: int, trim: Trim) -> Tally:
        """Count and average, in O(m log m)."""
        m = len(rows)
        at = (rows.item, rows.period, rows.node)
        new = np.ones(m, dtype=bool)
        if m:
            new[1:] = np.logical_or.reduce([each[1:] != each[:-1] for each in at])
        firsts = np.flatnonzero(new)
        cell = (np.cumsum(new) - 1) * relations + rows.relation
        size, shape = len(firsts) * relations, (len(firsts), relations)
        there = np.flatnonzero(~np.isnan(values))
        means = cell_means(values[there], cell[there], size, trim)
        item, period, node = (each[firsts] for each in at)
        asked = np.bincount(cell, minlength=size).astype(np.int64)
        return cls(
            np.append(firsts, m),
            item,
            period,
            node,
            asked.reshape(shape),
            means.rated.reshape(shape),
            means.kept.reshape(shape),
            means.means.reshape(shape),
        )


@frozen(eq=False)
class Means:
    """Of each cell, (c,): how many are rated, how many are kept, and the mean of those."""

    rated: IntArray
    kept: IntArray
    means: FloatArray


def ranked(values: FloatArray, cell: IntArray, size: int) -> tuple[IntArray, IntArray, IntArray]:
    """The order by cell and value, and in it the rank of each in its cell, and the cell's count.

    Equal values stay as they stood.
    """
    order = np.lexsort((values, cell))
    counts = np.bincount(cell, minlength=size).astype(np.int64)
    begins = np.cumsum(counts) - counts
    inside = cell[order]
    return order, np.arange(len(order)) - begins[inside], counts[inside]


def cell_means(values: FloatArray, cell: IntArray, size: int, trim: Trim) -> Means:
    """The trimmed mean of each cell: added in ascending order, divided last.

    Parameters
    ----------
    values : float64 array (m,)
        No NaN.
    cell : int64 array (m,)
    size : int
        How many cells there are.
    """
    order, ranks, counts = ranked(values, cell, size)
    left = order[trim(ranks, counts)]
    kept, of = values[left], cell[left]
    sums = sums_by(of, kept, size)
    number = np.bincount(of, minlength=size).astype(np.int64)
    with np.errstate(invalid="ignore"):
        means = sums / number
    # Rounding must not take a mean beyond what it is of. Cells stand together, ascending.
    first = np.flatnonzero(np.r_[True, of[1:] != of[:-1]][: len(of)])
    last = np.append(first, len(of))[1:] - 1
    some = of[first]
    means[some] = np.clip(means[some], kept[first], kept[last])
    rated = np.bincount(cell, minlength=size).astype(np.int64)
    return Means(rated, number, means)


def weighed(means: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted means, and what each part weighed in them.

    Parameters
    ----------
    means : float64 array (g, r)
        NaN where absent.
    weights : float64 array (g, r)
        Zero where a part does not count.

    Returns
    -------
    scores : float64 array (g,)
        Σ weight·mean ÷ Σ weight in order, NaN where nothing counts.
    effective : float64 array (g, r)
        Weights over their sum; zero for what does not count, NaN where nothing does.
    """
    counted = (weights > 0) & ~np.isnan(means)
    top, bottom = np.zeros(len(means)), np.zeros(len(means))
    for r in range(means.shape[1]):
        top += np.where(counted[:, r], weights[:, r] * means[:, r], 0.0)
        bottom += np.where(counted[:, r], weights[:, r], 0.0)
    with np.errstate(invalid="ignore"):
        scores = top / bottom
        effective = np.where(counted, weights, 0.0) / bottom[:, None]
    low = np.where(counted, means, np.inf).min(axis=1, initial=np.inf)
    high = np.where(counted, means, -np.inf).max(axis=1, initial=-np.inf)
    inside = np.minimum(np.maximum(scores, low), high)
    return np.where(bottom > 0, inside, np.nan), effective
