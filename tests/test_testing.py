"""The library's own rules keep the laws it gives to others."""

import attrs
import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import (
    aggregates,
    attainments,
    conditions,
    curves,
    directions,
    methods,
    splits,
    testing,
)
from cascade_kpi.records import record

ORG = ck.OrgTree.from_table(
    {
        "id": ["hq", "n", "s", "ann", "bo", "cy", "di", "ed"],
        "parent": ["", "hq", "hq", "n", "n", "s", "s", "s"],
        "staff": [None, None, None, 9.5, 4.0, 1.0, 25.25, 7.0],
        "share": [None, 0.25, 0.75, 0.5, 0.5, 0.2, 0.2, 0.6],
        "growth": [None, None, None, 0.1, -0.2, 0.0, 1.5, 0.05],
        "last_year": [None, None, None, 90.0, 110.0, 80.0, 120.0, 100.0],
        "boss": [None, "hq", "hq", "n", "n", "s", "s", "s"],
        "kind": ["company", "area", "area", *["person"] * 5],
    },
    kind="kind",
)
CURVES = [
    curves.Linear(),
    curves.Linear(50, floor=None, cap=None),
    curves.Linear(cap=120),
    curves.Piecewise([(0.8, 50), (1, 100), (1.2, 150)], below=0),
    curves.Piecewise([(0, 100), (1, 0)], above=-5),
    curves.Steps([(0.8, 60), (1, 100)]),
    curves.Levels(threshold=(0.8, 50), target=(1, 100), stretch=(1.2, 150)),
    curves.Levels(threshold=(60, 50), target=(45, 100), below=None, above=120),
    curves.GoalRedFlag(1.1, 0.7),
    curves.GoalRedFlag(5, 25, most=10, least=-3),
    curves.Plateau((0.95, 1.05), (0.8, 1.2)),
    curves.Plateau((1, 1), (0.8, 1.1), 120, 30),
    curves.Tolerances([(0.02, 100), (0.05, 80)], beyond=10),
    curves.Tolerances([(0, 5)]),
    curves.Table({1: 0, 2: 50, 3: 100}),
    curves.Table({1: 0, 2: 50, 3: 20}, between="higher"),
    curves.Table({0.1: 0, 0.2: 50}, between="nearest"),
    curves.AddDeduct(1, 2, most=110),
    curves.AddDeduct(0.3, 0, least=None, base=50, at=0.9),
    curves.AddDeduct(1, 2, most=None, least=None),
    curves.AddDeduct(0, 2, least=100, every=0.1),
    curves.AddDeduct(1.5, 2, most=110, counted="completed"),
    curves.AddDeduct(1, 2.5, most=110, least=30, counted="begun"),
    curves.AddDeduct(0, 0, counted="begun"),
    curves.MarginalTiers([(0, 100), (1.0, 200), (1.2, 300)]),
    curves.MarginalTiers([(0.8, 100), (1.0, 200), (1.2, 0)], base=10, most=40),
    curves.MarginalTiers([(0.8, 100), (1.0, 200)], most=0),
    curves.RetroactiveTiers([(0, 80), (1.0, 100), (1.2, 120)]),
    curves.RetroactiveTiers([(0.5, 80), (1.0, 100), (1.2, 120)], base=7, most=110),
    curves.Smoothstep((0.5, 0), (1, 100)),
    curves.Smoothstep((0.5, 0), (-1, 100)),
    curves.Logistic((0.8, 20), (1.2, 80)),
    curves.Logistic((0.3, 7), (-0.2, 8), -1, 11),
    curves.Rounded(curves.Linear(33.3), 1, "half_up"),
    curves.Rounded(curves.Logistic((0.8, 20), (1.2, 80)), 0, "down"),
    curves.Threshold(curves.AddDeduct(5, 5, most=150), 0.93),
    curves.Threshold(curves.Levels(threshold=(0.8, 50), target=(1, 100)), 1.0),
    curves.Threshold(curves.Rounded(curves.Linear()), 0.5, below=-3),
    curves.Composed([curves.Piecewise([(0.8, 1), (1, 3), (1.2, 5)]), curves.Table({1: 0, 3: 9})]),
    curves.Composed([curves.Linear(), curves.Linear(-1, floor=-90, cap=-20)]),
    curves.Composed([curves.Smoothstep((0, 0), (1, 1)), curves.Linear()]),
]
LIMITS = [
    splits.Amount(2),
    splits.Amount(50, at=["area", "company"]),
    splits.Times("last_year"),
    splits.Times("last_year", 1.3),
]
BLEND = splits.Blend([(0.6, splits.ProRata("staff")), (0.4, splits.Equal())])
SPLITS = [
    splits.Equal(),
    splits.Shared(),
    splits.ProRata("staff"),
    splits.FixedShares("share"),
    splits.Grown("staff", "growth"),
    BLEND,
    splits.Threshold(splits.ProRata("staff"), 0.25),
    splits.Threshold(splits.Within(splits.Equal(), cap=splits.Times("last_year", 9)), 0.1),
    splits.Within(BLEND, floor=2, cap=splits.Times("last_year", 4)),
    splits.Over(splits.Equal(), {"area": 0.05, "company": "0.1"}),
    splits.Over(splits.Within(splits.ProRata("staff"), floor="last_year"), {"area": 0.25}),
]
RATED = ck.OrgTree.from_table(
    {
        "id": ["hq", "east", "west", "ann", "bo", "cy", "di"],
        "parent": ["", "hq", "hq", "east", "east", "west", "west"],
        "calls": [None, None, None, 300, 100, 0, 250.5],
        "solved": [None, None, None, 210, 90, None, 200],
        "peers": [None, None, None, 80, 75, None, 90],
    }
)
SOLVED = ck.Kpi(
    "solved", "%", aggregate=aggregates.Ratio(100),
    split=splits.Rates("calls", ("solved", "calls")),
)  # fmt: skip
MIXED = splits.Mixed([(1, splits.Uniform()), (3, splits.Towards(splits.Times("peers")))])
PACES = [
    splits.Uniform(),
    splits.Towards(),
    splits.Towards(95),
    splits.UpTo(splits.Times("peers", 1.1)),
    splits.UpTo("best"),
    MIXED,
    splits.Bounded(MIXED, points=8, low=0, high=100),
]
METHODS = [
    methods.LargestRemainder(),
    methods.Adams(),
    methods.Dean(),
    methods.HuntingtonHill(),
    methods.Webster(),
    methods.ModifiedSainteLague(),
    methods.Jefferson(),
    methods.Quota(),
]
AGGREGATES = [
    aggregates.Sum(),
    aggregates.Mean(),
    aggregates.WeightedMean(),
    aggregates.Ratio(100),
    aggregates.Min(),
    aggregates.Max(),
    aggregates.Last(aggregates.Ratio()),
    aggregates.Last(),
]
DIRECTIONS = [directions.Higher(), directions.Lower(), directions.OnTarget(0.25)]
ATTAINMENTS = [
    attainments.Proportion(),
    attainments.Proportion("met"),
    attainments.Proportion("exclude"),
    attainments.Proportion("met", "met"),
    attainments.Proportion("exclude", negative="refuse"),
    attainments.Progress("base"),
    attainments.Progress(40.0, "met"),
    attainments.Progress("base", "exclude"),
    attainments.Goalposts(20, 85),
    attainments.Goalposts("worst", "best", floor=None, cap=None),
    attainments.Goalposts(0.5, "best", scale="logarithm"),
    attainments.Quotient(),
    attainments.Quotient(1.5, "met"),
    attainments.Difference(),
    attainments.Improvement("last_year"),
    attainments.Improvement(-40, "exclude"),
    attainments.Rounded(attainments.Goalposts("worst", 400), 3, "half_up"),
    attainments.Rounded(attainments.Proportion()),
    attainments.Result(),
]
CONDITIONS = [
    conditions.AttainmentBelow(0.9),
    conditions.ShortfallAtLeast(10),
    conditions.PointsLost(1),
    conditions.ShareOfParent(0.3),
    conditions.AllOf([conditions.AttainmentBelow(0.95), conditions.ShareOfParent(0.2)]),
    conditions.AnyOf([conditions.PointsLost(5), conditions.ShortfallAtLeast(3)]),
]


@pytest.fixture(scope="module")
def gaps():
    kpi = ck.Kpi("sales", "CNY", split=splits.ProRata("staff"), lot=1)
    targets = ck.cascade(ORG, [kpi], {"sales": 997}, periods="2026")
    actuals = {
        "node": ["ann", "bo", "cy", "di"],
        "kpi": ["sales"] * 4,
        "value": [180.0, 50.5, 39.0, 480.0],
    }
    card = ck.Scorecard([ck.Item("sales")], {"sales": 100})
    return ck.gaps(ck.score(ck.measure(targets, actuals), card))


@pytest.mark.parametrize("curve", CURVES, ids=repr)
def test_curves(curve):
    testing.check_curve(curve)


@pytest.mark.parametrize("split", SPLITS, ids=repr)
def test_splits(split):
    testing.check_split(split, ORG)


@pytest.mark.parametrize("limit", LIMITS, ids=repr)
def test_limits(limit):
    testing.check_limit(limit, ORG)


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_methods(method):
    testing.check_method(method)


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=repr)
def test_aggregates(aggregate):
    testing.check_aggregate(aggregate)


@pytest.mark.parametrize("direction", DIRECTIONS, ids=repr)
def test_directions(direction):
    testing.check_direction(direction)


@pytest.mark.parametrize("attainment", ATTAINMENTS, ids=repr)
def test_attainments(attainment):
    testing.check_attainment(attainment)


@pytest.mark.parametrize("condition", CONDITIONS, ids=repr)
def test_conditions(condition, gaps):
    testing.check_condition(condition, gaps, "sales")


@pytest.mark.parametrize("pace", PACES, ids=repr)
def test_paces(pace):
    testing.check_pace(pace, RATED, SOLVED, goal=79.5)
    testing.check_pace(pace, RATED, attrs.evolve(SOLVED, better="lower"))


@pytest.mark.parametrize("pace", PACES, ids=repr)
def test_splits_of_ratios(pace):
    split = attrs.evolve(SOLVED.split, pace=pace)
    testing.check_rated(split, RATED, SOLVED, goal=79.5)
    testing.check_rated(split, RATED, attrs.evolve(SOLVED, better="lower"))


@record("test/splits.bent")
@frozen
class Bent:
    """Rates with one of the columns that it says bent, and so unlawful."""

    which: str
    by: float

    def paced(self, org, aggregate, better):
        said = SOLVED.split.paced(org, aggregate, better)
        if self.which in ("volumes", "rates"):
            line = getattr(said.baseline, self.which) * 1.0
            line[0] *= self.by
            return attrs.evolve(said, baseline=attrs.evolve(said.baseline, **{self.which: line}))
        column = np.array(getattr(said, self.which))
        column[0] = self.by
        return attrs.evolve(said, **{self.which: column})


@pytest.mark.parametrize(
    ("which", "by", "told"),
    [
        ("volumes", 1.001, "inner volumes are not the sums of the leaves'"),
        ("volumes", -1.0, "a volume is zero or more"),
        ("rates", 1.001, "the base ratio of ['hq'] is not that of its leaves"),
        ("rates", np.nan, "what has a volume has a base ratio"),
        ("pace", 1.0, "who has no volume, or is no leaf, has a pace of zero"),
        ("low", np.inf, "its least are infinite somewhere"),
    ],
)
def test_a_bent_split_of_ratios_is_told(which, by, told):
    with pytest.raises(AssertionError) as caught:
        testing.check_rated(Bent(which, by), RATED, SOLVED)
    assert told in str(caught.value)


@record("test/aggregates.unlawful")
@frozen
class MeanOfMeans:
    inputs = ("value",)
    makeup = aggregates.Makeup.OTHER

    @property
    def combine(self):
        return lambda a, b, out: np.copyto(
            out, np.where(np.isnan(a), b, np.where(np.isnan(b), a, (a + b) / 2))
        )

    along = combine

    def parts(self, *inputs):
        return inputs

    def finish(self, *parts):
        return parts[0]


@record("test/directions.unlawful")
@frozen
class Backwards:
    def shortfall(self, actual, target):
        return actual - target

    def proportion(self, actual, target):
        return actual / target


@record("test/attainments.unlawful")
@frozen
class RefusesAll:
    columns = ()

    def __call__(self, actual, target, better, *columns):
        return actual / target

    def refuses(self, target, better, *columns):
        return np.ones(target.shape, dtype=bool)


@record("test/conditions.unlawful")
@frozen
class EverywhereEvenInTheDark:
    def __call__(self, gaps, kpi):
        return np.ones(gaps.of(kpi).shape, dtype=bool)

    def words(self):
        return "always"


def test_laws_catch_the_lawless(gaps):
    with pytest.raises(AssertionError, match="not associative"):
        testing.check_aggregate(MeanOfMeans())
    with pytest.raises(AssertionError, match="below zero"):
        testing.check_direction(Backwards())
    with pytest.raises(AssertionError, match="refuses a usual target"):
        testing.check_attainment(RefusesAll())
    with pytest.raises(AssertionError, match="there is no gap"):
        testing.check_condition(EverywhereEvenInTheDark(), gaps, "sales")


def test_records_must_be_frozen_and_registered():
    with pytest.raises(AssertionError, match="not an attrs class"):
        testing.check_record("text")
