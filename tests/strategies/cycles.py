"""Reports, and whole cycles of goals, reports and scorecards."""

from attrs import frozen
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.strategies.cards import scorecards
from tests.strategies.goals import goals_tables
from tests.strategies.kpis import kpis
from tests.strategies.trees import cycled, tree, units

PLAIN_FLOATS = st.floats(-1e9, 1e9, allow_subnormal=False)
REPORTS = st.one_of(st.integers(-1000, 1000).map(float), PLAIN_FLOATS, st.just(0.0), st.just(0.1))


@st.composite
def reports(draw, org, kpis, periods, inner="total"):
    """An actuals table with some reports missing; totals stand without their parts."""
    names = ["node", "kpi", "period", *sorted({c for kpi in kpis for c in kpi.aggregate.inputs})]
    table = {name: [] for name in names}
    ids, parent, leaf = org.ids.tolist(), org.parent.tolist(), org.is_leaf.tolist()
    for kpi in kpis:
        for period in periods:
            chances = cycled(draw, st.integers(0, 9), len(org))
            values = cycled(draw, REPORTS, len(org))
            covered = [False] * len(org)
            for row, chance in enumerate(chances):
                covered[row] = inner == "total" and parent[row] >= 0 and covered[parent[row]]
                if covered[row] or chance >= (8 if leaf[row] else 2):
                    continue
                covered[row] = True
                first, second = values[row], float(chance)
                entry = {"node": ids[row], "kpi": kpi.name, "period": period}
                for column in kpi.aggregate.inputs:
                    entry[column] = second if column in ("weight", "denominator") else first
                for name in names:
                    table[name].append(entry.get(name))
    return table


@frozen
class Case:
    """One whole cycle, as tables and rules."""

    units: dict
    kpis: ck.Kpis
    periods: tuple
    goals: dict
    actuals: dict
    missing: str
    inner: str
    card: ck.Scorecard

    def targets(self):
        return ck.cascade(tree(self.units), self.kpis, self.goals, periods=self.periods)

    def results(self):
        return ck.measure(self.targets(), self.actuals, missing=self.missing, inner=self.inner)

    def gaps(self):
        return ck.gaps(ck.score(self.results(), self.card))


@st.composite
def cases(draw, largest=8, missing=("renormalise", "zero", "hold")):
    table = draw(units(largest, widest=15))
    org, rules = tree(table), draw(kpis())
    periods = draw(st.sampled_from([("2026",), ("Q1", "Q2")]))
    inner = draw(st.sampled_from(["total", "own"]))
    return Case(
        table,
        rules,
        periods,
        draw(goals_tables(org, rules, periods))[0],
        draw(reports(org, rules, periods, inner)),
        draw(st.sampled_from(missing)),
        inner,
        draw(scorecards(rules, org.kind_names, missing)),
    )
