"""A KPI that names its reporters is the same KPI on the tree that ends at them."""

import attrs
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.org.reach import Reach
from tests.properties.test_explanations import bits, same_bits
from tests.strategies.cycles import reports
from tests.strategies.goals import goals_tables
from tests.strategies.kpis import kpis
from tests.strategies.trees import CLAIMS, children_of, cycled, tree, units


@st.composite
def ended(draw):
    """A tree, the kinds that report, and the table of the tree that ends there."""
    table = draw(units(largest=10, widest=15))
    org = tree(table)
    kinds = [kind for kind in org.kind_names if kind]
    assume(kinds)
    at = draw(st.lists(st.sampled_from(kinds), min_size=1, unique=True))
    above = set()
    for row in np.flatnonzero(np.isin(org.kinds, at)).tolist():
        while row >= 0:
            above.add(row)
            row = int(org.parent[row])
    below = [[c for c in children if c in above] for children in children_of(org)]
    driver = cycled(draw, CLAIMS, len(org))
    wanted = {
        org.ids[row]: driver[row] if row in above and not below[row] else None
        for row in range(len(org))
    }
    table = {**table, "driver": [wanted[i] for i in table["id"]], "share": [None] * len(org)}
    kept = [i for i, name in enumerate(table["id"]) if org.row(name) in above]
    return table, at, {name: [column[i] for i in kept] for name, column in table.items()}


@settings(max_examples=60)
@given(ended(), st.data())
def test_it_is_the_kpi_of_the_tree_that_ends_at_its_reporters(case, data):
    table, at, ends = case
    org, pruned = tree(table), tree(ends)
    reach = Reach.of(org, at)
    assert reach.tree == pruned
    plain = data.draw(kpis(most=2))
    assume(not any(isinstance(kpi.split, ck.splits.FixedShares) for kpi in plain))
    named = ck.Kpis([attrs.evolve(kpi, at=at) for kpi in plain])
    periods = ("Q1", "Q2")
    goals, _ = data.draw(goals_tables(pruned, plain, periods))
    actuals = data.draw(reports(pruned, plain, periods))
    missing = data.draw(st.sampled_from(["renormalise", "zero", "hold"]))
    results = [
        ck.measure(ck.cascade(where, which, goals, periods=periods), actuals, missing=missing)
        for where, which in ((org, named), (pruned, plain))
    ]
    for kpi in plain.names:
        for read in (
            lambda r, kpi=kpi: r.targets.of(kpi),
            lambda r, kpi=kpi: r.of(kpi),
            lambda r, kpi=kpi: r.counted_target(kpi),
            lambda r, kpi=kpi: r.coverage(kpi),
        ):
            whole, part = map(read, results)
            assert whole[:, reach.rows].tobytes() == part.tobytes()
        outside = ~reach.within
        assert np.isnan(results[0].targets.of(kpi)[:, outside]).all()
        assert np.isnan(results[0].of(kpi)[:, outside]).all()
        for node in pruned.ids.tolist():
            whole, part = (ck.explain(r, node, kpi=kpi, period="Q2") for r in results)
            same_bits(whole)
            assert [bits(n.value) for _, n in whole.walk()] == [
                bits(n.value) for _, n in part.walk()
            ]
