"""Calls of gaps, conditions, playbooks and plans."""

from datetime import date

import cascade_kpi as ck
from tests.wrong_arguments.stages import BOOK, DIM, GAPS, PLAN

CALLS = {
    "PointsLost": (ck.conditions.PointsLost, {"points": 1}),
    "AttainmentBelow": (ck.conditions.AttainmentBelow, {"level": 1}),
    "ShareOfParent": (ck.conditions.ShareOfParent, {"share": 1}),
    "ShortfallAtLeast": (ck.conditions.ShortfallAtLeast, {"amount": 1}),
    "AllOf": (ck.conditions.AllOf, {"parts": [DIM]}),
    "AnyOf": (ck.conditions.AnyOf, {"parts": [DIM]}),
    "Action": (ck.Action, {"name": "a", "text": "t", "owner": "self", "days": 1}),
    "Rule": (ck.Rule, {"kpi": "k", "when": DIM, "action": "a", "kinds": "x"}),
    "Playbook": (ck.Playbook, {"actions": [ck.Action("a", "t")], "rules": []}),
    "Playbook.from_table": (
        ck.Playbook.from_table,
        {"table": {"action": ["a"], "text": ["t"]}, "rules": [], "name": "n"},
    ),
    "Playbook.action": (BOOK.action, {"name": "a"}),
    "gaps": (ck.gaps, {"scores": GAPS.scores}),
    "Gaps.by_child": (GAPS.by_child, {"node": "east", "kpi": "k", "period": None}),
    "Gaps.in_points": (GAPS.in_points, {"item": "k"}),
    "improve": (
        ck.improve,
        {"gaps": GAPS, "playbook": BOOK, "start": date(2026, 1, 1), "period": None},
    ),
    "Plan.of": (PLAN.of, {"node": "ann"}),
}  # fmt: skip
