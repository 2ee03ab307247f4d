"""Calls of explanations and reports."""

import cascade_kpi as ck
from tests.wrong_arguments.stages import GAPS, PLAN, shown

CALLS = {
    "Lights": (ck.Lights, {"amber": 0.5, "green": 1}),
    "Lights()": (ck.Lights(), {"attainment": 1.0}),
    "Limits": (ck.Limits, {"nodes": 1, "names": 1}),
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
}  # fmt: skip
