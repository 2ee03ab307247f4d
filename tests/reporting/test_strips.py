"""Strips of dots, and the sections that they and the changes stand in."""

import itertools
import re

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import yardsticks
from cascade_kpi.reporting.strips import Dot, Scale, Strip, axis, strip

NAN = float("nan")
NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


@given(NUMBERS, st.lists(st.floats(-5, 5), max_size=4))
def test_every_dot_lies_in_the_picture(values, fences):
    scale = Scale.of(values, fences)
    dots = tuple(Dot(v, 0, "w") for v in sorted(values))
    svg = str(strip(Strip(0.0, NAN, NAN, dots), scale, "words"))
    places = [float(x) for x in re.findall(r'(?:cx|x)="([\d.]+)%"', svg)]
    assert all(0 <= place <= 100 for place in places)
    assert svg.count("<circle") + svg.count("▶") + svg.count("◀") == len(values)
    assert scale.place(min(values)) <= scale.place(max(values))
    assert 0 <= scale.place(0.0) <= 1


def test_what_lies_far_beyond_the_fences_does_not_squeeze_the_rest():
    values = [0.0, 0.01, 0.02, 0.03, 9.0]
    scale = Scale.of(values, [-0.02, 0.05])
    assert scale.high == pytest.approx(0.05 + 0.6 * 0.07)
    dots = tuple(Dot(v, int(v > 1), f"p {v}", f"p {v}") for v in values)
    svg = str(strip(Strip(0.02, -0.02, 0.05, dots), scale, "words"))
    assert svg.count("▶") == 1
    assert 'class="label hard">p 9.0' in svg
    assert "band" in svg
    assert "band" not in str(strip(Strip(0.02, NAN, NAN, dots), scale, "words"))


def test_words_are_escaped():
    dots = (Dot(1.0, 1, "<script>", "<script>"),)
    svg = str(strip(Strip(1.0, 0.0, 0.5, dots), Scale(0, 2), "<b>"))
    svg += str(axis(Scale(-1, 1), ("<i>", "0", "1"), "x"))
    assert "<script>" not in svg
    assert "<b>" not in svg
    assert "<i>" not in svg


@pytest.mark.parametrize(
    ("low", "high"), [("−36.9 points of the survey", "+40.9 points of the survey"), ("1", "2")]
)
def test_labels_of_an_axis_do_not_run_into_each_other(low, high):
    for middle in (0.02, 0.2, 0.5, 0.9):
        told = str(axis(Scale(-middle, 1 - middle), (low, "0", high), "x"))
        lines = re.findall(r'x="([\d.]+)%" y="(\d+)%" text-anchor="(\w+)">([^<]*)<', told)
        spans = []
        for x, y, side, words in lines:
            wide = 2.2 * len(words)  # per cent of a strip on a phone
            left = float(x) - {"start": 0, "middle": wide / 2, "end": wide}[side]
            spans.append((y, left, left + wide))
        spans.sort()
        for (y, _, end), (below, begin, _) in itertools.pairwise(spans):
            assert y != below or end < begin
    assert ("tall" in told) == (low != "1")


def judged(n=8, **options):
    people = [f"p{i}" for i in range(n)]
    tree = ck.OrgTree.from_table(
        {
            "id": ["hq", *people],
            "parent": ["", *["hq"] * n],
            "label": ["HQ", *[f"Person <{i}>" for i in range(n)]],
            "post": [None, *["sel|ler"] * (n - 1), "clerk"],
            "past": [None, *[100.0] * (n - 2), 10.0, None],
        },
        label="label",
    )
    kpi = ck.Kpi("sales", "CNY", lot=1, decimals=0)
    targets = ck.cascade(tree, [kpi], {"sales": 110 * n}, periods="2027")
    return ck.fairness(targets, "past", "post", **options)


def test_a_report_of_fairness_names_who_has_it_too_hard():
    report = ck.report(judged())
    text = report.markdown()
    assert "## Fairness" in text
    assert "beyond its base, the latest result; more is harder" in text
    assert "3.5 spreads on either side of the median" in text
    assert "more than 5 % of the target from the median." in text
    assert "Latest()" not in text
    assert "| sel\\|ler | 7 | +10.0 % |" in text
    assert "| Person \\<6\\> | ▲ too hard | 110 CNY | 10 CNY | +1,000.0 % |" in text
    assert "1 target has no base to be set against, and no stretch." in text
    page = report.html()
    assert page.count('class="strip"') == 1
    assert "Person <6>" not in page
    assert "Person &lt;6&gt;, +1,000.0 %" in page


def test_groups_too_small_are_told_as_such():
    text = ck.report(judged(4)).markdown()
    assert "too few to tell" in text
    assert "4 targets stand in no group of 5 or more" in text
    assert "too hard" not in text


def test_limits_say_what_they_leave_out():
    many = judged(30, fences=yardsticks.Deviations(1e-6))
    wild = attrs.evolve(many, targets=spread(many.targets))
    text = ck.report(wild, limits=ck.Limits(parts=3, cards=1)).markdown()
    assert re.search(r"And \d+ other targets beyond the fences", text)


def spread(targets):
    values = targets.of("sales") + np.arange(len(targets.org))
    return ck.Targets.from_columns(targets.org, targets.kpis, {"sales": values}, periods="2027")


def test_a_large_group_is_thinned_and_keeps_its_outliers():
    page = ck.report(judged(2000)).html()
    assert page.count('class="dot usual"') <= 240
    assert 'class="label hard"' in page


def test_a_report_of_changes_names_gains_and_losses():
    before = judged().targets
    after = ck.recascade(before, goals={"sales": 900}, kpis=attrs.evolve(before.kpis["sales"], split=ck.splits.ProRata("w")), drivers={"w": [None, *range(1, 9)]})  # fmt: skip # noqa: E501
    parts = ck.attribute(ck.compare(before, after))
    text = ck.report(parts).markdown()
    assert "HQ: 880 CNY before, 900 CNY after (+20 CNY)." in text
    assert "Of those who report, 4 have more, 4 less, 0 the same." in text
    assert "by drivers | by rules | by goals" in text
    rows = [line for line in text.splitlines() if line.startswith("| Person")]
    assert rows[0].startswith("| Person \\<7\\> |  | 110 CNY | 200 CNY | +90 CNY |")
    assert rows[7].startswith("| Person \\<0\\> |  | 110 CNY | 25 CNY | −85 CNY |")
    page = ck.report(parts.changes).html()
    assert "Person <7>" not in page
    assert page.count('class="step"') == 8
    few = ck.report(parts.changes, limits=ck.Limits(parts=4)).markdown()
    assert "And 4 smaller changes." in few
    assert few.count("−85 CNY") == 1


def test_those_who_are_gone_are_among_the_losers():
    before = judged().targets
    table = before.org.table()
    keep = np.array(table["id"]) != "p3"
    tree = ck.OrgTree.from_table({k: v[keep] for k, v in table.items()}, label="label")
    after = ck.recascade(before, org=tree)
    text = ck.report(ck.compare(before, after)).markdown()
    assert "| Person \\<3\\> | gone | 110 CNY | – | −110 CNY |" in text
    assert "tree: 1 removed" in text
    same = ck.report(ck.compare(before, before)).markdown()
    assert "- nothing" in same
