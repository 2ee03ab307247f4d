"""Inputs that are refused at once, by name, wherever they come in."""

from datetime import date, datetime

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from tests.helpers import NAN, entries, gaps_of, measured, org, refused

SALES = ck.Kpi("k", "x")
CARD = ck.Scorecard([ck.Item("k")], {"k": 100})


@pytest.mark.parametrize("size", ["1e9999999", "1e-9999999", "inf", "nan", "", "0", "-1"])
def test_a_lot_is_a_modest_number_and_takes_no_time_to_refuse(size):
    refused(ck.Lot, size)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ck.Kpi("k", "x", aggregate=ck.aggregates.Mean),
        lambda: ck.Kpi("k", "x", better=ck.directions.Lower),
        lambda: ck.Kpi("k", "x", split=ck.splits.Equal),
        lambda: ck.Item("k", ck.curves.Linear),
        lambda: ck.Item("k", attainment=ck.attainments.Proportion),
        lambda: ck.Rule("k", ck.conditions.PointsLost, "a"),
        lambda: ck.Scorecard(["k"], {"k": 100}),
    ],
)
def test_a_class_is_not_an_object_of_it(make):
    refused(make)


@pytest.mark.parametrize("value", ["1", None, [], True, 10**400, date(2026, 1, 1)])
@pytest.mark.parametrize(
    "make", [ck.aggregates.Ratio, ck.directions.OnTarget, ck.conditions.PointsLost]
)
def test_parameters_are_plain_numbers(make, value):
    refused(make, value)


def test_a_masked_value_is_absent():
    tree = org()
    masked = np.ma.array(np.arange(6.0), mask=[0, 0, 1, 0, 0, 0])
    actuals = ck.Actuals.from_columns(tree, [SALES], {"k": masked}, periods="p")
    np.testing.assert_array_equal(actuals.inputs[0][0], [[0, 1, NAN, 3, 4, 5]])
    assert tree.over_subtrees().sum(masked)[0] == 13


def test_what_a_stage_holds_cannot_be_written_to():
    results = measured(org(), SALES, 12, {"ann": 4})
    scores = ck.score(results, CARD)
    for array in (
        results.due[0], results.arrived[0], results.parts[0][0], results.actuals.inputs[0][0],
        scores.kernel.sources.table.weights,
        results.targets.of("k"), scores.total, results.org.parent,
    ):  # fmt: skip
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@frozen
class Misshapen:
    answer: object

    def __call__(self, gaps, kpi):
        return self.answer

    def words(self):
        return "never mind"


@pytest.mark.parametrize(
    "answer",
    [np.ones((1, 3), bool), np.ones((1, 9), bool), np.ones(6, bool), np.ones((1, 6)), None, True],
)
def test_a_condition_answers_for_everybody(answer):
    gaps = gaps_of(measured(org(), SALES, 12, {"ann": 4}), ck.Item("k"))
    book = ck.Playbook([ck.Action("a", "Do it")], [ck.Rule("k", Misshapen(answer), "a")])
    (fault,) = refused(ck.improve, gaps, book, start=date(2026, 1, 1))
    assert "(1, 6)" in fault.repair


@pytest.mark.parametrize(
    "curve",
    [
        lambda x: np.full(x.shape, NAN),
        np.nan_to_num,
        lambda x: x[:2],
        lambda x: 5.0,
        lambda x: np.where(x > 1, NAN, x),
        lambda x: x > 1,
    ],
)
def test_a_curve_answers_points_for_every_number_and_only_those(curve):
    results = measured(org(), SALES, 12, {"ann": 4})
    (fault,) = refused(ck.score, results, ck.Scorecard([ck.Item("k", curve)], {"k": 100}))
    assert fault.column == "k"


@pytest.mark.parametrize(
    "answer", [["1"] * 6, np.ones(6) * 1j, np.ones(5), np.full(6, NAN), None, -np.ones(6)]
)
def test_a_split_answers_claims(answer):
    @frozen
    class Odd:
        divides = True

        def __call__(self, org):
            return answer

    kpi = ck.Kpi("k", "x", split=Odd())
    refused(ck.cascade, org(), [kpi], {"k": 12}, periods="p")


def test_progress_knows_no_band():
    kpi = ck.Kpi("k", "x", better=ck.directions.OnTarget(1))
    item = ck.Item("k", attainment=ck.attainments.Progress("base"))
    refused(ck.score, measured(org(base=[0.0] * 6), kpi, 12, {"ann": 4}),
            ck.Scorecard([item], {"k": 100}))  # fmt: skip


@pytest.mark.parametrize(
    "start", ["2026-01-01", 5, None, datetime.fromisoformat("2026-01-01T09:00")]
)
def test_a_plan_starts_on_a_date(start):
    gaps = gaps_of(measured(org(), SALES, 12, {"ann": 4}), ck.Item("k"))
    book = ck.Playbook([ck.Action("a", "Do it")], [])
    refused(ck.improve, gaps, book, start=start)


@pytest.mark.parametrize("labels", [["Jan", "Feb"], ["W9", "W10"], ["2026", "2026Q2"]])
def test_the_order_of_periods_is_not_guessed(labels):
    rows = entries(*[("hq", "k", label, 4) for label in labels],
                   columns=("node", "kpi", "period", "value"))  # fmt: skip
    (fault,) = refused(ck.cascade, org(), [SALES], rows)
    assert "periods=" in fault.repair
    assert ck.cascade(org(), [SALES], rows, periods=labels).periods.labels == tuple(labels)


def test_verbs_take_the_stage_before_them():
    results = measured(org(), SALES, 12, {"ann": 4})
    for call in (
        lambda: ck.cascade(None, [SALES], {"k": 1}, periods="p"), lambda: ck.score(None, CARD),
        lambda: ck.score(results, None), lambda: ck.gaps(results),
        lambda: ck.improve(results, None, start=date(2026, 1, 1)),
        lambda: ck.over_periods(results, ["a", "b"]),
    ):  # fmt: skip
        refused(call)


def test_negative_volumes_are_refused():
    kpi = ck.Kpi("k", "x", aggregate=ck.aggregates.Ratio())
    targets = ck.cascade(org(), [kpi], {"k": 1}, periods="p")
    rows = entries(("ann", "k", 1, -4), columns=("node", "kpi", "numerator", "denominator"))
    (fault,) = refused(ck.measure, targets, rows)
    assert (fault.row, fault.column, fault.value) == (0, "denominator", -4)


def test_names_of_a_repr_cannot_turn_the_terminal():
    kpi = ck.Kpi("\u202e\x1b[31m", "x")
    targets = ck.cascade(org(), [kpi], {kpi.name: 6}, periods="p")
    assert "\x1b" not in repr(targets)
    assert "\u202e" not in repr(ck.measure(targets, entries(("ann", kpi.name, 1))))


def test_an_odd_column_does_not_hide_the_faults_of_the_tree():
    faults = refused(
        ck.OrgTree.from_table, {"id": ["a", "a", "b"], "parent": ["", "zz", "a"], "x": [1]}
    )
    assert {fault.column for fault in faults} == {"id", "parent", "x"}
    faults = refused(
        ck.OrgTree.from_table,
        {"id": ["a", "a"], "parent": ["", "zz"], "name": ["A", "B"]},
        kind="knid",
        label="nmae",
    )
    assert {fault.column for fault in faults} == {"id", "parent", "knid", "nmae"}
    faults = refused(ck.OrgTree.from_table, {"id": ["a", "a"], "parent": [""]})
    assert {fault.column for fault in faults} == {"parent"}
