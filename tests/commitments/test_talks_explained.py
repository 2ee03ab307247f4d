"""What was negotiated, asked why."""

import re
from datetime import date

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.commitments.negotiation import Round
from tests.commitments.test_negotiation import FIRST, LAST, LATER, at, begun, plan
from tests.helpers import refused
from tests.properties.test_explanations import bits, same_bits

LEAF = re.compile(r"round (\d+), (stated|outcome) row (\d+), value")


def found(talks, why):
    """Every input row that is named has the value that is told."""
    same_bits(why)
    for _, node in why.walk():
        if node.operation is None:
            i, table, row = LEAF.match(node.source).groups()
            assert getattr(talks.rounds[int(i)], table)["value"][int(row)] == node.value
    return why.text(depth=None).split("\n")


def talks():
    made = begun()
    made = made.counter(plan(made, ann=28), who="hq", when=LATER)
    made = made.agree(at("ann"), who="east", when=LAST)
    made = made.propose(plan(made, bob=50), who="east", when=LAST)
    return made.agree(at("bob", "cid"), who="hq", when=LAST)


def test_every_word_and_every_plan_is_told_by_its_round_and_row():
    made = talks()
    status = made.status()
    for node, value, planned in zip(
        *(status[key].tolist() for key in ("node", "value", "plan")), strict=True
    ):
        why = ck.explain(made, node, "sales")
        assert bits(why.value) == bits(value)
        found(made, why)
        why = ck.explain(made, node, "sales", quantity="plan")
        assert bits(why.value) == bits(planned)
        found(made, why)


def test_an_agreement_is_to_the_plan_and_answers_what_stood():
    made = talks()
    first, planned, countered, said, proposed = found(made, ck.explain(made, "ann", "sales"))
    assert first == (
        "sales, ann, 2027, agreed by east on 2026-11-09 = 28"
        "  ← agreement of round 2, stated row 0: the amount of the plan of round 1"
    )
    assert "plan of round 1 = 28  ← round 1, outcome row 2, value: " in planned
    assert planned.endswith("counter-proposal of hq on 2026-11-05")
    assert countered.endswith(
        "= 28  ← counter-proposal of round 1, stated row 0: in place of what stood"
    )
    assert said.endswith("said in round 1 = 28  ← round 1, stated row 0, value; confidence 1")
    assert proposed.endswith("= 20  ← round 0, stated row 0, value; confidence 1")
    assert "proposed by east on 2026-11-02" in proposed
    bob = found(made, ck.explain(made, "bob", "sales"))
    assert "= 36 " in bob[0]
    assert "proposed by east on 2026-11-09 = 50" in bob[2]
    assert len(found(made, ck.explain(made, "cid", "sales"))) == 2  # agreed to, never proposed


def test_a_plan_keeps_what_is_agreed_and_agreeing_moves_nobody():
    made = talks()
    lines = found(made, ck.explain(made, "ann", "sales", quantity="plan"))
    assert lines[0] == "sales, ann, 2027, plan of round 4 = 28  ← agreed before, and so certain"
    lines = found(made, ck.explain(made, "bob", "sales", quantity="plan"))
    assert lines[0] == "sales, bob, 2027, plan of round 4 = 36  ← agreeing moves nobody"
    lines = found(made, ck.explain(made, "hq", "sales"))  # nobody spoke of it
    assert lines[0].endswith("agreeing moves nobody")
    assert "round 3, outcome row 0, value: proposal of east" in lines[1]


def test_what_the_rounds_do_not_bear_out_is_told_as_it_is_written():
    made = talks()
    odd = {**made.rounds[2].stated, "value": np.array([27.0])}
    rounds = (*made.rounds[:2], attrs.evolve(made.rounds[2], stated=odd))
    lines = found(made, ck.explain(ck.Negotiation("odd", made.rounds[:3]), "ann", "sales"))
    assert "the amount of the plan of round 1" in lines[0]
    other = ck.Negotiation("odd", rounds)
    lines = found(other, ck.explain(other, "ann", "sales"))
    assert "agreed by east on 2026-11-09 = 27" in lines[0]
    assert "in place of what stood" in lines[0]
    lines = found(other, ck.explain(other, "ann", "sales", quantity="plan"))
    assert "= 28  ← agreeing moves nobody" in lines[0]
    empty = {key: column[:0] for key, column in made.rounds[0].outcome.items()}
    gone = ck.Negotiation("odd", (attrs.evolve(made.rounds[0], outcome=empty),))
    why = ck.explain(gone, "ann", "sales", quantity="plan")
    assert np.isnan(why.value)
    assert "not in its outcome" in str(why)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"node": "ann"}, "which KPI?"),
        ({"node": "ann", "kpi": "sails"}, "no target of sails in 2027"),
        ({"node": "anna", "kpi": "sales"}, "no target of sales in 2027"),
        ({"node": "ann", "kpi": "sales", "period": "2028"}, "no target of sales in 2028"),
        ({"node": "hq", "kpi": "sales", "quantity": "value"}, "no such quantity"),
    ],
)
def test_what_was_not_spoken_of_is_refused(asked, reason):
    (fault,) = refused(ck.explain, talks(), **asked)
    assert reason in str(fault)


def test_talks_of_several_periods_are_asked_for_one():
    def columns(period, *values):
        return {"node": np.array(["ann"]), "kpi": np.array(["sales"]),
                "period": np.array([period]), "value": np.array(values)}  # fmt: skip

    def said(period, value):
        return {**columns(period, value), "confidence": np.array([1.0], dtype=object)}

    made = ck.Negotiation(
        "two",
        [
            Round("a", FIRST, "proposal", said("Q1", 3.0), columns("Q1", 3.0)),
            Round("a", date(2026, 12, 1), "proposal", said("Q2", 4.0), columns("Q2", 5.0)),
        ],
    )
    (fault,) = refused(ck.explain, made, "ann", "sales")
    assert "which period?" in str(fault)
    assert ck.explain(made, "ann", "sales", "Q1").value == 3
    assert ck.explain(made, "ann", "sales", "Q2", "plan").value == 5
    (fault,) = refused(ck.explain, ck.Negotiation("none"), "ann", "sales")
    assert "nothing is proposed" in str(fault)
