"""Stints and results on arbitrary trees: the same as counted day by day."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.properties.moving.by_day import ByDay
from tests.properties.moving.cases import DAYS, FIRST, cases, day, moved


@settings(max_examples=60)
@given(cases())
def test_stints_have_what_their_holders_have_on_all_days_of_the_calendar(case):
    after = moved(case)
    if after is None:
        return
    table, holders = after.by_stint("sales"), after.by_holder("sales")
    for i, (who, period) in enumerate(zip(holders["holder"], holders["period"], strict=True)):
        mine = (table["holder"] == who) & (table["period"] == period)
        assert np.nansum(table["lots"][mine]) == holders["lots"][i]
    days = sum(max(0, min(b, 23) - max(a, 0) + 1) for _, _, a, b, _ in case["stints"])
    assert table["days"].sum() == days
    trees = [ByDay(case, after).tree(d) for d in range(DAYS)]
    for node, parent, start, end in zip(
        *(table[name] for name in ("node", "parent", "start", "end")), strict=True
    ):
        for d in range((start.item() - FIRST).days, (end.item() - FIRST).days + 1):
            assert (trees[d][node] or "") == parent


@settings(max_examples=60)
@given(cases(), st.data())
def test_results_are_counted_where_and_by_whom_they_were_achieved(case, data):
    after = moved(case)
    if after is None:
        return
    sales = []
    for _ in range(data.draw(st.integers(0, 8))):
        holder, node, a, b, _ = data.draw(st.sampled_from(case["stints"] or [None])) or [None] * 5
        if holder is None or b < 0 or a > 23 or b < a:
            continue
        d = data.draw(st.integers(max(a, 0), min(b, 23)))
        sales.append((holder, node, d, data.draw(st.integers(-9, 99))))
    table = {
        "holder": [row[0] for row in sales],
        "node": [row[1] for row in sales],
        "kpi": ["sales"] * len(sales),
        "date": [day(row[2]) for row in sales],
        "value": [row[3] for row in sales],
    }
    done = ck.credit(after, table)
    reference = ByDay(case, after)
    held, units = {}, {}
    for holder, node, d, value in sales:
        period = "a" if d <= 9 else "b"
        held[holder, period] = held.get((holder, period), 0) + value
        while node is not None:
            units[node, period] = units.get((node, period), 0) + value
            node = reference.trees[d][node]
    for found, wanted, key in ((done.by_holder("sales"), held, "holder"),
                               (done.by_unit("sales"), units, "node")):  # fmt: skip
        rows = zip(found[key], found["period"], found["result"], strict=True)
        assert {(name, period): v for name, period, v in rows if v == v} == wanted
    stints = done.by_stint("sales")
    assert np.nansum(stints["result"]) == sum(row[3] for row in sales)
