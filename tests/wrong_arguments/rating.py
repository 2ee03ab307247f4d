"""Calls of ratings, who sees them, and how far they agree."""

import cascade_kpi as ck
from cascade_kpi import rating
from tests.wrong_arguments.stages import TREE

RATED = ck.Ratings.from_table(
    {"node": ["ann"] * 2, "rater": ["east", "bob"], "relation": ["manager", "peer"],
     "item": ["i"] * 2, "value": [4, 5]},
    TREE, scale=rating.Scale(1, 5), periods="p",
)  # fmt: skip
RATERS = rating.Raters({"manager": 1, "peer": 1})
AGREED = ck.consolidate(RATED, RATERS)


CALLS = {
    "Ratings": (
        ck.Ratings.from_table,
        {"table": RATED.table(), "org": TREE, "scale": rating.Scale(1, 5), "items": ["i"],
         "periods": "p", "own": "self", "outside": ("x",), "name": "n"},
    ),
    "Ratings.only": (RATED.only, {"item": "i", "relation": "peer", "period": "p"}),
    "Scale": (rating.Scale, {"low": 1, "high": 5, "step": 1}),
    "Survey": (
        rating.Survey,
        {"items": ["a"], "scales": [rating.Scale(1, 5)], "own": "self", "outside": ["x"]},
    ),
    "Raters": (
        rating.Raters,
        {"weights": {"peer": 1}, "least": {"peer": 3}, "trim": rating.Drop(1),
         "missing": "hold", "items": {"i": 1}},
    ),
    "consolidate": (
        ck.consolidate, {"ratings": RATED, "raters": RATERS, "audience": rating.Office()},
    ),
    "Consolidated.of": (AGREED.of, {"item": "i"}),
    "Consolidated.shown": (AGREED.shown, {"item": "i"}),
    "Consolidated.by_relation": (AGREED.by_relation, {"item": "i"}),
    "Consolidated.seen_by": (AGREED.seen_by, {"audience": rating.Ratee()}),
    "ByRelation": (rating.ByRelation, {"weights": {"peer": 1}}),
    "HandedTo": (rating.HandedTo, {"heir": "peer", "weights": {"peer": 1}}),
    "Drop": (rating.Drop, {"low": 1, "high": 1, "leave": 1}),
    "DropShare": (rating.DropShare, {"share": 0.1, "leave": 1}),
    "Ratee": (rating.Ratee, {"least": 3, "named": ["self"]}),
    "Above": (rating.Above, {"levels": 1}),
    "Below": (rating.Below, {"levels": 1}),
    "InColumn": (rating.InColumn, {"column": "x"}),
    "contradictions": (
        rating.contradictions, {"ratings": RATED, "ties": {"peer": rating.Beside()}},
    ),
    "icc": (rating.icc, {"ratings": RATED, "item": "i", "confidence": 0.9}),
    "Iccs[]": (rating.icc(RATED).__getitem__, {"form": "1,1"}),
    "alpha": (rating.alpha, {"ratings": RATED, "item": "i", "metric": rating.Nominal()}),
    "rwg": (rating.rwg, {"ratings": RATED, "item": "i"}),
    "leniency": (rating.leniency, {"ratings": RATED}),
    "explain ratings": (
        ck.explain,
        {"stage": AGREED, "node": "ann", "item": "i", "period": None, "quantity": None},
    ),
}  # fmt: skip
