"""Scorecards as text."""

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, combines, triggers

LINE = ck.curves.Linear()


def test_a_card_is_printed_as_a_tree_with_weights_and_rules():
    bonus = ck.Section("bonus", [ck.Item("launches", LINE)], combines.Sum(),
                       then=[adjustments.Within(0, 5)])  # fmt: skip
    results = ck.Section(
        "results", [ck.Item("sales", LINE), ck.Item("churn", LINE)], missing="zero",
        gates=[ck.Gate(triggers.AttainmentBelow("churn", 1.0), at=100)],
    )  # fmt: skip
    root = ck.Section("total", [results, ck.Rated("care", LINE)], then=[adjustments.Add(bonus)])
    weights = {
        "seller": {"results": 80, "sales": 70, "churn": 30, "care": 20},
        "clerk": {"results": 100, "churn": 100},
    }
    own = [ck.Override("li", "care", 0, reason="new", by="hr"),
           ck.Override("li", "results", 100, reason="new", by="hr")]  # fmt: skip
    grades = ck.Grades.from_edges({"A": 100, "B": None})
    card = ck.Scorecard(root, ck.Weights(weights, overrides=own), absences.Hold(), grades)
    line = repr(LINE)
    assert str(card).splitlines() == [
        "total  Mean()",
        "├─ results (seller 80, clerk 100)  Mean()",
        f"│  ├─ sales (seller 70)  {line}",
        f"│  ├─ churn (seller 30, clerk 100)  {line}",
        "│  ├─ gate: " + results.gates[0].words(),
        "│  └─ absent: it gets no points",
        f"├─ care (seller 20)  {line}",
        "├─ bonus  Sum()",
        f"│  ├─ launches  {line}",
        "│  └─ then no less than 0 and no more than 5",
        "└─ then plus the points of bonus",
        "absent elsewhere: the total is held back",
        "grades: A from 100, B",
        "li by hr: care weighs 0, new",
        "li by hr: results weighs 100, new",
    ]


def test_nothing_on_a_card_can_reorder_or_break_its_lines():
    card = ck.Scorecard([ck.Item("\u202esales\n└─ x", LINE)], {"\u202esales\n└─ x": 100})
    assert len(str(card).splitlines()) == 3
    assert "\u202e" not in str(card)
