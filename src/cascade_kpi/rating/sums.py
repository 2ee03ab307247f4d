"""Sums by code, in the order of the rows."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = ["sums_by"]


def sums_by(codes: IntArray, values: FloatArray, size: int) -> FloatArray:
    """The sum of the values of each code from 0 to size − 1, float64 (size,).

    Examples
    --------
    >>> sums_by(np.array([1, 0, 1]), np.array([1.0, 2.0, 3.0]), 3)
    array([2., 4., 0.])
    """
    return np.asarray(np.bincount(codes, values, minlength=size), dtype=np.float64)
