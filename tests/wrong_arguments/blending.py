"""Calls of totals that carry those above."""

import cascade_kpi as ck
from tests.wrong_arguments.stages import GAPS, GRADED

CALLS = {
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
}  # fmt: skip
