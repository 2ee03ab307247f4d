"""A whole and its parts, ranked: where it has always been found."""

from __future__ import annotations

from cascade_kpi._breakdown import Breakdown

__all__ = ["Breakdown"]
