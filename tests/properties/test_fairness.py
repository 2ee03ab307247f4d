"""Laws of fairness on arbitrary targets, histories and groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import yardsticks
from tests.strategies import trees as some

NAN = float("nan")
POSTS = st.sampled_from(["seller", "buyer", "", "clerk"])
PAST = st.one_of(st.just(NAN), st.integers(-50, 1000).map(float), st.just(0.0))
FENCES = st.sampled_from([yardsticks.Deviations(3), yardsticks.Quartiles(1.5)])


@st.composite
def rounds(draw):
    """A table of people, their posts, and two or three cycles of a past, and their targets."""
    n = draw(st.integers(1, 40))
    cycles = draw(st.integers(1, 3))
    table = {
        "id": [f"p{i}" for i in range(n)],
        "parent": ["", *["p0"] * (n - 1)],
        "post": [*some.cycled(draw, POSTS, n - 1), "seller"],
        **{f"y{c}": some.cycled(draw, PAST, n) for c in range(cycles)},
        "target": some.cycled(draw, st.integers(-9, 1500).map(float), n),
    }
    table["y0"][-1] = 100.0
    return table, draw(FENCES)


def judged_of(table, fences, factor=1.0, better="higher"):
    columns = {
        name: [v * factor for v in values] if name.startswith(("y", "target")) else values
        for name, values in table.items()
    }
    org = ck.OrgTree.from_table(columns)
    kpis = ck.Kpis([ck.Kpi("k", "x", better=better)])
    wanted = {"k": org.numbers("target")}
    targets = ck.Targets.from_columns(org, kpis, wanted, periods="2027")
    past = [name for name in table if name.startswith("y")]
    return ck.fairness(
        targets, past, yardsticks.Peers("post", 3), fences=fences, base=yardsticks.Average()
    )


@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(drawn, random):
    table, fences = drawn
    order = list(range(len(table["id"])))
    random.shuffle(order)
    one, two = judged_of(table, fences), judged_of(some.shuffled(table, order), fences)
    for name, values in one.table().items():
        assert ck._arrays.equal(values, two.table()[name])
    for name, values in one.groups().items():
        assert ck._arrays.equal(values, two.groups()[name])


@given(rounds(), st.sampled_from([0.001, 7.0, 1e6]))
def test_units_do_not_matter(drawn, factor):
    table, fences = drawn
    one, two = judged_of(table, fences), judged_of(table, fences, factor)
    close = {"rtol": 1e-9, "atol": 1e-9, "equal_nan": True}
    assert np.allclose(one.stretch("k"), two.stretch("k"), **close)
    assert np.allclose(one.load("k"), two.load("k"), **close)


@given(rounds())
def test_harder_one_way_is_easier_the_other(drawn):
    table, fences = drawn
    up, down = (judged_of(table, fences, better=better) for better in ("higher", "lower"))
    assert np.array_equal(up.stretch("k"), 0.0 - down.stretch("k"), equal_nan=True)


@given(rounds())
def test_figures_of_a_group_are_those_of_its_members_alone(drawn):
    table, fences = drawn
    judged = judged_of(table, fences)
    figures, stretch = judged.figures("k"), judged.stretch("k")[0]
    seen = 0
    for g, code in enumerate(figures.names.tolist()):
        mine = stretch[(judged.group_codes == code) & ~np.isnan(stretch)]
        seen += len(mine)
        assert figures.counts[g] == len(mine)
        want = np.quantile(mine, [0.25, 0.5, 0.75])
        got = [figures.lower[g], figures.median[g], figures.upper[g]]
        assert got == pytest.approx(want, rel=1e-9, abs=1e-12)
        assert stretch[figures.first[g]] == mine.min()
        assert stretch[figures.last[g]] == mine.max()
        if len(mine) < 3:
            assert np.isnan(figures.low[g])
            continue
        far = np.abs(mine - want[1])
        far[far <= 1e-9] = 0
        if isinstance(fences, yardsticks.Deviations):
            spread = 1.4826 * np.median(far) or 1.2533 * far.mean()
            assert figures.spread[g] == pytest.approx(spread, rel=1e-6, abs=1e-12)
        else:
            assert figures.high[g] == pytest.approx(want[2] + 1.5 * (want[2] - want[0]), abs=1e-9)
    assert seen == np.count_nonzero(~np.isnan(stretch) & (judged.group_codes >= 0))


@given(rounds(), st.floats(-0.5, 3))
def test_the_same_growth_for_all_leaves_no_outlier(drawn, growth):
    table, fences = drawn
    base = judged_of(table, fences).base("k")[0]
    ids = judged_of(table, fences).org.ids.tolist()
    of = dict(zip(ids, base.tolist(), strict=True))
    wanted = [of[i] + abs(of[i]) * growth if of[i] == of[i] else 1.0 for i in table["id"]]
    judged = judged_of({**table, "target": wanted}, fences)
    stretch = judged.stretch("k")[0]
    there = ~np.isnan(stretch)
    assert stretch[there] == pytest.approx(np.full(there.sum(), growth), abs=1e-9)
    assert not judged.outliers("k").any()
    told = judged.deviation("k")[0]
    assert (told[~np.isnan(told)] == 0).all()


@given(st.integers(8, 40), st.integers(0, 10**6), FENCES, st.sampled_from([-1, 1]))
def test_a_planted_outlier_is_found(n, seed, fences, way):
    rng = np.random.default_rng(seed)
    past = rng.integers(100, 200, size=n).astype(float)
    growth = rng.uniform(0.04, 0.06, size=n)
    odd = int(rng.integers(0, n))
    growth[odd] += way * 0.5
    table = {
        "id": [f"p{i}" for i in range(n)],
        "parent": ["", *["p0"] * (n - 1)],
        "post": ["seller"] * n,
        "y0": past.tolist(),
        "target": (past * (1 + growth)).tolist(),
    }
    judged = judged_of(table, fences)
    assert judged.outliers("k")[0, judged.org.row(f"p{odd}")] == way


@given(rounds())
def test_loads_weighed_by_the_base_are_one(drawn):
    table, fences = drawn
    judged = judged_of(table, fences)
    load, base, codes = judged.load("k")[0], judged.base("k")[0], judged.group_codes
    target = judged.targets.of("k")[0]
    for code in range(len(judged.group_names)):
        mine = (codes == code) & (base >= 0) & (target >= 0)
        if not base[mine].sum() or not target[mine].sum() or (base[mine] == 0).any():
            continue
        share = base[mine] / base[mine].sum()
        assert (load[mine] * share).sum() == pytest.approx(1.0)
