"""Targets of a KPI itemised over its parts."""

import attrs
import pytest

import cascade_kpi as ck
from cascade_kpi import profiles
from cascade_kpi.errors import InputError

ORG = ck.OrgTree.from_table(
    {
        "id": ["hq", "a", "b"],
        "parent": ["", "hq", "hq"],
        "voice": [None, 6, 1],
        "data": [None, 2, 3],
    }
)
REVENUE = ck.Kpi("revenue", "CNY", lot=1)
CHURN = ck.Kpi("churn", "%", aggregate=ck.aggregates.Ratio(100))
PARTS = [ck.Kpi("voice", "CNY", lot=1), ck.Kpi("data", "CNY", lot=1)]
MIX = profiles.Columns(["voice", "data"])
GOALS = {
    "node": ["hq"] * 4,
    "kpi": ["revenue", "churn"] * 2,
    "period": ["H1", "H1", "H2", "H2"],
    "value": [120, 2, 61, 2],
}
YEAR = ck.cascade(ORG, [REVENUE, CHURN], GOALS)


def faults(call, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    return [str(fault) for fault in caught.value.faults]


def test_both_sums_hold_in_every_period():
    made = ck.itemise(YEAR, "revenue", PARTS, MIX)
    voice, data = made.of("voice"), made.of("data")
    assert (voice + data == YEAR.of("revenue")).all()
    for values in (voice, data):
        assert (values[:, 1:].sum(axis=1) == values[:, 0]).all()
    assert made.periods == YEAR.periods
    assert voice[0].tolist() == [70, 49, 21]


def test_parts_are_phased_on():
    made = ck.phase(
        ck.itemise(YEAR, "revenue", PARTS, MIX),
        {"H1": ["Q1", "Q2"], "H2": ["Q3", "Q4"]},
        profiles.Seasonal([1, 2]),
    )
    assert made.of("voice")[:2].sum(axis=0).tolist() == [70, 49, 21]
    why = ck.explain(made, "a", kpi="voice", period="Q2")
    assert why.evaluate() == why.value
    told = why.text(depth=None, width=99)
    assert "lots of revenue, hq, H1" in told
    assert "goals row 0" in told


def test_quotas_are_itemised_with_what_a_manager_has():
    quotas = {"node": ["hq", "a"], "kpi": ["revenue"] * 2, "value": [10, 30]}
    made = ck.itemise(ck.assign(ORG, [REVENUE], quotas, periods="Y"), "revenue", PARTS, MIX)
    assert (made.of("voice") + made.of("data")).tolist()[0][:2] == [40, 30]
    why = ck.explain(made, "hq", kpi="voice")
    assert why.evaluate() == why.value


def test_other_kpis_are_carried_in_their_places():
    calls = ck.Kpi("calls", "calls", lot=1)
    goals = {"node": ["hq"] * 3, "kpi": ["churn", "revenue", "calls"], "value": [2, 120, 9]}
    year = ck.cascade(ORG, [CHURN, REVENUE, calls], goals, periods="Y")
    made = ck.itemise(year, "revenue", PARTS, MIX)
    assert made.kpis.names == ("churn", "voice", "data", "calls")
    for name in ("churn", "calls"):
        assert made.of(name) is year.of(name)
        why = [ck.explain(each, "a", kpi=name).text(9) for each in (made, year)]
        assert why[0] == why[1]
    again = ck.itemise(made, "calls", [attrs.evolve(calls, name=n) for n in "xy"], profiles.Even())
    assert again.kpis.names == ("churn", "voice", "data", "x", "y")
    for name, above in (("voice", "lots of revenue, hq, Y"), ("y", "lots of calls, hq, Y")):
        why = ck.explain(again, "a", kpi=name)
        assert why.evaluate() == why.value
        assert above in why.text(9)


def test_quotas_that_are_carried_are_phased_in_lots():
    calls = ck.Kpi("calls", "calls", lot=1)
    quotas = {"node": ["a", "hq", "a"], "kpi": ["revenue", "calls", "calls"], "value": [30, 5, 4]}
    assigned = ck.assign(ORG, [REVENUE, calls], quotas, periods="Y")
    halves = ck.phase(ck.itemise(assigned, "revenue", PARTS, MIX), ["H1", "H2"], profiles.Even())
    plain = ck.phase(assigned, ["H1", "H2"], profiles.Even())
    assert halves.lots_of("calls").tolist() == plain.lots_of("calls").tolist()
    why = ck.explain(halves, "hq", kpi="calls", period="H1")
    assert why.evaluate() == why.value
    assert why.text(9) == ck.explain(plain, "hq", kpi="calls", period="H1").text(9)
    table = ck.itemise(assigned, "revenue", PARTS, MIX).table()
    mine = table["kpi"] == "calls"
    assert table["value"][mine].tolist() == [5, 4]


@pytest.mark.parametrize(
    ("kpi", "parts", "by", "said"),
    [
        ("revenu", PARTS, MIX, "did you mean 'revenue'"),
        ("churn", [ck.Kpi("lost", "%", aggregate=CHURN.aggregate)], profiles.Even(), "shared"),
        ("revenue", [ck.Kpi("voice", "min", lot=1)], MIX, "its unit is min, that of revenue CNY"),
        ("revenue", [ck.Kpi("voice", "CNY", lot=10)], MIX, "its lot is 10"),
        ("revenue", [ck.Kpi("v", "CNY", lot=1, aggregate=ck.aggregates.Last())], MIX, "aggregate"),
        ("revenue", [ck.Kpi("v", "CNY", lot=1, at="shop")], MIX, "its at is"),
        ("revenue", PARTS, {"voice": 1}, "not a profile"),
        ("revenue", PARTS[:1], MIX, "2 columns for 1"),
        ("revenue", [ck.Kpi("churn", "CNY", lot=1)], MIX, "another KPI has this name"),
        ("revenue", 5, MIX, "kpis"),
    ],
)
def test_what_is_wrong_is_told(kpi, parts, by, said):
    told = faults(ck.itemise, YEAR, kpi, parts, by)
    assert any(said in each for each in told), told


def test_something_else_than_targets_is_refused():
    assert "targets" in faults(ck.itemise, 5, "revenue", PARTS, MIX)[0]
