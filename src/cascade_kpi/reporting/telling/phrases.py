"""The phrases that every language has, and what each is about."""

from __future__ import annotations

__all__ = ["FIELDS"]

FIELDS: dict[str, tuple[str, ...]] = {
    # the total and its grade
    "root": (),
    "total": ("who", "period", "total"),
    "total_absent": ("who", "period"),
    "total_withheld": ("who", "period"),
    "graded": ("grade",),
    "graded_rounded": ("grade", "rounded", "decimals"),
    "next_grade": ("grade", "edge", "more"),
    "highest_grade": (),
    # blended and multiplied totals
    "blended": ("parts",),
    "blend_own": ("share", "own", "brings"),
    "blend_part": ("unit", "share", "total", "brings"),
    "bounded": ("rule", "change", "after"),
    "coefficient": ("who", "period", "coefficient"),
    "multiplied": ("own", "unit", "unit_grade", "coefficient", "product"),
    "multiplied_own": ("own", "grade", "unit", "unit_grade", "coefficient", "product"),
    "not_multiplied": ("who", "period"),
    "calibrated": ("scored", "grade"),
    "decided": ("scored", "grade"),
    "own_total": (),
    # totals over stints
    "over_stints": ("parts",),
    "stint_part": ("stint", "total", "weight"),
    "stint": ("post", "start", "end"),
    "stint_opens": ("stint",),
    "stints_left_out": ("stints",),
    "stint_left_out": ("stint", "why"),
    "nothing_to_score": (),
    "too_few_days": ("days", "least"),
    "no_day_counts": (),
    "post_without_weight": (),
    # sections
    "section": ("section", "how", "parts"),
    "part_weighed": ("part", "weight"),
    "part_alone": ("part",),
    "not_scored": ("section",),
    "section_withheld": ("section",),
    "nothing_there": ("section",),
    "held": ("section", "policy"),
    "together": ("section", "value"),
    # items
    "item": ("item", "period", "result", "target"),
    "no_result": ("item", "period", "target"),
    "no_target": ("item", "period", "result"),
    "neither": ("item", "period"),
    "attained": ("attained",),
    "attained_by": ("attained", "rule"),
    "apart": ("difference",),
    "rated": ("item", "period", "score"),
    "not_rated": ("item", "period"),
    "relations": ("means",),
    "relation_mean": ("relation", "mean"),
    "relation_hidden": ("relation",),
    "withheld": ("item",),
    "own_rule": ("item", "rule", "points"),
    "scored": ("curve", "points"),
    "unscored": ("item",),
    "beside": ("section",),
    # what counts, and how much
    "gated": ("when", "most", "before", "after"),
    "left_out": ("policy",),
    "filled": ("policy", "points"),
    "contributes": ("points", "effective", "contribution", "section"),
    "adds": ("contribution", "section"),
    # after the parts are combined
    "stepped": ("rule", "change", "after"),
    "idle": ("rule",),
    "vetoed": ("when", "most", "change", "after"),
    "spared": ("when", "most"),
    "gate_open": ("when", "most"),
    # the end
    "lost_most": ("items",),
    "loss": ("item", "lost"),
    "no_loss": (),
    "shown": ("decimals",),
    # pieces of curves without words of their own
    "piece_at": ("x", "y"),
    "piece_below": ("x",),
    "piece_above": ("x",),
    "piece_level": ("x0", "x1", "y"),
    "piece_line": ("x0", "y0", "x1", "y1"),
    "piece_curve": ("x0", "y0", "x1", "y1"),
}
"""Name of each phrase to the fields that it may use."""
