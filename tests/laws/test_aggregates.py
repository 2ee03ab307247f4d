"""Every law of aggregates, broken alone, is caught and named, with what breaks it."""

import numpy as np
import pytest
from attrs import frozen

from cascade_kpi import testing
from cascade_kpi.kpis.aggregates import Makeup, add_present
from cascade_kpi.records import record
from tests.laws.breaking import caught


def _mean_of_two(a, b, out):
    both = np.where(np.isnan(a), b, np.where(np.isnan(b), a, (a + b) / 2))
    out[...] = both


def _first(a, b, out):
    out[...] = np.where(np.isnan(a), b, a)


def _later(a, b, out):
    out[...] = np.where(np.isnan(b), a, b)


def _rounded(a, b, out):
    add_present(a, b, out)
    np.round(out, -2, out=out)


AGGREGATES = {
    "no parts": ({"parts": lambda x: None}, "parts answer None"),
    "a list of parts": ({"parts": lambda x: [x]}, "no tuple"),
    "parts too many": ({"parts": lambda x: (x, x)}, "its parts are 2"),
    "parts for nothing": ({"parts": lambda x: (np.nan_to_num(x),)}, "part 1 answers 0.0 to NaN"),
    "parts that know each other": ({"parts": lambda x: (x - x[..., :1] * 0 + x.size,)}, "alone"),
    "a part that raises": ({"parts": lambda x: 1 / 0}, "part 1 raises ZeroDivisionError"),
    "a value for nothing": ({"finish": np.nan_to_num}, "finish answers 0.0 to NaN"),
    "values that know each other": ({"finish": lambda x: x + x.size}, "its finish .* alone"),
    "a finish of two": ({"finish": lambda x, y: x}, "its finish raises TypeError"),
    "contaminated": ({"combine": np.add}, "its combine makes"),
    "nothing put out": ({"combine": lambda a, b, out: a + b}, "its combine makes"),
    "an exception": ({"combine": lambda a, b: a}, "its combine raises TypeError"),
    "means of means": ({"combine": _mean_of_two}, "its combine .* not associative"),
    "rounded on the way": ({"combine": _rounded}, "its combine"),
    "the first alone": ({"combine": _first}, "in other groups"),
    "means of means in time": ({"along": _mean_of_two}, "its along .* not associative"),
    "a product for a sum": (
        {"combine": lambda a, b, out: _apply(np.multiply, a, b, out)},
        "its makeup is a sum, and that is none",
    ),
    "a sum for an extreme": ({"makeup": Makeup.EXTREME}, "extreme, and that is neither"),
    "no makeup": ({"makeup": "sum"}, "its makeup is 'sum'"),
    "a sum for a ratio": (
        {"parts": lambda x: (x, x * 0 + 1), "makeup": Makeup.RATIO, "finish": lambda n, d: n + d},
        "ratio, and that is none",
    ),
    "a ratio of the greatest": (
        {
            "parts": lambda x: (x, x * 0 + 1),
            "makeup": Makeup.RATIO,
            "finish": lambda n, d: n / d,
            "combine": np.fmax,
        },
        "does not add",
    ),
    "a ratio of nothing": (
        {
            "parts": lambda x: (x, x * 0 + 1),
            "makeup": Makeup.RATIO,
            "finish": lambda n, d: n / np.maximum(d, 1),
        },
        "1 divided by 0",
    ),
    "inputs in one word": ({"inputs": "value"}, "its inputs are 'value'"),
}


def _apply(ufunc, a, b, out):
    out[...] = np.where(np.isnan(a), b, np.where(np.isnan(b), a, ufunc(a, b)))


@record("laws/aggregate")
@frozen
class Aggregate:
    how: str

    def _way(self, name, usual):
        return AGGREGATES[self.how][0].get(name, usual)

    @property
    def inputs(self):
        return self._way("inputs", ("value",))

    @property
    def makeup(self):
        return self._way("makeup", Makeup.SUM)

    @property
    def combine(self):
        return self._way("combine", add_present)

    @property
    def along(self):
        return self._way("along", add_present)

    def parts(self, *inputs):
        return self._way("parts", lambda x: (x,))(*inputs)

    def finish(self, *parts):
        return self._way("finish", lambda x: x)(*parts)


@pytest.mark.parametrize("how", AGGREGATES)
def test_an_aggregate(how):
    caught(testing.check_aggregate, Aggregate(how), AGGREGATES[how][1])


def test_what_comes_later_is_lawful_over_periods():
    AGGREGATES["later"] = ({"along": _later}, "")
    testing.check_aggregate(Aggregate("later"))
