"""A company of two regions, in which one team has no total and one person no team."""

import cascade_kpi as ck
from tests.helpers import entries

UNITS = {
    "id": ["co", "east", "west", "t1", "t2", "ann", "bo", "cy", "di"],
    "parent": ["", "co", "co", "east", "west", "t1", "t1", "t2", "west"],
    "kind": ["company", "region", "region", "team", "team", *["person"] * 4],
    "role": ["", "", "", "", "", "seller", "seller", "seller", "lead"],
}
OWN = {"co": 100, "east": 120, "west": 80, "t1": 110, "ann": 90, "bo": 130, "cy": 60, "di": 95}
GRADES = ck.Grades.from_edges({"A": 100, "B": 80, "C": None})


def scored(own=OWN, units=UNITS, grades=GRADES, periods="2026"):
    """Scores in which every node has the total told for it: each kind reports a KPI of its own."""
    org = ck.OrgTree.from_table(units, kind="kind")
    kinds = org.kind_names
    kpis = [ck.Kpi(kind, "x", split=ck.splits.Shared(), at=kind) for kind in kinds]
    targets = ck.cascade(org, kpis, dict.fromkeys(kinds, 100), periods=periods)
    rows = [(node, org[node].kind, value) for node, value in own.items()]
    curve = ck.curves.Linear(1, floor=None)
    card = ck.Scorecard(
        [ck.Item(kind, curve, ck.attainments.Result()) for kind in kinds],
        {kind: {kind: 100} for kind in kinds},
        grades=grades,
    )
    return ck.score(ck.measure(targets, entries(*rows)), card)


def total(stage, node, p=0):
    """One node's total."""
    return float(stage.total[p, stage.org.row(node)])
