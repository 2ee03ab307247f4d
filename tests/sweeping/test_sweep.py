"""Many weightings at once, against scoring by each of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.sweeping import sweep as module
from tests.helpers import refused

NAMES = ("a", "b", "c")
GRADES = ck.Grades.from_edges({"A": 100, "B": 80, "C": None})
PERIODS = ("Q1", "Q2")


def scores(missing="renormalise", seed=1, nodes=40, **rules):
    draw = np.random.default_rng(seed)
    parent = ["", *(f"n{(i - 1) // 3:02}" for i in range(1, nodes))]
    org = ck.OrgTree.from_table({"id": [f"n{i:02}" for i in range(nodes)], "parent": parent})
    kpis = ck.Kpis([ck.Kpi(name, "x", aggregate=ck.aggregates.Mean()) for name in NAMES])
    shape = (len(PERIODS), nodes)
    wanted = {name: draw.integers(50, 150, shape).astype(float) for name in NAMES}
    targets = ck.Targets.from_columns(org, kpis, wanted, periods=PERIODS)
    got = {name: draw.integers(20, 200, shape).astype(float) for name in NAMES}
    for values in got.values():
        values[draw.random(shape) < 0.4] = np.nan
    actuals = ck.Actuals.from_columns(org, kpis, got, periods=PERIODS)
    items = [ck.Item(name, ck.curves.Linear(cap=130)) for name in NAMES]
    weights = {"a": 50, "b": 30, "c": 20}
    card = ck.Scorecard(
        ck.Section("total", items, **rules), weights, missing=missing, grades=GRADES
    )
    return ck.score(ck.measure(targets, actuals, inner="own"), card)


RULES = [
    {},
    {"missing": "zero"},
    {"missing": "hold"},
    {"combine": ck.combines.Geometric(1)},
    {"gates": [ck.Gate(ck.triggers.PointsBelow("a", 80), 90)]},
]


def plain(base, weightings):
    """The totals of every weighting by scoring, float64 (w, p, n)."""
    made = []
    for row in weightings.values:
        entry = dict(zip(weightings.items, (row * (100 / row.sum())).tolist(), strict=True))
        card = base.scorecard
        one = ck.Scorecard(card.root, entry, missing=card.missing, grades=GRADES)
        made.append(ck.score(base.results, one).total)
    return np.array(made)


@pytest.mark.parametrize("rules", RULES, ids=str)
@settings(max_examples=15)
@given(st.integers(0, 50), st.integers(1, 70), st.sampled_from([3, 16, 8192]))
def test_a_sweep_is_scoring_by_every_weighting(rules, seed, count, size):
    base = scores(seed=seed, **rules)
    weightings = ck.Weightings.drawn({"a": 2, "c": 1, "b": 0}, count, seed=seed, concentration=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_NODES", size)
        swept = ck.sweep(base, weightings)
    totals = plain(base, weightings)
    codes = np.array([GRADES.codes(each) for each in totals])
    there = ~np.isnan(totals)
    assert swept.scored.tolist() == there.sum(axis=2).tolist()
    sums = np.where(there, totals, 0).sum(axis=2)
    np.testing.assert_allclose(
        swept.mean, sums / np.where(there.any(axis=2), there.sum(axis=2), np.nan)
    )
    np.testing.assert_allclose(swept.low, np.fmin.reduce(totals), rtol=1e-12)
    np.testing.assert_allclose(swept.high, np.fmax.reduce(totals), rtol=1e-12)
    near = np.abs(totals[..., None] - [99.995, 79.995]).min() < 1e-9
    if not near:
        for g, label in enumerate(base.grades):
            assert swept.graded[..., g].tolist() == (codes == g).sum(axis=2).tolist()
            np.testing.assert_array_equal(swept.share(label), (codes == g).mean(axis=0))
        assert swept.changed.tolist() == (codes != base.grade_codes).sum(axis=2).tolist()
    k = count - 1
    assert swept.totals(k).tobytes() == totals[k].tobytes()


def test_robustness_is_the_share_of_the_grade_that_one_has():
    base = scores()
    swept = ck.sweep(base, ck.Weightings.around({"a": 50, "b": 30, "c": 20}, 0.9))
    own = swept.robustness()
    for p, row in np.ndindex(own.shape):
        grade = base.grade_codes[p, row]
        want = np.nan if grade < 0 else swept.share(base.grades[grade])[p, row]
        np.testing.assert_equal(own[p, row], want)
    assert np.nanmin(own) < 1


def test_it_goes_through_json():
    swept = ck.sweep(scores(), ck.Weightings(NAMES, [[1, 2, 3], [3, 2, 1]], ["up", "down"]))
    back = ck.from_json(ck.to_json(swept))
    assert back == swept
    assert hash(back) == hash(swept)


def test_what_is_wrong_is_told_together():
    with pytest.raises(ck.InputError, match="no item of this name"):
        ck.sweep(scores(), ck.Weightings(["a", "z"], [[1, 2]]))
    swept = ck.sweep(scores(), ck.Weightings(["a"], [[1]]))
    with pytest.raises(ck.InputError, match="no such grade"):
        swept.share("Z")
    with pytest.raises(ck.InputError, match="no such grade"):
        swept.share(np.array(["A", "B"]))
    with pytest.raises(ck.InputError):
        swept.totals(1)


@pytest.mark.parametrize("missing", ["renormalise", "zero"])
def test_totals_outside_all_grades_are_refused_as_scoring_refuses_them(missing):
    org = ck.OrgTree.from_table({"id": ["hq"], "parent": [""]})
    kpis = [ck.Kpi("sales", "CNY"), ck.Kpi("calls", "calls")]
    targets = ck.cascade(org, kpis, {"sales": 100, "calls": 100}, periods="2026")
    reports = {"node": ["hq", "hq"], "kpi": ["sales", "calls"], "value": [120, 60]}
    grades = ck.Grades([ck.Band("A", 90, 110), ck.Band("B", 70, 90)])
    items = [ck.Item("sales"), ck.Item("calls")]
    card = ck.Scorecard(items, {"sales": 50, "calls": 50}, missing=missing, grades=grades)
    base = ck.score(ck.measure(targets, reports), card)
    many = ck.Weightings(["sales", "calls"], [[1, 0], [1, 1], [0, 1]])
    told = refused(ck.sweep, base, many)
    assert [fault.value for fault in told] == [60.0, 120.0]
    ck.sweep(base, ck.Weightings(["sales", "calls"], [[1, 1], [3, 4]]))
