"""Names and numbers as people read them."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi import Kpi
from cascade_kpi._text import visible
from cascade_kpi.reporting import wording

NAN = float("nan")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ann Wu", "Ann Wu"),
        ("two\nlines", "two\\u000alines"),
        ("\u202eevil\u202c", "\\u202eevil\\u202c"),
        ("\ufefftab\t", "\\ufefftab\\u0009"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("王\u3000伟", "王\u3000伟"),  # a wide space parts Chinese names
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),  # a joiner that Persian needs
    ],
)
def test_what_would_not_show_is_written_out(text, shown):
    assert visible(text) == shown


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_amounts_are_what_the_kpi_prints_without_a_negative_zero(value, decimals):
    kpi = Kpi("k", "CNY", decimals=decimals)
    shown = wording.amount(kpi, value)
    if round(value, decimals):
        assert shown == kpi.format(value)
    else:
        assert shown == kpi.format(0.0)
    assert shown == f"{wording.number(kpi, value)} CNY"


def test_absent_numbers_are_dashes():
    kpi = Kpi("k", "CNY")
    shown = [wording.amount(kpi, NAN), wording.number(kpi, NAN), wording.signed(NAN, "CNY", 2)]
    shown += [wording.percent(NAN), wording.attained(NAN), wording.points(NAN)]
    assert shown == ["–"] * 6


def test_numbers_without_end_are_written_by_their_power():
    assert wording.points(-1e300, 2, "+") == "−1e+300"
    assert wording.points(2.5e20) == "2.5e+20"
    assert wording.points(9e15, 0) == "9,000,000,000,000,000"


def test_differences_have_a_sign_and_those_of_per_cents_are_points():
    assert wording.signed(1234.5, "CNY", 1) == "+1,234.5 CNY"
    assert wording.signed(-0.25, "%", 2) == "−0.25 pp"
    assert wording.signed(-0.001, "CNY", 2) == "0.00 CNY"
    assert wording.points(-2.345, 2, "+") in {"−2.35", "−2.34"}


@given(st.floats(0, 3))
def test_an_attainment_below_the_whole_never_reads_as_the_whole(attainment):
    shown = float(wording.attained(attainment).removesuffix(" %").replace(",", ""))
    assert (shown < 100) == (round(attainment, 9) < 1)
    assert math.isclose(shown, attainment * 100, abs_tol=0.0501)


def test_small_words():
    assert wording.count(1, "unit") == "1 unit"
    assert wording.count(1200, "child", "children") == "1,200 children"
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.day(date(2026, 1, 31)) == "2026-01-31"
    assert wording.percent(0.12345) == "12.3 %"
