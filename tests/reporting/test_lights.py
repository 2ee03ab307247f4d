"""Traffic lights and limits."""

import numpy as np
import pytest

from cascade_kpi.errors import InputError
from cascade_kpi.reporting.lights import Light, Lights
from cascade_kpi.reporting.limits import Limits


def test_edges_belong_to_the_better_light():
    codes = Lights().codes(np.array([1.0, 0.9999, 0.9, 0.8999, -5.0, np.nan]))
    assert [tuple(Light)[c].key for c in codes] == ["green", "amber", "amber", "red", "red", "grey"]


def test_the_last_bits_of_a_division_are_no_reason_for_amber():
    almost = np.nextafter(1.0, 0.0)
    assert Lights()(almost) is Light.GREEN
    assert Lights()(1 - 1e-6) is Light.AMBER


def test_other_thresholds():
    lights = Lights(amber=0.5, green=0.5)
    assert lights(0.5) is Light.GREEN
    assert lights(0.49) is Light.RED


def test_every_light_has_a_shape_and_words_of_its_own():
    for what in ("symbol", "words", "key"):
        assert len({getattr(light, what) for light in Light}) == 4


@pytest.mark.parametrize("bounds", [(1.0, 0.9), (np.nan, 1.0), (0.9, np.inf)])
def test_thresholds_out_of_order_are_refused(bounds):
    with pytest.raises(InputError, match=r"amber is above green|not finite"):
        Lights(*bounds)


def test_limits_are_whole_numbers_above_zero():
    with pytest.raises(InputError) as caught:
        Limits(nodes=0, parts=1.5)
    assert [fault.column for fault in caught.value.faults] == ["nodes", "parts"]
