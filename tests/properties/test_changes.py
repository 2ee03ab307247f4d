"""Laws of changes on arbitrary targets of arbitrary trees."""

import attrs
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.strategies import trees as some

KINDS = ("tree", "drivers", "rules", "goals")


@st.composite
def rounds(draw, same_tree=False):
    """Three sets of targets for trees that share some of their nodes."""
    n = draw(st.integers(2, 7))
    ids = [f"n{i}" for i in range(16)]
    first = draw(some.parents(n, widest=14))
    sets, lots = [], draw(st.sampled_from([1, "0.5", 5]))
    for i in range(3):
        above = first if same_tree or i == 0 or draw(st.booleans()) else draw(some.parents(n, 14))
        size = len(above)
        # Sometimes the later trees bring other people in the places of earlier ones.
        names = list(ids[:size])
        if i and not same_tree and size > 1 and draw(st.booleans()):
            names[-1] = f"new{i}"
        table = {
            "id": names,
            "parent": ["" if p < 0 else names[p] for p in above],
            "past": some.cycled(draw, st.integers(1, 20), size),
        }
        inner = {p for p in above if p >= 0}
        table["past"] = [None if j in inner else v for j, v in enumerate(table["past"])]
        order = draw(st.permutations(range(size)))
        split = draw(st.sampled_from([ck.splits.ProRata("past"), ck.splits.Equal()]))
        kpis = [
            ck.Kpi("k", "x", split=split, lot=lots if i else draw(st.sampled_from([lots, 10]))),
            ck.Kpi("share", "%", aggregate=ck.aggregates.Ratio(100)),
        ]
        goals = {
            "node": [names[0]] * 2,
            "kpi": ["k", "share"],
            "value": [draw(st.integers(-20, 200)) * 10.0, draw(st.integers(0, 9))],
        }
        sets.append((some.shuffled(table, order), kpis, goals))
    return sets


def targets_of(made):
    table, kpis, goals = made
    return ck.cascade(ck.OrgTree.from_table(table), kpis, goals, periods="2027")


def by_id(changes, values):
    return dict(zip(changes.ids.tolist(), np.nan_to_num(values)[0].tolist(), strict=True))


@given(rounds())
def test_a_change_undone_is_no_change_and_two_are_their_sum(drawn):
    a, b, c = map(targets_of, drawn)
    one, two, both = ck.compare(a, b), ck.compare(b, c), ck.compare(a, c)
    here, there = by_id(one, one.of("k")), by_id(two, two.of("k"))
    for node, change in by_id(both, both.of("k")).items():
        assert here.get(node, 0) + there.get(node, 0) == change
    back = ck.compare(b, a)
    assert by_id(back, back.of("k")) == {node: -value + 0 for node, value in here.items()}
    none = ck.compare(a, targets_of(drawn[0]))
    assert none.inputs.changed == ()
    assert not np.nan_to_num(none.of("k")).any()


@given(rounds())
def test_what_a_change_is_made_up_of_sums_to_it(drawn):
    a, b, _ = map(targets_of, drawn)
    changes = ck.compare(a, b)
    parts = [changes.of_children("k"), changes.came("k"), changes.left("k"), changes.own("k")]
    assert np.array_equal(sum(parts), changes.of("k"), equal_nan=True)
    for node in changes.ids.tolist():
        told = changes.by_child(node, "k")
        if len(told):
            assert told.parts.sum() == told.whole
    # A unit with children on both sides holds nothing beside them: no cushion is asked for.
    nodes = changes.nodes
    inner_was = np.isin(np.arange(len(nodes)), nodes.parent_was)
    inner_now = np.isin(np.arange(len(nodes)), nodes.parent_now)
    assert not np.nan_to_num(changes.own("k"))[0, inner_was & inner_now].any()


@given(rounds(same_tree=True))
def test_on_equal_trees_the_children_make_all_of_it(drawn):
    a, b, _ = map(targets_of, drawn)
    changes = ck.compare(a, b)
    inner = ~changes.after.org.is_leaf
    assert np.array_equal(changes.of_children("k")[:, inner], changes.of("k")[:, inner])
    assert not changes.came("k").any()
    assert not changes.left("k").any()


@given(rounds(), st.permutations(KINDS))
def test_parts_sum_to_the_change(drawn, order):
    a, b, _ = map(targets_of, drawn)
    changes = ck.compare(a, b)
    parts = ck.attribute(changes, order)
    for kpi in ("k", "share"):
        total = sum(parts.part(kpi, kind) for kind in KINDS)
        assert np.array_equal(total, changes.of(kpi), equal_nan=True)  # shares are whole here
    assert parts.order == tuple(kind for kind in order if kind in changes.inputs.changed)
    if len(parts.order) == 1:
        assert np.array_equal(parts.part("k", parts.order[0]), changes.of("k"), equal_nan=True)


@settings(max_examples=25)  # each explains a dozen numbers down to their rows
@given(rounds(), st.permutations(KINDS))
def test_explanations_make_the_same_bits(drawn, order):
    a, b, _ = map(targets_of, drawn)
    changes = ck.compare(a, b)
    parts = ck.attribute(changes, order)
    for node in changes.ids.tolist()[:4]:
        for stage, quantities in ((changes, ["change"]), (parts, ["change", *parts.order])):
            for kpi in ("k", "share"):
                for quantity in quantities:
                    why = ck.explain(stage, node, kpi, quantity=quantity)
                    assert np.array_equal(why.evaluate(), why.value, equal_nan=True)


@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(drawn, random):
    tables = []
    for table, kpis, goals in drawn[:2]:
        order = list(range(len(table["id"])))
        random.shuffle(order)
        tables.append((some.shuffled(table, order), kpis, goals))
    one, two = (ck.compare(*map(targets_of, made)) for made in (drawn[:2], tables))
    for name, values in one.table().items():
        assert ck._arrays.equal(values, two.table()[name])
    for name, values in one.ranked("k").items():
        assert ck._arrays.equal(values, two.ranked("k")[name])
    parts = [ck.attribute(each).table() for each in (one, two)]
    for name, values in parts[0].items():
        assert ck._arrays.equal(values, parts[1][name])


@given(rounds(same_tree=True), st.integers(1, 50))
def test_cascading_again_is_cascading_with_the_change(drawn, goal):
    table, kpis, goals = drawn[0]
    was = targets_of(drawn[0])
    now = ck.recascade(was, goals={"k": goal * 10.0})
    again = targets_of((table, kpis, {**goals, "value": [goal * 10.0, goals["value"][1]]}))
    assert np.array_equal(now.of("k"), again.of("k"))
    rule = attrs.evolve(was.kpis["k"], split=ck.splits.Equal())
    assert np.array_equal(
        ck.recascade(was, kpis=rule).of("k"), targets_of((table, [rule, kpis[1]], goals)).of("k")
    )
