"""Laws of alignment on any graph: against ways walked one by one, in exact arithmetic."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import org
from tests.strategies.cycles import cases
from tests.strategies.trees import shuffled

TREE = org()
OWNERS = ["hq", "east", "west", "ann", "bob", "cid", None]
SHARES = st.integers(0, 8).map(lambda n: n / 8)


@st.composite
def maps(draw, most=9):
    """Tables of goals and of links between them, in any order, that align."""
    n = draw(st.integers(1, most))
    ids = draw(st.permutations([f"g{i}" for i in range(n)]))
    pairs = [(i, j) for i in range(n) for j in range(i)]
    links = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=16)) if pairs else []
    weighed = [draw(st.booleans()) for _ in range(n)]
    goals = {
        "goal": list(ids),
        "title": list(ids),
        "owner": [draw(st.sampled_from(OWNERS)) for _ in range(n)],
        "weight": [draw(st.none() | st.integers(0, 40)) for _ in range(n)],
        "value": [draw(st.none() | st.integers(-5, 40)) for _ in range(n)],
        "unit": ["CNY"] * n,
        "strategic": [draw(st.booleans()) for _ in range(n)],
    }
    table = {
        "goal": [ids[i] for i, _ in links],
        "serves": [ids[j] for _, j in links],
        "share": [draw(st.none() | SHARES) for _ in links],
        "weight": [draw(st.integers(1, 5)) if weighed[i] else None for i, _ in links],
        "counted": [draw(st.booleans()) for _ in links],
    }
    return goals, table


def aligned(tables):
    goals, links = tables
    return ck.align(ck.Goals.from_table(goals, TREE, period="2027"), ck.Links.from_table(links))


def records(table):
    return [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]


def ways(goal, links, stop):
    """Every way upwards from a goal to where it stops, as lists of links; by brute force."""
    found, waiting = [], [(goal, [])]
    while waiting:
        at, way = waiting.pop()
        above = [] if stop(at) else links.get(at, [])
        if not above:
            found.append((at, way))
        waiting.extend((link["serves"], [*way, link]) for link in above)
    return found


def out_of(links):
    found = {}
    for link in links:
        found.setdefault(link["goal"], []).append(link)
    return found


def proportion(link, links):
    mine = [Fraction(1 if each["weight"] is None else each["weight"]) for each in links]
    return Fraction(1 if link["weight"] is None else link["weight"]) / sum(mine)


def plain_served(goals, links):
    """{(owner, strategic goal or None): weight} by walking every way, exactly."""
    strategic = {each["goal"]: each["strategic"] for each in goals}
    up, found = out_of(links), {}
    for goal in goals:
        if goal["owner"] is None or goal["weight"] is None:
            continue
        for end, way in ways(goal["goal"], up, strategic.get):
            part = Fraction(goal["weight"])
            for link in way:
                part *= proportion(link, up[link["goal"]])
            key = goal["owner"], end if strategic[end] else None
            found[key] = found.get(key, 0) + part
    return found


@given(maps())
def test_served_weight_is_what_walking_every_way_gives(tables):
    goals, links = map(records, tables)
    found = aligned(tables)
    served = found.serves()
    got = {
        (node, goal): weight
        for node, goal, weight in zip(
            served["node"], served["goal"], served["weight"].tolist(), strict=True
        )
    }
    want = plain_served(goals, links)
    assert set(got) == {key for key in want if key[1] is not None}
    for key, weight in got.items():
        assert math.isclose(weight, want[key], rel_tol=1e-13, abs_tol=1e-13)
    plans = found.plans()
    for node, rest in zip(plans["node"], plans["unaligned"].tolist(), strict=True):
        if not math.isnan(rest):
            assert math.isclose(rest, want.get((node, None), 0), rel_tol=1e-13, abs_tol=1e-13)


@given(maps())
def test_served_and_unaligned_sum_to_the_plan(tables):
    found = aligned(tables)
    plans = found.plans()
    known = ~np.isnan(plans["weight"])
    total = plans["aligned"] + plans["unaligned"]
    assert np.allclose(total[known], plans["weight"][known], rtol=1e-14, atol=1e-14)
    served = found.serves()
    assert (served["counted"] <= served["weight"] * (1 + 1e-12)).all()
    dense = found.matrix(plans["node"])
    assert np.allclose(dense.sum(axis=1)[known], plans["aligned"][known], rtol=1e-13, atol=1e-13)


@given(maps())
def test_coverage_and_what_is_carried_equal_plain_sums(tables):
    goals, links = map(records, tables)
    found = aligned(tables)
    strategic = {each["goal"] for each in goals if each["strategic"]}
    splits = [each for each in links if each["share"] is not None and each["counted"]]
    covered = dict(zip(found.goals.ids, found.covered.tolist(), strict=True))
    for goal in goals:
        name = goal["goal"]
        into = [Fraction(each["share"]) for each in splits if each["serves"] == name]
        supported = any(each["serves"] == name and each["share"] is None for each in links)
        if into or (goal["strategic"] and goal["value"] is not None and not supported):
            assert covered[name] == sum(into)  # eighths: exact in float
        else:
            assert math.isnan(covered[name])
    up, want = out_of(splits), {}
    for goal in goals:
        waiting = [(goal["goal"], Fraction(1))]
        while waiting:
            at, share = waiting.pop()
            if at in strategic and at != goal["goal"]:
                want[goal["goal"], at] = want.get((goal["goal"], at), 0) + share
            waiting += [
                (each["serves"], share * Fraction(each["share"])) for each in up.get(at, [])
            ]
    table = found.carries()
    got = dict(zip(zip(table["goal"], table["carries"], strict=True), table["share"], strict=True))
    assert got == {key: float(share) for key, share in want.items()}


@given(maps(), st.randoms(use_true_random=False))
def test_order_of_rows_changes_not_a_bit(tables, random):
    def mixed(table):
        order = list(range(len(table["goal"])))
        random.shuffle(order)
        return shuffled(table, order)

    one, two = aligned(tables), aligned(tuple(map(mixed, tables)))
    budget = ck.WeightBudget(least=5, most=20, total=50, count=(1, 3))
    for stage in (one, two):
        assert stage == one
    for name in ("coverage", "carries", "serves", "plans", "table"):
        for a, b in zip(getattr(one, name)().values(), getattr(two, name)().values(), strict=True):
            same = a.tolist() == b.tolist() if a.dtype == object else a.tobytes() == b.tobytes()
            assert same
    assert one.audit(budget) == two.audit(budget)
    assert one.draw() == two.draw()
    assert ck.to_json(one.goals) == ck.to_json(two.goals)
    assert ck.to_json(one.links) == ck.to_json(two.links)


@given(maps())
def test_goals_and_links_go_through_json(tables):
    found = aligned(tables)
    assert ck.from_json(ck.to_json(found.goals)) == found.goals
    assert ck.from_json(ck.to_json(found.links)) == found.links


@given(maps())
def test_explanations_make_the_same_bits(tables):
    found = aligned(tables)
    served = found.serves()
    for node, goal, weight in zip(served["node"], served["goal"], served["weight"], strict=True):
        why = ck.explain(found, node, goal=goal)
        assert why.value == weight
        assert why.evaluate() == weight
    table = found.coverage()
    for quantity in ("covered", "landed"):
        for goal, value in zip(table["goal"], table[quantity].tolist(), strict=True):
            why = ck.explain(found, goal=goal, quantity=quantity)
            assert why.value == value == why.evaluate()


@st.composite
def trees(draw, most=10):
    """A sound tree of goals: one strategic, every other a share of the one above."""
    n = draw(st.integers(2, most))
    above = [draw(st.integers(0, i - 1)) for i in range(1, n)]
    ids = [f"g{i}" for i in range(n)]
    goals = {"goal": ids, "title": ids, "owner": ["hq"] + ["ann"] * (n - 1)}
    goals["strategic"] = [True] + [False] * (n - 1)
    links = {
        "goal": ids[1:],
        "serves": [ids[p] for p in above],
        "share": [1 / above.count(p) for p in above],
    }
    return goals, links


@given(trees(), st.data())
def test_the_audit_finds_what_was_planted_and_nothing_else(tables, data):
    goals, links = ({name: list(column) for name, column in t.items()} for t in tables)
    assert len(aligned((goals, links)).audit()) == 0
    planted = data.draw(st.sampled_from(["orphan", "unowned", "over", "uncovered", "doubled"]))
    at = data.draw(st.integers(0, len(links["goal"]) - 1))
    want = links["goal"][at]
    if planted == "orphan":
        goals["goal"].append("new")
        goals["title"] = goals["goal"]
        goals["owner"].append("bob")
        goals["strategic"].append(False)
        want = "new"
    elif planted == "unowned":
        goals["owner"][goals["goal"].index(want)] = None
    elif planted == "over":
        if links["share"][at] == 1:
            return
        links["share"][at] += 0.25 if links["share"][at] <= 0.75 else 0
        want = links["serves"][at]
    elif planted == "uncovered":
        links["share"][at] /= 2
        want = links["serves"][at]
    else:
        if links["serves"][at] == "g0":
            return
        links["goal"].append(want)
        links["serves"].append("g0")
        links["share"].append(0.0)
    assert [(f.kind, f.goal) for f in aligned((goals, links)).audit()] == [(planted, want)]


@given(cases(largest=8))
def test_what_a_cascade_implies_is_covered_wherever_children_sum(case):
    targets = case.targets()
    try:
        implied = ck.aligned_with(targets)
    except ck.InputError as error:
        told = [fault.reason for fault in error.faults]
        if not all("no share of the whole" in reason for reason in told):
            raise
        return
    split = np.zeros(len(implied.goals), dtype=bool)
    split[implied.graph.serves[implied.links.is_split]] = True
    assert np.allclose(implied.covered[split], 1, rtol=0, atol=1e-12)
    assert np.allclose(implied.landed[split], 1, rtol=0, atol=1e-9)
    assert {"over", "uncovered", "differs", "doubled"}.isdisjoint(
        f.kind for f in implied.audit() if split[implied.goals.position(f.goal)]
    )
