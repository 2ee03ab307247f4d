"""The page of leniency."""

import pytest

import cascade_kpi as ck
from cascade_kpi import rating
from tests.golden.test_rater_agreement import judged
from tests.helpers import refused

SCALE = rating.Scale(1, 10)
GIVEN = judged([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6]], SCALE)


def shown(given=GIVEN, **options):
    return ck.report(rating.leniency(given), **options)


def test_raters_stand_from_the_most_to_the_least_corrected():
    told = shown().markdown()
    lines = [line.split(" | ")[0] for line in told.splitlines() if line.startswith("| ")]
    assert lines == ["| rater", "| ---", "| 1", "| 0", "| 3", "| 2"]
    assert "The mean of all ratings is 4.875 before and after." in told
    assert "# Leniency of raters" in told


def test_each_rater_has_a_ring_and_a_dot():
    page = shown(title="Round 1").html()
    assert page.count('class="before"') == page.count('class="after"') == 4
    assert "for the office only" in page
    assert "<h1><bdi>Round 1</bdi></h1>" in page
    assert "1: 2.00 before, " in page


def test_what_is_left_out_is_said():
    told = shown(limits=ck.Limits(rows=3))
    assert "… and 1 rater more, who are corrected by less." in told.markdown()
    assert "… and 1 rater more" in told.html()


def test_sets_that_cannot_be_compared_are_told():
    apart = judged([[1, 2, None, None], [2, 4, None, None], [None, None, 9, 8]], SCALE)
    told = shown(apart).markdown()
    assert "fall apart into 2 sets" in told
    assert "0 (set 1)" in told
    assert "3 (set 2)" in told


def test_nothing_can_be_told_of_little():
    assert "nothing is corrected" in shown(judged([[1, 5]], SCALE)).markdown()


@pytest.mark.parametrize("evil", ["<script>x</script>", "a&b|c", "\u202eabc"])
def test_names_are_escaped(evil):
    org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    table = {"node": ["a"], "rater": [evil], "relation": ["x"], "item": [evil], "value": [1]}
    given = ck.Ratings.from_table(table, org, scale=SCALE, outside="x", periods="1")
    for text in (shown(given).html(), shown(given).markdown()):
        assert evil not in text


def test_a_focus_and_a_period_are_not_asked():
    assert len(refused(shown, focus="hq", period="1")) == 2
