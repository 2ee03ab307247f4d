"""A card of sections, groups, a bonus and a limit, and results for it."""

import numpy as np

import cascade_kpi as ck

NAMES = ("sales", "churn", "q.x", "bonus")
GRADES = ck.Grades.from_edges({"A": 90, "B": 60, "C": None})
LINE = ck.curves.Linear(cap=120)


def card(**options):
    inner = ck.Section("c", [ck.Item("churn", LINE), ck.Item("q.x", LINE)])
    steps = [
        ck.adjustments.Add(ck.Item("bonus", ck.curves.Linear(10, cap=5))),
        ck.adjustments.Within(0, 130),
    ]
    root = ck.Section("total", [ck.Item("sales", LINE), inner], then=steps)
    weights = {
        "shop": {"sales": 70, "c": 30, "churn": 50, "q.x": 50},
        "web": {"sales": 40, "c": 60, "churn": 20, "q.x": 80},
        "*": {"sales": 100},
    }
    given = {"weights": weights, "grades": GRADES, **options}
    return ck.Scorecard(root, **given)


def results(nodes=60, seed=3, absent=0.1):
    draw = np.random.default_rng(seed)
    org = ck.OrgTree.from_table(
        {
            "id": [f"n{i:03}" for i in range(nodes)],
            "parent": ["", *(f"n{(i - 1) // 6:03}" for i in range(1, nodes))],
            "kind": [("shop", "web", "head")[i % 3] for i in range(nodes)],
        },
        kind="kind",
    )
    kpis = ck.Kpis([ck.Kpi(name, "x", aggregate=ck.aggregates.Mean()) for name in NAMES])
    shape = (2, nodes)
    wanted = {name: draw.integers(50, 150, shape).astype(float) for name in NAMES}
    got = {name: draw.integers(20, 200, shape).astype(float) for name in NAMES}
    for values in got.values():
        values[draw.random(shape) < absent] = np.nan
    periods = ("Q1", "Q2")
    targets = ck.Targets.from_columns(org, kpis, wanted, periods=periods)
    actuals = ck.Actuals.from_columns(org, kpis, got, periods=periods)
    return ck.measure(targets, actuals, inner="own")


def plain(scorecard):
    """Weights of a card as plain mappings."""
    return {group: dict(entry) for group, entry in scorecard.weights.groups.items()}
