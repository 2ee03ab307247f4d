"""Targets of a KPI, itemised over the KPIs that it is made of."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi._fields import is_a
from cascade_kpi.errors import Fault, check, wants
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.phasing.profiles import Profile
from cascade_kpi.phasing.sweep import Whole, phase_lots
from cascade_kpi.phasing.weights import not_a_profile, weigh
from cascade_kpi.targets.amounts import Lots
from cascade_kpi.targets.origins import Itemised
from cascade_kpi.targets.targets import Targets
from cascade_kpi.targets.wholes import in_lots

__all__ = ["itemise"]


def itemise(targets: Targets, kpi: str, into: Kpis | Iterable[Kpi], by: Profile) -> Targets:
    """Targets of a KPI itemised over its parts: a revenue over products.

    The parts stand in its place, and all other KPIs as they are. At every node
    the parts sum to the whole, and of every part the children sum to their
    parent, in whole lots, in every period.

    Parameters
    ----------
    targets : Targets
    kpi : str
        The KPI that is itemised; one that is divided, or assigned and summed.
    into : Kpis
        Its parts, in the same unit, aggregate, lots and kinds of node.
    by : Profile
        Weights of the parts: a rule of ``cascade_kpi.profiles`` or your own,
        which is called with the parts' names.

    Returns
    -------
    Targets
        Of the parts in place of the KPI, and of the others, for the same periods.

    Raises
    ------
    InputError
        Listing parts that do not fit the whole, or have the name of another
        KPI; a KPI that is shared; weights that are negative or all zero;
        assigned targets that are not whole lots; families in which zero weights
        leave the margins no way to be met.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {
    ...         "id": ["hq", "a", "b"],
    ...         "parent": ["", "hq", "hq"],
    ...         "voice": [None, 6, 1],
    ...         "data": [None, 2, 3],
    ...     }
    ... )
    >>> year = ck.cascade(org, [ck.Kpi("revenue", "CNY", lot=1)], {"revenue": 120}, periods="2027")
    >>> parts = [ck.Kpi("voice", "CNY", lot=1), ck.Kpi("data", "CNY", lot=1)]
    >>> products = ck.itemise(year, "revenue", parts, ck.profiles.Columns(["voice", "data"]))
    >>> products.of("voice"), products.of("data")
    (array([[70., 49., 21.]]), array([[50., 11., 39.]]))
    """
    wants(targets, Targets, "targets", "cascade(…)")
    k, parts = targets.kpis.index(kpi), Kpis.of(into)
    before, after = targets.kpis.items[:k], targets.kpis.items[k + 1 :]
    faults = _unfit(targets.kpis.items[k], parts) + _taken((*before, *after), parts)
    if not is_a(by, Profile):
        faults.append(not_a_profile("itemise", by, column="by"))
    check(faults)
    lots = in_lots(targets, k, faults)
    if lots is None:
        repair = "itemise a KPI whose goals are divided, or use a driver tree"
        faults.append(Fault("itemise", "not divided, but shared", repair, value=kpi))
    check(faults)
    assert lots is not None  # noqa: S101 - it has been refused
    weights = lock(weigh(targets.org, targets.kpis.items[k], by, parts.names))
    counts = _counts(targets, k, lots, (parts.names, weights), faults)
    check(faults)
    columns = tuple(
        Lots(part.counted_in, lock(np.ascontiguousarray(counts[:, i])))
        for i, part in enumerate(parts)
    )
    return Targets(
        targets.org,
        Kpis((*before, *parts, *after)),
        targets.periods,
        Itemised(targets, k, by, weights),
        (*targets.columns[:k], *columns, *targets.columns[k + 1 :]),
    )


def _counts(
    targets: Targets,
    k: int,
    lots: IntArray,
    spread: tuple[tuple[str, ...], FloatArray],
    faults: list[Fault],
) -> IntArray:
    """Lots of every part, int64 (periods, parts, n)."""
    names, weights = spread
    return np.stack(
        [
            phase_lots(Whole(targets, k, p, lots[p], names), weights, faults)
            for p in range(len(targets.periods))
        ]
    )


def _taken(others: tuple[Kpi, ...], parts: Kpis) -> list[Fault]:
    """A fault for each part that has the name of another KPI."""
    names = {kpi.name for kpi in others}
    repair = "name the part otherwise, or that KPI"
    return [
        Fault("itemise", "another KPI has this name", repair, row=i, value=part.name)
        for i, part in enumerate(parts)
        if part.name in names
    ]


def _unfit(whole: Kpi, parts: Kpis) -> list[Fault]:
    """A fault for each part that cannot be summed to the whole."""
    faults = []
    for i, part in enumerate(parts):
        for name, mine, its in (
            ("unit", part.unit, whole.unit),
            ("aggregate", part.aggregate, whole.aggregate),
            ("lot", part.counted_in.exact, whole.counted_in.exact),
            ("at", part.at, whole.at),
        ):
            if mine != its:
                reason = f"its {name} is {mine!s}, that of {whole.name} {its!s}"
                repair = "give both the same, so that parts sum to the whole"
                faults.append(Fault("itemise", reason, repair, row=i, value=part.name))
    return faults
