"""Calls of KPIs, their rules, periods and lots."""

import cascade_kpi as ck
from tests.wrong_arguments.stages import KPI, RESULTS

CALLS = {
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
    "OnTarget": (ck.directions.OnTarget, {"band": 1}),
    "Ratio": (ck.aggregates.Ratio, {"scale": 1}),
    "Last": (ck.aggregates.Last, {"of": ck.aggregates.Sum()}),
    "ProRata": (ck.splits.ProRata, {"driver": "x"}),
    "FixedShares": (ck.splits.FixedShares, {"column": "x"}),
    "Missing.named": (ck.Missing.named, {"policy": "zero"}),
}  # fmt: skip
