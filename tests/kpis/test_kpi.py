"""KPIs: defaults, and every fault of one at once."""

import pytest

import cascade_kpi as ck
from tests.helpers import NAN, refused


def test_sums_are_divided_and_everything_else_is_shared_unless_told():
    assert ck.Kpi("a", "CNY").split == ck.splits.Equal()
    for aggregate in (ck.aggregates.Ratio(), ck.aggregates.Mean(), ck.aggregates.Last()):
        assert ck.Kpi("a", "%", aggregate=aggregate).split == ck.splits.Shared()
    told = ck.Kpi("a", "%", aggregate=ck.aggregates.Mean(), split=ck.splits.Equal())
    assert told.split == ck.splits.Equal()


def test_every_fault_of_a_kpi_is_told_at_once():
    faults = refused(ck.Kpi, " ", "", aggregate="sum", split="equal", decimals=13)
    assert [fault.column for fault in faults] == ["name", "unit", "aggregate", "split", "decimals"]


@pytest.mark.parametrize("decimals", [-1, 1.5, "2", 13])
def test_decimals_are_a_small_whole_number(decimals):
    (fault,) = refused(ck.Kpi, "a", "CNY", decimals=decimals)
    assert (fault.column, fault.value) == ("decimals", decimals)


def test_the_usual_lot_is_the_last_printed_decimal():
    assert ck.Kpi("a", "CNY").counted_in.exact * 100 == 1
    assert ck.Kpi("a", "people", decimals=0).counted_in.exact == 1
    assert ck.Kpi("a", "CNY", lot=1_000).counted_in.exact == 1000


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.5, "1,234.50 CNY"), (-0.126, "−0.13 CNY"), (NAN, "–")],
)
def test_values_are_printed_with_their_unit(value, text):
    assert ck.Kpi("a", "CNY").format(value) == text


def test_kpis_keep_their_order_and_are_found_by_name():
    kpis = ck.Kpis([ck.Kpi("b", "x"), ck.Kpi("a", "x")])
    assert kpis.names == ("b", "a")
    assert kpis.index("a") == 1
    assert kpis["b"].name == "b"
    assert [kpi.name for kpi in kpis] == ["b", "a"]
    assert len(kpis) == 2
    assert ck.Kpis.of(kpis) is kpis
    (fault,) = refused(kpis.index, "aa")
    assert "did you mean" in fault.repair


def test_kpis_are_refused_together():
    faults = refused(ck.Kpis, [ck.Kpi("a", "x"), ck.Kpi("a", "y"), "b"])
    assert sorted((fault.row, fault.value) for fault in faults) == [(1, "a"), (2, "b")]
    refused(ck.Kpis, [])


def test_a_kpi_says_what_it_is():
    assert repr(ck.Kpi("a", "CNY", lot=1_000)) == (
        "Kpi('a', 'CNY', better=Higher(), aggregate=Sum(), split=Equal(), lot=1000)"
    )
