"""Odd questions, and numbers near the ends of floats."""

import math

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import adjustments, attainments, combines, curves, triggers
from cascade_kpi.examining.people import shares
from cascade_kpi.examining.telling import two_numbers
from tests.examining.case import ITEMS, KPIS, LEVELS, WEIGHTS, card, finding, results
from tests.helpers import refused

ON_TARGET = ck.Kpis([ck.Kpi("stock", "days", better=ck.directions.OnTarget(5),
                            aggregate=ck.aggregates.Mean())])  # fmt: skip
STOCK = card([ck.Item("stock", curves.Linear(cap=120))], {"stock": 100}, None)


def test_attainments_that_an_item_never_comes_to_are_refused():
    (fault,) = refused(ck.examine, STOCK, ON_TARGET, within={"stock": (1.2, 1.5)})
    assert fault.reason == "stock is only read up to 1"
    touching = ck.examine(STOCK, ON_TARGET, within={"stock": (1, 1.5)})
    assert touching.bounds()["high"].tolist() == [100.0, 100.0]
    open_end = card([ck.Item("revenue")], {"revenue": 100}, None)
    (fault,) = refused(ck.examine, open_end, KPIS, within={"revenue": (0, 1e308)})
    assert "too large for a float" in fault.reason
    wide = ck.examine(open_end, KPIS, within={"revenue": (-1e300, 1e300)})
    assert wide.verdicts()["monotone"].tolist() == ["yes"]


def test_another_stage_is_no_list_of_kpis():
    (fault,) = refused(ck.examine, card(), results({"a": (1, 1, 1)}).targets)
    assert fault.reason == "neither KPIs nor results: a Targets"
    assert fault.column == "of"


def test_a_number_that_an_attainment_does_not_look_at_is_refused():
    found = ck.examine(card(), KPIS)
    faults = refused(found.in_units, "revenue", math.nan, base=5)
    assert faults[0].value == "base"
    assert faults[1].column == "target"
    rule = card([ck.Item("revenue", LEVELS, attainments.Progress("base"))], {"revenue": 100}, None)
    faults = refused(ck.examine(rule, KPIS).in_units, "revenue", 10, bass=5)
    assert [fault.value for fault in faults] == ["base", "bass"]


def test_two_numbers_are_told_apart():
    assert two_numbers(1.0, 1 - 1e-9) == ("1", "0.999999999")
    assert two_numbers(-0.5, 0.25) == ("−0.5", "0.25")
    assert two_numbers(2.0, 2.0) == ("2", "2")
    wrong = adjustments.Veto(triggers.ResultAtLeast("revenue", 3), at=1)
    flat = [ck.Item("revenue", curves.Steps([(0.1, 70), (0.2, 80)]))]
    told = finding(ck.examine(card(flat, {"revenue": 100}, None, then=[wrong]), KPIS),
                   "not monotone", "total").words  # fmt: skip
    before, after = told.split(" against")[0].removeprefix("revenue ").split(" is better than ")
    assert before != after


@pytest.mark.parametrize("size", [1e-200, 1e-3, 1.0, 1e12, 1e200, 1e300])
def test_shares_do_not_depend_on_the_size_of_points(size):
    parts = np.array([[3.0, 1.0, 4.0, 1.0], [1.0, 0.0, 2.0, 5.0]])
    got = shares(parts * size, parts.sum(axis=0) * size)
    if size < 1e-9:  # no spread beside a point
        assert np.isnan(got).all()
    else:
        want = [np.cov(part, parts.sum(axis=0))[0, 1] / parts.sum(axis=0).var(ddof=1)
                for part in parts]  # fmt: skip
        np.testing.assert_allclose(got, want, rtol=1e-12)


def test_points_near_the_end_of_floats_have_shares():
    big = [ck.Item("revenue"), ck.Item("churn", curves.Linear(cap=120))]
    rule = card(big, {"*": {"revenue": 50, "churn": 50}}, None)
    found = ck.examine(rule, results({"a": (1e300, 90, 1), "b": (2e300, 80, 1), "c": (1, 1, 1)}))
    table = found.influence()
    assert table["share"][table["part"] == "revenue"][0] == pytest.approx(1.0)
    assert table["correlation"][table["part"] == "revenue"][0] == pytest.approx(1.0)
    assert found.findings
    why = ck.explain(found, "a", kpi="revenue")
    assert why.evaluate() == why.value


def test_names_of_any_kind_are_kept_as_they_are():
    named = [ck.Item("revenue", LEVELS, named="<b>=1+1</b>|x"), ck.Item("churn", named="流失率")]
    rule = ck.Scorecard(ck.Section("=total", named),
                        {"<i>": {"<b>=1+1</b>|x": 60, "流失率": 40}})  # fmt: skip
    found = ck.examine(rule, KPIS)
    assert found.items()["item"].tolist() == ["<b>=1+1</b>|x", "流失率"]
    assert ck.from_json(ck.to_json(found)) == found
    page = ck.report(found).html()
    assert "<b>=1+1" not in page
    assert "<i>" not in page
    assert "流失率" in page
    assert len(ITEMS) == len(WEIGHTS["seller"])


# ----------------------------------------------------------------- rules that answer oddly


def raising(*given):
    raise ZeroDivisionError


@frozen
class Own:
    """An attainment, a trigger and an adjustment of a user's own that answers what it is told."""

    answer: object
    columns = ()
    reads = ()
    brings = ()

    def __call__(self, *given):
        return self.answer(*given)

    def refuses(self, target, better, *columns):
        return np.zeros(np.shape(target), dtype=bool)

    def words(self):
        return "own"


@frozen
class Reversed(attainments.Proportion):
    def span(self, better):
        return 5, 1


class Odd(combines.Mean):
    def __call__(self, points, weights):
        return np.nan_to_num(super().__call__(points, weights))


ODD = [
    ([ck.Item("revenue", raising)], {}, "its curve raises ZeroDivisionError"),
    ([ck.Item("revenue", lambda x: x[:1])], {}, "its curve answers shape (1,), not (11,)"),
    ([ck.Item("revenue", lambda x: 5.0)], {}, "no array"),
    ([ck.Item("revenue", lambda x: x * np.nan)], {}, "its curve answers NaN"),
    ([ck.Rated("asked", raising)], {}, "its curve raises"),
    ([ck.Item("revenue", LEVELS, Own(raising))], {}, "its attainment raises"),
    ([ck.Item("revenue", LEVELS, Reversed())], {}, "span of its attainment goes from 5 to 1"),
    ([ck.Item("revenue")], {"then": [Own(lambda v, r: v[:1])]}, "it answers shape (1,)"),
    ([ck.Item("revenue")], {"then": [adjustments.Veto(Own(raising))]}, "it raises"),
    ([ck.Item("revenue")], {"gates": [ck.Gate(Own(raising), at=1)]}, "it raises"),
    ([ck.Item("revenue")], {"combine": Odd()}, "a value where no part has points"),
]


@pytest.mark.parametrize(("items", "section", "told"), ODD)
def test_rules_that_answer_oddly_are_refused_without_anybody(items, section, told):
    rule = card([*items, ck.Item("churn", LEVELS)], {"*": {items[0].name: 50, "churn": 50}}, None,
                **section)  # fmt: skip
    (fault,) = refused(ck.examine, rule, KPIS)
    assert told in fault.reason


def test_what_is_refused_as_somebody_is_scored_is_refused_before():
    rule = card([ck.Item("stock", LEVELS, attainments.Progress(3))], {"stock": 100}, None)
    (fault,) = refused(ck.examine, rule, ON_TARGET)
    assert "best on target" in fault.reason
    (fault,) = refused(ck.examine, card(), results({"a": (1, 1, 1)}), ratings=3)
    assert fault.column == "ratings"


@frozen
class Doubled:
    """An item of a user's own."""

    name: str = "doubled"
    kpis: tuple = ("revenue",)

    def points(self, reading):
        return 2 * reading.result("revenue")

    def at_target(self, reading):
        return 2 * reading.target("revenue")


@pytest.mark.parametrize(
    "item", [Doubled(), ck.Item("revenue", curves.Linear(floor=None, cap=None), named="doubled")]
)
def test_what_has_no_end_on_either_side_is_not_always_the_same(item):
    rule = card([item, ck.Item("churn", LEVELS)], {"*": {"doubled": 50, "churn": 50}}, None)
    found = ck.examine(rule, KPIS)
    assert "no effect" not in [each.kind for each in found.findings]
