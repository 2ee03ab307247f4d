"""Calls of goals, links, weight budgets and performance plans."""

from datetime import date

import cascade_kpi as ck
from tests.wrong_arguments.stages import CARD, RESULTS, TREE

GOALS = ck.Goals.from_table({"goal": ["g"], "title": ["G"], "owner": ["ann"]}, TREE)
LINKS = ck.Links.from_table({"goal": [], "serves": []})
STRATEGY = ck.align(GOALS, LINKS)


CALLS = {
    "Goals": (
        ck.Goals.from_table,
        {"table": {"goal": ["g"], "title": ["G"], "owner": ["ann"]}, "org": TREE, "kpis": None,
         "period": None, "perspectives": ("a",)},
    ),
    "Goals.joined": (GOALS.joined, {"other": GOALS}),
    "Goals.position": (GOALS.position, {"goal": "g"}),
    "Links": (ck.Links.from_table, {"table": {"goal": ["g"], "serves": ["h"]}}),
    "Links.joined": (LINKS.joined, {"other": LINKS}),
    "align": (ck.align, {"goals": GOALS, "links": LINKS}),
    "aligned_with": (ck.aligned_with, {"targets": RESULTS.targets, "kpis": None}),
    "WeightBudget": (
        ck.WeightBudget,
        {"least": 1, "most": 2, "total": 3, "count": (1, 2), "kinds": "person"},
    ),
    "performance_plan": (
        ck.performance_plan,
        {"stage": RESULTS.targets, "person": "ann", "scorecard": CARD, "duties": ("d",),
         "alignment": STRATEGY, "commitments": {"commitment": ["c"]}, "period": "2026"},
    ),
    "PerformancePlan.move": (
        ck.performance_plan(RESULTS.targets, "ann", CARD).move,
        {"state": "proposed", "by": "east", "on": date(2026, 1, 1), "note": ""},
    ),
    "WeightBudgets": (
        ck.WeightBudgets,
        {"budgets": {"a": ck.WeightBudget()}, "by": "kind", "others": ck.WeightBudget()},
    ),
    "Alignment.audit": (STRATEGY.audit, {"budget": ck.WeightBudget(least=1)}),
    "Alignment.draw": (STRATEGY.draw, {"limit": 5}),
    "Alignment.matrix": (STRATEGY.matrix, {"nodes": ["ann"]}),
    "Audit.of": (STRATEGY.audit().of, {"kind": "orphan"}),
}  # fmt: skip
