"""Definitions that add up along time, over periods that are taken together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi.drivers.model import DriverTree
from cascade_kpi.errors import Fault
from cascade_kpi.results.results import Results
from cascade_kpi.targets.targets import Targets

__all__ = ["flows_refused", "parts_of", "summed"]


def parts_of(stage: Results | Targets) -> Results | None:
    """The periods that a stage takes together, None if it takes none together."""
    return stage.source if isinstance(stage, Results) else None


def summed(values: FloatArray, due: NDArray[np.bool_]) -> FloatArray:
    """Values of several periods added up, one period after the other, float64 (1, n).

    Absent where one is absent that was due, or all are.

    Parameters
    ----------
    values : float64 array (p, n)
    due : bool array (p, n)
        Where something was due that a value needs.
    """
    gone = np.isnan(values)
    total = np.zeros((1, values.shape[1]))
    with np.errstate(over="ignore"):  # told by node
        for row, absent in zip(values, gone, strict=True):
            total[0] += np.where(absent, 0.0, row)
    return np.where((gone & due).any(axis=0) | gone.all(axis=0), np.nan, total)


def flows_refused(
    source: str, model: DriverTree, stage: Results | Targets, names: Iterable[str]
) -> list[Fault]:
    """A fault for each name that is a sum over periods, of which it has no one formula."""
    if parts_of(stage) is None:
        return []
    reason = "over several periods it is their sum, and no formula of the drivers of the whole"
    repair = "ask it of the periods, results.source: what they bring adds up"
    there = set(names)
    return [Fault(source, reason, repair, column=name) for name in model.flows if name in there]
