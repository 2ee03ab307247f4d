"""Scores and gaps of everybody against a plain reference, one node at a time."""

import math

import numpy as np
from hypothesis import given, settings

import cascade_kpi as ck
from tests.strategies.cycles import cases
from tests.strategies.trees import children_of

GONE = math.nan


def attainment(kpi, item, a, t, b):
    """The formulas of docs/semantics.md, for one number."""
    rule = item.attainment
    if isinstance(rule, ck.attainments.Result):
        return a
    if isinstance(rule, ck.attainments.Progress):
        return (a - b) / (t - b) if shortfall(kpi, b, t) > 0 else GONE
    if isinstance(rule, ck.attainments.Improvement):
        return GONE if b == 0 else gain(kpi, a, b) / abs(b)
    if math.isnan(a) or math.isnan(t):
        return GONE
    if isinstance(rule, ck.attainments.Difference):
        return gain(kpi, a, t)
    if isinstance(rule, ck.attainments.Quotient):
        return quotient(kpi, a, t)
    short = shortfall(kpi, a, t)
    if t == 0:
        return GONE if rule.zero == "exclude" else float(short == 0)
    if isinstance(kpi.better, ck.directions.OnTarget):
        return 1 - short / abs(t)
    sign = 1 if kpi.better == ck.directions.Higher() else -1
    return 1 + sign * (a - t) / abs(t)


def gain(kpi, a, than):
    if isinstance(kpi.better, ck.directions.OnTarget):
        return -shortfall(kpi, a, than)
    return (a - than) if kpi.better == ck.directions.Higher() else (than - a)


def quotient(kpi, a, t):
    if isinstance(kpi.better, ck.directions.OnTarget):
        low, high = t - kpi.better.band, t + kpi.better.band
        if low <= 0:
            return GONE
        return a / low if a < low else high / a if a > high else 1.0
    if t <= 0:
        return GONE
    if kpi.better == ck.directions.Higher():
        return min(a / t, 3)
    return 3 if a <= 0 else min(t / a, 3)


def shortfall(kpi, a, t):
    if isinstance(kpi.better, ck.directions.OnTarget):
        return max(abs(a - t) - kpi.better.band, 0.0)
    return max((t - a) if kpi.better == ck.directions.Higher() else (a - t), 0.0)


def points(item, x):
    return GONE if math.isnan(x) else float(item.curve(np.array([x]))[0])


def weights_of(card, kind):
    return card.weights.groups.get(kind, card.weights.groups.get("*", {}))


def close(got, expected, size=1.0):
    if math.isnan(expected):
        return math.isnan(got)
    return abs(got - expected) <= 1e-11 * (abs(expected) + size)


def is_smooth(item):
    """Steps and gates turn a last bit into points: the reference then reads the same bits."""
    return isinstance(item.curve, ck.curves.Linear)


@settings(max_examples=60)
@given(cases())
def test_totals_are_weighted_means_of_points_node_by_node(case):
    gaps = case.gaps()
    scores, org = gaps.scores, gaps.org
    bases = org.numbers("base")
    for p in range(len(case.periods)):
        for row in range(len(org)):
            weight = weights_of(case.card, str(org.kinds[row]))
            top = bottom = 0.0
            held = False
            for item in case.card.items:
                kpi = case.kpis[item.kpi]
                a = float(scores.results.of(item.kpi)[p, row])
                t = float(scores.results.counted_target(item.kpi)[p, row])
                x = float(scores.attainment(item.kpi)[p, row])
                w = weight.get(item.kpi, 0.0)
                assert scores.weights(item.kpi)[row] == w
                assert close(x, attainment(kpi, item, a, t, float(bases[row])))
                gained = float(scores.points(item.kpi)[p, row])
                if is_smooth(item):
                    assert close(gained, points(item, x))
                if w == 0:
                    continue
                if math.isnan(gained):
                    held = True
                    bottom += w if case.card.missing == ck.absences.Zero() else 0.0
                    continue
                top, bottom = top + w * gained, bottom + w
            expected = top / bottom if bottom else GONE
            if held and case.card.missing == ck.absences.Hold():
                expected = GONE
            total = float(scores.total[p, row])
            assert close(total, expected, 100.0)
            code = int(scores.grade_codes[p, row])
            if case.card.grades is None or math.isnan(total):
                assert code == -1
            else:
                rounded = round(total, 1)
                assert scores.grades[code] == (
                    "top" if rounded >= 90 else "mid" if rounded >= 50.5 else "low"
                )


@settings(max_examples=60)
@given(cases())
def test_the_parts_of_a_gap_sum_to_it(case):
    gaps = case.gaps()
    results, org = gaps.scores.results, gaps.org
    for k, kpi in enumerate(case.kpis):
        values, wanted = results.of(kpi.name), results.counted_target(kpi.name)
        np.testing.assert_array_equal(gaps.of(kpi.name), values - wanted)
        for p, period in enumerate(case.periods):
            for row, below in enumerate(children_of(org)):
                node = org.ids.tolist()[row]
                split = gaps.by_child(node, kpi.name, period)
                whole = float(values[p, row] - wanted[p, row])
                if math.isnan(whole) or not below:
                    continue
                assert split.whole == whole
                # what went into the parts, to measure their rounding by
                size = abs(wanted[p, row]) + abs(values[p, row]) + np.abs(split.parts).sum()
                rows = [row, *below]
                parts = [np.nan_to_num(part[p, rows]) for part in results.parts[k]]
                if len(parts) == 2:
                    size += (np.abs(parts[0]).sum() + abs(wanted[p, row]) * parts[1].sum()) / abs(
                        parts[1][0]
                    )
                size += np.nansum(np.abs(values[p, below])) if len(parts) == 1 else 0
                size += np.nansum(np.abs(wanted[p, below]))
                assert abs(split.parts.sum() - whole) <= 1e-13 * size
                if whole:
                    assert abs(split.cumulative[-1] - 1) <= 1e-13 * size / abs(whole)
                    assert np.array_equal(split.share, split.parts / whole)
                else:
                    assert np.isnan(split.share).all()


def at_target_points(gaps, item):
    """Points of everybody if the result were the target."""
    rule, targets = item.attainment, gaps.scores.results.counted_target(item.kpi)
    better = gaps.kpis[item.kpi].better
    columns = [np.broadcast_to(gaps.org.numbers(name), targets.shape) for name in rule.columns]
    return item.curve(rule(targets, targets, better, *columns))


@settings(max_examples=60)
@given(cases())
def test_the_gap_of_a_total_is_split_over_its_kpis(case):
    gaps = case.gaps()
    scores, org = gaps.scores, gaps.org
    best_of = [at_target_points(gaps, item) for item in case.card.items]
    for p, period in enumerate(case.periods):
        for row, node in enumerate(org.ids.tolist()):
            split = gaps.by_kpi(node, period)
            total = float(scores.total[p, row])
            if math.isnan(total):
                assert math.isnan(split.whole)
                continue
            at_target = bottom = size = 0.0
            defined = True
            for i, item in enumerate(case.card.items):
                weight = float(scores.weights(item.kpi)[row])
                best = float(best_of[i][p, row])
                gained = float(scores.points(item.kpi)[p, row])
                if weight == 0 or (
                    math.isnan(gained) and case.card.missing == ck.absences.Renormalise()
                ):
                    continue
                if math.isnan(best):
                    defined = False  # no target: nothing to be on
                    continue
                at_target, bottom = at_target + weight * best, bottom + weight
                size += weight * (abs(best) + (0 if math.isnan(gained) else abs(gained)))
            if not defined or not bottom:
                continue
            expected = total - at_target / bottom
            assert abs(split.whole - expected) <= 1e-12 * (size / bottom + abs(total))
            assert abs(split.parts.sum() - split.whole) <= 1e-13 * size / bottom
            assert split.parts.tolist() == sorted(split.parts.tolist())
            if split.whole:
                assert abs(split.cumulative[-1] - 1) <= 1e-12 * size / bottom / abs(split.whole)


@settings(max_examples=60)
@given(cases())
def test_a_gap_that_is_absent_has_no_parts(case):
    gaps = case.gaps()
    for p, period in enumerate(case.periods):
        for row, node in enumerate(gaps.org.ids.tolist()):
            splits = [gaps.by_child(node, kpi.name, period) for kpi in case.kpis]
            if math.isnan(float(gaps.total[p, row])):
                splits.append(gaps.by_kpi(node, period))
            assert not any(len(split) for split in splits if math.isnan(split.whole))
