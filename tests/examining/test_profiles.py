import math

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import attainments, curves
from cascade_kpi.examining.domains import Domain, domain_of
from cascade_kpi.examining.people import between
from cascade_kpi.examining.profiles import profile_of

EVERYWHERE = Domain()


def test_a_threshold_with_a_cap_has_one_jump_and_two_dead_zones():
    levels = curves.Levels(threshold=(0.8, 50), target=(1, 100), stretch=(1.2, 150))
    known = profile_of(levels, EVERYWHERE)
    assert (known.least, known.most) == (0, 150)
    assert (known.monotone, known.continuous) == ("yes", "no")
    assert known.jumps.tolist() == [[0.8, 0, 50, 50]]
    assert known.dead.tolist() == [[-math.inf, 0.8, 0], [1.2, math.inf, 150]]
    assert known.grain == 0


def test_a_domain_takes_away_what_is_never_read():
    levels = curves.Levels(threshold=(0.8, 50), target=(1, 100), stretch=(1.2, 150))
    known = profile_of(levels, Domain(0.9, 1.1))
    assert (known.least, known.most) == pytest.approx((75, 125))
    assert known.continuous == "yes"
    assert not len(known.dead)
    assert not len(known.jumps)


def test_a_jump_at_the_end_of_a_domain_is_one():
    known = profile_of(curves.Steps([(1.0, 100)]), Domain(0.0, 1.0))
    assert known.jumps.tolist() == [[1.0, 0, 100, 100]]
    assert known.most == 100
    assert known.dead.tolist() == [[0, 1, 0]]


def test_what_falls_has_a_counter_example_that_the_curve_itself_has():
    curve = curves.Piecewise([(0.5, 80), (1.0, 60), (1.5, 100)])
    known = profile_of(curve, EVERYWHERE)
    assert known.monotone == "no"
    assert known.counter == ((0.5, 80.0), (1.0, 60.0)) or known.counter[1] == (1.0, 60.0)
    assert profile_of(curve, Domain(1.0, 2.0)).monotone == "yes"


def test_less_may_be_better_and_neither_may_be():
    falls = curves.GoalRedFlag(goal=5, red_flag=25)
    assert profile_of(falls, Domain(sense=-1)).monotone == "yes"
    assert profile_of(falls, Domain(sense=1)).monotone == "no"
    assert profile_of(falls, Domain(sense=0)).monotone == "not asked"


def test_steps_are_dead_between_their_jumps():
    known = profile_of(curves.Steps([(0.5, 50), (1.0, 100)]), EVERYWHERE)
    assert known.dead[:, :2].tolist() == [[-math.inf, 0.5], [0.5, 1.0], [1.0, math.inf]]


def test_flat_pieces_of_the_same_points_are_one_zone():
    flat = curves.Piecewise([(0.5, 0), (0.8, 0), (1.0, 100)])
    assert profile_of(flat, EVERYWHERE).dead[0].tolist() == [-math.inf, 0.8, 0]


def test_a_line_without_end_has_no_bound():
    known = profile_of(curves.Linear(), EVERYWHERE)
    assert (known.least, known.most) == (0, math.inf)
    assert profile_of(curves.Linear(), Domain(0, 1.5)).most == 150


def test_what_is_rounded_jumps_everywhere():
    known = profile_of(curves.Rounded(curves.Linear(cap=120)), EVERYWHERE)
    assert (known.continuous, known.grain, len(known.jumps)) == ("no", 1.0, 0)
    assert known.monotone == "yes"
    stepped = profile_of(curves.Rounded(curves.Steps([(1.0, 99.6)])), EVERYWHERE)
    assert stepped.jumps.tolist() == [[1.0, 0, 100, 100]]
    assert stepped.grain == 0
    whole = profile_of(curves.Linear(), Domain(decimals=2))
    assert (whole.continuous, whole.grain) == ("no", 1.0)


def test_a_constant_is_known_to_be_one():
    assert profile_of(curves.Linear(0, floor=70, cap=70), EVERYWHERE).constant
    assert not profile_of(curves.Linear(), EVERYWHERE).constant


def bumpy(attainment):
    x = np.asarray(attainment, dtype=float)
    return np.where((x > 1.0) & (x < 1.1), 50.0, 100 * x)


def smooth(attainment):
    return 100 * np.asarray(attainment, dtype=float)


def test_a_curve_without_a_shape_is_tried_and_nothing_is_proved():
    known = profile_of(smooth, EVERYWHERE)
    assert not known.known
    assert (known.monotone, known.continuous) == ("not known", "not known")
    assert (known.least, known.most) == (-math.inf, math.inf)
    assert known.sampled == (-50, 300)
    found = profile_of(bumpy, EVERYWHERE)
    assert found.monotone == "no"
    (a, before), (b, after) = found.counter
    assert bumpy([a, b]).tolist() == [before, after]
    assert a < b
    assert before > after


def test_a_jump_is_passed_by_coming_onto_it_or_leaving_it():
    before, after = np.array([0.99, 1.0, 1.01, 0.9]), np.array([1.0, 1.01, 1.02, 1.2])
    onto = profile_of(curves.Steps([(1.0, 100)]), EVERYWHERE)
    assert between(onto, before, after).tolist() == [True, False, False, True]
    assert between(onto, after, before).tolist() == [True, False, False, True]
    past = profile_of(curves.Table([(1.0, 0), (2.0, 100)], "higher"), EVERYWHERE)
    assert between(past, before, after).tolist() == [False, True, False, True]


@pytest.mark.parametrize(
    ("rule", "better", "span", "sense"),
    [
        (attainments.Proportion(), "higher", (-math.inf, math.inf), 1),
        (attainments.Proportion(), ck.directions.OnTarget(1), (-math.inf, 1), 1),
        (attainments.Difference(), ck.directions.OnTarget(1), (-math.inf, 0), 1),
        (attainments.Quotient(most=1.5), "lower", (-math.inf, 1.5), 1),
        (attainments.Goalposts(0, 10), "higher", (0, 1), 1),
        (attainments.Result(), "higher", (-math.inf, math.inf), 1),
        (attainments.Result(), "lower", (-math.inf, math.inf), -1),
        (attainments.Result(), ck.directions.OnTarget(1), (-math.inf, math.inf), 0),
        (
            attainments.Rounded(attainments.Quotient(most=1.25), 1, "half_up"),
            "lower",
            (-math.inf, 1.3),
            1,
        ),
        (attainments.Rounded(attainments.Result(), 1), "lower", (-math.inf, math.inf), -1),
    ],
)
def test_where_a_curve_is_read(rule, better, span, sense):
    domain = domain_of(rule, ck.Kpi("x", "x", better=better))
    assert (domain.low, domain.high, domain.sense) == (*span, sense)
    assert domain.decimals == (1 if "Rounded" in repr(rule) else None)


class Share:
    """An attainment of a user's own that knows its span."""

    columns = ()

    def __call__(self, actual, target, better, *columns):
        return np.clip(actual, 0, 1)

    def refuses(self, target, better, *columns):
        return np.zeros(np.shape(target), dtype=bool)

    def span(self, better):
        return 0.0, 1.0


def test_an_attainment_of_ones_own_may_tell_its_span():
    domain = domain_of(Share(), ck.Kpi("x", "x"))
    assert (domain.low, domain.high) == (0, 1)
