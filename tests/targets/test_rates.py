"""Ratio targets: what one works out by hand, and what people type wrong."""

from datetime import date

import attrs
import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from tests.helpers import NAN, refused

S = ck.splits
UNITS = {
    "id": ["hq", "north", "south", "a", "b", "c"],
    "parent": ["", "hq", "hq", "north", "north", "south"],
    "kind": ["company", "region", "region", "shop", "shop", "shop"],
    "customers": [None, None, None, 300, 100, 200],
    "churn": [None, None, None, 2.0, 4.0, 3.0],
    "lost": [None, None, None, 6, 4, 6],
}


def tree(**columns):
    return ck.OrgTree.from_table({**UNITS, **columns}, kind="kind")


def churn(pace=None, base="churn", volume="customers", **options):
    split = S.Rates(volume, base) if pace is None else S.Rates(volume, base, pace)
    options = {"better": "lower", "aggregate": ck.aggregates.Ratio(100), **options}
    return ck.Kpi("churn", "%", split=split, **options)


def goals(**values):
    return {"node": list(values), "kpi": ["churn"] * len(values), "value": list(values.values())}


def targets(kpi, org=None, **values):
    return ck.cascade(tree() if org is None else org, [kpi], goals(**values), periods="p")


def made(kpi, org=None, **values):
    return dict(zip(UNITS["id"], targets(kpi, org, **values).of("churn")[0][ROWS], strict=True))


TODAY = date(2027, 1, 4)
ROWS = tree().rows(UNITS["id"])


def near(**values):
    return pytest.approx(values, rel=1e-12, nan_ok=True)


def test_by_the_same_points():  # 2.6667 % to 2.1667 %: half a point each
    got = made(churn(), hq=13 / 6)
    assert got == near(hq=13 / 6, north=2.0, south=2.5, a=1.5, b=3.5, c=2.5)


def test_towards_the_best_by_the_same_part_of_the_way():  # half of it
    got = made(churn(S.Towards("best")), hq=7 / 3)
    assert got == near(hq=7 / 3, north=2.25, south=2.5, a=2.0, b=3.0, c=2.5)
    assert got["a"] == 2.0  # the best stays, to the bit


def test_a_worse_goal_goes_the_same_way_back():
    got = made(churn(S.Towards("best")), hq=3.0)
    assert got == near(hq=3, north=2.75, south=3.5, a=2.0, b=5.0, c=3.5)
    assert made(churn(), hq=3.0) == near(
        hq=3, north=2.5 + 1 / 3, south=3 + 1 / 3, a=2 + 1 / 3, b=4 + 1 / 3, c=3 + 1 / 3
    )


def test_what_a_bound_keeps_the_others_take():
    # 200 % × customers are to go; north may give 100 + 100 of them, south 50.
    pace = S.Bounded(S.Towards("best"), low=2.5)
    got = made(churn(pace), hq=16 / 6 - 0.25)
    # claims 200 and 200: 75 each; b may go to 2.5, and c to 2.5.
    assert got == near(
        hq=16 / 6 - 0.25, north=2.5 - 75 / 400, south=3 - 75 / 200, a=2, b=3.25, c=2.625
    )
    got = made(churn(pace), hq=16 / 6 - 0.40)  # 240: c stands at its bound, b takes the rest
    assert got["c"] == 2.5
    assert got["b"] == pytest.approx(4 - 1.4, rel=1e-12)


def test_a_goal_at_the_base_asks_for_nothing_whatever_the_pace():
    org = tree(customers=[None] * 3 + [1.7649883357204317, 13.764988335720432, 0.3])
    alike = attrs.evolve(org, columns={**org.columns, "churn": np.where(org.is_leaf, 1.1, NAN)})
    for pace in (S.Uniform(), S.Towards("best"), S.UpTo(0.5)):
        got = targets(churn(pace), alike, hq=1.1)
        assert got.of("churn")[0, alike.is_leaf].tolist() == [1.1] * 3
        for node in alike.ids.tolist():
            why = ck.explain(got, node, "churn")
            assert why.evaluate() == why.value


def test_half_of_the_change_by_each_of_two_paces():
    got = made(churn(S.Mixed([(1, S.Uniform()), (1, S.Towards("best"))])), hq=7 / 3)
    alone = [made(churn(pace), hq=7 / 3) for pace in (S.Uniform(), S.Towards("best"))]
    assert got == near(**{node: (alone[0][node] + alone[1][node]) / 2 for node in UNITS["id"]})
    # A part that moves nobody is left out.
    got = made(churn(S.Mixed([(5, S.Towards(9)), (1, S.Uniform())])), hq=7 / 3)
    assert got == near(**alone[0])


def test_who_is_at_a_bound_brings_nothing_at_all():
    kpi = churn(S.Bounded(S.Uniform(), low=3))
    got = targets(kpi, hq=2.6)
    still = got.org.rows(["a", "c"])  # beyond it, and at it
    column = got.columns[0]
    base = column.counted.whole(np.array([2.0 * 300, 3.0 * 200]))
    assert column.counts[0, still].tolist() == base.tolist()
    assert got.of("churn")[0, still].tolist() == [2, 3]


def test_goals_at_lower_nodes_are_kept_and_the_others_take_the_rest():
    got = made(churn(), hq=2.5, b=3.5)  # 100 to go, 50 of them at b
    assert (got["hq"], got["b"]) == (2.5, 3.5)
    # The regions share by their customers, then b's is taken off the north's.
    assert got == near(
        hq=2.5, north=2.5 - 1 / 6, south=3 - 1 / 6, a=2 - 50 / 900, b=3.5, c=3 - 1 / 6
    )
    got = made(churn(), hq=2.5, south=3.5)  # the other way: north takes it as well
    assert got == near(hq=2.5, north=2.0, south=3.5, a=1.5, b=3.5, c=3.5)


def test_a_node_whose_children_all_have_goals_follows_from_them():
    got = made(churn(), north=2.0, south=2.0)
    assert got == near(hq=2, north=2, south=2, a=1.5, b=3.5, c=2)
    got = made(churn(), a=1, b=2)
    assert got == near(hq=NAN, north=1.25, south=NAN, a=1, b=2, c=NAN)


def test_nothing_is_asked_of_who_has_no_volume():
    org = tree(customers=[None, None, None, 300, 100, 0], churn=[None, None, None, 2, 4, None])
    kpi = churn()
    got = targets(kpi, org, hq=2.0)
    assert np.isnan(got.of("churn")[0, org.rows(["south", "c"])]).all()
    assert got.of("churn")[0, org.rows(["hq", "north", "a", "b"])].tolist() == [2, 2, 1.5, 3.5]
    follows = targets(kpi, org, north=2.0)  # who brings nothing is in nobody's way
    assert follows.of("churn")[0, 0] == 2.0
    assert "no volume" in ck.explain(got, "c", "churn").source
    for stage in (got, follows):
        for node in org.ids.tolist():
            why = ck.explain(stage, node, "churn")
            assert why.evaluate() == why.value or why.value != why.value
    (fault,) = refused(targets, kpi, org, c=2.0)
    assert "no volume" in fault.reason


@pytest.mark.parametrize("base", ["churn", ("lost", "customers")])
def test_base_ratios_or_their_parts(base):
    got = made(churn(base=base), hq=13 / 6)
    assert got == near(hq=13 / 6, north=2.0, south=2.5, a=1.5, b=3.5, c=2.5)


def test_totals_beside_their_parts_agree():
    total = {
        "customers": [600, 400, None, 300, 100, 200],
        "churn": [16 / 6, None, 3.0, 2, 4, 3],
        "lost": [16, 10, 6, 6, 4, 6],
    }
    org = tree(**total)
    assert made(churn(), org, hq=2.5) == made(churn(), hq=2.5)
    whole = {**total, "customers": [600, 400, 200, 300, 100, 200]}
    kpi = churn(base=("lost", "customers"))
    assert made(kpi, tree(**whole), hq=2.5) == made(kpi, hq=2.5)
    (fault,) = refused(targets, churn(), tree(churn=[2.7, None, None, 2, 4, 3]), hq=2.5)
    assert (fault.source, fault.row, fault.column) == ("units", 0, "churn")
    assert "follows from its leaves" in fault.reason
    wrong = tree(**{**whole, "lost": [17, 10, 6, 6, 4, 6]})
    (fault,) = refused(targets, kpi, wrong, hq=2.5)
    assert (fault.row, fault.column, fault.value) == (0, "lost", 17)


def test_a_weighted_mean_by_its_answers():
    org = tree(answers=[None, None, None, 10, 30, 40], score=[None, None, None, 6.0, 8.0, 7.0])
    kpi = churn(
        better="higher", aggregate=ck.aggregates.WeightedMean(), volume="answers", base="score"
    )
    got = made(kpi, org, hq=7.75)
    assert got == near(hq=7.75, north=8, south=7.5, a=6.5, b=8.5, c=7.5)
    parts = attrs.evolve(kpi, split=S.Rates("answers", ("score", "answers")))
    assert made(parts, org, hq=7.75) == got
    assert targets(kpi, org, hq=7.75).numerators("churn")[0, 0] == pytest.approx(620)


def test_receivable_days_are_a_level():
    kpi = ck.Kpi(
        "churn", "days", better="lower", aggregate=ck.aggregates.Last(ck.aggregates.Ratio(365)),
        split=S.Rates("sales", ("owed", "sales")),
    )  # fmt: skip
    org = tree(owed=[None, None, None, 100, 50, 50], sales=[None, None, None, 500, 400, 100])
    got = targets(kpi, org, hq=64.0)
    assert got.numerators("churn")[0, 0] == pytest.approx(64 * 1000 / 365)
    assert got.of("churn")[0, org.row("a")] == pytest.approx(73 - 9)


def test_numerators_and_volumes_are_told():
    got = targets(churn(), hq=13 / 6)
    table = got.table()
    assert table["numerator"] == pytest.approx([13, 8, 4.5, 3.5, 5, 5])
    assert table["denominator"].tolist() == [600, 400, 300, 100, 200, 200]
    assert table["value"] == pytest.approx(table["target"])
    back = ck.assign(tree(), got.kpis, table)
    np.testing.assert_array_equal(back.of("churn"), got.of("churn"))
    sales = ck.Kpi("sales", "CNY")
    both = ck.cascade(tree(), [sales, churn()], {"sales": 10, "churn": 2}, periods="p")
    assert np.isnan(both.table()["numerator"][:6]).all()
    for call in (both.numerators, both.volumes):
        (fault,) = refused(call, "sales")
        assert "Rates" in fault.repair
    assert "numerator" not in ck.cascade(tree(), [sales], {"sales": 1}, periods="p").table()
    refused(got.lots_of, "churn")


def test_only_what_reports_a_kpi_has_a_target():
    org = ck.OrgTree.from_table(
        {
            "id": ["hq", "s", "t", "ann", "hr"],
            "parent": ["", "hq", "hq", "s", "hq"],
            "kind": ["company", "shop", "shop", "person", "staff"],
            "customers": [None, 30, 10, None, None],
            "churn": [None, 2.0, 4.0, None, None],
        },
        kind="kind",
    )
    got = targets(churn(at="shop"), org, hq=2.0)
    assert got.of("churn")[0].tolist() == [2.0, *[pytest.approx(NAN, nan_ok=True)] * 1, 1.5,
                                           pytest.approx(NAN, nan_ok=True), 3.5]  # fmt: skip
    for node in org.ids.tolist():
        why = ck.explain(got, node, "churn")
        assert why.evaluate() == why.value or why.value != why.value


def test_every_month_has_the_target_of_the_year():
    year = targets(churn(), hq=2.5)
    months = ck.phase(year, ["p1", "p2"], ck.profiles.Even())
    for p in range(2):
        np.testing.assert_array_equal(months.of("churn")[p], year.of("churn")[0])
        np.testing.assert_array_equal(months.numerators("churn")[p], year.numerators("churn")[0])
    why = ck.explain(months, "a", "churn", "p2")
    assert why.evaluate() == why.value


def test_several_periods_have_their_own_goals():
    table = {
        "node": ["hq", "hq", "north"], "kpi": ["churn"] * 3, "period": ["Q1", "Q2", "Q2"],
        "value": [2.5, 2.0, 2.0],
    }  # fmt: skip
    got = ck.cascade(tree(), [churn()], table)
    for p, period in enumerate(("Q1", "Q2")):
        here = [i for i, each in enumerate(table["period"]) if each == period]
        alone = ck.cascade(tree(), [churn()], {c: [v[i] for i in here] for c, v in table.items()})
        np.testing.assert_allclose(got.of("churn")[p], alone.of("churn")[0], rtol=1e-13)


def test_gaps_split_exactly_where_children_have_other_targets():
    got = targets(churn(S.Towards("best")), hq=7 / 3)  # a 2, b 3, c 2.5
    rows = {
        "node": ["a", "b", "c"], "kpi": ["churn"] * 3,
        "numerator": [6, 4, 8], "denominator": [290, 130, 210],
    }  # fmt: skip
    gaps = ck.gaps(
        ck.score(ck.measure(got, rows), ck.Scorecard([ck.Item("churn")], {"churn": 100}))
    )
    for node in ("hq", "north"):
        split = gaps.by_child(node, "churn")
        assert split.parts.sum() == pytest.approx(split.whole, rel=1e-12)
    # b brings what it takes the north above the north's target, not its own.
    want = (400 - got.of("churn")[0, tree().row("north")] * 130) / 420
    assert gaps.to_parent("churn")[0, tree().row("b")] == pytest.approx(want)
    assert "churn" in str(ck.report(ck.improve(gaps, ck.Playbook([], []), start=TODAY)).html())


# ------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("aggregate", "told"),
    [
        (ck.aggregates.Sum(), "adds up"),
        (ck.aggregates.Last(), "adds up"),
        (ck.aggregates.Min(), "set by one unit"),
        (ck.aggregates.Last(ck.aggregates.Max()), "set by one unit"),
        (ck.aggregates.Mean(), "weighs every report as one"),
    ],
)
def test_rates_are_for_ratios(aggregate, told):
    (fault,) = refused(churn, aggregate=aggregate)
    assert fault.column == "split"
    assert told in fault.reason


def test_a_base_has_the_columns_of_a_report():
    (fault,) = refused(churn, base=("lost", "customers", "churn"))
    assert "3 columns" in fault.reason
    for wrong in ((), "", 7, ("lost", 7)):
        assert refused(S.Rates, "customers", wrong)
    for wrong in (None, S.Equal, 3):
        (fault,) = refused(S.Rates, "customers", "churn", wrong)
        assert "not a pace" in fault.reason
    (fault,) = refused(S.Rates, "customers", "churn", S.ProRata("customers"))
    assert "a split" in fault.reason


def test_rates_are_no_split_to_be_wrapped():
    for call in (
        lambda: S.Within(S.Rates("customers", "churn"), cap=3),
        lambda: S.Over(S.Rates("customers", "churn"), {"region": 0.1}),
        lambda: S.Blend([(1, S.Rates("customers", "churn"))]),
        lambda: S.Threshold(S.Rates("customers", "churn"), 0.1),
    ):
        (fault,) = refused(call)
        assert "not a split that divides" in fault.reason


@pytest.mark.parametrize(
    ("columns", "column", "told"),
    [
        ({"customers": [None, None, None, 300, None, 200]}, "customers", "a leaf is blank"),
        ({"customers": [None, None, None, 300, -1, 200]}, "customers", "negative"),
        ({"customers": [700, None, None, 300, 100, 200]}, "customers", "differs from the sum"),
        ({"churn": [None, None, None, 2.0, None, 3.0]}, "churn", "a leaf is blank"),
        ({"churn": [None, None, None, 2.0, "4 %", 3.0]}, "churn", "percent sign"),
    ],
)
def test_columns_that_lack_something(columns, column, told):
    (fault,) = refused(targets, churn(), tree(**columns), hq=2.5)
    assert (fault.source, fault.column) == ("units", column)
    assert told in fault.reason
    assert fault.row is not None


def test_parts_that_make_no_ratio():
    kpi = churn(base=("lost", "lines"))
    lines = [None, None, None, 300, 0, 200]
    (fault,) = refused(targets, kpi, tree(lines=lines), hq=2.5)
    assert "no base ratio" in fault.reason
    (fault,) = refused(targets, kpi, tree(lines=[*lines[:4], -5, 200]), hq=2.5)
    assert "negative" in fault.reason
    (fault,) = refused(targets, churn(base="chrun"), hq=2.5)
    assert "did you mean 'churn'" in fault.repair


@pytest.mark.parametrize("goal", [250.0, 0.025, -250.0])
def test_a_goal_in_another_scale(goal):
    (fault,) = refused(targets, churn(), hq=goal)
    assert (fault.source, fault.row, fault.value) == ("goals", 0, "hq")
    assert "base ratios are from 2.00 % to 4.00 %" in fault.reason


def test_no_churn_at_all_may_be_asked_for():
    assert made(churn(S.Towards(0)), hq=0.0) == near(**dict.fromkeys(UNITS["id"], 0.0))


def test_a_benchmark_in_another_scale():
    kpi = churn(S.Towards(0.95), better="higher")
    (fault,) = refused(targets, kpi, hq=3.5)
    assert "moves nobody" in fault.reason
    assert "0.95" in fault.reason
    assert "benchmark" in fault.repair
    assert made(kpi, hq=3.5, north=3.5, south=3.5, a=3, b=5, c=3.5)["a"] == 3  # all are stated


def test_bounds_that_cannot_hold_a_goal_are_named():
    kpi = churn(S.Bounded(S.Uniform(), points=0.5))
    (fault,) = refused(targets, kpi, hq=2.0)
    assert fault.reason == (
        "churn in p: its goal is 2.00 %, with 'a' at least 1.50 %, 'b' at least 3.50 %, "
        "'c' at least 2.50 % it is at least 2.17 %: over by 0.167 pp"
    )
    (fault,) = refused(targets, churn(S.Bounded(S.Uniform(), points=0.5)), hq=3.3)
    assert "with 'a' at most 2.50 %" in fault.reason
    assert "it is at most 3.17 %: short by 0.133 pp" in fault.reason
    one, two = refused(targets, kpi, hq=2.5, a=1.0)
    assert "its goal 1.00 % is below its floor 1.50 %, by 0.5 pp" in one.reason
    assert "with 'a' at its goal 1.00 % it is" in two.reason


def test_bounds_that_are_no_bounds():
    bounded = S.Bounded
    for wrong in ({}, {"points": ()}, {"low": object()}):
        assert refused(bounded, S.Uniform(), **wrong)
    assert refused(bounded, S.Equal(), points=1)
    (fault,) = refused(targets, churn(bounded(S.Uniform(), points=-1)), hq=2.5)[:1]
    assert "below zero" in fault.reason
    (fault,) = refused(targets, churn(bounded(S.Uniform(), low=5, high=1)), hq=2.5)[:1]
    assert "above its most" in fault.reason
    for benchmark in ("beste", NAN, None, True):
        for rule in (S.Towards, S.UpTo):
            assert refused(rule, benchmark)
    (fault,) = refused(S.Mixed, [(1, S.UpTo(3))])
    assert "has bounds" in fault.reason
    for wrong in ([], [(0, S.Uniform())], [(1, S.Equal())], [S.Uniform()], 3):
        assert refused(S.Mixed, wrong)


def test_a_way_that_is_not_told():
    kpi = churn(S.Towards(3), better=ck.directions.OnTarget(0.1))
    (fault,) = refused(targets, kpi, hq=2.5)
    assert "which way is better" in fault.reason
    assert made(churn(better=ck.directions.OnTarget(0.1)), hq=2.5) == made(churn(), hq=2.5)


def test_a_unit_without_a_benchmark_of_its_own():
    org = tree(peers=[None, None, None, 1.5, None, 2.0])
    (fault,) = refused(targets, churn(S.Towards(S.Times("peers"))), org, hq=2.5)
    assert (fault.reason, fault.value) == ("a unit has no benchmark", "b")


ODD = {
    "raises": (lambda line: 1 / 0, "raises ZeroDivisionError"),
    "too few": (lambda line: np.ones(1), "answers shape"),
    "negative": (lambda line: -np.ones(len(line.org)), "zero or more"),
    "absent": (lambda line: np.full(len(line.org), NAN), "zero or more"),
}


@pytest.mark.parametrize("how", ODD)
def test_a_pace_that_answers_oddly_is_named(how):
    @frozen
    class Odd:
        def __call__(self, baseline):
            return ODD[how][0](baseline)

    (fault,) = refused(targets, churn(Odd()), hq=2.5)
    assert fault.source == "the pace"
    assert ODD[how][1] in fault.reason
    assert "check_pace" in fault.repair
    with pytest.raises(AssertionError, match="Odd"):
        ck.testing.check_pace(Odd(), tree(), churn())


def test_what_is_too_large_for_a_float_is_refused():
    for values in ([None, None, None, 1e308, 1e308, 1], [None, None, None, 1e200, 1e308, 1]):
        with np.errstate(over="ignore"):
            assert refused(
                targets, churn(), tree(customers=values, churn=[None] * 3 + [1e5] * 3), hq=1e5
            )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("columns", [{"lost": 1e308}, {"had": 5e-324}])
def test_a_base_ratio_beyond_all_floats_is_none(columns):
    rest = {"lost": 6, "had": 100}
    cells = {name: [None] * 3 + [columns.get(name, n), n, n] for name, n in rest.items()}
    (fault,) = refused(targets, churn(base=("lost", "had")), tree(**cells), hq=2)
    assert (fault.row, fault.column) == (3, "had")
    assert fault.reason == "no base ratio at 'a'"


def test_bounds_that_let_nobody_move_are_named():
    faults = refused(targets, churn(S.Bounded(S.Uniform(), points=0)), hq=2)
    assert "with 'a' at least 2.00 %" in faults[0].reason
    assert "it is at least 2.67 %: over by 0.667 pp" in faults[0].reason


def test_a_deep_chain_is_explained_without_going_over_it_again_and_again():
    n = 3_000
    cells = {
        name: [None] * (n - 1) + [each] for name, each in {"customers": 5, "churn": 11}.items()
    }
    org = ck.OrgTree.from_table({"id": range(n), "parent": [None, *range(n - 1)], **cells})
    made = ck.cascade(org, [churn()], {"churn": 12}, periods="p")
    why = ck.explain(made, n - 1, kpi="churn")
    assert sum(1 for _ in why.walk()) < 20 * n
    assert why.evaluate() == why.value
