"""Shares of a whole: what they lack of it, what they are beyond it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray

__all__ = ["NEAR", "near", "off_whole"]

NEAR = 1e-9
"""Shares that sum to within this of 1 sum to 1."""


def off_whole(covered: FloatArray, margin: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What coverage lacks of 1, and what it is beyond 1 and the margin; nothing within `NEAR`."""
    off = covered - 1.0
    lacking, beyond = np.maximum(-off, 0.0), np.maximum(off - margin, 0.0)
    return np.where(lacking <= NEAR, 0.0, lacking), np.where(beyond <= NEAR, 0.0, beyond)


def near(value: FloatArray, other: FloatArray) -> NDArray[np.bool_]:
    """Where amounts are the same to within `NEAR` of the larger; nowhere where one is absent."""
    with np.errstate(invalid="ignore"):
        off = np.abs(value - other)
        return np.asarray(off <= NEAR * np.maximum(np.abs(value), np.abs(other)), dtype=bool)
