"""Stints scored as nodes are, period by period."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.exposing.exposure import Exposure
from cascade_kpi.exposing.rated import OfHolders, rows_of_holders
from cascade_kpi.exposing.trees import stints_of
from cascade_kpi.kpis.aggregates import Sum
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.kpis.splits import Shared
from cascade_kpi.moving.credited import Credited
from cascade_kpi.moving.moved import Moved
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.results.actuals import Actuals
from cascade_kpi.results.measure import measure
from cascade_kpi.scoring.block import Rating
from cascade_kpi.scoring.items import Item
from cascade_kpi.scoring.score import Scores, score
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.weights import EVERYBODY
from cascade_kpi.targets.targets import Targets

__all__ = ["judged"]


def judged(
    credited: Credited, card: Scorecard, exposure: Exposure, ratings: Rating | None
) -> tuple[dict[str, Scores], IntArray, FloatArray]:
    """The scores of the stints that are judged, by period; every stint's row there, and total.

    Returns
    -------
    scores : dict of str to Scores
    leaf : int64 array (s,)
        -1 for a stint that is not judged, or of a post that has no weights.
    total : float64 array (s,)
        NaN for one that is not judged, or has nothing to score.
    """
    moved = credited.moved
    before, kpis = moved.of_before, _as_made(moved.of_before.kpis)
    numbers = {
        kpi.name: (moved.portions.target(k)[0], credited.of_stints(k)) for k, kpi in enumerate(kpis)
    }
    own = _has_own(moved, numbers)  # who has nothing would have zero under some policies
    for values in _rated(moved, card, ratings):
        own |= ~np.isnan(values)
    due = exposure.judged & own & _weighed(card, before.org)[moved.stays.node]
    found: dict[str, Scores] = {}
    faults: dict[str, Fault] = {}
    leaf, totals = np.full(len(moved.stays), -1), np.full(len(moved.stays), np.nan)
    for p, label in enumerate(before.periods.labels):
        some = np.flatnonzero(due & (moved.stays.period == p))
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
        agreed = None
        if ratings is not None:
            people = rows_of_holders(moved, ratings)[moved.stays.holder[rows]]
            agreed = OfHolders(ratings, org, one, people, p)
        of_stints = _card_of(card, before.org, org, moved.stays.node[rows])
        try:
            found[label] = score(results_of, of_stints, ratings=agreed)
        except InputError as error:
            faults |= {
                str(fault): fault for fault in error.faults
            }  # one is of all periods, told once
        else:
            leaf[rows], totals[rows] = np.arange(len(rows)), found[label].total[0]
    check([*faults.values()])
    return found, leaf, totals


def _as_made(kpis: Kpis) -> Kpis:
    """KPIs whose results are made already, of every leaf: nothing is rolled up or divided."""
    return Kpis(attrs.evolve(kpi, aggregate=Sum(), split=Shared(), lot=None, at=()) for kpi in kpis)


def _has_own(
    moved: Moved, numbers: Mapping[str, tuple[FloatArray, FloatArray]]
) -> NDArray[np.bool_]:
    """Which stints have a target or a result of their own, bool (s,).

    A target that is the same for all, as of a ratio, is a unit's own only where it reports the KPI.
    """
    org, node = moved.of_before.org, moved.stays.node
    own = np.zeros(len(node), dtype=bool)
    for kpi in moved.of_before.kpis:
        target, result = numbers[kpi.name]
        aimed = ~np.isnan(target)
        if not kpi.divides:
            aimed &= kpi.reach(org).reporters[node]
        own |= aimed | ~np.isnan(result)
    return own


def _rated(moved: Moved, card: Scorecard, ratings: Rating | None) -> list[FloatArray]:
    """What raters agreed on about the holder of each stint, question by question."""
    if ratings is None or all(isinstance(item, Item) for item in card.items):
        return []
    stays, rows = moved.stays, rows_of_holders(moved, ratings)[moved.stays.holder]
    values = []
    for question in ratings.items:
        of = np.full(len(stays), np.nan)
        for p in range(len(moved.of_before.periods)):
            here = np.flatnonzero((stays.period == p) & (rows >= 0))
            of[here] = ratings.at(question, p, rows[here])
        values.append(of)
    return values


def _weighed(card: Scorecard, org: OrgTree) -> NDArray[np.bool_]:
    """Which nodes have weights, bool (n,)."""
    table = card.weights.table(org, card.outline)
    scored: NDArray[np.bool_] = np.any(table.weights, axis=1)
    return scored[table.group]


def _card_of(card: Scorecard, org: OrgTree, stints: OrgTree, node: IntArray) -> Scorecard:
    """The card as one of stints: of the groups that they are of, with the overrides of their nodes.

    Groups of which there is no stint, as departments that nobody holds, are left out.
    """
    weights = card.weights
    names, _ = weights.group_names(stints)
    groups = {name: entry for name, entry in weights.groups.items() if name in {EVERYBODY, *names}}
    overrides = [
        attrs.evolve(each, node=stint)
        for each in weights.overrides
        for stint in stints.ids[node == org.row(each.node)].tolist()
    ]
    # Where no group is left, every stint has overrides: what has no weights is not scored here.
    groups = groups or {name: {} for name in names}
    return attrs.evolve(card, weights=attrs.evolve(weights, groups=groups, overrides=overrides))
