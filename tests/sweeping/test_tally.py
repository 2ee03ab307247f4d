"""What is kept of many totals, and where grades begin."""

import numpy as np

import cascade_kpi as ck
from cascade_kpi.sweeping.tally import Batch, Tally, edges

NAN = float("nan")
GRADES = ck.Grades.from_edges({"A": 100, "B": 80, "C": None})


def test_one_comparison_grades_as_rounding_does():
    cuts = edges(GRADES)
    for cut, low in zip(cuts.tolist(), (100.0, 80.0), strict=True):
        assert np.round(cut, 2) >= low > np.round(np.nextafter(cut, 0), 2)


def test_an_edge_of_more_decimals_than_totals_have_begins_at_the_next_that_they_have():
    cut = edges(ck.Grades.from_edges({"A": 90.004, "B": None}, decimals=2)).item()
    assert np.round(cut, 2) == 90.01
    assert np.round(np.nextafter(cut, 0), 2) == 90


def test_blocks_in_any_order_make_one_tally():
    totals = np.array([[[90.0, 110.0, NAN, 70.0]], [[80.0, 95.0, NAN, NAN]]])  # (w, p, n)
    base = GRADES.codes(np.array([[90.0, 90.0, 90.0, NAN]]))

    def tallied(blocks):
        tally = Tally(2, totals[0], base, np.stack([edges(GRADES)] * 2))
        for nodes, batches in blocks:
            tally.add(0, nodes, [Batch.of(which, totals[which, 0, nodes]) for which in batches])
        return tally

    both, one, other = slice(0, 2), slice(0, 1), slice(1, 2)
    whole = tallied([(slice(0, 4), [both])])
    parts = tallied([(slice(2, 4), [other, one]), (slice(0, 2), [one]), (slice(0, 2), [other])])
    for tally in (whole, parts):
        assert tally.total.tolist() == [[270.0], [175.0]]
        assert tally.scored.tolist() == [[3], [2]]
        assert tally.graded.tolist() == [[[1, 1, 1]], [[0, 2, 0]]]
        # Nobody of the third has a total any more, and the fourth has a grade, or none as before.
        assert tally.changed.tolist() == [[3], [1]]
        np.testing.assert_array_equal(tally.low, [[80, 95, NAN, 70]])
        np.testing.assert_array_equal(tally.high, [[90, 110, NAN, 70]])
        assert tally.got.tolist() == [[[0, 1, 0, 0], [2, 1, 0, 0], [0, 0, 0, 1]]]


def test_bands_may_begin_elsewhere_for_each():
    totals = np.array([[90.0, 110.0]])
    low = ck.Grades.from_edges({"A": 85, "B": 80, "C": None})
    for batches in ([Batch.of(slice(0, 1), totals), Batch.of(slice(1, 2), totals)],
                    [Batch.of(slice(0, 2), np.vstack([totals, totals]))]):  # fmt: skip
        tally = Tally(2, totals, GRADES.codes(totals), np.stack([edges(GRADES), edges(low)]))
        tally.add(0, slice(0, 2), batches)
        assert tally.graded[:, 0].tolist() == [[1, 1, 0], [2, 0, 0]]
        assert tally.changed.tolist() == [[0], [1]]


def test_without_grades_nothing_is_counted_of_them():
    totals = np.array([[90.0, NAN]])
    tally = Tally(1, totals, np.full((1, 2), -1), None)
    tally.add(0, slice(0, 2), [Batch.of(slice(0, 1), totals)])
    assert (tally.graded.shape, tally.got.shape) == ((1, 1, 0), (1, 0, 2))
    assert tally.changed.tolist() == [[0]]
    assert tally.scored.tolist() == [[1]]


def test_grades_are_counted_though_nobody_had_one_in_the_base():
    tally = Tally(1, np.array([[NAN]]), np.array([[-1]]), edges(GRADES)[None])
    tally.add(0, slice(0, 1), [Batch.of(slice(0, 1), np.array([[90.0]]))])
    assert tally.graded.tolist() == [[[0, 1, 0]]]
    assert tally.changed.tolist() == [[1]]
