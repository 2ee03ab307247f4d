"""Whole lots: the kernel's own edge cases (its rule is checked against fractions elsewhere)."""

import numpy as np
import pytest

from cascade_kpi.methods.claims import whole_claims
from cascade_kpi.methods.remainders import divide_lots


def shares(lots, *claims):
    return divide_lots(np.array([lots]), whole_claims(np.array(claims)[:, None]))[:, 0].tolist()


def test_what_is_left_goes_to_the_largest_remainders():
    assert shares(10, 47000.0, 16000.0, 15800.0, 12000.0, 6100.0, 3100.0) == [5, 2, 1, 1, 1, 0]


@pytest.mark.parametrize("n", [2, 3, 12, 13, 65, 200])
def test_ties_go_to_the_earlier_however_wide_the_group(n):
    assert shares(n + 1, *[0.1] * n) == [2] + [1] * (n - 1)


def test_a_claim_of_zero_never_gets_a_lot():
    assert shares(2, 0.0, 1.0, 1.0, 1.0) == [0, 1, 1, 0]


def test_a_loss_is_divided_as_its_absolute_value():
    assert shares(-10, 1.0, 1.0, 1.0) == [-4, -3, -3]


def test_nothing_to_divide_needs_no_claims():
    assert shares(0, 0.0, 0.0) == [0, 0]


def test_losses_and_gains_side_by_side():
    claims = whole_claims(np.ones((3, 3)))
    got = divide_lots(np.array([-4, 0, 5]), claims)
    assert got.T.tolist() == [[-2, -1, -1], [0, 0, 0], [2, 2, 1]]


def test_the_largest_goal_among_the_largest_claims():
    most = (1 << 51) - 1
    got = shares(most, float(1 << 50), float(1 << 50) - 1.0, 0.0)
    assert sum(got) == most
    claims = [1 << 50, (1 << 50) - 1]
    assert got[:2] == [1 << 50, most - (1 << 50)] == [most * claims[0] // sum(claims), got[1]]


def test_fractions_keep_51_bits_and_whole_numbers_are_left_alone():
    read = whole_claims(np.array([[3.0, 0.1], [4.0, 0.3]]))
    assert read[:, 0].tolist() == [3, 4]
    assert 1 << 49 <= read[:, 1].sum() <= 1 << 51
    assert read[1, 1] / read[0, 1] == pytest.approx(3, rel=1e-14)


@pytest.mark.parametrize(
    ("weights", "lots"),
    [
        ([6, 9, 7, 9, 4, 5, 5, 8, 9], 31),
        ([7, 9, 6, 6, 8, 5, 9, 1, 7, 9, 3], 35),
        ([6, 8, 1, 4, 3, 9, 3, 2, 9, 5, 1, 2, 2, 1, 8, 1], 26),
    ],
)
def test_a_family_is_divided_alike_whatever_stands_beside_it(weights, lots):
    """These shares sum to one or to the float before it, by the order in which they are added."""
    shares = np.array([weight / sum(weights) for weight in weights])[:, None]
    alone = divide_lots(np.array([lots]), whole_claims(shares))
    for beside in (1, 2, 30):
        groups = np.repeat(shares, beside + 1, axis=1)
        together = divide_lots(np.array([lots] * (beside + 1)), whole_claims(groups))
        assert together.T.tolist() == [alone[:, 0].tolist()] * (beside + 1)
