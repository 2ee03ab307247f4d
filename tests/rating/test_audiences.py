"""What is shown to whom."""

import numpy as np

import cascade_kpi as ck
from cascade_kpi import rating
from cascade_kpi.rating.audiences import suppressed
from tests.rating.case import ORG, WEIGHTS, ratings, rows


def shown(counts, least=3, counted=None):
    """Which of two anonymous relations and an open one are hidden, and whether the score is."""
    counts = np.array([counts])
    hidden, withheld = suppressed(
        np.array([least, least, 0]), counts, counts > 0 if counted is None else np.array([counted])
    )
    return hidden[0].tolist(), bool(withheld[0])


def test_few_raters_are_hidden_and_another_with_them():
    assert shown([3, 4, 1]) == ([False, False, False], False)
    assert shown([2, 4, 1]) == ([True, True, False], False)
    assert shown([2, 1, 1]) == ([True, True, False], False)  # three together
    assert shown([1, 1, 1]) == ([True, True, False], True)  # two are too few, and no third
    assert shown([2, 0, 1]) == ([True, False, False], True)
    assert shown([0, 0, 1]) == ([False, False, False], False)


def test_what_does_not_count_needs_no_cover_and_gives_none():
    assert shown([2, 4, 1], counted=[False, True, True]) == ([True, False, False], False)
    assert shown([2, 4, 1], counted=[True, False, True]) == ([True, False, False], True)


def test_the_fewest_go_first_and_ties_to_the_first_by_name():
    least = np.array([3, 3, 3, 3])
    hidden, _ = suppressed(least, np.array([[2, 5, 4, 4]]), np.ones((1, 4), dtype=bool))
    assert hidden[0].tolist() == [True, False, True, False]
    nobody = suppressed(np.zeros(0, dtype=np.int64), np.zeros((2, 0)), np.zeros((2, 0), dtype=bool))
    assert nobody[1].tolist() == [False, False]


def agreed(**options):
    rule = rating.Raters(WEIGHTS, **options)
    return ck.consolidate(ratings(), rule)


def test_the_office_sees_everything():
    told = agreed().seen_by(rating.Office())
    assert not told.hidden.any()
    assert not told.withheld.any()
    assert np.array_equal(told.shown(), told.of(), equal_nan=True)


def test_scores_are_withheld_and_yet_count():
    told = agreed()
    table = told.table()
    notes = dict(zip(table["node"].tolist(), table["note"].tolist(), strict=True))
    assert notes == {"he": "withheld", "li": ""}  # of he two peers alone would be hidden
    he = ORG.row("he")
    assert np.isnan(told.shown()[0, he])
    assert told.of()[0, he] == 3.5
    assert told.totals()["note"].tolist() == ["withheld", ""]
    assert np.isnan(told.totals()["overall"][0])


def test_with_the_same_least_to_count_nothing_is_withheld():
    told = agreed(least={"peer": 3, "report": 3})
    assert told.hidden.any()
    assert not told.withheld.any()


def test_a_ratee_reads_no_single_rating_of_an_anonymous_relation():
    reason = "he never listens"
    table = [{**row, "reason": reason if row["rater"] == "ma" else ""} for row in rows()]
    told = ck.consolidate(ratings(table), rating.Raters(WEIGHTS))
    for node in ("li", "he"):
        for quantity in (None, *told.relations):
            text = ck.explain(told, node, item="teamwork", quantity=quantity).text(None)
            assert reason not in text
            assert "rating by ma" not in text
            assert "rating by xu" not in text
    open_ = ck.explain(told.seen_by(rating.Office()), "li", item="teamwork").text(None)
    assert f"value: {reason}" in open_
    manager = ck.explain(told, "li", item="teamwork", quantity="manager").text(None)
    assert "rating by wu = 4 points  ← ratings row 0, value" in manager
