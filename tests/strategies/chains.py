"""Targets that are made in several steps."""

import attrs
import numpy as np
from attrs import frozen
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.strategies.kpis import DIVIDING, LOTS
from tests.strategies.trees import shuffled, tree, units


@frozen
class Chain:
    """Goals or quotas for a tree, and what is done to their targets one after the other."""

    units: dict
    kpis: ck.Kpis
    root: str
    goals: dict
    steps: tuple

    def first(self, org=None, kpis=None, goals=None):
        org, kpis = org or tree(self.units), kpis or self.kpis
        goals = goals or self.goals
        if self.root == "cascade":
            return ck.cascade(org, kpis, goals, periods="year")
        assigned = ck.assign(org, kpis, goals, periods="year")
        if self.root == "assign":
            return assigned
        columns = dict(zip(kpis.names, assigned.values, strict=True))
        return ck.Targets.from_columns(org, kpis, columns, periods="year")

    def then(self, targets):
        """Every step by its verb."""
        for verb, inputs in self.steps:
            made = verb(targets, **inputs)
            targets = made.targets if isinstance(made, ck.Reconciliation) else made
        return targets

    def made(self, **changes):
        """The last targets; None where inputs conflict."""
        try:
            return self.then(self.first(**changes))
        except ck.InputError:
            return None


@st.composite
def chains(draw, largest=8, roots=("cascade", "cascade", "assign", "columns")):
    table = draw(units(largest, widest=15))
    org = tree(table)
    ids, lot = org.ids.tolist(), draw(LOTS) or 1
    sales = ck.Kpi("sales", "x", split=draw(DIVIDING), lot=lot)
    share = ck.Kpi("share", "%", aggregate=ck.aggregates.Ratio(100))

    def amount(lots):
        return float(sales.counted_in.values(np.array(lots)))

    lower = draw(st.lists(st.sampled_from(ids[1:] or ids), max_size=2, unique=True))
    nodes = list(dict.fromkeys([ids[0], *lower]))
    values = [amount(draw(st.integers(50, 900)))] + [
        amount(draw(st.integers(0, 9))) for _ in nodes[1:]
    ]
    goals = {
        "node": [*nodes, ids[0]],
        "kpi": ["sales"] * len(nodes) + ["share"],
        "value": [*values, float(draw(st.integers(0, 9)))],
    }
    goals = shuffled(goals, draw(st.permutations(range(len(nodes) + 1))))
    steps, periods = [], ["year"]
    for i in range(draw(st.integers(0, 3))):
        if draw(st.integers(0, 3)) == 0:
            parts = [sales, attrs.evolve(sales, name=f"other{i}")]
            by = ck.profiles.Seasonal([draw(st.integers(1, 5)) for _ in parts])
            steps.append((ck.itemise, {"kpi": "sales", "into": parts, "by": by}))
            continue
        step, periods = draw(a_step(ids, amount, periods))
        steps.append(step)
    return Chain(table, ck.Kpis([sales, share]), draw(st.sampled_from(roots)), goals, tuple(steps))


@st.composite
def a_step(draw, ids, amount, periods):
    """A verb and its inputs, and the periods of what it makes."""
    if draw(st.booleans()) and len(periods) < 6:
        sizes = {label: draw(st.integers(1, 3)) for label in periods}
        parts = {label: [f"{label}{i}" for i in range(n)] for label, n in sizes.items()}
        season = [draw(st.integers(1, 5)) for _ in parts[periods[0]]]
        alike = len(set(sizes.values())) == 1
        by = ck.profiles.Seasonal(season) if alike else ck.profiles.Even()
        after = [label for labels in parts.values() for label in labels]
        return (ck.phase, {"periods": parts, "by": by}), after
    offered = draw(st.lists(st.sampled_from(ids), max_size=3, unique=True))
    bound = draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))
    offers = {
        "node": offered, "kpi": ["sales"] * len(offered), "period": [periods[-1]] * len(offered),
        "value": [amount(draw(st.integers(0, 90))) / 3 for _ in offered],
        "confidence": [draw(st.sampled_from([0.5, 1, 4])) for _ in offered],
    }  # fmt: skip
    limits = {
        "node": bound, "kpi": ["sales"] * len(bound), "period": [periods[0]] * len(bound),
        "cap": [amount(draw(st.integers(100, 2_000))) for _ in bound],
    }  # fmt: skip
    rule = draw(st.sampled_from([1.0, ck.confidences.Structural(), {"sales": 3}]))
    inner = draw(st.sampled_from(["total", "own"]))
    inputs = {"offers": offers, "limits": limits, "confidence": rule, "inner": inner}
    return (ck.reconcile, inputs), periods
