"""The numbers behind a report."""

import numpy as np

import cascade_kpi as ck
from cascade_kpi.reporting.layers import Layers
from cascade_kpi.reporting.lights import Lights
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.view import View
from tests.helpers import entries
from tests.reporting.case import Outline, plan


def view(stage, node="hq", p=0):
    org = Layers.of(stage).targets.org
    return View.of(Layers.of(stage), org.row(node), p, Lights(), Limits())


def test_a_total_is_compared_with_the_total_on_target():
    whole = plan()
    for stage in (whole, whole.gaps, whole.gaps.scores):
        made = view(stage, p=1)
        at_target = whole.gaps.scores.total[1] - whole.gaps.total[1]
        np.testing.assert_array_equal(made.total_attainment, whole.gaps.scores.total[1] / at_target)
        assert [m.result for m in made.total_history] == whole.gaps.scores.total[:, 0].tolist()


def test_a_kpi_that_is_not_on_the_card_has_no_points():
    whole = plan()
    row = whole.org.row("t1p0")
    *_, cover = view(whole, p=1).card(row).figures
    assert cover.weight == 0
    assert np.isnan(cover.points)
    assert np.isnan(cover.lost)
    assert cover.attainment == whole.gaps.scores.attainment("cover")[1, row]


def test_a_path_names_the_nearest_few_below_the_focus():
    ids = [f"n{i}" for i in range(8)]
    org = ck.OrgTree.from_table({"id": ids, "parent": ["", *ids[:-1]]})
    targets = ck.cascade(org, [ck.Kpi("k", "CNY")], {"k": 1}, periods="2026")
    made = view(targets, "n1")
    assert made.trail(org.row("n1")) == ()
    assert made.trail(org.row("n3")) == ("n2",)
    assert made.trail(org.row("n7")) == ("…", "n4", "n5", "n6")


def test_kpis_without_target_or_result_are_told_apart():
    org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    kpis = [ck.Kpi("churn", "%", "lower", ck.aggregates.Ratio(100)), ck.Kpi("sales", "CNY")]
    goals = entries(("hq", "sales", 10.0), ("a", "churn", 2.0))
    targets = ck.assign(org, kpis, goals, periods="2026")
    results = ck.measure(targets, entries(("a", "sales", 9.0)))
    report = ck.report(results)
    text = Outline(report.html()).text
    assert "90.0 % near target" in text
    assert "No attainment: churn." in text
    assert text.count("churn no target") == 2  # hq and b
    assert "**b**\n" in report.markdown() or "**b**" in report.markdown()
    assert "**a**: churn ○ –" in report.markdown()


def test_periods_without_a_target_are_told_where_they_count():
    org = ck.OrgTree.from_table({"id": ["hq"], "parent": [""]})
    goals = {"node": ["hq"], "kpi": ["sales"], "period": ["Q1"], "value": [5]}
    targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], goals, periods=["Q1", "Q2"])
    reports = {"node": ["hq"] * 2, "kpi": ["sales"] * 2, "period": ["Q1", "Q2"], "value": [5, 9]}
    year = ck.over_periods(ck.measure(targets, reports), "2026")
    assert "sales has results and no target in Q2" in ck.report(year).markdown()
    asked = ck.cascade(org, [ck.Kpi("sales", "CNY")], {**reports, "value": [5, 9]})
    assert (
        "no target in"
        not in ck.report(ck.over_periods(ck.measure(asked, reports), "2026")).markdown()
    )
