"""No wrong argument of a public function ends in anything but an InputError."""

import contextlib
from datetime import date

import numpy as np
import pytest

import cascade_kpi as ck
from cascade_kpi import rating, records, tables
from cascade_kpi.drivers.expressions import Product, Total
from tests.helpers import entries, gaps_of, measured, org

JUNK = [
    None, 5, -1, 10**400, float("nan"), True, "x", "\ud800", b"x", [], [None], ["a", 1], ("x",), {},
    {"x": [1]}, {1: 2}, {"x"}, object(), np.array([1.0]), np.array(["x"]), np.array(5.0), ck.Kpi,
]  # fmt: skip

TREE, KPI = org(), ck.Kpi("k", "x")
RESULTS = measured(TREE, KPI, 12, {"ann": 4})
CARD = ck.Scorecard([ck.Item("k")], {"k": 100})
GAPS = gaps_of(RESULTS, ck.Item("k"))
DIM = ck.conditions.PointsLost(1)
BOOK = ck.Playbook([ck.Action("a", "Do it")], [ck.Rule("k", DIM, "a")])
PLAN = ck.improve(GAPS, BOOK, start=date(2026, 1, 1))
GRADES = ck.Grades.from_edges({"A": None})
GRADED = gaps_of(RESULTS, ck.Item("k"), grades=GRADES).scores
ROWS, ONES = entries(("ann", "k", 4)), np.ones(6)
UNITS = {"id": ["a"], "parent": [""]}
SUMS = TREE.over_subtrees()
MODEL = ck.DriverTree({"double": ck.D("k") * 2}, [KPI])
MADE = ck.derive(MODEL, RESULTS)
SPLIT = ck.contributions(MADE, MADE, "double")
EVEN, ROOT = ck.profiles.Even(), ck.Recipe.of(RESULTS.targets).root
COMPARED = ck.compare(GRADED, GRADED)
CHANGES = ck.compare(RESULTS.targets, ck.recascade(RESULTS.targets, goals={"k": 15}))
POSTED = ck.cascade(
    org(post=["x"] * 6, past=[None, None, 3, 4, None, 5]), [KPI], {"k": 12}, periods="p"
)
JUDGED = ck.fairness(POSTED, "past", "post")


GOALS = ck.Goals.from_table({"goal": ["g"], "title": ["G"], "owner": ["ann"]}, TREE)
LINKS = ck.Links.from_table({"goal": [], "serves": []})
STRATEGY = ck.align(GOALS, LINKS)


YEAR = ck.assign(TREE, [ck.Kpi("k", "x", lot=1)], ROWS, periods="2026")
HELD = {"holder": ["li"], "node": ["ann"], "start": ["2026-02-01"], "end": ["2026-10-01"]}
STINTS = ck.Stints.from_table(HELD, TREE)
MOVED = ck.move(YEAR, STINTS, by=ck.moves.FollowsPost())
REPORT = {"holder": ["li"], "node": ["ann"], "kpi": ["k"], "date": ["2026-03-01"], "value": [3]}
CREDITED = ck.credit(MOVED, REPORT)
OVER = ck.score_stints(CREDITED, ck.Scorecard([ck.Item("k")], {"k": 100}, grades=GRADES))
CHANGE = {"node": ["ann"], "parent": ["west"], "start": ["2026-05-01"]}
RATED = ck.Ratings.from_table(
    {"node": ["ann"] * 2, "rater": ["east", "bob"], "relation": ["manager", "peer"],
     "item": ["i"] * 2, "value": [4, 5]},
    TREE, scale=rating.Scale(1, 5), periods="p",
)  # fmt: skip
RATERS = rating.Raters({"manager": 1, "peer": 1})
AGREED = ck.consolidate(RATED, RATERS)


def read_csv(path, delimiter, encoding):
    return tables.read(tables.Csv(path, delimiter, encoding), name="n")


def what_if(node, kpi, value, period):
    return RESULTS.what_if(node, kpi, value, period=period)


def made_by(**fields):
    return ck.Recipe(**fields).make()


def revised(targets, verb, which, by):
    return ck.revise(targets, verb, which, by=by)


def shown(stage, **options):
    return ck.report(stage, **options).markdown()


GRADED = ck.score(RESULTS, ck.Scorecard([ck.Item("k")], {"k": 100}, grades=GRADES))
QUOTAS = ck.calibrating.Quotas([ck.calibrating.AtMost("A", 1)])
ADJUSTED = ck.calibrating.Adjustment("ann", "A", "r", "b")

CALLS = {
    "calibrate": (
        ck.calibrate,
        {"scores": GRADED, "quotas": QUOTAS, "pools": ck.calibrating.Pools(), "ties": None},
    ),
    "calibrate.by_grade": (
        lambda **quotas: ck.calibrate(GRADED, quotas), {"A": QUOTAS, "*": QUOTAS},
    ),
    "AtMost": (ck.calibrating.AtMost, {"grades": ["A"], "share": 0.2}),
    "AtLeast": (ck.calibrating.AtLeast, {"grades": ["A"], "share": 0.2}),
    "Between": (ck.calibrating.Between, {"grades": "A", "least": 0.2, "most": 0.3}),
    "Ideal": (ck.calibrating.Ideal, {"shares": {"A": 1}}),
    "Ideal.shares": (lambda **each: ck.calibrating.Ideal(each), {"A": 0.5, "B": 0.5}),
    "Quotas": (ck.calibrating.Quotas, {"rules": [ck.calibrating.AtMost("A", 1)]}),
    "Column": (ck.calibrating.Column, {"name": "x"}),
    "Under": (ck.calibrating.Under, {"kind": "x"}),
    "Pools": (ck.calibrating.Pools, {"by": "x", "least": 2, "pooled": "others", "of": "x"}),
    "Scheme": (
        ck.calibrating.Scheme,
        {"quotas": QUOTAS, "pools": ck.calibrating.Pools(), "ties": None},
    ),
    "Adjustment": (
        ck.calibrating.Adjustment,
        {"node": "ann", "to": "A", "reason": "r", "by": "b", "period": None},
    ),
    "Sitting": (
        ck.calibrating.Sitting,
        {"adjustments": [ADJUSTED], "steps": 1, "quotas": ck.calibrating.Held()},
    ),
    "Calibrated.adjust": (
        ck.calibrate(GRADED, QUOTAS).adjust, {"sitting": ck.calibrating.Sitting([])},
    ),
    "Calibrated.grade": (ck.calibrate(GRADED, QUOTAS).grade, {"node": "ann", "period": None}),
    "explain calibrated": (
        ck.explain,
        {"stage": ck.calibrate(GRADED, QUOTAS), "node": "ann", "period": "2026",
         "quantity": "calibrated"},
    ),
    "Goals": (
        ck.Goals.from_table,
        {"table": {"goal": ["g"], "title": ["G"], "owner": ["ann"]}, "org": TREE, "kpis": None,
         "period": None, "perspectives": ("a",)},
    ),
    "Goals.joined": (GOALS.joined, {"other": GOALS}),
    "Goals.position": (GOALS.position, {"goal": "g"}),
    "Links": (ck.Links.from_table, {"table": {"goal": ["g"], "serves": ["h"]}}),
    "Links.joined": (LINKS.joined, {"other": LINKS}),
    "align": (ck.align, {"goals": GOALS, "links": LINKS}),
    "Ratings": (
        ck.Ratings.from_table,
        {"table": RATED.table(), "org": TREE, "scale": rating.Scale(1, 5), "items": ["i"],
         "periods": "p", "own": "self", "outside": ("x",), "name": "n"},
    ),
    "Ratings.only": (RATED.only, {"item": "i", "relation": "peer", "period": "p"}),
    "Scale": (rating.Scale, {"low": 1, "high": 5, "step": 1}),
    "Survey": (
        rating.Survey,
        {"items": ["a"], "scales": [rating.Scale(1, 5)], "own": "self", "outside": ["x"]},
    ),
    "Raters": (
        rating.Raters,
        {"weights": {"peer": 1}, "least": {"peer": 3}, "trim": rating.Drop(1),
         "missing": "hold", "items": {"i": 1}},
    ),
    "consolidate": (
        ck.consolidate, {"ratings": RATED, "raters": RATERS, "audience": rating.Office()},
    ),
    "Consolidated.of": (AGREED.of, {"item": "i"}),
    "Consolidated.shown": (AGREED.shown, {"item": "i"}),
    "Consolidated.by_relation": (AGREED.by_relation, {"item": "i"}),
    "Consolidated.seen_by": (AGREED.seen_by, {"audience": rating.Ratee()}),
    "ByRelation": (rating.ByRelation, {"weights": {"peer": 1}}),
    "HandedTo": (rating.HandedTo, {"heir": "peer", "weights": {"peer": 1}}),
    "Drop": (rating.Drop, {"low": 1, "high": 1, "leave": 1}),
    "DropShare": (rating.DropShare, {"share": 0.1, "leave": 1}),
    "Ratee": (rating.Ratee, {"least": 3, "named": ["self"]}),
    "Above": (rating.Above, {"levels": 1}),
    "Below": (rating.Below, {"levels": 1}),
    "InColumn": (rating.InColumn, {"column": "x"}),
    "contradictions": (
        rating.contradictions, {"ratings": RATED, "ties": {"peer": rating.Beside()}},
    ),
    "icc": (rating.icc, {"ratings": RATED, "item": "i", "confidence": 0.9}),
    "Iccs[]": (rating.icc(RATED).__getitem__, {"form": "1,1"}),
    "alpha": (rating.alpha, {"ratings": RATED, "item": "i", "metric": rating.Nominal()}),
    "rwg": (rating.rwg, {"ratings": RATED, "item": "i"}),
    "leniency": (rating.leniency, {"ratings": RATED}),
    "explain ratings": (
        ck.explain,
        {"stage": AGREED, "node": "ann", "item": "i", "period": None, "quantity": None},
    ),
    "aligned_with": (ck.aligned_with, {"targets": RESULTS.targets, "kpis": None}),
    "WeightBudget": (
        ck.WeightBudget,
        {"least": 1, "most": 2, "total": 3, "count": (1, 2), "kinds": "person"},
    ),
    "performance_plan": (
        ck.performance_plan,
        {"stage": RESULTS.targets, "person": "ann", "scorecard": CARD, "duties": ("d",),
         "alignment": STRATEGY, "commitments": {"commitment": ["c"]}, "period": "2026"},
    ),
    "PerformancePlan.move": (
        ck.performance_plan(RESULTS.targets, "ann", CARD).move,
        {"state": "proposed", "by": "east", "on": date(2026, 1, 1), "note": ""},
    ),
    "WeightBudgets": (
        ck.WeightBudgets,
        {"budgets": {"a": ck.WeightBudget()}, "by": "kind", "others": ck.WeightBudget()},
    ),
    "Alignment.audit": (STRATEGY.audit, {"budget": ck.WeightBudget(least=1)}),
    "Alignment.draw": (STRATEGY.draw, {"limit": 5}),
    "Alignment.matrix": (STRATEGY.matrix, {"nodes": ["ann"]}),
    "Audit.of": (STRATEGY.audit().of, {"kind": "orphan"}),
    "move": (
        ck.move,
        {"targets": YEAR, "stints": STINTS, "by": ck.moves.FollowsPost(), "calendar": None,
         "units": None, "leaves": None, "cover": ck.moves.Cover(), "days": ck.moves.CalendarDays()},
    ),
    "Stints": (ck.Stints.from_table, {"table": HELD, "org": TREE, "ends": "inclusive"}),
    "Stints.cells": (
        lambda **cells: ck.Stints.from_table({name: [cell] for name, cell in cells.items()}),
        {"holder": "li", "node": "ann", "start": "2026-02-01", "end": "2026-10-01", "share": 0.5},
    ),
    "Leaves": (
        ck.Leaves.from_table,
        {"table": {name: HELD[name] for name in ("holder", "start", "end")}, "ends": "exclusive"},
    ),
    "Reorganisation": (ck.Reorganisation.from_table, {"table": CHANGE, "org": TREE}),
    "Reorganisation.tree": (
        ck.Reorganisation.from_table(CHANGE).tree, {"org": TREE, "on": "2026-06-01"},
    ),
    "Calendar": (ck.Calendar, {"spans": {"p": (date(2026, 1, 1), date(2026, 1, 31))}}),
    "Calendar.of": (ck.Calendar.of, {"periods": ["2026"]}),
    "Calendar.days": (ck.Calendar.of("2026").days, {"label": "2026"}),
    "FollowsPost": (ck.moves.FollowsPost, {"at": "post"}),
    "FollowsPerson": (ck.moves.FollowsPerson, {"at": "post"}),
    "FollowsTerritory": (ck.moves.FollowsTerritory, {"at": "post"}),
    "Cover": (ck.moves.Cover, {"vacancy": "unit", "leave": "holder"}),
    "WorkingDays": (
        ck.moves.WorkingDays,
        {"holidays": [date(2026, 1, 1)], "also": [date(2026, 1, 3)], "week": "Mon Tue"},
    ),
    "Season": (ck.moves.Season, {"calendar": ["2026-01"], "weights": [1]}),
    "Moved.of": (MOVED.of, {"kpi": "k"}),
    "Moved.lots_of": (MOVED.lots_of, {"kpi": "k"}),
    "Moved.of_holder": (MOVED.of_holder, {"holder": "li"}),
    "Moved.of_node": (MOVED.of_node, {"node": "ann"}),
    "Moved.by_holder": (MOVED.by_holder, {"kpi": "k"}),
    "Moved.by_unit": (MOVED.by_unit, {"kpi": "k"}),
    "Moved.by_stint": (MOVED.by_stint, {"kpi": "k"}),
    "Moved.targets": (MOVED.targets, {"as_of": "2026-03-01"}),
    "Moved.tree": (MOVED.tree, {"as_of": "2026-03-01"}),
    "credit": (ck.credit, {"moved": MOVED, "reports": REPORT}),
    "credit.cells": (
        lambda **cells: ck.credit(MOVED, {name: [cell] for name, cell in cells.items()}),
        {"holder": "li", "node": "ann", "kpi": "k", "date": "2026-03-01", "value": 3},
    ),
    "credit.days": (
        lambda **cells: ck.credit(MOVED, {name: [cell] for name, cell in cells.items()}),
        {"holder": "li", "kpi": "k", "start": "2026-03-01", "end": "2026-03-02", "value": 3},
    ),
    "Credited.by_stint": (CREDITED.by_stint, {"kpi": "k"}),
    "Credited.by_holder": (CREDITED.by_holder, {"kpi": "k"}),
    "Credited.by_unit": (CREDITED.by_unit, {"kpi": "k"}),
    "explain moved": (
        ck.explain,
        {"stage": MOVED, "node": "li", "kpi": "k", "period": "2026", "quantity": "holder"},
    ),
    "explain credited": (
        ck.explain,
        {"stage": CREDITED, "node": "li", "kpi": "k", "period": "2026", "quantity": "result"},
    ),
    "score_stints": (
        ck.score_stints,
        {"credited": CREDITED, "scorecard": CARD, "least_days": 1, "post_weight": None},
    ),
    "explain over stints": (
        ck.explain,
        {"stage": OVER, "node": "li", "kpi": None, "period": "2026", "quantity": "total"},
    ),
    "report over stints": (
        shown, {"stage": OVER, "focus": "li", "period": "2026", "limits": ck.Limits()},
    ),
    "report of moves": (
        shown, {"stage": CREDITED, "focus": "east", "period": "2026", "limits": ck.Limits()},
    ),
    "Kpi": (
        ck.Kpi,
        {"name": "k", "unit": "x", "better": "lower", "aggregate": ck.aggregates.Sum(),
         "split": ck.splits.Equal(), "lot": 1, "decimals": 2, "at": "shop"},
    ),
    "Kpi.format": (KPI.format, {"value": 1.0}),
    "Kpis": (ck.Kpis, {"items": [KPI]}),
    "Kpis.of": (ck.Kpis.of, {"kpis": [KPI]}),
    "Kpis.index": (RESULTS.kpis.index, {"name": "k"}),
    "Periods": (ck.Periods, {"labels": "p"}),
    "Periods.of": (ck.Periods.of, {"periods": "p"}),
    "Periods.index": (RESULTS.periods.index, {"label": "2026"}),
    "Lot": (ck.Lot, {"size": 1}),
    "reconcile": (
        ck.reconcile,
        {"targets": RESULTS.targets, "offers": ROWS, "confidence": 1.0, "limits": None,
         "inner": "total"},
    ),
    "pulls": (ck.reconcile(RESULTS.targets, ROWS).pulls, {"node": "ann", "kpi": "k",
                                                          "period": "2026"}),
    "Negotiation": (ck.Negotiation, {"about": "x", "rounds": []}),
    "Negotiation.standing": (ck.Negotiation("x").standing, {"proposed": ROWS}),
    "Negotiation.propose": (
        ck.Negotiation("x").propose,
        {"plan": ck.reconcile(RESULTS.targets, ROWS), "who": "ann", "when": date(2026, 1, 1)},
    ),
    "Negotiation.agree": (
        ck.Negotiation("x").propose(
            ck.reconcile(RESULTS.targets, ROWS), who="ann", when=date(2026, 1, 1)
        ).agree,
        {"to": ROWS, "who": "bob", "when": date(2026, 1, 1)},
    ),
    "ByLevel": (ck.confidences.ByLevel, {"weights": [1.0]}),
    "ByKind": (ck.confidences.ByKind, {"weights": {"x": 1.0}, "otherwise": 0.0}),
    "MiddleOut": (ck.confidences.MiddleOut, {"level": 1}),
    "ForecastProportions": (ck.proportions.ForecastProportions, {"column": "x"}),
    "AverageProportions": (
        ck.proportions.AverageProportions, {"history": RESULTS.actuals, "of": "k"},
    ),
    "Item": (
        ck.Item,
        {"kpi": "k", "curve": ck.curves.Linear(), "attainment": ck.attainments.Result()},
    ),
    "Scorecard": (
        ck.Scorecard,
        {"parts": [ck.Item("k")], "weights": {"k": 100}, "missing": "zero", "grades": None},
    ),
    "Weights": (
        ck.Weights,
        {"groups": {"k": 100}, "by": "kind", "promised": 100, "overrides": []},
    ),
    "Override": (
        ck.Override,
        {"node": "ann", "part": "k", "weight": 1, "reason": "new", "by": "hr"},
    ),
    "Section": (
        ck.Section,
        {"name": "s", "parts": [ck.Item("k")], "combine": ck.combines.Sum(), "missing": "zero",
         "gates": [], "then": []},
    ),
    "Rated": (ck.Rated, {"question": "q", "curve": ck.curves.Linear(), "named": "n"}),
    "Gate": (ck.Gate, {"when": ck.triggers.PointsBelow("k", 1), "at": 1, "parts": ["k"]}),
    "Within": (ck.adjustments.Within, {"low": 0, "high": 1}),
    "Veto": (ck.adjustments.Veto, {"when": ck.triggers.PointsBelow("k", 1), "at": 1}),
    "Add": (ck.adjustments.Add, {"part": ck.Item("k")}),
    "absences.AtMost": (ck.absences.AtMost, {"share": 0.5, "then": "zero"}),
    "Neutral": (ck.absences.Neutral, {"points": 1}),
    "Geometric": (ck.combines.Geometric, {"least": 0}),
    "triggers.AnyOf": (ck.triggers.AnyOf, {"triggers": [ck.triggers.PointsBelow("k", 1)]}),
    "Band": (ck.Band, {"label": "A", "low": 1, "high": 2}),
    "Grades": (ck.Grades, {"bands": [ck.Band("A")], "decimals": 2}),
    "Grades.from_edges": (ck.Grades.from_edges, {"edges": {"A": None}, "decimals": 2}),
    "Grades.codes": (GRADES.codes, {"totals": ONES}),
    "Linear": (ck.curves.Linear, {"slope": 1, "floor": 0, "cap": 1}),
    "Piecewise": (ck.curves.Piecewise, {"levels": [(0, 1), (1, 2)], "below": 0, "above": 1}),
    "Steps": (ck.curves.Steps, {"levels": [(0, 1)], "below": 0}),
    "Levels": (
        ck.curves.Levels,
        {"threshold": (0.8, 50), "target": (1, 100), "stretch": (2, 150), "below": 0, "above": 9},
    ),
    "GoalRedFlag": (ck.curves.GoalRedFlag, {"goal": 5, "red_flag": 9, "most": 100, "least": 0}),
    "Plateau": (ck.curves.Plateau, {"full": (1, 2), "zero": (0, 3), "most": 100, "least": 0}),
    "Tolerances": (ck.curves.Tolerances, {"levels": [(0.1, 9)], "centre": 1, "beyond": 0}),
    "Table": (ck.curves.Table, {"levels": {1: 0, 2: 50}, "between": "higher"}),
    "AddDeduct": (
        ck.curves.AddDeduct,
        {"add": 1, "deduct": 2, "every": 0.01, "base": 100, "at": 1, "most": 120, "least": 0,
         "counted": "begun"},
    ),
    "MarginalTiers": (ck.curves.MarginalTiers, {"tiers": [(0, 100)], "base": 0, "most": 200}),
    "RetroactiveTiers": (
        ck.curves.RetroactiveTiers, {"tiers": [(0, 100)], "base": 0, "most": 200}
    ),
    "Smoothstep": (ck.curves.Smoothstep, {"start": (0, 0), "end": (1, 100)}),
    "Logistic": (ck.curves.Logistic, {"low": (0, 9), "high": (1, 90), "least": 0, "most": 100}),
    "Rounded": (
        ck.curves.Rounded, {"curve": ck.curves.Linear(), "decimals": 1, "mode": "half_up"}
    ),
    "Threshold": (ck.curves.Threshold, {"curve": ck.curves.Linear(), "at": 0.5, "below": 0}),
    "Composed": (ck.curves.Composed, {"curves": [ck.curves.Linear()]}),
    "OnTarget": (ck.directions.OnTarget, {"band": 1}),
    "Ratio": (ck.aggregates.Ratio, {"scale": 1}),
    "Last": (ck.aggregates.Last, {"of": ck.aggregates.Sum()}),
    "ProRata": (ck.splits.ProRata, {"driver": "x"}),
    "FixedShares": (ck.splits.FixedShares, {"column": "x"}),
    "Progress": (ck.attainments.Progress, {"baseline": "x", "already": "met"}),
    "Goalposts": (
        ck.attainments.Goalposts,
        {"worst": 1, "best": "x", "floor": 0, "cap": 1, "scale": "linear"},
    ),
    "Quotient": (ck.attainments.Quotient, {"most": 2, "not_positive": "met"}),
    "Improvement": (ck.attainments.Improvement, {"baseline": "x", "zero": "exclude"}),
    "attainments.Rounded": (
        ck.attainments.Rounded,
        {"of": ck.attainments.Proportion(), "decimals": 2, "mode": "half_up"},
    ),
    "Proportion": (ck.attainments.Proportion, {"zero": "met"}),
    "PointsLost": (ck.conditions.PointsLost, {"points": 1}),
    "AttainmentBelow": (ck.conditions.AttainmentBelow, {"level": 1}),
    "ShareOfParent": (ck.conditions.ShareOfParent, {"share": 1}),
    "ShortfallAtLeast": (ck.conditions.ShortfallAtLeast, {"amount": 1}),
    "AllOf": (ck.conditions.AllOf, {"parts": [DIM]}),
    "AnyOf": (ck.conditions.AnyOf, {"parts": [DIM]}),
    "Action": (ck.Action, {"name": "a", "text": "t", "owner": "self", "days": 1}),
    "Rule": (ck.Rule, {"kpi": "k", "when": DIM, "action": "a", "kinds": "x"}),
    "Playbook": (ck.Playbook, {"actions": [ck.Action("a", "t")], "rules": []}),
    "Playbook.from_table": (
        ck.Playbook.from_table,
        {"table": {"action": ["a"], "text": ["t"]}, "rules": [], "name": "n"},
    ),
    "Playbook.action": (BOOK.action, {"name": "a"}),
    "Lights": (ck.Lights, {"amber": 0.5, "green": 1}),
    "Lights()": (ck.Lights(), {"attainment": 1.0}),
    "Limits": (ck.Limits, {"nodes": 1, "names": 1}),
    "Missing.named": (ck.Missing.named, {"policy": "zero"}),
    "OrgTree.from_table": (
        ck.OrgTree.from_table,
        {"table": UNITS, "id": "id", "parent": "parent", "kind": None, "label": None,
         "roots": "one", "name": "units"},
    ),
    "OrgTree.row": (TREE.row, {"id": "ann"}),
    "OrgTree.find": (TREE.find, {"ids": ["ann"]}),
    "OrgTree.rows": (TREE.rows, {"ids": ["ann"]}),
    "OrgTree.node": (TREE.node, {"row": 0}),
    "OrgTree[]": (TREE.__getitem__, {"id": "ann"}),
    "in OrgTree": (TREE.__contains__, {"id": "ann"}),
    "OrgTree.select": (TREE.select, {"kind": ""}),
    "OrgTree.kind_code": (TREE.kind_code, {"kind": ""}),
    "OrgTree.subtree": (TREE.subtree, {"id": "ann"}),
    "OrgTree.numbers": (TREE.numbers, {"column": "x"}),
    "OrgTree.over_children": (TREE.over_children, {"missing": "zero"}),
    "OrgTree.draw": (TREE.draw, {"depth": 1, "limit": 1}),
    "Rollup.sum": (SUMS.sum, {"values": ONES}),
    "Rollup.weighted_mean": (SUMS.weighted_mean, {"values": ONES, "weights": ONES}),
    "Node[]": (TREE["ann"].__getitem__, {"column": "x"}),
    "cascade": (ck.cascade, {"org": TREE, "kpis": [KPI], "goals": {"k": 12}, "periods": "p"}),
    "assign": (ck.assign, {"org": TREE, "kpis": [KPI], "table": ROWS, "periods": "p"}),
    "Targets.from_columns": (
        ck.Targets.from_columns,
        {"org": TREE, "kpis": [KPI], "columns": {"k": ONES}, "periods": "p"},
    ),
    "Actuals.from_table": (
        ck.Actuals.from_table,
        {"org": TREE, "kpis": [KPI], "table": ROWS, "periods": "p", "name": "n"},
    ),
    "Actuals.from_columns": (
        ck.Actuals.from_columns,
        {"org": TREE, "kpis": [KPI], "columns": {"k": ONES}, "periods": "p"},
    ),
    "Actuals": (
        ck.Actuals,
        {"org": TREE, "kpis": RESULTS.kpis, "periods": RESULTS.periods, "inputs": [[ONES[None]]]},
    ),
    "measure": (
        ck.measure,
        {"targets": RESULTS.targets, "actuals": ROWS, "missing": "zero", "inner": "total"},
    ),
    "recascade": (
        ck.recascade,
        {"targets": RESULTS.targets, "goals": {"k": 24}, "withdraw": None, "drivers": None,
         "org": None, "kpis": None},
    ),
    "revise": (
        revised,
        {"targets": ck.phase(RESULTS.targets, ["a", "b"], EVEN), "verb": ck.phase, "which": None,
         "by": EVEN},
    ),
    "Recipe.of": (ck.Recipe.of, {"targets": RESULTS.targets}),
    "Recipe": (made_by, {"root": ROOT, "steps": (), "digest": None}),
    "compare": (ck.compare, {"before": RESULTS.targets, "after": RESULTS.targets}),
    "compare totals": (
        ck.compare,
        {"before": GRADED, "after": GRADED, "pay": ck.PayPerPoint(1), "by": None, "pool": None,
         "kind": None},
    ),
    "Comparison.transitions": (COMPARED.transitions, {"period": None, "group": None}),
    "Comparison.movers": (COMPARED.movers, {"n": 3, "period": None}),
    "Comparison.by_item": (COMPARED.by_item, {"node": "ann", "period": None}),
    "Comparison.in_parts": (COMPARED.in_parts, {"period": None}),
    "PayPerGrade": (
        ck.PayPerGrade,
        {"table": {"A": 1}, "of": None, "unscored": None, "unit": "CNY", "decimals": 2},
    ),
    "PayPerPoint": (
        ck.PayPerPoint,
        {"rate": 1, "of": None, "above": 0, "most": None, "unit": "CNY", "decimals": 2},
    ),
    "tipping": (ck.tipping, {"scores": GRADED, "node": None, "period": None, "to": None}),
    "grade_chances": (
        ck.grade_chances, {"scores": GRADED, "errors": {"k": 1}, "draws": 3, "seed": 0},
    ),
    "GradeChances.of": (
        ck.grade_chances(GRADED, {"k": 1}, draws=1).of, {"node": "ann", "period": None},
    ),
    "OfPoints": (ck.comparing.OfPoints, {"size": 1}),
    "OfResult": (ck.comparing.OfResult, {"size": 1}),
    "Changes.of": (CHANGES.of, {"kpi": "k"}),
    "Changes.status": (CHANGES.status, {"node": "ann"}),
    "Changes.by_child": (CHANGES.by_child, {"node": "east", "kpi": "k", "period": None}),
    "Changes.ranked": (
        CHANGES.ranked, {"kpi": "k", "period": None, "kind": None, "limit": 3},
    ),
    "attribute": (
        ck.attribute,
        {"changes": CHANGES, "order": ("tree", "drivers", "rules", "goals")},
    ),
    "Attribution.part": (ck.attribute(CHANGES).part, {"kpi": "k", "kind": "goals"}),
    "fairness": (
        ck.fairness,
        {"targets": POSTED, "history": "past", "peers": "post",
         "base": None, "fences": None, "measures": None, "capacity": None, "material": None},
    ),
    "Fairness.stretch": (JUDGED.stretch, {"kpi": "k"}),
    "Fairness.figures": (JUDGED.figures, {"kpi": "k", "period": None}),
    "examine": (
        ck.examine, {"card": CARD, "of": RESULTS, "within": {"k": (0, 2)}, "step": 0.02},
    ),
    "Examination.profile": (ck.examine(CARD, RESULTS).profile, {"item": "k"}),
    "Examination.in_units": (ck.examine(CARD, RESULTS).in_units, {"item": "k", "target": 2.0}),
    "Examination.gains": (ck.examine(CARD, RESULTS).gains, {"name": "k"}),
    "Yardstick": (
        ck.yardsticks.Yardstick,
        {"peers": "post", "base": ck.yardsticks.Best(), "fences": ck.yardsticks.Quartiles(),
         "measures": {"k": ck.yardsticks.Relative()}, "capacity": "past",
         "material": ck.yardsticks.OfTarget()},
    ),
    "Peers": (ck.yardsticks.Peers, {"by": "post", "smallest": 3}),
    "Deviations": (ck.yardsticks.Deviations, {"times": 3}),
    "OfTarget": (ck.yardsticks.OfTarget, {"share": 0.1}),
    "yardsticks.Amount": (ck.yardsticks.Amount, {"amount": 2}),
    "ByKpi": (ck.yardsticks.ByKpi, {"rules": {"k": 1}, "others": ck.yardsticks.OfTarget()}),
    "Quartiles": (ck.yardsticks.Quartiles, {"times": 3}),
    "over_periods": (ck.over_periods, {"results": RESULTS, "label": "2026"}),
    "Targets.lots_of": (RESULTS.targets.lots_of, {"kpi": "k"}),
    "Results.what_if": (what_if, {"node": "ann", "kpi": "k", "value": 1.0, "period": None}),
    "Results.coverage": (RESULTS.coverage, {"kpi": "k"}),
    "score": (ck.score, {"results": RESULTS, "scorecard": CARD}),
    "Shares": (
        ck.blending.Shares,
        {"shares": {"own": 100}, "by": "kind", "promised": 100, "missing": "own",
         "nobody": "hold"},
    ),
    "Shares.level": (ck.blending.Shares({"own": 100}).level, {"level": "own"}),
    "OfKind": (ck.blending.OfKind, {"kind": "team"}),
    "Up": (ck.blending.Up, {"levels": 2}),
    "Within of a total": (ck.blending.Within, {"down": 1, "up": 1}),
    "blending.Between": (ck.blending.Between, {"least": 1, "most": 2}),
    "blend": (
        ck.blend,
        {"scores": GAPS.scores, "shares": ck.blending.Shares({"own": 100}), "units": "own",
         "within": None},
    ),
    "Blended.parts": (
        ck.blend(GAPS.scores, ck.blending.Shares({"own": 100})).parts, {"level": "own"},
    ),
    "Coefficients": (
        ck.blending.Coefficients,
        {"department": "root", "grades": {"A": 1}, "individual": {"A": 1}, "of": "team"},
    ),
    "multiply": (
        ck.multiply,
        {"scores": GRADED, "coefficients": ck.blending.Coefficients("root", {"A": 1}),
         "within": None},
    ),
    "Scores.points": (GAPS.scores.points, {"part": "k"}),
    "Scores.grade": (GAPS.scores.grade, {"node": "ann", "period": None}),
    "gaps": (ck.gaps, {"scores": GAPS.scores}),
    "Gaps.by_child": (GAPS.by_child, {"node": "east", "kpi": "k", "period": None}),
    "Gaps.in_points": (GAPS.in_points, {"item": "k"}),
    "D": (ck.D, {"name": "k"}),
    "Constant": (ck.Constant, {"value": 1, "unit": "x"}),
    "Total": (Total, {"operands": (ck.D("k"),), "signs": "-"}),
    "Product": (Product, {"operands": (ck.D("k"),), "signs": "*"}),
    "DriverTree": (
        ck.DriverTree,
        {"definitions": {"a": ck.D("k")}, "kpis": [KPI], "units": {"a": "x"}},
    ),
    "DriverTree.unit": (MODEL.unit, {"name": "k"}),
    "DriverTree.kpi": (MODEL.kpi, {"name": "k"}),
    "DriverTree.adds_up": (MODEL.adds_up, {"name": "k"}),
    "DriverTree.uses": (MODEL.uses, {"name": "double"}),
    "DriverTree.below": (MODEL.below, {}),
    "DriverTree.compute": (MODEL.compute, {"values": {"k": 1}}),
    "DriverTree.draw": (MODEL.draw, {"limit": 3}),
    "derive": (
        ck.derive,
        {"model": MODEL, "stage": RESULTS, "missing": "hold", "by_zero": "refuse"},
    ),
    "Derived.of": (MADE.of, {"name": "k"}),
    "Derived.coverage": (MADE.coverage, {"name": "k"}),
    "Derived.beyond_children": (MADE.beyond_children, {"name": "k"}),
    "Derived.slopes": (MADE.slopes, {"name": "double"}),
    "Derived.elasticities": (MADE.elasticities, {"name": "double"}),
    "Derived.draw": (MADE.draw, {"node": "ann", "period": None, "limit": 3}),
    "contributions": (
        ck.contributions,
        {"before": MADE, "after": MADE, "name": "double", "over": (), "periods": None},
    ),
    "Contributions.of": (SPLIT.of, {"driver": "k"}),
    "Contributions.by_driver": (SPLIT.by_driver, {"node": "ann", "period": None}),
    "translate": (
        ck.translate,
        {"model": MODEL, "goals": {"double": 9}, "base": RESULTS, "shares": None, "fixed": (),
         "node": None, "period": None, "to": "p"},
    ),
    "improve": (
        ck.improve,
        {"gaps": GAPS, "playbook": BOOK, "start": date(2026, 1, 1), "period": None},
    ),
    "Plan.of": (PLAN.of, {"node": "ann"}),
    "explain": (
        ck.explain,
        {"stage": GAPS, "node": "ann", "kpi": "k", "period": None, "quantity": None},
    ),
    "report": (
        shown,
        {"stage": PLAN, "title": None, "focus": None, "period": None, "lights": None,
         "limits": None, "drivers": None},
    ),
    "Report.save": (ck.report(PLAN).save, {"path": "report.xyz"}),
    "from_json": (ck.from_json, {"text": "{}", "limit": 100}),
    "to_json": (ck.to_json, {"obj": KPI, "indent": 2}),
    "load": (records.load, {"path": b""}),
    "tables.read": (tables.read, {"source": UNITS, "name": "n"}),
    "Csv": (read_csv, {"path": "none.csv", "delimiter": ",", "encoding": "utf-8"}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "argument"),
    [(name, argument) for name, (_, good) in CALLS.items() for argument in good],
)
def test_a_wrong_argument_is_refused_or_taken(name, argument):
    call, good = CALLS[name]
    documented = (ck.InputError, FileNotFoundError) if name == "load" else ck.InputError
    for junk in JUNK:
        with contextlib.suppress(documented):
            call(**{**good, argument: junk})


def test_arguments_of_a_verb_are_told_together():
    for call, count in (
        (lambda: ck.score(None, None), 2), (lambda: ck.improve(None, 5, start="today"), 3),
        (lambda: ck.report(PLAN, lights=5, limits={}), 2),
        (lambda: ck.Targets.from_columns(5, [KPI], None, periods="p"), 2),
    ):  # fmt: skip
        with pytest.raises(ck.InputError) as refused:
            call()
        assert len(refused.value.faults) == count


def test_rows_are_those_of_the_tree():
    assert TREE.node(np.int64(5)).id == TREE.node(5).id
    for row in (-1, 6, 1.0, "0", True, None):
        with pytest.raises(ck.InputError, match="from 0 to 5"):
            TREE.node(row)


def test_one_id_is_not_a_list_of_its_letters():
    with pytest.raises(ck.InputError, match="list"):
        TREE.find("ann")
    assert TREE.find(id_ for id_ in ["ann", "x"]).tolist() == [TREE.row("ann"), -1]
