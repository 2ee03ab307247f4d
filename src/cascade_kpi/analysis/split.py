"""The split of every node's gap over its children, for everybody at once."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import FloatArray, lock
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.org.layout import Layout
from cascade_kpi.org.rollup import add_present, sweep_children
from cascade_kpi.results.results import Results

__all__ = ["split_gap"]

_ROUNDING = 1e-12  # of a sum of floats, relative to the sum of their sizes


def split_gap(results: Results, k: int) -> tuple[FloatArray, FloatArray]:
    """What children bring to their parent's gap, and what it keeps.

    Parameters
    ----------
    results : Results
    k : int
        Position of the KPI.

    Returns
    -------
    brought : float64 array (p, n)
        In KPI units; NaN for roots and where the parent has no gap. Infinite
        where it is too large for a float.
    kept : float64 array (p, n)
        What the parent's own report, or its own part of the target, adds; NaN
        for leaves and where there is no gap.

    Notes
    -----
    With parts n and d and target t, a parent's gap N/D − t is Σ (n − t·d)/D over
    its children and itself. A sum has d = 1 at the parent and the children's
    own targets for t·d.
    """
    values = results.at(k, slice(None), slice(None))
    targets = results.counted_at(k, slice(None), slice(None))
    parts = results.parts[k]
    makeup = results.kpis.items[k].aggregate.makeup
    if makeup is Makeup.SUM:
        own = _zeroed(_own_reports(results, k)) - _own_targets(results, k)
        brought = np.where(np.isnan(values), 0.0, values - _zeroed(targets))
        shares = list(zip(brought, own, strict=True))
    elif makeup is Makeup.RATIO:
        shares = [_ratio(results, n, d, t) for n, d, t in zip(*parts, targets, strict=True)]
    elif makeup is Makeup.EXTREME:
        shares = [_extreme(results.org.layout, v, t) for v, t in zip(values, targets, strict=True)]
    else:
        unknown = np.full(values.shape, np.nan)
        return lock(unknown), lock(unknown)
    has_gap = ~np.isnan(values - targets)
    brought = np.stack([part for part, _ in shares])
    kept = np.stack([part for _, part in shares])
    parent = results.org.parent
    brought = np.where((parent >= 0) & has_gap[:, parent], brought, np.nan)
    return lock(brought), lock(np.where(has_gap & ~results.org.is_leaf, kept, np.nan))


def _zeroed(values: FloatArray) -> FloatArray:
    return np.where(np.isnan(values), 0.0, values)


def _rest(layout: Layout, whole: FloatArray, brought: FloatArray) -> FloatArray:
    return whole - _zeroed(sweep_children(layout, brought, add_present))


def _own_reports(results: Results, k: int) -> FloatArray:
    """What every node reported itself, as a part of its result."""
    rule = results.kpis.items[k].aggregate
    return rule.finish(*rule.parts(*results.actuals.inputs[k]))


def _own_targets(results: Results, k: int) -> FloatArray:
    """What every node's target holds beyond those of its children with a result.

    A difference that is within the rounding of the sums is none.
    """
    layout = results.org.layout
    wanted = _zeroed(results.counted_at(k, slice(None), slice(None)))
    brought = np.where(np.isnan(results.at(k, slice(None), slice(None))), 0.0, wanted)
    kept = np.stack([_rest(layout, t, c) for t, c in zip(wanted, brought, strict=True)])
    size = np.abs(wanted)
    size = np.stack([_rest(layout, t, -c) for t, c in zip(size, np.abs(brought), strict=True)])
    return np.where(np.abs(kept) <= _ROUNDING * size, 0.0, kept)


def _ratio(
    results: Results, top: FloatArray, bottom: FloatArray, target: FloatArray
) -> tuple[FloatArray, FloatArray]:
    layout, parent = results.org.layout, results.org.parent
    n, d = _zeroed(top), _zeroed(bottom)
    with np.errstate(invalid="ignore", divide="ignore"):
        brought = (n - target[parent] * d) / d[parent]
        own_n, own_d = _rest(layout, n, n), _rest(layout, d, d)
        return brought, (own_n - target * own_d) / d


def _extreme(
    layout: Layout, value: FloatArray, target: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The first child that sets the extreme brings the whole gap."""
    brought = np.zeros(len(value))
    kept = value - target
    for block in layout.up():
        sets = value[block.rows] == value[block.parents]
        first = np.argmax(sets, axis=0)
        some = sets.any(axis=0)
        rows = block.rows[first, np.arange(len(first))][some]
        parents = block.parents[some]
        brought[rows] = kept[parents]
        kept[parents] = 0.0
    return brought, kept
