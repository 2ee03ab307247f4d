"""Targets of ratios: met at every node in counted units, within bounds, by plain arithmetic."""

from fractions import Fraction

import attrs
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.properties.test_explanations import same_bits
from tests.strategies.trees import children_of, parents, shuffled

S = ck.splits
NEAR = 1e-6  # of a ratio in tests: volumes reach from 1 to 1,000 in trees of up to 90
VOLUMES = st.one_of(st.integers(1, 1000).map(float), st.just(0.0), st.floats(1, 1000))
RATES = st.one_of(st.integers(0, 100).map(float), st.floats(0, 100))
PACES = st.sampled_from(
    [
        S.Uniform(),
        S.Towards("best"),
        S.Towards(60),
        S.Mixed([(0.5, S.Uniform()), (2, S.Towards("best"))]),
    ]
)


@st.composite
def units(draw, largest=10, widest=15):
    """A table with volumes and base ratios, some leaves without a volume."""
    above = draw(parents(largest, widest))
    n = len(above)
    leaf = [i not in above for i in range(n)]
    volume = [draw(VOLUMES) if leaf[i] else None for i in range(n)]
    return {
        "id": [f"n{i:02}" for i in range(n)],
        "parent": [None if p < 0 else f"n{p:02}" for p in above],
        "volume": volume,
        "rate": [draw(RATES) if leaf[i] and volume[i] else None for i in range(n)],
    }


def kpi_of(pace, aggregate=None, better="higher"):
    rule = ck.aggregates.Ratio(100) if aggregate is None else aggregate
    return ck.Kpi("k", "%", better=better, aggregate=rule, split=S.Rates("volume", "rate", pace))


def handed(table, kpi, goals):
    org = ck.OrgTree.from_table(table)
    rows = {"node": list(goals), "kpi": ["k"] * len(goals), "value": list(goals.values())}
    return ck.cascade(org, [kpi], rows, periods="p")


def base_of(table):
    """Volume and base ratio of every node by exact arithmetic; None without volume."""
    org = ck.OrgTree.from_table(table)
    volumes, tops = [Fraction(0)] * len(org), [Fraction(0)] * len(org)
    for row in range(len(org) - 1, -1, -1):
        if org.is_leaf[row] and (own := org.columns["volume"][row]):
            volumes[row] = Fraction(own)
            tops[row] = Fraction(own) * Fraction(org.columns["rate"][row])
        if (up := org.parent[row]) >= 0:
            volumes[up] += volumes[row]
            tops[up] += tops[row]
    return volumes, [n / v if v else None for n, v in zip(tops, volumes, strict=True)]


def counted(targets):
    column = targets.columns[0]
    return column.counts[0].tolist(), column.values[0].tolist(), column.counted.exponent


def exactly_met(targets, goals):
    """Counts of children sum to their parent's; every target is its count over its volume."""
    org, (counts, values, exponent) = targets.org, counted(targets)
    volumes, _ = base_of({**org.table(), **{c: org.columns[c] for c in ("volume", "rate")}})
    unit = Fraction(2) ** exponent
    for row, below in enumerate(children_of(org)):
        if not volumes[row]:
            assert values[row] != values[row]
            continue
        if values[row] != values[row]:
            continue
        if below:
            assert counts[row] == sum(counts[c] for c in below if volumes[c])
        off = abs(Fraction(values[row]) * volumes[row] - counts[row] * unit)
        # Two units a leaf, three and one a node for a goal at the base; and the last rounding.
        leaves, size = org.is_leaf[row : row + org.size[row]].sum().item(), org.size[row].item()
        rounding = volumes[row] * Fraction(abs(values[row]) + 1) / 2**48
        assert off <= unit * (2 * leaves + 4 + size) + rounding
    for node, goal in goals.items():
        assert values[org.row(node)] == goal


GOALS = st.one_of(st.integers(1, 100).map(float), st.floats(1, 99.5))


@settings(max_examples=40)
@given(units(), PACES, GOALS, st.data())
def test_the_ratio_of_sums_is_met_at_every_node(table, pace, goal, data):
    volumes, rates = base_of(table)
    assume(volumes[0])
    goals = {"n00": goal}
    some = [i for i in range(1, len(volumes)) if volumes[i]]
    if some and data.draw(st.booleans()):
        goals[ck.OrgTree.from_table(table).ids[data.draw(st.sampled_from(some))]] = data.draw(GOALS)
    try:
        targets = handed(table, kpi_of(pace), goals)
    except ck.InputError:
        assume(len(goals) == 1)
        # Alone, a goal can be missed for want of a pace only.
        org = ck.OrgTree.from_table(table)
        one = len(org) == 1
        best = max(r for r, leaf in zip(rates, org.is_leaf, strict=True) if leaf and r is not None)
        mark = {"best": best, 60.0: 60}.get(getattr(pace, "benchmark", None))
        slip = all(goal >= 50 * r or goal * 50 <= r for r in rates if r is not None)
        paceless = mark is not None and all(
            rates[i] is None or rates[i] >= mark for i in range(len(org)) if org.is_leaf[i]
        )
        assert slip or (paceless and not one)
        return
    exactly_met(targets, goals)
    for node in targets.org.ids.tolist():
        same_bits(ck.explain(targets, node, "k"))


@settings(max_examples=40)
@given(units(), PACES, GOALS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(table, pace, goal, random):
    assume(base_of(table)[0][0])
    order = list(range(len(table["id"])))
    random.shuffle(order)
    try:
        one = handed(table, kpi_of(pace), {"n00": goal})
    except ck.InputError as error:
        with pytest.raises(ck.InputError) as other:
            handed(shuffled(table, order), kpi_of(pace), {"n00": goal})
        told = [fault.reason for fault in error.faults]
    else:
        two = handed(shuffled(table, order), kpi_of(pace), {"n00": goal})
        assert one.columns == two.columns
        return
    assert [fault.reason for fault in other.value.faults] == told


@settings(max_examples=40)
@given(units(), PACES, GOALS, st.sampled_from([2.0**-7, 2.0**20, 10.0, 0.37]))
def test_volumes_may_be_counted_in_any_unit(table, pace, goal, factor):
    assume(base_of(table)[0][0])
    scaled = {**table, "volume": [None if v is None else v * factor for v in table["volume"]]}
    try:
        one = handed(table, kpi_of(pace), {"n00": goal})
    except ck.InputError:
        return
    two = handed(scaled, kpi_of(pace), {"n00": goal})
    if np.frexp(factor)[0] == 0.5:
        np.testing.assert_array_equal(one.of("k"), two.of("k"))
    else:
        np.testing.assert_allclose(one.of("k"), two.of("k"), rtol=0, atol=NEAR)


@settings(max_examples=40)
@given(units(), PACES, GOALS, GOALS, st.booleans())
def test_a_better_goal_is_worse_for_nobody(table, pace, goal, other, bounded):
    assume(base_of(table)[0][0])
    if bounded:
        pace = S.Bounded(pace, points=20, low=0, high=100)
    found = []
    for each in sorted([goal, other]):
        try:
            found.append(handed(table, kpi_of(pace), {"n00": each}).of("k")[0])
        except ck.InputError:
            return
    there = ~np.isnan(found[0])
    assert (found[1][there] >= found[0][there] - NEAR).all()


@settings(max_examples=40)
@given(units(), GOALS)
def test_equal_paces_get_equal_points(table, goal):
    volumes, rates = base_of(table)
    assume(volumes[0])
    try:
        targets = handed(table, kpi_of(S.Uniform()), {"n00": goal}).of("k")[0].tolist()
    except ck.InputError:
        return
    change = goal - float(rates[0])
    for row, rate in enumerate(rates):
        assert rate is None or targets[row] == pytest.approx(float(rate) + change, abs=NEAR)


@settings(max_examples=40)
@given(units(), GOALS)
def test_the_same_part_of_the_way_to_the_best(table, goal):
    volumes, rates = base_of(table)
    assume(volumes[0])
    org = ck.OrgTree.from_table(table)
    own = [r for r, leaf in zip(rates, org.is_leaf, strict=True) if leaf and r is not None]
    best = max(own)
    assume(best - rates[0] > 1)
    try:
        targets = handed(table, kpi_of(S.Towards("best")), {"n00": goal}).of("k")[0].tolist()
    except ck.InputError:
        return
    part = (goal - float(rates[0])) / float(best - rates[0])
    for row, rate in enumerate(rates):
        if rate is not None:
            want = float(rate + Fraction(part) * (best - rate))
            assert targets[row] == pytest.approx(want, abs=NEAR)
        if rate == best and org.is_leaf[row]:
            assert targets[row] == float(rate)  # who is there stays, to the bit


@settings(max_examples=40)
@given(units(), PACES, GOALS, st.integers(1, 30), st.sampled_from([None, 70, 100]))
def test_bounds_are_kept_and_refuse_only_what_they_cannot_hold(table, pace, goal, points, most):
    volumes, rates = base_of(table)
    assume(volumes[0])
    org = ck.OrgTree.from_table(table)
    units = [r for r in range(len(org)) if org.is_leaf[r] and rates[r] is not None]
    best = max(rates[r] for r in units)
    mark = {"best": best, 60.0: 60}.get(getattr(pace, "benchmark", None))
    up = goal > rates[0]
    reach = 0
    for r in units:
        if mark is not None and rates[r] >= mark:
            continue  # no pace
        end = rates[r] + points if up else rates[r] - points
        if up and most is not None:
            end = min(end, max(most, rates[r]))
        reach += volumes[r] * (end - rates[r])
    short = (Fraction(goal) - rates[0]) * volumes[0]
    room = abs(reach) - abs(short)
    bounded = S.Bounded(pace, points=points, high=most)
    try:
        targets = handed(table, kpi_of(bounded), {"n00": goal})
    except ck.InputError:
        slip = all(goal >= 50 * rates[r] or goal * 50 <= rates[r] for r in units)
        assert slip or room < Fraction(1, 10**6) or len(org) == 1
        return
    exactly_met(targets, {"n00": goal})
    values = targets.of("k")[0].tolist()
    if len(org) > 1:
        assert room > -Fraction(1, 10**6)
        for r in units:
            rate = float(rates[r])
            assert rate - points <= values[r] <= rate + points
            assert most is None or values[r] <= max(most, rate)
    for node in org.ids.tolist():
        same_bits(ck.explain(targets, node, "k"))


@settings(max_examples=60)
@given(units(largest=14, widest=90), st.floats(60, 100), st.booleans())
def test_a_goal_at_everybodys_bound_puts_everybody_there(table, goal, uniform):
    assume(base_of(table)[0][0])
    low = [None if r is None else goal * (0.1 + r / 120) for r in table["rate"]]
    assume(any(low))
    pace = S.Bounded(S.Uniform(), high=goal) if uniform else S.UpTo(goal)
    got = handed({**table, "rate": low}, kpi_of(pace), {"n00": goal})
    np.testing.assert_allclose(got.of("k")[~np.isnan(got.of("k"))], goal, rtol=0, atol=NEAR)
    exactly_met(got, {"n00": goal})


@settings(max_examples=40)
@given(units(), PACES, GOALS)
def test_lower_is_better_is_the_mirror(table, pace, goal):
    assume(base_of(table)[0][0])
    mirrored = {**table, "rate": [None if r is None else 100 - r for r in table["rate"]]}
    assume(all(r is None or 100 - (100 - r) == r for r in table["rate"]))
    pace = S.Towards(60) if isinstance(pace, S.Mixed) else pace
    other = S.Towards(40) if pace == S.Towards(60) else pace
    aggregate = ck.aggregates.WeightedMean()
    try:
        one = handed(table, kpi_of(pace, aggregate), {"n00": goal}).of("k")
    except ck.InputError:
        return
    two = handed(mirrored, kpi_of(other, aggregate, "lower"), {"n00": 100 - goal}).of("k")
    np.testing.assert_allclose(one, 100 - two, rtol=0, atol=NEAR)


@settings(max_examples=40)
@given(units(), PACES, GOALS)
def test_base_ratios_and_their_parts_give_the_same(table, pace, goal):
    assume(base_of(table)[0][0])
    top = [None if r is None else r * 8 for r in table["rate"]]
    bottom = [None if r is None else 800.0 for r in table["rate"]]
    both = {**table, "top": top, "bottom": bottom}
    kpi = kpi_of(pace)
    parts = attrs.evolve(kpi, split=S.Rates("volume", ("top", "bottom"), pace))
    try:
        one = handed(both, kpi, {"n00": goal}).of("k")
    except ck.InputError:
        return
    two = handed(both, parts, {"n00": goal})
    np.testing.assert_allclose(one, two.of("k"), rtol=0, atol=NEAR)
    for node in two.org.ids.tolist():
        same_bits(ck.explain(two, node, "k"))
