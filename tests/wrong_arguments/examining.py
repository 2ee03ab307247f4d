"""Calls of a scorecard that is examined."""

import cascade_kpi as ck
from tests.wrong_arguments.stages import CARD, RESULTS

CALLS = {
    "examine": (
        ck.examine, {"card": CARD, "of": RESULTS, "within": {"k": (0, 2)}, "step": 0.02},
    ),
    "examine with ratings": (ck.examine, {"card": CARD, "of": RESULTS, "ratings": None}),
    "Examination.on": (ck.examine(CARD, RESULTS).on, {"results": RESULTS, "ratings": None}),
    "Examination.profile": (ck.examine(CARD, RESULTS).profile, {"item": "k"}),
    "Examination.in_units": (ck.examine(CARD, RESULTS).in_units, {"item": "k", "target": 2.0}),
    "Examination.gains": (ck.examine(CARD, RESULTS).gains, {"name": "k"}),
}  # fmt: skip
