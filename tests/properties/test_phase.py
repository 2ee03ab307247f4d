"""Phased targets on arbitrary trees: both margins, every bit explained, order of no effect."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.strategies.kpis import DIVIDING, LOTS
from tests.strategies.trees import shuffled, tree, units

LABELS = ["p1", "p2", "p3", "p4", "p5"]


@st.composite
def years(draw, largest=10):
    """A table of units, a KPI, and the year's goals as a table."""
    table = draw(units(largest, widest=15))
    split = draw(DIVIDING)
    margin = draw(st.sampled_from([0.0, 0.05, 0.5]))
    if margin and "team" in table["kind"]:
        split = ck.splits.Over(split, {"team": margin})
    kpi = ck.Kpi("sales", "CNY", split=split, lot=draw(LOTS) or 1)
    org = tree(table)
    nodes = draw(st.lists(st.sampled_from(org.ids.tolist()), max_size=3, unique=True))
    nodes = list(dict.fromkeys([org.roots[0].id, *nodes]))[: draw(st.integers(1, 4))]
    lots = [draw(st.integers(-50, 5_000)) for _ in nodes]
    values = [float(kpi.counted_in.values(np.array(n))) for n in lots]
    return table, kpi, {"node": nodes, "kpi": ["sales"] * len(nodes), "value": values}


@st.composite
def phased(draw, largest=10):
    """A year that can be cascaded, its periods and a profile."""
    table, kpi, goals = draw(years(largest))
    labels = LABELS[: draw(st.integers(1, 5))]
    weights = [draw(st.integers(0, 9)) for _ in labels[1:]]
    seasonal = ck.profiles.Seasonal([1, *weights])
    reports = draw(
        st.lists(
            st.tuples(st.sampled_from(tree(table).ids.tolist()), st.sampled_from(labels),
                      st.integers(0, 50)),
            max_size=8, unique_by=lambda report: report[:2],
        )
    )  # fmt: skip
    lean = draw(st.sampled_from([None, 0, 0.5, 30]))
    return table, kpi, goals, labels, draw(st.sampled_from([seasonal, (reports, lean)]))


def made(table, kpi, goals, labels, rule):
    """The year and its periods; None where the goals or zeros conflict."""
    org = tree(table)
    try:
        year = ck.cascade(org, [kpi], goals, periods="year")
    except ck.InputError:
        return None
    if isinstance(rule, tuple):
        nodes, periods, values = zip(*rule[0], strict=True) if rule[0] else ((), (), ())
        rows = {"node": list(nodes), "period": list(periods), "value": list(values)}
        past = {**rows, "kpi": ["sales"] * len(nodes)}
        history = ck.Actuals.from_table(org, [kpi], past, periods=labels)
        rule = ck.profiles.Learned(history, lean=rule[1])
        try:
            return year, ck.phase(year, labels, rule)
        except ck.InputError:  # seasons of nothing may leave a family no way
            return None
    return year, ck.phase(year, labels, rule)


@settings(max_examples=150)
@given(phased())
def test_periods_sum_to_the_year_and_children_to_their_parent(case):
    stages = made(*case)
    if stages is None:
        return
    year, periods = stages
    lots, whole = periods.lots_of("sales"), year.lots_of("sales")
    absent = np.ma.getmaskarray(whole)[0]
    assert (np.ma.getmaskarray(lots) == absent).all()
    assert (lots.sum(axis=0) == whole[0]).all()
    margin = year.margin(0)
    for row in range(len(year.org)):
        children = year.org.node(row).child_rows
        if not children or absent[row] or (margin is not None and margin[row]):
            continue
        assert (lots[:, children].sum(axis=1) == lots[:, row]).all()
    signs = np.sign(lots) * np.sign(whole)
    assert (signs >= 0).all()


@settings(max_examples=60)
@given(phased(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_bit(case, random):
    table, kpi, goals, labels, rule = case
    stages = made(*case)
    order, rows = list(range(len(table["id"]))), list(range(len(goals["node"])))
    random.shuffle(order)
    random.shuffle(rows)
    other = made(shuffled(table, order), kpi, shuffled(goals, rows), labels, rule)
    assert (stages is None) == (other is None)
    if stages and other:
        assert (stages[1].of("sales").tobytes()) == (other[1].of("sales").tobytes())


@settings(max_examples=40)
@given(phased(largest=6))
def test_every_period_is_made_again_from_goals_and_weights(case):
    stages = made(*case)
    if stages is None:
        return
    _, periods = stages
    for p, label in enumerate(periods.periods):
        for row, node in enumerate(periods.org.ids.tolist()):
            why = ck.explain(periods, node, kpi="sales", period=label)
            value, again = periods.of("sales")[p, row], why.evaluate()
            assert why.value == value == again or value != value


@settings(max_examples=60)
@given(phased(), st.integers(2, 9))
def test_the_unit_of_the_lot_changes_nothing(case, factor):
    table, kpi, goals, labels, rule = case
    lot = str(float(kpi.counted_in.exact * factor))
    bigger = ck.Kpi("sales", "CNY", split=kpi.split, lot=lot)
    stages = made(*case)
    counts = kpi.counted_in.whole(np.array(goals["value"]))[0]
    values = bigger.counted_in.values(counts).tolist()
    other = made(table, bigger, {**goals, "value": values}, labels, rule)
    assert (stages is None) == (other is None)
    if stages and other:
        assert (stages[1].lots_of("sales") == other[1].lots_of("sales")).all()


@settings(max_examples=60)
@given(years(), st.integers(1, 4), st.data())
def test_parts_sum_to_the_whole_and_children_to_their_parent(case, many, data):
    table, kpi, goals = case
    org = tree(table)
    try:
        year = ck.cascade(org, [kpi], goals, periods="year")
    except ck.InputError:
        return
    parts = [ck.Kpi(f"part {i}", "CNY", lot=kpi.counted_in) for i in range(many)]
    weights = data.draw(st.lists(st.integers(1, 9), min_size=many, max_size=many))
    made = ck.itemise(year, "sales", parts, ck.profiles.Seasonal(weights))
    lots = np.ma.stack([made.lots_of(part.name)[0] for part in parts])
    whole = year.lots_of("sales")[0]
    assert (np.ma.getmaskarray(lots) == np.ma.getmaskarray(whole)).all()
    assert (lots.sum(axis=0) == whole).all()
    margin = year.margin(0)
    for row in range(len(org)):
        children = org.node(row).child_rows
        if children and whole[row] is not np.ma.masked and (margin is None or not margin[row]):
            assert (lots[:, children].sum(axis=1) == lots[:, row]).all()
        why = ck.explain(made, org.ids[row], kpi="part 0")
        assert why.evaluate() == why.value or why.value != why.value
