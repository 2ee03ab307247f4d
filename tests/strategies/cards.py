"""Curves, attainments, weights and scorecards."""

from hypothesis import strategies as st

import cascade_kpi as ck

LEVELS = st.lists(
    st.tuples(st.integers(-8, 16).map(lambda x: x / 8), st.integers(-50, 200).map(float)),
    min_size=2,
    max_size=5,
    unique_by=lambda level: level[0],
).map(sorted)
LINES = st.one_of(
    st.builds(ck.curves.Linear, st.integers(-100, 200), st.just(None) | st.just(-10.0), st.none()),
    st.builds(ck.curves.Piecewise, LEVELS, st.none() | st.just(0.0), st.none() | st.just(7.5)),
    st.builds(ck.curves.Steps, LEVELS, st.integers(-5, 5).map(float)),
)
EIGHTHS = st.integers(-8, 16).map(lambda x: x / 8)
APART = st.lists(EIGHTHS, min_size=4, max_size=4, unique=True).map(sorted)
TIERS = LEVELS.map(lambda levels: [(start, abs(rate)) for start, rate in levels])
CAPS = st.none() | st.integers(5, 300)
SHAPED = st.one_of(
    LINES,
    st.builds(
        lambda xs, down, **ends: ck.curves.Levels(
            threshold=(xs[-1] if down else xs[0], 40), target=(xs[1], 100),
            stretch=(xs[0] if down else xs[-1], 130), **ends,
        ),
        APART, st.booleans(), below=st.none() | st.just(7), above=st.none() | st.just(200),
    ),
    st.builds(lambda xs: ck.curves.GoalRedFlag(xs[3], xs[1], 90, 5), APART),
    st.builds(lambda xs: ck.curves.GoalRedFlag(xs[0], xs[2]), APART),
    st.builds(lambda xs, top: ck.curves.Plateau(xs[1:3], xs[::3], top), APART, st.integers(0, 120)),
    st.builds(
        ck.curves.Tolerances, LEVELS.map(lambda levels: [(x + 1, y) for x, y in levels]),
        EIGHTHS, st.just(3),
    ),
    st.builds(ck.curves.Table, LEVELS, st.sampled_from(["lower", "higher", "nearest"])),
    st.builds(
        ck.curves.AddDeduct, st.integers(0, 30), st.integers(0, 30),
        every=st.sampled_from([0.1, 0.25]), at=EIGHTHS, most=st.just(117),
        least=st.just(0) | st.just(55),
        counted=st.sampled_from(["in_proportion", "completed", "begun"]),
    ),
    st.builds(ck.curves.AddDeduct, st.integers(0, 9), st.integers(0, 9), most=CAPS.map(
        lambda cap: cap and cap + 100), least=st.none(), every=st.just(0.01), at=EIGHTHS),
    st.builds(ck.curves.MarginalTiers, TIERS, base=st.integers(-5, 5), most=CAPS),
    st.builds(ck.curves.RetroactiveTiers, TIERS, base=st.integers(-5, 5), most=CAPS),
    st.builds(
        lambda xs, y: ck.curves.Smoothstep((xs[0], 50), (xs[2], y)), APART, st.integers(0, 99)
    ),
    st.builds(lambda xs: ck.curves.Logistic((xs[3], 20), (xs[0], 80), -10), APART),
)  # fmt: skip
CURVES = st.one_of(
    SHAPED,
    st.builds(ck.curves.Rounded, SHAPED, st.integers(0, 2), st.sampled_from(["half_up", "down"])),
    st.builds(ck.curves.Threshold, SHAPED, EIGHTHS, st.just(-1)),
    st.builds(lambda *chain: ck.curves.Composed(chain), LINES, LINES | st.just(
        ck.curves.Linear(1, floor=5, cap=60))),
)  # fmt: skip
ATTAINMENTS = st.sampled_from(
    [
        ck.attainments.Proportion("met"),
        ck.attainments.Proportion("exclude"),
        ck.attainments.Progress("base", "exclude"),
        ck.attainments.Result(),
        ck.attainments.Difference(),
        ck.attainments.Quotient(3, "exclude"),
        ck.attainments.Improvement("base", "exclude"),
    ]
)


@st.composite
def weights(draw, names):
    """Weights of some of the names, that sum to 100."""
    some = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(some) - 1, max_size=len(some))))
    edges = [0, *cuts[: len(some) - 1], 100]
    return {name: float(b - a) for name, a, b in zip(some, edges, edges[1:], strict=False)}


@st.composite
def scorecards(draw, kpis, kinds, missing=("renormalise", "zero", "hold")):
    items = []
    for kpi in kpis:
        attainment = draw(ATTAINMENTS)
        if isinstance(kpi.better, ck.directions.OnTarget) and attainment.columns:
            attainment = ck.attainments.Proportion("met")  # progress knows no band: refused
        items.append(ck.Item(kpi.name, draw(CURVES), attainment))
    names = [item.kpi for item in items]
    groups = draw(st.lists(st.sampled_from([*kinds, "*"]), min_size=1, unique=True))
    bands = {"top": 90.0, "mid": 50.5, "low": None}
    return ck.Scorecard(
        items,
        {group: draw(weights(names)) for group in groups},
        missing=draw(st.sampled_from(missing)),
        grades=draw(st.sampled_from([None, ck.Grades.from_edges(bands, decimals=1)])),
    )
