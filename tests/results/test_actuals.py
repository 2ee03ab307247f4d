"""Reading reports: every fault of the table at once."""

import numpy as np
import pytest

import cascade_kpi as ck
from tests.helpers import NAN, entries, org, refused

SALES = ck.Kpi("sales", "CNY")
CHURN = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))
SURVEY = ck.Kpi("survey", "points", aggregate=ck.aggregates.WeightedMean())


def read(table, *kpis, periods="2026"):
    return ck.Actuals.from_table(org(), kpis or [SALES, CHURN], table, periods=periods)


@pytest.mark.parametrize(
    ("kpi", "columns"),
    [(SALES, ("value",)), (CHURN, ("numerator", "denominator")), (SURVEY, ("value", "weight"))],
)
def test_a_table_may_leave_out_the_columns_of_kpis_it_does_not_report(kpi, columns):
    table = entries(("ann", kpi.name, *[2] * len(columns)), columns=("node", "kpi", *columns))
    actuals = read(table, SALES, CHURN, SURVEY)
    for k, other in enumerate((SALES, CHURN, SURVEY)):
        for part in actuals.inputs[k]:
            np.testing.assert_array_equal(part[0, 2], 2 if other is kpi else NAN)


def test_an_empty_table_reports_nothing():
    actuals = read({"node": [], "kpi": []})
    assert all(np.isnan(part).all() for parts in actuals.inputs for part in parts)


def test_unknown_nodes_kpis_and_periods_are_told_together_with_near_misses():
    table = entries(
        ("anm", "sales", "2026", 1), ("ann", "slaes", "2026", 1), ("ann", "sales", "2062", 1),
        columns=("node", "kpi", "period", "value"),
    )  # fmt: skip
    faults = refused(read, table)
    assert [(f.row, f.column, f.value) for f in sorted(faults, key=lambda f: f.row)] == [
        (0, "node", "anm"), (1, "kpi", "slaes"), (2, "period", "2062"),
    ]  # fmt: skip
    assert sorted(f.repair for f in faults) == [
        "did you mean '2026'?", "did you mean 'ann'?", "did you mean 'sales'?",
    ]  # fmt: skip


def test_the_same_cell_twice_names_both_rows():
    (fault,) = refused(read, entries(("ann", "sales", 1), ("bob", "sales", 1), ("ann", "sales", 2)))
    assert (fault.row, fault.value) == (2, "ann")
    assert "row 0" in fault.reason


def test_the_same_cell_thrice_is_two_faults():
    faults = refused(read, entries(*[("ann", "sales", 1)] * 3))
    assert [fault.row for fault in faults] == [1, 2]


@pytest.mark.parametrize("value", ["n/a", "1,000", "5%", float("inf"), True, "twelve"])
def test_a_cell_that_is_no_number_is_one_fault(value):
    (fault,) = refused(read, entries(("ann", "sales", 3.5), ("bob", "sales", value)), SALES)
    assert (fault.row, fault.column) == (1, "value")


@pytest.mark.parametrize("period", [2026, None, ""])
def test_a_period_that_is_no_label_is_one_fault(period):
    table = entries(("ann", "sales", period, 1), columns=("node", "kpi", "period", "value"))
    (fault,) = refused(read, table, SALES)
    assert (fault.row, fault.column) == (0, "period")


def test_a_blank_value_is_refused():
    (fault,) = refused(read, entries(("ann", "sales", 1.0), ("bob", "sales", None)), SALES)
    assert (fault.row, fault.column) == (1, "value")


def test_a_ratio_needs_both_parts_and_takes_nothing_else():
    columns = "node", "kpi", "value", "numerator", "denominator"
    table = entries(
        ("ann", "churn", None, 1, None), ("bob", "churn", 5, 1, 10), ("cid", "sales", 3, 1, None),
        columns=columns,
    )  # fmt: skip
    faults = refused(read, table)
    assert sorted((f.row, f.column) for f in faults) == [
        (0, "denominator"), (1, "value"), (2, "numerator"),
    ]  # fmt: skip


def test_missing_columns_are_told_together():
    faults = refused(read, {"unit": ["ann"], "value": [1]})
    assert [fault.column for fault in faults] == ["node", "kpi"]


def test_ids_that_are_numbers_are_not_texts():
    tree = ck.OrgTree.from_table({"id": [1, 7], "parent": [None, 1]})
    (fault,) = refused(
        ck.Actuals.from_table, tree, [SALES], entries(("7", "sales", 1)), periods="p"
    )
    assert "whole numbers" in fault.repair
    good = ck.Actuals.from_table(tree, [SALES], entries((7, "sales", 1)), periods="p")
    assert good.inputs[0][0].tolist()[0][1] == 1


def test_arrays_with_their_faults():
    good = {"sales": [1, 2, 3, NAN, 4, 5], "churn": (np.ones(6), np.ones(6))}
    actuals = ck.Actuals.from_columns(org(), [SALES, CHURN], good, periods="p")
    np.testing.assert_array_equal(actuals.inputs[0][0][0], good["sales"])
    bad = {"slaes": np.ones(6), "sales": np.ones(5), "churn": np.ones(6)}
    faults = refused(ck.Actuals.from_columns, org(), [SALES, CHURN], bad, periods="p")
    assert len(faults) == 3
    half = {"churn": (np.ones(6), np.array([1, 1, NAN, 1, 1, 1]))}
    refused(ck.Actuals.from_columns, org(), [SALES, CHURN], half, periods="p")


def test_faults_of_a_file_name_its_lines(tmp_path):
    path = tmp_path / "actuals.csv"
    path.write_text("node,kpi,value\nann,sales,1\nbob,sales,x\n", encoding="utf-8")
    (fault,) = refused(read, ck.Csv(path), SALES)
    assert (fault.row, fault.line, fault.value) == (1, 3, "x")


def test_arrays_come_as_many_as_the_aggregate_takes():
    columns = {"sales": (np.ones(6), np.ones(6)), "churn": (np.ones(6),)}
    faults = refused(ck.Actuals.from_columns, org(), [SALES, CHURN], columns, periods="p")
    assert [fault.column for fault in faults] == ["sales", "churn"]
    negative = {"survey": (np.ones(6), np.array([1, 1, 1, -1, 1, 1]))}
    refused(ck.Actuals.from_columns, org(), [SURVEY], negative, periods="p")


def test_actuals_compare_by_content_and_say_what_they_are():
    one, two = (read(entries(("ann", "sales", 1)), SALES) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert one != read(entries(("ann", "sales", 2)), SALES)
    assert repr(one) == "<Actuals 1 report of sales × 1>"


@pytest.mark.parametrize(
    ("numerator", "denominator", "reason"),
    [([1.0, NAN], [2.0, 3.0], "not absent at the same"), ([1.0, 1.0], [2.0, -3.0], "negative")],
)
def test_a_document_is_checked_as_arrays_are(numerator, denominator, reason):
    tree = org({"hq": "", "ann": "hq"})
    kpis = ck.Kpis([ck.Kpi("k", "x", aggregate=ck.aggregates.Ratio())])
    good = ck.Actuals.from_columns(
        tree, kpis, {"k": (np.array([1.0, 7.5]), np.array([2.0, 9.5]))}, periods="p"
    )
    text = ck.to_json(good)
    for was, now in ((7.5, numerator[1]), (9.5, denominator[1])):
        assert str(was) in text
        text = text.replace(str(was), "null" if now != now else str(now))
    (fault,) = refused(ck.from_json, text)
    assert reason in fault.reason
    assert "actuals" in fault.source
