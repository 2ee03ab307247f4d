"""Demands in lots, and that it is all one how many nodes are gone through at a time."""

from __future__ import annotations

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.commitments import demands
from cascade_kpi.commitments.demands import in_real_lots
from cascade_kpi.kpis.lots import Lot
from cascade_kpi.org import layout


@pytest.mark.parametrize("size", ["1", "0.01", "0.003", "7", "1000", "12345.678"])
def test_amounts_that_are_whole_lots_are_whole_numbers(size: str) -> None:
    lot = Lot(size)
    lots = np.array([0, 1, -1, 29, 57, -1234567, 2**40 + 1, 2**51 - 1])
    assert in_real_lots(lot, lot.values(lots)).tolist() == lots.tolist()
    # So large that a lot's numerator times them is no float, and is rounded.
    large = np.random.default_rng(3).integers(2**40, 2**50, 500)
    assert in_real_lots(lot, lot.values(large)).tolist() == large.tolist()
    # Those below 2^40 alone, which are read without a look at each.
    assert in_real_lots(lot, lot.values(lots[:6])).tolist() == lots[:6].tolist()


def test_amounts_between_lots_stay_between_them() -> None:
    found = in_real_lots(Lot("0.01"), np.array([0.005, np.nan, -0.025, -0.0]))
    assert np.array_equal(found, [0.5, np.nan, -2.5, 0.0], equal_nan=True)
    assert not np.signbit(found[3])


def wide() -> ck.Targets:
    """Thirty managers of forty, and who takes no part."""
    ids = ["hq", *(f"m{i}" for i in range(30)), *(f"p{i}" for i in range(1_200))]
    parents = ["", *["hq"] * 30, *(f"m{i // 40}" for i in range(1_200))]
    org = ck.OrgTree.from_table({"id": ids, "parent": parents})
    wanted = np.random.default_rng(5).normal(100.0, 30.0, len(org))
    wanted[7:20] = np.nan
    kpis = ck.Kpis([ck.Kpi("sales", "CNY", lot="0.5")])
    return ck.Targets.from_columns(org, kpis, {"sales": wanted}, periods="2027")


@pytest.mark.parametrize("offered", [False, True])
def test_nodes_gone_through_in_small_parts_get_the_same_bits(
    monkeypatch: pytest.MonkeyPatch,
    offered: bool,
) -> None:
    targets = wide()
    offers = {"node": ["m3", "p700"], "kpi": ["sales"] * 2, "value": [4_000, 80]}
    at_once = ck.reconcile(targets, offers if offered else None)
    monkeypatch.setattr(demands, "_CHUNK", 7)
    monkeypatch.setattr(layout, "_CHUNK", 90)
    monkeypatch.setattr(layout, "_SMALL", 0)
    in_parts = ck.reconcile(wide(), offers if offered else None)
    assert in_parts.optimum("sales").tobytes() == at_once.optimum("sales").tobytes()
    assert np.array_equal(in_parts.targets.lots_of("sales"), at_once.targets.lots_of("sales"))


def test_offers_that_do_not_count_are_as_good_as_none() -> None:
    targets = wide()
    nodes = [str(node) for node in targets.org.ids[:5]]
    offers = {"node": nodes, "kpi": ["sales"] * 5, "value": [1.0] * 5, "confidence": [0] * 5}
    stated, silent = ck.reconcile(targets, offers), ck.reconcile(targets)
    assert stated.optimum("sales").tobytes() == silent.optimum("sales").tobytes()
    assert stated.targets.of("sales").tobytes() == silent.targets.of("sales").tobytes()


def test_limits_that_bind_nobody_change_nothing() -> None:
    targets = wide()
    far = {"node": ["hq"], "kpi": ["sales"], "floor": [-1e9], "cap": [1e9]}
    bound, free = ck.reconcile(targets, limits=far), ck.reconcile(targets)
    assert bound.optimum("sales").tobytes() == free.optimum("sales").tobytes()
    assert bound.targets.of("sales").tobytes() == free.targets.of("sales").tobytes()
