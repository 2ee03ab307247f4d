"""Hypothesis strategies: ragged organisations, KPIs, goals, reports, scorecards.

Tables are dicts of lists, as a user would write them, so that a test can shuffle their rows.
"""

import math
from fractions import Fraction

import attrs
import numpy as np
from attrs import frozen
from hypothesis import strategies as st

import cascade_kpi as ck

NASTY = [
    "a", "b", "B", "7", "07", " 7", "é", "e\u0301", "日本", "\U0001f600", "<b>", "=1+1", "a\nb",
    "\u202eabc", "x" * 70, "0", "-1", "None", "nan", "'", '"', "a\tb", "\x00a", "ﬁ",
]  # fmt: skip
PLAIN_FLOATS = st.floats(-1e9, 1e9, allow_subnormal=False)
REPORTS = st.one_of(st.integers(-1000, 1000).map(float), PLAIN_FLOATS, st.just(0.0), st.just(0.1))
CLAIMS = st.one_of(
    st.integers(1, 1000).map(float),
    st.floats(1e-3, 1e6, allow_subnormal=False),
    st.sampled_from([0.1, 1 / 3, 1e-12, 1e14, 3e15, 2.0**51]),
)
LOTS = st.sampled_from([None, 1, 1_000, "0.01", "0.3", 0.5])
KINDS = ("", "team", "person")


def cycled(draw, elements, n, shortest=1):
    """A list of n elements; long ones repeat themselves, so that they are drawn quickly."""
    some = draw(st.lists(elements, min_size=min(n, shortest), max_size=min(n, 14)))
    return [some[i % len(some)] for i in range(n)] if n else []


@st.composite
def parents(draw, largest=12, widest=90):
    """Position of each node's parent, -1 for the root, which comes first."""
    shape = draw(st.sampled_from(["any", "any", "any", "chain", "star", "wide"]))
    if shape == "wide":  # wider than the kernels' limits for narrow groups
        n = draw(st.sampled_from([n for n in (14, 15, 66, 90) if n <= widest]))
        return [-1, 0, *([1] * (n - 2))]
    n = draw(st.integers(1, largest))
    if shape == "chain":
        return list(range(-1, n - 1))
    if shape == "star":
        return [-1] + [0] * (n - 1)
    return [-1, *(draw(st.integers(0, i - 1)) for i in range(1, n))]


def idents(n):
    """n different ids: whole numbers or text, in no order."""
    numbers = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-5, 200)
    words = st.sampled_from(NASTY) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)
    if n > 14:
        return st.randoms(use_true_random=False).map(
            lambda random: random.sample([f"n{i}" for i in range(2 * n)], n)
        )
    unblank = words.filter(lambda word: word.strip() != "")
    lists = [st.lists(some, min_size=n, max_size=n, unique=True) for some in (numbers, unblank)]
    return st.one_of(lists)


@st.composite
def units(draw, largest=12, widest=90):
    """A table of units with a driver, agreed shares, a baseline and a kind."""
    above = draw(parents(largest, widest))
    n = len(above)
    ids = draw(idents(n))
    children = [[i for i in range(n) if above[i] == p] for p in range(n)]
    driver, shares = cycled(draw, CLAIMS, n), [None] * n
    for group in children:
        weights = cycled(draw, st.integers(1, 9), len(group))
        for child, weight in zip(group, weights, strict=True):
            shares[child] = weight / sum(weights)
    table = {
        "id": ids,
        "parent": [None if p < 0 else ids[p] for p in above],
        "kind": cycled(draw, st.sampled_from(KINDS), n),
        "driver": [None if children[i] else driver[i] for i in range(n)],
        "share": shares,
        "base": cycled(draw, st.none() | st.integers(-9, 9).map(float), n),
    }
    order = draw(st.permutations(range(n))) if n <= 14 else range(n)[::-1]
    return shuffled(table, order)


def shuffled(table, order):
    """The rows of a table in another order."""
    return {name: [column[i] for i in order] for name, column in table.items()}


def tree(table):
    return ck.OrgTree.from_table(table, kind="kind")


def orgs(largest=12):
    return units(largest).map(tree)


def children_of(org):
    """Rows of every node's children, in sibling order, by the plain way."""
    below = [[] for _ in range(len(org))]
    for row, parent in enumerate(org.parent.tolist()):
        if parent >= 0:
            below[parent].append(row)
    return below


# ------------------------------------------------------------------------------- rules

AGGREGATES = st.sampled_from(
    [
        ck.aggregates.Sum(),
        ck.aggregates.Mean(),
        ck.aggregates.WeightedMean(),
        ck.aggregates.Ratio(),
        ck.aggregates.Ratio(100),
        ck.aggregates.Min(),
        ck.aggregates.Max(),
        ck.aggregates.Last(),
        ck.aggregates.Last(ck.aggregates.Ratio(365)),
        ck.aggregates.Last(ck.aggregates.Max()),
    ]
)
DIVIDING = st.sampled_from(
    [ck.splits.Equal(), ck.splits.ProRata("driver"), ck.splits.FixedShares("share")]
)
SPLITS = DIVIDING | st.just(ck.splits.Shared())
DIRECTIONS = st.sampled_from(["higher", "lower", ck.directions.OnTarget(0.5)])


@st.composite
def kpis(draw, most=3):
    names = draw(st.lists(st.sampled_from(NASTY), min_size=1, max_size=most, unique=True))
    return ck.Kpis([draw(a_kpi(name)) for name in names])


@st.composite
def a_kpi(draw, name):
    """What adds up with any split; anything else shared, as dividing it is refused."""
    aggregate = draw(AGGREGATES)
    adds_up = aggregate.makeup is ck.aggregates.Makeup.SUM
    split = draw(SPLITS) if adds_up else ck.splits.Shared()
    return ck.Kpi(
        name,
        "unit",
        better=draw(DIRECTIONS),
        aggregate=aggregate,
        split=split,
        lot=draw(LOTS) if split.divides else None,
        decimals=draw(st.integers(0, 3)),
    )


LEVELS = st.lists(
    st.tuples(st.integers(-8, 16).map(lambda x: x / 8), st.integers(-50, 200).map(float)),
    min_size=2,
    max_size=5,
    unique_by=lambda level: level[0],
).map(sorted)
LINES = st.one_of(
    st.builds(ck.curves.Linear, st.integers(-100, 200), st.just(None) | st.just(-10.0), st.none()),
    st.builds(ck.curves.Piecewise, LEVELS, st.none() | st.just(0.0), st.none() | st.just(7.5)),
    st.builds(ck.curves.Steps, LEVELS, st.integers(-5, 5).map(float)),
)
EIGHTHS = st.integers(-8, 16).map(lambda x: x / 8)
APART = st.lists(EIGHTHS, min_size=4, max_size=4, unique=True).map(sorted)
TIERS = LEVELS.map(lambda levels: [(start, abs(rate)) for start, rate in levels])
CAPS = st.none() | st.integers(5, 300)
SHAPED = st.one_of(
    LINES,
    st.builds(
        lambda xs, down, **ends: ck.curves.Levels(
            threshold=(xs[-1] if down else xs[0], 40), target=(xs[1], 100),
            stretch=(xs[0] if down else xs[-1], 130), **ends,
        ),
        APART, st.booleans(), below=st.none() | st.just(7), above=st.none() | st.just(200),
    ),
    st.builds(lambda xs: ck.curves.GoalRedFlag(xs[3], xs[1], 90, 5), APART),
    st.builds(lambda xs: ck.curves.GoalRedFlag(xs[0], xs[2]), APART),
    st.builds(lambda xs, top: ck.curves.Plateau(xs[1:3], xs[::3], top), APART, st.integers(0, 120)),
    st.builds(
        ck.curves.Tolerances, LEVELS.map(lambda levels: [(x + 1, y) for x, y in levels]),
        EIGHTHS, st.just(3),
    ),
    st.builds(ck.curves.Table, LEVELS, st.sampled_from(["lower", "higher", "nearest"])),
    st.builds(
        ck.curves.AddDeduct, st.integers(0, 30), st.integers(0, 30),
        every=st.sampled_from([0.1, 0.25]), at=EIGHTHS, most=st.just(117),
        least=st.just(0) | st.just(55),
        counted=st.sampled_from(["in_proportion", "completed", "begun"]),
    ),
    st.builds(ck.curves.AddDeduct, st.integers(0, 9), st.integers(0, 9), most=CAPS.map(
        lambda cap: cap and cap + 100), least=st.none(), every=st.just(0.01), at=EIGHTHS),
    st.builds(ck.curves.MarginalTiers, TIERS, base=st.integers(-5, 5), most=CAPS),
    st.builds(ck.curves.RetroactiveTiers, TIERS, base=st.integers(-5, 5), most=CAPS),
    st.builds(
        lambda xs, y: ck.curves.Smoothstep((xs[0], 50), (xs[2], y)), APART, st.integers(0, 99)
    ),
    st.builds(lambda xs: ck.curves.Logistic((xs[3], 20), (xs[0], 80), -10), APART),
)  # fmt: skip
CURVES = st.one_of(
    SHAPED,
    st.builds(ck.curves.Rounded, SHAPED, st.integers(0, 2), st.sampled_from(["half_up", "down"])),
    st.builds(ck.curves.Threshold, SHAPED, EIGHTHS, st.just(-1)),
    st.builds(lambda *chain: ck.curves.Composed(chain), LINES, LINES | st.just(
        ck.curves.Linear(1, floor=5, cap=60))),
)  # fmt: skip
ATTAINMENTS = st.sampled_from(
    [
        ck.attainments.Proportion("met"),
        ck.attainments.Proportion("exclude"),
        ck.attainments.Progress("base", "exclude"),
        ck.attainments.Result(),
        ck.attainments.Difference(),
        ck.attainments.Quotient(3, "exclude"),
        ck.attainments.Improvement("base", "exclude"),
    ]
)


@st.composite
def weights(draw, names):
    """Weights of some of the names, that sum to 100."""
    some = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(some) - 1, max_size=len(some))))
    edges = [0, *cuts[: len(some) - 1], 100]
    return {name: float(b - a) for name, a, b in zip(some, edges, edges[1:], strict=False)}


@st.composite
def scorecards(draw, kpis, kinds, missing=("renormalise", "zero", "hold")):
    items = []
    for kpi in kpis:
        attainment = draw(ATTAINMENTS)
        if isinstance(kpi.better, ck.directions.OnTarget) and attainment.columns:
            attainment = ck.attainments.Proportion("met")  # progress knows no band: refused
        items.append(ck.Item(kpi.name, draw(CURVES), attainment))
    names = [item.kpi for item in items]
    groups = draw(st.lists(st.sampled_from([*kinds, "*"]), min_size=1, unique=True))
    bands = {"top": 90.0, "mid": 50.5, "low": None}
    return ck.Scorecard(
        items,
        {group: draw(weights(names)) for group in groups},
        missing=draw(st.sampled_from(missing)),
        grades=draw(st.sampled_from([None, ck.Grades.from_edges(bands, decimals=1)])),
    )


# ------------------------------------------------------------- goals, and a plain cascade


def read_claims(claims):
    """Claims as integers, as docs/semantics.md says, by exact arithmetic."""
    exact = [Fraction(claim) for claim in claims]
    if all(claim.denominator == 1 for claim in exact) and sum(exact) < 2**51:
        return [int(claim) for claim in exact]
    bits = 51 - (len(claims) - 1).bit_length()
    power = Fraction(2) ** (bits - math.frexp(max(claims))[1])
    return [round(claim * power) for claim in exact]


def largest_remainder(lots, claims):
    """Hamilton's rule in exact arithmetic, ties to the earlier."""
    amount, total = abs(lots), sum(claims)
    if total == 0:
        return [0] * len(claims)
    quotas = [amount * claim // total for claim in claims]
    remainders = [amount * claim % total for claim in claims]
    ranked = sorted(range(len(claims)), key=lambda i: (-remainders[i], i))
    for i in ranked[: amount - sum(quotas)]:
        quotas[i] += 1
    return [quota if lots >= 0 else -quota for quota in quotas]


def claims_of(org, split):
    """Every node's claim by the plain way; None for a shared split."""
    if isinstance(split, ck.splits.Shared):
        return None
    if isinstance(split, ck.splits.Equal):
        return [1.0] * len(org)
    if isinstance(split, ck.splits.FixedShares):
        return [0.0 if share is None else share for share in org.columns["share"].tolist()]
    claims = [math.nan if c is None else c for c in org.columns["driver"].tolist()]
    for row, below in reversed(list(enumerate(children_of(org)))):
        if below:
            claims[row] = claims[below[0]]
            for child in below[1:]:
                claims[row] += claims[child]
    return claims


@st.composite
def divided(draw, org, claims, total, lower=True):
    """Goals of some nodes below a root that has `total` lots, and everybody's lots.

    The goals are drawn on the way down so that they can be met.
    """
    lots, goals = [0] * len(org), {0: total}
    lots[0] = total
    keep = draw(st.booleans()) if lower else False
    for row, below in enumerate(children_of(org)):
        if not below:
            continue
        sign, left = (-1 if lots[row] < 0 else 1), abs(lots[row])
        free = {child: claims[child] for child in below}
        for child in below[:6] if keep else ():
            some_left = any(claim for other, claim in free.items() if other != child)
            if some_left and draw(st.integers(0, 3)) == 0:
                given = draw(st.integers(0, left))
                lots[child] = goals[child] = sign * given
                left -= given
                del free[child]
        read = read_claims([free.get(child, 0.0) for child in below])
        for child, share in zip(below, largest_remainder(sign * left, read), strict=True):
            lots[child] = share if child in free else lots[child]
    return goals, lots


ROOT_LOTS = st.one_of(
    st.integers(-100, 1000), st.integers(0, 1 << 50), st.sampled_from([0, 1, (1 << 51) - 1])
)


@st.composite
def goals_tables(draw, org, kpis, periods, lower=True):
    """A goals table, and the targets it leads to per KPI and period, (p, n) in KPI units."""
    rows, expected = [], []
    for kpi in kpis:
        claims = claims_of(org, kpi.split)
        per_period = []
        for period in periods:
            if claims is None:
                goals = {0: draw(st.integers(-20, 200).map(float))}
                extra = draw(st.lists(st.integers(0, len(org) - 1), max_size=2 if lower else 0))
                goals |= {row: draw(st.integers(-20, 200).map(float)) for row in extra}
                targets = [0.0] * len(org)
                for row, parent in enumerate(org.parent.tolist()):
                    targets[row] = goals[row] if row in goals else targets[parent]
            else:
                small = draw(st.integers(-100, 1000))
                goals, lots = draw(divided(org, claims, small, lower))
                exact = kpi.counted_in.exact
                goals = {row: float(count * exact) for row, count in goals.items()}
                targets = [float(count * exact) for count in lots]
            per_period.append(targets)
            ids = org.ids.tolist()
            rows += [(ids[row], kpi.name, period, value) for row, value in goals.items()]
        expected.append(np.array(per_period))
    columns = zip(*rows, strict=True)
    return dict(zip(("node", "kpi", "period", "value"), map(list, columns), strict=True)), expected


# ------------------------------------------------------------------------------ reports


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


# ------------------------------------------------------------- targets made in several steps


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
