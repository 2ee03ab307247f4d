"""Blended and multiplied totals against a plain reference, one node at a time."""

import math

import attrs
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.blending import Between, Coefficients, Shares, Within
from tests.blending.case import OWN, scored
from tests.properties.test_explanations import same_bits
from tests.strategies.cycles import cases
from tests.strategies.trees import shuffled

GONE = math.nan
POLICIES = ("renormalise", "own", "hold")


@st.composite
def shares(draw, kinds):
    """Shares by kind, of levels that can be told apart by their name."""
    levels = ["own", "parent", 2, "root", *(kind for kind in kinds if kind)]
    groups = {}
    for kind in [*draw(st.lists(st.sampled_from(kinds), unique=True)), "*"]:
        some = draw(st.lists(st.sampled_from(levels), min_size=1, max_size=4, unique=True))
        weights = [draw(st.integers(0, 40)) for _ in some[1:]]
        left = 100 - sum(weights)
        if left < 0:
            weights, left = [0] * len(weights), 100
        groups[kind] = dict(zip(some, [left, *weights], strict=True))
    return groups


def tried(call, *args, **options):
    """What a verb makes, and the faults that it refuses with."""
    try:
        return call(*args, **options), ()
    except ck.InputError as error:
        return None, error.faults


@st.composite
def blends(draw):
    case = draw(cases(largest=10))
    scores = case.gaps().scores
    policies = {name: draw(st.sampled_from(POLICIES)) for name in ("missing", "nobody")}
    rule = Shares(draw(shares(scores.org.kind_names)), **policies)
    within = draw(st.sampled_from([None, Within(3, 5), Within(up=0), Between(10, 60)]))
    units = draw(st.sampled_from(["own", "blended"]))
    made, faults = tried(ck.blend, scores, rule, units=units, within=within)
    assert all("same node" in fault.reason for fault in faults)
    assume(not faults)  # of two levels that meet for all of a group
    return case, made


def above(org, level, node):
    """Whom a level finds, by walking up."""
    line, at = [], int(org.parent[node])
    while at >= 0:
        line.append(at)
        at = int(org.parent[at])
    if level.called == "own":
        return node
    if level.called == "root":
        return line[-1] if line else None
    if level.called == "parent" and not hasattr(level, "kind"):
        return line[0] if line else None
    if hasattr(level, "levels"):
        return line[level.levels - 1] if len(line) >= level.levels else None
    return next((row for row in line if org.kinds[row] == level.kind), None)


def plain(blended, p):
    """Everybody's blended total by the words of docs/semantics.md, parents first."""
    org, rule, own = blended.org, blended.shares, blended.own[p].tolist()
    out = []
    for node in range(len(org)):
        entry = rule.shares.get(org.kinds[node], rule.shares.get("*"))
        top = bottom = 0.0
        held = False
        for level, share in entry.items():
            if share == 0:
                continue
            at = above(org, level, node)
            handed = own if at == node or blended.units.value == "own" else out
            total = GONE if at is None else handed[at]
            policy = rule.nobody.value if at is None else rule.missing.value
            if math.isnan(total) and at != node:
                if policy == "renormalise":
                    continue
                total = own[node] if policy == "own" else GONE
            held |= math.isnan(total)
            top += share * total
            bottom += share
        mean = GONE if held or bottom == 0 else top / bottom
        out.append(bounded(blended.within, mean, own[node]))
    return out


def bounded(bound, mean, own):
    if math.isnan(mean):
        return GONE
    if isinstance(bound, Between):
        return min(max(mean, bound.least), bound.most)
    if math.isnan(own):
        return mean
    low = -math.inf if bound.down is None else own - bound.down
    high = math.inf if bound.up is None else own + bound.up
    return min(max(mean, low), high)


@settings(max_examples=80, deadline=None)
@given(blends())
def test_totals_are_those_of_the_plain_way(made):
    _, blended = made
    for p in range(len(blended.periods)):
        np.testing.assert_allclose(blended.total[p], plain(blended, p), rtol=1e-9, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(blends())
def test_parts_add_up_to_the_total_in_their_order(made):
    _, blended = made
    parts = [blended.parts(level) for level in blended.shares.levels]
    mean = np.zeros_like(blended.total)
    for part in parts:
        mean += np.where(np.isnan(part), 0.0, part)
    there = ~np.isnan(blended.total)
    np.testing.assert_array_equal((blended.total - mean)[there], blended.bounded[there])
    counted = sum(blended.counted(level) for level in blended.shares.levels)
    np.testing.assert_allclose(counted[there], 1.0, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(blends(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(made, random):
    case, blended = made
    order = list(range(len(case.units["id"])))
    random.shuffle(order)
    other = attrs.evolve(case, units=shuffled(case.units, order))
    again = ck.blend(
        other.gaps().scores, blended.shares, units=blended.units, within=blended.within
    )
    assert again.total.tobytes() == blended.total.tobytes()
    assert again.grade_codes.tobytes() == blended.grade_codes.tobytes()


@settings(max_examples=30, deadline=None)
@given(blends())
def test_every_total_is_made_again_from_the_input_rows(made):
    _, blended = made
    for period in blended.periods:
        for node in blended.org.ids.tolist():
            same_bits(ck.explain(blended, node, period=period))


@settings(max_examples=40, deadline=None)
@given(cases(largest=10), st.floats(0.25, 4))
def test_coefficients_multiply_leaf_by_leaf(case, factor):
    scores = case.gaps().scores
    if not scores.grades:
        return
    table = {grade: factor * i for i, grade in enumerate(scores.grades)}
    made, faults = tried(ck.multiply, scores, Coefficients("root", table))
    if faults:
        assert {fault.value for fault in faults} == {scores.org.ids[0]}
        assert len(scores.org) == 1 or (scores.grade_codes[:, 0] < 0).any()
        return
    for p, row in np.ndindex(made.total.shape):
        own, leaf = scores.total[p, row], scores.org.size[row] == 1
        grade = scores.grades[scores.grade_codes[p, 0]] if scores.grade_codes[p, 0] >= 0 else ""
        expected = own * table[grade] if leaf and not math.isnan(own) else GONE
        np.testing.assert_equal(made.total[p, row], expected)
        same_bits(ck.explain(made, made.org.ids[row], period=made.periods.labels[p]))


def test_shares_scale_with_the_totals():
    rule = Shares({"own": 70, "parent": 30}, nobody="own")
    one = ck.blend(scored(), rule).total
    two = ck.blend(scored({node: 4 * total for node, total in OWN.items()}), rule).total
    assert (4 * one).tobytes() == two.tobytes()
