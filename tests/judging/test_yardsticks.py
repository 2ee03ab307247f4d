"""What targets are judged by."""

import statistics

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import testing, yardsticks
from cascade_kpi.judging.groups import Groups
from cascade_kpi.records import record
from tests.helpers import NAN, org, refused

HIGHER, LOWER, BAND = ck.directions.Higher(), ck.directions.Lower(), ck.directions.OnTarget(0.5)


@pytest.mark.parametrize("rule", [yardsticks.Latest(), yardsticks.Average(), yardsticks.Best()])
def test_bases_keep_the_law(rule):
    testing.check_base(rule)


@pytest.mark.parametrize("rule", [yardsticks.Relative(), yardsticks.InUnits()])
def test_measures_keep_the_law(rule):
    testing.check_measure(rule)


@pytest.mark.parametrize("rule", [yardsticks.Deviations(2), yardsticks.Quartiles(1.5)])
def test_fences_keep_the_law(rule):
    testing.check_fences(rule)


@pytest.mark.parametrize(
    "rule", [yardsticks.OfTarget(0.1), yardsticks.Amount(3), yardsticks.ByKpi({"sales": 2})]
)
def test_what_is_material_keeps_the_law(rule):
    testing.check_material(rule)


def test_what_is_material_is_a_share_of_the_target_or_an_amount_by_kpi():
    target = np.array([200.0, -40.0, NAN])
    sales, churn = ck.Kpi("sales", "CNY"), ck.Kpi("churn", "%")
    rule = yardsticks.Yardstick(material={"churn": 0.3}).material
    assert rule(target, sales).tolist()[:2] == [10.0, 2.0]
    assert rule(target, churn).tolist()[:2] == [0.3, 0.3]
    assert np.isnan(rule(target, churn)[2])
    told = "; ".join(map(str, refused(yardsticks.ByKpi, {"sales": "much"}, others=3)))
    assert "rules of sales = 'much': no rule" in told
    assert "others = 3: no rule" in told
    assert "share = -0.1: negative" in str(refused(yardsticks.OfTarget, -0.1)[0])


def test_a_base_is_the_latest_the_mean_or_the_best():
    past = np.array([[10.0, NAN, 7.0, NAN], [4.0, 8.0, NAN, NAN], [6.0, 6.0, NAN, NAN]])
    target = np.full(4, 9.0)

    def told(rule, better):
        return [None if x != x else x for x in rule(past, target, better).tolist()]

    assert told(yardsticks.Latest(), HIGHER) == [6.0, 6.0, None, None]
    assert told(yardsticks.Average(), HIGHER) == [20 / 3, 7.0, 7.0, None]
    assert told(yardsticks.Best(), HIGHER) == [10.0, 8.0, 7.0, None]
    assert told(yardsticks.Best(), LOWER) == [4.0, 6.0, 7.0, None]
    assert told(yardsticks.Best(), BAND) == [10.0, 8.0, 7.0, None]  # nearest to 9, the first


@pytest.mark.parametrize(
    ("better", "base", "target", "wanted"),
    [
        (HIGHER, 100, 110, 0.1),
        (HIGHER, 100, 90, -0.1),
        (LOWER, 100, 90, 0.1),
        (HIGHER, -10, -8, 0.2),  # a smaller loss is asked
        (HIGHER, -10, 5, 1.5),
        (LOWER, -10, -12, 0.2),
        (HIGHER, 0, 5, NAN),
        (HIGHER, 5, 0, -1.0),
        (HIGHER, 1e-200, 5, NAN),
        (BAND, 10, 10.4, 0.0),
        (BAND, 10, 12, 0.15),
        (BAND, 12, 10, 1.5 / 12),
    ],
)
def test_what_is_asked_is_positive_where_it_is_harder(better, base, target, wanted):
    targets = ck.Targets.from_columns(
        org({"a": ""}),
        ck.Kpis([ck.Kpi("k", "x", better=better)]),
        {"k": np.array([float(target)])},
        periods="2027",
    )
    past = {"node": ["a"], "kpi": ["k"], "period": ["2026"], "value": [base]}
    measures = {"k": yardsticks.Relative()}
    tree = org({"a": ""}, kind=["person"])
    targets = ck.Targets.from_columns(tree, targets.kpis, {"k": targets.of("k")}, periods="2027")
    judged = ck.fairness(targets, past, measures=measures)
    assert judged.stretch("k")[0, 0] == pytest.approx(wanted, nan_ok=True)


def test_figures_of_groups_are_those_of_the_library():
    rng = np.random.default_rng(7)
    values, codes = rng.normal(size=200), rng.integers(-1, 6, size=200)
    values[rng.integers(0, 200, size=20)] = NAN
    groups = Groups.of(values, codes)
    for g, name in enumerate(groups.names):
        mine = sorted(v for v, c in zip(values, codes, strict=True) if c == name and v == v)
        assert groups.counts[g] == len(mine)
        assert groups.medians[g] == pytest.approx(statistics.median(mine), rel=1e-14)
        for q in (0.0, 0.25, 0.75, 1.0):
            assert groups.quantile(q)[g] == pytest.approx(np.quantile(mine, q), rel=1e-12)


def test_deviations_are_told_of_half_that_are_alike():
    values = np.array([1.0, 1.0, 1.0, 1.0, 2.0])
    low, high, spread = yardsticks.Deviations(3)(Groups.of(values, np.zeros(5, dtype=np.int64)))
    assert spread.tolist() == [1.2533 * 0.2]
    assert (low[0], high[0]) == pytest.approx((1 - 3 * 0.25066, 1 + 3 * 0.25066))


def test_what_differs_by_rounding_alone_makes_no_spread():
    same = [0.1 * k for k in (1, 1, 1)] + [0.3 - 0.2, 1.1 - 1.0, 2.1 - 2.0]
    assert len(set(same)) > 2
    values = np.array([*same, 0.6])
    _, _, spread = yardsticks.Deviations()(Groups.of(values, np.zeros(7, dtype=np.int64)))
    assert spread == pytest.approx([1.2533 * 0.5 / 7])


def test_the_published_median_absolute_deviation():
    # 1 1 2 2 4 6 9: median 2, deviations 1 1 0 0 2 4 7, their median 1 (Wikipedia,
    # "Median absolute deviation", the worked example).
    values = np.array([1.0, 1, 2, 2, 4, 6, 9])
    _, _, spread = yardsticks.Deviations()(Groups.of(values, np.zeros(7, dtype=np.int64)))
    assert spread.tolist() == [1.4826]


def test_everything_wrong_with_a_yardstick_is_told_at_once():
    faults = refused(yardsticks.Yardstick, 5, "latest", None, {"k": 1}, "")
    assert [f.column for f in faults] == ["peers", "base", "fences", "measures of k", "capacity"]
    for rule in (yardsticks.Deviations, yardsticks.Quartiles):
        for times in (0, -1, NAN, "x", True):
            refused(rule, times)
    refused(yardsticks.Peers, "", 1)
    refused(yardsticks.Peers, "post", True)


@record("test_yardsticks/wide")
@frozen
class Wide:
    def __call__(self, groups):
        return groups.quantile(0.0), groups.quantile(1.0), groups.quantile(0.75)[:0]


def test_odd_fences_are_refused_by_name():
    tree = org(kind=["person"] * 6)
    targets = ck.cascade(tree, [ck.Kpi("k", "x")], {"k": 6}, periods="2027")
    past = {"node": ["ann"], "kpi": ["k"], "period": ["2026"], "value": [1]}
    (fault,) = refused(ck.fairness, targets, past, fences=Wide())
    assert "its spread is not one float a group" in str(fault)
    with pytest.raises(AssertionError, match="spread is not one float"):
        testing.check_fences(Wide())


@pytest.mark.parametrize(
    "rule",
    [
        yardsticks.Yardstick(
            "post",
            yardsticks.Best(),
            yardsticks.Quartiles(2),
            {"k": yardsticks.InUnits()},
            "staff",
        ),
        yardsticks.Yardstick(),
    ],
)
def test_yardsticks_are_records(rule):
    back = ck.from_json(ck.to_json(rule))
    assert back == rule
    assert hash(back) == hash(rule)


@record("test_yardsticks/raising")
@frozen
class Raising:
    answer: float = 1.0

    def __call__(self, *given):
        raise ZeroDivisionError("oh")

    def unit(self, kpi):
        return ""


@record("test_yardsticks/eager")
@frozen
class Eager:
    """Answers where there is no past, and a stretch where nothing is asked."""

    def __call__(self, first, second, better=None):
        return np.ones(second.shape)

    def unit(self, kpi):
        return ""


@record("test_yardsticks/narrow")
@frozen
class Narrow:
    """Fences that do not move with the numbers."""

    def __call__(self, groups):
        zero = np.zeros(len(groups))
        return zero, zero + 1.0, zero


@pytest.mark.parametrize(
    ("check", "rule", "broken"),
    [
        (testing.check_base, Raising(), "raises ZeroDivisionError: oh"),
        (testing.check_measure, Raising(), "raises ZeroDivisionError: oh"),
        (testing.check_fences, Raising(), "raises ZeroDivisionError: oh"),
        (testing.check_base, Eager(), "where there is no past"),
        (testing.check_measure, Eager(), "answers 1.0 to"),
        (testing.check_fences, Narrow(), "does not move with the numbers"),
    ],
)
def test_broken_laws_are_told(check, rule, broken):
    with pytest.raises(AssertionError, match=broken):
        check(rule)


def test_odd_bases_and_measures_are_refused_by_name():
    tree = org(kind=["person"] * 6)
    targets = ck.cascade(tree, [ck.Kpi("k", "x")], {"k": 6}, periods="2027")
    past = {"node": ["ann"], "kpi": ["k"], "period": ["2026"], "value": [1]}
    faults = refused(ck.fairness, targets, past, base=Eager(), measures={"k": Raising()})
    assert [fault.column for fault in faults] == ["base", "measures of k"]
    assert "testing.check_base tells more" in faults[0].repair
