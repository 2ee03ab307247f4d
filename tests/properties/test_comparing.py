"""Two rules over everybody, against plain references that go person by person and pair by pair."""

import math
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.comparing import Siblings
from cascade_kpi.comparing.ranks import kendall, places, spearman
from tests.calibrating.cases import scored
from tests.properties.test_cards import cards, worlds

TOTALS = st.one_of(st.none(), st.sampled_from([50.0, 70.0, 80.0, 90.0, 95.0]), st.integers(40, 99))
POOLS = st.integers(-1, 2)
EDGES = {"A": 90, "B": 75, "C": 60, "D": None}
OTHER = {"top": 80, "rest": None}


@st.composite
def orders(draw):
    rows = draw(st.lists(st.tuples(TOTALS, TOTALS, POOLS), max_size=30))
    columns = [
        [np.nan if x is None else float(x) for x in column] for column in zip(*rows, strict=True)
    ]
    one, two, pools = columns or ([], [], [])
    return np.array(one), np.array(two), np.array(pools, dtype=np.int64)


def of_pool(one, two, pools, pool):
    return [
        (x, y)
        for x, y, g in zip(one.tolist(), two.tolist(), pools.tolist(), strict=True)
        if g == pool and x == x and y == y
    ]


@given(orders())
def test_a_place_is_one_more_than_those_who_are_ahead(case):
    values, _, pools = case
    found = places(values, pools).tolist()
    for i, (value, pool) in enumerate(zip(values, pools, strict=True)):
        ahead = sum(pools[j] == pool and other > value for j, other in enumerate(values))
        assert found[i] == (0 if pool < 0 or math.isnan(value) else 1 + ahead)


@given(orders())
def test_tau_is_that_of_all_pairs(case):
    found = kendall(*case, 3)
    for pool in range(3):
        pairs = list(combinations(of_pool(*case, pool), 2))
        signs = [np.sign(a[0] - b[0]) * np.sign(a[1] - b[1]) for a, b in pairs]
        left = sum(a[0] != b[0] for a, b in pairs)
        right = sum(a[1] != b[1] for a, b in pairs)
        if left and right:
            assert found[pool] == pytest.approx(sum(signs) / math.sqrt(left * right), abs=1e-12)
        else:
            assert math.isnan(found[pool])


def mean_place(values, value):
    better, alike = sum(v > value for v in values), sum(v == value for v in values)
    return better + Fraction(alike + 1, 2)


@given(orders())
def test_rho_is_the_correlation_of_mean_places(case):
    found = spearman(*case, 3)
    for pool in range(3):
        pairs = of_pool(*case, pool)
        one, two = [x for x, _ in pairs], [y for _, y in pairs]
        x, y = ([mean_place(side, v) for v in side] for side in (one, two))
        middle = Fraction(len(pairs) + 1, 2)
        xy = sum((a - middle) * (b - middle) for a, b in zip(x, y, strict=True))
        xx, yy = (sum((a - middle) ** 2 for a in side) for side in (x, y))
        if xx and yy:
            assert found[pool] == pytest.approx(float(xy) / math.sqrt(xx * yy), abs=1e-12)
        else:
            assert math.isnan(found[pool])


@given(orders(), st.randoms(use_true_random=False))
def test_the_order_of_people_changes_no_bit_of_agreement(case, random):
    order = list(range(len(case[0])))
    random.shuffle(order)
    mixed = [values[order] for values in case]
    for agreed in (kendall, spearman):
        assert agreed(*case, 3).tobytes() == agreed(*mixed, 3).tobytes()


@given(orders())
def test_the_same_order_agrees_exactly(case):
    one, _, pools = case
    for agreed in (kendall, spearman):
        found = agreed(one, one, pools, 3)
        assert set(found[~np.isnan(found)].tolist()) <= {1.0}


# ------------------------------------------------------------------------- populations


@st.composite
def populations(draw):
    """People with a team, a region, a salary and a total on either side."""
    n = draw(st.integers(1, 14))
    ids = [f"p{i}" for i in range(n)]
    teams = [draw(st.sampled_from(["red", "blue", "green"])) for _ in ids]
    columns = {
        "region": [draw(st.sampled_from(["north", "south", None])) for _ in ids],
        "salary": [draw(st.integers(100, 99_999)) / 100 for _ in ids],
    }
    if not any(columns["region"]):
        columns["region"][0] = "north"
    edges = [draw(st.sampled_from([EDGES, OTHER])) for _ in range(2)]
    totals = [[draw(TOTALS) for _ in ids] for _ in range(2)]
    for side in totals:
        side[0] = 70.0 if not any(side) else side[0]
    return ids, teams, columns, edges, totals


def sides(case, order=None):
    ids, teams, columns, edges, totals = case
    order = range(len(ids)) if order is None else order
    moved = {name: [values[i] for i in order] for name, values in columns.items()}
    made = []
    for edge, total in zip(edges, totals, strict=True):
        people = {ids[i]: (teams[i], total[i]) for i in order}
        made.append(scored(people, edge, **moved))
    return made


PAY = ck.PayPerGrade(
    {"A": 0.2, "B": 0.125, "C": 0.05, "D": 0, "top": 0.15, "rest": 0.01}, of="salary"
)


@settings(max_examples=60)
@given(populations())
def test_transitions_and_costs_are_those_counted_by_hand(case):
    before, after = sides(case)
    compared = ck.compare(before, after, by="region", pay=PAY)
    ids, _, columns, edges, totals = case

    def grade(total, edge):
        return next((g for g, low in edge.items() if low is None or total >= low), None)

    grades = [
        [None if t is None else grade(t, edge) for t in side]
        for side, edge in zip(totals, edges, strict=True)
    ]
    labels = [(*edge, None) for edge in edges]
    for region in (None, "north", "south"):
        who = [i for i in range(len(ids)) if region is None or columns["region"][i] == region]
        if region is not None and not who:
            continue
        wanted = Counter((grades[0][i], grades[1][i]) for i in who)
        found = compared.transitions(group=region)
        table = [[wanted[one, two] for two in labels[1]] for one in labels[0]]
        assert found.tolist() == table
        assert found.sum() == len(who)

    def amount(i, side):
        if grades[side][i] is None:
            return Decimal(0)
        exact = float(PAY.table[grades[side][i]] * columns["salary"][i]) * 100.0
        return Decimal(exact).quantize(Decimal(1), ROUND_HALF_EVEN)

    costs = compared.costs()
    for g, name in enumerate(costs["group"].tolist()):
        region = {"": None}.get(name, name)
        who = [i for i in range(len(ids)) if name == "all" or columns["region"][i] == region]
        for s, side in enumerate(("before", "after")):
            assert costs[side][g] == float(sum((amount(i, s) for i in who), Decimal(0))) / 100.0
            unpaid = sum(grades[s][i] is None for i in who)
            assert costs[f"unpaid_{side}"][g] == unpaid
    for side in ("before", "after"):
        parts = np.rint(costs[side][:-1] * 100).astype(int)
        assert parts.sum() == round(costs[side][-1] * 100)


@settings(max_examples=60)
@given(populations())
def test_groups_count_everybody_once(case):
    compared = ck.compare(*sides(case), by="region", pool=Siblings())
    table = compared.by_group()
    assert table["people"].sum() == len(case[0])
    parts = table["up"] + table["down"] + table["same"] + table["untold"]
    assert parts.tolist() == table["people"].tolist()
    change = compared.change[0][compared.people]
    told = table["people"] - table["untold"]
    whole = float(np.nansum(table["mean_change"] * told))
    assert whole == pytest.approx(float(np.nansum(change)), abs=1e-9)


@settings(max_examples=40)
@given(populations(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit_of_a_comparison(case, random):
    order = list(range(len(case[0])))
    random.shuffle(order)
    tables = []
    for each in (sides(case), sides(case, order)):
        compared = ck.compare(*each, by="region", pool=Siblings(), pay=PAY)
        made = [compared.table(), compared.costs(), compared.agreement(), compared.movers()]
        made.append(compared.by_group())
        columns = [values for table in made for values in table.values()]
        tables.append([c.tolist() if c.dtype == object else c.tobytes() for c in columns])
    # Groups and pools come in the order of the tree, which the order of rows leaves alone.
    assert tables[0] == tables[1]


@pytest.mark.slow
@settings(max_examples=40)
@given(worlds(), cards(), cards())
def test_parts_sum_to_the_change(results, one, two):
    before, after = ck.score(results, one), ck.score(results, two)
    compared = ck.compare(before, after)
    parts = compared.in_parts()
    told = ~np.isnan(compared.change[0])
    whole = sum(np.nan_to_num(each) for each in parts.values())
    assert np.allclose(whole[told], compared.change[0][told], rtol=1e-9, atol=1e-9)
    for node in results.org:
        split = compared.by_item(node.id)
        if told[node.row]:
            assert math.fsum(split.parts) == pytest.approx(split.whole, abs=1e-8)
        else:
            assert len(split) == 0


@pytest.mark.slow
@settings(max_examples=12)
@given(worlds(), cards(), cards())
def test_the_change_is_explained_to_the_bit(results, one, two):
    compared = ck.compare(ck.score(results, one), ck.score(results, two))
    for node in results.org:
        why = ck.explain(compared, node.id)
        wanted = compared.change[0, node.row]
        assert np.array_equal(why.value, wanted, equal_nan=True)
        assert np.array_equal(why.evaluate(), wanted, equal_nan=True)
