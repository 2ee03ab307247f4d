"""Totals over stints in sentences."""

import cascade_kpi as ck
from cascade_kpi.blending import Shares, Within
from cascade_kpi.calibrating import AtMost, Quotas
from tests.blending.test_blend_stints import SHARES, over, units
from tests.exposing.test_rated_stints import RATED, rated
from tests.exposing.test_score_stints import judged
from tests.helpers import org
from tests.moving.test_credit import DONE, credited
from tests.reporting.telling.test_tell import phrases_of, told


def test_a_total_over_stints_is_told_stint_by_stint():
    stage = judged(least_days=182)
    assert told(stage, "en", "li").paragraphs[:2] == (
        (
            "The total of li for 2026 is 103.26 points. That is grade A. There is no higher grade. "
            "It is the mean of the stints that count, by days, shares and weights of posts: 103.26 "
            "points at cid from 2026-07-01 to 2026-12-31 (weighing 100.0 %). Left out: the stint "
            "at ann from 2026-01-01 to 2026-06-30 (181 days that count there, fewer than 182)."
        ),
        "The stint at cid from 2026-07-01 to 2026-12-31:",
    )
    assert told(stage, "zh", "li").paragraphs[:2] == (
        (
            "li在2026期间的总分为103.26分。绩效等级为A。已是最高等级。总分为各任职时段得分按天数、"
            "岗位份额和岗位权重的加权平均：cid（2026-07-01至2026-12-31）得103.26分，占100.0 %。"
            "未计入的时段：ann（2026-01-01至2026-06-30），在岗计分181天，少于182天。"
        ),
        "任职时段cid（2026-07-01至2026-12-31）：",
    )
    assert "190 units against a target of 184 units" in told(stage, "en", "li").text()
    both = told(judged(), "en", "li")
    assert phrases_of(both).count("stint_opens") == 2
    assert phrases_of(both)[-1] == "shown"
    assert told(stage, "en", "di").sentences[:2] == (
        "di has no total for 2026.",
        "Left out: the stint at east from 2026-01-01 to 2026-07-10 (nothing to score).",
    )


def test_grades_over_stints_are_told_as_they_were_calibrated_and_with_what_they_carry():
    made = ck.calibrate(judged(), Quotas([AtMost("A", 0)]))
    assert "calibrated by quotas it is B." in told(made, "en", "li").text()
    stage = ck.blend_stints(over(), units(), SHARES, within=Within(3, 1))
    text = told(stage, "en", "li").text()
    assert "the own total of 110.50 at a share of 70.0 %" in text
    assert "that of east, 100.00, at a share of 20.0 %" in text
    assert "A limit applies" in text
    lead = told(stage, "zh", "di")
    assert "east得分100.00分，占比80.0 %，计80.00分" in lead.text()
    assert "section" not in phrases_of(lead)
    own = ck.blend_stints(over(), units(), Shares({"own": 60, 3: 40}, nobody="own"))
    assert "that of" not in told(own, "en", "li").text()


def test_what_is_withheld_of_a_stint_is_not_told():
    few = rated(("li", "boss", "manager", 5), ("li", "bo", "peer", 2),
                audience=ck.rating.Ratee())  # fmt: skip
    stage = ck.score_stints(credited(*DONE), RATED, ratings=few)
    blended = ck.blend_stints(stage, units(org()), Shares({"own": 50, "parent": 50}))
    for each in (stage, blended):
        whole = told(each, "en", "li")
        assert phrases_of(whole)[0] == "total_withheld"
        assert "over_stints" not in phrases_of(whole)
        for total in (*each.total[0, -1:], *each.stint_total[-2:], *stage.stint_total[-2:]):
            assert f"{total:.2f}" not in whole.text()  # li stands last
    assert told(stage, "en", "bo").sentences[0].startswith("The total of bo for 2026 is ")
