"""The scorecard's arithmetic over blocks."""

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.missing import Missing
from cascade_kpi.scoring import kernel
from tests.helpers import NAN

POINTS = [np.array([80.0, 80.0, NAN]), np.array([50.0, NAN, NAN])]


@pytest.mark.parametrize(
    ("missing", "top", "bottom"),
    [
        (Missing.RENORMALISE, [7400, 5600, 0], [100, 70, 0]),  # 70·80 + 30·60, …
        (Missing.ZERO, [7400, 5600, 0], [100, 100, 100]),
        (Missing.HOLD, [7400, NAN, NAN], [100, 100, 100]),
    ],
)
def test_sums_by_policy(missing, top, bottom):
    points = [POINTS[0], np.array([60.0, NAN, NAN])]
    got = kernel.weighted_mean(points, [70.0, 30.0], missing)
    np.testing.assert_array_equal(got[0], top)
    np.testing.assert_array_equal(got[1], bottom)


@pytest.mark.parametrize("missing", list(Missing))
def test_what_is_not_on_the_card_is_not_missing(missing):
    weights = [np.array([100.0, 100.0, 0.0]), np.array([0.0, 0.0, 0.0])]
    top, bottom = kernel.weighted_mean(POINTS, weights, missing)
    assert top.tolist() == [8000, 8000, 0]
    assert bottom.tolist() == [100, 100, 0]


def test_blocks_change_no_bit(monkeypatch):
    n = 70
    names = ["hq", *(f"n{i:02d}" for i in range(n))]
    kinds = ["co", *(["x", "y"][i % 3 == 0] for i in range(n))]
    tree = ck.OrgTree.from_table(
        {"id": names, "parent": ["", *["hq"] * n], "kind": kinds}, kind="kind"
    )
    kpis = [ck.Kpi("a", "x"), ck.Kpi("b", "x")]
    targets = ck.cascade(tree, kpis, {"a": 700, "b": 33}, periods="p")
    rows = [(f"n{i:02d}", k, i * 0.37) for i in range(n) for k in "ab" if (i + len(k)) % 5]
    table = dict(zip(("node", "kpi", "value"), map(list, zip(*rows, strict=True)), strict=True))
    results = ck.measure(targets, table)
    card = ck.Scorecard([ck.Item("a"), ck.Item("b")], {"x": {"a": 70, "b": 30}, "*": {"b": 100}})
    whole = ck.score(results, card).total
    monkeypatch.setattr(kernel, "_BLOCK", 7)
    assert ck.score(results, card).total.tobytes() == whole.tobytes()
