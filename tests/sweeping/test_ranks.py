"""Places under many weightings and cards, against comparing each with the base."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.sweeping import ranks as module
from tests.helpers import entries, org, refused
from tests.sweeping.case import card, results
from tests.sweeping.test_sweep import scores

NAN = float("nan")


def compared(swept, ranks):
    """Ranges, correlations and moves by comparing each side with the base, one by one."""
    org, shape = swept.org, ranks.base.shape
    kind = np.array(["no"] * len(org), dtype=object)
    kind[ranks.rows] = "yes"
    best, worst = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    told = []
    for k in range(len(swept.over)):
        made = ck.comparing.compare(swept.scores, ck.score(swept.scores.results, swept.card(k)),
                                    kind=None)  # fmt: skip
        assert (np.flatnonzero(made.people) == ranks.rows).all()
        after, before = made.rank_after[:, ranks.rows], made.rank_before[:, ranks.rows]
        best = np.where((after > 0) & ((best == 0) | (after < best)), after, best)
        worst = np.maximum(worst, after)
        moves = np.where((after > 0) & (before > 0), np.abs(after - before), 0)
        both = ((after > 0) & (before > 0)).sum(axis=1)
        rho = np.atleast_1d(made.agreement()["spearman"])
        told.append((rho, both, moves.max(axis=1), moves.sum(axis=1) / np.where(both, both, NAN)))
        assert (before == ranks.base).all()
    return best, worst, *(np.array(each) for each in zip(*told, strict=True))


@settings(max_examples=25)
@given(st.integers(0, 30), st.sampled_from(["renormalise", "hold"]), st.booleans(),
       st.sampled_from([1, 60, 1 << 24]))  # fmt: skip
def test_they_are_those_of_comparing_each_with_the_base(seed, missing, whole, size):
    base = scores(missing, seed=seed)
    swept = ck.sweep(
        base,
        ck.Weightings.drawn({"a": 2, "b": 1, "c": 1}, 4, seed=seed)
        if whole
        else ck.Variants.grid(base.scorecard, {"a.curve.cap": [50, 130], "b.weight": [30, 60]}),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_TOTALS", size)
        ranks = swept.ranks()
    best, worst, rho, both, most, mean = compared(swept, ranks)
    assert ranks.best.tolist() == best.tolist()
    assert ranks.worst.tolist() == worst.tolist()
    np.testing.assert_array_equal(ranks.spearman, rho)
    np.testing.assert_array_equal(ranks.people, both)
    np.testing.assert_array_equal(ranks.largest, most)
    np.testing.assert_array_equal(ranks.shift, mean)


@pytest.mark.parametrize("rows", [[0, 1, 2, 3], [5], range(200)])
def test_the_range_holds_the_place_of_the_base_where_it_is_swept(rows):
    base = ck.score(results(200), card())
    grid = ck.Variants.grid(base.scorecard, {"churn.weight.shop": [20, 50], "c.missing": [None]})
    ranks = ck.sweep(base, grid).ranks(np.array(rows))
    # churn weighs 50 in shops: the second variant is the base itself.
    assert (
        ranks.spearman[1].tolist()
        == [1.0 if len(rows) > 1 else pytest.approx(NAN, nan_ok=True)] * 2
    )
    assert ranks.largest[1].tolist() == [0, 0]
    placed = ranks.base > 0
    assert (ranks.best[placed] <= ranks.base[placed]).all()
    assert (ranks.worst[placed] >= ranks.base[placed]).all()
    assert ranks.base.max() <= len(rows)


def test_a_few_have_the_places_that_they_have_among_each_other():
    base = ck.score(results(2_000), card())
    swept = ck.sweep(base, ck.Variants.around(base.scorecard, 0.9))
    some = np.array([4, 90, 1_500])  # so few that they are scored by themselves
    ranks = swept.ranks(some)
    for k in range(len(swept.over)):
        totals = swept.totals(k)[:, some]
        places = 1 + (totals[:, None, :] > totals[:, :, None]).sum(axis=2)
        places = np.where(np.isnan(totals), 0, places)
        assert (places <= ranks.worst).all()
    every = [swept.totals(k)[0, some] for k in range(len(swept.over))]
    places = [1 + (t[None] > t[:, None]).sum(axis=1) for t in every if not np.isnan(t).any()]
    if len(places) == len(every):
        assert ranks.best[0].tolist() == np.min(places, axis=0).tolist()
    assert ranks.table()["node"].tolist()[:3] == base.org.ids[some].tolist()


def test_the_order_of_those_who_are_asked_for_changes_nothing():
    base = ck.score(results(), card())
    swept = ck.sweep(base, ck.Variants.around(base.scorecard))
    one, other = swept.ranks(np.array([9, 3, 7])), swept.ranks(np.array([3, 7, 9]))
    assert (one, hash(one)) == (other, hash(other))
    assert one != swept.ranks(np.array([3, 7]))


def test_who_has_no_place_has_none():
    base = scores("hold", seed=5)
    swept = ck.sweep(base, ck.Weightings(["a"], [[1]], ["a alone"]))
    ranks = swept.ranks()
    there = ~np.isnan(swept.totals(0)[:, ranks.rows])
    assert ((ranks.best > 0) == there).all()
    assert ((ranks.base > 0) == ~np.isnan(base.total[:, ranks.rows])).all()
    table = ranks.table()
    assert len(table["node"]) == int((there | (ranks.base > 0)).sum())
    assert 0 in table["rank"]


def test_people_who_come_and_people_who_go_are_told_apart():
    tree = org({"hq": "", "a": "hq", "b": "hq", "c": "hq", "d": "hq"})
    kpis = [ck.Kpi(name, "x", aggregate=ck.aggregates.Mean(), split=ck.splits.Shared())
            for name in ("one", "two")]  # fmt: skip
    targets = ck.cascade(tree, kpis, {"one": 100, "two": 100}, periods="2026")
    reports = entries(
        ("b", "one", 70), ("c", "one", 80), ("d", "one", 90),
        ("a", "two", 30), ("c", "two", 99), ("d", "two", 20),
    )  # fmt: skip
    items = [ck.Item("one"), ck.Item("two")]
    base = ck.score(ck.measure(targets, reports), ck.Scorecard(items, {"one": 100}))
    ranks = ck.sweep(base, ck.Weightings(["two"], [[1]])).ranks()
    assert (ranks.base.tolist(), ranks.best.tolist()) == ([[0, 3, 2, 1]], [[2, 0, 1, 3]])
    # Of c and d alone, who have both: their order is turned.
    assert (ranks.people.item(), ranks.spearman.item(), ranks.largest.item()) == (2, -1, 2)
    assert (ranks.shift.item(), ranks.mover.item()) == (1.5, tree.row("d"))


def test_the_summary_tells_who_moves_most():
    base = ck.score(results(), card())
    swept = ck.sweep(base, ck.Variants.grid(base.scorecard, {"sales.weight.shop": [70, 5]}))
    ranks, table = swept.ranks(), swept.ranks().summary()
    assert table["period"].tolist() == ["Q1", "Q2"] * 2
    assert table["sales.weight.shop"].tolist() == [70, 70, 5, 5]
    assert table["mover"].tolist()[:2] == [None, None]
    after = swept.totals(1)[1, ranks.rows]
    places = np.array([1 + (after > each).sum() if each == each else 0 for each in after])
    moves = np.where((places > 0) & (ranks.base[1] > 0), np.abs(places - ranks.base[1]), 0)
    assert table["mover"][3] == base.org.ids[ranks.rows[moves.argmax()]]
    assert (table["largest"][3], table["shift"][3]) == (
        moves.max(),
        moves.sum() / table["people"][3],
    )
    assert repr(ranks).startswith("<RankRanges of 50 × 2: correlation at least 0.")


def test_rows_that_are_none_are_told_together():
    base = ck.score(results(), card())
    swept = ck.sweep(base, ck.Variants({"base": base.scorecard}))
    told = refused(swept.ranks, np.array([-1, 3, 3, 60]))
    assert [(each.row, each.value) for each in told] == [(0, -1), (3, 60), (None, 3)]
    for among in ([], [0.5], "n001", [[1]], [[1], [1, 2]], np.zeros(60, dtype=bool)):
        assert refused(swept.ranks, among)[0].column == "among"
