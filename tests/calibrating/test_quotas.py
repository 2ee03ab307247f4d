"""Quotas as whole numbers, and what is refused of them."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.calibrating import AtLeast, AtMost, Between, Ideal, Quotas, shares
from tests.helpers import refused

DECIMALS = st.integers(0, 1000).map(lambda k: k / 1000)


@given(DECIMALS, st.integers(1, 10**9))
@example(0.29, 100)  # in floats 28.999…
@example(0.07, 100)  # in floats 7.000…1
def test_shares_are_exact(share, n):
    k = round(share * 1000)
    assert shares.at_most(share, np.array([n]))[0] == k * n // 1000
    assert shares.at_least(share, np.array([n]))[0] == -(-k * n // 1000)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.integers(0, 500))
def test_an_ideal_distribution_is_whole_and_within_one_of_its_quotas(weights, n):
    cuts = [*np.cumsum([0, *weights[:-1]]).tolist(), 1000]
    parts = tuple((b - a) / 1000 for a, b in pairwise(cuts))
    counts = shares.whole_numbers(parts, np.array([n]))[:, 0].tolist()
    assert sum(counts) == n
    ideal = [Fraction(repr(part)) * n for part in parts]
    assert all(abs(count - each) < 1 for count, each in zip(counts, ideal, strict=True))


def test_published_example_of_a_third_each():
    # SAP KBA 2245773: 4 subjects at 33.3, 33.4, 33.3 %; ideal 1.332, 1.336, 1.332 is published,
    # that the fourth goes to the largest decimal is our reading.
    ideal = [shares.exact(share) * 4 for share in (0.333, 0.334, 0.333)]
    assert list(map(float, ideal)) == [1.332, 1.336, 1.332]
    assert shares.whole_numbers((0.333, 0.334, 0.333), np.array([4]))[:, 0].tolist() == [1, 2, 1]


def test_equal_remainders_go_to_the_grade_named_first():
    assert shares.whole_numbers((0.5, 0.5), np.array([3]))[:, 0].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: AtMost("A", 1.2), "not from 0 to 1"),
        (lambda: AtMost([], 0.2), "no grades"),
        (lambda: AtLeast(["A", "A"], 0.2), "the grade occurs twice"),
        (lambda: Between("A", 0.5, 0.3), "least is above most, 0.3"),
        (lambda: Ideal({"A": 0.5, "B": 0.4}), "the shares do not sum to 1"),
        (lambda: Ideal({"source": 2}), "not from 0 to 1"),
        (lambda: Ideal(5), "a mapping is wanted"),
        (lambda: Quotas([]), "no quotas"),
        (lambda: Quotas(["A"]), "not a Quota"),
    ],
)
def test_is_refused(make, reason):
    assert [fault.reason for fault in refused(make)] == [reason]


def test_quotas_that_do_not_fit_are_told_together():
    quotas = Quotas(
        [AtMost(["A", "C"], 0.2), AtMost("a", 0.1), Ideal({"A": 0.5, "B": 0.5}), AtLeast("C", 0)]
    )
    found = [(fault.row, fault.reason, fault.repair) for fault in quotas.unfit(("A", "B", "C"))]
    assert found == [
        (0, "the grades are not beside each other", "name B too, or give a quota for each run"),
        (1, "no such grade", "did you mean 'A'?"),
        (2, "no share of 'C'", "give one, 0 perhaps"),
    ]


def test_quotas_are_records():
    quotas = Quotas([AtMost("A", 0.2), Between(["A", "B"], 0.3, 0.5), Ideal({"A": 1})])
    assert ck.from_json(ck.to_json(quotas)) == quotas
    assert hash(ck.from_json(ck.to_json(quotas))) == hash(quotas)
