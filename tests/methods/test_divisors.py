"""Divisor methods in wide groups, where lots are given many at once."""

import heapq
from fractions import Fraction

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
        monkeypatch.setattr(divisors, "_MANY", 10 * N)
        one_by_one = method(np.array([lots]), claims, low, high)
        monkeypatch.undo()
        assert at_once.tolist() == one_by_one.tolist()
        assert at_once.sum() == lots


def one_after_another(signpost, lots, claims, low, high):
    """Lot after lot to the highest priority, exactly, the earlier of equals."""
    have, waiting = [int(each) for each in low], []

    def line_up(i):
        if claims[i] > 0 and have[i] < high[i]:
            above = signpost.above(have[i])
            power = int(claims[i]) ** signpost.power * signpost.below(have[i])
            last = Fraction(power, above) if above else Fraction(int(claims[i]))
            heapq.heappush(waiting, (int(bool(above)), -last, i))

    for i in range(len(claims)):
        line_up(i)
    for _ in range(lots - sum(have)):
        i = heapq.heappop(waiting)[2]
        have[i] += 1
        line_up(i)
    return have


@pytest.mark.parametrize("method", METHODS, ids=repr)
@pytest.mark.parametrize("bounded", [False, True])
def test_a_member_far_ahead_gets_all_that_is_due_before_anybody_else(method, bounded):
    rng = np.random.default_rng(5)
    for span in (12, 13, 70, 130):
        claims = rng.integers(1, span, span).astype(float)
        claims[span // 2] = 1e6  # takes many more lots than a share rounded up
        lots, low, high = 3 * span, np.zeros(span), np.full(span, np.inf)
        if bounded:
            low = rng.integers(0, 3, span).astype(float)
            high = np.where(rng.random(span) < 0.5, low + 4, np.inf)
            high[span // 2] = lots // 2
        made = method(np.array([lots, 1 + int(low.sum())]), *(
            np.repeat(each[:, None], 2, axis=1) for each in (claims, low, high)
        ))  # fmt: skip
        for column, total in zip(made.T, (lots, 1 + int(low.sum())), strict=True):
            assert column.tolist() == one_after_another(method.signpost, total, claims, low, high)
