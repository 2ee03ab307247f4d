"""Calls of sweeps, of weightings and of variants."""

import numpy as np

import cascade_kpi as ck
from tests.wrong_arguments.stages import GRADED

CARD = ck.Scorecard(
    [ck.Item("k"), ck.Item("k", named="l")], {"k": 60, "l": 40}, grades=GRADED.scorecard.grades
)
WEIGHTS = {"k": 60, "l": 40}
SWEPT = ck.sweep(GRADED, ck.Variants({"base": CARD}))


CALLS = {
    "sweep": (ck.sweep, {"scores": GRADED, "over": ck.Variants({"base": CARD})}),
    "Sweep.share": (SWEPT.share, {"grade": GRADED.grades[0]}),
    "Sweep.totals": (SWEPT.totals, {"k": 0}),
    "Sweep.card": (SWEPT.card, {"k": 0}),
    "Sweep.ranks": (SWEPT.ranks, {"among": np.array([0])}),
    "Weightings": (ck.Weightings, {"items": ["k"], "values": [[1]], "names": ["a"]}),
    "Weightings.around": (ck.Weightings.around, {"weights": WEIGHTS, "share": 0.2}),
    "Weightings.drawn": (
        ck.Weightings.drawn, {"weights": WEIGHTS, "count": 2, "seed": 0, "concentration": 50},
    ),
    "Weightings.from_table": (
        ck.Weightings.from_table,
        {"table": {"name": ["a"], "k": [1]}, "named": "name", "name": "weightings"},
    ),
    "Variants": (ck.Variants, {"cards": {"base": CARD}, "settings": {"k.curve.floor": (0.0,)}}),
    "Variants.grid": (ck.Variants.grid, {"card": CARD, "settings": {"k.curve.cap": [120]}}),
    "Variants.grid, a curve": (
        lambda curve: ck.Variants.grid(CARD, {"k.curve": [curve]}), {"curve": CARD.items[0].curve},
    ),
    "Variants.grid, a field": (
        lambda cap: ck.Variants.grid(CARD, {"k.curve.cap": [cap]}), {"cap": 120},
    ),
    "Variants.grid, a position": (
        lambda row: ck.Variants.grid(CARD, {f"total.parts.{row}": [CARD.items[0]]}), {"row": 0},
    ),
    "Variants.grid, a weight": (
        lambda weight: ck.Variants.grid(CARD, {"k.weight": [weight]}), {"weight": 1},
    ),
    "Variants.around": (ck.Variants.around, {"card": CARD, "share": 0.2}),
}  # fmt: skip
