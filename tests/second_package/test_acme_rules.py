"""Rules of another package are first-class: lawful, recorded, explained."""

from datetime import date

import numpy as np
import pytest
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import testing
from cascade_kpi.records import from_json, record, to_json
from tests.second_package.acme_rules import Sigmoid, SquareRoot


@pytest.fixture
def org():
    return ck.OrgTree.from_table(
        {
            "id": ["hq", "n", "s", "ann", "bo", "cy", "di", "ed"],
            "parent": ["", "hq", "hq", "n", "n", "s", "s", "s"],
            "staff": [None, None, None, 9.0, 4.0, 1.0, 25.0, 7.0],
        }
    )


@pytest.fixture
def gaps(org):
    kpi = ck.Kpi("sales", "CNY", split=SquareRoot("staff"), lot=1)
    targets = ck.cascade(org, [kpi], {"sales": 997}, periods="2026")
    actuals = {
        "node": ["ann", "bo", "cy", "di", "ed"],
        "kpi": ["sales"] * 5,
        "value": [300.0, 150.5, 99.0, 240.0, 111.0],
    }
    card = ck.Scorecard([ck.Item("sales", Sigmoid(middle=0.9))], {"sales": 100})
    return ck.gaps(ck.score(ck.measure(targets, actuals), card))


def test_keep_the_public_laws(org):
    testing.check_curve(Sigmoid(), samples=np.linspace(-3, 3, 101))
    testing.check_split(SquareRoot("staff"), org, goal=997)


def test_come_back_from_json_inside_the_librarys_own_records():
    card = ck.Scorecard([ck.Item("sales", Sigmoid(steepness=7))], {"sales": 100})
    assert from_json(to_json(card)) == card
    kpi = ck.Kpi("sales", "CNY", split=SquareRoot("staff"))
    assert from_json(to_json(kpi)).split == SquareRoot("staff")
    assert '"acme/curves.sigmoid"' in to_json(card)


def test_cascade_conserves_with_a_split_of_another_package(gaps):
    lots = gaps.scores.results.targets.lots_of("sales")[0]
    org = gaps.org
    for row in range(len(org)):
        children = [child.row for child in org[org.ids[row]].children]
        assert not children or lots[children].sum() == lots[row]
    by_hand = 3 / (3 + 2)  # ann and bo: square roots of 9 and 4
    n, ann = org.row("n"), org.row("ann")
    assert abs(lots[ann] - lots[n] * by_hand) < 1


def test_are_explained_like_the_built_in_ones(gaps):
    total = ck.explain(gaps.scores, "s")
    assert total.evaluate() == total.value == gaps.scores.total[0, gaps.org.row("s")]
    assert "Sigmoid(middle=0.9" in total.text(None)
    target = ck.explain(gaps.scores.results.targets, "cy", kpi="sales")
    assert target.evaluate() == target.value
    assert "SquareRoot(column='staff')" in target.text(None)


def test_plan_is_made_over_them(gaps):
    rule = ck.Rule("sales", ck.conditions.AttainmentBelow(0.8), "coach")
    book = ck.Playbook([ck.Action("coach", "Coach weekly")], [rule])
    plan = ck.improve(gaps, book, start=date(2026, 1, 1))
    below = gaps.scores.attainment("sales")[0] < 0.8
    assert plan.node.tolist() == np.flatnonzero(below).tolist()


@record("acme/curves.unlawful")
@frozen
class Unlawful:
    how: str

    def __call__(self, attainment):
        if self.how == "counts absent as zero":
            return np.nan_to_num(attainment)
        if self.how == "looks at its neighbours":
            return attainment - np.nanmean(attainment)
        if self.how == "divides by zero":
            with np.errstate(divide="ignore"):
                return 1.0 / attainment
        return np.asarray(attainment, dtype=np.float32)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("counts absent as zero", "to NaN"),
        ("looks at its neighbours", "among others"),
        ("divides by zero", "answers"),
        ("forgets half of the digits", "float32"),
    ],
)
def test_laws_catch_a_curve_that(how, says):
    with pytest.raises(AssertionError, match=says):
        testing.check_curve(Unlawful(how))


@record("acme/splits.unlawful")
@frozen
class ByPosition:
    divides = True

    def __call__(self, org):
        return org.source_row.astype(float)


def test_laws_catch_a_split_that_depends_on_the_order_of_rows(org):
    with pytest.raises(AssertionError, match="order of the rows"):
        testing.check_split(ByPosition(), org)
