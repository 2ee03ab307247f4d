"""Moves on arbitrary trees: nothing lost or doubled, and every target explained."""

from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.targets.amounts import NO_LOTS
from tests.properties.moving.cases import CALENDAR, cases, day, moved, year
from tests.strategies.trees import shuffled


@settings(max_examples=90)
@given(cases())
def test_every_day_of_every_target_is_in_exactly_one_piece_and_their_lots_sum_to_it(case):
    after = moved(case)
    if after is None:
        return
    pieces, lots = after.pieces, after.lots_of("sales").filled(0)
    own = after.own[0]
    for state, values in ((False, own.held), (True, own.cushion)):
        for p, origin in np.argwhere(values != NO_LOTS).tolist():
            mine = (pieces.origin == origin) & (pieces.period == p)
            mine &= (pieces.state == 3) == state
            assert lots[mine].sum() == values[p, origin]
            label = after.of_before.periods.labels[p]
            first = (CALENDAR.spans[label][0] - date(1970, 1, 1)).days
            for d in range(first, first + CALENDAR.days(label)):
                covers = mine & (pieces.start <= d) & (pieces.end >= d)
                assert abs(pieces.share[covers].sum() - 1) < 1e-9


@settings(max_examples=70)
@given(cases())
def test_the_company_has_what_it_had_whatever_moves(case):
    after = moved(case)
    if after is None:
        return
    before = after.of_before
    root = before.org.roots[0].id
    table = after.by_unit("sales")
    at = table["node"] == root
    assert table["lots"][at].tolist() == before.lots_of("sales")[:, 0].tolist()
    assert (table["held"] + table["leave"] + table["vacant"] + table["cushion"]).tolist() == table[
        "target"
    ].tolist()
    for d in (0, 9, 10, 23):
        standing = after.targets(as_of=day(d))
        assert standing.lots_of("sales")[:, 0].tolist() == before.lots_of("sales")[:, 0].tolist()


@settings(max_examples=40)
@given(cases())
def test_moving_nothing_gives_the_targets_back(case):
    org = year(case).org
    held = [("ann", node, -1, 30, None) for node in org.ids.tolist()]
    after = moved(case, stints=held, units=[], leaves=[])
    if after is None:  # everybody is ann, who is everywhere
        return
    table, before = after.by_unit("sales"), after.of_before
    for p, label in enumerate(before.periods):
        at = table["period"] == label
        known = dict(zip(table["node"][at].tolist(), table["lots"][at].tolist(), strict=True))
        lots = before.lots_of("sales")[p]
        there = ~np.ma.getmaskarray(lots)
        assert known == dict(zip(org.ids[there].tolist(), lots[there].tolist(), strict=True))
    assert after.targets(as_of=day(3)).of("sales").tobytes() == before.of("sales").tobytes()


@settings(max_examples=40)
@given(cases(), st.data())
def test_a_stint_in_two_changes_no_holders_lots(case, data):
    long = [i for i, row in enumerate(case["stints"]) if row[3] > row[2]]
    if not long:
        return
    i = data.draw(st.sampled_from(long))
    holder, node, a, b, share = case["stints"][i]
    middle = data.draw(st.integers(a, b - 1))
    halves = [(holder, node, a, middle, share), (holder, node, middle + 1, b, share)]
    whole, split = moved(case), moved(case, stints=[*case["stints"][:i], *halves,
                                                    *case["stints"][i + 1 :]])  # fmt: skip
    assert (whole is None) == (split is None)
    if whole is None:
        return
    for table in ("by_holder", "by_unit"):
        before, after = getattr(whole, table)("sales"), getattr(split, table)("sales")
        assert {k: v.tolist() for k, v in before.items()} == {
            k: v.tolist() for k, v in after.items()
        }


@settings(max_examples=40)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_bit(case, random):
    other = dict(case)
    for name in ("stints", "units", "leaves"):
        other[name] = random.sample(case[name], len(case[name]))
    rows = list(range(len(case["table"]["id"])))
    random.shuffle(rows)
    other["table"] = shuffled(case["table"], rows)
    one, two = moved(case), moved(other)
    assert (one is None) == (two is None)
    if one is None:
        return
    assert one.pieces == two.pieces
    for name, column in one.table().items():
        assert column.tolist() == two.table()[name].tolist(), name


@settings(max_examples=40)
@given(cases())
def test_every_holders_and_units_target_is_made_again_from_goals_and_days(case):
    after = moved(case)
    if after is None:
        return
    for table, name, quantity in (
        (after.by_holder("sales"), "holder", "holder"),
        (after.by_unit("sales"), "node", "unit"),
    ):
        rows = zip(table[name], table["period"], table["target"], table["lots"], strict=True)
        for who, period, target, lots in rows:
            if quantity == "holder" and not lots:  # carried only
                continue
            why = ck.explain(after, who, kpi="sales", period=period, quantity=quantity)
            assert why.value == target == why.evaluate()


@settings(max_examples=40)
@given(cases())
def test_every_target_is_explained_to_the_bit_and_to_a_row(case):
    after = moved(case)
    if after is None:
        return
    for name, quantity in (("holder", "holder"), ("node", "unit")):
        table = after.by_holder("sales") if name == "holder" else after.by_unit("sales")
        rows = zip(table[name], table["period"], table["target"], strict=True)
        for who, period, value in list(rows)[:6]:
            why = ck.explain(after, who, kpi="sales", period=period, quantity=quantity)
            if why.operation is None:  # somebody who only carries what others left
                assert value == 0
                continue
            assert why.value == value == why.evaluate()
            if name == "holder":
                assert "stints row" in why.text(depth=None, width=10**6)
