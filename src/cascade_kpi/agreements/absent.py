"""Numbers of records that may be absent: two that are absent are equal."""

from __future__ import annotations

__all__ = ["alike"]


def alike(value: float) -> float | None:
    """What a number is compared by, for ``field(eq=alike)``: NaN by its absence."""
    return None if value != value else value
