"""What triggers may ask for, known as soon as the card is made."""

import pytest

import cascade_kpi as ck
from cascade_kpi import adjustments, triggers
from tests.examining.case import KPIS, results
from tests.helpers import refused

LINE = ck.curves.Linear(cap=120)
PARTS = [ck.Section("both", [ck.Item("revenue"), ck.Item("churn", named="loss")]),
         ck.Rated("manners", LINE), ck.Item("calls")]  # fmt: skip
WEIGHTS = {"both": 50, "manners": 20, "calls": 30, "revenue": 50, "loss": 50}


def card(*asked, parts=PARTS, weights=WEIGHTS):
    rules = [adjustments.Veto(each) for each in asked[1:]]
    gates = [ck.Gate(asked[0], at=50)]
    return ck.Scorecard(ck.Section("total", parts, gates=gates, then=rules), weights)


@pytest.mark.parametrize("name", ["accidents", "both", "manners", "churn", "nothing"])
def test_an_attainment_that_nothing_on_the_card_has_is_refused_with_the_card(name):
    inside = triggers.AnyOf([triggers.ResultBelow("churn", 1), triggers.AttainmentBelow(name, 1)])
    (fault,) = refused(card, inside)
    assert (fault.column, fault.value) == ("when", name)
    assert fault.reason == "total looks at it, and it is not an item with an attainment"
    assert "ResultBelow" in fault.repair


def test_all_that_is_asked_for_in_vain_is_told_at_once():
    asked = triggers.PointsBelow("accidents", 1), triggers.AttainmentBelow("revenues", 1)
    one, two = refused(card, *asked, triggers.PointsBelow("both", 1))
    assert (one.value, two.value) == ("accidents", "revenues")
    assert one.reason == "total looks at it, and it is not a part of the card"
    assert "did you mean 'revenue'" in two.repair


def test_what_is_on_the_card_may_be_asked_for():
    made = card(
        triggers.AttainmentBelow("loss", 1), triggers.PointsBelow("manners", 1),
        triggers.PointsBelow("both", 1), triggers.ResultBelow("accidents", 1),
    )  # fmt: skip
    assert [each.words() for each in made.outline.triggers(0)][-1] == "accidents is below 1"


def test_a_result_is_asked_for_by_the_name_of_the_kpi():
    parts = [ck.Item("revenue"), ck.Item("churn", named="loss")]
    made = card(triggers.ResultBelow("loss", 1), triggers.ResultAtLeast("loss", 3),
                triggers.ResultAtLeast("lost", 3), parts=parts,
                weights={"revenue": 50, "loss": 50})  # fmt: skip
    for verb in (lambda: ck.examine(made, KPIS), lambda: ck.score(results({"a": (1, 2, 3)}), made)):
        faults = refused(verb)
        assert [fault.value for fault in faults] == ["lost", "loss", "loss"]
        assert (
            faults[1].reason == "total looks at the result of what is a part of the card and no KPI"
        )
