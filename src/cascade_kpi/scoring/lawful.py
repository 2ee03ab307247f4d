"""Whether a scorecard can be used on some results, looked at before anybody is scored."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._answers import ask, every_number, numbers, odd_answers
from cascade_kpi._arrays import FloatArray, lock
from cascade_kpi._fields import is_a
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.kpis.directions import Direction, OnTarget
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.attainments import Attainment, Proportion, Remedied, Result, one_way
from cascade_kpi.scoring.block import Rating, Sources
from cascade_kpi.scoring.curves import Curve
from cascade_kpi.scoring.items import Item, Rated
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.scoring.trying import odd_sections

__all__ = ["odd_items", "sources_of"]

# What a rule is tried on, before anybody relies on it.
_ATTAINED = np.array([-1.0, 0.0, 0.5, 0.8, 0.9, 1.0, 1.1, 1.2, 2.0, np.nan, 0.95])
_ACTUAL = np.array([1.0, 50.0, 99.0, 100.0, np.nan, 120.0, 300.0])
_TARGET = np.full_like(_ACTUAL, 100.0)
# Of these, equal ones refuse the same targets; of a rule of one's own, which may keep what it is
# not compared by, or change, that cannot be told.
_KEPT = (Proportion, Result)
_CHUNK = 1_024  # nodes that are looked at first; then ever more


def sources_of(results: Results, card: Scorecard, ratings: Rating | None) -> Sources:
    """What is scored by which card, once the card has been found to fit.

    Raises
    ------
    InputError
        If it does not fit the KPIs, the tree or the ratings; if a rule does not answer
        as rules must; if a weight could never count, or a target is refused by the
        attainment of an item that weighs something.
    """
    card.check_against(results.kpis, results.org)
    table = card.weights.table(results.org, card.outline)
    faults: list[Fault] = []
    columns: dict[str, FloatArray] = {}
    for name in _columns(card):
        try:
            columns[name] = lock(results.org.numbers(name))
        except InputError as error:
            faults += error.faults
    check(faults + _unrated(card, results, ratings))
    sources = Sources(results, card, table, columns, ratings)
    check(odd_items(card, results.kpis))
    check([*_aimless(sources), *_refused(sources), *_blank(sources)])
    check(odd_sections(sources))
    return sources


def _columns(card: Scorecard) -> list[str]:
    """Columns of the tree that some rule needs, each once."""
    outline = card.outline
    items = (outline.parts[i] for i in outline.items)
    rules = [item.attainment for item in items if isinstance(item, Item)]
    rules += [step for i in outline.order for step in outline.parts[i].then]
    return list(dict.fromkeys(name for rule in rules for name in rule.columns))


def _unrated(card: Scorecard, results: Results, ratings: Rating | None) -> list[Fault]:
    """Items of questions that nobody was rated on."""
    asked = [item.question for item in card.items if isinstance(item, Rated)]
    if ratings is None:
        repair = "pass ratings=…, as consolidate(…) makes them"
        return [Fault("score", "no ratings to score by", repair, value=q) for q in asked]
    if not is_a(ratings, Rating):
        reason, repair = "not what raters agreed on", "pass what consolidate(…) makes of ratings"
        return [Fault("score", reason, repair, column="ratings", value=ratings)]
    faults = [
        Fault("score", "no ratings of this question", "name one of those that were rated", value=q)
        for q in asked
        if q not in ratings.items
    ]
    if ratings.org is not results.org and ratings.org != results.org:
        faults.append(Fault("score", "the ratings are of another tree", "make them of the same"))
    if tuple(ratings.periods.labels) != tuple(results.periods.labels):
        reason = f"the ratings are of the periods {', '.join(ratings.periods.labels)}"
        faults.append(Fault("score", reason, "make them of those of the results"))
    return faults


def _kpi_items(card: Scorecard, kpis: Kpis) -> list[tuple[int, Item, Kpi]]:
    """The items that are scored from a KPI by an attainment and a curve."""
    outline = card.outline
    found = [(i, outline.parts[i]) for i in outline.items]
    return [(i, part, kpis[part.kpi]) for i, part in found if isinstance(part, Item)]


def _try_curve(curve: Curve) -> None:
    every_number("its curve", curve, _ATTAINED)


def _try_attainment(rule: Attainment, better: Direction) -> None:
    columns = [np.full_like(_ACTUAL, 40.0 + 20.0 * i) for i in range(len(rule.columns))]
    numbers("its attainment", rule, _ACTUAL, _TARGET, better, *columns)
    some = [column[:3] for column in columns]
    ask("its refuses", rule.refuses, np.array([1.0, np.nan, 0.0]), better, *some, dtype=np.bool_)


def odd_items(card: Scorecard, kpis: Kpis) -> list[Fault]:
    """Items whose rules cannot be used together, or do not answer as rules must."""
    faults = []
    for _, item, kpi in _kpi_items(card, kpis):
        if one_way(item.attainment) and isinstance(kpi.better, OnTarget):
            reason = f"{item.kpi} is best on target: going past it would count as better"
            repair = "use Proportion(), which knows the band"
            faults.append(Fault("scorecard", reason, repair, value=item.attainment))
        repair = "mend it; testing.check_{} tells more"
        named = "scorecard", item.name
        faults += odd_answers(
            *named, item.curve, partial(_try_curve, item.curve), repair.format("curve")
        )
        tried = partial(_try_attainment, item.attainment, kpi.better)
        faults += odd_answers(*named, item.attainment, tried, repair.format("attainment"))
    for item in card.items:
        if isinstance(item, Rated):
            tried = partial(_try_curve, item.curve)
            repair = "mend it; testing.check_curve tells more"
            faults += odd_answers("scorecard", item.name, item.curve, tried, repair)
    return faults


def _aimless(sources: Sources) -> list[Fault]:
    """Weights that could never count: nobody in the group has a target, in any period.

    Renormalising would hand such a weight to the other items without a word.
    """
    faults = []
    table, results = sources.table, sources.results
    size = np.bincount(table.group, minlength=len(table.names))
    for i, item, kpi in _kpi_items(sources.card, sources.results.kpis):
        if sources.card.outline.beside[i]:
            continue  # an addition that is absent adds nothing
        columns = (np.full(1, 1.0 + c) for c in range(len(item.attainment.columns)))
        blind = item.attainment(np.ones(1), np.full(1, np.nan), kpi.better, *columns)
        if not np.isnan(blind).all():
            continue  # what is scored is the result itself
        wanted = (table.weights[:, i] > 0) & (size > 0)
        lost = wanted & ~_aimed(sources, results.kpis.index(item.kpi), wanted)
        for g in np.flatnonzero(lost).tolist():
            reason = f"{item.name} weighs {table.weights[g, i]:g} for {table.names[g]!r}"
            reason += ", and none of them has a target for it in any period"
            repair = f"give them a goal, or leave it out of the weights of {table.names[g]!r}"
            repair += " ({} there: they are not scored)"
            if kpi.at:
                repair += f"; it is reported at {' and '.join(kpi.at)}, for them and those above"
            faults.append(Fault("scorecard", reason, repair, column="weights", value=item.name))
    return faults


def _aimed(sources: Sources, k: int, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Groups in which somebody has a target for the k-th KPI; looks until all wanted have."""
    targets = sources.results.targets.values[k]
    found = np.zeros(len(wanted), dtype=bool)
    begin = 0
    while begin < targets.shape[1] and not (found | ~wanted).all():
        part = slice(begin, begin + max(_CHUNK, begin))
        some = ~np.isnan(targets[:, part]).all(axis=0)
        found[sources.table.group[part][some]] = True
        begin = part.stop
    return found


def _refused(sources: Sources) -> list[Fault]:
    """Targets that the attainment of an item refuses, of nodes that it weighs something for."""
    faults = []
    results, table = sources.results, sources.table
    for i, item, kpi in _kpi_items(sources.card, sources.results.kpis):
        targets, rule = results.targets.of(item.kpi), item.attainment
        asked = item.kpi, rule
        kept = type(rule) in _KEPT
        if kept and asked in results.targets.accepted:
            continue
        with np.errstate(all="ignore"):
            refused = rule.refuses(targets, kpi.better, *(sources.columns[c] for c in rule.columns))
        if not refused.any():
            if kept:
                results.targets.accepted.add(asked)
            continue
        refused = np.asarray(refused & (table.weights[table.group, i] > 0))
        repair = rule.remedy if isinstance(rule, Remedied) else "change the target"
        for p, row in np.argwhere(refused).tolist():
            label = results.periods.labels[p]
            reason = f"the target {targets[p, row]:g} of {item.kpi} in {label} has no attainment"
            faults.append(Fault("score", reason, repair, value=results.org.ids[row]))
    return faults


def _blank(sources: Sources) -> list[Fault]:
    """Nodes that are scored and lack a number that an adjustment needs."""
    faults = []
    outline, table, org = sources.card.outline, sources.table, sources.results.org
    for i in outline.order:
        on = np.asarray(table.weights[:, list(outline.children[i])].any(axis=1))
        for step in outline.parts[i].then:
            for name in step.columns:
                blank = np.asarray(on[table.group] & np.isnan(sources.columns[name]))
                for row in np.flatnonzero(blank).tolist():
                    reason = f"no {name}, and {outline.names[i]} is adjusted by it"
                    repair = "give the node a number; 1 leaves its value as it is"
                    faults.append(Fault("units", reason, repair, row=int(org.source_row[row]),
                                        column=name, value=org.ids[row]))  # fmt: skip
    return faults
