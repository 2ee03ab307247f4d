"""Periods in their order in time."""

import pytest

import cascade_kpi as ck
from tests.helpers import refused


def test_labels_keep_their_order():
    periods = ck.Periods(["Q2", "Q1"])
    assert list(periods) == ["Q2", "Q1"]
    assert len(periods) == 2
    assert periods.index("Q1") == 1
    assert ck.Periods("2026") == ck.Periods(["2026"])
    assert ck.Periods.of(periods) is periods
    assert ck.Periods.of("2026").labels == ("2026",)


def test_no_label_means_the_only_period():
    assert ck.Periods("2026").index(None) == 0
    refused(ck.Periods(["Q1", "Q2"]).index, None)
    (fault,) = refused(ck.Periods(["2026Q1", "2026Q2"]).index, "2026q2")
    assert "'2026Q2'" in fault.repair


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        ([], [None]),
        (["a", "", "a", " "], [1, 2, 3]),
        (["a", 5, None], [1, 2]),
        (["a", "a", "a"], [1, 2]),
    ],
)
def test_faults_of_labels_are_told_together(labels, rows):
    assert [fault.row for fault in refused(ck.Periods, labels)] == rows
