"""Calls of two rules compared, and of two sets of targets."""

import cascade_kpi as ck
from tests.helpers import gaps_of
from tests.wrong_arguments.stages import GRADED, GRADES, RESULTS

SCORES = gaps_of(RESULTS, ck.Item("k"), grades=GRADES).scores
COMPARED = ck.compare(SCORES, SCORES)
CHANGES = ck.compare(RESULTS.targets, ck.recascade(RESULTS.targets, goals={"k": 15}))


CALLS = {
    "compare": (ck.compare, {"before": RESULTS.targets, "after": RESULTS.targets}),
    "compare totals": (
        ck.compare,
        {"before": GRADED, "after": GRADED, "pay": ck.PayPerPoint(1), "by": None, "pool": None,
         "kind": None},
    ),
    "Comparison.transitions": (COMPARED.transitions, {"period": None, "group": None}),
    "Comparison.movers": (COMPARED.movers, {"n": 3, "period": None}),
    "Comparison.by_item": (COMPARED.by_item, {"node": "ann", "period": None}),
    "Comparison.in_parts": (COMPARED.in_parts, {"period": None}),
    "PayPerGrade": (
        ck.PayPerGrade,
        {"table": {"A": 1}, "of": None, "unscored": None, "unit": "CNY", "decimals": 2},
    ),
    "PayPerPoint": (
        ck.PayPerPoint,
        {"rate": 1, "of": None, "above": 0, "most": None, "unit": "CNY", "decimals": 2},
    ),
    "tipping": (ck.tipping, {"scores": GRADED, "node": None, "period": None, "to": None,
                             "kind": None}),
    "grade_chances": (
        ck.grade_chances, {"scores": GRADED, "errors": {"k": 1}, "draws": 3, "seed": 0},
    ),
    "GradeChances.of": (
        ck.grade_chances(GRADED, {"k": 1}, draws=1).of, {"node": "ann", "period": None},
    ),
    "OfPoints": (ck.comparing.OfPoints, {"size": 1}),
    "OfResult": (ck.comparing.OfResult, {"size": 1}),
    "Changes.of": (CHANGES.of, {"kpi": "k"}),
    "Changes.status": (CHANGES.status, {"node": "ann"}),
    "Changes.by_child": (CHANGES.by_child, {"node": "east", "kpi": "k", "period": None}),
    "Changes.ranked": (
        CHANGES.ranked, {"kpi": "k", "period": None, "kind": None, "limit": 3},
    ),
    "attribute": (
        ck.attribute,
        {"changes": CHANGES, "order": ("tree", "drivers", "rules", "goals")},
    ),
    "Attribution.part": (ck.attribute(CHANGES).part, {"kpi": "k", "kind": "goals"}),
}  # fmt: skip
