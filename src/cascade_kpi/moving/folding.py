"""Values of groups folded two and two: few steps however large a group, and always the same."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray, refuse_overflow
from cascade_kpi.org.rollup import Combine

__all__ = ["fold_groups"]


def fold_groups(values: FloatArray, group: IntArray, many: int, combine: Combine) -> FloatArray:
    """The values of every group combined, float64 (many,), NaN where there are none.

    The first of a group with the second, the third with the fourth, and these again.

    Parameters
    ----------
    values : float64 array (m,)
    group : int64 array (m,)
        Values of a group in the order in which they are to be combined.
    combine : callable (a, b, out)

    Examples
    --------
    >>> fold_groups(np.array([1.0, 2.0, 4.0]), np.array([1, 0, 1]), 3, np.add)
    array([ 2.,  5., nan])
    """
    order = np.argsort(group, kind="stable")
    values, group = values[order], group[order]
    with refuse_overflow("reports"):
        while len(group) > 1 and (group[1:] == group[:-1]).any():
            number = np.arange(len(group)) - np.searchsorted(group, group)
            first = np.flatnonzero(number % 2 == 0)
            after = np.minimum(first + 1, len(group) - 1)
            paired = (after > first) & (group[after] == group[first])
            out = values[first]
            both = np.empty(int(paired.sum()))
            combine(values[first[paired]], values[after[paired]], both)
            out[paired] = both
            values, group = out, group[first]
    folded = np.full(many, np.nan)
    folded[group] = values
    return folded
