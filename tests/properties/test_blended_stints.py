"""Ratings in stints, and stints that carry units, on arbitrary moves against plain Python."""

import math
from fractions import Fraction

import numpy as np
import pytest
from attrs import frozen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.blending import Between, Shares, Within
from tests.properties.moving.cases import HOLDERS, moved
from tests.properties.test_blending import GONE, above, bounded, tried
from tests.properties.test_explanations import bits, same_bits
from tests.properties.test_exposure import ATTAINED, GRADES, questions

pytestmark = pytest.mark.slow

PEOPLE = ck.OrgTree.from_table({"id": ["boss", *HOLDERS], "parent": ["", *["boss"] * len(HOLDERS)]})
CARD = ck.Scorecard(
    [ck.Item("sales", ck.curves.Linear(floor=None), ATTAINED),
     ck.Rated("care", ck.curves.Linear(20))],
    {"sales": 75, "care": 25}, grades=GRADES,
)  # fmt: skip
RATED = ck.Scorecard([CARD.items[1]], {"care": 100}, grades=GRADES)
PLAIN = ck.Scorecard([CARD.items[0]], {"sales": 100}, grades=GRADES)


@frozen(eq=False)
class Agreed:
    """What raters agreed on, as any object may have it."""

    org: ck.OrgTree
    periods: ck.Periods
    care: np.ndarray
    items: tuple[str, ...] = ("care",)

    def at(self, item, p, nodes):
        assert item == "care"
        return self.care[p, nodes]


@st.composite
def blends(draw):
    """Scores over stints by ratings, units' totals beside them, and how much is carried."""
    case, table, least = draw(questions())
    after = None if table is None else moved(case)
    assume(after is not None)
    before = after.of_before
    care = np.array(
        [[draw(st.sampled_from([GONE, 1.0, 3.5, 5.0])) for _ in PEOPLE.ids]
         for _ in before.periods.labels]
    )  # fmt: skip
    agreed = Agreed(PEOPLE, before.periods, care)
    over, faults = tried(
        ck.score_stints, ck.credit(after, table), CARD, ratings=agreed, least_days=least,
        post_weight="post",
    )  # fmt: skip
    assert all("has a target" in fault.reason for fault in faults)
    if faults:  # nobody's stint has a target
        over = ck.score_stints(ck.credit(after, table), RATED, ratings=agreed, least_days=least,
                               post_weight="post")  # fmt: skip
    leaves = before.org.ids[before.org.is_leaf].tolist()
    some = draw(st.lists(st.sampled_from(leaves), unique=True))
    rows = [(node, label, draw(st.integers(0, 60)))
            for node in some for label in before.periods.labels]  # fmt: skip
    reached = {name: [row[i] for row in rows] for i, name in enumerate(("node", "period", "value"))}
    units = ck.score(ck.measure(before, {**reached, "kpi": ["sales"] * len(rows)}), PLAIN)
    levels = draw(st.lists(st.sampled_from(["own", "node", "parent", 2, "root", "unit"]),
                           min_size=1, max_size=4, unique=True))  # fmt: skip
    weights = [draw(st.integers(0, 30)) for _ in levels[1:]]
    entry = dict(zip(levels, [100 - sum(weights), *weights], strict=True))
    policies = {name: draw(st.sampled_from(["renormalise", "own", "hold"]))
                for name in ("missing", "nobody")}  # fmt: skip
    within = draw(st.sampled_from([None, Within(3, 5), Within(up=0), Between(-40, 160)]))
    stage, faults = tried(ck.blend_stints, over, units, Shares(entry, **policies), within=within)
    reasons = [fault.reason for fault in faults]
    assert all("same node" in told or "of this kind" in told for told in reasons)
    if faults:  # two levels meet for everybody, or there are no units
        shares = Shares({"own": 50, "node": 20, 1: 30}, **policies)
        stage = ck.blend_stints(over, units, shares, within=within)
    return stage, care


def own_totals(stage, care):
    """The total of each stint that is judged, by the words of docs/semantics.md."""
    over = stage.scores
    done = over.credited.by_stint("sales")
    for i, judged in enumerate(over.exposure.judged.tolist()):
        rating = care[stage.periods.index(done["period"][i]), PEOPLE.row(done["holder"][i])]
        target, result = done["target"][i], done["result"][i]
        sales = GONE
        if not (math.isnan(target) or math.isnan(result)):
            sales = 100.0 * (result >= 0)
            if target:
                sales = float(100 * (1 + Fraction(result - target) / abs(Fraction(target))))
        parts = [(75, sales), (25, 20 * rating)]
        if len(over.scorecard.items) == 1:
            parts = parts[1:]
        there = [(weight, points) for weight, points in parts if not math.isnan(points)]
        if not judged or not there:
            yield GONE
            continue
        yield sum(w * points for w, points in there) / sum(w for w, _ in there)


def carried(stage, node, p, own):
    """What one stint comes to."""
    org, rule = stage.above.org, stage.shares
    top = bottom = 0.0
    held = False
    for level, share in rule.shares["*"].items():
        if not share:
            continue
        at = node if level.called in ("own", "node") else above(org, level, node)
        mine = level.called == "own"
        total = own if mine else GONE if at is None else stage.above.total[p, at]
        policy = rule.nobody.value if at is None else rule.missing.value
        if math.isnan(total) and not mine:
            if policy == "renormalise":
                continue
            total = own if policy == "own" else GONE
        held |= math.isnan(total)
        top, bottom = top + share * total, bottom + share
    mean = GONE if held or not bottom else top / bottom
    return bounded(stage.within, mean, own)


@settings(max_examples=80)
@given(blends())
def test_totals_are_those_of_plain_python(made):
    stage, care = made
    over, org = stage.scores, stage.above.org
    wanted = list(own_totals(stage, care))
    np.testing.assert_allclose(over.stint_total, wanted, rtol=1e-9, atol=1e-7)
    stints = over.credited.by_stint("sales")
    blended = [
        carried(stage, org.row(node), stage.periods.index(label), own) if judged else GONE
        for node, label, own, judged in zip(
            stints["node"], stints["period"], wanted, over.exposure.judged.tolist(), strict=True
        )
    ]
    np.testing.assert_allclose(stage.stint_total, blended, rtol=1e-9, atol=1e-7)
    for p in range(len(stage.periods)):
        for i in range(len(stage.org)):
            mine = np.flatnonzero(over.cell == p * len(stage.org) + i).tolist()
            pairs = [(over.exposure.counts[s], blended[s]) for s in mine]
            pairs = [(count, total) for count, total in pairs if not math.isnan(total)]
            mean = GONE
            if pairs:
                mean = sum(c * t for c, t in pairs) / sum(c for c, _ in pairs)
            assert stage.total[p, i] == pytest.approx(mean, rel=1e-9, abs=1e-7, nan_ok=True)


@settings(max_examples=40)
@given(blends())
def test_every_total_is_explained_to_the_bit_and_told(made):
    stage, _ = made
    for label in stage.periods.labels:
        p = stage.periods.index(label)
        for i, person in enumerate(stage.org.ids.tolist()):
            for each in (stage, stage.scores):
                why = ck.explain(each, person, period=label)
                assert bits(why.value) == bits(each.total[p, i])
                same_bits(why)
                for language in ("en", "zh"):
                    assert ck.tell(each, person, period=label, language=language).text()
