"""Stints scored as nodes are, period by period."""

from __future__ import annotations

import attrs
import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.exposing.exposure import Exposure
from cascade_kpi.exposing.trees import stints_of
from cascade_kpi.kpis.aggregates import Sum
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.kpis.splits import Shared
from cascade_kpi.moving.credited import Credited
from cascade_kpi.periods import Periods
from cascade_kpi.results.actuals import Actuals
from cascade_kpi.results.measure import measure
from cascade_kpi.scoring.score import Scores, score
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.targets.targets import Targets

__all__ = ["judged"]


def judged(
    credited: Credited, card: Scorecard, exposure: Exposure
) -> tuple[dict[str, Scores], IntArray, FloatArray]:
    """The scores of the stints that are judged, by period; every stint's row there, and total.

    Returns
    -------
    scores : dict of str to Scores
    leaf : int64 array (s,)
        -1 for a stint that is not judged.
    total : float64 array (s,)
        NaN for one that is not judged, or has nothing to score.
    """
    moved = credited.moved
    before, kpis = moved.of_before, _as_made(moved.of_before.kpis)
    numbers = {
        kpi.name: (moved.portions.target(k)[0], credited.of_stints(k)) for k, kpi in enumerate(kpis)
    }
    every = [values for pair in numbers.values() for values in pair]
    own = ~np.isnan(every).all(axis=0)  # who has nothing would have zero under some policies
    found: dict[str, Scores] = {}
    leaf, totals = np.full(len(moved.stays), -1), np.full(len(moved.stays), np.nan)
    for p, label in enumerate(before.periods.labels):
        some = np.flatnonzero(exposure.judged & own & (moved.stays.period == p))
        if not len(some):
            continue
        org, rows = stints_of(moved, some)
        one = Periods((label,))
        targets = {name: target[rows] for name, (target, _) in numbers.items()}
        results = tuple((result[rows][None],) for _, result in numbers.values())
        results_of = measure(
            Targets.from_columns(org, kpis, targets, periods=one),
            Actuals(org, kpis, one, results),
        )
        found[label] = score(results_of, card)
        leaf[rows], totals[rows] = np.arange(len(rows)), found[label].total[0]
    return found, leaf, totals


def _as_made(kpis: Kpis) -> Kpis:
    """KPIs whose results are made already, of every leaf: nothing is rolled up or divided."""
    return Kpis(attrs.evolve(kpi, aggregate=Sum(), split=Shared(), lot=None, at=()) for kpi in kpis)
