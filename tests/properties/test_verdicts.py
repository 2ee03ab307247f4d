"""Verdicts, bounds and grades of a rule check against a plain reference that scores one person."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, attainments, curves, directions, triggers
from tests.properties.test_cards import COMBINES, POLICIES, Plain
from tests.properties.test_examination import GRADES, any_curve

KPIS = ("a", "b", "c", "d")
SHARES = np.array([-0.5, 0.0, 0.25, 0.5, 0.8, 0.9, 1.0, 1.1, 1.2, 1.25, 1.5, 2.0, 3.0])
RATINGS = np.array([-1.0, 0.0, 0.5, 0.8, 1.0, 1.2, 2.0])
LEVELS = st.sampled_from([-1000.0, -20.0, 0.0, 0.5, 1.0, 40.0, 60.0, 100.0, 1000.0])
CAPS = st.sampled_from([-10.0, 0.0, 50.0, 100.0, 1000.0])
PARTS = {"total": ["upper", "d", "rated"], "upper": ["a", "lower"], "lower": ["b", "c"]}
SEEN = {"total": ["upper", "lower", *KPIS, "rated"], "upper": ["a", "b", "c", "d", "lower"],
        "lower": [*KPIS, "rated"]}  # fmt: skip
STATES = 12
WEIGHTS = [
    {"upper": 50, "d": 30, "rated": 20, "a": 40, "lower": 60, "b": 75, "c": 25},
    {"upper": 80, "d": 0, "rated": 20, "a": 0, "lower": 100, "b": 100, "c": 0},
    {"upper": 100, "d": 0, "rated": 0, "a": 100, "lower": 0},
]


class Alone(Plain):
    """One person who has some results and ratings, and somebody above who has others."""

    def __init__(self, card, kpis, targets, state, above=None, span=None):
        org = SimpleNamespace(columns={"difficulty": [state["difficulty"]]})
        super().__init__(SimpleNamespace(of=None, org=org), card)
        self.kpis, self.targets, self.state = kpis, targets, state
        self.above, self.span = above, span

    def where(self, name, value):
        """The same person with another result."""
        state = {**self.state, name: value}
        return Alone(self.card, self.kpis, self.targets, state, self.above, self.span)

    @property
    def inside(self):
        """Whether a is read at an attainment that something is said of."""
        attained = self.attainment("a", 0)
        return self.span is None or not (attained < self.span[0] or attained > self.span[1])

    def number(self, of, kpi, row):
        return self.state[kpi]

    def attainment(self, name, row):
        item = self.part(name)
        given = np.array([self.state[item.kpi]]), np.array([self.targets[item.kpi]])
        with np.errstate(all="ignore"):
            return float(item.attainment(*given, self.kpis[item.kpi].better)[0])

    def weight(self, section, part, row):
        outline = self.card.outline
        above = outline.above[outline.position(section.name)]
        if above >= 0 and not self.weight(outline.parts[above], section, row):
            return 0.0  # nothing in a section that is not on the card is
        return self.card.weights.groups["*"].get(part.name, 0.0 if section.combine.weighs else 1.0)

    def points(self, part, row):
        if isinstance(part, ck.Rated):
            return float(part.curve(np.array([self.state[part.question]]))[0])
        return super().points(part, row)

    def filled(self, policy, part, row):
        if isinstance(policy, absences.Parents):
            return math.nan if self.above is None else self.above.points(part, row)
        known = isinstance(policy, absences.Zero | absences.Neutral)
        return super().filled(policy, part, row) if known else math.nan

    @property
    def total(self):
        return self.points(self.card.root, 0)


# ----------------------------------------------------------------------------- any card


@frozen
class Wavy:
    """A curve of one's own that does not tell its shape."""

    def __call__(self, attainment):
        return 50 + 30 * np.sin(3 * np.asarray(attainment, dtype=float))


RISING = st.sampled_from(
    [
        curves.Linear(cap=120),
        curves.Linear(50, floor=30, cap=90),
        curves.Linear(),
        curves.Piecewise([(0.5, 0), (1.0, 100), (1.2, 150)]),
        curves.Piecewise([(0, 20), (1.5, 80)], above=80),
        curves.Smoothstep((0.5, 10), (1.0, 100)),
    ]
)
STEPPED = st.just(curves.Steps([(0.8, 60), (1.0, 100)], 0))


@frozen
class Manner:
    """How rules are drawn: any, rising ones, or rising ones that seldom jump.

    Of rules that are drawn at random nearly none is monotone or continuous: what is proved of
    those that are would not be tried.
    """

    kpis: ck.Kpis
    kind: str

    @property
    def tame(self):
        return self.kind != "any"

    @property
    def levels(self):
        return LEVELS if self.kind != "smooth" else st.sampled_from([-1000.0, 0.0, 1000.0])

    def curve(self):
        kinds = {"any": any_curve() | st.just(Wavy()), "smooth": RISING}
        return kinds.get(self.kind, RISING | STEPPED)

    def reading(self, name):
        """An attainment that suits the direction of a KPI, for targets from 50 to 200."""
        better = self.kpis[name].better
        kinds = [attainments.Proportion(), attainments.Quotient(), attainments.Difference()]
        if self.kind != "smooth":
            kinds.append(attainments.Rounded(attainments.Proportion(), 1))
        if not self.tame:
            kinds.append(attainments.Result())
        if not isinstance(better, directions.OnTarget):
            low, high = (20.0, 220.0) if isinstance(better, directions.Higher) else (220.0, 20.0)
            kinds += [attainments.Progress(low), attainments.Goalposts(low, high),
                      attainments.Goalposts(low, high, floor=None, cap=None)]  # fmt: skip
        return st.sampled_from(kinds)

    def leaf(self, name):
        """A condition on a part or a KPI."""
        mine = [st.builds(triggers.PointsBelow, st.just(name), self.levels)]
        if name in KPIS:
            level = self.levels.map(lambda x: x / 50)
            mine.append(st.builds(triggers.AttainmentBelow, st.just(name), level))
            kinds = {1: [triggers.ResultBelow], -1: [triggers.ResultAtLeast], 0: []}
            way = better_by(self.kpis, name)
            every = kinds[way] if self.tame else [triggers.ResultBelow, triggers.ResultAtLeast]
            every = [] if self.kind == "smooth" else every
            mine += [st.builds(kind, st.just(name), LEVELS) for kind in every]
        return st.one_of(mine)

    def asked(self, section):
        """What a gate or a veto asks."""
        leaf = st.sampled_from(SEEN[section]).flatmap(self.leaf)
        pair = st.lists(leaf, min_size=2, max_size=2)
        return leaf | st.builds(triggers.AnyOf, pair) | st.builds(triggers.AllOf, pair)

    def line(self):
        """Points of what an adjustment brings."""
        if self.tame:
            return st.sampled_from([curves.Linear(0.5, floor=0.2, cap=2), curves.Linear(9, cap=5)])
        slopes = st.sampled_from([-5.0, 0.1, 20.0])
        ends = st.sampled_from([(-0.2, 0.0), (-0.2, 2.0), (0.0, 1.0), (1.0, 20.0), (2.0, 2.0)])
        return st.builds(
            lambda slope, two: curves.Linear(slope, floor=two[0], cap=two[1]), slopes, ends
        )


@st.composite
def section(draw, manner, name, parts, extra):
    """A section with gates and adjustments of every kind."""
    capped = st.sampled_from([[], PARTS[name][:1]])
    gate = st.builds(ck.Gate, manner.asked(name), CAPS, capped)
    steps = []
    for _ in range(draw(st.integers(0, 2))):
        ends = sorted(draw(st.lists(CAPS, min_size=2, max_size=2)))
        part = ck.Item(draw(st.sampled_from(KPIS)), draw(manner.line()), named=extra.pop())
        kinds = [
            adjustments.Within(draw(st.sampled_from([None, ends[0]])), ends[1]),
            adjustments.Veto(draw(manner.asked(name)), draw(CAPS)),
            adjustments.Scale("difficulty"),
            adjustments.Add(part),
            adjustments.Multiply(part),
        ]
        steps.append(draw(st.sampled_from(kinds)))
    policy = draw(POLICIES | st.just(absences.Refuse()))
    gates = draw(st.lists(gate, max_size=2))
    return ck.Section(name, parts, draw(COMBINES), policy, gates, steps)


@st.composite
def ruled(draw):
    """Three levels over four KPIs and a question, of rules of every kind; and the KPIs."""
    betters = st.sampled_from([directions.Higher(), directions.Lower(), directions.OnTarget(5)])
    kpis = ck.Kpis(
        [ck.Kpi(n, "x", better=draw(betters), aggregate=ck.aggregates.Mean()) for n in KPIS]
    )
    manner = Manner(kpis, draw(st.sampled_from(["any", "rising", "smooth"])))
    a, b, c, d = (ck.Item(n, draw(manner.curve()), draw(manner.reading(n))) for n in KPIS)
    rated = ck.Rated("asked", draw(RISING if manner.tame else any_curve()), named="rated")
    extra = [f"extra {i}" for i in range(6)]
    lower = draw(section(manner, "lower", [b, c], extra))
    upper = draw(section(manner, "upper", [a, lower], extra))
    root = draw(section(manner, "total", [upper, d, rated], extra))
    weights = draw(st.sampled_from(WEIGHTS))
    missing = draw(st.sampled_from(["renormalise", "zero", "hold"]))
    return ck.Scorecard(root, {"*": weights}, grades=GRADES, missing=missing), kpis


# ------------------------------------------------------------------------------- people


def people(rng, found):
    """Targets, and results against them: many at the edges of rules, some off them."""
    targets = {name: float(rng.choice([50.0, 100.0, 200.0])) for name in KPIS}
    tried = found.facts.bench.tried
    for _ in range(STATES):
        state = {"difficulty": float(rng.choice([0.0, 0.5, 1.0, 1.3]))}
        for name in KPIS:
            grid = [SHARES * targets[name], [rng.uniform(-100, 500)]]
            if name in tried:  # of the bench's target, which need not be this one
                grid.append(rng.choice(tried[name], 3))
            state[name] = float(rng.choice(np.concatenate(grid)))
        state["asked"] = float(rng.choice(RATINGS))
        yield targets, state


def some_absent(rng, state):
    return {n: v if n == "difficulty" or rng.random() > 0.3 else math.nan for n, v in state.items()}


def near(one, other, size):
    return abs(one - other) <= size * (1 + abs(one))


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(ruled(), st.sampled_from([None, (-0.5, 0.9), (-0.1, 1.1)]), st.integers(0, 10**6))
def test_what_is_claimed_of_any_rule_is_never_met_otherwise(rule, span, seed):
    (card, kpis), rng = rule, np.random.default_rng(seed)
    found = ck.examine(card, kpis, within={} if span is None else {"a": span})
    facts = found.facts
    for targets, state in people(rng, found):
        above = Alone(card, kpis, targets, next(people(rng, found))[1], span=span)
        gone = some_absent(rng, state)
        made = [Alone(card, kpis, targets, each, above, span) for each in (state, gone)]
        if not all(plain.inside for plain in (*made, above)):
            continue
        bounded(facts, card, made)
        for mode, plain in zip(("all reported", "whatever absent"), made, strict=True):
            graded(facts, plain, mode)
        if facts.monotone(0) == "yes":
            rising(rng, kpis, made)
        if facts.continuous(0) == "yes":
            joined(rng, targets, made)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(ruled())
def test_what_is_met_in_the_tries_is_what_the_card_says(rule):
    """Counter-examples and bounds that are reached are those of the plain reference."""
    card, kpis = rule
    facts = ck.examine(card, kpis).facts
    bench, weights = facts.bench, facts.posts.weights[0]
    states = {name: column[::60] for name, column in bench.states.items()}
    (totals,) = bench.values(weights, states, [0])
    for at, total in enumerate(totals.tolist()):
        state = {"difficulty": 1.0, "asked": math.nan, **dict.fromkeys(KPIS, math.nan)}
        state |= {name: float(column[at]) for name, column in states.items()}
        plain = Alone(card, kpis, {**dict.fromkeys(KPIS, 1.0), **bench.targets}, state).total
        np.testing.assert_allclose(total, plain, rtol=1e-9, atol=1e-9)


def bounded(facts, card, made):
    """Every part lies between its bounds, everything reported or not."""
    for absent, plain in enumerate(made):
        for i, ends in facts.bounds[0].items():
            value = plain.points(card.outline.parts[i], 0)
            if not math.isnan(value):
                room = 1e-6 * (1 + abs(value))
                assert ends[absent].low - room <= value <= ends[absent].high + room


def graded(facts, plain, mode):
    """No total gets a grade that is unreachable."""
    if not math.isnan(plain.total):
        (code,) = GRADES.codes(np.array([plain.total])).tolist()
        assert facts.grades(0, mode)[GRADES.labels[code]] != "no"


def better_by(kpis, name):
    """1 where more is better, -1 where less is, 0 where neither is."""
    way = {directions.Higher: 1, directions.Lower: -1, directions.OnTarget: 0}
    return 1 if name == "asked" else way[type(kpis[name].better)]


def rising(rng, kpis, made):
    """No better result brings a lower total, the same absent."""
    for plain in made:
        for name in (*KPIS, "asked"):
            step = better_by(kpis, name) * float(rng.choice([1e-9, 0.1, 1.0, 30.0, 400.0]))
            after = plain.where(name, plain.state[name] + step)
            if not math.isnan(plain.total) and after.inside:
                assert after.total >= plain.total or near(plain.total, after.total, 1e-7)


def joined(rng, targets, made):
    """No result that is a hair from another brings another total."""
    for plain in made:
        for name in (*KPIS, "asked"):
            hair = float(rng.choice([-1e-9, 1e-9])) * (1.0 if name == "asked" else targets[name])
            begin = plain.state[name]
            there = not math.isnan(plain.total) and not math.isnan(begin)
            if there and plain.where(name, begin + hair).inside:
                assert not jumps(plain, name, begin, begin + hair)


def jumps(plain, name, begin, end):
    """Whether a total jumps on the way, rather than rises as steeply as a root does at zero."""

    one, other = plain.where(name, begin).total, plain.where(name, end).total
    far = abs(one - other)
    while not near(one, other, 1e-4):
        middle = begin + (end - begin) / 2
        if middle in (begin, end):
            return abs(one - other) > 0.9 * far
        at = plain.where(name, middle).total
        if abs(at - one) >= abs(other - at):
            end, other = middle, at
        else:
            begin, one = middle, at
    return False
