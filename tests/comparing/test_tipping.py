"""Tipping weights: closed form, search, stated grades, and what cannot be told."""

import json

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, combines, triggers
from cascade_kpi.comparing.weighing import rounding_edges
from tests.calibrating.cases import scored
from tests.comparing.test_chances import GRADES, ITEMS, results
from tests.helpers import refused

NAN = float("nan")
RESULTS = results({"a": (46, 40), "b": (45, 45), "c": (30, 52), "d": (None, 44)})
WEIGHTS = {"sales": 70, "calls": 30}


def scores(parts=ITEMS, weights=WEIGHTS, **card):
    return ck.score(
        RESULTS, ck.Scorecard(parts, weights, grades=card.pop("grades", GRADES), **card)
    )


def told(tip, node, part, columns=("lower", "upper", "grade", "becomes")):
    table = tip.table()
    (at,) = np.flatnonzero((table["node"] == node) & (table["part"] == part)).tolist()
    return [table[name][at] for name in columns]


def test_the_weight_is_solved_for():
    """92 and 80 points: 89.995 at a weight w with 92·w + 80·(100 − w) = 8999.5."""
    tip = ck.tipping(scores())
    lower, upper, grade, becomes = told(tip, "a", "sales")
    assert (grade, becomes) == ("B", "A")
    assert np.isnan(lower)
    assert upper == pytest.approx((8999.5 - 8000) / 12, abs=1e-9)
    lower, upper, *_ = told(tip, "a", "calls")
    assert lower == pytest.approx(100 - (8999.5 - 8000) / 12, abs=1e-9)


def test_where_all_points_are_alike_no_weight_tips():
    lower, upper, grade, becomes = told(ck.tipping(scores()), "b", "sales")
    assert np.isnan([lower, upper]).all()
    assert (grade, becomes) == ("A", "")


def test_an_absent_part_and_one_that_is_alone_tip_nothing():
    tip = ck.tipping(scores())
    assert np.isnan(told(tip, "d", "sales")[:2]).all()
    alone = ck.tipping(scores(ITEMS[:1], {"sales": 100}))
    assert np.isnan(alone.change).all()


def test_a_stated_grade_may_be_far():
    """60 and 104 points at 70 and 30: 73.2, a C."""
    tip = ck.tipping(scores(), "c", to="A")
    lower, upper, grade, becomes = told(tip, "c", "sales")
    assert (grade, becomes) == ("C", "A")
    assert lower == pytest.approx((104 * 100 - 8999.5) / 44, abs=1e-9)
    down = ck.tipping(scores(), "b", to="C")
    assert np.isnan(down.change).all()
    worse = ck.tipping(scores(weights={"sales": 20, "calls": 80}), "c", to="C")
    lower, upper, grade, becomes = told(worse, "c", "sales")
    assert (grade, becomes) == ("A", "C")
    assert upper == pytest.approx((104 * 100 - 7499.5) / 44, abs=1e-9)
    assert np.isnan(ck.tipping(scores(), "b", to="A").change).all()


def test_the_smaller_change_is_told_and_of_equal_ones_the_fall():
    tip = ck.tipping(scores())
    made = attrs.evolve(tip, lower=tip.weight[None] - 2, upper=tip.weight[None] + 2)
    assert set(made.change.ravel().tolist()) == {-2.0}
    made = attrs.evolve(tip, lower=tip.weight[None] - 2, upper=tip.weight[None] + 1)
    assert set(made.change.ravel().tolist()) == {1.0}


def test_sections_have_weights_too():
    inner = ck.Section("both", ITEMS)
    extra = ck.Item("sales", ck.curves.Linear(100), named="again")
    made = scores([inner, extra], {**WEIGHTS, "both": 60, "again": 40})
    tip = ck.tipping(made)
    assert tip.names == ("both", "sales", "calls", "again")
    # The section has 88.4, the other part 92: 89.84 together; 89.995 at 55.7.
    assert told(tip, "a", "both")[0] == pytest.approx((9200 - 8999.5) / 3.6, abs=1e-7)
    # In the section, 89.995 = 0.6·u + 36.8.
    wanted = ((89.995 - 36.8) / 0.6 * 100 - 8000) / 12
    assert told(tip, "a", "sales")[1] == pytest.approx(wanted, abs=1e-7)


def test_rules_are_gone_through_by_halving():
    root = ck.Section("total", ITEMS, then=[adjustments.Within(0, 89)])
    tip = ck.tipping(scores(root))
    assert np.isnan(told(tip, "a", "sales")[:2]).all()
    scaled = ck.Section("total", ITEMS, combines.Geometric(), then=[adjustments.Within(0, 120)])
    upper = told(ck.tipping(scores(scaled)), "a", "sales")[1]
    wanted = 100 * np.log(89.995 / 80) / np.log(92 / 80)
    assert upper == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize(
    ("root", "why"),
    [
        (ck.Section("total", ITEMS, missing=absences.AtMost(0.5)), "total has AtMost"),
        (ck.Section("total", [ck.Section("one", ITEMS)], missing=absences.Parents()),
         "total has Parents"),
        (ck.Section("total", [ck.Section("one", ITEMS)],
                    gates=[ck.Gate(triggers.PointsBelow("one", 9), at=0, parts=["one"])]),
         "total looks at one"),
    ],
)  # fmt: skip
def test_what_may_go_both_ways_is_not_told(root, why):
    nested = any(isinstance(part, ck.Section) for part in root.parts)
    tip = ck.tipping(scores(root, WEIGHTS | ({"one": 100} if nested else {})))
    assert tip.untold["sales"].startswith(why)
    assert np.isnan(tip.lower).all()
    assert "not told" in repr(tip)
    assert told(tip, "a", "sales")[3] == ""


def test_parents_of_items_are_told():
    root = ck.Section("total", ITEMS, missing=absences.Parents())
    assert not ck.tipping(scores(root)).untold


@attrs.frozen
class Crooked:
    """An adjustment of a user's own that goes both ways."""

    brings = ()
    reads = ()
    columns = ()

    def __call__(self, value, reading):
        return (value - 80.0) ** 2

    def words(self):
        return "squared"


@attrs.frozen
class Given:
    """An item of a user's own."""

    name: str = "given"
    kpis = ()

    def points(self, reading):
        return np.full(len(reading.result("sales")), 70.0)

    def at_target(self, reading):
        return self.points(reading)


def test_rules_and_items_of_ones_own_are_not_trusted():
    root = ck.Section("total", ITEMS, then=[Crooked()])
    assert "Crooked" in ck.tipping(scores(root)).untold["calls"]
    own = scores([*ITEMS, Given()], {"sales": 50, "calls": 30, "given": 20})
    assert "item of your own" in ck.tipping(own).untold["sales"]


def test_totals_may_leave_all_grades():
    bands = ck.Grades([ck.Band("A", 86, 91), ck.Band("B", 85, 86)])
    people = results({"a": (46, 40)})
    card = ck.Scorecard(ITEMS, WEIGHTS, grades=bands)
    tip = ck.tipping(ck.score(people, card), "a")
    _, upper, grade, becomes = told(tip, "a", "sales")
    assert (grade, becomes) == ("A", "B")
    assert upper == pytest.approx((9099.5 - 8000) / 12)
    assert tip.upper_codes[0, 0, 0] == -1
    up = attrs.evolve(tip, lower=np.full_like(tip.lower, NAN))
    assert up.table()["becomes"][0] == "outside all grades"
    totals = np.array([91.0, 90.994, 86, 85, 84])
    assert bands.places(totals).tolist() == [-1, 0, 0, 1, 2]


def test_edges_are_half_a_step_of_the_last_decimal_below():
    bands = ck.Grades.from_edges({"A": 90.1, "B": 1.1, "C": 0.0001, "D": None}, decimals=2)
    lows, highs = rounding_edges(bands)
    assert lows.tolist() == pytest.approx([90.095, 1.095, 0.005, -np.inf])
    assert highs.tolist() == pytest.approx([np.inf, 90.095, 1.095, 0.005])


def test_the_order_of_rows_and_everybody_together_change_no_bit():
    other = results({"d": (None, 44), "c": (30, 52), "b": (45, 45), "a": (46, 40)})
    one, two = ck.tipping(scores()), ck.tipping(ck.score(other, scores().scorecard))
    assert one.lower.tobytes() == two.lower.tobytes()
    for node in scores().org:
        alone = ck.tipping(scores(), node.id, "2026")
        assert np.array_equal(alone.upper[0, :, 0], one.upper[0, :, node.row], equal_nan=True)


def test_it_is_written_and_read():
    for tip in (ck.tipping(scores()), ck.tipping(scores(), "a", to="A")):
        back = ck.from_json(ck.to_json(tip))
        assert back == tip
        assert hash(back) == hash(tip)
        assert repr(back) == repr(tip)


def test_what_cannot_be_asked_is_refused():
    assert refused(ck.tipping, scores(grades=None))[0].reason == "the scores have no grades"
    assert refused(ck.tipping, scores(), to="Z")[0].reason == "no such grade"
    assert refused(ck.tipping, scores(), "zed")
    assert refused(ck.tipping, 5)
    summed = ck.Section("total", ITEMS, combines.Sum())
    assert "no part of the card has a weight" in str(refused(ck.tipping, scores(summed, {}))[0])
    assert len(ck.tipping(scored({"x": ("y", 50)})).names) == 1


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (lambda record: record.update(to="Z"), "no such grade"),
        (lambda record: record["scores"]["scorecard"].update(grades=None), "have no grades"),
        (lambda record: record.update(nodes=["nobody"]), "no such node"),
        (lambda record: record.update(periods=["1999"]), "no such period"),
    ],
)
def test_a_document_that_was_tampered_with_is_refused(tamper, told):
    document = json.loads(ck.to_json(ck.tipping(scores(), "a", to="A")))
    tamper(document["record"])
    faults = refused(ck.from_json, json.dumps(document))
    assert told in faults[0].reason


def test_nodes_of_a_kind_are_told_alone():
    made = scored({"a": ("x", 85), "b": ("y", 70)})
    tip = ck.tipping(made, kind="dept")
    assert made.org.ids[tip.rows].tolist() == ["x", "y"]
    assert np.array_equal(tip.lower, ck.tipping(made).lower[:, :, tip.rows], equal_nan=True)
    assert ck.from_json(ck.to_json(tip)) == tip
    faults = refused(ck.tipping, made, "nobody", "2030", to="Z", kind="dept")
    assert [fault.value for fault in faults] == ["Z", "2030", "dept", "nobody"]
    assert refused(ck.tipping, made, kind="team")[0].value == "team"
    assert refused(ck.tipping, made, kind=3)[0].reason == "not text"
