"""Raters who are lenient, and ratings corrected for it."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import rating
from cascade_kpi.rating.additive import Additive, components
from cascade_kpi.rating.leniency import corrected, levelled
from tests.golden.test_rater_agreement import judged
from tests.helpers import refused
from tests.rating.case import ratings, rows

SCALE = rating.Scale(1, 10)


def test_everybody_rates_everybody_as_in_the_analysis_of_variance():
    table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    lenient = rating.leniency(judged(table, SCALE))
    values = np.array(table, dtype=float)
    effects = values.mean(axis=0) - values.mean()
    told = lenient.table()
    assert told["leniency"] == pytest.approx(effects)
    # mean squares of Shrout and Fleiss's example: judges 32.49, residual 1.02
    judges, residual = rating.icc(judged(table, SCALE)).squares.among, 1.0194444444444444
    assert lenient.variances == pytest.approx((residual, (judges - residual) / 6))
    assert told["reliability"] == pytest.approx([1 - residual / judges] * 4)
    assert lenient.values.mean() == pytest.approx(values.mean(), abs=1e-12)
    assert lenient.components == 1


def test_least_squares_are_those_of_a_dense_solver():
    rng = np.random.default_rng(5)
    target, rater = np.nonzero(rng.random((12, 9)) < 0.35)
    target, rater = (np.unique(each, return_inverse=True)[1] for each in (target, rater))
    values = rng.normal(size=len(target))
    fit = Additive.of(target, rater, values)
    design = np.zeros((len(target), target.max() + rater.max() + 2))
    design[np.arange(len(target)), target] = 1
    design[np.arange(len(target)), target.max() + 1 + rater] = 1
    solved, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    assert fit.left == pytest.approx(((values - design @ solved) ** 2).sum())
    assert sum(fit.freedom) + target.max() + 1 == len(target)
    assert fit.freedom[1] == len(target) - rank
    own = solved[target.max() + 1 :]
    for c in range(fit.component.max() + 1):
        mine = fit.component == c
        assert np.ptp(own[mine] - fit.effect[mine]) == pytest.approx(0, abs=1e-9)
        assert (fit.effect * fit.counts)[mine].sum() == pytest.approx(0, abs=1e-9)


def test_components_are_those_of_a_graph_library():
    scipy = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(11)
    for share in (0.01, 0.03, 0.1):
        target, rater = np.nonzero(rng.random((40, 30)) < share)
        found = components(target, rater, 40, 30)
        edges = scipy.coo_array((np.ones(len(target)), (target, rater + 40)), shape=(70, 70))
        _, wanted = scipy.csgraph.connected_components(edges, directed=False)
        _, first = np.unique(wanted[40:], return_inverse=True)
        pairs = set(zip(found.tolist(), first.tolist(), strict=True))
        assert len(pairs) == len(set(found.tolist())) == len(set(first.tolist()))
        assert found[np.unique(found, return_index=True)[1]].tolist() == sorted(set(found.tolist()))
        assert (np.diff(np.unique(found, return_index=True)[1]) > 0).all()


def test_a_long_chain_is_one_component():
    n = 20_000
    target = np.repeat(np.arange(n), 2)
    rater = target + np.tile([0, 1], n)
    order = np.random.default_rng(0).permutation(n + 1)
    assert not components(target, order[rater], n, n + 1).any()


def test_raters_who_fall_apart_are_told_and_not_compared():
    table = [[1, 2, None, None], [2, 4, None, None], [None, None, 9, 8], [None, None, 10, 9]]
    lenient = rating.leniency(judged(table, SCALE))
    assert lenient.components == 2
    told = lenient.table()
    assert told["component"].tolist() == [0, 0, 1, 1]
    assert told["mean"].tolist() == [1.5, 3, 9.5, 8.5]
    after = lenient.rows()["after"].reshape(4, 4)
    assert np.nanmean(after[:2]) == pytest.approx(9 / 4)
    assert np.nanmean(after[2:]) == pytest.approx(9)


def test_a_rater_nobody_shares_a_ratee_with_is_left_alone():
    lenient = rating.leniency(
        judged([[1, 3, None], [2, 3, None], [4, 5, None], [None, None, 9]], SCALE)
    )
    told = lenient.table()
    assert (told["leniency"][2], told["reliability"][2], told["corrected"][2]) == (0, 0, 9)


def test_what_cannot_be_told_is_not_corrected():
    one = judged([[1, 5]], SCALE)  # no residual degrees of freedom
    lenient = rating.leniency(one)
    assert np.isnan(lenient.variances).all()
    assert lenient.values.tolist() == [1, 5]
    assert "nothing can be told" in repr(lenient)
    alike = rating.leniency(judged([[1, 5], [5, 1], [3, 3]], SCALE))  # no raters' variance
    assert alike.variances[1] == 0
    assert alike.values.tolist() == [1, 5, 5, 1, 3, 3]


def test_nothing_goes_beyond_the_scale_and_the_mean_stays():
    rng = np.random.default_rng(2)
    people, raters = rng.normal(4, 1, 30), np.array([-1.5, 0, 0, 2.0])
    table = np.clip(np.rint(people[:, None] + raters + rng.normal(0, 0.3, (30, 4))), 1, 5)
    given = judged(table.tolist(), rating.Scale(1, 5))
    lenient = rating.leniency(given)
    assert lenient.values.min() >= 1
    assert lenient.values.max() == 5  # some are cut
    assert lenient.constants[0] > 1e-6  # and the others make up for it
    assert lenient.values.mean() == pytest.approx(table.mean(), abs=4e-12)
    spread = [np.ptp(values.reshape(30, 4).mean(axis=0)) for values in (table, lenient.values)]
    assert spread[1] < spread[0] / 5


def test_a_chain_of_raters_far_apart_keeps_its_mean_too():
    # Each rates three with the next, who gives four more: 36 points from end to end.
    n, table = 10, []
    for i in range(3 * (n - 1)):
        line = [None] * n
        line[i // 3], line[i // 3 + 1] = 1 + (i % 6 == 5), 5
        table.append(line)
    lenient = rating.leniency(judged(table, rating.Scale(1, 5)))
    assert np.ptp(lenient.shrunk) > 30
    after, before = lenient.values, lenient.ratings.values
    assert np.nanmin(after) == 1
    assert np.nanmax(after) == 5
    assert np.nanmean(after) == pytest.approx(np.nanmean(before), abs=4e-12)


def test_the_constant_is_found_however_far_off():
    rng = np.random.default_rng(1)
    scale = rating.Scale(1, 5)
    for far in (0.1, 3, 50, 1e6):
        component = rng.integers(0, 3, 200)
        raw = rng.integers(1, 6, 200).astype(float)
        less = raw + rng.normal(0, far, 200)
        after = corrected(less, levelled(less, raw, component, scale)[component], scale)
        for c in range(3):
            mine = component == c
            assert after[mine].mean() == pytest.approx(raw[mine].mean(), abs=1e-11)


def test_blank_ratings_stay_blank_and_a_period_stands_alone():
    given = ratings([*rows(), *rows(period="2025")])
    lenient = rating.leniency(given)
    assert np.array_equal(np.isnan(lenient.values), np.isnan(given.values))
    blank = int(np.flatnonzero(np.isnan(given.values))[0])
    assert lenient.seat(blank) == -1
    assert set(lenient.table()["period"].tolist()) == {"2025", "2026"}
    assert lenient.components == 2
    assert lenient.rows()["before"].tolist()[0] == given.values[0]
    assert hash(lenient) == hash(rating.leniency(given))
    assert lenient._repr_html_().startswith("<pre>&lt;Leniency of")


def test_corrected_ratings_take_the_place_of_ratings():
    lenient = rating.leniency(ratings())
    by = rating.Raters(rating.ByHeads())
    before, after = ck.consolidate(ratings(), by), ck.consolidate(lenient, by)
    assert after.ratings == before.ratings
    assert not np.array_equal(after.of(), before.of(), equal_nan=True)
    assert after.source is lenient


def test_items_on_different_scales_are_refused():
    table = [*rows(item="a"), *rows({"li": {"wu": 90}}, item="b")]
    given = ratings(table, scale={"a": rating.Scale(1, 5), "b": rating.Scale(0, 100)})
    refused(rating.leniency, given)
    refused(rating.leniency, None)
