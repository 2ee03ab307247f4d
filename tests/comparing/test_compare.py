"""Two rules over everybody: ranks, grades, groups, costs, parts of changes, refusals."""

import math

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import blending, calibrating
from cascade_kpi.comparing import Everybody, Siblings, Under
from tests.calibrating.cases import EDGES, scored
from tests.helpers import refused

BEFORE = {
    "a": ("red", 95),
    "b": ("red", 85),
    "c": ("red", 85),
    "d": ("blue", 62),
    "e": ("blue", None),
}
AFTER = {
    "a": ("red", 71),
    "b": ("red", 85),
    "c": ("red", 91),
    "d": ("blue", 62.0),
    "e": ("blue", 92),
}
COLUMNS = {"region": ["n", "n", "s", None, "s"], "salary": [1000, 2000, 1500.5, 900, 800]}
PAY = ck.PayPerGrade({"A": 0.2, "B": 0.1, "C": 0.05, "D": 0, "E": 0}, of="salary", unit="CNY")


def sides(before=BEFORE, after=AFTER, edges=(EDGES, EDGES), **columns):
    columns = columns or COLUMNS
    return [
        scored(side, edge, **columns) for side, edge in zip((before, after), edges, strict=True)
    ]


COMPARED = ck.compare(*sides(), pay=PAY, by="region")


def test_ties_share_the_best_place_and_the_next_are_left_out():
    table = COMPARED.table()
    assert table["node"].tolist() == ["d", "e", "a", "b", "c"]
    assert table["rank_before"].tolist() == [4, 0, 1, 2, 2]
    assert table["rank_after"].tolist() == [5, 1, 4, 3, 2]
    places = table["places"].tolist()
    assert places[2:] == [-3, -1, 0]
    assert math.isnan(places[1])


def test_pools_are_who_is_ranked_together():
    one = ck.compare(*sides(), pool=Siblings())
    assert one.pools[0] == ("blue", "red")
    assert one.table()["rank_after"].tolist() == [2, 1, 3, 2, 1]
    same = ck.compare(*sides(), pool=Under("dept"))
    assert same.table()["rank_after"].tolist() == one.table()["rank_after"].tolist()
    by_region = ck.compare(*sides(), pool="region")
    assert by_region.pools[0] == ("s", "n", "")
    assert by_region.table()["rank_after"].tolist() == [1, 1, 2, 1, 2]
    teams = ck.compare(*sides(), kind="dept", pool=Siblings())
    assert teams.table()["node"].tolist() == ["blue", "red"]
    assert teams.agreement()["people"].tolist() == [2]


def test_roots_are_siblings():
    org = ck.OrgTree.from_table({"id": ["x", "y", "z"], "parent": ["", "", "y"]}, roots="many")
    groups = Siblings().groups(org)
    assert groups.names == ("", "y")
    assert groups.codes.tolist() == [0, 0, 1]


def test_transitions_count_who_is_not_scored():
    wanted = np.zeros((6, 6), dtype=int)
    wanted[0, 2] = wanted[1, 1] = wanted[1, 0] = wanted[3, 3] = wanted[5, 0] = 1
    assert COMPARED.transitions().tolist() == wanted.tolist()
    assert COMPARED.transitions(group="s").sum() == 2
    assert COMPARED.grade_moves[0][COMPARED.people][2:].tolist() == [-2, 0, 1]
    assert refused(COMPARED.transitions, group="x")[0].reason == "no such group"
    assert refused(COMPARED.transitions, period="x")


def test_other_grades_have_transitions_and_no_steps():
    made = ck.compare(*sides(edges=(EDGES, {"top": 90, "rest": None})))
    assert made.transitions().shape == (6, 3)
    assert not made.same_grades
    assert made.by_group()["grade_up"].tolist() == [0]
    none = ck.compare(*sides(edges=(None, None)))
    assert refused(none.transitions)[0].reason == "neither side has grades"
    assert "grades change" not in repr(none)


def test_groups_and_costs():
    table = COMPARED.by_group()
    assert table["group"].tolist() == ["s", "n", ""]
    assert table["people"].tolist() == [2, 2, 1]
    assert table["up"].tolist() == [1, 0, 0]
    assert table["down"].tolist() == [0, 1, 0]
    assert table["same"].tolist() == [0, 1, 1]
    assert table["untold"].tolist() == [1, 0, 0]
    assert table["mean_change"].tolist() == [6.0, -12.0, 0.0]
    costs = COMPARED.costs()
    assert costs["group"].tolist() == ["s", "n", "", "all"]
    assert costs["before"].tolist() == [150.05, 400.0, 0.0, 550.05]
    assert costs["after"].tolist() == [460.1, 250.0, 0.0, 710.1]
    assert costs["difference"].tolist() == [310.05, -150.0, 0.0, 160.05]
    assert costs["unpaid_before"].tolist() == [1, 0, 0, 1]
    assert costs["unpaid_after"].tolist() == [0, 0, 0, 0]
    assert COMPARED.paid()[1][0, COMPARED.org.row("c")] == 300.1
    assert "costs, 2026: 550.05 to 710.10 CNY" in repr(COMPARED)
    assert COMPARED._repr_html_().startswith("<pre>&lt;Comparison")


def test_what_differs_by_rounding_is_no_change():
    after = {**BEFORE, "a": ("red", 95 + 2e-7), "b": ("red", 85 + 5e-9)}
    made = ck.compare(*sides(after=after))
    assert made.gains[0][made.people].tolist() == [0, 0, 1, 0, 0]


def test_movers_are_ordered_by_places_then_by_points():
    table = COMPARED.movers()
    assert table["node"].tolist() == ["a", "d", "b"]
    assert COMPARED.movers(1)["node"].tolist() == ["a"]
    assert table["label"].tolist() == ["a", "d", "b"]
    assert refused(COMPARED.movers, 0)


def test_pay_for_who_is_not_scored_is_paid_if_it_is_stated():
    pay = attrs.evolve(PAY, unscored=0.01)
    costs = ck.compare(*sides(), pay=pay).costs()
    assert costs["before"][-1] == 558.05
    assert costs["unpaid_before"].tolist() == [0, 0]


def test_pay_per_point_and_half_cents_to_even():
    pay = ck.PayPerPoint(0.005, above=60, most=30)
    costs = ck.compare(*sides(), pay=pay).costs()
    # 30, 25, 25, 2 points are paid: 0.15, 0.125, 0.125 and 0.01, of which 0.125 is 0.12.
    assert costs["before"][-1] == 0.40


def test_a_blank_cell_of_who_is_paid_is_refused():
    columns = {**COLUMNS, "salary": [None, 2000, 1500, 900, None]}
    faults = refused(ck.compare, *sides(**columns), pay=PAY)
    assert [fault.value for fault in faults] == ["a", "e"]
    assert all("pay is by it" in fault.reason for fault in faults)
    huge = {**COLUMNS, "salary": [1e18, 2000, 1500, 900, 1]}
    assert "too large" in refused(ck.compare, *sides(**huge), pay=PAY)[0].reason


def test_what_is_not_comparable_is_told_at_once():
    other = ck.OrgTree.from_table({"id": ["hq", "zed"], "parent": ["", "hq"]})
    targets = ck.cascade(other, [ck.Kpi("sales", "CNY")], {"sales": 10}, periods="2027")
    results = ck.measure(targets, {"node": ["zed"], "kpi": ["sales"], "value": [5]})
    strange = ck.score(results, ck.Scorecard([ck.Item("sales")], {"sales": 100}))
    faults = refused(ck.compare, sides()[0], strange, by="nothing", pay=PAY)
    told = " / ".join(str(fault) for fault in faults)
    for part in ("7 nodes", "1 nodes that", "periods 2026 and 2027", "column = 'nothing'"):
        assert part.replace("column = ", "by = ") in told
    assert "'points': a KPI that the other side has not" in told
    assert "there are no grades to pay by" in told


def test_trees_of_other_shape_and_kpis_of_another_unit_are_refused():
    before, after = sides(after={**AFTER, "d": ("red", 62)})
    assert "another parent" in refused(ck.compare, before, after)[0].reason
    kpi = attrs.evolve(before.kpis["points"], unit="%")
    targets = ck.cascade(before.org, [kpi], {"points": 100}, periods="2026")
    results = ck.measure(targets, {"node": ["a"], "kpi": ["points"], "value": [5]})
    other = ck.score(results, before.scorecard)
    assert "pt, " in refused(ck.compare, before, other)[0].reason


def test_targets_and_totals_are_not_mixed():
    scores = sides()[0]
    assert "is wanted" in str(refused(ck.compare, scores, scores.results.targets)[0])
    assert refused(ck.compare, scores.results.targets, scores.results.targets, by="kind")
    assert "no totals of everybody" in refused(ck.compare, scores, 5)[0].reason
    assert len(refused(ck.compare, scores, scores, by=5, pool=5, pay=5, kind=5)) == 4


def test_blended_and_calibrated_totals_are_compared_too():
    before, after = sides()
    blended = ck.blend(after, blending.Shares({"own": 70, "parent": 30}, nobody="own"))
    made = ck.compare(before, blended)
    split = made.by_item("a")
    assert set(split.labels) == {"points", "passed on, bounds and coefficients"}
    assert math.fsum(split.parts) == pytest.approx(split.whole)
    assert ck.explain(made, "a").evaluate() == made.change[0, made.org.row("a")]
    quotas = calibrating.Quotas([calibrating.AtMost("A", 0.2)])
    calibrated = ck.compare(after, ck.calibrate(after, quotas))
    assert np.nan_to_num(calibrated.change).tolist() == [[0.0] * 8]
    assert calibrated.transitions()[0].tolist() == [1, 1, 0, 0, 0, 0]
    assert ck.explain(calibrated, "a").value == 0.0


@attrs.frozen
class Mine:
    """A stage of a user's own."""

    org: object
    periods: object
    total: object
    grades: tuple = ()

    @property
    def grade_codes(self):
        return np.full(self.total.shape, -1)


def test_a_stage_of_ones_own_is_compared():
    before = sides()[0]
    mine = Mine(before.org, before.periods, before.total + 1)
    made = ck.compare(before, mine)
    assert made.by_item("a").rows()[0][:2] == ("all items together", 1.0)
    why = ck.explain(made, "a")
    assert (why.value, why.evaluate()) == (1.0, 1.0)
    assert "as Mine has it" in why.text()
    assert ck.explain(made, "a", quantity="before").value == 95
    assert refused(ck.explain, made, "a", kpi="points")


def test_products_of_coefficients_are_no_points():
    before, after = sides()
    table = dict.fromkeys("ABCDE", 1.0)
    by = blending.Coefficients("parent", table, {**table, "A": 1.5}, of="person")
    product = ck.multiply(after, by)
    assert "pure numbers" in refused(ck.compare, before, product)[0].reason


def test_a_comparison_is_written_and_read():
    made = ck.compare(*sides(), pay=PAY, by="region", pool=Siblings())
    text = ck.to_json(made)
    back = ck.from_json(text)
    assert back == made
    assert hash(back) == hash(made)
    assert ck.explain(back, "a").text(None) == ck.explain(made, "a").text(None)
    assert "nodes" not in repr(back)
    broken = text.replace('"of":"salary"', '"of":"wages"').replace(
        '"of": "salary"', '"of": "wages"'
    )
    assert "no such column" in str(refused(ck.from_json, broken)[0])


def test_no_one_by_default_is_left_out():
    assert isinstance(ck.compare(*sides()).by, Everybody)
    assert ck.compare(*sides()).by_group()["people"].tolist() == [5]


@pytest.mark.parametrize(
    ("make", "reasons"),
    [
        (lambda: ck.PayPerGrade({}), ["a mapping is wanted"]),
        (lambda: ck.PayPerGrade({"A": "x"}, of=5, unit="", decimals=9),
         ["empty", "not a whole number from 0 to 6", "not text", "not a number"]),
        (lambda: ck.PayPerPoint("x", most=-1), ["not a number", "below zero"]),
    ],
)  # fmt: skip
def test_pay_is_refused_with_all_its_faults(make, reasons):
    assert [fault.reason for fault in refused(make)] == reasons


def test_words_of_pay():
    assert PAY.words() == "A 0.2, B 0.1, C 0.05, D 0, E 0 of salary, in CNY"
    told = ck.PayPerPoint(2, of="salary", above=60, most=9, unit="CNY").words()
    assert told == "2 of salary a point above 60, of no more than 9 points, in CNY"


@attrs.frozen
class Infinite(ck.PayPerPoint):
    def __call__(self, total, codes, grades, *columns):
        return np.full(total.shape, np.inf)


def test_pay_of_ones_own_that_is_not_finite_is_refused():
    faults = refused(ck.compare, *sides(), pay=Infinite(1))
    assert "not finite" in faults[0].reason
