"""Reconciled plans on arbitrary trees: sums, limits, bits, units, order, pulls."""

import attrs
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import confidences
from tests.properties.test_explanations import bits, same_bits
from tests.strategies.kpis import LOTS
from tests.strategies.trees import shuffled, tree, units

WEIGHTS = st.sampled_from([0.25, 1.0, 3.0, 10.0])
RULES = st.one_of(
    st.just(confidences.Equal()),
    st.just(confidences.Structural()),
    st.lists(WEIGHTS, min_size=1, max_size=4).map(confidences.ByLevel),
    st.lists(WEIGHTS, min_size=1, max_size=3).map(lambda w: confidences.ByLevel(["certain", *w])),
)


@attrs.frozen
class Round:
    """A table of units, a KPI, targets, offers, limits and a rule."""

    units: dict
    kpi: ck.Kpi
    goal: int
    quotas: tuple
    offers: dict
    limits: dict
    rule: object
    inner: str

    def org(self):
        return tree(self.units)

    def targets(self, org=None):
        org, lot = org or self.org(), self.kpi.counted_in
        if not self.quotas:
            value = float(lot.values(np.array(self.goal)))
            return ck.cascade(
                org, [self.kpi],
                {"node": [org.roots[0].id], "kpi": ["k"], "value": [value]}, periods="p",
            )  # fmt: skip
        nodes, lots = zip(*self.quotas, strict=True)
        table = {"node": list(nodes), "kpi": ["k"] * len(nodes)}
        values = lot.values(np.array(lots)).tolist()
        return ck.assign(org, [self.kpi], {**table, "value": values}, periods="p")

    def agreed(self, **changes):
        case = attrs.evolve(self, **changes)
        return ck.reconcile(
            case.targets(), case.offers, confidence=case.rule, limits=case.limits, inner=case.inner
        )


@st.composite
def rounds(draw, largest=10, *, limited=True):
    table = draw(units(largest, widest=15))
    org = tree(table)
    ids = org.ids.tolist()
    kpi = ck.Kpi("k", "x", split=ck.splits.ProRata("driver"), lot=draw(LOTS) or 1)
    size = float(kpi.counted_in.exact)

    def amount(lots):
        return float(kpi.counted_in.values(np.array(lots)))

    def some(most):
        return draw(st.lists(st.sampled_from(ids), max_size=most, unique=True))

    offered = some(6)
    offers = {
        "node": offered,
        "kpi": ["k"] * len(offered),
        "value": [
            size * draw(st.integers(-200, 2_000)) / draw(st.sampled_from([1, 3])) for _ in offered
        ],
        "confidence": [draw(WEIGHTS) for _ in offered],
    }
    bound = some(4) if limited else []
    limits = {
        "node": bound, "kpi": ["k"] * len(bound),
        "floor": [draw(st.none() | st.integers(0, 40).map(amount)) for _ in bound],
        "cap": [draw(st.none() | st.integers(60, 900).map(amount)) for _ in bound],
    }  # fmt: skip
    quotas = some(6) if draw(st.booleans()) else []
    quotas = tuple((node, draw(st.integers(0, 900))) for node in quotas)
    inner = draw(st.sampled_from(["total", "own"]))
    return Round(
        table, kpi, draw(st.integers(0, 3_000)), quotas, offers, limits, draw(RULES), inner
    )


def made(case, **changes):
    """What is agreed; None where demands conflict."""
    try:
        return case.agreed(**changes)
    except ck.InputError:
        return None


def lots_of(agreed):
    return agreed.targets.lots_of("k")


def below(org, row):
    return org.node(row).child_rows


@settings(max_examples=150)
@given(rounds())
def test_every_sum_holds_in_lots_within_limits_and_within_one_lot_of_the_optimum(case):
    agreed = made(case)
    if agreed is None:
        return
    org, lots = agreed.targets.org, lots_of(agreed)[0]
    best = agreed.optimum("k")[0] / float(case.kpi.counted_in.exact)
    absent = np.ma.getmaskarray(lots)
    assert (np.isnan(best) == absent).all()
    assert (np.abs(lots.data - best)[~absent] < 1 + 1e-6).all()
    if not agreed.targets.holds_own(0):
        for row in range(len(org)):
            parts = [c for c in below(org, row) if not absent[c]]
            if parts:
                assert lots[parts].sum() == lots[row]
                assert abs(best[parts].sum() - best[row]) < 1e-6
    values = agreed.targets.of("k")[0]
    for node, floor, cap in zip(*(case.limits[n] for n in ("node", "floor", "cap")), strict=True):
        value = values[org.row(node)]
        assert floor is None or np.isnan(value) or value >= floor
        assert cap is None or np.isnan(value) or value <= cap


@settings(max_examples=40)
@given(rounds(largest=6))
def test_every_bit_is_explained_down_to_both_sides(case):
    agreed = made(case)
    if agreed is None:
        return
    for row, node in enumerate(agreed.targets.org.ids.tolist()):
        why = ck.explain(agreed, node, kpi="k")
        assert bits(why.value) == bits(float(agreed.targets.of("k")[0, row]))
        same_bits(why)


@settings(max_examples=60)
@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_bit(case, random):
    def mixed(table):
        n = len(next(iter(table.values())))
        return shuffled(table, random.sample(range(n), n))

    one = made(case)
    other = made(case, units=mixed(case.units), offers=mixed(case.offers),
                 limits=mixed(case.limits),
                 quotas=tuple(random.sample(case.quotas, len(case.quotas))))  # fmt: skip
    assert (one is None) == (other is None)
    if one is not None:
        assert one.targets.of("k").tobytes() == other.targets.of("k").tobytes()
        assert one.optimum("k").tobytes() == other.optimum("k").tobytes()
        table, again = one.moves(), other.moves()
        assert {name: column.tolist().__repr__() for name, column in table.items()} == {
            name: column.tolist().__repr__() for name, column in again.items()
        }


@settings(max_examples=60)
@given(rounds())
def test_pulls_sum_to_the_adjustment_and_the_strongest_is_the_one_that_moves_tell(case):
    agreed = made(case)
    if agreed is None:
        return
    if agreed.targets.columns[0] is agreed.before.columns[0]:  # nothing was said of the KPI
        return
    org, size = agreed.targets.org, float(case.kpi.counted_in.exact)
    moves = agreed.moves()
    told = {node: i for i, node in enumerate(moves["node"].tolist())}
    for row, node in enumerate(org.ids.tolist()):
        value, start = float(agreed.targets.of("k")[0, row]), float(agreed.before.of("k")[0, row])
        if np.isnan(value):
            continue
        pulls = agreed.pulls(node, "k")
        start = 0.0 if np.isnan(start) else start
        assert abs(pulls["pull"].sum() - (value - start)) < 1e-6 * size * 1e3
        assert abs(pulls["pull"][-1]) < size * (1 + 1e-6)
        if node in told and not np.isnan(moves["pull"][told[node]]):
            strongest = float(moves["pull"][told[node]])
            assert abs(abs(strongest) - np.abs(pulls["pull"][:-1]).max()) < 1e-6 * size * 1e3


@settings(max_examples=60)
@given(rounds(limited=False), st.sampled_from([2, 1_000]))
def test_a_larger_unit_scales_the_plan(case, factor):
    def scaled(agreed):
        return agreed.optimum("k") * factor

    lot = ck.Lot(str(case.kpi.counted_in.exact.numerator * factor)
                 if case.kpi.counted_in.exact.denominator == 1
                 else repr(float(case.kpi.counted_in.exact) * factor))  # fmt: skip
    offers = {**case.offers, "value": [v * factor for v in case.offers["value"]]}
    one, other = made(case), made(case, kpi=attrs.evolve(case.kpi, lot=lot), offers=offers)
    assert (one is None) == (other is None)
    if one is not None:
        np.testing.assert_allclose(other.optimum("k"), scaled(one), rtol=1e-9, atol=1e-6)


@settings(max_examples=60)
@given(rounds(limited=False))
def test_demands_that_already_fit_move_nobody(case):
    targets = case.targets()
    org, values = targets.org, targets.of("k")[0]
    offered = [node for node in case.offers["node"] if not np.isnan(values[org.row(node)])]
    offers = {
        "node": offered, "kpi": ["k"] * len(offered),
        "value": values[org.rows(offered)].tolist(), "confidence": [3.0] * len(offered),
    }  # fmt: skip
    agreed = made(case, offers=offers, inner="total")
    assert agreed is not None
    np.testing.assert_allclose(agreed.targets.of("k"), targets.of("k"), rtol=1e-15)
    if not case.quotas:  # sums of quotas are floats, those that are agreed are in lots
        assert agreed.targets.of("k").tobytes() == targets.of("k").tobytes()
        assert not len(agreed.moves()["node"])


@settings(max_examples=60)
@given(rounds(limited=False), st.integers(0, 5))
def test_more_confidence_in_an_offer_moves_it_less(case, which):
    if not case.offers["node"]:
        return
    i = which % len(case.offers["node"])
    weights = list(case.offers["confidence"])
    weights[i] *= 4
    one, other = made(case), made(case, offers={**case.offers, "confidence": weights})
    assert (one is None) == (other is None)
    if one is None or case.inner == "own":
        return
    row, value = one.targets.org.row(case.offers["node"][i]), case.offers["value"][i]
    before, after = (abs(float(a.optimum("k")[0, row]) - value) for a in (one, other))
    assert after <= before + 1e-6 * (1 + abs(value))
