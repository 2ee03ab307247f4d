"""KPIs, and the rules and lots that they are made of."""

from hypothesis import strategies as st

import cascade_kpi as ck
from tests.strategies.trees import NASTY

LOTS = st.sampled_from([None, 1, 1_000, "0.01", "0.3", 0.5])
AGGREGATES = st.sampled_from(
    [
        ck.aggregates.Sum(),
        ck.aggregates.Mean(),
        ck.aggregates.WeightedMean(),
        ck.aggregates.Ratio(),
        ck.aggregates.Ratio(100),
        ck.aggregates.Min(),
        ck.aggregates.Max(),
        ck.aggregates.Last(),
        ck.aggregates.Last(ck.aggregates.Ratio(365)),
        ck.aggregates.Last(ck.aggregates.Max()),
    ]
)
DIVIDING = st.sampled_from(
    [ck.splits.Equal(), ck.splits.ProRata("driver"), ck.splits.FixedShares("share")]
)
SPLITS = DIVIDING | st.just(ck.splits.Shared())
DIRECTIONS = st.sampled_from(["higher", "lower", ck.directions.OnTarget(0.5)])


@st.composite
def kpis(draw, most=3):
    names = draw(st.lists(st.sampled_from(NASTY), min_size=1, max_size=most, unique=True))
    return ck.Kpis([draw(a_kpi(name)) for name in names])


@st.composite
def a_kpi(draw, name):
    """What adds up with any split; anything else shared, as dividing it is refused."""
    aggregate = draw(AGGREGATES)
    adds_up = aggregate.makeup is ck.aggregates.Makeup.SUM
    split = draw(SPLITS) if adds_up else ck.splits.Shared()
    return ck.Kpi(
        name,
        "unit",
        better=draw(DIRECTIONS),
        aggregate=aggregate,
        split=split,
        lot=draw(LOTS) if split.divides else None,
        decimals=draw(st.integers(0, 3)),
    )
