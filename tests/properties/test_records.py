"""Every rule and every input object comes back from JSON equal to what was written."""

import json

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.records import from_json, kinds, to_json
from tests.strategies.cards import ATTAINMENTS, CURVES, scorecards
from tests.strategies.cycles import cases
from tests.strategies.kpis import AGGREGATES, DIRECTIONS, SPLITS, kpis
from tests.strategies.trees import KINDS, NASTY, orgs

FINITE = st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.sampled_from(NASTY) | st.text(min_size=1).filter(lambda text: text.strip() != "")
SIMPLE = st.one_of(
    st.builds(ck.conditions.AttainmentBelow, FINITE.filter(lambda level: level < 10)),
    st.builds(ck.conditions.ShortfallAtLeast, FINITE),
    st.builds(ck.conditions.PointsLost, FINITE),
    st.builds(ck.conditions.ShareOfParent, FINITE),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda some: (
        st.builds(ck.conditions.AllOf, st.lists(some, min_size=1, max_size=3))
        | st.builds(ck.conditions.AnyOf, st.lists(some, min_size=1, max_size=3))
    ),
    max_leaves=4,
)


@st.composite
def playbooks(draw):
    names = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    actions = [
        ck.Action(name, draw(WORDS), draw(st.sampled_from(["self", "parent", "team"])), 7)
        for name in names
    ]
    choose = st.builds(
        ck.Rule, WORDS, CONDITIONS, st.sampled_from(names), st.lists(WORDS, max_size=2)
    )
    return ck.Playbook(actions, draw(st.lists(choose, max_size=3)))


RULES = st.one_of(
    AGGREGATES,
    ATTAINMENTS,
    CURVES,
    DIRECTIONS.filter(lambda better: not isinstance(better, str)),
    SPLITS,
    CONDITIONS,
    kpis(),
    kpis().map(lambda some: some.items[0]),
    st.lists(WORDS, min_size=1, unique=True).map(ck.Periods),
    st.builds(ck.curves.Linear, FINITE, st.none(), st.none()),
    st.lists(st.floats(0, 1e9), min_size=1).filter(any).map(ck.profiles.Seasonal),
    st.just(ck.profiles.Even()),
    st.lists(WORDS).map(ck.profiles.Columns),
    kpis().flatmap(lambda some: scorecards(some, KINDS)),
    playbooks(),
)


@settings(max_examples=200)
@given(RULES)
def test_rules_come_back_equal(rule):
    text = to_json(rule)
    again = from_json(text, expect=type(rule))
    assert again == rule
    assert type(again) is type(rule)
    assert to_json(again) == text
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@settings(max_examples=30)
@given(orgs())
def test_trees_come_back_equal(org):
    assert from_json(to_json(org)) == org


@settings(max_examples=20)
@given(cases())
def test_actuals_come_back_equal(case):
    actuals = case.results().actuals
    assert from_json(to_json(actuals)) == actuals


def test_every_rule_of_the_namespaces_has_a_kind():
    known = set(kinds().values())
    spaces = (ck.aggregates, ck.attainments, ck.conditions, ck.curves, ck.directions, ck.splits)
    spaces += (ck.profiles, ck.scales)
    handed = {"Baseline", "Shape"}  # what a pace is handed, and what a curve answers
    for space in spaces:
        for name in space.__all__:
            thing = getattr(space, name)
            if attrs.has(thing) and name not in handed:
                assert thing in known, name
