"""Actuals measured against targets: rolled up, the missing told from the not due."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi.errors import Fault, check, wants
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.missing import Missing, lost_faults
from cascade_kpi.org.infinite import finite_rolled
from cascade_kpi.org.layout import Layout
from cascade_kpi.org.rollup import add_present, fold_children, fold_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.results.actuals import Actuals
from cascade_kpi.results.results import Results, held_back
from cascade_kpi.targets.amounts import MARGIN
from cascade_kpi.targets.targets import Targets

__all__ = ["measure"]

Mask = NDArray[np.bool_]


def measure(
    targets: Targets,
    actuals: Actuals | object,
    *,
    missing: Missing | str = Missing.RENORMALISE,
    inner: Literal["total", "own"] = "total",
) -> Results:
    """Actuals rolled up to every node, beside the targets.

    Parameters
    ----------
    targets : Targets
    actuals : Actuals, or any table that makes them
        See :meth:`Actuals.from_table`. Periods and KPIs are the targets'.
    missing : Missing or str
        What becomes of reports that are due and absent: a leaf, or a node of
        the kinds that report the KPI, is due for it if it has a target.
        ``renormalise`` leaves them out, of sums together with their targets,
        and :meth:`Results.coverage` shows it; ``zero`` counts them as zero;
        ``hold`` makes every node above absent; ``refuse`` raises.
    inner : {"total", "own"}
        What a report at an inner node means: the total of its subtree, or the
        node's own, to be added to what lies below.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        Listing every fault of the table; actuals of another tree, other KPIs
        or other periods; totals that were reported together with their parts;
        under ``refuse``, every report that is missing.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 100}, periods="2026")
    >>> results = ck.measure(
    ...     targets, {"node": ["a", "b"], "kpi": ["sales", "sales"], "value": [40.0, 52.5]}
    ... )
    >>> results.of("sales")
    array([[92.5, 40. , 52.5]])
    """
    wants(targets, Targets, "targets", "cascade(…)")
    policy = Missing.named(missing)
    if inner not in ("total", "own"):
        check([Fault("measure", "not a meaning", "use 'total' or 'own'", value=inner)])
    if not isinstance(actuals, Actuals):
        actuals = Actuals.from_table(targets.org, targets.kpis, actuals, periods=targets.periods)
    _same_axes(targets, actuals)
    faults: list[Fault] = []
    columns = [
        _column(targets, actuals, k, policy, inner=inner, reporters=reach.reporters, faults=faults)
        for k, reach in enumerate(targets.kpis.reaches(targets.org))
    ]
    check(faults)
    parts, due, arrived, held, counted = zip(*columns, strict=True)
    return Results(targets, actuals, policy, inner, parts, due, arrived, held, counted)


def _same_axes(targets: Targets, actuals: Actuals) -> None:
    pairs = (
        ("tree", targets.org, actuals.org),
        ("KPIs", targets.kpis, actuals.kpis),
        ("periods", targets.periods, actuals.periods),
    )
    check(
        [
            Fault("actuals", f"not of the targets' {what}", f"make them with the same {what}")
            for what, a, b in pairs
            if a is not b and a != b
        ]
    )


Column = tuple[tuple[FloatArray, ...], Mask, Mask, Mask | None, FloatArray | None]


def _column(
    targets: Targets,
    actuals: Actuals,
    k: int,
    missing: Missing,
    *,
    inner: str,
    reporters: Mask,
    faults: list[Fault],
) -> Column:
    org, kpi = targets.org, targets.kpis.items[k]
    inputs = actuals.inputs[k]
    reported = ~np.isnan(inputs[0])
    arrived = reported
    if inner == "total" and (reported & ~org.is_leaf).any():
        _refuse_doubling(actuals, k, reported, faults)
        arrived = _stands_for(org.layout, reported)
    due = ~np.isnan(targets.values[k]) & reporters
    lost = due & ~arrived
    held = counted = None
    if lost.any():
        if missing is Missing.REFUSE:
            faults += lost_faults("actuals", kpi.name, org.ids, targets.periods.labels, lost)
        elif missing is Missing.ZERO:
            inputs = tuple(np.where(lost, 0.0, array) for array in inputs)
        elif missing is Missing.HOLD:
            held = held_back(org, lost)
    parts = _rolled(org, kpi, targets.periods.labels, inputs)
    lock(due), lock(arrived)
    if lost.any() and missing is Missing.RENORMALISE and kpi.aggregate.makeup is Makeup.SUM:
        counted = _counted(targets, k, lost, np.isnan(parts[0]))
    return parts, due, arrived, held, counted


def _counted(stage: Targets, k: int, lost: Mask, absent: Mask) -> FloatArray:
    """Targets less those of the leaves that did not report.

    A sum leaves out what is absent; set against the whole target, it would
    count what is absent as zero. A node without any result keeps its target.
    """
    targets, labels = stage.values[k], stage.periods.labels
    gone = np.where(lost, targets, np.nan)
    what = f"the target of what was not reported of {stage.kpis.names[k]}"
    margin = stage.margin(k)
    if margin is not None:
        below = _without_margins(stage.org.layout, gone, margin)
    else:
        below = finite_rolled("targets", what, stage.org, labels, gone, combine=add_present)
    with np.errstate(over="ignore"):  # told by node when the results are made
        return lock(np.where(np.isnan(below) | absent, targets, targets - below))


def _without_margins(layout: Layout, targets: FloatArray, margin: IntArray) -> FloatArray:
    """Targets of leaves rolled up as parts of their parents': without what was added on the way."""
    out = targets.copy()
    for block in layout.up():
        below = out[:, block.rows[0]]
        for siblings in block.rows[1:]:
            below = add_present(below, out[:, siblings], np.empty_like(below))
        below /= 1.0 + margin[block.parents] / MARGIN
        # What a reporter lost is its own: the nodes below it have no targets.
        out[:, block.parents] = np.where(np.isnan(below), out[:, block.parents], below)
    return out


def _rolled(
    org: OrgTree, kpi: Kpi, labels: tuple[str, ...], inputs: tuple[FloatArray, ...]
) -> tuple[FloatArray, ...]:
    rule = kpi.aggregate
    with np.errstate(over="ignore"):  # told by node when the results are made
        parts = rule.parts(*inputs)
    return tuple(
        lock(finite_rolled("actuals", kpi.name, org, labels, part, combine=rule.combine))
        for part in parts
    )


def _stands_for(layout: Layout, reported: Mask) -> Mask:
    """Nodes that reported, or below one that did: a total stands for its parts."""
    arrived = reported.copy()
    for block in layout.down():
        arrived[:, block.rows] |= arrived[:, None, block.parents]
    return arrived


def _refuse_doubling(actuals: Actuals, k: int, reported: Mask, faults: list[Fault]) -> None:
    org, kpi = actuals.org, actuals.kpis.items[k]
    for p, row_reported in enumerate(reported):
        inside = fold_subtrees(org.layout, row_reported.astype(np.float64), np.fmax)
        below = fold_children(org.layout, inside, np.fmax) == 1.0
        for row in np.flatnonzero(row_reported & below).tolist():
            end = row + int(org.size[row])
            part = row + 1 + int(np.flatnonzero(row_reported[row + 1 : end])[0])
            at = None if actuals.entries is None else actuals.entries.row_of(row, k, p)
            label = actuals.periods.labels[p]
            reason = (
                f"{kpi.name} in {label} is reported here and below, at {org.ids[part]!r}: "
                "it would count twice"
            )
            repair = "drop the total or its parts, or pass inner='own' if both are to be added"
            faults.append(Fault("actuals", reason, repair, row=at, value=org.ids[row]))
