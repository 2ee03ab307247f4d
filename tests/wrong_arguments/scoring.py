"""Calls of scorecards, curves, attainments, grades and scores."""

import cascade_kpi as ck
from tests.wrong_arguments.stages import CARD, GAPS, GRADES, ONES, RESULTS

CALLS = {
    "Item": (
        ck.Item,
        {"kpi": "k", "curve": ck.curves.Linear(), "attainment": ck.attainments.Result()},
    ),
    "Scorecard": (
        ck.Scorecard,
        {"parts": [ck.Item("k")], "weights": {"k": 100}, "missing": "zero", "grades": None},
    ),
    "Weights": (
        ck.Weights,
        {"groups": {"k": 100}, "by": "kind", "promised": 100, "overrides": []},
    ),
    "Override": (
        ck.Override,
        {"node": "ann", "part": "k", "weight": 1, "reason": "new", "by": "hr"},
    ),
    "Section": (
        ck.Section,
        {"name": "s", "parts": [ck.Item("k")], "combine": ck.combines.Sum(), "missing": "zero",
         "gates": [], "then": []},
    ),
    "Rated": (ck.Rated, {"question": "q", "curve": ck.curves.Linear(), "named": "n"}),
    "Gate": (ck.Gate, {"when": ck.triggers.PointsBelow("k", 1), "at": 1, "parts": ["k"]}),
    "Within": (ck.adjustments.Within, {"low": 0, "high": 1}),
    "Veto": (ck.adjustments.Veto, {"when": ck.triggers.PointsBelow("k", 1), "at": 1}),
    "Add": (ck.adjustments.Add, {"part": ck.Item("k")}),
    "absences.AtMost": (ck.absences.AtMost, {"share": 0.5, "then": "zero"}),
    "Neutral": (ck.absences.Neutral, {"points": 1}),
    "Geometric": (ck.combines.Geometric, {"least": 0}),
    "triggers.AnyOf": (ck.triggers.AnyOf, {"triggers": [ck.triggers.PointsBelow("k", 1)]}),
    "Band": (ck.Band, {"label": "A", "low": 1, "high": 2}),
    "Grades": (ck.Grades, {"bands": [ck.Band("A")], "decimals": 2}),
    "Grades.from_edges": (ck.Grades.from_edges, {"edges": {"A": None}, "decimals": 2}),
    "Grades.codes": (GRADES.codes, {"totals": ONES}),
    "Linear": (ck.curves.Linear, {"slope": 1, "floor": 0, "cap": 1}),
    "Piecewise": (ck.curves.Piecewise, {"levels": [(0, 1), (1, 2)], "below": 0, "above": 1}),
    "Steps": (ck.curves.Steps, {"levels": [(0, 1)], "below": 0}),
    "Levels": (
        ck.curves.Levels,
        {"threshold": (0.8, 50), "target": (1, 100), "stretch": (2, 150), "below": 0, "above": 9},
    ),
    "GoalRedFlag": (ck.curves.GoalRedFlag, {"goal": 5, "red_flag": 9, "most": 100, "least": 0}),
    "Plateau": (ck.curves.Plateau, {"full": (1, 2), "zero": (0, 3), "most": 100, "least": 0}),
    "Tolerances": (ck.curves.Tolerances, {"levels": [(0.1, 9)], "centre": 1, "beyond": 0}),
    "Table": (ck.curves.Table, {"levels": {1: 0, 2: 50}, "between": "higher"}),
    "AddDeduct": (
        ck.curves.AddDeduct,
        {"add": 1, "deduct": 2, "every": 0.01, "base": 100, "at": 1, "most": 120, "least": 0,
         "counted": "begun"},
    ),
    "MarginalTiers": (ck.curves.MarginalTiers, {"tiers": [(0, 100)], "base": 0, "most": 200}),
    "RetroactiveTiers": (
        ck.curves.RetroactiveTiers, {"tiers": [(0, 100)], "base": 0, "most": 200}
    ),
    "Smoothstep": (ck.curves.Smoothstep, {"start": (0, 0), "end": (1, 100)}),
    "Logistic": (ck.curves.Logistic, {"low": (0, 9), "high": (1, 90), "least": 0, "most": 100}),
    "Rounded": (
        ck.curves.Rounded, {"curve": ck.curves.Linear(), "decimals": 1, "mode": "half_up"}
    ),
    "Threshold": (ck.curves.Threshold, {"curve": ck.curves.Linear(), "at": 0.5, "below": 0}),
    "Composed": (ck.curves.Composed, {"curves": [ck.curves.Linear()]}),
    "Progress": (ck.attainments.Progress, {"baseline": "x", "already": "met"}),
    "Goalposts": (
        ck.attainments.Goalposts,
        {"worst": 1, "best": "x", "floor": 0, "cap": 1, "scale": "linear"},
    ),
    "Quotient": (ck.attainments.Quotient, {"most": 2, "not_positive": "met"}),
    "Improvement": (ck.attainments.Improvement, {"baseline": "x", "zero": "exclude"}),
    "attainments.Rounded": (
        ck.attainments.Rounded,
        {"of": ck.attainments.Proportion(), "decimals": 2, "mode": "half_up"},
    ),
    "Proportion": (ck.attainments.Proportion, {"zero": "met"}),
    "score": (ck.score, {"results": RESULTS, "scorecard": CARD, "ratings": None}),
    "Scores.points": (GAPS.scores.points, {"part": "k"}),
    "Scores.grade": (GAPS.scores.grade, {"node": "ann", "period": None}),
}  # fmt: skip
