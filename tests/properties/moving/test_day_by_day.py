"""Moves on arbitrary trees: the same as counted day by day."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.targets.amounts import NO_LOTS
from tests.properties.moving.by_day import ByDay
from tests.properties.moving.cases import DAYS, SPANS, cases, day, moved, told


@settings(max_examples=70)
@given(cases())
def test_holders_and_units_have_what_is_counted_day_by_day(case):
    if case["by"].at or case["margin"]:
        case = {**case, "by": type(case["by"])(), "margin": 0}
    after = moved(case)
    if after is None:
        return
    reference, own = ByDay(case, after), after.own[0].held
    holders, units = after.by_holder("sales"), after.by_unit("sales")
    for p, (label, span) in enumerate(SPANS.items()):
        held, at = {}, {}
        for origin in np.flatnonzero(own[p] != NO_LOTS).tolist():
            node = after.of_before.org.ids[origin]
            reference.totals(int(own[p, origin]), node, span, held, at)
        for table, known, name in ((holders, held, "holder"), (units, at, "node")):
            mine = table["period"] == label
            found = dict(zip(table[name][mine].tolist(), table["lots"][mine].tolist(), strict=True))
            assert {k: v for k, v in found.items() if v} == {k: v for k, v in known.items() if v}


@settings(max_examples=40)
@given(cases(shared=False), st.sampled_from(["shared", "ratio"]))
def test_what_is_not_divided_counts_by_days(case, kind):
    org = ck.OrgTree.from_table(case["table"], kind="kind")
    ratio = ck.Kpi("k", "%", aggregate=ck.aggregates.Ratio(100))
    kpi = ratio if kind == "ratio" else ck.Kpi("k", "CNY", split=ck.splits.Shared())
    goals = {org.roots[0].id: 3.7} | {node.id: 0.1 + i for i, node in enumerate(org) if i % 2}
    table = {"node": list(goals), "kpi": ["k"] * len(goals), "value": list(goals.values())}
    targets = ck.cascade(org, [kpi], table, periods="year")
    calendar = ck.Calendar({"year": (day(0), day(DAYS - 1))})
    after = ck.move(targets, told(case["stints"]), by=ck.moves.FollowsPost(), calendar=calendar)
    found, values = after.by_holder("k"), targets.of("k")[0]
    for i, holder in enumerate(found["holder"].tolist()):
        days = {}
        for who, node, a, b, _ in case["stints"]:
            many = min(b, DAYS - 1) - max(a, 0) + 1
            if who == holder and many > 0:
                days[node] = days.get(node, 0) + many
        summed = sum(values[org.row(node)] * many for node, many in days.items())
        wanted = summed / (DAYS if kind == "shared" else sum(days.values()))
        assert abs(found["target"][i] - wanted) <= 1e-9
        if len(days) == 1 and kind == "ratio":
            assert found["target"][i] == values[org.row(next(iter(days)))]
        assert ck.explain(after, holder, kpi="k").evaluate() == found["target"][i]
