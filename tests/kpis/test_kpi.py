"""KPIs: defaults, and every fault of one at once."""

import pytest

import cascade_kpi as ck
from tests.helpers import NAN, refused


def test_sums_are_divided_and_everything_else_is_shared_unless_told():
    assert ck.Kpi("a", "CNY").split == ck.splits.Equal()
    for aggregate in (ck.aggregates.Ratio(100), ck.aggregates.Mean(), ck.aggregates.Last()):
        assert ck.Kpi("a", "%", aggregate=aggregate).split == ck.splits.Shared()
    told = ck.Kpi("a", "people", aggregate=ck.aggregates.Last(), split=ck.splits.Equal())
    assert told.split == ck.splits.Equal()


@pytest.mark.parametrize(
    "aggregate",
    [
        ck.aggregates.Ratio(365),
        ck.aggregates.Mean(),
        ck.aggregates.WeightedMean(),
        ck.aggregates.Max(),
        ck.aggregates.Last(ck.aggregates.Min()),
    ],
)
def test_what_does_not_add_up_is_not_divided(aggregate):
    (fault,) = refused(ck.Kpi, "a", "x", aggregate=aggregate, split=ck.splits.ProRata("staff"))
    assert fault.column == "split"
    assert "does not add up" in fault.reason
    assert "Shared" in fault.repair
    ratio = aggregate.makeup is ck.aggregates.Makeup.RATIO
    assert ("Rates" in fault.repair) == ratio


@pytest.mark.parametrize(
    ("aggregate", "split"),
    [
        (ck.aggregates.Ratio(365), ck.splits.Shared()),
        (ck.aggregates.Max(), ck.splits.Shared()),
        (ck.aggregates.Sum(), ck.splits.Shared()),
        (ck.aggregates.Ratio(365), ck.splits.Rates("volume", "base")),
    ],
)
def test_a_lot_that_would_count_nothing_is_refused(aggregate, split):
    (fault,) = refused(ck.Kpi, "a", "x", aggregate=aggregate, split=split, lot=10)
    assert (fault.column, fault.value) == ("lot", "10")


def test_a_level_has_a_lot_for_what_is_assigned_or_itemised():
    assert ck.Kpi("a", "people", aggregate=ck.aggregates.Last(), lot=1).lot == ck.Lot(1)


@pytest.mark.parametrize("last", [False, True])
def test_a_per_cent_needs_its_scale(last):
    def made(scale):
        ratio = ck.aggregates.Ratio(scale)
        return ck.aggregates.Last(ratio) if last else ratio

    (fault,) = refused(ck.Kpi, "churn", "%", aggregate=made(1))
    assert fault.column == "aggregate"
    assert "Ratio(100)" in fault.repair
    assert ck.Kpi("churn", "share", aggregate=made(1)).unit == "share"
    assert ck.Kpi("churn", "%", aggregate=made(1200)).unit == "%"  # monthly, over a year


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
