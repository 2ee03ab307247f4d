"""Rounding by a stated mode to so many decimals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import not_whole
from cascade_kpi.errors import Fault, suggest

__all__ = ["MODES", "Mode", "not_rounding", "rounded"]

Mode = Literal["half_even", "half_up", "half_away", "down", "up"]


def _half_up(scaled: FloatArray) -> FloatArray:
    low = np.floor(scaled)
    return low + (scaled - low >= 0.5)  # exact: floor(x + 0.5) is wrong just below a half


def _half_away(scaled: FloatArray) -> FloatArray:
    return np.copysign(_half_up(np.abs(scaled)), scaled)


MODES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "half_even": np.rint,
    "half_up": _half_up,
    "half_away": _half_away,
    "down": np.floor,
    "up": np.ceil,
}
"""How a number becomes whole; ``down`` and ``up`` go by value, so −2.5 becomes −3 and −2."""


def rounded(values: FloatArray, decimals: int, mode: str) -> FloatArray:
    """The values at so many decimals; those too large to have any stay as they are."""
    scale = 10.0**decimals
    with np.errstate(over="ignore", invalid="ignore"):
        answer = MODES[mode](values * scale) / scale
    return np.where(np.isfinite(answer), answer, values)


def not_rounding(source: str, decimals: object, mode: object) -> list[Fault]:
    """Faults of the two fields."""
    faults = not_whole(source, 0, 12, decimals=decimals)
    if not isinstance(mode, str) or mode not in MODES:
        reason, repair = "no such way to round", suggest(mode, MODES)
        faults.append(Fault(source, reason, repair, column="mode", value=mode))
    return faults
