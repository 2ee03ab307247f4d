"""Waterfalls: parts that sum to the gap, whatever is taken together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.reporting import falls
from cascade_kpi.reporting.layers import Layers
from cascade_kpi.reporting.lights import Lights
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.view import View
from tests.helpers import measured, org
from tests.reporting.case import plan


def of(results, limits=None):
    """The waterfalls of the root, in the last period."""
    names = results.kpis.names
    card = ck.Scorecard([ck.Item(k) for k in names], dict.fromkeys(names, 100 / len(names)))
    gaps = ck.gaps(ck.score(results, card))
    view = View.of(Layers.of(gaps), 0, len(gaps.periods) - 1, Lights(), limits or Limits())
    return falls.Falls.of(view, gaps)


@given(st.lists(st.floats(-1e6, 1e6), max_size=60), st.integers(1, 20))
def test_parts_sum_to_the_whole_however_many_are_named(parts, most):
    entries = [(i, str(i), part, -part) for i, part in enumerate(parts)]
    split = ck.Breakdown.ranked("t", "CNY", float(np.sum(parts)), entries)
    made = falls._parts(split, -1.0, most)
    assert len(made) == min(len(parts), most)
    assert sum(part.value for part in made) == pytest.approx(split.whole, abs=1e-3)
    ends = [0.0, *(part.after for part in made)]
    assert [part.before for part in made] == ends[:-1]
    assert all(part.bad == (part.value < 0) for part in made)
    assert sum(part.label.endswith(" others") for part in made) == (len(parts) > most)


@pytest.mark.parametrize(
    ("kpi", "values", "bad"),
    [
        (ck.Kpi("k", "CNY"), (10, 10, 60), "east"),
        (ck.Kpi("k", "CNY", better="lower"), (10, 10, 60), "west"),
        (ck.Kpi("k", "d", ck.directions.OnTarget(1)), (10, 10, 60), "east"),
        (ck.Kpi("k", "d", ck.directions.OnTarget(1)), (40, 60, 40), "east"),
    ],
)
def test_what_is_unfavourable_follows_the_direction(kpi, values, bad):
    found = of(measured(org(), kpi, 90, dict(zip(("ann", "bob", "cid"), values, strict=True))))
    assert [part.label for part in found.falls[-1].parts if part.bad] == [bad]


def test_figures_are_those_of_the_breakdown():
    whole = plan(teams=4)
    gaps = whole.gaps
    view = View.of(Layers.of(whole), 0, 1, Lights(), Limits())
    found = falls.Falls.of(view, gaps)
    splits = [gaps.by_kpi("hq", "2026Q2")]
    splits += [gaps.by_child("hq", kpi, "2026Q2") for kpi in gaps.kpis.names]
    for fall, split in zip(found.falls, splits, strict=True):
        assert fall.whole == split.whole
        assert [p.label for p in fall.parts] == list(split.labels)
        assert [p.value for p in fall.parts] == split.parts.tolist()
        np.testing.assert_array_equal([p.share for p in fall.parts], split.share)
        np.testing.assert_array_equal([p.cumulative for p in fall.parts], split.cumulative)
        assert fall.low <= 0 <= fall.high


def test_parts_of_a_ratio_are_printed_finer_than_the_ratio():
    kpi = ck.Kpi("churn", "%", "lower", ck.aggregates.Ratio(100), decimals=1)
    targets = ck.cascade(org(), [kpi], {"churn": 2.0}, periods="2026")
    table = {"node": ["ann", "cid"], "kpi": ["churn"] * 2}
    table |= {"numerator": [41, 19], "denominator": [2000, 1000]}
    fall = of(ck.measure(targets, table)).falls[-1]
    assert fall.whole == pytest.approx(0.0)
    table["numerator"] = [47, 19]
    fall = of(ck.measure(targets, table)).falls[-1]
    assert fall.shown(fall.whole) == "+0.20 pp"
    assert [fall.shown(part.value) for part in fall.parts] == ["+0.23 pp", "−0.03 pp"]


def test_a_kpi_without_a_gap_is_named():
    found = of(measured(org(), ck.Kpi("k", "CNY"), 90, {}))
    assert found.falls == ()
    assert found.silent == ("k",)
