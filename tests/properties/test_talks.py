"""Negotiations of arbitrary rounds: every word and plan explained to the bit and to a row."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.commitments.test_talks_explained import found
from tests.properties.test_explanations import bits
from tests.strategies.trees import tree, units

SIDES = ["above", "below"]
KPI = ck.Kpi("k", "x", split=ck.splits.ProRata("driver"), lot=1)


@st.composite
def talks(draw):
    """Rounds as people make them; what would be refused is left out."""
    org = tree(draw(units(7, widest=15)))
    targets = ck.cascade(org, [KPI], {"k": 300}, periods="p")
    made, ids = ck.Negotiation("k"), org.ids.tolist()
    for day in range(draw(st.integers(1, 6))):
        some = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))
        act = draw(st.sampled_from(["propose", "counter", "agree", "agree"]))
        table = {"node": some, "kpi": ["k"] * len(some)}
        how = {"who": draw(st.sampled_from(SIDES)), "when": date(2026, 11, 2) + timedelta(day)}
        values = [draw(st.integers(0, 900)) / draw(st.sampled_from([1, 3])) for _ in some]
        try:
            if act == "agree":
                made = made.agree(table, **how)
            else:
                plan = ck.reconcile(targets, made.standing({**table, "value": values}))
                made = getattr(made, act)(plan, **how)
        except ck.InputError:
            continue
    return made


@settings(max_examples=60)
@given(talks())
def test_every_word_and_plan_is_explained_after_every_round(made):
    for many in range(1, len(made) + 1):
        so_far = ck.Negotiation("k", made.rounds[:many])
        status = so_far.status()
        for node, state, value, planned in zip(
            *(status[key].tolist() for key in ("node", "state", "value", "plan")), strict=True
        ):
            why = ck.explain(so_far, node, "k")
            assert bits(why.value) == bits(value)
            assert f", {state} by" in why.name
            found(so_far, why)
            why = ck.explain(so_far, node, "k", quantity="plan")
            assert bits(why.value) == bits(planned)
            found(so_far, why)
