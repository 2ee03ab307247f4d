"""Items that read what several raters agreed on."""

import math

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import adjustments, triggers
from cascade_kpi.records import from_json, to_json
from tests.helpers import refused

ORG = ck.OrgTree.from_table(
    {"id": ["shop", "li", "wang", "zhao"], "parent": ["", "shop", "shop", "shop"]}
)
KPI = ck.Kpi("sales", "x", aggregate=ck.aggregates.Mean())
TARGETS = ck.cascade(ORG, [KPI], {"sales": 100}, periods="2026")
RESULTS = ck.measure(
    TARGETS,
    {"node": ["li", "wang", "zhao"], "kpi": ["sales"] * 3, "value": [120.0, 105.0, 90.0]},
)
RATINGS = ck.Ratings.from_table(
    {
        "node": ["li"] * 4 + ["wang"] * 2,
        "rater": ["shop", "wang", "zhao", "mo", "shop", "li"],
        "relation": ["manager", "peer", "peer", "peer", "manager", "peer"],
        "item": ["teamwork"] * 6,
        "value": [4, 2, 3, 4, 3, 5],
    },
    ORG,
    scale=ck.rating.Scale(1, 5),
    periods="2026",
    outside=["peer"],
)
RULE = ck.rating.Raters({"manager": 60, "peer": 40})
AGREED = ck.consolidate(RATINGS, RULE)
WEIGHTS = {"sales": 70, "teamwork": 30}
PARTS = [ck.Item("sales"), ck.Rated("teamwork", ck.curves.Linear(20))]
CARD = ck.Scorecard(PARTS, WEIGHTS)


def scores(card=CARD, ratings=AGREED):
    return ck.score(RESULTS, card, ratings=ratings)


def test_points_are_those_of_the_agreed_rating_and_nobody_s_is_absent():
    made = scores()
    li, wang, zhao = ORG.rows(["li", "wang", "zhao"])
    assert made.points("teamwork")[0, [li, wang]].tolist() == pytest.approx([72.0, 76.0])
    assert math.isnan(made.points("teamwork")[0, zhao])
    assert made.total[0, [li, wang, zhao]].tolist() == pytest.approx([105.6, 96.3, 90.0])
    np.testing.assert_array_equal(made.points("teamwork"), AGREED.of("teamwork") * 20)


@pytest.mark.parametrize("nodes", [slice(1, 3), np.array([3, 1]), slice(0, 0)], ids=repr)
def test_some_nodes_have_what_all_have(nodes):
    found = AGREED.at("teamwork", 0, nodes)
    np.testing.assert_array_equal(found, AGREED.of("teamwork")[0, nodes])


def test_what_does_not_fit_is_refused():
    assert "no ratings to score by" in refused(ck.score, RESULTS, CARD)[0].reason
    other = ck.Scorecard([ck.Rated("courage", ck.curves.Linear())], {"courage": 100})
    (fault,) = refused(ck.score, RESULTS, other, ratings=AGREED)
    assert (fault.reason, fault.value) == ("no ratings of this question", "courage")


def test_come_back_from_json_with_their_ratings():
    lenient = ck.consolidate(ck.rating.leniency(RATINGS), RULE, ck.rating.Office())
    for agreed in (AGREED, lenient):
        made = scores(ratings=agreed)
        again = from_json(to_json(made))
        assert again == made
        assert again.ratings == agreed
        assert from_json(to_json(ck.gaps(made))) == ck.gaps(made)


def test_are_explained_by_the_ratings():
    made = scores()
    told = ck.explain(made, "li")
    assert told.evaluate() == told.value == made.total[0, ORG.row("li")]
    text = told.text(None)
    assert "teamwork of li, 2026, by manager = 4 points" in text
    assert "single ones are not shown" in text
    assert "wang" not in text


def test_what_is_withheld_from_an_audience_is_not_to_be_computed():
    veto = [adjustments.Veto(triggers.PointsBelow("teamwork", 10))]
    inner = ck.Section("conduct", PARTS[1:])
    for card in (
        CARD,
        ck.Scorecard(ck.Section("all", PARTS, then=veto), WEIGHTS),
        ck.Scorecard([PARTS[0], inner], {"sales": 70, "conduct": 30, "teamwork": 100}),
    ):
        made = scores(card)
        told = ck.explain(made, "wang")
        assert math.isnan(told.value)
        assert told.source.startswith("withheld")
        text = told.text(None)
        assert "96.3" not in text
        assert "= 76 " not in text
        assert math.isnan(ck.explain(made, "wang", kpi="teamwork").value)
        gaps = ck.explain(ck.gaps(made), "wang")
        assert "96.3" not in gaps.text(None)
        whole = ck.explain(scores(card, AGREED.seen_by(ck.rating.Office())), "wang")
        assert whole.evaluate() == whole.value == pytest.approx(96.3)
        assert "ratings row 5, value" in whole.text(None)


def test_their_gap_is_nothing_for_they_have_no_target():
    gaps = ck.gaps(scores())
    li = ORG.row("li")
    assert gaps.in_points("teamwork")[0, li] == 0
    assert gaps.total[0, li] == pytest.approx(14)
