"""Calls of quotas, pools, sittings and calibrated grades."""

import cascade_kpi as ck
from tests.wrong_arguments.stages import GRADED

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
}  # fmt: skip
