"""Stages as the inputs and rules that they were made from."""

import json

import attrs
import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.remaking.recipe import digest
from tests.helpers import NAN, org, refused

SALES = ck.Kpi("sales", "CNY", split=ck.splits.ProRata("past"), lot=1, decimals=0)
CHURN = ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100))
RATE = ck.Kpi("rate", "%", aggregate=ck.aggregates.Ratio(100), split=ck.splits.Rates("past", "r"))
QUARTERS = ["Q1", "Q2", "Q3", "Q4"]


def tree():
    return org(past=[None, None, None, 50, 30, 20], r=[None, None, None, 3, 4, 5])


def year(*kpis, **goals):
    given = goals or {"sales": 100, "churn": 2}
    return ck.cascade(tree(), kpis or [SALES, CHURN], given, periods="2027")


def quarters():
    return ck.phase(year(), QUARTERS, {"sales": ck.profiles.Seasonal([3, 2, 1, 4])})


def agreed():
    offers = {
        "node": ["bob", "ann"], "kpi": ["sales"] * 2, "period": ["Q4", "Q1"],
        "value": [3, 20.5], "confidence": ["certain", 2],
    }  # fmt: skip
    limits = {"node": ["cid"], "kpi": ["sales"], "period": ["Q2"], "floor": [7]}
    rule = {"sales": ck.confidences.ByLevel([3, 1])}
    return ck.reconcile(quarters(), offers, confidence=rule, limits=limits)


def parts():
    products = [ck.Kpi(name, "CNY", lot=1) for name in ("voice", "data")]
    return ck.itemise(quarters(), "sales", products, ck.profiles.Seasonal([2, 1]))


def quotas():
    table = {"node": ["bob", "ann", "east"], "kpi": ["sales"] * 3, "value": [3, 1, 4]}
    return ck.assign(tree(), [SALES, CHURN], table, periods="2027")


def columns():
    given = {"sales": np.array([NAN, 7, 5, -0.0, 1, NAN])}
    return ck.Targets.from_columns(tree(), [SALES, CHURN], given, periods="2027")


STAGES = {
    "cascade": year, "phase": quarters, "reconcile": lambda: agreed().targets, "itemise": parts,
    "assign": quotas, "columns": columns, "rates": lambda: year(RATE, rate=5),
    "twice": lambda: ck.reconcile(agreed().targets, None, confidence=2).targets,
    "changed": lambda: ck.recascade(year(), goals={"sales": 120}, drivers={"past": {"ann": 60}}),
}  # fmt: skip


@pytest.mark.parametrize("make", STAGES.values(), ids=STAGES)
def test_targets_come_back_as_they_were(make):
    targets = make()
    text = ck.to_json(targets)
    again = ck.from_json(text, expect=ck.Targets)
    assert again == targets
    assert hash(again) == hash(targets)
    assert ck.to_json(again) == text
    assert digest(again) == digest(targets)
    assert [again.of(k).tobytes() for k in again.kpis.names] == [
        targets.of(k).tobytes() for k in targets.kpis.names
    ]


@pytest.mark.parametrize("make", STAGES.values(), ids=STAGES)
def test_a_recipe_is_written_by_itself(make):
    targets = make()
    recipe = ck.Recipe.of(targets)
    text = ck.to_json(recipe)
    again = ck.from_json(text, expect=ck.Recipe)
    assert again == recipe
    assert again.digest == digest(targets)
    assert ck.to_json(again) == text
    assert again.make() == targets


def test_a_recipe_is_read_without_being_followed_and_refuses_other_values_when_it_is():
    document = json.loads(ck.to_json(ck.Recipe.of(year())))
    document["record"]["digest"] = "sha256:0"
    recipe = ck.from_json(json.dumps(document))
    (fault,) = refused(recipe.make)
    assert fault.source == "digest"
    document["record"]["root"] = {"kind": "cascade_kpi/goal"}
    refused(ck.from_json, json.dumps(document))


def test_explanations_name_the_rows_that_they_named():
    units = {"id": ["b", "hq", "a"], "parent": ["hq", "", "hq"], "past": [2, None, 1]}
    goals = {"node": ["b", "hq"], "kpi": ["sales"] * 2, "value": [60, 100]}
    targets = ck.cascade(ck.OrgTree.from_table(units), [SALES], goals, periods="2027")
    for stage in (targets, agreed().targets, year(RATE, rate=5)):
        again = ck.from_json(ck.to_json(stage))
        for node in stage.org.ids.tolist():
            at = {"kpi": stage.kpis.names[0], "period": stage.periods.labels[0]}
            assert ck.explain(again, node, **at).text(30) == ck.explain(stage, node, **at).text(30)
    assert "units row 0, past" in ck.explain(
        ck.from_json(ck.to_json(ck.recascade(targets, withdraw={"node": ["b"], "kpi": ["sales"]}))),
        "b", kpi="sales",
    ).text(30)  # fmt: skip


def test_a_reconciliation_comes_back_with_what_moved_and_pulled():
    plan = agreed()
    again = ck.from_json(ck.to_json(plan), expect=ck.Reconciliation)
    assert again == plan
    for name, column in plan.moves().items():
        assert again.moves()[name].tolist() == pytest.approx(column.tolist(), nan_ok=True, abs=0)
    assert (again.optimum("sales") == plan.optimum("sales")).all()


def test_the_order_of_the_rows_of_tables_changes_row_numbers_and_nothing_else():
    goals = {"node": ["ann", "hq"], "kpi": ["sales"] * 2, "value": [60, 100]}
    other = {name: column[::-1] for name, column in goals.items()}
    one, two = (ck.cascade(tree(), [SALES], table, periods="p") for table in (goals, other))
    assert digest(one) == digest(two)
    again = ck.from_json(ck.to_json(two))
    assert again.origin.goals.row.tolist() == two.origin.goals.row.tolist() == [0, 1]


def test_goals_whose_rows_have_gaps_keep_them():
    was = ck.cascade(
        tree(), [SALES],
        {"node": ["cid", "hq", "ann"], "kpi": ["sales"] * 3, "value": [5, 100, 60]}, periods="p",
    )  # fmt: skip
    shape = {"hq": "", "east": "hq", "ann": "east", "bob": "east"}
    without = ck.recascade(was, withdraw={"node": ["cid"], "kpi": ["sales"]})
    now = ck.recascade(without, org=org(shape, past=[None, None, 50, 31]))
    for step in ck.attribute(ck.compare(was, now)).steps:
        assert ck.from_json(ck.to_json(step)) == step


# ------------------------------------------------------------------------- bad documents


def edited(targets, change):
    """The document of some targets with something changed in it by hand."""
    document = json.loads(ck.to_json(targets))
    change(document["record"])
    return json.dumps(document)


def test_other_values_than_were_written_are_refused():
    for change in (
        lambda record: record.update(digest="sha256:0"),
        lambda record: record["root"]["table"]["value"].update(values=[101.0, 2.0]),
        lambda record: record["steps"][0]["by"]["sales"].update(weights=[1, 2, 1, 4]),
    ):
        (fault,) = refused(ck.from_json, edited(quarters(), change))
        assert fault.source == "$.record (digest)"
        assert "other values" in fault.reason
        assert "leave the digest out" in fault.repair


def test_results_and_scores_have_digests_of_their_own():
    rows = {"node": ["ann", "cid"], "kpi": ["sales"] * 2, "value": [40, 21]}
    results = ck.measure(year(), rows)
    scores = ck.score(results, ck.Scorecard([ck.Item("sales")], {"sales": 100}))
    again = ck.from_json(ck.to_json(ck.gaps(scores)), expect=ck.Gaps)
    assert again == ck.gaps(scores)
    assert again.scores.results.actuals.entries.row.tolist() == [0, 1]
    for stage in (results, ck.over_periods(results, "all"), scores):
        document = json.loads(ck.to_json(stage))
        document["record"]["digest"] = "sha256:0"
        (fault,) = refused(ck.from_json, json.dumps(document))
        assert fault.source == "$.record (digest)"
        del document["record"]["digest"]
        assert ck.from_json(json.dumps(document)) == stage


def test_results_of_actuals_that_came_as_arrays_come_back():
    given = {"sales": np.array([NAN, NAN, 5, 6, NAN, 7])}
    actuals = ck.Actuals.from_columns(tree(), [SALES], given, periods="2027")
    results = ck.measure(year(SALES, sales=100), actuals, missing="hold", inner="own")
    assert ck.from_json(ck.to_json(results)) == results


def test_a_recipe_without_a_digest_is_followed():
    def change(record):
        record["root"]["table"]["value"].update(values=[120.0, 2.0])
        del record["digest"], record["root"]["unit_rows"]

    made = ck.from_json(edited(quarters(), change))
    assert made == ck.phase(
        year(sales=120, churn=2), QUARTERS, {"sales": ck.profiles.Seasonal([3, 2, 1, 4])}
    )


BAD = {
    "unknown node of a goal": (
        lambda r: r["root"]["table"]["node"].update(values=["hq", "xx"]),
        ("$.record (root (goals))", "node", 1, "no such node"),
    ),
    "unknown node of an offer": (
        lambda r: r["steps"][1]["offers"]["node"].update(values=["bob", "eve"]),
        ("$.record (steps[1] (offers))", "node", 1, "no such node"),
    ),
    "unknown KPI of a profile": (
        lambda r: r["steps"][0].update(by={"salse": {"kind": "cascade_kpi/profiles.even"}}),
        ("$.record (steps[0] (phase))", "by", None, "no such KPI"),
    ),
    "unknown period of a limit": (
        lambda r: r["steps"][1]["limits"]["period"].update(values=["Q9"]),
        ("$.record (steps[1] (limits))", "period", 0, "no such period"),
    ),
    "rows of units": (
        lambda r: r["root"].update(unit_rows={"array": "int64", "shape": [1], "values": [0]}),
        ("$.record (root (unit_rows))", None, None, "1 rows of 6 units"),
    ),
    "rows of a table": (
        lambda r: r["root"]["table"].update(
            row={"array": "int64", "shape": [2], "values": [4, 4]}
        ),
        ("$.record (root (goals))", "row", None, "rows that are not numbered"),
    ),
    "no step": (
        lambda r: r["steps"][0].update(kind="cascade_kpi/recipes.fase"),
        ("$.record.steps[0].kind", None, None, "unknown kind"),
    ),
    "another rule in place of a step": (
        lambda r: r["steps"].append({"kind": "cascade_kpi/periods", "labels": ["p"]}),
        ("$.record.steps[2]", None, None, "a RecipeStep is wanted here, not this kind"),
    ),
    "a step in place of the root": (
        lambda r: r.update(root=r["steps"][0]),
        ("$.record.root", None, None, "a Root is wanted here, not this kind"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_document_is_told_with_its_path(name):
    change, (source, column, row, reason) = BAD[name]
    faults = refused(ck.from_json, edited(agreed().targets, change))
    assert (source, column, row) in {(f.source, f.column, f.row) for f in faults}, faults
    assert any(reason in fault.reason for fault in faults)


def test_every_fault_of_a_step_is_told():
    def change(record):
        record["steps"][1]["offers"]["node"].update(values=["eve", "bo"])

    faults = refused(ck.from_json, edited(agreed().targets, change))
    assert [(f.row, f.value, f.repair) for f in faults] == [
        (0, "eve", "use one of 'hq', 'east', 'ann', 'bob', 'west', …"),
        (1, "bo", "did you mean 'bob'?"),
    ]


def test_rules_that_are_not_registered_are_told_with_their_path():
    @attrs.frozen
    class Mine:
        def __call__(self, org, kpi, labels):
            return np.ones((len(labels), len(org)))

    targets = ck.phase(year(), QUARTERS, Mine())
    (fault,) = refused(ck.to_json, targets)
    assert fault.source == "$.record.steps[0].by.sales"
    assert "not registered" in fault.reason


def test_targets_that_are_a_view_of_another_stage_are_not_written():
    stints = {"holder": ["li"], "node": ["ann"], "start": ["2026-05-01"], "end": [""]}
    moved = ck.move(year(SALES, sales=100), ck.Stints.from_table(stints, tree()),
                    by=ck.moves.FollowsPost())  # fmt: skip
    (fault,) = refused(ck.to_json, moved.targets("2027-03-01"))
    assert fault.source == "$.record (targets)"
    assert "a view of another stage" in fault.reason
    assert refused(ck.Recipe.of, moved.targets("2027-03-01"))[0].source == "targets"
