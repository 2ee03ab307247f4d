"""Fields of frozen classes: every one is looked at before any is refused."""

from datetime import date

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi._fields import as_number, as_tuple, members, not_texts, not_whole, repeated
from tests.helpers import refused

DIM = ck.conditions.PointsLost(1)
FULL = ck.Item("k")


@pytest.mark.parametrize(
    ("make", "columns"),
    [
        (
            lambda: ck.Kpi("", 5, "up", ck.Kpi, "half", "x", 99),
            ["name", "unit", "better", "aggregate", "split", None, "decimals"],
        ),
        (lambda: ck.Item([1], "curve", 5), ["kpi", "curve", "attainment"]),
        (
            lambda: ck.Scorecard(["k", FULL], {"x": {"k": -1}, 1: {"k": "1"}}, "drop", "AB"),
            ["items", "weights of 'x'", "weights", "weights of 1", "missing", "grades"],
        ),
        (
            lambda: ck.Weights({"k": -1}, 5, 0, [5]),
            ["by", "promised", "weights of '*'", "overrides"],
        ),
        (lambda: ck.curves.Linear(None, "0", np.inf), ["slope", "floor", "cap"]),
        (lambda: ck.curves.Linear("1", 2, 1), ["slope", None]),
        (
            lambda: ck.curves.Piecewise([(0, 1), 5, (1, 2, 3), ("1", 2), (0, 2)], "0", np.nan),
            ["levels", "levels", "levels", "levels", "below", "above"],
        ),
        (lambda: ck.curves.Steps(5, "0"), ["levels", "below"]),
        (lambda: ck.Lights("0.9", np.nan), ["amber", "green"]),
        (lambda: ck.Rule("", "below 90 %", 5, [1]), ["kpi", "action", "when", "kinds"]),
        (lambda: ck.Action("", None, 5, True), ["name", "text", "owner", "days"]),
        (
            lambda: ck.Playbook([None, ck.Action("a", "t")] + [ck.Action("b", "t")] * 2, [5]),
            ["actions", None, "rules"],
        ),
    ],
)  # fmt: skip
def test_faults_of_all_fields_are_told_together(make, columns):
    assert [None if fault.source == "lot" else fault.column for fault in refused(make)] == columns


@pytest.mark.parametrize("given", [None, 5, "x", {}, {"x"}, object(), b"x"])
def test_a_list_is_not_made_of_what_has_no_order_or_no_members(given):
    for make in (ck.Kpis, ck.Grades, ck.conditions.AllOf, ck.conditions.AnyOf):
        (fault,) = refused(make, given)
        assert "a list is wanted" in fault.reason
    if given != "x":
        (fault,) = refused(ck.Periods, given)
        assert "a list is wanted" in fault.reason


def test_what_is_no_member_leaves_the_others_checked():
    kpi = ck.Kpi("k", "x")
    faults = refused(ck.Kpis, [None, kpi, ck.Kpi, kpi])
    assert sorted((fault.row, fault.reason[:5]) for fault in faults) == [
        (0, "not a"), (2, "not a"), (3, "the s"),
    ]  # fmt: skip
    assert [f.row for f in refused(ck.conditions.AllOf, [DIM, "x", ck.conditions.AllOf])] == [1, 2]


def test_what_is_no_item_or_action_may_be_the_one_that_is_named():
    (fault,) = refused(ck.Scorecard, ["k"], {"k": 100})
    assert fault.column == "items"
    (fault,) = refused(ck.Playbook, [None], [ck.Rule("k", DIM, "a")])
    assert fault.column == "actions"


@pytest.mark.parametrize("name", ["", " ", None, 5, ["x"]])
def test_names_are_texts_that_show(name):
    for make in (ck.splits.ProRata, ck.splits.FixedShares, ck.Item):
        (fault,) = refused(make, name)
        assert fault.column
    refused(ck.Band, name)
    refused(ck.Rule, "k", DIM, name)


def test_groups_keep_their_names():
    weights = {1: {"k": 50}, "1": {"k": 100}}
    (fault,) = refused(ck.Scorecard, [FULL], weights)
    assert fault.repair == "write it as '1'"
    assert ck.Scorecard([FULL], {"1": {"k": 100}}).weights.groups == {"1": {"k": 100}}


def test_weights_are_plain_numbers():
    for weight in (10**400, 1j, np.complex128(1), "100", True, None):
        (fault,) = refused(ck.Scorecard, [FULL], {"k": weight})
        assert "not a number" in fault.reason


def test_a_level_keeps_what_it_is_of():
    (fault,) = refused(ck.aggregates.Last, ck.aggregates.Sum)
    assert fault.column == "of"


def test_what_cannot_be_converted_stays_as_it_is():
    assert as_number(np.float32(0.5)) == 0.5
    for odd in ("1", True, 10**400, None, date(2026, 1, 1)):
        assert as_number(odd) is odd
    assert as_tuple(x for x in "ab") == ("a", "b")
    assert as_tuple({"a": 1}.keys()) == ("a",)
    assert as_tuple({"a": 1}) == {"a": 1}
    assert as_tuple(np.array(5)) == np.array(5)


def test_helpers_answer_faults_in_order():
    assert [f.reason for f in not_texts("x", a="", b=5, c="c")] == ["empty", "not text"]
    assert [f.column for f in not_whole("x", 0, 9, a=0, b=9, c=10, d=-1, e=True, f=1.0)] == [
        "c", "d", "e", "f",
    ]  # fmt: skip
    faults = []
    assert members("x", ("a", 1, "b", str), str, "mend it", faults) == [(0, "a"), (2, "b")]
    assert [(fault.row, fault.reason) for fault in faults] == [(1, "not a str"), (3, "not a str")]
    assert repeated("abcab") == ["a", "b"]
