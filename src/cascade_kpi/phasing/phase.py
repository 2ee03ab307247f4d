"""Targets of long periods, phased over short ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from cascade_kpi._arrays import FloatArray, lock
from cascade_kpi._fields import is_a
from cascade_kpi.errors import Fault, InputError, check, suggest, wants
from cascade_kpi.periods import Periods
from cascade_kpi.phasing.profiles import Profile
from cascade_kpi.phasing.sweep import Whole, phase_lots
from cascade_kpi.phasing.weights import not_a_profile, weigh
from cascade_kpi.targets.amounts import Amounts, Lots
from cascade_kpi.targets.origins import Phased
from cascade_kpi.targets.ratios import Ratios
from cascade_kpi.targets.targets import Targets
from cascade_kpi.targets.wholes import in_lots, sums_over_periods

__all__ = ["phase"]

Parts = Mapping[str, Iterable[str]] | Iterable[str]


def phase(targets: Targets, periods: Parts, by: object) -> Targets:
    """Targets of a year phased over its months, or of quarters over theirs.

    Of what adds up, the months sum to the year at every node, and in every
    month the children sum to their parent, in whole lots. A ratio, a mean or
    a level has in every month the target of the year.

    Parameters
    ----------
    targets : Targets
        From :func:`cascade` or :func:`assign`.
    periods : iterable of str, or mapping of str to iterable of str
        The periods that the one period of the targets is made of, in order;
        a mapping from each of several to its own.
    by : Profile, or mapping of KPI name to Profile
        Weights of the periods: a rule of ``cascade_kpi.profiles`` or your
        own. It is called for each whole with the periods that make it.

    Returns
    -------
    Targets
        For all the periods, in order.

    Raises
    ------
    InputError
        Listing periods that do not fit; KPIs without a profile; weights that
        are negative or all zero; assigned targets that are not whole lots;
        families in which zero weights leave the margins no way to be met.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table(
    ...     {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "staff": [None, 2, 1]}
    ... )
    >>> kpi = ck.Kpi("sales", "units", split=ck.splits.ProRata("staff"), lot=1)
    >>> year = ck.cascade(org, [kpi], {"sales": 100}, periods="2027")
    >>> quarters = ["2027Q1", "2027Q2", "2027Q3", "2027Q4"]
    >>> ck.phase(year, quarters, ck.profiles.Seasonal([30, 20, 15, 35])).of("sales")
    array([[30., 20., 10.],
           [20., 13.,  7.],
           [15., 10.,  5.],
           [35., 24., 11.]])
    """
    wants(targets, Targets, "targets", "cascade(…)")
    wholes = _wholes(targets.periods, periods)
    after = Periods([label for labels in wholes for label in labels])
    rules = _rules(targets, by)
    weights = _weights(targets, wholes, rules)
    faults: list[Fault] = []
    columns = tuple(_column(targets, k, weights[k], wholes, faults) for k in range(len(weights)))
    check(faults)
    sizes = tuple(map(len, wholes))
    origin = Phased(targets, sizes, tuple(rules), tuple(weights))
    return Targets(targets.org, targets.kpis, after, origin, columns)


def _wholes(periods: Periods, parts: Parts) -> list[tuple[str, ...]]:
    """The labels that each whole is made of."""
    if not isinstance(parts, Mapping):
        if len(periods) > 1:
            reason = f"the targets are of {len(periods)} periods"
            check(
                [Fault("phase", reason, f"say which parts each has: {{{periods.labels[0]!r}: …}}")]
            )
        parts = {periods.labels[0]: parts}
    faults = [
        Fault("phase", "no such period in the targets", suggest(label, periods.labels), value=label)
        for label in parts
        if label not in periods.labels
    ]
    faults += [
        Fault("phase", "no parts for a period of the targets", "name them", value=label)
        for label in periods.labels
        if label not in parts
    ]
    check(faults)
    return [Periods.of(parts[label]).labels for label in periods.labels]


def _rules(targets: Targets, by: object) -> list[Profile | None]:
    """Each KPI's profile; None for those whose periods all have the target of the whole."""
    named = by if isinstance(by, Mapping) else dict.fromkeys(targets.kpis.names, by)
    faults = [
        Fault("phase", "no such KPI", suggest(name, targets.kpis.names), column="by", value=name)
        for name in named
        if name not in targets.kpis.names
    ]
    rules: list[Profile | None] = []
    for kpi in targets.kpis:
        rule: Any = named.get(kpi.name)
        adds = sums_over_periods(kpi.aggregate)
        if rule is None and adds:
            repair = f"add {{{kpi.name!r}: profiles.Even()}}, or another profile"
            faults.append(Fault("phase", "no profile for a KPI", repair, value=kpi.name))
        elif rule is not None and not is_a(rule, Profile):
            faults.append(not_a_profile("phase", rule, column=kpi.name))
        elif rule is not None and not adds and isinstance(by, Mapping):
            repair = "leave it out: every period has the target of the whole"
            faults.append(
                Fault("phase", "a profile for a KPI that is not added up over periods", repair,
                      value=kpi.name)
            )  # fmt: skip
        rules.append(rule if adds else None)
    check(faults)
    return rules


def _weights(
    targets: Targets, wholes: list[tuple[str, ...]], rules: list[Profile | None]
) -> list[FloatArray | None]:
    """Per KPI the weights of all periods, (p, n), summing to one over each whole."""
    faults: list[Fault] = []
    weights: list[FloatArray | None] = []
    for kpi, rule in zip(targets.kpis, rules, strict=True):
        try:
            weights.append(
                None
                if rule is None
                else lock(np.vstack([weigh(targets.org, kpi, rule, labels) for labels in wholes]))
            )
        except InputError as error:
            faults += [fault for fault in error.faults if fault not in faults]
            weights.append(None)
    check(faults)
    return weights


def _column(
    targets: Targets,
    k: int,
    weights: FloatArray | None,
    wholes: list[tuple[str, ...]],
    faults: list[Fault],
) -> Lots | Amounts | Ratios:
    """One KPI's targets in all the periods."""
    column, sizes = targets.columns[k], [len(labels) for labels in wholes]
    if weights is None:
        return _level(column, sizes)
    lots = in_lots(targets, k, faults)
    if lots is None:
        values = np.repeat(column.values, sizes, axis=0) * weights
        return Amounts(lock(values))
    ends = np.cumsum(sizes).tolist()
    counts = np.vstack(
        [
            phase_lots(
                Whole(targets, k, p, lots[p], tuple(wholes[p])),
                weights[end - size : end],
                faults,
            )
            for p, (size, end) in enumerate(zip(sizes, ends, strict=True))
        ]
    )
    return Lots(targets.kpis.items[k].counted_in, lock(counts))


def _level(column: Lots | Amounts | Ratios, sizes: list[int]) -> Lots | Amounts | Ratios:
    """The target of the whole in each of its parts."""
    if isinstance(column, Lots):
        return Lots(column.lot, lock(np.repeat(column.counts, sizes, axis=0)))
    values = lock(np.repeat(column.values, sizes, axis=0))
    if isinstance(column, Ratios):
        counts = lock(np.repeat(column.counts, sizes, axis=0))
        return Ratios(column.counted, counts, column.volumes, values)
    return Amounts(values)
