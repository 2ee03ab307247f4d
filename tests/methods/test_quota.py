"""The quota method: where it begins, and what it refuses."""

import numpy as np
import pytest

from cascade_kpi.errors import InputError
from cascade_kpi.methods import Quota
from cascade_kpi.methods import quota as module


def divided(lots, claims, low=0.0, high=np.inf):
    claims = np.array(claims, dtype=float)[:, None]
    shape = claims.shape
    return Quota()(np.array([lots]), claims, np.full(shape, low), np.full(shape, high))[:, 0]


def test_a_large_goal_begins_at_whole_multiples_of_the_claims():
    claims = [6, 6, 2]
    small = divided(11, claims)
    large = divided(11 + 7 * 10**12, claims)  # 7 = (6 + 6 + 2) / 2
    assert (large - small).tolist() == [3 * 10**12, 3 * 10**12, 10**12]


def test_a_goal_that_would_take_forever_is_refused():
    with pytest.raises(InputError, match="1,000,000 lots one after another; use a larger lot"):
        divided(1_000_000, [2**40 + 1, 2**40 - 1])
    with pytest.raises(InputError, match="lots one after another"):
        divided(1_000_000, [1, 1], high=1e6)


def test_shares_that_are_whole_to_the_last_bit_are_no_more_than_they_are(monkeypatch):
    # 2^47 + 1 of 2^48 + 2 is a half: of two lots each has one, though products are 2^48 large.
    claims = [2**47 + 1, 2**47 + 1]
    monkeypatch.setattr(module, "_STEPS", 4)
    assert divided(2, claims).tolist() == [1, 1]
    # Here the first is one in 2^48 more than a half.
    assert divided(1, [2**47 + 2, 2**47]).tolist() == [1, 0]
    assert divided(3, [2**47 + 2, 2**47]).tolist() == [2, 1]
