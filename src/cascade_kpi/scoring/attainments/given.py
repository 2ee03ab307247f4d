"""Numbers that a rule is given: the same for all, or a column of the tree."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault

__all__ = ["columns_of", "not_given", "numbers_of"]


def columns_of(*fields: float | str) -> tuple[str, ...]:
    """The columns among the fields, in their order."""
    return tuple(field for field in fields if isinstance(field, str))


def numbers_of(fields: Sequence[float | str], columns: Sequence[FloatArray]) -> list[FloatArray]:
    """The number of each field: its own, or that of the next column."""
    remaining = iter(columns)
    return [
        next(remaining) if isinstance(field, str) else np.asarray(field, dtype=np.float64)
        for field in fields
    ]


def not_given(source: str, **fields: object) -> list[Fault]:
    """A fault for each field that is neither a finite number nor a name."""
    faults = []
    for column, value in fields.items():
        if isinstance(value, float):
            if not math.isfinite(value):
                repair = "give a finite number, or a column of the tree"
                faults.append(Fault(source, "not finite", repair, column=column, value=value))
        elif not isinstance(value, str) or not value.strip():
            reason, repair = "neither a number nor a column", "give one of the two"
            faults.append(Fault(source, reason, repair, column=column, value=value))
    names = [value for value in fields.values() if isinstance(value, str)]
    if len(set(names)) < len(names):
        reason, repair = "the same column twice", "give two columns, or a number"
        faults.append(Fault(source, reason, repair, value=names[0]))
    return faults
