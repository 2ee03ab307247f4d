"""Where more is handed down than there is, and how the report tells it."""

import pytest

import cascade_kpi as ck

UNITS = {
    "id": ["hq", "e", "w", "a", "b", "c"],
    "parent": ["", "hq", "hq", "e", "e", "w"],
    "kind": ["company", "area", "area", "person", "person", "person"],
}


def targets(margins):
    org = ck.OrgTree.from_table(UNITS, kind="kind")
    over = ck.splits.Over(ck.splits.Equal(), margins) if margins else ck.splits.Equal()
    kpis = [ck.Kpi("sales", "CNY", split=over, lot=1, decimals=0), ck.Kpi("calls", "calls")]
    return ck.cascade(org, kpis, {"sales": 100, "calls": 9}, periods="2027")


def section(text):
    return text.split("## Over-assignment")[1].split("\n## ")[0]


def test_every_level_tells_its_cushion():
    # 100 and 10 % are 110, 55 an area; each hands down 20 % more, 66: people have 132.
    told = section(ck.report(targets({"company": 0.1, "area": 0.2})).markdown())
    assert "hq is to reach 100 CNY; 3 targets at the lowest level sum to 132 CNY." in told
    assert "| company | 1 | 100 CNY | 110 CNY | 10 CNY | 10.0 % |" in told
    assert "| area | 2 | 110 CNY | 132 CNY | 22 CNY | 20.0 % |" in told
    assert "calls" not in told


def test_a_report_is_about_the_node_in_focus():
    told = section(ck.report(targets({"company": 0.1, "area": 0.2}), focus="e").markdown())
    assert "e is to reach 55 CNY; 2 targets at the lowest level sum to 66 CNY." in told
    assert "company" not in told
    assert "| area | 1 | 55 CNY | 66 CNY | 11 CNY | 20.0 % |" in told


@pytest.mark.parametrize("margins", [{}, {"area": "0.0"}])
def test_without_over_assignment_nothing_is_said(margins):
    report = ck.report(targets(margins))
    assert "Over-assignment" not in report.markdown()
    assert "Over-assignment" not in report.html()


def test_the_page_shows_the_same_and_escapes_names():
    org = ck.OrgTree.from_table(
        {"id": ["<b>hq", "a"], "parent": ["", "<b>hq"], "kind": ["<i>top", "x"]}, kind="kind"
    )
    over = ck.splits.Over(ck.splits.Equal(), {"<i>top": 0.5})
    kpi = ck.Kpi("<u>sales", "CNY", split=over, lot=1)
    html = ck.report(ck.cascade(org, [kpi], {"<u>sales": 10}, periods="2027")).html()
    assert "Over-assignment" in html
    assert "&lt;i&gt;top" in html
    for raw in ("<b>hq", "<i>top", "<u>sales"):
        assert raw not in html
