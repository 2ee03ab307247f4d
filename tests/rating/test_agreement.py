"""How far raters agree."""

import itertools
from importlib import import_module

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import rating
from cascade_kpi.rating.fisher import f_quantile, f_tail
from tests.golden.test_rater_agreement import SHROUT_FLEISS, judged
from tests.helpers import NAN, refused


def test_the_f_distribution_is_that_of_a_library():
    f = pytest.importorskip("scipy.stats").f
    for value, above, below in itertools.product(
        [0.01, 0.5, 1, 3.3, 50], [1, 2, 5, 37.3, 900], [1, 4.75, 18, 1500]
    ):
        assert f_tail(value, above, below) == pytest.approx(f.sf(value, above, below), abs=1e-12)
        wanted = f.isf(0.025, above, below)
        assert f_quantile(0.025, above, below) == pytest.approx(wanted, rel=1e-9)


def test_the_f_distribution_where_there_is_none():
    assert np.isnan(f_tail(NAN, 1, 2))
    assert np.isnan(f_quantile(0.05, 0, 2))
    assert f_tail(float("inf"), 3, 4) == 0
    assert f_tail(0, 3, 4) == 1
    assert f_quantile(1e-200, 1, 1) == float("inf")


def test_intervals_are_those_whose_ends_are_just_not_refused():
    # An end of (1,1) or (3,1) is where the F test of that value has the tail itself.
    s = rating.icc(SHROUT_FLEISS).squares
    for form, error, below in (("1,1", s.within, 18), ("3,1", s.residual, 15)):
        told = rating.icc(SHROUT_FLEISS, confidence=0.9)[form]
        for rho, tail in ((told.low, 0.05), (told.high, 0.95)):
            f = s.between / error / (1 + 4 * rho / (1 - rho))
            assert f_tail(f, 5, below) == pytest.approx(tail, abs=1e-9)
    wide, narrow = (rating.icc(SHROUT_FLEISS, confidence=c) for c in (0.99, 0.5))
    for form in ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k"):
        one, other = wide[form], narrow[form]
        assert one.low < other.low < other.value < other.high < one.high


def test_forms_for_the_mean_follow_from_those_for_one():
    told = rating.icc(SHROUT_FLEISS)
    for name in "123":
        single, mean = told[f"{name},1"], told[f"{name},k"]
        for one, many in ((single.value, mean.value), (single.low, mean.low)):
            assert many == pytest.approx(4 * one / (1 + 3 * one))
    refused(told.__getitem__, "4,1")
    refused(rating.icc, SHROUT_FLEISS, confidence=1)
    refused(rating.icc, SHROUT_FLEISS, "y")
    assert told.table()["form"].tolist() == ["(1,1)", "(2,1)", "(3,1)", "(1,k)", "(2,k)", "(3,k)"]
    assert str(told).startswith("ICC(1,1) = 0.166 [-0.133, 0.723], F(5, 18) = 1.79, p = 0.1648")


def test_without_every_judge_there_are_no_two_way_forms():
    told = rating.icc(
        judged([[1, 2, 3], [4, 5, None], [2, 2, 1], [3, None, None]], SCALE := rating.Scale(1, 5))
    )
    assert told.squares.targets == 3  # one target was rated once
    assert told.squares.each == pytest.approx((8 - 22 / 8) / 2)
    assert np.isnan(told["2,1"].value)
    assert np.isnan(told["3,k"].low)
    assert told["1,1"].value > 0
    assert SCALE.steps == 5


def test_full_agreement_and_none():
    told = rating.icc(judged([[1, 1, 1], [3, 3, 3], [5, 5, 5]], rating.Scale(1, 5)))
    for each in told.forms:
        assert (each.value, each.low, each.high, each.p) == (1, 1, 1, 0)
    same = judged([[2, 2], [2, 2]], rating.Scale(1, 5))
    assert np.isnan(rating.icc(same)["1,1"].value)
    assert np.isnan(rating.alpha(same))
    apart = judged([[1, 5], [5, 1]], rating.Scale(1, 5))
    assert rating.alpha(apart) == pytest.approx(-0.5)


def test_alpha_by_its_definition():
    rng = np.random.default_rng(3)
    table = np.where(rng.random((9, 5)) < 0.3, np.nan, rng.integers(1, 6, size=(9, 5)))
    given = judged([[None if x != x else x for x in line] for line in table.tolist()],
                   rating.Scale(1, 5))  # fmt: skip
    lines = [line[line == line] for line in table]
    lines = [line for line in lines if len(line) > 1]
    everything = np.concatenate(lines)
    n = len(everything)
    pairs = itertools.permutations
    for metric, apart in (
        (rating.Nominal(), lambda a, b: float(a != b)),
        (rating.Interval(), lambda a, b: (a - b) ** 2),
    ):
        observed = sum(
            apart(a, b) / (len(line) - 1) for line in lines for a, b in pairs(line.tolist(), 2)
        ) / n  # fmt: skip
        expected = sum(apart(a, b) for a, b in pairs(everything.tolist(), 2)) / (n * (n - 1))
        assert rating.alpha(given, "x", metric) == pytest.approx(1 - observed / expected)


def test_alpha_of_many_values_is_refused():
    table = [[i, i + 0.5] for i in range(1_100)]
    given = judged(table, rating.Scale(0, 2_000, step=None))
    (fault,) = refused(rating.alpha, given)
    assert "2,200 different values" in fault.reason
    refused(rating.alpha, given, "x", 5)
    refused(rating.alpha, SHROUT_FLEISS, "x", lambda values, counts: -np.ones((2, 2)))


def test_alpha_in_blocks_is_alpha_at_once(monkeypatch):
    whole = rating.alpha(SHROUT_FLEISS)
    monkeypatch.setattr(import_module("cascade_kpi.rating.alpha"), "_BLOCK", 1)
    assert rating.alpha(SHROUT_FLEISS) == pytest.approx(whole, rel=1e-15)


def test_agreement_within_a_node():
    given = judged([[3, 3, 3], [1, 5, None], [2, 3, 4], [4, None, None]], rating.Scale(1, 5))
    org = given.org
    told = rating.rwg(given)[0, org.rows(["t00", "t01", "t02", "t03"])]
    assert told.tolist()[:3] == [1, 1 - 8 / 2, 1 - 1 / 2]
    assert np.isnan(told[3])
    refused(rating.rwg, given, "y")
    refused(ck.rating.rwg, None)
