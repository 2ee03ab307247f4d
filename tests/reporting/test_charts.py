"""Charts: geometry that keeps to its box, and gaps that stay gaps."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi.reporting import charts
from cascade_kpi.reporting.lights import Light

NAN = float("nan")
ANY = st.floats(allow_nan=True, allow_infinity=False)


def shares(svg, name):
    """An attribute of every rectangle but the track, from 0 to 1."""
    return [float(found) / 100 for found in re.findall(rf'<rect [^>]*\b{name}="([\d.]+)%"', svg)]


@given(ANY)
def test_an_attainment_keeps_to_its_bar(attainment):
    svg = str(charts.attainment_bar(attainment, Light.RED, "words"))
    widths = shares(svg, "width")
    assert len(widths) == (1 if np.isnan(attainment) else 2)
    assert all(0 <= width <= 1 for width in widths)


def test_the_mark_stands_where_a_bar_on_target_ends():
    svg = str(charts.attainment_bar(1.0, Light.GREEN, "words"))
    assert shares(svg, "width")[1] == 0.8
    assert 'x1="80.00%"' in svg


def test_a_step_goes_from_one_running_value_to_the_next():
    svg = str(charts.fall_bar(-10.0, -40.0, -80.0, 20.0, cls="bad", words="words"))
    assert shares(svg, "x") == [0.4]
    assert shares(svg, "width") == [0.3]
    assert re.findall(r'x1="([\d.]+)%"', svg) == ["80.00", "70.00"]  # target, joint


def test_a_step_without_any_span_is_drawn_all_the_same():
    assert shares(str(charts.fall_bar(0, 0, 0, 0, cls="whole", words="words")), "width") == [0.005]


def test_counts_are_stacked_as_shares_of_their_sum():
    counts = [(Light.GREEN, 1), (Light.AMBER, 0), (Light.RED, 3), (Light.ABSENT, 0)]
    svg = str(charts.stacked_bar(counts, "words"))
    assert shares(svg, "x") == [0.0, 0.25]
    assert shares(svg, "width") == [0.25, 0.75]
    assert shares(str(charts.stacked_bar([(Light.RED, 0)], "words")), "x") == []


def test_a_missing_period_breaks_the_line():
    lights = [Light.GREEN, Light.ABSENT, Light.RED, Light.RED]
    svg = str(charts.sparkline([1.0, NAN, 3.0, 2.0], [2.0] * 4, lights, "words"))
    line = re.search(r'd="([^"]*)" class="result"', svg)[1]
    assert (line.count("M"), line.count("L")) == (2, 1)
    assert svg.count("<circle") == 3


@given(st.lists(ANY, min_size=2, max_size=6))
def test_every_point_lies_in_the_picture(values):
    svg = str(charts.sparkline(values, values[::-1], [Light.RED] * len(values), "words"))
    for x, y in re.findall(r'cx="([^"]*)" cy="([^"]*)"', svg):
        assert 0 <= float(x) <= 160
        assert 0 <= float(y) <= 36


@pytest.mark.parametrize("words", ['"><script>', "a\nb"])
def test_pictures_tell_their_words(words):
    svg = str(charts.stacked_bar([], words))
    assert "<script>" not in svg
    assert svg.count("role=") == 1
