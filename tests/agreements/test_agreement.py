"""Steps of an agreement: what may follow what, by whom, and when."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.agreements.agreement import Agreement, State, Step, lawful
from tests.helpers import refused

DAY = date(2027, 1, 11)
USUAL = ["proposed", "agreed by employee", "agreed by manager", "signed"]


def through(*states, by=None):
    found = Agreement("li")
    for i, state in enumerate(states):
        who = "li" if state == "agreed by employee" else "east"
        found = found.add(state, by=by or who, on=date(2027, 1, 11 + i))
    return found


def test_the_usual_way_ends_signed_and_can_be_reopened():
    signed = through(*USUAL)
    assert signed.state is State.SIGNED
    assert signed.agreed(State.AGREED_BY_EMPLOYEE).by == "li"
    again = signed.add("reopened", by="hr", on=date(2027, 6, 1), note="new territory")
    assert again.round == ()
    assert again.agreed(State.AGREED_BY_EMPLOYEE) is None
    assert len(again.steps) == 5
    assert len(signed.steps) == 4


def test_a_refusal_takes_back_what_was_agreed():
    refusal = through("proposed", "agreed by employee", "refused")
    assert refusal.agreed(State.AGREED_BY_EMPLOYEE) is None


@given(st.lists(st.sampled_from(list(State)), max_size=6))
def test_only_lawful_steps_are_taken(states):
    steps = [
        Step(state, "li" if state is State.AGREED_BY_EMPLOYEE else "east", DAY) for state in states
    ]
    sound = all(
        after in lawful[before]
        for before, after in zip([State.DRAFT, *states], states, strict=False)
    )
    if sound:
        found = Agreement("li", steps)
        assert found.state is (states[-1] if states else State.DRAFT)
        assert ck.from_json(ck.to_json(found)) == found
    else:
        refused(Agreement, "li", steps)


def test_an_unlawful_step_names_what_may_follow():
    (fault,) = refused(through("proposed").add, "signed", by="x", on=date(2027, 2, 1))
    assert fault.repair == "what follows is agreed by employee or refused"
    assert refused(Agreement("li").add, "propsed", by="x", on=DAY)[0].repair[:12] == "did you mean"


def test_each_side_agrees_for_itself():
    day = date(2027, 2, 1)
    (fault,) = refused(through("proposed").add, "agreed by employee", by="east", on=day)
    assert fault.column == "by"
    both = through("proposed", "agreed by employee")
    assert refused(both.add, "agreed by manager", by="li", on=day)[0].column == "by"


def test_days_do_not_go_back():
    (fault,) = refused(through("proposed").add, "refused", by="li", on=date(2027, 1, 1))
    assert fault.column == "on"


@pytest.mark.parametrize(
    ("fields", "column"),
    [({"by": ""}, "by"), ({"by": True}, "by"), ({"on": "2027-01-01"}, "on"),
     ({"on": datetime(2027, 1, 1)}, "on"),  # noqa: DTZ001 - a moment without a zone is what is tried
     ({"state": "signed"}, "state"), ({"note": 5}, "note")],
)  # fmt: skip
def test_steps_that_are_refused(fields, column):
    good = {"state": State.PROPOSED, "by": "li", "on": DAY}
    assert [fault.column for fault in refused(Step, **{**good, **fields})] == [column]
    refused(Agreement, "li", [5])
