"""Places in pools, and how far two orders agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = ["centred", "correlated", "kendall", "places", "spearman", "tied_places"]


def places(values: FloatArray, pools: IntArray) -> IntArray:
    """The place of each value in its pool, the highest 1, int64 (m,); 0 for none.

    Ties have the best place that they share, and those after it are left out, as in a
    competition: 1, 2, 2, 4. Absent values and those in pool -1 have none.

    Examples
    --------
    >>> import numpy as np
    >>> places(np.array([7.0, 9.0, 7.0, 5.0, np.nan]), np.zeros(5, dtype=np.int64))
    array([2, 1, 2, 4, 0])
    """
    return tied_places(values, pools)[0]


def tied_places(values: FloatArray, pools: IntArray) -> tuple[IntArray, IntArray]:
    """The best and the worst of the places that each value shares with its ties, int64 (m,) each.

    Of :func:`places`; both 0 for none.

    Examples
    --------
    >>> import numpy as np
    >>> tied_places(np.array([7.0, 9.0, 7.0, 5.0]), np.zeros(4, dtype=np.int64))
    (array([2, 1, 2, 4]), array([3, 1, 3, 4]))
    """
    best, worst = np.zeros(len(values), dtype=np.int64), np.zeros(len(values), dtype=np.int64)
    who = np.flatnonzero((pools >= 0) & ~np.isnan(values))
    if not len(who):
        return best, worst
    value, pool = values[who], pools[who]
    order = np.lexsort((-value, pool))
    first = _first(pool[order])
    new = first | _first(value[order])
    at = np.arange(len(who))
    begin = np.maximum.accumulate(np.where(first, at, 0))
    ends = np.append(np.flatnonzero(new)[1:], len(who))
    best[who[order]] = np.maximum.accumulate(np.where(new, at, 0)) - begin + 1
    worst[who[order]] = ends[np.cumsum(new) - 1] - begin
    return best, worst


def _first(sorted_values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Where a value differs from the one before."""
    first = np.ones(len(sorted_values), dtype=bool)
    first[1:] = sorted_values[1:] != sorted_values[:-1]
    return first


def _pairs(keys: tuple[NDArray[np.generic], ...], pool: IntArray, size: int) -> IntArray:
    """Pairs of each pool that are alike in all keys, int64 (size,)."""
    if not len(pool):
        return np.zeros(size, dtype=np.int64)
    order = np.lexsort((*keys, pool))
    new = _first(pool[order])
    for key in keys:
        new |= _first(key[order])
    begins = np.flatnonzero(new)
    runs = np.diff(np.append(begins, len(pool)))
    out = np.zeros(size, dtype=np.int64)
    np.add.at(out, pool[order][begins], runs * (runs - 1) // 2)
    return out


def _inversions(values: IntArray, pool: IntArray, size: int) -> IntArray:
    """Pairs of each pool in which a greater value stands before a smaller, int64 (size,).

    `values` are zero or more and those of a pool stand together. One bit of them at a time, the
    highest first: of values alike in all higher bits, a one before a zero is an inversion, and
    after counting zeros go before ones. So it takes as many passes as there are bits.
    """
    out = np.zeros(size, dtype=np.int64)
    block = pool.copy()
    for shift in range(int(values.max(initial=0)).bit_length() - 1, -1, -1):
        bit = (values >> shift) & 1
        first = _first(block)
        ones = np.cumsum(bit) - bit  # before each, in all
        begin = np.maximum.accumulate(np.where(first, np.arange(len(block)), 0))
        before = ones - ones[begin]
        np.add.at(out, pool, np.where(bit == 0, before, 0))
        block = 2 * np.cumsum(first) + bit
        order = np.argsort(block, kind="stable")
        values, pool, block = values[order], pool[order], block[order]
    return out


def kendall(one: FloatArray, two: FloatArray, pools: IntArray, size: int) -> FloatArray:
    """Kendall's tau-b of two orders in each pool, float64 (size,); NaN where one is all ties.

    (C − D) ÷ √((n₀ − n₁)(n₀ − n₂)), of n₀ pairs, C in the same order and D in opposite ones, n₁
    tied in the one and n₂ in the other. Who is absent on a side, or in pool -1, is left out.

    References
    ----------
    M. G. Kendall, "The treatment of ties in ranking problems", *Biometrika* 33 (1945);
    counted in O(n log n) after W. R. Knight, "A computer method for calculating Kendall's
    tau with ungrouped data", *Journal of the American Statistical Association* 61 (1966), bit
    by bit rather than by merging.

    Examples
    --------
    >>> import numpy as np
    >>> one, two = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0])
    >>> kendall(one, two, np.zeros(4, dtype=np.int64), 1).round(4)
    array([0.6667])
    """
    one, two, pool = _both(one, two, pools)
    people = np.bincount(pool, minlength=size)
    pairs = people * (people - 1) // 2
    ties = [_pairs(keys, pool, size) for keys in ((one,), (two,), (one, two))]
    order = np.lexsort((two, one, pool))
    codes = np.unique(two, return_inverse=True)[1].astype(np.int64)
    against = _inversions(codes[order], pool[order], size)
    agree = pairs - ties[0] - ties[1] + ties[2] - 2 * against
    left, right = pairs - ties[0], pairs - ties[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        # Exactly 1 for the same order, which a product under one root would not be.
        tau = agree / left * np.sqrt(left / right)
    return np.where((left > 0) & (right > 0), tau, np.nan)


def spearman(one: FloatArray, two: FloatArray, pools: IntArray, size: int) -> FloatArray:
    """Spearman's rank correlation in each pool, float64 (size,); NaN where one is all ties.

    The product-moment correlation of mean places, ties sharing the mean of theirs.

    References
    ----------
    C. Spearman, "The proof and measurement of association between two things", *The American
    Journal of Psychology* 15 (1904).

    Examples
    --------
    >>> import numpy as np
    >>> one, two = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0])
    >>> spearman(one, two, np.zeros(4, dtype=np.int64), 1)
    array([0.8])
    """
    one, two, pool = _both(one, two, pools)
    x, y = (centred(tied_places(values, pool), pool, size) for values in (one, two))
    return correlated(x, y, pool, size)


def centred(shared: tuple[IntArray, IntArray], pools: IntArray, size: int) -> FloatArray:
    """Twice the mean place of each, less the mean of that: whole numbers, float64 (m,).

    `shared` are the places of :func:`tied_places`, of values that all are in a pool.
    """
    people = np.bincount(pools, minlength=size)
    return np.asarray(shared[0] + shared[1] - (people[pools] + 1), dtype=np.float64)


def correlated(x: FloatArray, y: FloatArray, pools: IntArray, size: int) -> FloatArray:
    """The correlation of centred numbers in each pool, float64 (size,); NaN where one is all 0."""
    xx, yy, xy = (
        np.bincount(pools, weights=each, minlength=size) for each in (x * x, y * y, x * y)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = xy / xx * np.sqrt(xx / yy)
    return np.where((xx > 0) & (yy > 0), rho, np.nan)


def _both(
    one: FloatArray, two: FloatArray, pools: IntArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Those who are in a pool and present on both sides."""
    who = (pools >= 0) & ~np.isnan(one) & ~np.isnan(two)
    return one[who], two[who], pools[who]
