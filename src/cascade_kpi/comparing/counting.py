"""Counts and sums by group, period by period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = ["by_code", "sums"]


def by_code(who: NDArray[np.bool_], codes: IntArray, size: int) -> IntArray:
    """How many of each group, period after period, int64 (p · size,); `who` is (p, n)."""
    return np.concatenate([np.bincount(codes[line], minlength=size) for line in who])


def sums(values: FloatArray, who: NDArray[np.bool_], codes: IntArray, size: int) -> FloatArray:
    """Sums of each group in the order of rows, period after period, float64 (p · size,)."""
    return np.concatenate(
        [
            np.bincount(codes[line], weights=each[line], minlength=size)
            for each, line in zip(values, who, strict=True)
        ]
    )
