"""Rules of another package are first-class: lawful, recorded, explained."""

from datetime import date

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import aggregates, testing
from cascade_kpi.records import from_json, record, to_json
from tests.second_package.acme_rules import (
    Growth,
    HardlyCovered,
    Inside,
    InThousands,
    RootMeanSquare,
    Sigmoid,
    SquareRoot,
    Takings,
)


@pytest.fixture
def org():
    return ck.OrgTree.from_table(
        {
            "id": ["hq", "n", "s", "ann", "bo", "cy", "di", "ed"],
            "parent": ["", "hq", "hq", "n", "n", "s", "s", "s"],
            "staff": [None, None, None, 9.0, 4.0, 1.0, 25.0, 7.0],
        }
    )


@pytest.fixture
def gaps(org):
    kpi = ck.Kpi("sales", "CNY", split=SquareRoot("staff"), lot=1)
    targets = ck.cascade(org, [kpi], {"sales": 997}, periods="2026")
    actuals = {
        "node": ["ann", "bo", "cy", "di", "ed"],
        "kpi": ["sales"] * 5,
        "value": [300.0, 150.5, 99.0, 240.0, 111.0],
    }
    card = ck.Scorecard([ck.Item("sales", Sigmoid(middle=0.9))], {"sales": 100})
    return ck.gaps(ck.score(ck.measure(targets, actuals), card))


def test_keep_the_public_laws(org):
    testing.check_curve(Sigmoid(), samples=np.linspace(-3, 3, 101))
    testing.check_split(SquareRoot("staff"), org, goal=997)


@pytest.mark.parametrize("rule", [RootMeanSquare(), Takings(), InThousands()], ids=repr)
def test_aggregates_keep_the_public_laws(rule):
    testing.check_aggregate(rule)
    testing.check_aggregate(aggregates.Last(rule))


def test_the_others_keep_the_public_laws(year):
    testing.check_direction(Inside(2, 5.5))
    testing.check_attainment(Growth("before"))
    testing.check_attainment(Growth("before"), better=Inside(1, 1))
    for kpi in year.kpis.names:
        testing.check_condition(HardlyCovered(0.9), year, kpi)


KPIS = ck.Kpis(
    [
        ck.Kpi("takings", "CNY", aggregate=Takings(), split=SquareRoot("staff"), lot=1),
        ck.Kpi("error", "mm", better="lower", aggregate=RootMeanSquare()),
        ck.Kpi("stock", "days", better=Inside(2, 5), aggregate=aggregates.Mean()),
        ck.Kpi("cost", "kCNY", better="lower", aggregate=InThousands(), split=ck.splits.Equal()),
    ]
)
CARD = ck.Scorecard(
    [
        ck.Item("takings", Sigmoid(middle=0.5), Growth("before")),
        ck.Item("error"),
        ck.Item("stock"),
        ck.Item("cost"),
    ],
    {"takings": 40, "error": 20, "stock": 20, "cost": 20},
)
GOALS = {"takings": 900, "error": 2.0, "stock": 20.0, "cost": 50.0}
REPORTS = {  # of each KPI: value, or pieces and price
    "takings": {"ann": (30, 9.5), "bo": (4, 20), "cy": (7, 8), "di": (0, 11)},
    "error": {"ann": (3,), "bo": (-4,), "di": (1.5,)},
    "stock": {"ann": (17,), "bo": (24.5,), "cy": (28,), "ed": (21,)},
    "cost": {"ann": (7_500,), "s": (31_000,)},
}


@pytest.fixture
def quarters():
    """Two quarters, of the second of which half is reported."""
    org = ck.OrgTree.from_table(
        {
            "id": ["hq", "n", "s", "ann", "bo", "cy", "di", "ed"],
            "parent": ["", "hq", "hq", "n", "n", "s", "s", "s"],
            "staff": [None, None, None, 9.0, 4.0, 1.0, 25.0, 7.0],
            "before": [400.0, 150.0, 250.0, 90.0, 60.0, 20.0, 130.0, 100.0],
        }
    )
    goals = {
        "node": ["hq"] * 8,
        "kpi": [*GOALS] * 2,
        "period": ["Q1"] * 4 + ["Q2"] * 4,
        "value": [*GOALS.values()] * 2,
    }
    rows = [
        {"node": node, "kpi": kpi, "period": period}
        | dict(zip(KPIS[kpi].aggregate.inputs, row, strict=True))
        for period, step in (("Q1", 1), ("Q2", 2))
        for kpi, reports in REPORTS.items()
        for node, row in list(reports.items())[::step]
    ]
    return ck.measure(ck.cascade(org, KPIS, goals), rows)


@pytest.fixture(params=["quarters", "year"])
def year(quarters, request):
    """Gaps of the quarters, or of both together, which have no target for the error."""
    if request.param == "quarters":
        return ck.gaps(ck.score(quarters, CARD))
    curve = ck.curves.Piecewise([(0, 100), (5, 0)])
    error = ck.Item("error", curve, ck.attainments.Result())
    items = [error if item.kpi == "error" else item for item in CARD.items]
    card = ck.Scorecard(items, CARD.weights)
    return ck.gaps(ck.score(ck.over_periods(quarters, "2026"), card))


def test_values_are_what_they_say(quarters):
    hq, n, ann = map(quarters.org.row, ("hq", "n", "ann"))
    assert quarters.of("takings")[0, hq] == 30 * 9.5 + 4 * 20 + 7 * 8
    assert quarters.of("error")[0, [hq, n]] == pytest.approx(
        [np.sqrt((9 + 16 + 2.25) / 3), np.sqrt(12.5)]
    )
    assert quarters.of("cost")[0, [hq, n]].tolist() == [38.5, 7.5]
    both = ck.over_periods(quarters, "2026")
    assert both.of("error")[0, hq] == pytest.approx(np.sqrt((9 + 16 + 2.25 + 9 + 2.25) / 5))
    scores = ck.score(quarters, CARD)
    target = quarters.counted_target("takings")[0, ann]
    assert scores.attainment("takings")[0, ann] == pytest.approx(
        np.log(285 / 90) / np.log(target / 90)
    )
    stock = {
        id_: scores.attainment("stock")[0, quarters.org.row(id_)] for id_ in ("ann", "bo", "cy")
    }
    assert stock == pytest.approx({"ann": 1 - 1 / 20, "bo": 1.0, "cy": 1 - 3 / 20})


def test_every_value_is_explained_to_the_same_bits(year):
    org, periods = year.org, year.periods.labels
    results, asked = year.scores.results, 0
    for p, period in enumerate(periods):
        for node in org:
            for kpi in KPIS.names:
                for stage, quantity, values in (
                    (results, "result", results.of(kpi)),
                    (year.scores, "attainment", year.scores.attainment(kpi)),
                    (year.scores, "points", year.scores.points(kpi)),
                    (year, "gap", year.of(kpi)),
                    (year, "shortfall", year.shortfall(kpi)),
                    (year, "points", year.in_points(kpi)),
                    (year, "to_parent", year.to_parent(kpi)),
                ):
                    why = ck.explain(stage, node.id, kpi=kpi, period=period, quantity=quantity)
                    np.testing.assert_array_equal(why.value, values[p, node.row])
                    np.testing.assert_array_equal(why.evaluate(), why.value)
                    asked += 1
    assert asked == len(periods) * 8 * 4 * 7


def test_explanations_tell_what_was_reported(quarters):
    takings = ck.explain(quarters, "n", kpi="takings", period="Q1").text(None)
    assert "result of takings, ann, Q1 = 285 CNY  ← part 1 of a report under Takings()" in takings
    assert "pieces of takings, ann, Q1 = 30" in takings
    assert "price of takings, ann, Q1 = 9.5" in takings
    assert "part 1 of takings" not in takings  # a sum is its one part
    error = ck.explain(quarters, "n", kpi="error", period="Q1").text(None)
    assert "RootMeanSquare(), made of its parts" in error
    assert "divided last" not in error
    cost = ck.explain(quarters, "n", kpi="cost", period="Q1").text(None)
    assert "result of cost, n, Q1 = 7.5 kCNY  ← InThousands(), made of its parts" in cost
    assert "part 1 of cost, ann, Q1 = 7,500" in cost
    gap = ck.gaps(ck.score(quarters, CARD))
    part = ck.explain(gap, "ann", kpi="error", period="Q1", quantity="to_parent")
    assert "RootMeanSquare() does not say how a gap splits" in part.text(None)


def test_a_level_of_theirs_is_explained_by_its_makeup():
    org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    for of in (aggregates.Sum(), aggregates.Max(), Takings()):
        kpi = ck.Kpi("k", "x", aggregate=aggregates.Last(of))
        columns = tuple(np.array([np.nan, 3.0, 4.0]) for _ in of.inputs)
        targets = ck.Targets.from_columns(org, [kpi], {}, periods="2026")
        actuals = ck.Actuals.from_columns(org, [kpi], {"k": columns}, periods="2026")
        why = ck.explain(ck.measure(targets, actuals), "hq", kpi="k")
        assert why.evaluate() == why.value
        assert "part 1 of k" not in why.text(None)


def test_a_sum_that_makes_something_of_its_reports_says_so():
    @frozen
    class Refunds(aggregates.Sum):
        def parts(self, *inputs):
            return (-inputs[0],)

    org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    kpi = ck.Kpi("k", "x", aggregate=Refunds())
    targets = ck.cascade(org, [kpi], {"k": 4}, periods="2026")
    actuals = {"node": ["a"], "kpi": ["k"], "value": [3.0]}
    why = ck.explain(ck.measure(targets, actuals), "hq", kpi="k")
    assert why.evaluate() == why.value == -3.0
    assert "result of k, a, 2026 = -3 x  ← part 1 of a report under Refunds()" in why.text(None)


def test_gaps_split_exactly(year):
    for kpi in ("takings", "stock", "cost"):
        for period in year.periods.labels:
            for node in ("hq", "n", "s"):
                split = year.by_child(node, kpi, period)
                if not np.isnan(split.whole):
                    assert split.parts.sum() == pytest.approx(split.whole, abs=1e-9)
    with pytest.raises(ck.InputError, match="RootMeanSquare"):
        year.by_child("hq", "error", year.periods.labels[0])


def test_a_plan_and_a_report_are_made_of_them(year):
    rule = ck.Rule("takings", HardlyCovered(0.9), "ask")
    book = ck.Playbook([ck.Action("ask", "Ask for the reports")], [rule])
    plan = ck.improve(year, book, start=date(2026, 1, 1))
    assert plan.of("s")[0].why == "takings: short on less than 90% of the reports"
    assert from_json(to_json(book)) == book
    report = ck.report(plan)
    for page in (report.html(), report.markdown()):
        assert "short on less than 90% of the reports" in page
        assert "does not say how a gap splits: error" in page


def test_all_of_them_come_back_from_json():
    assert from_json(to_json(KPIS)) == KPIS
    assert from_json(to_json(CARD)) == CARD
    for kind in (
        "aggregates.takings",
        "aggregates.root_mean_square",
        "aggregates.in_thousands",
        "directions.inside",
    ):
        assert f'"acme/{kind}"' in to_json(KPIS)
    assert '"acme/attainments.growth"' in to_json(CARD)


def test_come_back_from_json_inside_the_librarys_own_records():
    card = ck.Scorecard([ck.Item("sales", Sigmoid(steepness=7))], {"sales": 100})
    assert from_json(to_json(card)) == card
    kpi = ck.Kpi("sales", "CNY", split=SquareRoot("staff"))
    assert from_json(to_json(kpi)).split == SquareRoot("staff")
    assert '"acme/curves.sigmoid"' in to_json(card)


def test_cascade_conserves_with_a_split_of_another_package(gaps):
    lots = gaps.scores.results.targets.lots_of("sales")[0]
    org = gaps.org
    for row in range(len(org)):
        children = [child.row for child in org[org.ids[row]].children]
        assert not children or lots[children].sum() == lots[row]
    by_hand = 3 / (3 + 2)  # ann and bo: square roots of 9 and 4
    n, ann = org.row("n"), org.row("ann")
    assert abs(lots[ann] - lots[n] * by_hand) < 1


def test_are_explained_like_the_built_in_ones(gaps):
    total = ck.explain(gaps.scores, "s")
    assert total.evaluate() == total.value == gaps.scores.total[0, gaps.org.row("s")]
    assert "Sigmoid(middle=0.9" in total.text(None)
    target = ck.explain(gaps.scores.results.targets, "cy", kpi="sales")
    assert target.evaluate() == target.value
    assert "SquareRoot(column='staff')" in target.text(None)


def test_plan_is_made_over_them(gaps):
    rule = ck.Rule("sales", ck.conditions.AttainmentBelow(0.8), "coach")
    book = ck.Playbook([ck.Action("coach", "Coach weekly")], [rule])
    plan = ck.improve(gaps, book, start=date(2026, 1, 1))
    below = gaps.scores.attainment("sales")[0] < 0.8
    assert plan.node.tolist() == np.flatnonzero(below).tolist()


@record("acme/curves.unlawful")
@frozen
class Unlawful:
    how: str

    def __call__(self, attainment):
        if self.how == "counts absent as zero":
            return np.nan_to_num(attainment)
        if self.how == "looks at its neighbours":
            return attainment - np.nanmean(attainment)
        if self.how == "divides by zero":
            with np.errstate(divide="ignore"):
                return 1.0 / attainment
        return np.asarray(attainment, dtype=np.float32)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("counts absent as zero", "to NaN"),
        ("looks at its neighbours", "among others"),
        ("divides by zero", "answers"),
        ("forgets half of the digits", "float32"),
    ],
)
def test_laws_catch_a_curve_that(how, says):
    with pytest.raises(AssertionError, match=says):
        testing.check_curve(Unlawful(how))


@record("acme/splits.unlawful")
@frozen
class ByPosition:
    divides = True

    def __call__(self, org):
        return org.source_row.astype(float)


def test_laws_catch_a_split_that_depends_on_the_order_of_rows(org):
    with pytest.raises(AssertionError, match="order of the rows"):
        testing.check_split(ByPosition(), org)
