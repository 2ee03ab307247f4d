"""Targets made in several steps: inputs of any step changed, told and attributed."""

import json

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.remaking.recipe import digest
from cascade_kpi.remaking.steps import stages_of
from tests.helpers import NAN, entries, org, refused

SALES = ck.Kpi("sales", "CNY", split=ck.splits.ProRata("past"), lot=1, decimals=0)
CALLS = ck.Kpi("calls", "calls", lot=1, decimals=0)
CHURN = ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100))
SHAPE = {"hq": "", "east": "hq", "west": "hq", "ann": "east", "bob": "east", "cid": "west"}
HALVES = ["H1", "H2"]
EVEN = ck.profiles.Even()
KPIS = ("sales", "calls", "churn")
AT = ("node", "kpi", "period", "value")


def tree(shape=None, **past):
    past = {"ann": 50, "bob": 30, "cid": 20} | past
    shape = shape or SHAPE
    return org(shape, past=[past.get(node) for node in shape])


def year(**goals):
    given = goals or {"sales": 100, "calls": 12, "churn": 2}
    return ck.cascade(tree(), [SALES, CALLS, CHURN], given, periods="2027")


OFFERS = entries(("ann", "sales", "H1", 20.0), ("cid", "sales", "H2", 15.0), columns=AT)
LIMITS = entries(("bob", "sales", "H1", 10.0), columns=(*AT[:3], "floor"))


def halves(targets):
    return ck.phase(targets, HALVES, ck.profiles.Seasonal([2, 3]))


def agreed(targets, offers=OFFERS, limits=LIMITS, confidence=2.0):
    return ck.reconcile(halves(targets), offers, confidence=confidence, limits=limits).targets


def products(targets):
    parts = [attrs.evolve(SALES, name=name) for name in ("voice", "data")]
    return ck.itemise(targets, "sales", parts, ck.profiles.Even())


def same_bits(one, two):
    """Whether all stages are the same, but for the rows of the goals."""
    return list(map(digest, stages_of(one))) == list(map(digest, stages_of(two)))


# ---------------------------------------------------------------------- what comes first


def test_a_goal_goes_down_through_every_step():
    again = ck.recascade(agreed(year()), goals={"sales": 140})
    assert same_bits(again, agreed(year(sales=140, calls=12, churn=2)))
    assert again.of("calls").tolist() == agreed(year()).of("calls").tolist()


def test_a_tree_takes_offers_and_limits_along_by_id():
    shape = {"hq": "", "west": "hq", "cid": "west", "aa": "hq", "ann": "aa", "bob": "aa"}
    again = ck.recascade(agreed(year()), org=tree(shape))
    table = ck.Reconciliation(again).table()
    offered = {n: v for n, v in zip(table["node"], table["offer"], strict=True) if v == v}
    assert offered == {"ann": 20.0, "cid": 15.0}
    first = ck.cascade(tree(shape), [SALES, CALLS, CHURN],
                       {"sales": 100, "calls": 12, "churn": 2}, periods="2027")  # fmt: skip
    assert again == agreed(first)


def test_an_offer_whose_node_is_gone_is_told_and_can_be_withdrawn_first():
    shape = {node: above for node, above in SHAPE.items() if node != "cid"}
    plan = agreed(year())
    (fault,) = refused(ck.recascade, plan, org=tree(shape, west=20))
    assert (fault.source, fault.row, fault.value) == ("steps[1] (offers)", 1, "cid")
    assert "no such node" in fault.reason
    left = entries(("ann", "sales", "H1", 20.0), columns=AT)
    again = ck.recascade(ck.revise(plan, ck.reconcile, offers=left), org=tree(shape, west=20))
    assert "cid" not in again.org
    assert again.of("sales")[:, 0].sum() == ck.recascade(plan).of("sales")[:, 0].sum()


def test_kpis_are_replaced_among_parts_as_well():
    was = products(year())
    voice = attrs.evolve(was.kpis["voice"], decimals=2)
    now = ck.recascade(was, kpis=[voice, attrs.evolve(CALLS, split=ck.splits.ProRata("past"))])
    assert now.kpis["voice"].decimals == 2
    assert now.of("calls")[0].tolist() != was.of("calls")[0].tolist()
    told = ck.compare(was, now).inputs.rules
    rows = [list(column) for column in zip(told["kpi"], told["field"], strict=True)]
    assert rows == [["calls", "split"], ["voice", "decimals"]]
    (fault,) = refused(ck.recascade, was, kpis=[attrs.evolve(voice, name="voices")])
    assert "did you mean 'voice'" in fault.repair


def test_quotas_and_columns_are_changed_by_their_rows():
    quotas = ck.assign(tree(), [SALES], entries(("ann", "sales", 3), ("cid", "sales", 5)),
                       periods="2027")  # fmt: skip
    again = ck.recascade(halves(quotas), goals=entries(("ann", "sales", 8)),
                         withdraw=entries(("cid", "sales"), columns=AT[:2]))  # fmt: skip
    assert again.of("sales").sum(axis=0).tolist()[:3] == [8.0, 8.0, 8.0]
    assert np.isnan(again.of("sales")[0, again.org.row("cid")])
    faults = refused(ck.recascade, quotas, goals={"sales": 5})
    assert faults[0].source == "goals"
    given = ck.Targets.from_columns(tree(), [SALES], {"sales": np.arange(6.0)}, periods="2027")
    again = ck.recascade(given, goals=entries(("ann", "sales", 9)))
    assert again.of("sales")[0].tolist() == [0, 1, 9, 3, 4, 5]


def test_a_step_that_cannot_be_made_again_is_told_under_its_place():
    plan = agreed(year(), offers=None, confidence="certain")
    (fault, *_) = refused(ck.recascade, plan, goals={"sales": 12})
    assert fault.source.startswith("steps[1] (")


# -------------------------------------------------------------------------------- steps


def test_every_input_of_a_step_can_be_changed():
    plan, first = agreed(year()), year()
    offers = entries(("bob", "sales", "H2", 25.0), columns=AT)
    assert ck.revise(plan, ck.reconcile, offers=offers) == agreed(first, offers=offers)
    assert ck.revise(plan, ck.reconcile, limits=None, confidence={"sales": 7}) == agreed(
        first, limits=None, confidence={"sales": 7}
    )
    even = ck.profiles.Even()
    revised = ck.revise(plan, ck.phase, by=even)
    assert (
        revised
        == ck.reconcile(ck.phase(first, HALVES, even), OFFERS, confidence=2, limits=LIMITS).targets
    )
    assert ck.revise(plan, ck.phase) == plan
    made = ck.revise(products(halves(first)), ck.itemise, by=ck.profiles.Seasonal([3, 1]))
    assert made.of("voice")[0, 0] == 30


def test_which_of_several_steps_is_said():
    months = ck.phase(halves(year()), {"H1": ["m1", "m2"], "H2": ["m3", "m4"]}, ck.profiles.Even())
    (fault,) = refused(ck.revise, months, ck.phase, by=ck.profiles.Even())
    assert fault.reason == "2 steps of it"
    assert "revise(targets, phase, 0, …)" in fault.repair
    again = ck.revise(months, ck.phase, 0, by=ck.profiles.Even())
    assert again.of("sales")[:, 0].tolist() == [25, 25, 25, 25]
    assert ck.revise(months, ck.phase, 1, by=ck.profiles.Seasonal([1, 4])).of("sales")[
        :, 0
    ].tolist() == [8, 32, 12, 48]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda plan: ck.revise(plan, ck.itemise), "the steps are phase, reconcile"),
        (lambda plan: ck.revise(plan, ck.cascade, goals=1), "recascade(…)"),
        (lambda _: ck.revise(year(), ck.phase), "the steps are none"),
        (lambda plan: ck.revise(plan, ck.reconcile, offer=1), "did you mean 'offers'"),
        (lambda plan: ck.revise(plan, ck.reconcile, 1), "a whole number from 0 to 0"),
        (
            lambda plan: ck.revise(plan, "phase"),
            "give the verb itself: revise(targets, ck.phase, …)",
        ),
        (lambda plan: ck.revise(plan, "fase"), "no step of this verb"),
        (lambda plan: ck.revise(ck.Reconciliation(plan), ck.phase), "pass its .targets"),
        (lambda plan: ck.revise(plan, ck.phase, periods=["Q1"], by=EVEN), "steps[1] (offers)"),
        (lambda plan: ck.revise(plan, ck.reconcile, inner="none"), "a reading of offers"),
    ],
)
def test_what_cannot_be_revised_is_told(call, said):
    assert said in "\n".join(map(str, refused(call, agreed(year()))))


# ----------------------------------------------------------------- compared, attributed


def changed():
    was = agreed(year())
    offers = entries(("ann", "sales", "H1", 24.0), ("bob", "sales", "H2", 9.0), columns=AT)
    now = ck.revise(ck.recascade(was, goals={"sales": 130}), ck.phase, by=ck.profiles.Even())
    return was, ck.revise(now, ck.reconcile, offers=offers, confidence={"sales": 5}, limits=None)


def test_inputs_of_steps_are_told():
    inputs = ck.compare(*changed()).inputs
    assert inputs.kinds == (
        "tree", "drivers", "rules", "goals", "profiles", "offers", "confidences", "limits",
    )  # fmt: skip
    assert inputs.changed == ("goals", "profiles", "offers", "confidences", "limits")
    told = inputs.offers
    rows = list(zip(*(told[name].tolist() for name in ("step", *AT[:3])), strict=True))
    assert rows == [
        (1, "ann", "sales", "H1"), (1, "bob", "sales", "H2"), (1, "cid", "sales", "H2"),
    ]  # fmt: skip
    assert told["before"].tolist() == pytest.approx([20, NAN, 15], nan_ok=True)
    assert told["after"].tolist() == pytest.approx([24, 9, NAN], nan_ok=True)
    assert told["confidence_after"].tolist() == pytest.approx([1, 1, NAN], nan_ok=True)
    assert inputs.offers["what"].tolist() == ["changed", "added", "dropped"]
    assert inputs.limits["floor_before"].tolist() == [10.0]
    assert np.isnan(inputs.limits["cap_before"]).all()
    assert inputs.limits["what"].tolist() == ["dropped"]
    profiles = {name: column.tolist() for name, column in inputs.profiles.items()}
    assert profiles == {
        "step": [0, 0], "verb": ["phase"] * 2, "input": ["by"] * 2, "of": ["sales", "calls"],
        "before": ["Seasonal(weights=(2.0, 3.0))"] * 2, "after": ["Even()"] * 2,
    }  # fmt: skip
    assert inputs.lines() == [
        "goals: 1 changed",
        "offers: 1 added, 1 changed, 1 dropped",
        "limits: 1 dropped",
        "profiles: sales (phase, by), calls (phase, by)",
        f"confidences: {', '.join(f'{kpi} (reconcile, confidence)' for kpi in KPIS)}",
    ]


def test_other_steps_are_told_and_not_attributed():
    changes = ck.compare(halves(year()), agreed(year()))
    assert changes.inputs.lines() == ["steps: phase → phase, reconcile"]
    assert changes.inputs.changed == ()
    assert changes.inputs.offers["node"].tolist() == []
    (fault,) = refused(ck.attribute, changes)
    assert "before and after: cascading, phasing; cascading, phasing, reconciling" in fault.reason


@pytest.mark.parametrize("reverse", [False, True])
def test_every_kind_has_its_part(reverse):
    was, now = changed()
    changes = ck.compare(was, now)
    order = changes.inputs.kinds[::-1] if reverse else changes.inputs.kinds
    parts = ck.attribute(changes, order)
    assert parts.order == tuple(kind for kind in order if kind in changes.inputs.changed)
    total = sum(parts.part("sales", kind) for kind in order)
    assert np.array_equal(total, changes.of("sales"))
    assert not parts.part("sales", "tree").any()
    assert not np.nan_to_num(parts.part("churn", "goals")).any()
    if not reverse:  # by hand
        goal = ck.recascade(was, goals={"sales": 130})
        assert parts.steps[0] == goal
        assert parts.steps[1] == ck.revise(goal, ck.phase, by=ck.profiles.Even())
        assert parts.steps[2] == ck.revise(
            parts.steps[1], ck.reconcile, offers=ck.Recipe.of(now).steps[1].offers
        )
    table = parts.table()
    assert list(table)[5:] == list(changes.inputs.kinds)


def test_offers_of_nodes_that_are_not_there_yet_do_not_count_halfway():
    was = agreed(year())
    shape = {**SHAPE, "dan": "west"}
    offers = entries(("dan", "sales", "H1", 7.0), ("ann", "sales", "H1", 20.0), columns=AT)
    now = ck.revise(ck.recascade(was, org=tree(shape, dan=10)), ck.reconcile, offers=offers)
    changes = ck.compare(was, now)
    parts = ck.attribute(
        changes, ["offers", "tree", "drivers", "rules", "goals", "profiles", "confidences",
                  "limits"],
    )  # fmt: skip
    assert parts.order == ("offers", "tree")
    only = entries(("ann", "sales", "H1", 20.0), columns=AT)
    assert np.array_equal(
        parts.steps[0].of("sales"), ck.revise(was, ck.reconcile, offers=only).of("sales")
    )
    # It keeps the row that it has in the table that is to come.
    assert parts.steps[0].origin.offers.entries.row.tolist() == [1]
    assert ck.from_json(ck.to_json(parts.steps[0])) == parts.steps[0]


def test_a_change_of_floats_is_explained_by_its_parts_as_well():
    sales = attrs.evolve(SALES, lot=None, split=ck.splits.Shared(),
                         aggregate=ck.aggregates.Mean())  # fmt: skip
    was = ck.cascade(tree(), [sales], {"sales": 0.1}, periods="2027")
    now = ck.recascade(was, goals={"sales": 0.3}, kpis=attrs.evolve(sales, decimals=3))
    parts = ck.attribute(ck.compare(was, now))
    why = ck.explain(parts, "ann", "sales", quantity="change")
    assert why.evaluate() == why.value == 0.3 - 0.1
    names = [part.name for part in why.inputs]
    assert names == [
        "target before of sales, ann, 2027",
        "target after of sales, ann, 2027",
        "part of rules in the change of sales, ann, 2027",
        "part of goals in the change of sales, ann, 2027",
    ]
    assert all("goals row" in part.text(None) for part in why.inputs)
    assert "but for rounding" in why.text(1)


def test_sides_made_of_the_same_stages_are_explained_apart():
    first = year()
    was, now = products(halves(first)), ck.revise(products(halves(first)), ck.phase,
                                                  by=ck.profiles.Even())  # fmt: skip
    for stage in (ck.compare(was, now), ck.attribute(ck.compare(was, now))):
        why = ck.explain(stage, "ann", "voice", period="H1", quantity="change")
        assert why.evaluate() == why.value == now.of("voice")[0, 2] - was.of("voice")[0, 2]
        assert why.value


def test_changes_and_their_parts_come_back_from_json():
    changes = ck.compare(*changed())
    assert ck.from_json(ck.to_json(changes), expect=ck.Changes) == changes
    parts = ck.attribute(changes, changes.inputs.kinds[::-1])
    text = ck.to_json(parts)
    again = ck.from_json(text, expect=ck.Attribution)
    assert again == parts
    assert again.steps == parts.steps
    document = json.loads(text)
    document["record"]["order"] = ["goals"]
    (fault,) = refused(ck.from_json, json.dumps(document))
    assert fault.source == "$.record (order)"
    assert "goals, profiles, offers" in fault.repair
    document = json.loads(ck.to_json(changes))
    document["record"]["after"]["root"]["periods"]["labels"] = ["2028"]
    assert refused(ck.from_json, json.dumps(document))
