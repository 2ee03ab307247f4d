"""Targets made in several steps: written, made again, changed, and changes attributed."""

import functools

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.remaking.recipe import digest
from cascade_kpi.remaking.steps import stages_of
from tests.properties.test_explanations import same_bits
from tests.strategies.chains import chains
from tests.strategies.cycles import cases
from tests.strategies.trees import shuffled, tree

MADE = ("cascade", "assign")


def told(targets):
    """Every explanation in full, with the rows that it names."""
    at = [(kpi, label) for kpi in targets.kpis.names for label in targets.periods]
    return [
        ck.explain(targets, node, kpi=kpi, period=label).text(30)
        for node in targets.org.ids.tolist()
        for kpi, label in at
    ]


def or_none(make, *args, **kwargs):
    try:
        return make(*args, **kwargs)
    except ck.InputError:
        return None


def same_stages(one, two):
    """Both are refused, or all stages have the same bits."""
    assert (one is None) == (two is None)
    if one is not None:
        assert list(map(digest, stages_of(one))) == list(map(digest, stages_of(two)))


@settings(max_examples=150)
@given(chains())
def test_targets_come_back_equal(chain):
    targets = chain.made()
    if targets is None:
        return
    text = ck.to_json(targets)
    again = ck.from_json(text, expect=ck.Targets)
    assert again == targets
    assert ck.to_json(again) == text
    for name in targets.kpis.names:
        assert again.of(name).tobytes() == targets.of(name).tobytes()


@settings(max_examples=25)
@given(chains(largest=5))
def test_explanations_name_the_same_rows(chain):
    targets = chain.made()
    if targets is not None:
        assert told(ck.from_json(ck.to_json(targets))) == told(targets)


@settings(max_examples=60)
@given(cases(largest=6))
def test_results_scores_and_gaps_come_back_equal(case):
    gaps = case.gaps()
    whole = ck.over_periods(gaps.scores.results, "all")
    for stage in (gaps.scores.results, whole, gaps.scores, gaps):
        text = ck.to_json(stage)
        again = ck.from_json(text, expect=type(stage))
        assert again == stage
        assert ck.to_json(again) == text
    again = ck.from_json(ck.to_json(gaps))
    for node in gaps.org.ids.tolist()[:3]:
        for kpi in gaps.kpis.names:
            at = {"kpi": kpi, "period": case.periods[-1]}
            assert ck.explain(again, node, **at).text(30) == ck.explain(gaps, node, **at).text(30)


# ------------------------------------------------------------------------ change of mind


@settings(max_examples=60)
@given(chains(roots=MADE), st.integers(50, 900))
def test_another_goal_is_as_if_it_had_been_stated_first(chain, lots):
    targets = chain.made()
    if targets is None:
        return
    i = next(i for i, kpi in enumerate(chain.goals["kpi"]) if kpi == "sales")
    value = float(chain.kpis["sales"].counted_in.values(np.array(lots)))
    values = [value if j == i else v for j, v in enumerate(chain.goals["value"])]
    changed = {"node": [chain.goals["node"][i]], "kpi": ["sales"], "value": [value]}
    same_stages(
        or_none(ck.recascade, targets, goals=changed),
        chain.made(goals={**chain.goals, "value": values}),
    )


@settings(max_examples=60)
@given(chains(), st.integers(1, 50), st.data())
def test_another_tree_or_driver_is_as_if_it_had_been_there_first(chain, driver, data):
    targets = chain.made()
    if targets is None:
        return
    n = len(chain.units["id"])
    i = data.draw(st.sampled_from([i for i, d in enumerate(chain.units["driver"]) if d]))
    cells = [driver if j == i else cell for j, cell in enumerate(chain.units["driver"])]
    if chain.root != "columns":
        same_stages(
            or_none(
                ck.recascade, targets, drivers={"driver": {chain.units["id"][i]: float(driver)}}
            ),
            chain.made(org=tree({**chain.units, "driver": [c and float(c) for c in cells]})),
        )
    other = tree(shuffled(chain.units, data.draw(st.permutations(range(n)))))
    same_stages(ck.recascade(targets, org=other), targets)


@settings(max_examples=60)
@given(chains(), st.data())
def test_a_step_revised_is_as_if_it_had_been_so_from_the_first(chain, data):
    targets = chain.made()
    if targets is None or not chain.steps:
        return
    i = data.draw(st.integers(0, len(chain.steps) - 1))
    verb, inputs = chain.steps[i]
    change = {"by": ck.profiles.Even()} if verb is not ck.reconcile else {"confidence": 2}
    if verb is ck.reconcile and data.draw(st.booleans()):
        change = {"limits": None, "inner": "total"}
    which = [v for v, _ in chain.steps[:i]].count(verb)
    several = [v for v, _ in chain.steps].count(verb) > 1
    made = or_none(ck.revise, targets, verb, *([which] if several else []), **change)
    steps = (*chain.steps[:i], (verb, {**inputs, **change}), *chain.steps[i + 1 :])
    assert made == attrs.evolve(chain, steps=steps).made()


@st.composite
def changed_twice(draw):
    """A chain and its targets, with several kinds of input changed."""
    chain = draw(chains(largest=6))
    was = chain.made()
    if was is None:
        return None
    now, sales = was, chain.kpis["sales"]
    leaf = was.org.ids[np.flatnonzero(was.org.is_leaf)[0] :][:1].tolist()[0]
    changes = [
        {"drivers": {"driver": {leaf: float(draw(st.integers(1, 50)))}}},
        {"kpis": attrs.evolve(sales, split=ck.splits.Equal())},
    ]
    if chain.root != "columns":
        value = float(sales.counted_in.values(np.array(draw(st.integers(50, 900)))))
        goal = {"node": was.org.ids[:1].tolist(), "kpi": ["sales"], "value": [value]}
        changes.append({"goals": goal})
    for change in draw(st.lists(st.sampled_from(changes), max_size=3)):
        now = or_none(ck.recascade, now, **change) or now
    for i, (verb, _) in enumerate(chain.steps):
        which = [v for v, _ in chain.steps[:i]].count(verb)
        revised = draw(st.sampled_from(
            [{}, {"by": ck.profiles.Even()}] if verb is not ck.reconcile
            else [{}, {"offers": None}, {"limits": None}, {"confidence": 5}]
        ))  # fmt: skip
        several = [v for v, _ in chain.steps].count(verb) > 1
        at = [which] if several else []
        now = or_none(ck.revise, now, verb, *at, **revised) or now
    return was, now


@settings(max_examples=80)
@given(changed_twice(), st.randoms(use_true_random=False))
def test_parts_of_all_kinds_sum_to_the_change_in_lots(drawn, random):
    if drawn is None:
        return
    changes = ck.compare(*drawn)
    kinds = list(changes.inputs.kinds)
    random.shuffle(kinds)
    parts = or_none(ck.attribute, changes, kinds)
    if parts is None:
        return
    assert set(parts.order) == set(changes.inputs.changed)
    for name in changes.kpis.names:
        total = functools.reduce(np.add, [parts.part(name, kind) for kind in kinds])
        if parts.counted(name).lot is None:
            assert total == pytest.approx(changes.of(name), nan_ok=True)
            continue
        lot, told = parts.counted(name).lot, changes.told(name)
        lots = [lot.whole(np.where(told, parts.part(name, kind), 0.0)) for kind in kinds]
        assert all(fine.all() for _, fine in lots)
        whole = lot.whole(np.where(told, changes.of(name), 0.0))[0]
        assert (sum(counts for counts, _ in lots) == whole).all()
    if not parts.order:
        assert digest(changes.before) == digest(changes.after)
    assert ck.from_json(ck.to_json(parts)) == parts


@settings(max_examples=15)
@given(changed_twice())
def test_attributed_changes_are_explained_to_the_bit(drawn):
    if drawn is None:
        return
    changes = ck.compare(*drawn)
    parts = or_none(ck.attribute, changes)
    if parts is None:
        return
    for node in changes.ids.tolist()[:2]:
        for name in changes.kpis.names:
            for quantity in ("change", *parts.order):
                label = changes.periods.labels[-1]
                same_bits(ck.explain(parts, node, name, period=label, quantity=quantity))
