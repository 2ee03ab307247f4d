"""One KPI's targets against its past and against peers, for everybody at once."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi.judging.groups import NEAR, Groups
from cascade_kpi.judging.yardsticks import Best, Fences, Yardstick, asked
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.infinite import finite_array
from cascade_kpi.targets.targets import Targets

__all__ = [
    "Figures",
    "Stretched",
    "beside_peers",
    "beyond_best",
    "met_before",
    "outlying",
    "shares",
]

Mask = NDArray[np.bool_]


@frozen(eq=False)
class Stretched:
    """Targets of one KPI against the past: `base` in its unit and `stretch`, float64 (p, n)."""

    base: FloatArray = field(converter=lock)
    stretch: FloatArray = field(converter=lock)

    @classmethod
    def of(cls, targets: Targets, k: int, past: FloatArray | None, by: Yardstick) -> Stretched:
        """The stretch of everybody."""
        values, kpi = targets.values[k], targets.kpis.items[k]
        if past is None:
            nothing = np.full(values.shape, np.nan)
            return cls(nothing, nothing)
        base = finite_array(
            "fairness",
            f"the base of {kpi.name}",
            targets.org,
            targets.periods.labels,
            lambda: np.stack(
                [by.base(past[:, p], target, kpi.better) for p, target in enumerate(values)]
            ),
        )
        return cls(base, _stretch(targets, kpi, values, base, by))


def _stretch(
    targets: Targets, kpi: Kpi, values: FloatArray, base: FloatArray, by: Yardstick
) -> FloatArray:
    measure, what = by.measure(kpi), f"the stretch of {kpi.name}"
    return finite_array(
        "fairness",
        what,
        targets.org,
        targets.periods.labels,
        lambda: np.where(
            np.isnan(values) | np.isnan(base),
            np.nan,
            measure(asked(values, base, kpi.better), base),
        ),
    )


def beyond_best(targets: Targets, k: int, past: FloatArray, by: Yardstick) -> FloatArray:
    """The stretch against the best of the past, (p, n)."""
    values, kpi, rule = targets.values[k], targets.kpis.items[k], Best()
    best = np.stack([rule(past[:, p], target, kpi.better) for p, target in enumerate(values)])
    return _stretch(targets, kpi, values, best, by)


def met_before(targets: Targets, k: int, past: FloatArray) -> FloatArray:
    """The share of the cycles in which the target would have been met, (p, n)."""
    values, kpi = targets.values[k], targets.kpis.items[k]
    there = ~np.isnan(past) & ~np.isnan(values)
    met = there & (kpi.better.shortfall(past, np.broadcast_to(values, past.shape)) == 0)
    with np.errstate(invalid="ignore"):
        share: FloatArray = met.sum(axis=0) / there.sum(axis=0)
    return share


@frozen(eq=False)
class Figures:
    """The groups of one KPI in one period, each array of length g.

    Attributes
    ----------
    names : int64 array
        Codes of the groups, ascending.
    counts : int64 array
        Peers with a stretch.
    low, high, spread : float64 array
        Fences; NaN for groups that are too small to tell.
    first, last : int64 array
        Rows of the least and the most stretched; ties go to the earlier node.
    """

    names: IntArray
    counts: IntArray
    lower: FloatArray
    median: FloatArray
    upper: FloatArray
    low: FloatArray
    high: FloatArray
    spread: FloatArray
    first: IntArray
    last: IntArray

    def at(self, figure: FloatArray, codes: IntArray) -> FloatArray:
        """A figure of each node's group, NaN without one, float64 (n,)."""
        found = np.full(int(codes.max(initial=-1)) + 2, np.nan)  # the last is that of none
        found[self.names] = figure
        return found[codes]


def beside_peers(
    stretch: FloatArray, codes: IntArray, fences: Fences, least: int
) -> tuple[Figures, FloatArray, IntArray]:
    """One period's stretches beside those of peers.

    Parameters
    ----------
    stretch : float64 array (n,)
    codes : int64 array (n,)
        Groups, −1 for none.
    fences : Fences
    least : int
        Fewest stretches of a group that can be told.

    Returns
    -------
    figures : Figures
    deviation : float64 array (n,)
        In spreads; NaN where it cannot be told.
    beyond : int64 array (n,)
        −1 below the lower fence, 1 above the upper, else 0.
    """
    groups = Groups.of(stretch, codes)
    can = groups.counts >= least
    low, high, spread = (np.where(can, each, np.nan) for each in fences(groups))
    medians = groups.medians
    deviation = np.full(len(stretch), np.nan)
    beyond = np.zeros(len(stretch), dtype=np.int64)
    of, rows, values = groups.members, groups.order, groups.values
    far = values - medians[of]
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = far / spread[of]
    scaled = np.where(np.isfinite(scaled), scaled, np.nan)
    deviation[rows] = np.where((np.abs(far) <= NEAR) & can[of], 0.0, scaled)
    beyond[rows] = np.where(values < low[of] - NEAR, -1, np.where(values > high[of] + NEAR, 1, 0))
    ends = groups.begins + groups.counts - 1
    # The first row of the greatest value: equal values stand in order of rows.
    run = np.r_[True, (values[1:] != values[:-1]) | (of[1:] != of[:-1])][: len(values)]
    starts = np.maximum.accumulate(np.where(run, np.arange(len(values)), 0))
    figures = Figures(
        groups.names, groups.counts,
        groups.quantile(0.25), medians, groups.quantile(0.75), low, high, spread,
        rows[groups.begins], rows[starts[ends]],
    )  # fmt: skip
    return figures, deviation, beyond


def outlying(
    beyond: IntArray,
    medians: FloatArray,
    target: FloatArray,
    base: FloatArray,
    *,
    kpi: Kpi,
    by: Yardstick,
) -> IntArray:
    """Who of those beyond the fences differs from the median by what matters.

    A target is brought nearer by the least difference that matters, in the KPI's
    unit; it is an outlier if its stretch is then still on the same side.

    Parameters
    ----------
    beyond : int64 array (n,)
        −1 below the fences, 1 above, else 0.
    medians : float64 array (n,)
        Of each one's peers, as stretches.
    target, base : float64 array (n,)

    Returns
    -------
    int64 array (n,)
        −1 too easy, 1 too hard, else 0.
    """
    rows = np.flatnonzero(beyond)
    way, goal, past = beyond[rows], target[rows], base[rows]
    nearer = asked(goal, past, kpi.better) - way * by.material(goal, kpi)
    off = way * (by.measure(kpi)(nearer, past) - medians[rows])
    found = np.zeros_like(beyond)
    found[rows] = np.where(off > NEAR, way, 0)
    return found


def shares(
    targets: FloatArray, base: FloatArray, codes: IntArray, size: int
) -> tuple[FloatArray, FloatArray]:
    """What everybody carries of a group's targets beside their part of its base.

    Parameters
    ----------
    targets, base : float64 array (n,)
    codes : int64 array (n,)
        Groups from 0 to `size` − 1, −1 for none.

    Returns
    -------
    load : float64 array (n,)
        Share of the targets over share of the base; NaN where it cannot be told.
    shift : float64 array (size,)
        Half the sum of the differences of both shares; NaN where there are none.
    """
    there = (codes >= 0) & (targets >= 0) & (base >= 0)
    rows, of = np.flatnonzero(there), codes[there]
    sums = [np.bincount(of, each[rows], minlength=size) for each in (targets, base)]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share, part = targets[rows] / sums[0][of], base[rows] / sums[1][of]
        ratio = share / part
        shift = np.bincount(of, np.abs(share - part), minlength=size) / 2
    load = np.full(len(targets), np.nan)
    load[rows] = np.where(np.isfinite(ratio), ratio, np.nan)
    some = np.bincount(of, minlength=size) > 0
    return load, np.where(some & np.isfinite(shift), shift, np.nan)
