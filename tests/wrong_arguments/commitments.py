"""Calls of reconciliations, negotiations and their rules."""

from datetime import date

import cascade_kpi as ck
from tests.wrong_arguments.stages import RESULTS, ROWS

CALLS = {
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
}  # fmt: skip
