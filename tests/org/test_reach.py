"""What a KPI reaches of a tree."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.org.reach import Reach
from tests.helpers import entries, refused

SHOPS = {
    "id": ["hq", "east", "west", "s1", "s2", "s3", "ann", "bob", "cid", "law"],
    "parent": ["", "hq", "hq", "east", "east", "west", "s1", "s1", "s3", "hq"],
    "kind": ["company", *["region"] * 2, *["shop"] * 3, *["person"] * 3, "office"],
    "staff": ["", "", "", 3, 1, 2, "", "", "", ""],
}


@pytest.fixture
def org():
    return ck.OrgTree.from_table(SHOPS, kind="kind")


def names(org, mask):
    return org.ids[mask].tolist()


def test_a_kind_reaches_its_nodes_and_those_above(org):
    reach = Reach.of(org, ["shop"])
    assert names(org, reach.reporters) == ["s1", "s2", "s3"]
    assert names(org, reach.within) == ["hq", "east", "s1", "s2", "west", "s3"]
    assert reach.tree.ids.tolist() == ["hq", "east", "s1", "s2", "west", "s3"]
    assert reach.tree.parent.tolist() == [-1, 0, 1, 1, 0, 4]
    assert reach.tree.size.tolist() == [6, 3, 1, 1, 2, 1]
    assert reach.tree.depth.tolist() == [0, 1, 2, 2, 1, 2]
    assert [org.ids[r] for r in reach.children(org.row("hq"))] == ["east", "west"]
    assert reach.children(org.row("s1")) == []


def test_of_nested_kinds_the_lowest_report(org):
    reach = Reach.of(org, ["region", "person"])
    assert names(org, reach.reporters) == ["ann", "bob", "cid"]
    east_only = org.subtree("east")
    assert names(east_only, Reach.of(east_only, ["shop", "person"]).reporters) == [
        "ann", "bob", "s2",
    ]  # fmt: skip


def test_no_kind_means_the_leaves(org):
    reach = Reach.of(org)
    assert reach.is_whole
    assert reach.tree is org
    assert names(org, reach.reporters) == names(org, org.is_leaf)
    values = np.arange(10.0)
    assert reach.narrowed(values) is values
    assert reach.spread(values, np.nan) is values


def test_values_go_there_and_back(org):
    reach = Reach.of(org, ["shop"])
    values = np.arange(20.0).reshape(2, 10)
    back = reach.spread(reach.narrowed(values), np.nan)
    assert np.array_equal(back[:, reach.within], values[:, reach.within])
    assert np.isnan(back[:, ~reach.within]).all()


def test_every_unknown_kind_is_named(org):
    kpis = ck.Kpis([ck.Kpi("a", "u", at="shops"), ck.Kpi("b", "u", at=["team", "shop"])])
    faults = refused(ck.cascade, org, kpis, {"a": 1, "b": 1}, periods="2026")
    assert [(f.column, f.value) for f in faults] == [("at of a", "shops"), ("at of b", "team")]
    assert "shop" in faults[0].repair


def test_a_goal_goes_down_to_the_reporters(org):
    kpi = ck.Kpi("sales", "CNY", split=ck.splits.ProRata("staff"), at="shop", lot=1)
    targets = ck.cascade(org, [kpi], {"sales": 600}, periods="2026")
    found = dict(zip(org.ids.tolist(), targets.of("sales")[0].tolist(), strict=True))
    assert found["hq"] == 600
    assert (found["east"], found["s1"], found["s2"], found["s3"]) == (400, 300, 100, 200)
    assert all(np.isnan(found[name]) for name in ("ann", "bob", "cid", "law"))
    told = ck.explain(targets, "s1", "sales")
    assert told.evaluate() == 300
    assert "units row 3, staff" in told.text(None)
    assert "ann" not in told.text(None)


def test_reporters_are_due_and_nobody_below(org):
    kpi = ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100), at="shop")
    targets = ck.cascade(org, [kpi], {"churn": 2.0}, periods="2026")
    reports = entries(
        ("s1", "churn", 3, 100), ("s2", "churn", 1, 100),
        columns=("node", "kpi", "numerator", "denominator"),
    )  # fmt: skip
    results = ck.measure(targets, reports)
    assert results.coverage("churn")[0, org.rows(["hq", "east", "west"])].tolist() == [
        2 / 3, 1.0, 0.0,
    ]  # fmt: skip
    assert results.of("churn")[0, org.rows(["hq", "east"])].tolist() == [2.0, 2.0]
    assert np.isnan(results.coverage("churn")[0, org.row("ann")])
    told = ck.explain(results, "s1", "churn")
    assert told.evaluate() == 3.0
    assert "bob" not in told.text(None)


def test_numbers_where_the_kpi_does_not_reach_are_refused(org):
    kpi = ck.Kpi("sales", "CNY", at="shop")
    stray = entries(("hq", "sales", 9.0), ("ann", "sales", 1.0), ("law", "sales", 2.0))
    for make, name in (
        (lambda: ck.cascade(org, [kpi], stray, periods="2026"), "goals"),
        (lambda: ck.assign(org, [kpi], stray, periods="2026"), "targets"),
        (lambda: ck.Actuals.from_table(org, [kpi], stray, periods="2026"), "actuals"),
    ):
        faults = refused(make)
        assert [(f.source, f.row, f.value) for f in faults] == [(name, 1, "ann"), (name, 2, "law")]
        assert "shop" in faults[0].repair
    column = np.where(org.ids == "ann", 1.0, np.nan)
    for stage in (ck.Targets, ck.Actuals):
        faults = refused(stage.from_columns, org, [kpi], {"sales": column}, periods="2026")
        assert [f.value for f in faults] == ["ann"]


def test_a_weight_without_any_target_is_refused(org):
    kpis = [ck.Kpi("sales", "CNY", at="shop"), ck.Kpi("visits", "calls")]
    targets = ck.cascade(org, kpis, {"sales": 6, "visits": 60}, periods="2026")
    results = ck.measure(targets, entries(("s1", "sales", 2.0), ("ann", "visits", 9.0)))
    items = [ck.Item("sales"), ck.Item("visits")]
    everybody = ck.Scorecard(items, {"sales": 40, "visits": 60})
    faults = refused(ck.score, results, everybody)
    assert [f.value for f in faults] == ["sales", "sales"]
    assert "'person'" in faults[0].reason
    assert "'office'" in faults[1].reason
    fair = {k: {"visits": 100} for k in ("person", "office")}
    card = ck.Scorecard(items, {"*": {"sales": 40, "visits": 60}, **fair})
    assert ck.score(results, card).total[0, org.row("ann")] > 0
    read = ck.Item("sales", ck.curves.Linear(slope=1.0), ck.attainments.Result())
    ck.score(results, ck.Scorecard([read], {"sales": 100}))  # results need no target


def test_reports_show_a_kpi_only_where_it_reaches(org):
    kpis = [ck.Kpi("sales", "CNY", at="shop"), ck.Kpi("visits", "calls")]
    targets = ck.cascade(org, kpis, {"sales": 6, "visits": 60}, periods="2026")
    results = ck.measure(targets, entries(("s1", "sales", 2.0), ("ann", "visits", 9.0)))
    text = ck.report(results).markdown()
    lights = next(line for line in text.splitlines() if line.startswith("| sales | 3 |"))
    assert [cell.strip() for cell in lights.split("|")[2:6]] == ["3", "0", "0", "3"]


def test_a_kpi_with_a_level_is_the_same_after_json():
    kpi = ck.Kpi("sales", "CNY", at=["shop", "stand"])
    assert ck.from_json(ck.to_json(kpi)) == kpi
    assert "at='shop, stand'" in repr(kpi)
    assert [f.column for f in refused(ck.Kpi, "sales", "CNY", at=5)] == ["at"]
    assert [f.column for f in refused(ck.Kpi, "sales", "CNY", at=["shop", ""])] == ["at"]
