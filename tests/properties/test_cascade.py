"""Children sum to their parent as integers, whatever the tree, the split and the goals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.methods.claims import whole_claims
from cascade_kpi.methods.remainders import divide_lots
from tests.strategies.goals import (
    ROOT_LOTS,
    claims_of,
    divided,
    goals_tables,
    largest_remainder,
    read_claims,
)
from tests.strategies.kpis import DIVIDING, LOTS, SPLITS
from tests.strategies.trees import children_of, orgs


@st.composite
def cascades(draw):
    org, split, lot = draw(orgs()), draw(DIVIDING), draw(LOTS)
    kpi = ck.Kpi("revenue", "CNY", split=split, lot=lot)
    goals, lots = draw(divided(org, claims_of(org, split), draw(ROOT_LOTS)))
    ids = org.ids.tolist()
    table = {
        "node": [ids[row] for row in goals],
        "kpi": ["revenue"] * len(goals),
        "value": kpi.counted_in.values(np.array(list(goals.values()))).tolist(),
    }
    return org, kpi, table, lots


@settings(max_examples=150)
@given(cascades())
def test_children_sum_to_their_parent_in_lots_and_follow_the_exact_rule(case):
    org, kpi, table, lots = case
    targets = ck.cascade(org, [kpi], table, periods="2026")
    got = targets.lots_of("revenue")
    assert not np.ma.is_masked(got)
    for row, below in enumerate(children_of(org)):
        assert not below or sum(got[0, below].tolist()) == got[0, row]
    assert got[0].tolist() == lots
    exact = kpi.counted_in.exact
    assert targets.of("revenue")[0].tolist() == [float(exact * count) for count in lots]


@settings(max_examples=60)
@given(st.data())
def test_every_split_gives_the_targets_of_the_plain_rule(data):
    org, split = data.draw(orgs()), data.draw(SPLITS)
    kpis = ck.Kpis([ck.Kpi("k", "unit", split=split, lot=1 if split.divides else None)])
    table, expected = data.draw(goals_tables(org, kpis, ("Q1", "Q2")))
    assert ck.cascade(org, kpis, table).of("k").tolist() == expected[0].tolist()


CLAIMS = st.one_of(
    st.integers(0, 5).map(float),
    st.floats(0, 1e6),
    st.sampled_from([0.0, 5e-324, 1e-300, 1e-12, 0.1, 1 / 3, 2.0**50, 2.0**51, 1e17, 1e300]),
)


@settings(max_examples=300)
@given(
    st.lists(CLAIMS, min_size=1, max_size=16),
    ROOT_LOTS | st.integers(-(1 << 51) + 1, (1 << 51) - 1),
)
def test_largest_remainder_agrees_with_exact_fractions(claims, lots):
    read = whole_claims(np.array(claims)[:, None])
    assert read[:, 0].tolist() == read_claims(claims)
    if read.any() or lots == 0:
        got = divide_lots(np.array([lots]), read)[:, 0].tolist()
        assert got == largest_remainder(lots, read_claims(claims))
        assert sum(got) == lots


@given(st.integers(1, 80), st.integers(0, 1 << 51).map(lambda n: n - 1), st.floats(1e-9, 1e9))
def test_equal_claims_tie_exactly_and_the_earlier_get_the_rest(n, lots, claim):
    got = divide_lots(np.array([lots]), whole_claims(np.full((n, 1), claim)))[:, 0].tolist()
    lots = abs(lots)
    expected = [lots // n + (i < lots % n) for i in range(n)]
    assert [abs(count) for count in got] == expected


@given(
    st.lists(st.integers(-50, 10_000), min_size=1, max_size=9),
    st.integers(1, 20),
    st.randoms(use_true_random=False),
)
def test_groups_that_are_divided_together_do_not_touch_each_other(lots, span, random):
    claims = np.array([[random.choice([0, 1, 2, 7.5]) for _ in lots] for _ in range(span)])
    claims[0] += 1
    together = divide_lots(np.array(lots), whole_claims(claims))
    for g, count in enumerate(lots):
        alone = divide_lots(np.array([count]), whole_claims(claims[:, [g]]))
        assert alone[:, 0].tolist() == together[:, g].tolist()


@pytest.mark.parametrize("scale", [1e-300, 1e-5, 1.0, 3.0, 1e200])
def test_claims_matter_only_by_their_proportions(scale):
    claims = np.array([[3.0], [1.0], [1.0], [2.0]]) * scale
    got = divide_lots(np.array([10]), whole_claims(claims))[:, 0].tolist()
    assert got == [4, 2, 1, 3]  # quotas 4 2/7, 1 3/7, 1 3/7, 2 6/7: the tie goes to the earlier
