"""Arbitrary trees, stints, leave and reorganisations within 24 days, and their targets moved."""

from datetime import date, timedelta

from hypothesis import strategies as st

import cascade_kpi as ck
from tests.strategies.trees import CLAIMS, parents, shuffled

FIRST, DAYS = date(2026, 3, 1), 24
SPANS = {"a": (0, 9), "b": (10, 23)}
HOLDERS = ["ann", "bob", "cid", "dee"]
POLICIES = [ck.moves.FollowsPost, ck.moves.FollowsTerritory, ck.moves.FollowsPerson]


def day(number):
    return FIRST + timedelta(days=number)


@st.composite
def orgs(draw):
    """A tree of teams, posts and territories, its rows in any order."""
    above = draw(parents(9, widest=14))
    ids = draw(st.permutations([f"n{i}" for i in range(len(above))]))
    kinds = [draw(st.sampled_from(["unit", "post", "area"])) for _ in above]
    table = {
        "id": ids,
        "parent": ["" if p < 0 else ids[p] for p in above],
        "kind": kinds,
        "driver": [draw(CLAIMS) if i not in above else None for i in range(len(above))],
    }
    return shuffled(table, draw(st.permutations(range(len(above)))))


@st.composite
def stints(draw, nodes, shared=True):
    """Stints that do not overlap at a node, or, where some do, have shares."""
    rows = []
    for node in nodes:
        if draw(st.booleans()) and shared:
            who = draw(st.lists(st.sampled_from(HOLDERS), max_size=2, unique=True))
            for holder in who:
                a, b = sorted(draw(st.tuples(st.integers(-3, 26), st.integers(-3, 26))))
                rows.append((holder, node, a, b, draw(st.sampled_from([0.5, 0.25, 1 / 3]))))
            continue
        cuts = sorted(draw(st.lists(st.integers(-3, 27), max_size=6, unique=True)))
        for a, b in zip(cuts[::2], cuts[1::2], strict=False):
            rows.append((draw(st.sampled_from(HOLDERS)), node, a, b - 1, None))
    return rows


def told(rows, org=None):
    table = {
        "holder": [row[0] for row in rows],
        "node": [row[1] for row in rows],
        "start": [day(row[2]) for row in rows],
        "end": [day(row[3]) for row in rows],
        "share": [row[4] for row in rows],
    }
    return ck.Stints.from_table(table, org)


@st.composite
def changes(draw, org):
    """Re-parentings that make no cycle."""
    parent = {node.id: None if node.parent is None else node.parent.id for node in org}
    ids, rows, at = org.ids.tolist(), [], 0
    for _ in range(draw(st.integers(0, 4))):
        at += draw(st.integers(0, 8))
        node, above = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
        trail = above
        while trail is not None and trail != node:
            trail = parent[trail]
        fresh = (node, at) not in [(row[0], row[2]) for row in rows]
        if trail is None and parent[node] is not None and fresh:
            parent[node] = above
            rows.append((node, above, at))
    return rows


def reorganised(rows, org):
    return ck.Reorganisation.from_table(
        {
            "node": [row[0] for row in rows],
            "parent": [row[1] for row in rows],
            "start": [day(row[2]) for row in rows],
        },
        org,
    )


@st.composite
def cases(draw, shared=True):
    table = draw(orgs())
    org = ck.OrgTree.from_table(table, kind="kind")
    nodes = draw(st.lists(st.sampled_from(org.ids.tolist()), unique=True))
    kinds = draw(st.sampled_from([(), ("post",)]))
    at = tuple(kind for kind in kinds if kind in org.kind_names)
    return {
        "table": table,
        "goals": (draw(st.integers(-30, 400)), draw(st.integers(0, 9))),
        "margin": draw(st.sampled_from([0, 0, 0.5])),
        "stints": draw(stints(nodes, shared)),
        "units": draw(changes(org)),
        "by": draw(st.sampled_from(POLICIES))(at),
        "leaves": draw(st.lists(st.tuples(st.sampled_from(HOLDERS), st.integers(0, 12),
                                          st.integers(0, 12)), max_size=2,
                                unique_by=lambda row: row[0])),
        "cover": ck.moves.Cover(
            vacancy=draw(st.sampled_from(["unit", "company"])),
            leave=draw(st.sampled_from(["unit", "company", "holder"])),
        ),
    }  # fmt: skip


def year(case):
    org = ck.OrgTree.from_table(case["table"], kind="kind")
    split = ck.splits.ProRata("driver")
    if case["margin"] and "unit" in org.kind_names:
        split = ck.splits.Over(split, {"unit": case["margin"]})
    kpi = ck.Kpi("sales", "CNY", split=split, lot=1)
    goals = {"node": [org.roots[0].id] * 2, "kpi": ["sales"] * 2, "period": ["a", "b"],
             "value": list(case["goals"])}  # fmt: skip
    return ck.cascade(org, [kpi], goals, periods=["a", "b"])


CALENDAR = ck.Calendar({label: (day(a), day(b)) for label, (a, b) in SPANS.items()})


def moved(case, **other):
    """The case moved; None where somebody follows nobody knows where."""
    case = {**case, **other}
    targets = year(case)
    away = [  # others are refused
        (who, a, n)
        for who, a, n in case["leaves"]
        if any(h == who and b <= a + n and a <= c for h, _, b, c, _ in case["stints"])
    ]
    leaves = {
        "holder": [row[0] for row in away],
        "start": [day(row[1]) for row in away],
        "end": [day(row[1] + row[2]) for row in away],
    }
    try:
        return ck.move(
            targets,
            told(case["stints"], targets.org),
            by=case["by"],
            calendar=CALENDAR,
            units=reorganised(case["units"], targets.org),
            leaves=ck.Leaves.from_table(leaves),
            cover=case["cover"],
        )
    except ck.InputError as error:
        if all("at several nodes at once" in fault.reason for fault in error.faults):
            return None
        raise
