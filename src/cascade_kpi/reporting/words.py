"""Rules in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cascade_kpi.judging import yardsticks
from cascade_kpi.kpis import aggregates, directions, splits
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.missing import Missing
from cascade_kpi.reporting.wording import decimals, listed, points
from cascade_kpi.scoring import attainments
from cascade_kpi.scoring.grades import Grades

__all__ = [
    "attainment_words",
    "base_words",
    "fences_words",
    "grade_words",
    "kpi_words",
    "material_words",
    "missing_words",
]

_DIRECTIONS: dict[type, Callable[[Any, str], str]] = {
    directions.Higher: lambda _, __: "higher is better",
    directions.Lower: lambda _, __: "lower is better",
    directions.OnTarget: lambda rule, unit: f"best on target, within {rule.band:g} {unit}",
}
_AGGREGATES: dict[type, Callable[[Any], str]] = {
    aggregates.Sum: lambda _: "added up",
    aggregates.Mean: lambda _: "the mean of the reports",
    aggregates.WeightedMean: lambda _: "the mean of the reports by their weights",
    aggregates.Ratio: lambda rule: (
        "a ratio of two sums" + (f", times {rule.scale:g}" if rule.scale != 1 else "")
    ),
    aggregates.Min: lambda _: "the least report",
    aggregates.Max: lambda _: "the greatest report",
    aggregates.Last: lambda rule: f"the last period's level, {aggregate_words(rule.of)} over units",
}
_SPLITS: dict[type, Callable[[Any], str]] = {
    splits.Equal: lambda _: "goals divided equally",
    splits.Shared: lambda _: "the same target for all",
    splits.ProRata: lambda rule: f"goals divided in proportion to {rule.driver}",
    splits.FixedShares: lambda rule: f"goals divided by the shares in {rule.column}",
}
_ATTAINMENTS: dict[type, Callable[[Any], str]] = {
    attainments.Proportion: lambda rule: {
        "refuse": "result in proportion to target",
        "met": "result in proportion to target; a target of zero counts as met or not",
        "exclude": "result in proportion to target; a target of zero is left out",
    }[rule.zero],
    attainments.Progress: lambda rule: f"the way gone from {_given(rule.baseline)} to the target",
    attainments.Result: lambda _: "the result itself, in its own unit",
    attainments.Quotient: lambda rule: (
        f"result over target, or target over result where less is better, at most {rule.most:g}"
    ),
    attainments.Difference: lambda _: "how far the result is beyond its target, in its own unit",
    attainments.Improvement: lambda rule: (
        f"how much better than {_given(rule.baseline)}, as a share"
    ),
    attainments.Goalposts: lambda rule: (
        f"the way from the worst, {_given(rule.worst)}, to the best, {_given(rule.best)}"
        + (", by logarithms" if rule.scale == "logarithm" else "")
    ),
    attainments.Rounded: lambda rule: (
        f"{attainment_words(rule.of)}, rounded to {decimals(rule.decimals)}"
    ),
}
_BASES: dict[type, Callable[[Any], str]] = {
    yardsticks.Latest: lambda _: "the latest result",
    yardsticks.Average: lambda _: "the average of past results",
    yardsticks.Best: lambda _: "the best past result",
}
_FENCES: dict[type, Callable[[Any], str]] = {
    yardsticks.Deviations: lambda rule: f"{rule.times:g} spreads on either side of the median",
    yardsticks.Quartiles: lambda rule: (
        f"{rule.times:g} times the distance of the quartiles beyond them"
    ),
}
_MATERIAL: dict[type, Callable[[Any, Kpi], str]] = {
    yardsticks.OfTarget: lambda rule, _: f"{rule.share * 100:g} % of the target",
    yardsticks.Amount: lambda rule, kpi: f"{rule.amount:,g} {kpi.gap_unit}",
    yardsticks.ByKpi: lambda rule, kpi: material_words(rule.rules.get(kpi.name, rule.others), kpi),
}
_MISSING = {
    Missing.RENORMALISE: "left out, together with its weight",
    Missing.ZERO: "counted as zero, with its full weight",
    Missing.HOLD: "what needs it is absent too",
    Missing.REFUSE: "refused",
}


def _given(field: float | str) -> str:
    """A column, or the number that is the same for all."""
    return field if isinstance(field, str) else f"{field:,g}"


def _words(table: dict[type, Callable[..., str]], rule: object, *more: object) -> str:
    known = table.get(type(rule))
    return repr(rule) if known is None else known(rule, *more)  # a user's own rule


def aggregate_words(rule: object) -> str:
    """How reports combine."""
    return _words(_AGGREGATES, rule)


def split_words(rule: object) -> str:
    """How goals are handed down, also by splits made of others."""
    known = {
        "Grown": lambda r: f"goals divided in proportion to {r.driver}, grown by {r.growth}",
        "Blend": lambda r: (
            "goals divided by a blend: "
            + listed([f"{part.weight:g} × {split_words(part.split)}" for part in r.parts])
        ),
        "Threshold": lambda r: f"{split_words(r.split)}, shares below {100 * r.share:g} % left out",
        "Within": lambda r: ", ".join(
            [
                split_words(r.split),
                *(
                    f"{what} {_limit_words(limit)}"
                    for what, limit in (("at least", r.floor), ("at most", r.cap))
                    if limit is not None
                ),
            ]
        ),
        "Over": lambda r: (
            f"{split_words(r.split)}, with a margin below {', '.join(r.margins_of_kinds)}"
        ),
    }
    known["Rates"] = lambda r: (
        f"every unit's own target, {_pace_words(r.pace)}, from its base in "
        f"{r.base if isinstance(r.base, str) else listed(r.base)} at its volume in {r.volume}"
    )
    made = known.get(type(rule).__name__)
    if made is not None and type(rule).__module__.startswith("cascade_kpi."):
        return made(rule)
    return _words(_SPLITS, rule)


def _pace_words(rule: object) -> str:
    """How far the units of a ratio move, also by paces made of others."""

    def mark(benchmark: object) -> str:
        return f"{benchmark:,g}" if isinstance(benchmark, float) else _mark_words(benchmark)

    known: dict[str, Callable[[Any], str]] = {
        "Uniform": lambda _: "by the same points",
        "Towards": lambda r: f"towards {mark(r.benchmark)}",
        "UpTo": lambda r: f"towards {mark(r.benchmark)} and not past it",
        "Mixed": lambda r: listed(
            [f"{part.weight:g} × {_pace_words(part.pace)}" for part in r.parts]
        ),
        "Bounded": lambda r: ", ".join(
            [
                _pace_words(r.pace),
                *(
                    f"{what} {_limit_words(limit)}"
                    for what, limit in (
                        ("by points of at most", r.points),
                        ("not below", r.low),
                        ("not above", r.high),
                    )
                    if limit is not None
                ),
            ]
        ),
    }
    made = known.get(type(rule).__name__)
    if made is not None and type(rule).__module__.startswith("cascade_kpi."):
        return made(rule)
    return f"by {rule!r}"


def _mark_words(benchmark: object) -> str:
    return "the best" if benchmark == "best" else _limit_words(benchmark)


def _limit_words(limit: Any) -> str:
    if isinstance(limit, splits.Amount):
        return f"{limit.amount:,g}"
    if isinstance(limit, splits.Times):
        return limit.column if limit.factor == 1 else f"{limit.factor:g} × {limit.column}"
    return repr(limit)


def base_words(rule: object) -> str:
    """What of the past a target is set against."""
    return _words(_BASES, rule)


def fences_words(rule: object) -> str:
    """Where the fences of peers stand."""
    return _words(_FENCES, rule)


def material_words(rule: object, kpi: Kpi) -> str:
    """From which difference on a target of a KPI is told."""
    return _words(_MATERIAL, rule, kpi)


def kpi_words(kpi: Kpi) -> str:
    """Direction, aggregate and split of a KPI."""
    parts = [_words(_DIRECTIONS, kpi.better, kpi.unit), aggregate_words(kpi.aggregate)]
    return "; ".join([*parts, split_words(kpi.split)])


def attainment_words(rule: object) -> str:
    """What a curve is read at."""
    return _words(_ATTAINMENTS, rule)


def missing_words(policy: Missing) -> str:
    """What becomes of what is absent."""
    return f"{policy.value}: {_MISSING[policy]}"


def grade_words(grades: Grades) -> list[tuple[str, str]]:
    """(grade, the totals it holds), best first."""

    def edge(value: float) -> str:
        return points(value, grades.decimals)

    told = []
    for band in grades.bands:
        low = "" if band.low is None else f"from {edge(band.low)}"
        high = "" if band.high is None else f"below {edge(band.high)}"
        told.append((band.label, " ".join(filter(None, (low, high))) or "every total"))
    return told
