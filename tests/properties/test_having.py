"""Everybody scored at once, whoever has which items, is everybody scored alone: to the bit."""

from unittest import mock

import numpy as np
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, attainments, combines, triggers
from cascade_kpi.scoring import block, having, kernel
from tests.scoring.parts import Last

NODES, POSTS = 70, 5
KPIS = ("a", "b", "c", "d", "e", "odd")
PERIODS = ck.Periods(("Q1", "Q2"))
OUTER, INNER = ("a", "d", "odd", "e"), ("b", "c", "rated")
LINE = ck.curves.Linear(cap=130)
LINE01 = ck.curves.Piecewise([(0, 0), (120, 120)])


@frozen
class Picky:
    """An item of one's own that raises if it is asked about a target below zero."""

    name: str
    kpi: str

    @property
    def kpis(self):
        return (self.kpi,)

    def points(self, reading):
        if (reading.target(self.kpi) < 0).any():
            raise ValueError("below zero")
        return reading.result(self.kpi) / 2

    at_target = points


@frozen(repr=False, eq=False)
class Agreed:
    """What raters agreed on, as drawn."""

    org: ck.OrgTree
    values: np.ndarray
    periods = PERIODS
    items = ("rated",)

    def at(self, item, p, nodes):
        assert item == "rated"
        return self.values[p, nodes]


COMBINES = [combines.Mean(), combines.Geometric(1), combines.Weakest(), combines.Sum(), Last()]
POLICIES = [
    absences.Renormalise(), absences.Zero(), absences.Neutral(70), absences.Parents(),
    absences.Hold(), absences.AtMost(0.3), absences.AtMost(0.5, "parents"),
    absences.AtMostItems(0.4), absences.AtMost(0.6, absences.AtMostItems(0.3, "zero")),
]  # fmt: skip
ABOVE = [absences.Parents(), absences.AtMost(0.5, "parents")]


def having_of(draw, share):
    """Of each item which posts have it, about such a share of them; all have `a`."""
    has = {name: draw.random(POSTS) < share for name in (*KPIS, "rated")}
    has["a"][:] = True
    return has


def world(draw, has, spoilt):
    """Results and ratings; of who has it not, what is spoilt cannot be made at all."""
    ids = [f"n{i}" for i in range(NODES)]
    post = draw.integers(0, POSTS, NODES)
    table = {"id": ids, "parent": ["", *(ids[draw.integers(0, i)] for i in range(1, NODES))]}
    table |= {"post": [f"p{i}" for i in post], "base": draw.uniform(1, 40, NODES)}
    org = ck.OrgTree.from_table(table)
    kpis = ck.Kpis([ck.Kpi(name, "x", aggregate=ck.aggregates.Mean()) for name in KPIS])
    shape, post = (2, NODES), post[org.source_row]
    wanted = {name: draw.uniform(50, 150, shape) for name in KPIS}
    got = {name: draw.uniform(20, 200, shape) for name in KPIS}
    for values in got.values():
        values[draw.random(shape) < 0.2] = np.nan
    for name, target in spoilt.items():
        wanted[name][:, ~has[name][post]] = target
    targets = ck.Targets.from_columns(org, kpis, wanted, periods=PERIODS)
    actuals = ck.Actuals.from_columns(org, kpis, got, periods=PERIODS)
    rated = draw.uniform(0, 120, shape)
    rated[draw.random(shape) < 0.3] = np.nan
    return ck.measure(targets, actuals, inner="own"), Agreed(org, rated)


def weights(draw, has):
    """Of every post, those of the parts that it has, to 100 in each section."""
    groups = {}
    for p in range(POSTS):
        within = [name for name in INNER if has[name][p]]
        above = [name for name in OUTER if has[name][p]] + ["inner"] * bool(within)
        entry = dict.fromkeys((*OUTER, "inner", *(INNER if within else ())), 0.0)
        for names in (above, within):
            raw = draw.integers(1, 9, len(names)) + draw.random(len(names))
            entry |= dict(zip(names, (100 * raw / raw.sum()).tolist(), strict=True))
        groups[f"p{p}"] = entry
    return ck.Weights(groups, by="post")


RULES = st.tuples(st.sampled_from(COMBINES), st.sampled_from(POLICIES))
GATES = st.sampled_from([[], [ck.Gate(triggers.PointsBelow("a", 80), 90)]])
STEPS = st.sampled_from([[], [adjustments.Within(20, 90)]])


def scored(seed, share, rules, steps):
    """What is scored by a card of two levels with rules of every kind, items of some posts."""
    numbers = np.random.default_rng(seed)
    has = having_of(numbers, share)
    ((combine, missing), (inner_combine, inner_missing)), (gates, then) = rules, steps
    # A unit above is asked for what it has, be it on its own card or not.
    spoilt = {} if missing in ABOVE else {"d": 1e-307, "odd": -1.0}
    results, agreed = world(numbers, has, spoilt)
    progress = ck.Item("b", LINE, attainment=attainments.Progress("base"))
    parts = [progress, ck.Item("c", LINE), ck.Rated("rated", LINE01)]
    inner = ck.Section("inner", parts, combine=inner_combine, missing=inner_missing)
    parts = [ck.Item("a", LINE), ck.Item("d", LINE), inner, Picky("odd", "odd"), ck.Item("e", LINE)]
    root = ck.Section("total", parts, combine=combine, missing=missing, gates=gates, then=then)
    card = ck.Scorecard(root, weights(numbers, has))
    return results, card, agreed


def bits(values):
    """To the bit, whatever bits say that there is no number."""
    return np.where(np.isnan(values), np.nan, values).tobytes()


@given(
    st.tuples(st.integers(0, 2**32 - 1), st.sampled_from([0.2, 0.5, 0.9]),
              st.tuples(RULES, RULES), st.tuples(GATES, STEPS)),
    st.sampled_from([1, 7, 64]), st.sampled_from([0.0, 0.45, 2.0]), st.sampled_from([1, 256]),
)  # fmt: skip
@settings(max_examples=25)
def test_everybody_at_once_is_everybody_alone_whatever_the_blocks(made_of, size, most, few):
    results, card, agreed = scored(*made_of)
    whole = ck.score(results, card, ratings=agreed)
    for p in range(2):
        alone = [whole.kernel.value(0, p, np.array([row])) for row in range(NODES)]
        assert bits(whole.total[p]) == bits(np.concatenate(alone))
    with (
        mock.patch.object(kernel, "_BLOCK", size), mock.patch.object(having, "MOST", most),
        mock.patch.object(block, "MOST", most), mock.patch.object(block, "_FEW", few),
    ):  # fmt: skip
        again = ck.score(results, card, ratings=agreed)
    assert bits(again.total) == bits(whole.total)
