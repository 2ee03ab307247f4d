"""The rows of every input may stand in any order: not a bit of any output changes."""

from datetime import date

import attrs
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.strategies.cycles import cases
from tests.strategies.trees import shuffled

ACTIONS = {
    "action": ["visit", "train", "review"],
    "text": ["Two joint visits a week", "A course", "Talk it over"],
    "owner": ["self", "parent", "self"],
    "days": [7, 60, 14],
}


def playbook(case, table):
    when = [
        ("visit", ck.conditions.ShortfallAtLeast(0.5)),
        ("train", ck.conditions.AttainmentBelow(0.9)),
        (
            "review",
            ck.conditions.AnyOf([ck.conditions.PointsLost(1), ck.conditions.ShareOfParent(0.4)]),
        ),
        ("visit", ck.conditions.AttainmentBelow(1.0)),
    ]
    rules = [
        ck.Rule(kpi.name, condition, action) for kpi in case.kpis for action, condition in when
    ]
    return ck.Playbook.from_table(table, rules=rules)


def footprint(case, actions):
    """Every array that the cycle makes, as bytes, and everything that people read."""
    gaps = case.gaps()
    scores = gaps.scores
    year = ck.over_periods(scores.results, "year")
    arrays = [scores.total, scores.grade_codes, gaps.total, gaps.org.ids, gaps.org.parent]
    targets, divided = scores.results.targets, [kpi for kpi in case.kpis if kpi.split.divides]
    arrays += [targets.lots_of(kpi.name).filled(-1) for kpi in divided]
    for kpi in case.kpis:
        arrays += [stage.of(kpi.name) for stage in (scores.results, targets, year, year.targets)]
        arrays += [scores.results.coverage(kpi.name), year.coverage(kpi.name)]
        arrays += [scores.attainment(kpi.name), scores.points(kpi.name)]
        arrays += [gaps.shortfall(kpi.name), gaps.to_parent(kpi.name), gaps.kept(kpi.name)]
        arrays += [gaps.of(kpi.name), gaps.in_points(kpi.name)]
    plan = ck.improve(gaps, playbook(case, actions), start=date(2026, 1, 1))
    told = [repr(gaps.by_child(node.id, kpi.name, period))
            for node in gaps.org for kpi in case.kpis for period in case.periods]  # fmt: skip
    stages = [
        scores.results.targets,
        scores.results.actuals,
        scores.results,
        year,
        scores,
        gaps,
        plan,
    ]
    tables = [stage.table() for stage in stages] + [scores.totals(), gaps.totals()]
    arrays += [column for table in tables for column in table.values()]
    shown = [gaps.org.draw(), *told]
    return [a.tobytes() if a.dtype != object else a.tolist() for a in arrays], shown


@settings(max_examples=40)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(case, random):
    def mixed(table):
        n = len(next(iter(table.values())))
        return shuffled(table, random.sample(range(n), n))

    other = attrs.evolve(
        case, units=mixed(case.units), goals=mixed(case.goals), actuals=mixed(case.actuals)
    )
    numbers, words = footprint(case, ACTIONS)
    again, same_words = footprint(other, mixed(ACTIONS))
    assert numbers == again
    assert words == same_words


@settings(max_examples=40)
@given(cases(), st.randoms(use_true_random=False))
def test_stages_made_from_shuffled_rows_are_equal_and_hash_alike(case, random):
    def mixed(table):
        n = len(next(iter(table.values())))
        return shuffled(table, random.sample(range(n), n))

    other = attrs.evolve(case, units=mixed(case.units))
    one, two = case.gaps(), other.gaps()
    assert one.org == two.org
    assert hash(one) == hash(two)
    assert one.scores.results.targets == two.scores.results.targets
    assert np.array_equal(one.scores.total, two.scores.total, equal_nan=True)


@given(cases())
def test_rows_may_come_as_columns_or_as_records(case):
    columns = case.actuals
    records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if records:
        targets = case.targets()
        made = [ck.measure(targets, t, missing=case.missing, inner=case.inner)
                for t in (columns, records)]  # fmt: skip
        assert made[0] == made[1]
