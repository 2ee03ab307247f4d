"""What differs between two stages of the same verb, row by row and rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._long import Columns, same, texts
from cascade_kpi.changing.matching import Matched
from cascade_kpi.commitments.offers import Offers
from cascade_kpi.remaking.steps import inputs_of, kinds_of, step_of
from cascade_kpi.targets.origins import Assigned, Cascaded, Reconciled
from cascade_kpi.targets.targets import Targets

__all__ = ["in_limits", "in_offers", "in_rules", "in_stated", "joined", "stacked"]

Told = Mapping[str, Callable[[Targets, int], FloatArray]]
"""Names of numbers to what tells them of the k-th KPI, float64 (p, n), NaN where there is none."""


def in_stated(nodes: Matched, was: Targets, now: Targets) -> Columns:
    """Goals, or each node's own target, that differ."""
    return _long(nodes, was, now, {"": _stated})


def in_offers(nodes: Matched, was: Targets, now: Targets) -> Columns:
    """Offers of two stages that were reconciled, and the confidence in them."""
    return _long(nodes, was, now, {"": _offered, "confidence": _believed})


def in_limits(nodes: Matched, was: Targets, now: Targets) -> Columns:
    """Limits of two stages that were reconciled."""
    return _long(nodes, was, now, {"floor": _floors, "cap": _caps})


def in_rules(was: Targets, now: Targets, kind: str) -> list[tuple[str, str, str, str, str]]:
    """Inputs of a kind that are no tables: verb, input, of which KPI or period, before, after.

    What is given for a KPI or a period on one side only is left out.
    """
    one, two = step_of(was), step_of(now)
    before, after, rows = inputs_of(one), inputs_of(two), []
    for name, its in kinds_of(type(one)).items():
        if its != kind:
            continue
        pairs = [before[name], after[name]]
        if not all(isinstance(each, Mapping) for each in pairs):
            pairs = [{"": each} for each in pairs]
        for key in filter(pairs[1].__contains__, pairs[0]):
            a, b = (each[key] for each in pairs)
            if a != b:
                rows.append((one.verb.__name__, name, key, repr(a), repr(b)))
    return rows


def _long(nodes: Matched, was: Targets, now: Targets, told: Told) -> Columns:
    """The rows in which any of some numbers differ, by KPI, period and node.

    KPIs and periods that only one side has are left out.
    """
    parts: list[tuple[Any, ...]] = []
    for kpi in filter(now.kpis.names.__contains__, was.kpis.names):
        one, two = ([f(each, each.kpis.index(kpi)) for f in told.values()] for each in (was, now))
        for label in filter(now.periods.labels.__contains__, was.periods.labels):
            p, q = was.periods.index(label), now.periods.index(label)
            before = np.stack([nodes.from_before(each[p], np.nan) for each in one])
            after = np.stack([nodes.from_after(each[q], np.nan) for each in two])
            odd = (before != after) & ~(np.isnan(before) & np.isnan(after))
            rows = np.flatnonzero(odd.any(axis=0))
            parts.append((kpi, label, now.kpis[kpi].unit, rows, before[:, rows], after[:, rows]))
    rows = joined([part[3] for part in parts]).astype(np.int64)
    counts = [len(part[3]) for part in parts]
    none = np.zeros((len(told), 0))
    before, after = (np.concatenate([none, *(part[i] for part in parts)], axis=1) for i in (4, 5))
    fresh, gone = (np.isnan(each).all(axis=0) for each in (before, after))
    numbers: Columns = {}
    for i, name in enumerate(told):
        prefix = f"{name}_" if name else ""
        numbers |= {f"{prefix}before": before[i], f"{prefix}after": after[i]}
    what = np.where(fresh, "added", np.where(gone, "dropped", "changed"))
    return {
        "node": texts(nodes.ids[rows]),
        "kpi": same([part[0] for part in parts], counts),
        "period": same([part[1] for part in parts], counts),
        "unit": same([part[2] for part in parts], counts),
        **numbers,
        "what": texts(what.astype(object)),
    }


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Several columns, one after the other."""
    return np.concatenate(parts) if parts else np.zeros(0)


def stacked(tables: Sequence[Columns]) -> Columns:
    """Tables of the same columns, one after the other."""
    return {name: texts(joined([table[name] for table in tables])) for name in tables[0]}


def _stated(targets: Targets, k: int) -> FloatArray:
    origin = targets.origin
    if isinstance(origin, Cascaded):
        return origin.goals.dense("value", k, *_shape(targets))
    assert isinstance(origin, Assigned)  # noqa: S101 - a source is one or the other
    return origin.own[k]


def _offers(targets: Targets) -> Offers:
    assert isinstance(targets.origin, Reconciled)  # noqa: S101 - asked of such
    offers: Offers = targets.origin.offers
    return offers


def _offered(targets: Targets, k: int) -> FloatArray:
    return _offers(targets).entries.dense("value", k, *_shape(targets))


def _believed(targets: Targets, k: int) -> FloatArray:
    believed = _offers(targets).believed(k, *_shape(targets))
    return np.where(np.isnan(_offered(targets, k)), np.nan, believed)


def _floors(targets: Targets, k: int) -> FloatArray:
    return _offers(targets).within(k, *_shape(targets))[0]


def _caps(targets: Targets, k: int) -> FloatArray:
    return _offers(targets).within(k, *_shape(targets))[1]


def _shape(targets: Targets) -> tuple[int, int]:
    return len(targets.periods), len(targets.org)
