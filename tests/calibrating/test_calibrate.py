"""Calibrated grades: quotas met, least, in order."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.calibrating import (
    Adjustment,
    AtLeast,
    AtMost,
    Between,
    Ideal,
    Pools,
    Quotas,
    Sitting,
    Under,
    Waived,
)  # fmt: skip
from tests.calibrating.cases import grades_of, scored
from tests.helpers import refused

TEN = dict(zip("abcdefghij", [("x", 99 - i) for i in range(10)], strict=True))
SHARES = st.integers(0, 10).map(lambda k: k / 10)


@st.composite
def quotas(draw):
    rules = []
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, 4))
        grades = list("ABCDE"[begin : draw(st.integers(begin + 1, 5))])
        low, high = sorted([draw(SHARES), draw(SHARES)])
        one = draw(st.sampled_from(["most", "least", "both"]))
        both = Between(grades, low, high)
        rules.append({"most": AtMost(grades, high), "least": AtLeast(grades, low)}.get(one, both))
    return Quotas(rules)


def meets(rules, grades):
    n = np.array([len(grades)])
    return all(
        bound.low[0] <= sum(grade in bound.grades for grade in grades) <= bound.high[0]
        for rule in rules.rules
        for bound in rule.bounds(n)
    )


TOTALS = st.lists(st.integers(50, 99) | st.none(), min_size=2, max_size=6)


@settings(max_examples=60, deadline=None)
@given(TOTALS, quotas(), st.randoms(use_true_random=False))
def test_quotas_are_met_by_the_fewest_steps_in_order(totals, rules, random):
    people = {f"p{i}": ("x", total) for i, total in enumerate(totals)}
    there = sorted((p for p in people if people[p][1] is not None), key=lambda p: -people[p][1])
    if not there:
        return
    scores = scored(people)
    was = ["ABCDE".index(scores.grade(p)) for p in there]
    ways = [
        way
        for way in combinations_with_replacement(range(5), len(there))
        if meets(rules, ["ABCDE"[g] for g in way])
    ]
    if not ways:
        (fault,) = refused(ck.calibrate, scores, rules)
        assert "cannot meet" in fault.reason
        return
    made = ck.calibrate(scores, rules)
    found = grades_of(made)
    assert set(found) == set(there)
    assert meets(rules, list(found.values()))
    now = [made.calibrated_codes[0, scores.org.row(p)] for p in sorted(there, key=made_rank(made))]
    assert now == sorted(now)
    fewest = min(sum(abs(a - b) for a, b in zip(way, was, strict=True)) for way in ways)
    assert made.steps == fewest
    order = list(people.items())
    random.shuffle(order)
    assert grades_of(ck.calibrate(scored(dict(order)), rules)) == found


def made_rank(made):
    return lambda node: made.rank[0, made.org.row(node)]


def test_each_period_has_pools_of_its_own():
    tree = ck.OrgTree.from_table({"id": ["hq", *"abcd"], "parent": ["", *["hq"] * 4]})
    kpi = ck.Kpi("points", "pt", aggregate=ck.aggregates.Mean(), split=ck.splits.Shared())
    goals = {"node": ["hq"] * 2, "kpi": ["points"] * 2, "period": ["1", "2"], "value": [100, 100]}
    targets = ck.cascade(tree, [kpi], goals, periods=["1", "2"])
    values = {"1": [95, 94, 93, 92], "2": [70, 95, None, 93]}
    rows = [(n, "points", p, v) for p in values for n, v in zip("abcd", values[p], strict=True)]
    rows = [row for row in rows if row[3] is not None]
    table = dict(
        zip(("node", "kpi", "period", "value"), map(list, zip(*rows, strict=True)), strict=True)
    )
    card = ck.Scorecard(
        [ck.Item("points")], {"points": 100}, grades=ck.Grades.from_edges({"A": 90, "B": None})
    )
    scores = ck.score(ck.measure(targets, table), card)
    made = ck.calibrate(scores, Quotas([AtMost("A", 0.5)]))
    assert made.pooled.sizes.tolist() == [4, 3]
    assert made.by_pool()["calibrated"].tolist() == [2, 2, 1, 2]
    assert made.by_quota()["high"].tolist() == [2, 1]
    assert [made.grade(node, "2") for node in "abcd"] == ["B", "A", None, "B"]
    why = ck.explain(made, "d", period="2", quantity="calibrated")
    assert why.evaluate() == why.value == 2
    swap = [changed("b", "B", period="2"), changed("d", "A", period="2")]
    assert made.adjust(Sitting(swap)).grade("d", "2") == "A"
    assert made.adjust(Sitting(swap)).grade("d", "1") == made.grade("d", "1")
    (a, b) = refused(ck.calibrate, scores, Quotas([AtMost("A", 0.5), AtMost("B", 0.4)]))
    assert [a.value, b.value] == ["everybody, 1", "everybody, 2"]


def test_small_groups_are_pooled():
    people = {
        f"{unit}{i}": (unit, 95 - i) for unit, n in (("x", 2), ("y", 1), ("z", 1)) for i in range(n)
    }
    made = ck.calibrate(scored(people), Quotas([AtMost("A", 0.5)]), Pools(Under("dept"), least=2))
    assert made.pooled.names == ("x", "others")
    assert made.by_pool()["people"].reshape(2, 5)[:, 0].tolist() == [2, 2]
    assert grades_of(made) == {"x0": "A", "x1": "B", "y0": "A", "z0": "B"}


def test_a_pool_takes_the_quotas_of_its_units_grade():
    people = {**TEN, **{k.upper(): ("y", 82 + v[1] / 20) for k, v in TEN.items()}}
    rules = {"A": Quotas([AtMost("A", 0.3)]), "*": Quotas([AtMost("B", 0.1)])}
    made = ck.calibrate(scored(people), rules, Pools(Under("dept")))
    counts = made.by_pool()["calibrated"].reshape(2, 5).tolist()
    assert counts == [[3, 7, 0, 0, 0], [9, 1, 0, 0, 0]]  # as many steps up as down
    assert [
        f.column
        for f in refused(ck.calibrate, scored(people), {"A": rules["A"]}, Pools(Under("dept")))
    ] == ["y"]


def test_ties_go_by_the_column_then_the_id():
    people = {"b": ("x", 95), "a": ("x", 95), "c": ("x", 95), "d": ("x", 95)}
    one = Quotas([AtMost("A", 0.25)])
    assert grades_of(ck.calibrate(scored(people), one))["a"] == "A"
    apart = {"b": ("x", 95), "c": ("x", 95), "a": ("y", 95), "d": ("y", 95)}
    assert grades_of(ck.calibrate(scored(apart), one))["a"] == "A"
    scores = scored(people, years=[3, 1, 5, None])
    assert grades_of(ck.calibrate(scores, one, ties="years"))["c"] == "A"
    last = ck.calibrate(scores, Quotas([AtMost("A", 0.75)]), ties="years")
    assert grades_of(last)["d"] == "B"


def test_an_ideal_distribution_is_met():
    ideal = Ideal({"A": 0.1, "B": 0.2, "C": 0.4, "D": 0.2, "E": 0.1})
    made = ck.calibrate(scored(TEN), Quotas([ideal]))
    assert "".join(grades_of(made).values()) == "ABBCCCCDDE"


def test_conflicts_are_told_with_the_fewest_quotas():
    rules = Quotas(
        [AtMost("B", 0.5), AtLeast("A", 0.3), AtLeast("C", 0.1), AtMost(["A", "B"], 0.2)]
    )
    (fault,) = refused(ck.calibrate, scored(TEN), rules)
    told = (
        "10 people cannot meet “at least 30 % A” (3 or more) and “at most 20 % A or B” (2 or fewer)"
    )
    assert fault.reason == told
    one = {"a": ("x", 95)}
    (fault,) = refused(ck.calibrate, scored(one), Quotas([Between("A", 0.2, 0.5)]))
    assert "1 person cannot meet “20 % to 50 % A”" in fault.reason


def test_a_missing_total_is_in_no_pool():
    people = {**TEN, "k": ("x", None)}
    made = ck.calibrate(scored(people), Quotas([AtMost("A", 0.2)]))
    assert made.grade("k") is None
    assert made.pool("k") is None
    assert made.by_pool()["people"][0] == 10


@pytest.mark.parametrize(
    ("given_", "reasons"),
    [
        ({"scores": scored(TEN, edges=None)}, ["no grades"]),
        ({"pools": Pools("dep")}, ["no such column"]),
        ({"pools": Pools(Under("team"))}, ["no node is of this kind"]),
        ({"pools": Pools(of="dept", by=Under("company"))}, []),
        ({"pools": Pools(of="dept", by=Under("dept"))}, ["in no pool"]),
        ({"pools": Pools(Under("dept"), 2, "x")}, ["a group has this name"]),
        ({"ties": "age"}, ["no such column"]),
        (
            {"quotas": {"Z": Quotas([AtMost("Q", 0.1)])}},
            ["no such grade of a pool", "no such grade"],
        ),
        ({"scores": scored({"a": ("x", None)})}, ["nobody who is to be calibrated has a grade"]),
        (
            {"scores": None, "quotas": {}, "pools": 5},
            ["a Scores is wanted, not a NoneType", "no quotas", "not Pools"],
        ),
    ],
)  # fmt: skip
def test_faults_are_told(given_, reasons):
    call = {"scores": scored(TEN), "quotas": Quotas([AtMost("A", 0.2)]), **given_}
    if reasons:
        assert [fault.reason for fault in refused(ck.calibrate, **call)] == reasons
    else:
        ck.calibrate(**call)


MADE = ck.calibrate(scored(TEN), Quotas([AtMost("A", 0.2), AtMost("C", 0.1)]))


def changed(node, to, **options):
    return Adjustment(node, to, "saved the client", "board", **options)


def test_a_committee_may_swap():
    made = MADE.adjust(Sitting([changed("b", "B"), changed("c", "A")]))
    table = made.table()
    (at,) = np.flatnonzero(table["node"] == "c")
    assert [table[name][at] for name in ("grade", "calibrated", "final", "moved", "by")] == [
        "A",
        "B",
        "A",
        0,
        "board",
    ]
    again = made.adjust(Sitting([changed("c", "B")]))
    assert again.grade("c") == "B"
    assert len(again.sittings) == 2
    assert MADE.grade("c") == "B"
    assert ck.from_json(ck.to_json(again)) == again
    assert "3 by committee" in repr(again)


def test_a_sitting_is_refused_with_all_its_faults():
    sitting = Sitting([
        changed("zz", "A"), changed("a", "Q"), changed("hq", "A"), changed("b", "A"),
        changed("c", "D"), changed("d", "C"), changed("d", "A"), changed("e", "C", period="2020"),
    ])  # fmt: skip
    assert [(f.row, f.reason) for f in refused(MADE.adjust, sitting)] == [
        (0, "no such node"), (1, "no such grade"), (2, "in no pool"),
        (3, "the grade is A already"), (4, "2 steps from B to D"),
        (6, "adjusted twice in one sitting"), (7, "no such period"),
    ]  # fmt: skip


def test_quotas_hold_unless_they_are_waived():
    (fault,) = refused(MADE.adjust, Sitting([changed("c", "A")]))
    assert fault.reason == "3 people, not 0 to 2: at most 20 % A"
    made = MADE.adjust(Sitting([changed("c", "A")], quotas=Waived()))
    assert made.by_quota()["final"].tolist() == [3, 0]


def test_is_written_and_read():
    assert ck.from_json(ck.to_json(MADE)) == MADE
    assert hash(ck.from_json(ck.to_json(MADE))) == hash(MADE)
    text = ck.to_json(MADE).replace('"share": 0.2', '"share": 0.3')
    with pytest.raises(ck.InputError, match="other values"):
        ck.from_json(text)


def test_a_grade_is_explained_by_rank_and_cut_and_quota():
    people = {**TEN, "e": ("x", 96), "k": ("x", None)}
    made = ck.calibrate(scored(people), Quotas([AtMost("A", 0.3), Ideal(
        {"A": 0.3, "B": 0.4, "C": 0.2, "D": 0.1, "E": 0}
    )]))  # fmt: skip
    made = made.adjust(Sitting([changed("a", "B")], quotas=Waived()))
    for node in [*people, "hq"]:
        for quantity in ("final", "calibrated", "scored", "rank"):
            why = ck.explain(made, node, quantity=quantity)
            assert why.evaluate() == why.value or (
                why.value != why.value and why.evaluate() != why.evaluate()
            )
    told = ck.explain(made, "e").text()
    assert "final grade B of e, 2026 = 2 of 5 grades" in told
    assert "1 down from the scored A" in told
    assert "1 of 1 with the same total are ahead by the text of the id" in told
    assert "held by “at most 30 % A”, here 3; “ideally" in told
    assert "decided by board: saved the client" in ck.explain(made, "a").text()
    assert "in no pool" in ck.explain(made, "hq").text()
    assert [f.column for f in refused(ck.explain, made, "a", "k")] == ["kpi"]


def test_ties_of_a_total_that_is_withheld_are_not_told():
    """Who knows the other's total would know it."""
    org = ck.OrgTree.from_table({"id": ["hq", "li", "wu"], "parent": ["", "hq", "hq"]})
    table = {"node": ["li", "li", "wu", "wu"], "rater": ["hq", "wu", "hq", "li"],
             "relation": ["manager", "peer"] * 2, "value": [4, 3] * 2}  # fmt: skip
    asked = {**table, "item": ["care"] * 4}
    ratings = ck.Ratings.from_table(asked, org, scale=ck.rating.Scale(1, 5), periods="2026")
    agreed = ck.consolidate(ratings, ck.rating.Raters({"manager": 60, "peer": 40}))
    targets = ck.Targets.from_columns(org, [ck.Kpi("sales", "x")], {}, periods="2026")
    results = ck.measure(targets, {"node": [], "kpi": [], "value": []})
    grades = ck.Grades.from_edges({"A": 90, "B": None})
    card = ck.Scorecard([ck.Rated("care", ck.curves.Linear(20))], {"care": 100}, grades=grades)
    scores = ck.score(results, card, ratings=agreed)
    assert scores.total[0, 1] == scores.total[0, 2]
    told = ck.explain(ck.calibrate(scores, Quotas([AtMost("A", 0.5)])), "wu", quantity="rank")
    assert "same total" not in told.text(depth=None)
    assert np.isnan(ck.explain(scores, "wu").value)
