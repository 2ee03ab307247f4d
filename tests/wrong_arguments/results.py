"""Calls of actuals and results."""

import cascade_kpi as ck
from tests.wrong_arguments.stages import KPI, ONES, RESULTS, ROWS, TREE


def what_if(node, kpi, value, period):
    return RESULTS.what_if(node, kpi, value, period=period)


CALLS = {
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
    "over_periods": (ck.over_periods, {"results": RESULTS, "label": "2026"}),
    "Results.what_if": (what_if, {"node": "ann", "kpi": "k", "value": 1.0, "period": None}),
    "Results.coverage": (RESULTS.coverage, {"kpi": "k"}),
}  # fmt: skip
