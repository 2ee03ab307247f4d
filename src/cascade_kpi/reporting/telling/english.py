"""Totals in English sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cascade_kpi.reporting.curves import CURVES
from cascade_kpi.reporting.telling.language import Language, Say
from cascade_kpi.reporting.words import attainment_words
from cascade_kpi.scoring import attainments, combines

__all__ = ["ENGLISH"]

_PHRASES = {
    "root": "the total",
    "total": "The total of {who} for {period} is {total} points.",
    "total_absent": "{who} has no total for {period}.",
    "total_withheld": "The total of {who} for {period} is withheld: what several raters gave, "
    "and you may not see, could be computed from it.",
    "graded": "That is grade {grade}.",
    "graded_rounded": "Rounded to {decimals} decimals for grading it is {rounded}, which is "
    "grade {grade}.",
    "next_grade": "Grade {grade} begins at {edge} points, {more} more.",
    "highest_grade": "There is no higher grade.",
    "blended": "It is blended of {parts}.",
    "blend_own": "the own total of {own} at a share of {share}, which brings {brings} points",
    "blend_part": "that of {unit}, {total}, at a share of {share}, which brings {brings} points",
    "bounded": "A limit applies ({rule}): {change} points, which makes {after}.",
    "coefficient": "The coefficient of {who} for {period} is {coefficient}.",
    "multiplied": "It is the own total of {own} points times the coefficient of {unit}, "
    "{coefficient} for grade {unit_grade}, which makes {product}.",
    "multiplied_own": "It is the individual coefficient, {own} for grade {grade}, times that of "
    "{unit}, {coefficient} for grade {unit_grade}, which makes {product}.",
    "not_multiplied": "No coefficient applies to {who} for {period}.",
    "calibrated": "The total alone would be grade {scored}; calibrated by quotas it is {grade}.",
    "decided": "The total alone would be grade {scored}; a committee decided on {grade}.",
    "own_total": "The own total was made as follows.",
    "over_stints": "It is the mean of the stints that count, by days, shares and weights of "
    "posts: {parts}.",
    "stint_part": "{total} points {stint} (weighing {weight})",
    "stint": "at {post} from {start} to {end}",
    "stint_opens": "The stint {stint}:",
    "stints_left_out": "Left out: {stints}.",
    "stint_left_out": "the stint {stint} ({why})",
    "nothing_to_score": "nothing to score",
    "too_few_days": "{days} days that count there, fewer than {least}",
    "no_day_counts": "no day that counts",
    "post_without_weight": "the post weighs zero",
    "section": "To make {section}, {how}: {parts}.",
    "part_weighed": "{part} (weight {weight})",
    "part_alone": "{part}",
    "not_scored": "There are no weights for {section}, so it is not scored.",
    "section_withheld": "What {section} comes to is withheld, because a withheld rating could be "
    "computed from it.",
    "nothing_there": "Nothing in {section} has points, so it has no value.",
    "held": "Too much is absent for {section} to have a value; the policy: {policy}.",
    "together": "Put together, {section} comes to {value} points.",
    "item": "{item}: in {period} the result is {result} against a target of {target}.",
    "no_result": "{item}: no result for {period}; the target is {target}.",
    "no_target": "{item}: the result for {period} is {result}, without a target.",
    "neither": "{item}: neither a result nor a target for {period}.",
    "attained": "The attainment is {attained}.",
    "attained_by": "Read as {rule}, the attainment is {attained}.",
    "apart": "Counted as better than target, that is {difference}.",
    "rated": "{item}: for {period} the raters agreed on {score}.",
    "not_rated": "{item}: no rating that counts for {period}.",
    "relations": "By who rated: {means}.",
    "relation_mean": "{relation} {mean}",
    "relation_hidden": "{relation} not shown",
    "withheld": "{item}: the rating by several people is withheld, and so are the points.",
    "own_rule": "{item}: by a rule of its own, {rule}, it gets {points} points.",
    "scored": "The rule: {curve}. It gives {points} points.",
    "unscored": "{item} has no points.",
    "beside": "It has no weight; what it does to {section} is said there.",
    "gated": "A gate holds because {when}: no more than {most} points, so {before} become {after}.",
    "left_out": "It is absent and does not count; the policy: {policy}.",
    "filled": "It is absent; the policy, {policy}, makes it count as {points} points.",
    "contributes": "{points} points at an effective weight of {effective} contribute "
    "{contribution} points to {section}.",
    "adds": "It adds {contribution} points to {section}.",
    "stepped": "Then {rule}: {change} points, which makes {after} points.",
    "idle": "Then {rule}: nothing changes.",
    "vetoed": "A veto holds because {when}: no more than {most} points. That is {change} points, "
    "which makes {after} points.",
    "spared": "The veto (no more than {most} points if {when}) takes nothing.",
    "gate_open": "The gate (no more than {most} points if {when}) takes nothing.",
    "lost_most": "Before gates and adjustments, what lost most points of the total against "
    "everything on target: {items}.",
    "loss": "{item} {lost}",
    "no_loss": "Before gates and adjustments, no item lost points against its target.",
    "shown": "Points are shown to {decimals} decimals; sums are made before rounding.",
    "piece_at": "{y} points exactly at {x}",
    "piece_below": "the piece of the curve below {x}",
    "piece_above": "the piece of the curve above {x}",
    "piece_level": "{y} points from {x0} to {x1}",
    "piece_line": "a straight line from {y0} points at {x0} to {y1} at {x1}",
    "piece_curve": "a curve from {y0} points at {x0} to {y1} at {x1}",
}

_COMBINES: dict[type, Callable[[Any, Say], str]] = {
    combines.Mean: lambda _, __: "the weighted mean is taken of",
    combines.Geometric: lambda rule, _: (
        "the weighted geometric mean is taken"
        + (f", points counting as at least {rule.least:g}," if rule.least else "")
        + " of"
    ),
    combines.Weakest: lambda _, __: "the weakest counts of",
    combines.Sum: lambda _, __: "points are added up of",
}
_ATTAINMENTS = (
    attainments.Proportion,
    attainments.Progress,
    attainments.Quotient,
    attainments.Improvement,
    attainments.Goalposts,
    attainments.Rounded,
)


def _attained(rule: object, _: Say) -> str:
    return attainment_words(rule)


ENGLISH = Language(
    name="en",
    phrases=_PHRASES,
    curves=CURVES,
    rules={**_COMBINES, **dict.fromkeys(_ATTAINMENTS, _attained)},
)
"""English."""
