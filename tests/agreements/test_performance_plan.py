"""Performance plans: what they say, how they are agreed, JSON and reports."""

from datetime import date

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi.agreements.agreement import State
from tests.alignment.case import aligned, rows
from tests.helpers import org, refused

CURVE = ck.curves.Piecewise([(0.8, 60), (1.0, 100), (1.2, 130)], below=0)
KPIS = [ck.Kpi("sales", "CNY", lot=1, decimals=0),
        ck.Kpi("churn", "%", better="lower", aggregate=ck.aggregates.Ratio(100))]  # fmt: skip
CARD = ck.Scorecard(
    [ck.Item("sales", CURVE), ck.Item("churn", CURVE)],
    ck.Weights({"sales": 3, "churn": 1}, promised=4),
)
TABLE = {
    "node": ["ann", "bob", "ann"],
    "commitment": ["Win two key accounts", "Not hers", "Train the new colleague"],
    "value": [2, None, None],
    "unit": ["accounts", "", ""],
    "due": ["2027-06-30", "", None],
}


def targets():
    return ck.cascade(org(), KPIS, {"sales": 1_200, "churn": 2.0}, periods="2027")


def plan(person="ann", **options):
    options = {"duties": ["Key accounts"], "alignment": aligned(), "commitments": TABLE, **options}
    return ck.performance_plan(targets(), person, CARD, **options)


def signed(draft):
    for state, who, day in (("proposed", "east", 11), ("agreed by employee", "ann", 12),
                            ("agreed by manager", "east", 13), ("signed", "hr", 14)):  # fmt: skip
        draft = draft.move(state, by=who, on=date(2027, 1, day))
    return draft


def test_levels_weights_and_worth():
    table = plan().table()
    assert rows(table, "kpi", "level", "value", "points", "worth") == [
        ("sales", "threshold", 240.0, 60.0, 45.0),
        ("sales", "target", 300.0, 100.0, 75.0),
        ("sales", "stretch", 360.0, 130.0, 97.5),
        ("churn", "threshold", 2.4, 60.0, 15.0),
        ("churn", "target", 2.0, 100.0, 25.0),
        ("churn", "stretch", 1.6, 130.0, 32.5),
    ]
    at_target = table["worth"][table["level"] == "target"]
    assert at_target.sum() == 100


def test_who_serves_what_and_commits_to_what():
    content = plan().content
    assert [(each.goal, each.weight, each.share) for each in content.serves] == [
        ("rev", 70, 0.7), ("keep", 30, 0.3),
    ]  # fmt: skip
    mine = [TABLE["commitment"][row] for row in (0, 2)]
    assert [each.text for each in content.commitments] == mine
    assert content.commitments[0].due == date(2027, 6, 30)
    assert content.manager.name == "east"
    assert plan("hq").content.manager is None


def test_scores_bring_their_own_scorecard_and_the_targets_agreed():
    actuals = {"node": ["ann", "bob", "cid"], "kpi": ["sales"] * 3, "value": [1, 2, 3]}
    scores = ck.score(ck.measure(targets(), actuals), CARD)
    assert ck.performance_plan(scores, "ann").content.items == plan().content.items


def test_signatures_hold_what_was_agreed():
    done = signed(plan())
    assert done.state is State.SIGNED
    assert ck.from_json(ck.to_json(done)) == done
    changed = ck.to_json(done).replace('"value": 240.0', '"value": 200.0')
    assert changed != ck.to_json(done)
    (fault,) = refused(ck.from_json, changed)
    assert "something else than was proposed on 2027-01-11" in fault.reason
    assert refused(done.revised, plan(duties=["Other"]))[0].reason.endswith("it is signed")


def test_a_reopened_plan_can_be_revised_and_agreed_again():
    again = signed(plan()).move("reopened", by="hr", on=date(2027, 6, 1))
    revised = again.revised(plan(duties=["Other"]))
    assert revised.content.duties == ("Other",)
    assert len(revised.agreement.steps) == 5
    proposed = revised.move("proposed", by="east", on=date(2027, 6, 2))
    assert proposed.state is State.PROPOSED
    assert ck.from_json(ck.to_json(proposed)) == proposed
    refused(again.revised, plan("bob"))
    refused(again.revised, 5)


def test_a_draft_round_trips_with_absent_values():
    columns = {"sales": [6.0, 3, 1, 2, 3, 3]}
    made = ck.Targets.from_columns(org(), KPIS, columns, periods="2027")
    draft = ck.performance_plan(made, "ann", CARD, commitments={"commitment": ["a"]})
    assert ck.from_json(ck.to_json(draft)) == draft
    assert ck.from_json(ck.to_json(draft)).content.digest() == draft.content.digest()
    assert "–" in ck.report(draft).markdown()


MARKDOWN = """\
# Performance plan of ann, 2027

ann · 2027 · reports to east · signed

## What is to be reached

| KPI | weight | threshold | target | stretch |
| --- | ---: | ---: | ---: | ---: |
| sales | 75 % | 240 CNY (45.0 points) | 300 CNY (75.0 points) | 360 CNY (97.5 points) |
| churn | 25 % | 2.40 % (15.0 points) | 2.00 % (25.0 points) | 1.60 % (32.5 points) |
| all together | 100 % | 60.0 points | 100.0 points | 130.0 points |

Points are those that a level brings to the total, by the weight of its KPI.

## Goals served

| goal | weight | of the plan |
| --- | ---: | ---: |
| Grow revenue | 70 | 70.0 % |
| Keep key accounts | 30 | 30.0 % |

## Commitments

- Win two key accounts, 2 accounts, by 2027-06-30
- Train the new colleague

## Duties

- Key accounts

## Agreement

This plan is **signed**.

- ann (employee): agreed on 2027-01-12
- east (manager): agreed on 2027-01-13

### Steps so far

| step | by | on | note |
| --- | --- | --- | --- |
| proposed | east | 2027-01-11 | – |
| agreed by employee | ann | 2027-01-12 | – |
| agreed by manager | east | 2027-01-13 | – |
| signed | hr | 2027-01-14 | – |
"""


def test_markdown_and_page(tmp_path):
    report = ck.report(signed(plan()))
    assert report.markdown() == MARKDOWN
    page = report.save(tmp_path / "plan.html").read_text(encoding="utf-8")
    for words in ("Performance plan", "240 CNY", "Win two key accounts", "agreed by manager"):
        assert words in page
    bad = ck.report(plan(duties=["<script>x</script>"])).html()
    assert "<script>" not in bad
    assert "nothing has been proposed yet" in bad
    assert refused(ck.report, plan(), focus="ann")[0].column == "focus"


def test_everything_wrong_with_commitments_is_told():
    table = {"node": ["ann", "anm"], "commitment": ["", "x"], "value": [1, "y"], "unit": ["", ""]}
    faults = refused(plan, commitments=table)
    assert {(f.row, f.column) for f in faults} == {
        (0, "commitment"), (0, "unit"), (1, "value"), (1, "node"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "source"),
    [({"duties": [""]}, "plan"), ({"duties": "x"}, "plan"), ({"alignment": 5}, "alignment"),
     ({"period": "2026"}, "period"), ({"person": "anm"}, "node"),
     ({"commitments": 5}, "commitments")],
)  # fmt: skip
def test_wrong_arguments(options, source):
    assert refused(plan, **options)[0].source == source


def test_who_is_not_on_the_card_or_has_none():
    card = ck.Scorecard([ck.Item("sales")], {"person": {"sales": 100}})
    tree = org(kind=["company", "team", "team", "person", "person", "person"])
    made = ck.cascade(tree, KPIS, {"sales": 10}, periods="2027")
    (fault,) = refused(ck.performance_plan, made, "east", card)
    assert fault.reason == "the scorecard has no weights for kind 'team'"
    assert refused(ck.performance_plan, made, "ann")[0].source == "scorecard"
    assert refused(ck.performance_plan, None, "ann", card)[0].source == "stage"
    assert refused(ck.performance_plan, made, "ann", card, alignment=aligned())[0].reason == (
        "of another tree"
    )


def test_an_agreement_is_that_of_the_plans_person():
    one, other = plan(), plan("bob")
    assert refused(ck.PerformancePlan, one.content, other.agreement)[0].column == "agreement"
    refused(ck.PerformancePlan, None, None)
    assert repr(one) == "<PerformancePlan of ann, 2027: 2 KPIs, draft>"


NAMED = ck.OrgTree.from_table(
    {"id": ["hq", "east", "ann"], "parent": ["", "hq", "east"],
     "label": ["The <company>", "Wei", "Ann Lee"]}, label="label",
)  # fmt: skip
BAND = ck.Kpi("cover", "days", ck.directions.OnTarget(1), ck.aggregates.Mean(), decimals=0)
FOUR = ck.curves.Piecewise([(0.8, 60), (0.9, 80), (1.0, 100), (1.2, 130)], below=0)


def full():
    """A plan with everything: agreed targets, an offer, goals of KPIs, promises, a level more."""
    whole = ck.cascade(NAMED, [*KPIS, BAND], {"sales": 300, "churn": 2, "cover": 21},
                       periods="2027")  # fmt: skip
    offers = {"node": ["ann"], "kpi": ["sales"], "value": [280], "confidence": [2]}
    levels = ck.confidences.ByLevel(["certain", 1, 0.5])
    agreed = ck.reconcile(whole, offers, confidence=levels).targets
    items = [ck.Item("sales", FOUR), ck.Item("churn", CURVE), ck.Item("cover", CURVE)]
    card = ck.Scorecard(items, {"sales": 50, "churn": 30, "cover": 20})
    table = {"goal": ["grow", "visit"], "title": ["Grow <fast>", "Visit"], "owner": ["hq", "ann"],
             "kpi": ["", "sales"], "weight": [1, 60]}  # fmt: skip
    goals = ck.Goals.from_table(table, NAMED)
    links = ck.Links.from_table({"goal": ["visit"], "serves": ["grow"]})
    promised = {"commitment": ["Two accounts", "Train"], "kpi": ["sales", ""],
                "value": [2, None], "unit": ["accounts", ""],
                "due": ["2027-06-30", None]}  # fmt: skip
    return ck.performance_plan(agreed, "ann", card, alignment=ck.align(goals, links),
                               commitments=promised)  # fmt: skip


def test_one_table_tells_what_is_to_be_reached_and_what_it_pays():
    draft = full()
    text = ck.report(draft).markdown()
    assert (
        "| sales | 50 % | 240 CNY (30.0 points) | 300 CNY (50.0 points) | 360 CNY (65.0 points) "
        "| 270 CNY (40.0 points) | Grow \\<fast\\> "
        "| offered 280 CNY; Two accounts, 2 accounts, by 2027-06-30 |"
    ) in text
    # Nothing is better than on target: that stretch is not to be reached, nor the whole of it.
    assert "| 16 or 26 days (12.0 points) | 20 to 22 days (20.0 points) | – |" in text
    assert "| all together | 100 % | 60.0 points | 100.0 points | – |" in text
    assert "## Further commitments\n\n- Train\n" in text
    page = ck.report(draft).html()
    assert "<fast>" not in page
    assert page.count("<table") == 2  # what is to be reached, and goals served: no step yet


def test_signers_are_named_and_steps_keep_the_names():
    done = full().move("proposed", by="east", on=date(2027, 1, 11))
    done = done.move("agreed by employee", by="ann", on=date(2027, 1, 12))
    text = ck.report(done).markdown()
    assert "- Ann Lee (employee): agreed on 2027-01-12" in text
    assert "- Wei (manager): not agreed yet" in text
    assert "| proposed | Wei | 2027-01-11 | – |" in text
    again = ck.from_json(ck.to_json(done)).move(
        "agreed by manager", by="east", on=date(2027, 1, 13)
    )
    assert again.agreement.steps[-1].name == "Wei"
    assert done.move("refused", by="hq", on=date(2027, 1, 13)).agreement.steps[-1].who == (
        "The <company>"
    )


def test_every_number_makes_itself_again():
    made = full()
    for kpi, item in zip(("sales", "churn", "cover"), made.content.items, strict=True):
        for level in item.levels:
            for what, value in (("points of ", level.points), ("worth of ", level.worth)):
                why = ck.explain(made, kpi=kpi, quantity=f"{what}{level.name}")
                assert why.evaluate() == why.value == value
            why = ck.explain(made, kpi=kpi, quantity=level.name)
            assert np.array_equal(why.evaluate(), why.value, equal_nan=True)
            assert np.array_equal(why.value, level.value, equal_nan=True) or level.name == "target"
    assert "offers row 0, value" in str(ck.explain(made, kpi="sales", quantity="offer"))
    assert "commitments row 0, value" in str(ck.explain(made, kpi="sales", quantity="commitment"))
    assert "scorecard, weights of everybody" in str(
        ck.explain(made, kpi="churn", quantity="weight")
    )
    assert ck.explain(made, goal="grow").value == 60
    assert "offers row 0, value" in ck.explain(made, "ann", "sales", "2027").text(depth=None)


def test_what_cannot_be_asked_of_a_plan():
    made = full()
    assert refused(ck.explain, ck.from_json(ck.to_json(made)), kpi="sales")[0].reason == (
        "the plan was read from JSON, without the stages that it was made from"
    )
    assert refused(ck.explain, made)[0].reason == "which KPI?"
    assert refused(ck.explain, made, kpi="sale")[0].repair.endswith("did you mean 'sales'?")
    assert refused(ck.explain, made, "hq", "sales")[0].column == "node"
    assert refused(ck.explain, made, kpi="sales", period="2026")[0].column == "period"
    assert refused(ck.explain, made, kpi="churn", quantity="offer")[0].value == "offer"
    assert refused(ck.explain, plan(alignment=None), goal="rev")[0].column == "goal"


def test_levels_from_a_baseline_make_themselves_again():
    tree = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"], "base": [None, 50.0]})
    made = ck.cascade(tree, KPIS[:1], {"sales": 100}, periods="2027")
    item = ck.Item("sales", FOUR, ck.attainments.Progress("base"))
    draft = ck.performance_plan(made, "a", ck.Scorecard([item], {"sales": 100}))
    why = ck.explain(draft, kpi="sales", quantity="threshold")
    assert why.evaluate() == why.value == 90
    assert "units row 1, base" in str(why)


def tree_plan():
    """Of a card with sections, two items of one KPI, a bonus beside, and a weight of her own."""
    low, high = CURVE, ck.curves.Linear()
    bonus = ck.Section(
        "bonus", [ck.Item("sales", ck.curves.Linear(10), named="record")], ck.combines.Sum()
    )
    card = ck.Scorecard(
        ck.Section(
            "all",
            [
                ck.Section("growth", [ck.Item("sales", low), ck.Item("sales", high, named="pace")]),
                ck.Item("churn", CURVE),
            ],
            then=[ck.adjustments.Add(bonus)],
        ),
        ck.Weights(
            {"growth": 60, "sales": 70, "pace": 30, "churn": 40},
            overrides=[
                ck.Override("ann", "sales", 50, reason="new market", by="east"),
                ck.Override("ann", "pace", 50, reason="new market", by="east"),
            ],
        ),
    )
    return ck.performance_plan(targets(), "ann", card)


def test_worth_goes_down_the_sections_of_a_card():
    made = tree_plan()
    at = {item.name: item.level("target").worth for item in made.content.items}
    assert at == pytest.approx({"record": 10, "sales": 30, "pace": 30, "churn": 40})
    assert [(item.kpi, item.weight) for item in made.content.items if item.name == "pace"] == [
        ("sales", 50)
    ]
    assert ck.from_json(ck.to_json(made)) == made


def test_two_items_of_one_kpi_are_explained_by_their_names():
    made = tree_plan()
    for item in made.content.items:
        for quantity in ("target", "weight", "points of target", "worth of target"):
            told = ck.explain(made, kpi=item.name, quantity=quantity)
            assert told.evaluate() == told.value
        assert told.value == item.level("target").worth
    text = ck.explain(made, kpi="pace", quantity="worth of target").text(None)
    assert "share of growth, ann, 2027 = 0.6" in text
    assert "scorecard, override of ann, pace" in text
    assert "scorecard, weights of everybody, growth" in text


def test_columns_that_an_attainment_needs_are_in_the_explanation():
    card = ck.Scorecard(
        [ck.Item("sales", CURVE, ck.attainments.Goalposts("low", "high"))], {"sales": 100}
    )
    tree = org(low=[0] * 6, high=[1_500, 750, 375, 375, 750, 375])
    made = ck.performance_plan(
        ck.cascade(tree, KPIS, {"sales": 1_200, "churn": 2.0}, periods="2027"), "ann", card
    )
    (item,) = made.content.items
    assert item.level("target").attainment == pytest.approx(0.8)
    for level in item.levels:
        if level.name != "target":
            told = ck.explain(made, kpi="sales", quantity=level.name)
            np.testing.assert_array_equal(told.evaluate(), told.value)
    text = ck.explain(made, kpi="sales", quantity="points of target").text(None)
    assert "units row 3, low" in text
    assert "units row 3, high" in text
