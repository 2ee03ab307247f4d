"""Counts of lights and grades, and coverage."""

import numpy as np

from cascade_kpi.reporting.layers import Layers
from cascade_kpi.reporting.lights import Lights
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.standing import Standing
from cascade_kpi.reporting.view import View
from tests.reporting.case import plan


def standing(whole, node="hq", p=1, **limits):
    view = View.of(Layers.of(whole), whole.org.row(node), p, Lights(), Limits(**limits))
    return Standing.of(view)


def test_coverage_is_that_of_the_results_and_names_who_is_missing():
    whole = plan()
    results = whole.gaps.scores.results
    for node in ("hq", "t0", "t1"):
        row = whole.org.row(node)
        for cover in standing(whole, node).coverage:
            assert cover.share == results.coverage(cover.kpi.name)[1, row]
    (first, *_) = standing(whole, "t0").coverage
    assert (first.due, first.arrived, first.names()) == (3, 2, "member 01 (team 0)")
    assert standing(whole, "t1").coverage[0].names() == "nobody"


def test_names_are_the_first_few():
    whole = plan(teams=2, people=2)
    results = whole.gaps.scores.results
    results.arrived[0]  # the sum: nobody but the reporters
    cover = standing(whole, names=1).coverage[0]
    many = cover.__class__(cover.kpi, 5, 2, ("Ann",))
    assert many.names() == "Ann and 2 more"


def test_lights_and_grades_count_everybody_once():
    whole = plan()
    scores = whole.gaps.scores
    found = standing(whole)
    n = len(whole.org)
    assert [what for what, _ in found.lights] == ["total", *whole.gaps.kpis.names]
    assert all(sum(counts) == n for _, counts in found.lights)
    attained = scores.attainment(whole.gaps.kpis.names[0])[1]
    green, amber, red, absent = found.lights[1][1]
    assert green == np.sum(np.round(attained, 9) >= 1)
    assert absent == np.sum(np.isnan(attained))
    assert red == np.sum(np.round(attained, 9) < 0.9)
    assert amber == n - green - red - absent
    assert sum(sum(counts) for _, counts in found.grades) == n
    by_kind = dict(found.grades)
    assert by_kind["person"][-1] == np.sum(np.isnan(scores.total[1]))


def test_kinds_beyond_the_limit_are_taken_together():
    found = standing(plan(), cards=1)
    (_, first), (label, rest) = found.grades
    assert label == "2 other kinds"
    assert sum(first) + sum(rest) == len(found.view.org)
