"""Calls of targets judged, and of the yardsticks."""

import cascade_kpi as ck
from tests.helpers import org
from tests.wrong_arguments.stages import KPI

POSTED = ck.cascade(
    org(post=["x"] * 6, past=[None, None, 3, 4, None, 5]), [KPI], {"k": 12}, periods="p"
)
JUDGED = ck.fairness(POSTED, "past", "post")


CALLS = {
    "fairness": (
        ck.fairness,
        {"targets": POSTED, "history": "past", "peers": "post",
         "base": None, "fences": None, "measures": None, "capacity": None, "material": None},
    ),
    "Fairness.stretch": (JUDGED.stretch, {"kpi": "k"}),
    "Fairness.figures": (JUDGED.figures, {"kpi": "k", "period": None}),
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
}  # fmt: skip
