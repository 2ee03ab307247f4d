"""Scores of stated totals."""

import cascade_kpi as ck

EDGES = {"A": 90, "B": 80, "C": 70, "D": 60, "E": None}


def scored(people, edges=EDGES, **columns):
    """Scores of {id: (unit, total)}; units are of the kind "dept" and score their people's mean."""
    units = dict.fromkeys(unit for unit, _ in people.values())
    ids = ["hq", *units, *people]
    parents = ["", *["hq"] * len(units), *(unit for unit, _ in people.values())]
    kinds = ["company", *["dept"] * len(units), *["person"] * len(people)]
    table = {"id": ids, "parent": parents, "kind": kinds}
    for name, values in columns.items():
        table[name] = [None] * (1 + len(units)) + list(values)
    tree = ck.OrgTree.from_table(table, kind="kind")
    rows = [(node, total) for node, (_, total) in people.items() if total is not None]
    kpi = ck.Kpi("points", "pt", aggregate=ck.aggregates.Mean(), split=ck.splits.Shared())
    targets = ck.cascade(tree, [kpi], {"points": 100}, periods="2026")
    results = ck.measure(
        targets,
        {
            "node": [n for n, _ in rows],
            "kpi": ["points"] * len(rows),
            "value": [t for _, t in rows],
        },
    )
    item = ck.Item(
        "points", ck.curves.Linear(1, floor=None, cap=None), attainment=ck.attainments.Result()
    )
    grades = None if edges is None else ck.Grades.from_edges(edges)
    return ck.score(results, ck.Scorecard([item], {"points": 100}, grades=grades))


def grades_of(made, column="calibrated"):
    """{node: grade} of a table."""
    table = made.table()
    of_people = table["pool"] != ""
    return dict(
        zip(table["node"][of_people].tolist(), table[column][of_people].tolist(), strict=True)
    )
