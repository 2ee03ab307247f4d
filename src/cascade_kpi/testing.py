"""Laws that every rule keeps, for the tests of packages that bring their own.

Each ``check_…`` tries a rule on fixed samples and raises AssertionError with
what it did when the rule breaks a law. The library's own rules are held to the
same laws. Nothing beyond the library is needed; hypothesis tests may call the
checks with rules they have drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import attrs
import numpy as np

from cascade_kpi._arrays import FloatArray, equal
from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.kpis.aggregates import Aggregate
from cascade_kpi.kpis.directions import Direction, Higher
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.splits import Split
from cascade_kpi.org.rollup import fold_children, fold_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.plan.conditions import Condition
from cascade_kpi.records import from_json, to_json
from cascade_kpi.scoring.attainments import Attainment
from cascade_kpi.scoring.curves import Curve
from cascade_kpi.targets.cascade import cascade

__all__ = [
    "check_aggregate",
    "check_attainment",
    "check_condition",
    "check_curve",
    "check_direction",
    "check_record",
    "check_split",
]

_SPREAD = np.array(
    [-1e9, -2.0, -1.0, -1e-9, 0.0, 1e-9, 0.5, 0.8, 0.9, 0.999999999, 1.0, 1.1, 1.2, 2.0, 1e9]
)
_NEAR = 1e-9


def _law(holds: Any, rule: object, broken: str) -> None:
    if not bool(holds):
        raise AssertionError(f"{rule!r} {broken}")


def check_record(rule: object) -> None:
    """A rule is a frozen value that writes to JSON and reads back equal.

    Raises
    ------
    AssertionError
        If it is not a frozen attrs object, is not equal to its own copy, has
        no hash, or does not come back equal from JSON.

    Examples
    --------
    >>> from cascade_kpi import curves
    >>> check_record(curves.Linear(cap=120))
    """
    _law(attrs.has(type(rule)), rule, "is not an attrs class")
    for name in attrs.fields_dict(cast("type[attrs.AttrsInstance]", type(rule))):
        try:
            setattr(rule, name, getattr(rule, name))
        except attrs.exceptions.FrozenInstanceError:
            continue
        raise AssertionError(f"{rule!r} is not frozen: {name} can be set")
    back = from_json(to_json(rule))
    _law(type(back) is type(rule), rule, f"came back from JSON as {back!r}")
    _law(back == rule, rule, f"came back from JSON unequal: {back!r}")
    _law(hash(back) == hash(rule), rule, "has another hash when it is equal")
    _law(repr(back) == repr(rule), rule, f"came back from JSON looking like {back!r}")


def _check_elementwise(
    rule: object, call: Callable[[FloatArray], FloatArray], samples: FloatArray
) -> None:
    """Shape kept, NaN in and only NaN in is NaN out, one element at a time, pure."""
    given = np.r_[samples, np.nan]
    given.setflags(write=False)
    answer = np.asarray(call(given))
    _law(answer.shape == given.shape, rule, f"answers shape {answer.shape} to {given.shape}")
    _law(answer.dtype == np.float64, rule, f"answers {answer.dtype}, not float64")
    _law(np.isnan(answer[-1]), rule, f"answers {answer[-1]} to NaN")
    finite = np.isfinite(answer[:-1])
    _law(finite.all(), rule, f"answers {answer[:-1][~finite]} to {samples[~finite]}")
    _law(equal(np.asarray(call(given)), answer), rule, "answers another time with other bits")
    for i, value in enumerate(given):
        alone = np.asarray(call(np.array([value])))
        _law(
            equal(alone, answer[i : i + 1]),
            rule,
            f"answers {alone} to {value} alone, {answer[i]} among others",
        )
    square = np.asarray(call(given[:4].reshape(2, 2)))
    _law(equal(square, answer[:4].reshape(2, 2)), rule, "depends on the shape of what it is given")
    _law(np.asarray(call(given[:0])).shape == (0,), rule, "does not take an empty array")


def check_curve(curve: Curve, *, samples: FloatArray | None = None) -> None:
    """A curve is elementwise, pure, finite, and keeps NaN; and is a record.

    Parameters
    ----------
    curve : Curve
    samples : float64 array (m,), optional
        Attainments to try beside the usual ones, at least four in all.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import curves
    >>> check_curve(curves.Piecewise([(0.8, 0), (1.0, 100)]))
    """
    tried = _SPREAD if samples is None else np.r_[_SPREAD, samples]
    _check_elementwise(curve, curve, tried)
    check_record(curve)


def _shuffled(org: OrgTree) -> OrgTree:
    """The same tree from its rows in another order."""
    order = np.random.default_rng(7).permutation(len(org))
    parents = [org.ids[p] if p >= 0 else None for p in org.parent.tolist()]
    ids = org.ids.tolist()
    table: dict[str, Any] = {
        "id": [ids[i] for i in order],
        "parent": [parents[i] for i in order],
        "kind": org.kinds[order],
        "label": org.labels[order],
    }
    columns = {f"column {name}": values[order] for name, values in org.columns.items()}
    made = OrgTree.from_table({**table, **columns}, kind="kind", label="label", roots="many")
    plain = {name.removeprefix("column "): values for name, values in made.columns.items()}
    return attrs.evolve(made, columns=plain)


def check_split(split: Split, org: OrgTree, *, goal: float = 1_000.0) -> None:
    """A split answers for every node, whatever the order of rows, and conserves.

    Parameters
    ----------
    split : Split
    org : OrgTree
        A tree with the columns that it needs and one root.
    goal : float
        A whole number to hand down from the root.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import splits
    >>> org = OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> check_split(splits.Equal(), org)
    """
    answer = np.asarray(split(org))
    _law(answer.shape == (len(org),), split, f"answers shape {answer.shape}, not ({len(org)},)")
    _law(answer.dtype == np.float64, split, f"answers {answer.dtype}, not float64")
    below = answer[org.parent >= 0]
    _law(np.isfinite(below).all(), split, "answers NaN or infinity below the root")
    _law(equal(np.asarray(split(org)), answer), split, "answers another time with other bits")
    other = _shuffled(org)
    _law(equal(np.asarray(split(other)), answer), split, "depends on the order of the rows")
    if split.divides:
        _law((below >= 0).all(), split, "answers negative claims")
        kpi = Kpi("goal", "units", split=split, lot=1)
        targets = cascade(org, [kpi], {"goal": goal}, periods="p").of("goal")[0]
        sums = fold_children(org.layout, targets, np.add)
        inner = ~org.is_leaf
        _law(equal(sums[inner], targets[inner]), split, "gives children that miss their parent")
    check_record(split)


def check_aggregate(aggregate: Aggregate) -> None:
    """An aggregate gives the same value however its reports are grouped.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import aggregates
    >>> check_aggregate(aggregates.Ratio(scale=100))
    """
    rng = np.random.default_rng(3)
    reports = 12
    inputs = [np.round(rng.random(reports) * 90 + 10, 2) for _ in aggregate.inputs]
    parts = [np.asarray(part, dtype=np.float64) for part in aggregate.parts(*inputs)]
    absent = aggregate.parts(*(np.array([np.nan]) for _ in aggregate.inputs))
    _law(np.isnan(absent).all(), aggregate, f"makes the parts {absent} of an absent report")
    _law(np.isnan(aggregate.finish(*absent)).all(), aggregate, "finishes absent parts to a value")
    values = []
    for span in (reports, 3, 1):  # a star, teams of three, a chain
        parent = np.r_[-1, (np.arange(reports) // span if span > 1 else np.arange(reports))]
        if span == reports:
            parent[1:] = 0
        org = OrgTree.from_table({"id": np.arange(reports + 1), "parent": _named(parent)})
        own = [np.r_[np.nan, part][org.ids.astype(int)] for part in parts]
        rolled = [fold_subtrees(org.layout, part, aggregate.combine) for part in own]
        values.append(float(np.asarray(aggregate.finish(*rolled))[0]))
    spread = max(values) - min(values)
    _law(
        spread <= _NEAR * max(1.0, abs(values[0])),
        aggregate,
        f"gives {values} for the same reports in other groups",
    )
    check_record(aggregate)


def _named(parent: np.ndarray[Any, Any]) -> list[int | None]:
    return [None if p < 0 else int(p) for p in parent]


def _against(
    call: Callable[[FloatArray, FloatArray], FloatArray], target: float
) -> Callable[[FloatArray], FloatArray]:
    return lambda actual: call(actual, np.full_like(actual, target))


def check_direction(better: Direction) -> None:
    """A direction is elementwise, never short on target, and 1 there.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import directions
    >>> check_direction(directions.Lower())
    """
    for target in (100.0, 0.5, -20.0):
        at = np.array([target])
        samples = target + np.array([-50.0, -1.0, -0.1, 0.0, 0.1, 1.0, 50.0])
        same = np.full(1, target)
        _check_elementwise(better, _against(better.shortfall, target), samples)
        _check_elementwise(better, _against(better.proportion, target), samples)
        short = better.shortfall(samples, np.full_like(samples, target))
        _law((short >= 0).all(), better, f"has a negative shortfall against {target}")
        _law((better.shortfall(at, same) == 0).all(), better, f"falls short of {target} on target")
        _law((better.proportion(at, same) == 1).all(), better, f"does not attain 1 on {target}")
        share = better.proportion(samples, np.full_like(samples, target))
        worse = np.argsort(-short, kind="stable")
        _law(
            (np.diff(share[worse][short[worse] > 0]) >= -_NEAR).all(),
            better,
            "attains more where it falls short by more",
        )
    check_record(better)


def check_attainment(rule: Attainment, *, better: Direction | None = None) -> None:
    """An attainment is elementwise and needs its result and its target.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import attainments
    >>> check_attainment(attainments.Proportion())
    """
    way = Higher() if better is None else better
    target, baseline = 100.0, 50.0

    def call(actual: FloatArray) -> FloatArray:
        full = np.full_like(actual, target)
        return rule(actual, full, way, np.full_like(actual, baseline))

    _check_elementwise(rule, call, np.array([-10.0, 0.0, 50.0, 99.0, 100.0, 101.0, 250.0]))
    refused = rule.refuses(np.array([0.0, target, np.nan]))
    _law(refused.dtype == bool and refused.shape == (3,), rule, f"refuses {refused}, not a mask")
    _law(not refused[1] and not refused[2], rule, "refuses a usual target, or an absent one")
    check_record(rule)


def check_condition(condition: Condition, gaps: Gaps, kpi: str) -> None:
    """A condition answers for every node and period, and says what it is.

    Raises
    ------
    AssertionError
        With what it did.
    """
    shape = (len(gaps.periods), len(gaps.org))
    answer = np.asarray(condition(gaps, kpi))
    _law(answer.shape == shape, condition, f"answers shape {answer.shape}, not {shape}")
    _law(answer.dtype == bool, condition, f"answers {answer.dtype}, not bool")
    _law(equal(np.asarray(condition(gaps, kpi)), answer), condition, "answers differently again")
    absent = np.isnan(gaps.of(kpi))
    _law(not answer[absent].any(), condition, "holds where there is no gap")
    words = condition.words()
    _law(isinstance(words, str) and words.strip(), condition, "has no words for itself")
    check_record(condition)
