"""Weighted means of levels in groups: exact where all are the same, and never beyond them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, refuse_overflow
from cascade_kpi.moving.summing import mean_of_levels

__all__ = ["means", "shares"]


def means(levels: FloatArray, counts: FloatArray, group: IntArray, many: int) -> FloatArray:
    """Σ count·level ÷ Σ count of every group, over the levels that are there.

    Parameters
    ----------
    levels : float64 array (m,)
        NaN where there is none; it does not count then.
    counts : float64 array (m,)
        Above zero where there is a level.
    group : int64 array (m,)
    many : int

    Returns
    -------
    float64 array (many,)
        NaN where there is no level.

    Raises
    ------
    InputError
        If sums are too large for a float.
    """
    some = np.flatnonzero(~np.isnan(levels))
    level, at = levels[some], group[some]
    there = np.bincount(at, minlength=many) > 0
    with refuse_overflow("scores"):
        _finite(np.bincount(at, counts[some], many))
        mean = mean_of_levels(level, counts[some], at, many)
        _finite(mean[there])
    least, most = np.full(many, np.inf), np.full(many, -np.inf)
    np.minimum.at(least, at, level)
    np.maximum.at(most, at, level)
    return np.where(there, np.clip(mean, least, most), np.nan)


def shares(counts: FloatArray, some: NDArray[np.bool_], group: IntArray) -> FloatArray:
    """Every count's part of the sum of its group, float64 (m,); NaN where it is left out."""
    kept = np.where(some, counts, 0.0)
    whole = np.bincount(group, kept)
    found = np.full(len(counts), np.nan)
    found[some] = kept[some] / whole[group[some]]
    return found


def _finite(values: NDArray[np.number]) -> None:
    """Tell of sums that numpy counts without watching for an overflow."""
    if not np.isfinite(values).all():
        raise FloatingPointError
