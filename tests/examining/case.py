"""A card with something of everything, and people who are scored by it."""

import cascade_kpi as ck
from cascade_kpi import adjustments, triggers

KPIS = ck.Kpis(
    [
        ck.Kpi("revenue", "CNY", aggregate=ck.aggregates.Mean()),
        ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Mean()),
        ck.Kpi("calls", "calls", aggregate=ck.aggregates.Mean()),
        ck.Kpi("accidents", "accidents", better="lower", aggregate=ck.aggregates.Mean()),
    ]
)
LEVELS = ck.curves.Levels(threshold=(0.8, 50), target=(1, 100), stretch=(1.2, 150))
ITEMS = [
    ck.Item("revenue", LEVELS),
    ck.Item("churn", ck.curves.Linear(cap=120)),
    ck.Item("calls", ck.curves.Steps([(0.5, 50), (1, 100)])),
]
WEIGHTS = {
    "seller": {"revenue": 60, "churn": 30, "calls": 10},
    "clerk": {"churn": 50, "calls": 50},
}
GRADES = ck.Grades.from_edges({"S": 125, "A": 90, "B": 60, "C": None})
RED_LINE = adjustments.Veto(triggers.ResultAtLeast("accidents", 1), at=59)


def card(items=ITEMS, weights=WEIGHTS, grades=GRADES, **section):
    return ck.Scorecard(ck.Section("total", items, **section), weights, grades=grades)


def results(rows, ids=("a", "b", "c", "d")):
    """Results of sellers, and of d, who is a clerk, against targets of 100."""
    tree = ck.OrgTree.from_table(
        {"id": list(ids), "parent": [""] * len(ids),
         "kind": ["clerk" if each == "d" else "seller" for each in ids]},
        kind="kind", roots="many",
    )  # fmt: skip
    names = ("revenue", "churn", "calls")
    goals = {
        "node": list(ids) * 3, "period": ["2026"] * (3 * len(ids)), "value": [100.0] * 3 * len(ids),
        "kpi": [name for name in names for _ in ids],
    }  # fmt: skip
    targets = ck.assign(tree, KPIS, goals, periods="2026")
    cells = [(n, k, v) for n, values in rows.items() for k, v in zip(names, values, strict=True)]
    cells = [cell for cell in cells if cell[2] is not None]
    table = dict(zip(("node", "kpi", "value"), map(list, zip(*cells, strict=True)), strict=True))
    return ck.measure(targets, table)


def kinds(found):
    """Kind and part of every finding."""
    return [(each.kind, each.part) for each in found.findings]


def finding(found, kind, part):
    (one,) = [each for each in found.findings if (each.kind, each.part) == (kind, part)]
    return one
