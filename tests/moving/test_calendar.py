"""Periods as days: told by labels, or stated; nothing guessed."""

from datetime import date, datetime

import pytest

import cascade_kpi as ck
from cascade_kpi.records import from_json, to_json
from tests.helpers import refused


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2028Q1", date(2028, 1, 1), date(2028, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
    ],
)
def test_labels_tell_their_days(label, first, last):
    assert dict(ck.Calendar.of(label).spans) == {label: (first, last)}


@pytest.mark.parametrize(
    "label",
    ["FY26", "2026/27", "26", "2026-13", "2026-00", "2026Q5", "2026H3", "2025-W53", "2026-3",
     "2026-W9", "Jan", "0000", "2026 ", "\uff12\uff10\uff12\uff16", "2026-01-01", "20261"],
)  # fmt: skip
def test_labels_that_do_not_tell_are_refused(label):
    (fault,) = refused(ck.Calendar.of, label)
    assert "cannot be told" in fault.reason
    assert fault.value == label


def test_leap_years_have_a_day_more():
    assert ck.Calendar.of("2028").days("2028") == 366
    assert ck.Calendar.of("2100").days("2100") == 365


def test_all_faults_of_days_are_told_at_once():
    faults = refused(
        ck.Calendar,
        {
            "a": (date(2026, 1, 1), "2026-03-31"),
            "b": (datetime(2026, 1, 1), date(2026, 2, 1)),  # noqa: DTZ001 - it is refused
            "c": (date(2026, 2, 1), date(2026, 1, 1)),
            "d": date(2026, 1, 1),
            "e": (date(2026, 1, 1),),
        },
    )
    assert [fault.column for fault in faults] == ["a", "b", "c", "d", "e"]
    assert "ends before it begins" in faults[2].reason


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (["2026Q1", "2026Q3"], "2026-04-01 to 2026-06-30 are in no period"),
        (["2026", "2026Q1"], "overlaps 2026"),
        (["2026Q1", "2026H1"], "overlaps 2026Q1"),
        (["2027", "2026"], "comes before 2027"),
    ],
)
def test_holes_overlaps_and_disorder_are_told(labels, reason):
    (fault,) = refused(ck.Calendar.of, labels)
    assert reason in fault.reason


def test_no_mapping_and_no_periods():
    refused(ck.Calendar, [("2026", 1)])
    refused(ck.Calendar, {})
    refused(ck.Calendar, {1: (date(2026, 1, 1), date(2026, 1, 2))})


def test_it_is_a_value_that_json_gives_back():
    stated = ck.Calendar({"FY26": (date(2026, 4, 1), date(2027, 3, 31))})
    assert from_json(to_json(stated)) == stated
    assert hash(from_json(to_json(stated))) == hash(stated)
    with pytest.raises(TypeError):
        stated.spans["FY27"] = ()
