"""Weights of periods: stated, even, learned from history."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import profiles
from cascade_kpi.errors import InputError
from cascade_kpi.testing import check_profile

ORG = ck.OrgTree.from_table({"id": ["hq", "a", "b", "new"], "parent": ["", "hq", "hq", "hq"]})
SALES = ck.Kpi("sales", "CNY", lot=1)
HALVES = ("2027H1", "2027H2")
PAST = ["2025H1", "2025H2", "2026H1", "2026H2"]


def history(rows, org=ORG, kpis=(SALES,), periods=PAST):
    node, period, value = zip(*rows, strict=True)
    table = {"node": node, "period": period, "value": value, "kpi": [kpis[0].name] * len(node)}
    return ck.Actuals.from_table(org, list(kpis), table, periods=periods)


FULL = history(
    [("a", p, v) for p, v in zip(PAST, [10, 30, 20, 60], strict=True)]
    + [("b", p, v) for p, v in zip(PAST, [50, 50, 50, 50], strict=True)]
)


CHURN = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))
RATES = ck.Actuals.from_columns(ORG, [CHURN], {"churn": (np.ones(4), np.ones(4))}, periods="a")


def weights(rule, org=ORG, labels=HALVES):
    return rule(org, SALES, labels)


def faults(call, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    return [str(fault) for fault in caught.value.faults]


def test_own_seasons_count_fully_where_nothing_leans():
    answer = weights(profiles.Learned(FULL, lean=0))
    assert answer[:, ORG.row("a")] == pytest.approx([0.25, 0.75])
    assert answer[:, ORG.row("b")] == pytest.approx([0.5, 0.5])
    assert answer[:, ORG.row("hq")] == pytest.approx([130 / 320, 190 / 320])


def test_who_has_no_history_has_the_profile_above():
    for lean in (0, None, 5):
        answer = weights(profiles.Learned(FULL, lean=lean))
        assert (answer[:, ORG.row("new")] == answer[:, ORG.row("hq")]).all()


def test_a_node_leans_on_its_parent_by_the_periods_it_has():
    answer = weights(profiles.Learned(FULL, lean=4))
    root = (np.array([130, 190]) / 320 + 0.5) / 2  # four periods seen, and even ones by four
    assert answer[:, ORG.row("hq")] == pytest.approx(root)
    assert answer[:, ORG.row("a")] == pytest.approx((np.array([0.25, 0.75]) + root) / 2)


def test_one_cycle_leans_by_default():
    assert (weights(profiles.Learned(FULL)) == weights(profiles.Learned(FULL, lean=2))).all()


def test_a_season_never_reported_takes_the_share_it_has_above():
    some = history([("a", "2025H1", 10), ("b", "2025H1", 20), ("b", "2025H2", 60)])
    answer = weights(profiles.Learned(some, lean=0))
    assert answer[:, ORG.row("hq")] == pytest.approx([30 / 90, 60 / 90])
    assert answer[:, ORG.row("a")] == pytest.approx([30 / 90, 60 / 90])


def test_seasons_are_averaged_over_the_cycles_that_have_them():
    some = history([("a", "2025H1", 10), ("a", "2026H1", 30), ("a", "2026H2", 60)])
    answer = weights(profiles.Learned(some, lean=0))
    assert answer[:, ORG.row("a")] == pytest.approx([20 / 80, 60 / 80])


def test_reports_of_zero_say_nothing_of_seasons():
    some = history([("a", "2025H1", 0), ("b", "2025H1", 1), ("b", "2025H2", 3)])
    answer = weights(profiles.Learned(some, lean=0))
    assert answer[:, ORG.row("a")] == pytest.approx([0.25, 0.75])


def test_nodes_are_found_by_their_ids_in_an_earlier_tree():
    earlier = ck.OrgTree.from_table({"id": ["old", "a"], "parent": ["", "old"]})
    past = history([("a", p, v) for p, v in zip(PAST, [1, 3, 1, 3], strict=True)], org=earlier)
    answer = weights(profiles.Learned(past, lean=0))
    assert answer[:, ORG.row("a")] == pytest.approx([0.25, 0.75])
    assert answer[:, ORG.row("hq")] == pytest.approx([0.5, 0.5])  # "hq" was not there


def test_another_kpi_may_tell_the_seasons():
    orders = ck.Kpi("orders", "orders")
    past = history([("a", p, 1) for p in PAST], kpis=(orders,))
    assert "no such KPI in the history" in faults(weights, profiles.Learned(past))[0]
    assert weights(profiles.Learned(past, of="orders"))[:, 1] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: profiles.Seasonal([]), "no weight above zero"),
        (lambda: profiles.Seasonal([0, 0]), "no weight above zero"),
        (lambda: profiles.Seasonal([1, -1]), "negative"),
        (lambda: profiles.Seasonal([1, float("nan")]), "finite"),
        (lambda: profiles.Seasonal([1, "2"]), "row 1 = '2': not a number"),
        (lambda: profiles.Seasonal("12"), "not a list of weights"),
        (lambda: profiles.Seasonal(5), "not a list of weights"),
        (lambda: profiles.Learned(5), "history"),
        (lambda: profiles.Learned(FULL, of="sale"), "did you mean 'sales'"),
        (lambda: profiles.Learned(FULL, lean=-1), "negative"),
        (lambda: profiles.Learned(FULL, lean="1"), "lean"),
        (
            lambda: weights(profiles.Learned(FULL), labels=("a", "b", "c")),
            "4 periods of history are no whole cycles of 3",
        ),
        (lambda: weights(profiles.Learned(history([("a", "2025H1", -5)]))), "is negative"),
        (lambda: weights(profiles.Learned(RATES, of="churn")), "does not add up"),
    ],
)
def test_what_is_wrong_is_told(make, said):
    told = faults(make)
    assert any(said in each for each in told), told


DRIVEN = ck.OrgTree.from_table(
    {
        "id": ["hq", "a", "a1", "a2", "b"],
        "parent": ["", "hq", "a", "a", "hq"],
        "x": [None, None, 1, 0, 6],
        "y": [None, None, 3, 0, 2],
    }
)


def test_columns_are_summed_and_who_has_nothing_takes_the_weights_above():
    answer = profiles.Columns(["x", "y"])(DRIVEN, SALES, HALVES)
    assert answer.tolist() == [[7, 1, 1, 1, 6], [5, 3, 3, 3, 2]]


def test_columns_that_are_wrong_are_told_each():
    told = faults(profiles.Columns(["x", "id", "z"]), DRIVEN, SALES, (*HALVES, "c"))
    assert len(told) == 2
    assert "2 columns for 1" in faults(profiles.Columns(["x", "y"]), DRIVEN, SALES, ("a",))[0]
    for odd in ("xy", 5, [1]):
        faults(profiles.Columns, odd)


@pytest.mark.parametrize(
    "rule", [profiles.Even(), profiles.Seasonal([1, 2]), profiles.Learned(FULL)]
)
def test_laws(rule):
    check_profile(rule, ORG, SALES, HALVES)


def test_laws_of_columns():
    check_profile(profiles.Columns(["x", "y"]), DRIVEN, SALES, HALVES)


class Broken:
    def __init__(self, answer):
        self.answer = answer

    def __call__(self, org, kpi, labels):
        return self.answer


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (np.full((2, 4), -1.0), "zero or more"),
        (np.zeros((2, 4)), "no weight"),
        (np.ones(4), "shape"),
    ],
)
def test_a_broken_profile_breaks_a_law(answer, said):
    with pytest.raises(AssertionError, match=said):
        check_profile(Broken(answer), ORG, SALES, HALVES)


def test_learned_weights_are_explained_to_the_history():
    year = ck.cascade(ORG, [SALES], {"sales": 100}, periods="2027")
    halves = ck.phase(year, HALVES, profiles.Learned(FULL))
    for node in ORG.ids.tolist():
        for period in HALVES:
            why = ck.explain(halves, node, kpi="sales", period=period)
            assert why.evaluate() == why.value
            for _, part in why.walk():
                value = part.evaluate()
                assert value == part.value or value != value, part
    told = ck.explain(halves, "a", kpi="sales", period="2027H1").text(depth=None, width=99)
    assert "history row 0, value" in told
    assert "not in the history" not in told
