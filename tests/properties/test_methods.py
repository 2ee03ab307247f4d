"""Methods of apportionment against their definitions in exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi import methods
from cascade_kpi.methods.claims import whole_claims

INF = float("inf")
DIVISORS = {
    methods.Adams(): lambda k: (Fraction(k), 1),
    methods.Dean(): lambda k: (Fraction(2 * k * (k + 1), 2 * k + 1), 1),
    methods.HuntingtonHill(): lambda k: (Fraction(k * (k + 1)), 2),
    methods.Webster(): lambda k: (Fraction(2 * k + 1, 2), 1),
    methods.ModifiedSainteLague(): lambda k: (Fraction(2 * k + 1, 2) if k else Fraction(7, 10), 1),
    methods.Jefferson(): lambda k: (Fraction(k + 1), 1),
}  # fmt: skip
QUOTA = methods.Quota()
METHODS = [*DIVISORS, methods.LargestRemainder(), QUOTA]
GROWING = [*DIVISORS, QUOTA]
CLAIMS = st.one_of(
    st.integers(0, 9),
    st.integers(0, 10**6),
    st.sampled_from([2**48 - 1, 2**48, 2**47 + 1, 1, 2, 4, 8, 3, 6, 12]),
)


def divided(method, lots, claims, low, high):
    """One group's lots."""
    shape = len(claims), 1
    whole = whole_claims(np.array(claims, dtype=np.float64).reshape(shape))
    low, high = (np.array(each, dtype=np.float64).reshape(shape) for each in (low, high))
    return method(np.array([lots]), whole, low, high)[:, 0].tolist()


def one_by_one(divisor, lots, claims, low, high):
    """A divisor method as it is defined: lot after lot to the highest priority."""
    have = [int(each) for each in low]
    while sum(have) < lots:
        best, winner = None, None
        for i, claim in enumerate(claims):
            if claim == 0 or have[i] >= high[i]:
                continue
            d, power = divisor(have[i])
            key = (1, Fraction(claim)) if d == 0 else (0, Fraction(claim) ** power / d)
            if best is None or key > best:
                best, winner = key, i
        have[winner] += 1
    return have


def by_quota(lots, claims, low, high):
    """The quota method as it is defined, after the floors."""
    have = [int(each) for each in low]
    while sum(have) < lots:
        able = [i for i, claim in enumerate(claims) if claim and have[i] < high[i]]
        share = {i: Fraction(claims[i] * (sum(have) + 1), sum(claims)) for i in able}
        line = [i for i in able if have[i] < share[i]] or able
        have[max(line, key=lambda i: (Fraction(claims[i], have[i] + 1), -i))] += 1
    return have


def by_remainders(lots, claims, low, high):
    """Largest remainder of the shares that keep to the bounds, in exact arithmetic."""
    at = {}
    while True:
        rest = lots - sum(at.values())
        total = sum(c for i, c in enumerate(claims) if i not in at)
        share = {
            i: Fraction(rest * c, total) if total else Fraction(0)
            for i, c in enumerate(claims) if i not in at
        }  # fmt: skip
        under = {i for i, s in share.items() if s < low[i]}
        over = {i for i, s in share.items() if s > high[i]}
        if not under and not over:
            break
        lacking = sum(int(low[i]) - share[i] for i in under)
        spare = sum(share[i] - int(high[i]) for i in over)
        if lacking >= spare:
            at |= {i: int(low[i]) for i in under}
        if spare >= lacking:
            at |= {i: int(high[i]) for i in over}
    have = {i: int(s // 1) for i, s in share.items()} | at
    left = lots - sum(have.values())
    ranked = sorted(share, key=lambda i: (-(share[i] % 1), i))
    for i in ranked[:left]:
        have[i] += 1
    return [have[i] for i in range(len(claims))]


@st.composite
def groups(draw, most=60):
    """Claims with bounds, and lots that can be divided within them."""
    claims = draw(st.lists(CLAIMS, min_size=1, max_size=7).filter(any))
    low = [draw(st.just(0) | st.integers(0, 5)) for _ in claims]
    high = [
        draw(st.just(INF) | st.integers(lo, 12)) if claim else max(lo, 0)
        for claim, lo in zip(claims, low, strict=True)
    ]
    room = sum(high)
    lots = draw(st.integers(sum(low), int(min(room, sum(low) + most))))
    return lots, claims, low, high


@pytest.mark.parametrize("method", DIVISORS)
@given(groups())
def test_a_divisor_method_hands_out_lot_after_lot(method, group):
    assert divided(method, *group) == one_by_one(DIVISORS[method], *group)


@given(groups())
def test_the_quota_method_hands_out_lot_after_lot(group):
    assert divided(QUOTA, *group) == by_quota(*group)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any), st.integers(0, 10**9))
def test_the_quota_method_keeps_within_a_lot_of_every_share(claims, lots):
    n = len(claims)
    got = divided(QUOTA, lots, claims, [0] * n, [INF] * n)
    assert sum(got) == lots
    for have, claim in zip(got, claims, strict=True):
        assert abs(have - Fraction(lots * claim, sum(claims))) < 1


@given(groups(most=10**6))
def test_largest_remainder_keeps_to_the_bounds(group):
    assert divided(methods.LargestRemainder(), *group) == by_remainders(*group)


@pytest.mark.parametrize("method", METHODS)
@given(st.lists(groups(), min_size=1, max_size=5))
def test_a_group_is_divided_alike_whatever_stands_beside_it(method, several):
    span = max(len(claims) for _, claims, _, _ in several)
    lots = np.array([each[0] for each in several])
    claims, low, high = (
        np.array([[*each[i], *[0] * (span - len(each[1]))] for each in several], dtype=float).T
        for i in (1, 2, 3)
    )
    together = method(lots, claims, low, high)
    assert (together.sum(axis=0) == lots).all()
    for g, each in enumerate(several):
        alone = divided(method, *each)
        assert together[: len(alone), g].tolist() == alone


@pytest.mark.parametrize("method", GROWING)
@given(groups(most=40))
def test_a_larger_goal_takes_nothing_from_anybody(method, group):
    lots, claims, low, high = group
    if sum(high) <= lots:
        return
    fewer, more = divided(method, *group), divided(method, lots + 1, claims, low, high)
    assert all(a <= b for a, b in zip(fewer, more, strict=True))


@pytest.mark.parametrize("method", [*DIVISORS, methods.LargestRemainder()])
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8), st.integers(0, 2**51 - 1))
def test_no_share_is_a_whole_lot_or_more_than_the_group_away(method, claims, lots):
    n = len(claims)
    got = divided(method, lots, claims, [0] * n, [INF] * n)
    assert sum(got) == lots
    for have, claim in zip(got, claims, strict=True):
        share = Fraction(lots * claim, sum(claims))
        far = 1 if isinstance(method, methods.LargestRemainder) else n
        assert abs(have - share) < far or have == share
