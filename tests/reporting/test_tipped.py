"""The page of tipping weights."""

import cascade_kpi as ck
from cascade_kpi import combines
from tests.helpers import refused


def scores(combine=None):
    ids = ["a", "b", "<i>c</i>"]
    org = ck.OrgTree.from_table({"id": ["hq", *ids], "parent": ["", *["hq"] * 3]})
    kpis = [ck.Kpi("sales", "CNY"), ck.Kpi("calls", "calls")]
    goals = {"node": ["hq"] * 4, "kpi": ["sales", "calls"] * 2,
             "period": ["2025"] * 2 + ["2026"] * 2, "value": [300, 30] * 2}  # fmt: skip
    targets = ck.cascade(org, kpis, goals, periods=["2025", "2026"])
    values = [96, 80, 95, 8, 8, 9.4]
    reports = {
        "node": ids * 4, "kpi": (["sales"] * 3 + ["calls"] * 3) * 2,
        "period": ["2025"] * 6 + ["2026"] * 6, "value": [100, 100, 100, 10, 10, 10, *values],
    }  # fmt: skip
    grades = ck.Grades.from_edges({"A": 90, "B": None}, decimals=0)
    items = [ck.Item("sales"), ck.Item("calls")]
    root = ck.Section("total", items, combine=combine or combines.Mean())
    card = ck.Scorecard(root, {"sales": 50, "calls": 50}, grades=grades)
    return ck.score(ck.measure(targets, reports), card)


def test_the_page_tells_who_is_nearest_and_by_which_part():
    told = ck.report(ck.tipping(scores())).markdown()
    assert "# Tipping weights, 2026" in told
    assert "Some one weight would bring 2 of 4 to another grade." in told
    assert "The smallest change of a weight that does so is 9.38." in told
    assert "| a | sales | 50.00 | +9.38 | B → A |" in told
    assert "| sales | 4 | 0 | 0 | 1 | 2 |" in told
    assert "of sales and calls." in told


def test_a_period_of_its_own():
    stage = ck.tipping(scores(), period="2025")
    assert stage.periods.labels == ("2025",)
    told = ck.report(stage).markdown()
    assert "Tipping weights, 2025" in told
    assert "Some one weight would bring 0 of 4" in told
    assert "No weight changes anybody's grade." in told
    assert "2026" in str(refused(lambda: ck.report(stage, period="2026")))
    both = ck.tipping(scores())
    assert "0 of 4" in ck.report(both, period="2025").markdown()


def test_a_goal_is_named_and_a_node_is_asked_of_the_stage():
    told = ck.report(ck.tipping(scores(), "a", "2026", to="A")).markdown()
    assert "Some one weight would bring 1 of 1 to grade A." in told
    assert "name it in tipping" in str(refused(lambda: ck.report(ck.tipping(scores()), focus="a")))


def test_names_are_text():
    page = ck.report(ck.tipping(scores())).html()
    assert "<i>c</i>" not in page
