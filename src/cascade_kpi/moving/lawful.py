"""What is odd about the answer of a policy."""

from __future__ import annotations

from typing import Any

import numpy as np

from cascade_kpi._arrays import IntArray
from cascade_kpi.moving.history import NOBODY, History, Tenures
from cascade_kpi.moving.intervals import as_dates

__all__ = ["lawful"]

_COLUMNS = dict.fromkeys(("origin", "holder", "place", "start", "end"), "int64") | {
    "share": "float64"
}


def lawful(answer: Any, history: History, origins: IntArray) -> list[str]:
    """What is odd about tenures that are asked for; nothing if they can be cut."""
    if not isinstance(answer, Tenures):
        return [f"it answers {answer!r:.80}, which are no tenures"]
    odd = [
        f"its {name} is {_kind(values)}, not an array of {dtype}"
        for name, dtype in _COLUMNS.items()
        for values in [getattr(answer, name)]
        if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype != dtype
    ]
    if odd:
        return odd
    lengths = {len(getattr(answer, name)) for name in _COLUMNS}
    if len(lengths) > 1:
        return [f"its columns have different lengths: {sorted(lengths)}"]
    begin, stop = as_dates(np.array(history.first)), as_dates(np.array(history.last))
    n, h = len(history.org), len(history.holders)
    where = f"{begin} to {stop}"
    checks = {
        "an origin that was not asked about": ~np.isin(answer.origin, origins),
        "a holder that there is not": (answer.holder < NOBODY) | (answer.holder >= h),
        "a place that is no row of the tree": (answer.place < 0) | (answer.place >= n),
        "a tenure that ends before it starts": answer.end < answer.start,
        f"days outside {where}": (answer.start < history.first) | (answer.end > history.last),
        "a share that is not above 0 and at most 1": ~((answer.share > 0) & (answer.share <= 1)),
    }
    return [
        f"it answers {what}, in row {int(np.flatnonzero(bad)[0])}"
        for what, bad in checks.items()
        if bad.any()
    ]


def _kind(values: Any) -> str:
    return (
        f"{values.dtype} of shape {values.shape}"
        if isinstance(values, np.ndarray)
        else type(values).__name__
    )
