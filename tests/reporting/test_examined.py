"""The page of a rule check."""

import pytest

import cascade_kpi as ck
from cascade_kpi import combines
from tests.examining.case import ITEMS, KPIS, RED_LINE, card, results
from tests.helpers import refused

ROWS = {"a": (120, 100, 100), "b": (79.5, 101, 99.5), "c": (100, 99, 100), "d": (None, 100, 80)}


def found(**given):
    return ck.examine(card(then=[RED_LINE], **given), KPIS)


def people():
    return ck.examine(card(), results(ROWS))


def test_verdicts_findings_and_shapes_are_told_twice():
    page, told = (ck.report(found()).html(), ck.report(found()).markdown())
    assert told.startswith("# Rule check: total\n\n3 items · 2 posts\n\n## At a glance")
    assert "| seller | yes | no | 0 to 150 | – |" in told
    assert "| clerk | yes | no | 0 to 120 | S |" in told
    assert "points jump at 0.8" in told
    assert page.count('class="curve"') == 3
    assert page.count('class="dead"') == 7
    assert page.count('class="jump"') == 3
    assert "| revenue | 0 to 150 | yes | no | 0.8 | up to 0.8; from 1.2 on |" in told
    assert "## Influence" not in told
    assert '<li class="red">' in page
    assert '<li class="amber">' in page


def test_people_bring_influence_and_pushes():
    page, told = (ck.report(people()).html(), ck.report(people()).markdown())
    assert "## Influence" in told
    assert "| the rest | seller | 3 | – | 0.0 % | – |" in told
    assert "## Where a small shift pays" in told
    assert "4 totals" in told
    assert page.count('class="shares"') == 5
    assert "A push is 1.0 % of the target" in told


def test_what_is_left_out_is_said():
    told = ck.report(people(), limits=ck.Limits(rows=1))
    left = len(people().findings) - 1
    for text in (told.html(), told.markdown()):
        assert f"… and {left} more findings." in text
        assert "… and 1 more post." in text


def test_what_is_not_known_has_no_picture_of_what_is_not_there():
    def curve(attainment):
        return 100 * attainment

    rule = card([ck.Item("revenue", curve)], {"revenue": 100}, None)
    told = ck.report(ck.examine(rule, KPIS))
    assert "not known" in told.markdown()
    assert told.html().count('class="curve"') == 1


def test_a_part_that_is_not_additive_has_no_bar_of_its_share():
    inner = ck.Section("both", ITEMS[1:], combines.Geometric())
    weights = {"*": {"revenue": 60, "both": 40, "churn": 50, "calls": 50}}
    scored = ck.examine(ck.Scorecard([ITEMS[0], inner], weights), results(ROWS))
    assert "not additive" in ck.report(scored).markdown()
    assert ck.report(scored).html()


@pytest.mark.parametrize("evil", ["<script>x</script>", "a&b|c", "\u202eabc"])
def test_names_are_escaped(evil):
    kpi = ck.Kpi(evil, "x", aggregate=ck.aggregates.Mean())
    rule = ck.Scorecard([ck.Item(evil)], {evil: 100})
    for text in (ck.report(ck.examine(rule, [kpi])).html(),
                 ck.report(ck.examine(rule, [kpi])).markdown()):  # fmt: skip
        assert evil not in text


def test_a_focus_and_a_period_are_not_asked_and_a_title_may_be_given():
    assert len(refused(ck.report, stage=found(), focus="hq", period="1")) == 2
    assert ck.report(found(), title="Sales plan").title == "Sales plan"


def test_no_corner_of_a_curve_is_cut():
    line = ck.curves.Piecewise([(0.5, 0), (0.77, 100), (1.5, 130)])
    page = ck.report(
        ck.examine(ck.Scorecard([ck.Item("revenue", line)], {"revenue": 100}), KPIS)
    ).html()
    # The window goes from 0.25 to 1.75, 218 wide from 36 on; the points from 0 to 130, 104 high.
    assert f"L{36 + (0.77 - 0.25) / 1.5 * 218:.1f} {8 + 30 / 130 * 104:.1f}L" in page
