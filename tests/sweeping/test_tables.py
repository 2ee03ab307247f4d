"""A sweep as columns."""

import numpy as np

import cascade_kpi as ck
from tests.sweeping.case import card, results

BASE = ck.score(results(), card())
GRID = ck.Variants.grid(
    BASE.scorecard,
    {"sales.curve.floor": [0, 60], "q.x.curve": {"flat": ck.curves.Linear(10)},
     "missing": ["hold", "renormalise"]},
)  # fmt: skip
SWEPT = ck.sweep(BASE, GRID)


def test_everybody_with_a_total_has_a_row():
    table = SWEPT.table()
    there = ~np.isnan(BASE.total) | ~np.isnan(SWEPT.low)
    p, rows = np.nonzero(there)
    assert table["node"].tolist() == BASE.org.ids[rows].tolist()
    assert table["period"].tolist() == [("Q1", "Q2")[each] for each in p]
    np.testing.assert_array_equal(table["total"], BASE.total[there])
    np.testing.assert_array_equal(table["spread"], (SWEPT.high - SWEPT.low)[there])
    np.testing.assert_array_equal(table["robustness"], SWEPT.robustness()[there])
    np.testing.assert_array_equal(table["share of B"], SWEPT.share("B")[there])
    assert set(table["grade"]) == {"A", "B", "C"}


def test_every_card_has_a_row_a_period_with_its_settings():
    table = SWEPT.summary()
    assert table["name"].tolist() == [name for name in GRID.names for _ in range(2)]
    assert table["sales.curve.floor"].tolist() == [0] * 4 + [60] * 4
    assert table["q.x.curve"].tolist() == ["flat"] * 8
    assert table["missing"].tolist() == ["hold", "hold", "renormalise", "renormalise"] * 2
    assert table["period"].tolist() == ["Q1", "Q2"] * 4
    assert table["mean"].tolist() == SWEPT.mean.ravel().tolist()
    assert table["changed"].tolist() == SWEPT.changed.ravel().tolist()
    sums = sum(table[f"with {grade}"] for grade in "ABC")
    assert sums.tolist() == table["scored"].tolist()


def test_every_value_of_a_setting_is_told_on_average():
    table = SWEPT.by_setting()
    assert table["setting"].tolist() == (
        ["sales.curve.floor"] * 4 + ["q.x.curve"] * 2 + ["missing"] * 4
    )
    assert table["value"].tolist()[2:8] == ["60", "60", "flat", "flat", "hold", "hold"]
    assert table["cards"].tolist() == [2] * 4 + [4] * 2 + [2] * 4
    np.testing.assert_allclose(table["mean"][3], SWEPT.mean[2:, 1].mean())
    np.testing.assert_allclose(table["changed"][6], SWEPT.changed[[0, 2], 0].mean())


def test_weightings_have_no_settings():
    swept = ck.sweep(BASE, ck.Weightings(["sales"], [[1]], ["sales alone"]))
    assert len(swept.by_setting()["setting"]) == 0
    table = swept.summary()
    assert list(table) == [
        "name",
        "period",
        "mean",
        "scored",
        "changed",
        "with A",
        "with B",
        "with C",
    ]
    assert table["name"].tolist() == ["sales alone"] * 2


def test_without_grades_nothing_is_said_of_them():
    plain = ck.score(BASE.results, card(grades=None))
    swept = ck.sweep(plain, ck.Variants.grid(plain.scorecard, {"sales.curve.floor": [0, 9]}))
    for table in (swept.table(), swept.summary(), swept.by_setting()):
        assert not {"grade", "robustness", "changed"} & set(table)
    assert np.isnan(swept.robustness()).all()


def test_where_nobody_is_scored_there_is_nothing_to_say():
    none = ck.score(results(absent=1.0), card(missing="hold"))
    swept = ck.sweep(none, ck.Variants.grid(none.scorecard, {"sales.curve.floor": [0, 9]}))
    assert np.isnan(swept.by_setting()["mean"]).all()
    assert not len(swept.table()["node"])
    assert np.isnan(swept.robustness()).all()
    assert swept.share("A").tolist() == np.zeros((2, 60)).tolist()
    assert repr(swept.ranks()).endswith("nothing to correlate, moves of up to 0>")
