"""Performance plans: what they say, how they are agreed, JSON and reports."""

from datetime import date

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
    assert content.manager == "east"
    assert plan("hq").content.manager == ""


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

## Duties

- Key accounts

## KPIs

| KPI | weight | level | reach | points | of the total |
| --- | ---: | --- | ---: | ---: | ---: |
| sales | 3 of 4 | threshold | 240 CNY | 60.0 | 45.0 |
| sales | 3 of 4 | target | 300 CNY | 100.0 | 75.0 |
| sales | 3 of 4 | stretch | 360 CNY | 130.0 | 97.5 |
| churn | 1 of 4 | threshold | 2.40 % | 60.0 | 15.0 |
| churn | 1 of 4 | target | 2.00 % | 100.0 | 25.0 |
| churn | 1 of 4 | stretch | 1.60 % | 130.0 | 32.5 |

## Goals served

| goal | weight | of the plan |
| --- | ---: | ---: |
| Grow revenue | 70 | 70.0 % |
| Keep key accounts | 30 | 30.0 % |

## Commitments

| commitment | KPI | amount | due |
| --- | --- | ---: | --- |
| Win two key accounts | – | 2 accounts | 2027-06-30 |
| Train the new colleague | – | – | – |

## Agreement

| side | agreed by | on |
| --- | --- | --- |
| employee | ann | 2027-01-12 |
| manager | east | 2027-01-13 |

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
