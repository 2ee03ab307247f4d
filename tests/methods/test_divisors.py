"""Divisor methods in wide groups, where lots are given many at once."""

import numpy as np
import pytest

from cascade_kpi import methods
from cascade_kpi.methods import divisors

RNG = np.random.default_rng(11)
N = 150
CLAIMS = {
    "small": RNG.integers(0, 50, N),
    "large": RNG.integers(1, 2**43, N),
    "equal": np.full(N, 7),
    "alike": RNG.integers(1, 3, N),
    "one apart": 2**44 + RNG.integers(0, 2, N),
}
METHODS = [
    methods.Adams(),
    methods.Dean(),
    methods.HuntingtonHill(),
    methods.Webster(),
    methods.ModifiedSainteLague(),
    methods.Jefferson(),
]


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_many_at_once_is_one_by_one(monkeypatch, method, name):
    claims = CLAIMS[name].astype(float)[:, None]
    low = RNG.integers(0, 3, (N, 1)).astype(float)
    high = np.where(RNG.random((N, 1)) < 0.2, low + 4, np.inf)
    for lots in (int(low.sum()) + 40, 5 * N + 17, 10**9 + 7):
        at_once = method(np.array([lots]), claims, low, high)
        monkeypatch.setattr(divisors, "_WIDE", 10 * N)
        one_by_one = method(np.array([lots]), claims, low, high)
        monkeypatch.undo()
        assert at_once.tolist() == one_by_one.tolist()
        assert at_once.sum() == lots
