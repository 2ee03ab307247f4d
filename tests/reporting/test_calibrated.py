"""The page of a calibration."""

import pytest

import cascade_kpi as ck
from cascade_kpi import calibrating as cal
from cascade_kpi.reporting.charts import shares_bar
from tests.helpers import refused

PEOPLE = {"red": [99, 96, 95, 84], "blue": [91, 71, 65, 62], "<b>tiny</b>": [88]}


def calibrated(**given):
    ids = [f"{team[:4]} {i}" for team, totals in PEOPLE.items() for i in range(len(totals))]
    teams = [team for team, totals in PEOPLE.items() for _ in totals]
    org = ck.OrgTree.from_table(
        {"id": ["hq", *ids], "parent": ["", *["hq"] * len(ids)], "team": ["", *teams]}
    )
    kpi = ck.Kpi("review", "pt", aggregate=ck.aggregates.Mean(), split=ck.splits.Shared())
    goals = {
        "node": ["hq"] * 2,
        "kpi": ["review"] * 2,
        "period": ["2025", "2026"],
        "value": [100] * 2,
    }
    targets = ck.cascade(org, [kpi], goals, periods=["2025", "2026"])
    values = [value for totals in PEOPLE.values() for value in totals]
    reports = {
        "node": ids * 2, "kpi": ["review"] * 18, "period": ["2025"] * 9 + ["2026"] * 9,
        "value": [80.0] * 9 + values,
    }  # fmt: skip
    grades = ck.Grades.from_edges({"A": 90, "B": 70, "C": None})
    card = ck.Scorecard([ck.Item("review")], {"review": 100}, grades=grades)
    scores = ck.score(ck.measure(targets, reports), card)
    quotas = cal.Quotas([cal.AtMost("A", 0.5), cal.AtLeast("C", 0.25)])
    return ck.calibrate(scores, quotas, cal.Pools("team", least=2), **given)


MADE = calibrated()


def test_the_page_tells_pools_quotas_and_who_was_moved():
    told = ck.report(MADE).markdown()
    assert "# Grades calibrated, 2026" in told
    assert "2026 · 9 people" in told
    assert "In 3 pools, 3 grades were moved by 3 steps: 0 up, 3 down." in told
    assert "| red | 4 | 3 → 2 | 1 | 0 → 1 |" in told
    assert "| blue | 4 | 1 | 1 | 2 |" in told
    assert "| red | at most 50 % A | 0 to 2 | 3 | 2 | 2 |" in told
    assert "| red 2 | red | 3 | 95.00 | A → B |" in told
    assert "| blue 0 |" not in told
    assert "committee decided" not in told
    assert MADE.grade("red 2", "2026") == "B"


def test_pools_in_which_most_changes_and_quotas_that_acted_come_first():
    told = ck.report(MADE).markdown()
    pools = told.split("## Grades pool")[1].split("## What quotas")[0]
    assert [line.split(" | ")[0] for line in pools.splitlines() if line.startswith("| ")][2:] == [
        "| red", "| others", "| blue",
    ]  # fmt: skip
    quotas = told.split("## What quotas")[1].split("## Whose")[0]
    acted = [line.split(" | ")[0] for line in quotas.splitlines() if line.startswith("| ")][2:5]
    assert acted == ["| others", "| red", "| red"]


def test_a_committee_is_told_with_its_reasons_and_what_it_waived():
    decided = cal.Adjustment("red 2", "A", "kept <the> client", by="board", period="2026")
    made = MADE.adjust(cal.Sitting([decided], quotas=cal.Waived()))
    told = ck.report(made).markdown()
    assert "After that a committee changed 1 grade." in told
    assert "| red 2 | red | 3 | 95.00 | A → B → A |" in told
    assert "| red 2 | A | kept \\<the\\> client | board |" in told
    assert "| red | at most 50 % A | 0 to 2 | 3 | 2 | 3 (waived) |" in told
    assert "kept &lt;the&gt; client" in ck.report(made).html()
    assert "Nothing in this period." in ck.report(made, period="2025").markdown()


def test_what_is_left_out_is_counted():
    told = ck.report(MADE, limits=ck.Limits(rows=1)).markdown()
    assert "… and 2 pools more." in told
    assert "… and 5 rows more." in told
    assert "… and 2 rows more." in told


def test_it_is_of_all_pools_and_of_one_period():
    assert "In 3 pools" in ck.report(MADE).markdown()
    assert "2 up" not in ck.report(MADE, period="2025").markdown()
    assert "it is of all pools" in str(refused(lambda: ck.report(MADE, focus="hq")))
    assert ck.report(MADE, period="2025").title == "Grades calibrated, 2025"


def test_bars_are_shares_of_their_own_line():
    svg = str(shares_bar([[1, 3], [4, 0]], "words"))
    assert svg.count("<rect") == 3
    assert 'width="25.00%"' in svg
    assert 'width="75.00%"' in svg
    assert 'width="100.00%"' in svg


@pytest.mark.parametrize("n", [0, 1])
def test_bars_of_nobody_and_of_one_grade(n):
    assert str(shares_bar([[n], [n]], "words")).count("<rect") == 2 * n
