import numpy as np
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from cascade_kpi import absences, combines
from cascade_kpi.examining.intervals import ANYTHING, Interval, combined, filled

ENDS = st.tuples(st.integers(-50, 150), st.integers(0, 80)).map(lambda e: Interval(e[0], sum(e)))
RULES = [combines.Mean(), combines.Sum(), combines.Weakest(), combines.Geometric(5)]


@frozen
class Twice:
    """Twice the first part, less the others: it answers its slopes."""

    weighs = False

    def __call__(self, points, weights):
        first, *others = points
        return 2 * first - sum(others)

    def slopes(self, points, weights):
        return [np.full(len(each), -1.0 if i else 2.0) for i, each in enumerate(points)]


@pytest.mark.parametrize("rule", RULES, ids=repr)
@given(
    st.lists(ENDS, min_size=2, max_size=13),
    st.sampled_from([1.0, 0.5, 0.0]),
    st.randoms(use_true_random=False),
)
def test_no_set_of_parts_leaves_the_interval(rule, parts, most, random):
    weights = [float(random.randint(1, 5)) for _ in parts]
    found = combined(rule, parts, weights, most, "left out")
    for _ in range(20):
        points = [np.array([random.uniform(*part.ends)]) for part in parts]
        if random.random() < 0.3:
            points = [np.array([random.choice(part.ends)]) for part in parts]
        gone = [random.random() < 0.4 for _ in parts]
        lost = sum(w for w, out in zip(weights, gone, strict=True) if out)
        if all(gone) or lost > most * sum(weights):
            continue
        given_points = [
            np.array([np.nan]) if out else x for x, out in zip(points, gone, strict=True)
        ]
        value = float(rule(given_points, weights)[0])
        assert found.low - 1e-9 <= value <= found.high + 1e-9


def test_of_few_parts_the_interval_is_no_wider_than_it_must_be():
    parts, weights = [Interval(0, 100), Interval(20, 120)], [3.0, 1.0]
    assert combined(combines.Mean(), parts, weights, 0.0, "left out").ends == (5, 105)
    assert combined(combines.Mean(), parts, weights, 1.0, "left out").ends == (0, 120)
    assert combined(combines.Mean(), parts, weights, 0.25, "left out").ends == (0, 105)
    assert combined(combines.Sum(), parts, weights, 1.0, "left out").ends == (0, 220)
    many = [Interval(10, 20)] * 12
    assert combined(combines.Sum(), many, [1.0] * 12, 1.0, "left out").ends == (10, 240)


def test_a_rule_of_ones_own_goes_by_its_slopes():
    parts = [Interval(0, 10), Interval(1, 2)]
    assert combined(Twice(), parts, [1.0, 1.0], 0.0, "there").ends == (-2, 19)
    assert combined(Twice(), [parts[0]] * 12, [1.0] * 12, 1.0, "left out") == ANYTHING


def test_what_a_policy_fills_is_in_the_hull():
    part = Interval(80, 100)
    assert filled(absences.Renormalise(), part, None) == (part, "left out")
    assert filled(absences.Zero(), part, None) == (Interval(0, 100), "there")
    assert filled(absences.Neutral(120), part, None) == (Interval(80, 120), "there")
    above = Interval(50, 90)
    assert filled(absences.Parents(), part, above) == (Interval(50, 100), "left out")
    assert filled(absences.Parents(), part, None) == (part, "left out")


def test_endless_ends_stay_so_and_zero_times_no_end_is_zero():
    endless = Interval(0.0, np.inf)
    assert endless.times(Interval(0.0, 2.0)).ends == (0, np.inf)
    assert endless.times(Interval(-1.0, 0.0)).ends == (-np.inf, 0)
    assert combined(
        combines.Geometric(), [endless, Interval(0, 0)], [1.0, 1.0], 0, "there"
    ).ends == (
        0,
        0,
    )
    assert endless.capped(50, "always").ends == (0, 50)
    assert endless.capped(50, "sometimes").ends == (0, np.inf)
    assert Interval(60, 80).capped(50, "sometimes").ends == (50, 80)
    assert Interval(60, 80).capped(50, "never").ends == (60, 80)
