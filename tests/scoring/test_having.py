"""Cards of which every group has its own: each part is made for those that have it."""

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, combines, triggers
from cascade_kpi.scoring import kernel
from cascade_kpi.scoring.having import Having
from tests.scoring.parts import Last

NAMES = [f"k{i}" for i in range(11)]  # more than eight, which are looked up at once
NODES = 300


def world():
    draw = np.random.default_rng(3)
    parent = ["", *(f"n{(i - 1) // 7:03}" for i in range(1, NODES))]
    posts = [f"p{i}" for i in draw.integers(0, 9, NODES)]
    table = {"id": [f"n{i:03}" for i in range(NODES)], "parent": parent, "post": posts}
    org = ck.OrgTree.from_table(table)
    kpis = ck.Kpis([ck.Kpi(name, "x", aggregate=ck.aggregates.Mean()) for name in NAMES])
    wanted = {name: draw.uniform(50, 150, NODES) for name in NAMES}
    targets = ck.Targets.from_columns(org, kpis, wanted, periods="2026")
    got = {}
    for name in NAMES:
        got[name] = draw.uniform(20, 200, NODES)
        got[name][draw.random(NODES) < 0.2] = np.nan
    actuals = ck.Actuals.from_columns(org, kpis, got, periods="2026")
    return ck.measure(targets, actuals, inner="own")


def card(least=1, **rules):
    draw = np.random.default_rng(4)
    groups = {}
    for p in range(9):
        size = int(draw.integers(least, least + 7))
        raw = draw.integers(1, 9, size) + draw.random(size)
        names = draw.choice(NAMES, size, replace=False).tolist()
        groups[f"p{p}"] = dict(zip(names, (100 * raw / raw.sum()).tolist(), strict=True))
    parts = [ck.Item(name, ck.curves.Linear(cap=120)) for name in NAMES]
    weights = ck.Weights(groups, by="post")
    return ck.Scorecard(ck.Section("total", parts, **rules), weights)


RULES = [
    {},
    {"combine": combines.Geometric(1)},
    {"missing": "zero"},
    {"missing": absences.Neutral(70)},
    {"missing": "parents"},
    {"missing": "hold"},
    {"missing": absences.AtMost(0.3)},
    {"missing": absences.AtMostItems(0.3)},
    {"combine": Last()},
    {"gates": [ck.Gate(triggers.PointsBelow("k0", 80), 90)]},
    {"then": [adjustments.Within(20, 90)]},
]


@pytest.mark.parametrize("least", [1, 5], ids=["few", "most"])
@pytest.mark.parametrize("rules", RULES, ids=str)
def test_everybody_at_once_is_everybody_alone_to_the_bit(rules, least):
    scores = ck.score(world(), card(least, **rules))
    alone = [scores.kernel.value(0, 0, np.array([row])) for row in range(NODES)]
    assert scores.total[0].tobytes() == np.concatenate(alone).tobytes()
    assert 0 < np.count_nonzero(~np.isnan(scores.total)) <= NODES


@pytest.mark.parametrize("size", [1, 7, 64, 299])
def test_the_size_of_a_block_changes_no_bit(size, monkeypatch):
    whole = ck.score(world(), card()).total
    monkeypatch.setattr(kernel, "_BLOCK", size)
    assert ck.score(world(), card()).total.tobytes() == whole.tobytes()


def test_rows_are_those_that_weigh_something_or_all_if_most_do():
    by_part = np.array([[0.0, 2.0, 0.0]] * 9 + [[3.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    group = np.array([2, 0, 1, 1, 0])
    having = Having.of(range(11), by_part, group)
    assert having.parts == tuple(range(10))
    rows = [np.arange(5)[each].tolist() for each in having.rows()]
    assert rows == [[2, 3]] * 9 + [[0, 1, 2, 3, 4]]


CALLS = ck.Gate(triggers.PointsBelow("calls", 80), 90)


def spoilt(three, absent=()):
    """Twice as many of post a as of b: of b the sales are too large for a float to score.

    Results; who is of b, bool (3 three + 1,).
    """
    posts = ["b", *["a", "a", "b"] * three]
    nodes = 3 * three + 1
    names = [f"n{i:03}" for i in range(nodes)]
    org = ck.OrgTree.from_table({"id": names, "parent": ["", *["n000"] * 3 * three], "post": posts})
    kpis = ck.Kpis([ck.Kpi(k, "x", aggregate=ck.aggregates.Mean()) for k in ("sales", "calls")])
    odd = np.array(posts) == "b"
    wanted = {"sales": np.where(odd, 1e-200, 100.0), "calls": np.full(nodes, 100.0)}
    got = {"sales": np.where(odd, 1e200, 90.0), "calls": np.full(nodes, 70.0)}
    for name, node in absent:
        got[name][node] = np.nan
    targets = ck.Targets.from_columns(org, kpis, wanted, periods="2026")
    actuals = ck.Actuals.from_columns(org, kpis, got, periods="2026")
    return ck.measure(targets, actuals, inner="own"), odd


def of_a_and_b(sales=50, b=("calls",), **rules):
    entries = {"a": {"sales": sales, "calls": 100 - sales}, "b": dict.fromkeys(b, 100)}
    parts = [ck.Item("sales"), ck.Item("calls")]
    return ck.Scorecard(ck.Section("total", parts, **rules), ck.Weights(entries, by="post"))


@pytest.mark.parametrize("three", [10, 100], ids=["few nodes", "many"])
@pytest.mark.parametrize(
    "rules",
    [{}, {"gates": [CALLS]}, {"missing": absences.AtMostItems(0.5)}, {"combine": Last()}],
    ids=str,
)
def test_nobody_is_refused_for_an_item_that_is_not_on_their_card(rules, three):
    """It is made for all where most have it: for the others it may be too large for a float."""
    results, odd = spoilt(three)
    total = ck.score(results, of_a_and_b(**rules)).total[0]
    assert total[odd].tolist() == [70.0] * (three + 1)
    assert total[~odd].tolist() == [70.0 if "combine" in rules else 80.0] * 2 * three
    section = ck.Section("total", [ck.Item("sales"), ck.Item("calls")], **rules)
    with pytest.raises(ck.InputError, match="attainment of sales in 2026"):
        ck.score(results, ck.Scorecard(section, {"sales": 50, "calls": 50}))


@pytest.mark.parametrize("three", [10, 100], ids=["few nodes", "many"])
def test_nor_in_what_is_told_of_their_scores(three):
    results, odd = spoilt(three)
    scores = ck.score(results, of_a_and_b())
    gaps = ck.gaps(scores)
    assert gaps.total[0, odd].tolist() == [-30.0] * (three + 1)
    assert gaps.total[0, ~odd].tolist() == [-20.0] * 2 * three
    assert np.isnan(gaps.in_points("sales")[0, odd]).all()
    assert gaps.in_points("sales")[0, ~odd].tolist() == [-5.0] * 2 * three
    change = ck.compare(scores, ck.score(results, of_a_and_b(40)))
    assert change.by_item("n000").whole == 0.0
    assert change.by_item("n001").parts.tolist() == [-9.0, 7.0]
    told = ck.examine(of_a_and_b(), results).influence()
    shares = dict(zip(zip(told["post"], told["part"], strict=True), told["people"], strict=True))
    assert shares["a", "sales"] == 2 * three
    assert ("b", "sales") not in shares


def test_what_is_absent_is_listed_of_those_who_have_it_alone():
    """Who is not scored, or lacks another item, may have any numbers."""
    results, _ = spoilt(10, absent=[("sales", 1), ("calls", 3)])
    for b, faults in (((), ["n001"]), (("calls",), ["n001", "n003"])):
        with pytest.raises(ck.InputError) as refused:
            ck.score(results, of_a_and_b(b=b, missing="refuse"))
        assert sorted(each.value for each in refused.value.faults) == faults


def test_what_is_too_large_is_an_item_on_the_card_of_the_node_named():
    org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"], "kind": ["x", "y"]},
                                kind="kind")  # fmt: skip
    kpis = ck.Kpis([ck.Kpi(name, "u", aggregate=ck.aggregates.Mean()) for name in "kl"])
    wanted = {name: np.array([1.0, 1e-300]) for name in "kl"}
    targets = ck.Targets.from_columns(org, kpis, wanted, periods="1")
    actuals = {"node": ["a", "a"], "kpi": ["k", "l"], "value": [1e300, 1e300]}
    card = ck.Scorecard([ck.Item("k"), ck.Item("l")], {"x": {"k": 100}, "y": {"l": 100}})
    with pytest.raises(ck.InputError, match="attainment of l in 1"):
        ck.score(ck.measure(targets, actuals), card)


@frozen
class Echo:
    """An item of one's own that reads the value of a section."""

    name: str
    of: str
    kpis = ()

    def points(self, reading):
        return reading.points(self.of) / 2

    at_target = points


def test_an_item_that_some_have_may_read_what_all_have():
    inner = ck.Section("inner", [ck.Item(n, ck.curves.Linear(cap=120)) for n in ("k0", "k1")])
    one, two = {"inner": 60, "k0": 40, "k1": 60, "echo": 40}, {"inner": 100, "k0": 30, "k1": 70}
    weights = {f"p{p}": one if p in {0, 3, 5} else two for p in range(9)}
    root = ck.Section("total", [inner, Echo("echo", "inner")])
    by = ck.Scorecard(root, ck.Weights(weights, by="post"))
    scores = ck.score(world(), by)
    alone = [scores.kernel.value(0, 0, np.array([row])) for row in range(NODES)]
    assert scores.total[0].tobytes() == np.concatenate(alone).tobytes()


def test_points_are_not_made_for_those_without_the_item():
    """Where an item is not on the card, its numbers may be whatever they are."""
    units = {"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"], "kind": ["z", "x", "y"]}
    org = ck.OrgTree.from_table(units, kind="kind")
    kpis = ck.Kpis([ck.Kpi(name, "u", aggregate=ck.aggregates.Mean()) for name in "kl"])
    wanted = {"k": np.array([1.0, 1.0, 1e-300]), "l": np.ones(3)}
    targets = ck.Targets.from_columns(org, kpis, wanted, periods="1")
    actuals = {"node": list("abab"), "kpi": list("kkll"), "value": [1.0, 1e300, 1.0, 1.0]}
    results = ck.measure(targets, actuals)
    weights = {"x": {"k": 100}, "y": {"l": 100}, "z": {}}
    scores = ck.score(results, ck.Scorecard([ck.Item("k"), ck.Item("l")], weights))
    assert scores.total[0, 1:].tolist() == [100.0, 100.0]


@frozen
class Twice(ck.combines.Mean):
    """Twice the mean, in its own way."""

    def __call__(self, points, weights):
        return 2 * combines.Mean()(points, weights)

    def slopes(self, points, weights):
        return [2 * slope for slope in combines.Mean().slopes(points, weights)]


def test_who_combines_in_another_way_does_not_inherit_the_quick_one():
    twice = ck.score(world(), card(combine=Twice())).total
    assert np.array_equal(twice, 2 * ck.score(world(), card()).total, equal_nan=True)
