"""Which nodes are shown, and that what is left out is counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.tree import shown_rows
from tests.reporting.case import Outline, plan


@st.composite
def trees(draw):
    """A ragged tree and a rank for every node, some absent."""
    parents = [draw(st.integers(0, i)) for i in range(draw(st.integers(0, 40)))]
    n = len(parents) + 1
    ids = list(range(n))
    org = ck.OrgTree.from_table({"id": ids, "parent": [None, *parents]})
    ranks = st.lists(st.sampled_from([1.0, 2.0, 3.0, float("nan")]), min_size=n, max_size=n)
    return org, np.array(draw(ranks))


@given(trees(), st.integers(1, 45), st.integers(1, 8), st.data())
def test_shown_nodes_are_whole_levels_and_a_fair_share_of_the_next(case, nodes, levels, data):
    org, rank = case
    root = data.draw(st.integers(0, len(org) - 1))
    part = slice(root, root + int(org.size[root]))
    limits = Limits(nodes=nodes, levels=levels)
    rows = shown_rows(org.parent, org.depth, part, rank, limits)
    shown = set(rows.tolist())
    assert sorted(shown) == rows.tolist()
    assert root in shown
    assert shown <= set(range(part.start, part.stop))
    assert len(shown) <= max(nodes, 1)
    assert all(int(org.parent[row]) in shown for row in shown - {root})
    assert all(org.depth[row] - org.depth[root] < levels for row in shown)
    for row in shown:
        children = [c for c in range(row + 1, row + int(org.size[row])) if org.parent[c] == row]
        kept = [c for c in children if c in shown]
        left = [c for c in children if c not in shown]
        # Nobody who is left out ranks before somebody who is shown.
        worst = max((float(np.nan_to_num(rank[c], nan=9)) for c in kept), default=0)
        assert all(float(np.nan_to_num(rank[c], nan=9)) >= worst for c in left)
    whole = min(levels, *(int(org.depth[r] - org.depth[root]) for r in range(part.start, part.stop)
                          if r not in shown), 99)  # fmt: skip
    assert all(r in shown for r in range(part.start, part.stop)
               if org.depth[r] - org.depth[root] < whole)  # fmt: skip


def test_a_very_deep_chain_is_cut_at_its_levels():
    n = 5_000
    org = ck.OrgTree.from_table({"id": list(range(n)), "parent": [None, *range(n - 1)]})
    targets = ck.cascade(org, [ck.Kpi("k", "CNY")], {"k": 1}, periods="2026")
    page = ck.report(targets).html()
    assert page.count("<details") == 10 + 2  # ten levels; the node's and its child's figures
    assert f"{n - 10:,} more below" in page


def test_what_is_left_out_is_said():
    whole = plan(teams=5, people=6)
    limits = Limits(nodes=18)
    report = ck.report(whole, limits=limits)
    for shown in (Outline(report.html()).text, report.markdown()):
        assert "16 of 36 units and people are shown" in shown
        assert shown.count("4 more below") == 5


def test_the_lowest_children_are_those_shown():
    whole = plan(teams=1, people=6)
    scores = whole.gaps.scores
    org, total = scores.org, scores.total[-1]
    page = ck.report(whole, limits=Limits(nodes=4)).html()
    tree = page[page.index('id="organisation"') : page.index('id="scorecards"')]
    people = np.flatnonzero(org.is_leaf)
    lowest = people[np.argsort(total[people], kind="stable")[:2]]
    shown = [row for row in people.tolist() if f"<bdi>{org.labels[row]}</bdi>" in tree]
    assert shown == sorted(lowest.tolist())


@pytest.mark.parametrize("kpis", [2, 12])
def test_many_kpis_are_set_below_the_names(kpis):
    org = ck.OrgTree.from_table({"id": ["a"], "parent": [""]})
    names = [f"k{i}" for i in range(kpis)]
    goals = dict.fromkeys(names, 5)
    targets = ck.cascade(org, [ck.Kpi(k, "CNY") for k in names], goals, periods="2026")
    assert ('class="tree many"' in ck.report(targets).html()) == (kpis == 12)
