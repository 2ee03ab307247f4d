"""A small company whose profit is made of customers, ARPU and cost, and helpers for its tests."""

import cascade_kpi as ck
from cascade_kpi import D
from tests import helpers

KPIS = ck.Kpis(
    [
        ck.Kpi("customers", "customers", lot=1),
        ck.Kpi("arpu", "CNY/customers", aggregate=ck.aggregates.Ratio()),
        ck.Kpi("cost", "CNY", better="lower", lot=1),
        ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100)),
    ]
)
DEFINITIONS = {
    "profit": D("revenue") - D("cost"),
    "revenue": D("customers") * D("arpu"),
    "margin": D("profit") / D("revenue"),
    "kept": D("customers") * (1 - D("churn")),
}
SHARES = {
    "profit": {"revenue": 0.7, "cost": 0.3},
    "revenue": {"customers": 0.5, "arpu": 0.5},
}
ROWS = [
    ("a", "customers", 100, None, None),
    ("b", "customers", 50, None, None),
    ("c", "customers", 0, None, None),
    ("a", "arpu", None, 1000, 100),
    ("b", "arpu", None, 800, 50),
    ("a", "cost", 700, None, None),
    ("b", "cost", 100, None, None),
    ("c", "cost", 10, None, None),
    ("a", "churn", None, 5, 100),
    ("b", "churn", None, 1, 50),
]
COLUMNS = ("node", "kpi", "value", "numerator", "denominator")


def org():
    return ck.OrgTree.from_table({"id": ["hq", "a", "b", "c"], "parent": ["", "hq", "hq", "hq"]})


def model(definitions=None, kpis=KPIS, **how):
    how = {"units": {"margin": "%"}} if definitions is None else how
    return ck.DriverTree(DEFINITIONS if definitions is None else definitions, kpis, **how)


def targets():
    goals = {"customers": 300, "arpu": 10, "cost": 900, "churn": 5}
    return ck.cascade(org(), KPIS, goals, periods="2026")


def results(rows=ROWS, **how):
    table = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return ck.measure(targets(), table, **how)


def refused(call, *args, **how):
    """The faults with which a call is refused, as texts."""
    return list(map(str, helpers.refused(call, *args, **how)))
