"""Small stages, one of each verb, whose functions are called with wrong arguments."""

from datetime import date

import numpy as np

import cascade_kpi as ck
from tests.helpers import entries, gaps_of, measured, org

TREE, KPI = org(), ck.Kpi("k", "x")
RESULTS = measured(TREE, KPI, 12, {"ann": 4})
CARD = ck.Scorecard([ck.Item("k")], {"k": 100})
GAPS = gaps_of(RESULTS, ck.Item("k"))
DIM = ck.conditions.PointsLost(1)
BOOK = ck.Playbook([ck.Action("a", "Do it")], [ck.Rule("k", DIM, "a")])
PLAN = ck.improve(GAPS, BOOK, start=date(2026, 1, 1))
GRADES = ck.Grades.from_edges({"A": None})
GRADED = ck.score(RESULTS, ck.Scorecard([ck.Item("k")], {"k": 100}, grades=GRADES))
ROWS, ONES = entries(("ann", "k", 4)), np.ones(6)
UNITS = {"id": ["a"], "parent": [""]}


def shown(stage, **options):
    return ck.report(stage, **options).markdown()
