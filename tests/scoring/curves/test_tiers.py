"""Rates by tiers: each part its own, or all that of the tier reached."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.helpers import NAN, refused
from tests.strategies.cards import TIERS

MarginalTiers, RetroactiveTiers = ck.curves.MarginalTiers, ck.curves.RetroactiveTiers


def at(curve, *levels):
    return curve(np.array(levels, dtype=float)).tolist()


@given(TIERS, st.floats(-4, 6))
def test_marginal_tiers_are_a_table_of_taxes(tiers, x):
    starts, rates = np.array(tiers).T
    parts = np.clip(x, starts, np.r_[starts[1:], np.inf]) - starts
    curve = MarginalTiers(tiers, base=3)
    assert at(curve, x) == pytest.approx([3 + float((rates * parts).sum())], abs=1e-9)
    assert curve.shape().rising
    assert len(curve.shape().jumps) == 0


@given(TIERS, st.floats(-4, 6))
def test_retroactive_tiers_apply_the_rate_that_is_reached_to_all(tiers, x):
    reached = [rate for start, rate in tiers if start <= x]
    assert at(RetroactiveTiers(tiers, base=3), x) == [reached[-1] * x if reached else 3]


def test_a_cap():
    assert at(MarginalTiers([(0, 100), (1, 200)], most=150), 1, 1.25, 1.3) == [100, 150, 150]
    assert at(RetroactiveTiers([(0, 100), (1, 200)], most=150), 0.99, 1, 9) == [99, 150, 150]
    assert RetroactiveTiers([(0, 100), (1, 120)], most=150).shape().edges.tolist() == [0, 1, 1.25]


@pytest.mark.parametrize("kind", [MarginalTiers, RetroactiveTiers])
def test_faults_are_told_together(kind):
    faults = refused(kind, [(1, 2), (0, 3), "x"], base=NAN, most="y")
    assert [(f.row, f.column) for f in faults] == [
        (2, "tiers"), (1, "tiers"), (None, "base"), (None, "most"),
    ]  # fmt: skip
    faults = refused(kind, [(0, -1), (1, 2), (2, -3)], base=5, most=4)
    assert [(f.row, f.column) for f in faults] == [(0, "tiers"), (2, "tiers"), (None, "most")]
    assert len(refused(kind, [])) == 1
