"""Several periods taken together: quarters into a year."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, lock
from cascade_kpi.errors import Fault, check, wants
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.missing import Missing
from cascade_kpi.org.infinite import finite_array
from cascade_kpi.org.rollup import Combine
from cascade_kpi.periods import Periods
from cascade_kpi.results.actuals import Actuals
from cascade_kpi.results.results import Results
from cascade_kpi.targets.amounts import Amounts
from cascade_kpi.targets.origins import Assigned
from cascade_kpi.targets.targets import Targets

__all__ = ["over_periods"]


def over_periods(results: Results, label: str) -> Results:
    """All periods taken together as one.

    Each KPI combines along time as it aggregates: sums add up, ratios and
    means combine as their parts, a level keeps its last report. Targets follow
    the same way: of a sum, under ``renormalise``, those of the periods that
    were reported; of a ratio, the one that the volumes reported would have
    given had every period met its own.

    Parameters
    ----------
    results : Results
        Of one or more periods.
    label : str
        What the whole is called: ``"2026"``.

    Returns
    -------
    Results
        Of one period.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["a"], "parent": [""]})
    >>> goals = {"node": ["a"] * 2, "kpi": ["sales"] * 2, "period": ["Q1", "Q2"], "value": [5, 7]}
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], goals)
    >>> results = ck.measure(targets, {**goals, "value": [6, 7]})
    >>> year = ck.over_periods(results, "2026")
    >>> year.targets.of("sales"), year.of("sales")
    (array([[12.]]), array([[13.]]))
    """
    wants(results, Results, "results", "measure(…)")
    org, kpis, periods = results.org, results.kpis, Periods(label)
    if len(periods) != 1:
        check([Fault("over periods", "several labels", "name the whole once", value=label)])
    parts, amounts, inputs = [], [], []
    for k, kpi in enumerate(kpis):
        rule = kpi.aggregate
        columns = results.parts[k]
        what = f"a part of {kpi.name} over the periods"
        parts.append(
            tuple(
                finite_array(
                    "results", what, org, periods.labels, partial(_along, part, rule.along)
                )
                for part in columns
            )
        )
        amounts.append(_targets(results, k, columns))
        inputs.append(tuple(_along(part, rule.along) for part in results.actuals.inputs[k]))
    targets = Targets(
        org, kpis, periods, Assigned(None, tuple(amounts)), tuple(map(Amounts, amounts))
    )
    actuals = Actuals(org, kpis, periods, tuple(inputs))
    held = tuple(None if mask is None else _any(mask) for mask in results.held)
    return Results(
        targets,
        actuals,
        results.missing,
        results.inner,
        tuple(parts),
        tuple(_any(mask) for mask in results.due),
        tuple(~_any(~mask) for mask in results.arrived),
        held,
        (None,) * len(kpis),
        source=results,
    )


def _any(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(mask.any(axis=0, keepdims=True))


def _along(part: FloatArray, combine: Combine) -> FloatArray:
    total = np.array(part[0])
    with np.errstate(over="ignore"):  # told by node
        for later in part[1:]:
            combine(total, later, total)
    return lock(total[None, :])


def _targets(results: Results, k: int, parts: tuple[FloatArray, ...]) -> FloatArray:
    """Targets over the periods, of what was reported."""
    everything = slice(None), slice(None)
    rule, targets = results.kpis.items[k].aggregate, results.counted_at(k, *everything)
    if rule.makeup is Makeup.OTHER:
        return lock(np.full((1, targets.shape[1]), np.nan))
    if rule.makeup is Makeup.SUM and results.missing is Missing.RENORMALISE:
        absent = np.isnan(results.at(k, *everything))
        never = absent.all(axis=0)
        targets = np.where(absent & ~never, np.nan, targets)
    if rule.makeup is not Makeup.RATIO:
        return _along(targets, rule.along)
    volume = parts[1]
    what = f"the target times the volume of {results.kpis.items[k].name}"
    planned = partial(np.multiply, targets, volume)
    product = finite_array("results", what, results.org, results.periods.labels, planned)
    wanted = np.where(np.isnan(volume), np.nan, product)
    base = np.where(np.isnan(targets), np.nan, volume)
    with np.errstate(over="ignore"):
        return lock(rule.finish(_along(wanted, rule.along), _along(base, rule.along)))
