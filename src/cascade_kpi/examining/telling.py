"""Numbers and places as findings tell them."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["NOWHERE", "among", "number", "span", "two_numbers"]

NOWHERE = (math.nan, math.nan)
"""Of a finding that has no place."""


def number(value: float) -> str:
    """A number of six digits at most."""
    return f"{value:.6g}".replace("-", "−")


def two_numbers(one: float, other: float) -> tuple[str, str]:
    """Two numbers with so many digits, six or more, that they are told apart."""
    for digits in range(6, 18):
        told = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if told[0] != told[1]:
            break
    return told[0].replace("-", "−"), told[1].replace("-", "−")


def span(begin: float, end: float) -> str:
    """From where to where; without an end where there is none."""
    if math.isinf(begin) and math.isinf(end):
        return "everywhere"
    if math.isinf(begin):
        return f"up to {number(end)}"
    return f"from {number(begin)} on" if math.isinf(end) else f"{number(begin)} to {number(end)}"


def among(names: Sequence[str], whole: int) -> str:
    """For whom, if it is not for all."""
    if len(names) == whole:
        return "" if whole == 1 else " for every post"
    told = ", ".join(names[:3])
    return f" for {told}" if len(names) <= 3 else f" for {told} and {len(names) - 3} more posts"
