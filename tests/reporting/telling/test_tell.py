"""Totals in sentences, on small cards."""

import numpy as np
import pytest
from attrs import evolve, frozen

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, combines, curves, triggers
from cascade_kpi.blending import Between, Coefficients, Shares
from cascade_kpi.calibrating import AtMost, Quotas
from cascade_kpi.reporting.telling import CHINESE, ENGLISH, FIELDS, Language
from tests.blending.case import scored
from tests.calibrating import cases as calibrating
from tests.helpers import refused
from tests.properties.test_explanations import same_bits
from tests.scoring.test_rated import AGREED, CARD, RESULTS

ORG = ck.OrgTree.from_table({"id": ["hq", "li"], "parent": ["", "hq"], "label": ["HQ", "Li"]},
                            label="label")  # fmt: skip
KPIS = [
    ck.Kpi("revenue", "CNY"),
    ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Mean()),
    ck.Kpi("accidents", "cases", better="lower", aggregate=ck.aggregates.Max()),
]
TARGETS = ck.cascade(ORG, KPIS, {"revenue": 100, "churn": 2, "accidents": 0}, periods="2026")
GRADES = ck.Grades.from_edges({"A": 100, "B": 80, "C": None})


def made(parts, weights, values, **options):
    """Scores of Li with these results."""
    table = {"node": ["li"] * len(values), "kpi": list(values), "value": list(values.values())}
    return ck.score(ck.measure(TARGETS, table), ck.Scorecard(parts, weights, **options))


def told(scores, language, node="li"):
    return ck.tell(scores, node, language=language)


def phrases_of(whole):
    return [each.phrase for part in whole.statements for each in part]


PLAIN = made(
    [ck.Item("revenue"), ck.Item("churn")],
    {"revenue": 60, "churn": 40},
    {"revenue": 90, "churn": 2},
    grades=GRADES,
)


def test_a_plain_card_in_english():
    assert told(PLAIN, "en").paragraphs == (
        (
            "The total of Li for 2026 is 94.00 points. That is grade B. "
            "Grade A begins at 100.00 points, 6.00 more."
        ),
        (
            "To make the total, the weighted mean is taken of: revenue (weight 60) and churn "
            "(weight 40)."
        ),
        (
            "revenue: in 2026 the result is 90.00 CNY against a target of 100.00 CNY. The "
            "attainment is 90.0 %. The rule: in proportion, 100 points at 100 %; at least 0. It "
            "gives 90.00 points. 90.00 points at an effective weight of 60.0 % contribute 54.00 "
            "points to the "
            "total."
        ),
        (
            "churn: in 2026 the result is 2.00 % against a target of 2.00 %. The attainment is "
            "100.0 %. The rule: in proportion, 100 points at 100 %; at least 0. It gives 100.00 "
            "points. 100.00 points at an effective weight of 40.0 % contribute 40.00 points to the "
            "total."
        ),
        "Put together, the total comes to 94.00 points.",
        (
            "Before gates and adjustments, what lost most points of the total against everything "
            "on target: revenue 6.00. Points are shown to 2 decimals; sums are made before "
            "rounding."
        ),
    )


def test_a_plain_card_in_chinese():
    assert told(PLAIN, "zh").paragraphs == (
        "Li在2026期间的总分为94.00分。绩效等级为B。A等的起点为100.00分，还差6.00分。",
        "总分按权重加权平均，包括：revenue（权重60）、churn（权重40）。",
        (
            "revenue（2026）：目标值100.00 CNY，实际值90.00 CNY。完成率90.0 %。计分规则：线性计分，"
            "100 %计100分，最低0分。得90.00分。得分90.00分，有效权重60.0 %，对总分贡献54.00分。"
        ),
        (
            "churn（2026）：目标值2.00 %，实际值2.00 %。完成率100.0 %。计分规则：线性计分，"
            "100 %计100分，最低0分。得100.00分。得分100.00分，有效权重40.0 %，对总分贡献40.00分。"
        ),
        "以上合计，总分为94.00分。",
        (
            "不计封顶和调整，与各项都达到目标值相比，总分失分最多的是：revenue失6.00分。"
            "分数显示到2位小数，合计时不先取整。"
        ),
    )


@pytest.mark.parametrize(
    ("policy", "english", "chinese"),
    [
        ("renormalise", "its weight goes to the other items", "其权重由其他项分摊"),
        ("zero", "makes it count as 0.00 points", "（按零分计）计0.00分"),
        (absences.Neutral(70), "makes it count as 70.00 points", "（按70分计）计70.00分"),
        ("parents", "makes it count as 100.00 points", "（取上级单位该项的得分）计100.00分"),
        ("hold", "Too much is absent for the total to have a value", "总分缺失的内容过多"),
    ],
)
def test_what_is_absent_and_what_the_policy_did(policy, english, chinese):
    table = {"node": ["li", "hq"], "kpi": ["revenue", "churn"], "value": [90, 2]}
    results = ck.measure(TARGETS, table, inner="own")
    parts = [ck.Item("revenue"), ck.Item("churn")]
    scores = ck.score(results, ck.Scorecard(parts, {"revenue": 60, "churn": 40}, missing=policy))
    assert "churn: no result for 2026; the target is 2.00 %." in told(scores, "en").sentences
    assert "churn（2026）：没有上报实际值，目标值2.00 %。" in told(scores, "zh").sentences
    assert english in told(scores, "en").text()
    assert chinese in told(scores, "zh").text()


def test_gates_vetoes_and_adjustments_say_why_and_how_much():
    accident = ck.Item("accidents", curves.Steps([(1, -5)]), ck.attainments.Result())
    root = ck.Section(
        "all",
        [ck.Item("revenue"), ck.Item("churn")],
        gates=[
            ck.Gate(triggers.AttainmentBelow("churn", 0.9), 100),
            ck.Gate(triggers.ResultAtLeast("revenue", 999), 0, ["churn"]),
        ],
        then=[
            adjustments.Add(accident),
            adjustments.Within(high=150),
            adjustments.Veto(triggers.ResultAtLeast("accidents", 1), 60),
            adjustments.Veto(triggers.ResultAtLeast("accidents", 3), 0),
        ],
    )
    values = {"revenue": 130, "churn": 2.5, "accidents": 1}
    scores = made(root, {"revenue": 50, "churn": 50}, values)
    english, chinese = (told(scores, language).sentences for language in ("en", "zh"))
    for sentence in (
        (
            "A gate holds because churn attains less than 90 %: no more than 100 points, so 130.00 "
            "become 100.00."
        ),
        "100.00 points at an effective weight of 50.0 % contribute 50.00 points to the total.",
        "The gate (no more than 0 points if revenue is 999 or more) takes nothing.",
        "It has no weight; what it does to the total is said there.",
        "Put together, the total comes to 87.50 points.",
        "Then plus the points of accidents: −5.00 points, which makes 82.50 points.",
        "Then no more than 150: nothing changes.",
        (
            "A veto holds because accidents is 1 or more: no more than 60 points. That is −22.50 "
            "points, which makes 60.00 points."
        ),
        "The veto (no more than 0 points if accidents is 3 or more) takes nothing.",
    ):
        assert sentence in english
    assert sum(sentence.startswith("A gate holds") for sentence in english) == 1
    for sentence in (
        "因churn完成率低于90 %，触发封顶：最多计100分，由130.00分降为100.00分。",
        "加减分项“accidents”计入：−5.00分，变为82.50分。",
        "最高150分：没有影响。",
        "因accidents达到或超过1，触发一票否决：最多计60分，−22.50分，变为60.00分。",
        "未因一票否决扣分（条件：accidents达到或超过3；触发后最多0分）。",
    ):
        assert sentence in chinese


def test_large_levels_keep_their_digits():
    veto = adjustments.Veto(triggers.ResultBelow("revenue", 1_234_567), 50)
    root = ck.Section("all", [ck.Item("revenue")], then=[veto])
    scores = made(root, {"revenue": 100}, {"revenue": 90})
    assert "because revenue is below 1,234,567:" in told(scores, "en").text()
    assert "因revenue低于1,234,567，触发一票否决" in told(scores, "zh").text()


def test_a_grade_after_rounding_says_so():
    grades = ck.Grades.from_edges({"A": 90, "B": None}, decimals=0)
    parts, weights = [ck.Item("revenue")], {"revenue": 100}
    scores = made(parts, weights, {"revenue": 89.6}, grades=grades)
    assert told(scores, "en").sentences[1:3] == (
        "Rounded to 0 decimals for grading it is 90, which is grade A.",
        "There is no higher grade.",
    )
    assert told(scores, "zh").sentences[1].startswith("定级时保留0位小数，按90分计")


def test_the_three_that_lost_most_are_told_in_their_order():
    names = ("a", "b", "c", "d")
    targets = ck.cascade(ORG, [ck.Kpi(name, "x") for name in names], dict.fromkeys(names, 100),
                         periods="2026")  # fmt: skip
    table = {"node": ["li"] * 4, "kpi": list(names), "value": [90, 60, 90, 50]}
    card = ck.Scorecard([ck.Item(name) for name in names], dict.fromkeys(names, 25))
    whole = told(ck.score(ck.measure(targets, table), card), "zh")
    assert whole.sentences[-2].endswith("失分最多的是：d失12.50分、b失10.00分、a失2.50分。")


@pytest.mark.parametrize("combine", [combines.Geometric(), combines.Weakest()], ids=repr)
def test_what_is_no_sum_has_no_contributions(combine):
    root = ck.Section("all", [ck.Item("revenue"), ck.Item("churn")], combine)
    scores = made(root, {"revenue": 50, "churn": 50}, {"revenue": 90, "churn": 2})
    phrases = {each.phrase for part in told(scores, "en").statements for each in part}
    assert not phrases & {"contributes", "adds"}


# -- ratings ----------------------------------------------------------------------------


def test_ratings_are_told_as_far_as_the_audience_sees_them():
    scores = ck.score(RESULTS, CARD, ratings=AGREED)
    text = told(scores, "en").text()
    assert "teamwork: for 2026 the raters agreed on 3.60. By who rated: manager 4.00 and peer 3.00." in text  # fmt: skip  # noqa: E501
    assert "多人评分的综合结果为3.60。各评价关系的评分：manager4.00、peer3.00。" in told(scores, "zh").text()  # fmt: skip  # noqa: E501


def test_means_that_are_hidden_are_not_shown():
    table = {
        "node": ["li"] * 5,
        "rater": ["shop", "wang", "zhao", "mo", "bo"],
        "relation": ["manager", "peer", "peer", "client", "client"],
        "item": ["teamwork"] * 5,
        "value": [4, 2, 3, 5, 4],
    }
    ratings = ck.Ratings.from_table(
        table, RESULTS.org, scale=ck.rating.Scale(1, 5), periods="2026", outside=["client"]
    )
    rule = ck.rating.Raters({"manager": 50, "peer": 25, "client": 25})
    scores = ck.score(RESULTS, CARD, ratings=ck.consolidate(ratings, rule))
    english = told(scores, "en").text()
    for clause in ("manager 4.00", "peer not shown", "client not shown"):
        assert clause in english
    assert "peer2.50" not in told(scores, "zh").text()
    assert "不公开" in told(scores, "zh").text()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("beside", ["weighed", "added", "veto", "inside"])
def test_what_is_withheld_stays_withheld(language, beside):
    rated, sales = CARD.root.parts[1], CARD.root.parts[0]
    veto = adjustments.Veto(triggers.PointsBelow("teamwork", 80), 33)
    root, weights = {
        "weighed": (CARD.root, CARD.weights),
        "added": (
            ck.Section("total", [sales], then=[adjustments.Add(rated)]),
            {"sales": 100},
        ),
        "veto": (ck.Section("total", CARD.root.parts, then=[veto]), CARD.weights),
        "inside": (
            ck.Section("total", [sales, ck.Section("conduct", [rated])]),
            {"sales": 70, "conduct": 30, "teamwork": 100},
        ),
    }[beside]
    scores = ck.score(RESULTS, ck.Scorecard(root, weights, grades=GRADES), ratings=AGREED)
    whole = told(scores, language, "wang")
    total = float(scores.total[0, scores.org.row("wang")])
    for secret in (f"{total:.2f}", "76.00", "3.80", " 3.00", " 5.00", "22.80", "33.00"):
        assert secret not in whole.text()
    phrases = [each.phrase for part in whole.statements for each in part]
    assert phrases[0] == "total_withheld"
    assert "withheld" in phrases
    assert "section_withheld" in phrases
    shown = {"total", "graded", "together", "contributes", "stepped", "vetoed", "spared"}
    assert not shown & {*phrases}
    assert not {"lost_most", "no_loss"} & {*phrases}


# -- other stages -----------------------------------------------------------------------


SHARES = {"person": {"own": 70, "team": 20, "company": 10}, "*": {"own": 100}}


def test_blended_totals_say_whose_they_carry():
    stage = ck.blend(scored(), Shares(SHARES, nobody="own"), within=None)
    english, chinese = told(stage, "en", "ann"), told(stage, "zh", "ann")
    assert english.sentences[0] == "The total of ann for 2026 is 95.00 points."
    assert (
        "It is blended of the own total of 90.00 at a share of 70.0 %, which brings 63.00 points, "
        "that of t1, 110.00, at a share of 20.0 %, which brings 22.00 points and that of co, "
        "100.00, at a share of 10.0 %, which brings 10.00 points." in english.sentences
    )
    assert (
        "总分由以下部分合成：本人得分90.00分，占比70.0 %，计63.00分、t1得分110.00分，占比20.0 %，"
        "计22.00分、co得分100.00分，占比10.0 %，计10.00分。" in chinese.sentences
    )
    assert "Put together, the total comes to 90.00 points." in english.sentences


def test_a_bound_of_a_blend_is_told():
    stage = ck.blend(scored(), Shares(SHARES, nobody="own"), within=Between(most=92))
    assert "limit applies" in told(stage, "en", "ann").text()
    assert "−3.00分，变为92.00分" in told(stage, "zh", "ann").text()


def test_blended_totals_do_not_tell_of_secrets_above():
    table = {
        "node": ["shop"] * 2,
        "rater": ["zhao", "li"],
        "relation": ["manager", "peer"],
        "item": ["teamwork"] * 2,
        "value": [3, 5],
    }
    ratings = ck.Ratings.from_table(table, RESULTS.org, scale=ck.rating.Scale(1, 5), periods="2026")
    rule = ck.rating.Raters({"manager": 60, "peer": 40})
    for audience, shown in ((ck.rating.Office(), True), (ck.rating.Ratee(), False)):
        agreed = ck.consolidate(ratings, rule, audience)
        scores = ck.score(RESULTS, CARD, ratings=agreed)
        assert ("total_withheld" in phrases_of(told(scores, "en", "shop"))) is not shown
        stage = ck.blend(scores, Shares({"own": 50, "parent": 50}, nobody="own"))
        whole = told(stage, "en", "zhao")
        assert ("blended" in phrases_of(whole)) is shown
        assert ("total_withheld" in phrases_of(whole)) is not shown
        assert (f"{stage.total[0, 3]:.2f}" in whole.text()) is shown
        explained = ck.explain(stage, "zhao")
        assert np.isnan(explained.value) is not shown
        same_bits(explained)


@pytest.mark.parametrize(("who", "peer"), [("li", "zhao"), ("zhao", "li")])
def test_explanations_of_what_is_made_of_a_withheld_total_tell_nothing_of_it(who, peer):
    table = {"node": [who] * 2, "rater": [peer, "shop"], "relation": ["peer", "manager"],
             "item": ["teamwork"] * 2, "value": [3, 5]}  # fmt: skip
    ratings = ck.Ratings.from_table(table, RESULTS.org, scale=ck.rating.Scale(1, 5), periods="2026")
    agreed = ck.consolidate(ratings, ck.rating.Raters({"manager": 60, "peer": 40}))
    card = evolve(CARD, grades=ck.Grades.from_edges({"A": 80, "B": None}))
    scores = ck.score(RESULTS, card, ratings=agreed)
    stage = ck.multiply(scores, Coefficients("root", {"A": 1.5, "B": 1.0}))
    why = ck.explain(stage, who)
    assert np.isnan(why.value)
    assert not np.isnan(stage.total[0, stage.org.row(who)])
    same_bits(why)
    made = ck.calibrate(scores, Quotas([AtMost("A", 0.5)]))
    same_bits(ck.explain(made, who))
    for each in (why, ck.explain(made, who)):
        assert all(part.value != scores.total[0, scores.org.row(who)] for _, part in each.walk())


def test_calibrated_grades_say_what_the_total_alone_would_be():
    people = {f"p{i}": ("x", 95 - i) for i in range(4)}
    stage = ck.calibrate(calibrating.scored(people), Quotas([AtMost("A", 0.5)]))
    assert "That is grade A." in told(stage, "en", "p0").sentences
    down = told(stage, "en", "p3").sentences
    assert "The total alone would be grade A; calibrated by quotas it is B." in down
    assert "仅按总分应为A，按强制分布校准后为B。" in told(stage, "zh", "p3").sentences


def test_multiplied_totals_say_the_coefficient():
    table = {"A": 1.5, "B": 1.0, "C": 0.5}
    stage = ck.multiply(scored(), Coefficients("region", table))
    assert (
        "It is the own total of 90.00 points times the coefficient of east, 1.5 for grade A, "
        "which makes 135.00." in told(stage, "en", "ann").sentences
    )
    assert (
        "总分等于本人得分90.00分乘以east的绩效系数1.5（等级A），得135.00分。"
        in told(stage, "zh", "ann").sentences
    )
    assert told(stage, "en", "east").sentences[0] == "No coefficient applies to east for 2026."
    assert told(stage, "zh", "east").sentences[0] == "east在2026期间不适用部门绩效系数。"
    product = ck.multiply(scored(), Coefficients("region", table, individual=table))
    assert told(product, "en", "ann").sentences[:2] == (
        "The coefficient of ann for 2026 is 1.5.",
        (
            "It is the individual coefficient, 1 for grade B, times that of east, 1.5 for grade "
            "A, which makes 1.5."
        ),
    )


def test_what_was_made_one_from_the_other_is_told_from_the_top_down():
    blended = ck.blend(scored(), Shares({"person": {"own": 80, "region": 20}, "*": {"own": 100}}))
    made = ck.calibrate(blended, Quotas([AtMost("A", 0)]))
    table = {"A": 1.5, "B": 1.0, "C": 0.5}
    stage = ck.multiply(made, Coefficients("region", table, individual=table))
    for language in ("en", "zh"):
        phrases = phrases_of(told(stage, language, "bo"))
        assert phrases[:6] == [
            "coefficient", "multiplied_own", "own_total", "total", "calibrated", "blended",
        ]  # fmt: skip
        assert phrases.count("next_grade") == 0
    text = told(stage, "en", "bo").text()
    assert "The total alone would be grade A; calibrated by quotas it is B." in text
    assert "The total of bo for 2026 is 128.00 points." in text


# -- rules and languages of one's own -----------------------------------------------------


@frozen
class Doubling:
    """A curve that knows no shape."""

    def __call__(self, attainment):
        return attainment * 200


@frozen
class Shapely:
    """A curve that knows its shape."""

    def __call__(self, attainment):
        return self.shape().points(attainment)

    def shape(self):
        return curves.Piecewise([(0.8, 50), (1.0, 100)]).shape()


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (90, "a straight line from 50 points at 80 % to 100 at 100 %", "80 %计50分，100 %计100分"),
        (80, "50 points exactly at 80 %", "恰在80 %处，计50分"),
        (10, "the piece of the curve below 80 %", "计分曲线80 %以下的一段"),
        (200, "100 points exactly at 100 %", "恰在100 %处"),
    ],
)
def test_a_curve_without_words_is_told_by_its_shape(value, english, chinese):
    value = 100 if value == 200 else value
    scores = made([ck.Item("revenue", Shapely())], {"revenue": 100}, {"revenue": value})
    assert english in told(scores, "en").text()
    assert chinese in told(scores, "zh").text()


def test_a_curve_without_a_shape_is_told_by_its_repr():
    scores = made([ck.Item("revenue", Doubling())], {"revenue": 100}, {"revenue": 90})
    for language in ("en", "zh"):
        assert "Doubling()" in told(scores, language).text()


def test_a_language_of_ones_own():
    mine = evolve(ENGLISH, name="fr", phrases={**ENGLISH.phrases, "graded": "Note {grade}."})
    assert told(PLAIN, mine).sentences[1] == "Note B."
    assert "fr" in repr(told(PLAIN, mine))


def test_languages_that_do_not_fit_are_refused_all_at_once():
    phrases = {**ENGLISH.phrases, "gradde": "x", "graded": "{grade.__class__}"}
    del phrases["total"]
    faults = refused(Language, "fr", phrases, {}, {})
    reasons = [fault.reason for fault in faults]
    assert "the phrase lacks" in reasons
    assert "no such phrase" in reasons
    assert "the phrase graded has no field 'grade.__class__'" in reasons


def test_every_language_says_all_rules():
    assert set(CHINESE.curves) == set(ENGLISH.curves)
    assert set(CHINESE.phrases) == set(ENGLISH.phrases) == set(FIELDS)
    rules = [*vars(triggers).values(), *vars(absences).values(), *vars(combines).values()]
    known = {
        each for each in rules
        if isinstance(each, type) and hasattr(each, "__attrs_attrs__") and each.__name__[0] != "_"
    }  # fmt: skip
    assert {each.__name__ for each in known - set(CHINESE.rules)} <= {"Fault", "Grouped"}


def test_other_languages_and_stages_are_refused():
    (fault,) = refused(ck.tell, PLAIN, "li", language="ch")
    assert (fault.column, fault.value) == ("language", "ch")
    (fault,) = refused(ck.tell, TARGETS, "li")
    assert fault.reason == "not a stage with totals"


def test_names_are_escaped_in_html_and_cannot_reorder_text():
    bad = "<b>{total}" + chr(0x202E)
    org = ck.OrgTree.from_table({"id": ["hq"], "parent": [""], "label": [bad]}, label="label")
    targets = ck.cascade(org, [ck.Kpi("<i>", "x")], {"<i>": 10}, periods="2026")
    results = ck.measure(targets, {"node": ["hq"], "kpi": ["<i>"], "value": [9]})
    scores = ck.score(results, ck.Scorecard([ck.Item("<i>")], {"<i>": 100}))
    whole = ck.tell(scores, "hq", language="zh")
    page = whole._repr_html_()
    assert "<b>" not in page
    assert "<i>" not in page
    assert page.startswith('<div lang="zh"><p>&lt;b&gt;{total}\\u202e')
    assert str(whole) == whole.text()


def test_deep_cards_are_told_to_the_end():
    part, weights = ck.Item("revenue"), {"revenue": 100}
    for depth in range(60):
        part = ck.Section(f"s{depth}", [part])
        weights[part.name] = 100
    whole = told(made([part], weights, {"revenue": 90}), "en")
    assert sum(text.startswith("Put together") for text in whole.sentences) == 61
    assert np.isclose(PLAIN.total[0, 1], 94)
