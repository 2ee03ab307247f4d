"""Calls of targets: cascaded, assigned, revised and made again."""

import cascade_kpi as ck
from tests.wrong_arguments.stages import KPI, ONES, RESULTS, ROWS, TREE

EVEN, ROOT = ck.profiles.Even(), ck.Recipe.of(RESULTS.targets).root


def made_by(**fields):
    return ck.Recipe(**fields).make()


def revised(targets, verb, which, by):
    return ck.revise(targets, verb, which, by=by)


CALLS = {
    "cascade": (ck.cascade, {"org": TREE, "kpis": [KPI], "goals": {"k": 12}, "periods": "p"}),
    "assign": (ck.assign, {"org": TREE, "kpis": [KPI], "table": ROWS, "periods": "p"}),
    "Targets.from_columns": (
        ck.Targets.from_columns,
        {"org": TREE, "kpis": [KPI], "columns": {"k": ONES}, "periods": "p"},
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
    "Targets.lots_of": (RESULTS.targets.lots_of, {"kpi": "k"}),
}  # fmt: skip
