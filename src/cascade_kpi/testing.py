"""Laws that every rule keeps, for the tests of packages that bring their own.

Each ``check_…`` tries a rule on fixed samples and raises AssertionError with
the rule, the law that it breaks, what it was asked and what it answered; so it
does if the rule raises an exception of its own. The library's own rules are
held to the same laws. Nothing beyond the library is needed; hypothesis tests
may call the checks with rules they have drawn.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import attrs
import numpy as np

from cascade_kpi._answers import OddAnswer, ask, every_number, numbers
from cascade_kpi._arrays import FloatArray, equal
from cascade_kpi.analysis.gaps import Gaps
from cascade_kpi.kpis.aggregates import Aggregate, Makeup
from cascade_kpi.kpis.directions import Direction, Higher
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.splits import Split
from cascade_kpi.kpis.trials import try_aggregate, try_direction
from cascade_kpi.org.rollup import Combine, fold_children, fold_subtrees
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

P = ParamSpec("P")
RuleT = TypeVar("RuleT")
Question = Callable[..., Any]


def _law(holds: Any, broken: str) -> None:
    """A law of the rule that is checked, and how it is broken if it does not hold."""
    if not bool(np.all(holds)):
        raise OddAnswer(broken)


def _laws(
    check: Callable[Concatenate[RuleT, P], object],
) -> Callable[Concatenate[RuleT, P], None]:
    """Every check: whatever goes wrong in it is an AssertionError that names the rule.

    Every rule is a record, and two equal ones answer alike: the laws are tried
    on the rule, and on the copy of it that comes back from JSON.
    """

    @functools.wraps(check)
    def checked(rule: RuleT, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            before = repr(rule)
            answers = check(rule, *args, **kwargs)
            copy = _copy(rule)
            _law(repr(rule) == before, f"it became {rule!r} by being asked")
            again = check(copy, *args, **kwargs)
            _law(equal(again, answers), "it answers otherwise than the copy of it that JSON gives")
        except OddAnswer as odd:
            raise AssertionError(f"{_name(rule)}: {odd}") from odd.__cause__
        except Exception as error:
            told = f"it raises {type(error).__name__}: {error}"
            raise AssertionError(f"{_name(rule)}: {told}") from error

    told = inspect.signature(check).replace(return_annotation="None")
    checked.__signature__ = told  # type: ignore[attr-defined]  # for help() and the docs
    return checked


def _name(rule: object) -> str:
    try:
        return repr(rule)
    except Exception:  # noqa: BLE001  # a rule under test may break anything
        return f"<{type(rule).__name__}, whose repr fails>"


def _copy(rule: RuleT) -> RuleT:
    """The rule as it comes back from JSON, once it is found to be a frozen value."""
    _law(attrs.has(type(rule)), "it is not an attrs class")
    named = list(attrs.fields_dict(cast("type[attrs.AttrsInstance]", type(rule))))
    for name in [*named, "anything_else"]:
        try:
            setattr(rule, name, getattr(rule, name, None))
        except attrs.exceptions.FrozenInstanceError:
            continue
        except AttributeError:
            pass
        raise OddAnswer(f"it is not frozen: {name} can be set, as attrs.frozen would refuse")
    try:
        back = from_json(to_json(rule))
    except Exception as error:
        raise OddAnswer(f"it does not go through JSON: {error}") from error
    _law(type(back) is type(rule), f"it came back from JSON as {back!r}")
    _law(back == rule, f"it came back from JSON unequal: {back!r}")
    try:
        _law(hash(back) == hash(rule), "it has another hash than its equal copy from JSON")
    except TypeError as error:
        raise OddAnswer(f"it has no hash: {error}") from error
    _law(repr(back) == repr(rule), f"it came back from JSON looking like {back!r}")
    return cast("RuleT", back)


@_laws
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


def _elementwise(what: str, call: Question, *given: FloatArray, asked: Any = ask) -> FloatArray:
    """Shape kept, one element at a time, pure, in any order and number of elements.

    Returns
    -------
    The answer to what is given, arrays (m,).
    """
    answer: FloatArray = asked(what, call, *given)
    dtype = answer.dtype.type

    def among(about: str, *parts: FloatArray, wanted: Any) -> None:
        got = ask(what, call, *parts, dtype=dtype)
        if not equal(got, wanted):
            flat, want = np.ravel(got), np.ravel(wanted)
            at = int(np.flatnonzero(~((flat == want) | (flat != flat) & (want != want)))[0])
            to = ", ".join(str(np.ravel(part)[at]) for part in parts)
            told = f"{what} answers {flat[at]} to {to} {about}, {want[at]} among others"
            raise OddAnswer(told.replace("nan", "NaN"))

    among("another time", *given, wanted=answer)
    for i in range(len(given[0])):
        among("alone", *(each[i : i + 1] for each in given), wanted=answer[i : i + 1])
    among("in another order", *(each[::-1] for each in given), wanted=answer[::-1])
    among("among many", *(np.tile(each, 99) for each in given), wanted=np.tile(answer, 99))
    square = [each[:4].reshape(2, 2) for each in given]
    among("in two dimensions", *square, wanted=answer[:4].reshape(2, 2))
    among("where nothing is", *(each[:0] for each in given), wanted=answer[:0])
    for each in (frozen := [part.copy() for part in given]):
        each.setflags(write=False)
    _law(equal(call(*frozen), answer), f"{what} depends on writing to what it is given")
    return answer


@_laws
def check_curve(curve: Curve, *, samples: FloatArray | None = None) -> FloatArray:
    """A curve is elementwise, pure, finite, and keeps NaN; and is a record.

    Parameters
    ----------
    curve : Curve
    samples : float64 array (m,), optional
        Attainments to try beside the usual ones.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import curves
    >>> check_curve(curves.Piecewise([(0.8, 0), (1.0, 100)]))
    """
    tried = np.r_[_SPREAD, [] if samples is None else samples, np.nan]
    return _elementwise("it", curve, tried, asked=every_number)


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


@_laws
def check_split(split: Split, org: OrgTree, *, goal: float = 1_000.0) -> FloatArray:
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
    _law(isinstance(split.divides, bool), f"its divides is {split.divides!r}, not a truth value")
    answer: FloatArray = ask("it", split, org, shape=(len(org),))
    child = org.parent >= 0
    odd = child & (~np.isfinite(answer) | split.divides & (answer < 0))
    told = "claims are zero or more" if split.divides else "factors are finite"
    some = np.flatnonzero(odd)[:1].tolist()
    _law(not some, f"it answers {answer[some]} at {org.ids[some]}, and {told}")
    _law(equal(split(org), answer), "it answers another time with other bits")
    other = split(_shuffled(org))
    at = np.flatnonzero(child & (other != answer))[:1]
    told = f"it answers {answer[at]} at {org.ids[at]}, and {other[at]} from the rows shuffled"
    _law(not len(at), f"{told}: it depends on the order of the rows")
    if split.divides:
        kpi = Kpi("goal", "units", split=split, lot=1)
        targets = cascade(org, [kpi], {"goal": goal}, periods="p").of("goal")[0]
        sums = fold_children(org.layout, targets, np.add)
        inner = ~org.is_leaf
        _law(equal(sums[inner], targets[inner]), "it gives children that miss their parent")
    return answer


@_laws
def check_aggregate(aggregate: Aggregate) -> FloatArray:
    """An aggregate gives the same value however its reports are grouped.

    Its parts and its value are elementwise; both combinations are associative
    and skip what is absent; over units their order does not matter; and the
    value is made up of the parts as its makeup says.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import aggregates
    >>> check_aggregate(aggregates.Ratio(scale=100))
    """
    try_aggregate(aggregate)
    rng = np.random.default_rng(3)
    reports = 12
    inputs = [np.round(rng.random(reports) * 90 + 10, 2) for _ in aggregate.inputs]
    parts = aggregate.parts(*inputs)
    some = [np.r_[each, np.nan] for each in inputs]

    def part(i: int) -> Question:
        return lambda *given: aggregate.parts(*given)[i]

    for i in range(len(parts)):
        _elementwise(f"its part {i + 1}", part(i), *some, asked=numbers)
    absent = [np.r_[each, np.nan] for each in parts]
    value = _elementwise("its finish", aggregate.finish, *absent, asked=numbers)
    for what in ("combine", "along"):
        for each in parts:
            _check_combine(f"its {what}", getattr(aggregate, what), each)
    values = [_grouped(aggregate, parts, span) for span in (reports, 3, 1)]
    told = f"it gives {values} for the same reports in other groups: a star, threes, a chain"
    _law(_near(values, values[0]), told)
    _check_makeup(aggregate, parts)
    return value


def _near(a: Any, b: Any) -> bool:
    return bool(np.allclose(a, b, rtol=_NEAR, atol=_NEAR, equal_nan=True))


def _joined(combine: Combine, a: FloatArray, b: FloatArray) -> FloatArray:
    combine(a, b, out := np.empty_like(a))
    return out


def _check_combine(what: str, combine: Combine, part: FloatArray) -> None:
    """Elementwise, skipping NaN, and the same however three parts are bracketed."""
    a, b, c = part.reshape(3, -1)
    gone = np.full_like(a, np.nan)
    _elementwise(what, lambda x, y: _joined(combine, x, y), np.r_[a, a, gone], np.r_[b, gone, b])
    left = _joined(combine, _joined(combine, a, b), c)
    right = _joined(combine, a, _joined(combine, b, c))
    told = f"{what} makes {left[0]} of {a[0]}, {b[0]} first and then {c[0]}, else {right[0]}"
    _law(_near(left, right), f"{told}: it is not associative")


def _grouped(aggregate: Aggregate, parts: tuple[FloatArray, ...], span: int) -> float:
    """The value of a tree of reports, so many under each."""
    reports = len(parts[0])
    above = [0 if span == reports else i // span for i in range(reports)]
    org = OrgTree.from_table({"id": np.arange(reports + 1), "parent": [None, *above]})
    own = [np.r_[np.nan, part][org.ids.astype(int)] for part in parts]
    rolled = [fold_subtrees(org.layout, part, aggregate.combine) for part in own]
    return float(aggregate.finish(*rolled)[0])


def _check_makeup(aggregate: Aggregate, parts: tuple[FloatArray, ...]) -> None:
    """The value of two reports together is made of theirs as the makeup says."""
    one, two = [each[:6] for each in parts], [each[6:] for each in parts]
    both = [_joined(aggregate.combine, a, b) for a, b in zip(one, two, strict=True)]
    a, b, whole = (aggregate.finish(*each) for each in (one, two, both))
    told = f"its finish makes {whole[0]} of reports of {a[0]} and {b[0]}"
    if aggregate.makeup is Makeup.SUM:
        _law(_near(whole, a + b), f"{told}: its makeup is a sum, and that is none")
    elif aggregate.makeup is Makeup.EXTREME:
        _law((whole == a) | (whole == b), f"{told}: its makeup is an extreme, and that is neither")
    elif aggregate.makeup is Makeup.RATIO:
        n, d = both
        told = f"its finish makes {whole[0]} of its parts {n[0]} and {d[0]}"
        _law(_near(whole, n / d), f"{told}: its makeup is a ratio, and that is none")
        summed = _near(both, np.add(one, two))
        _law(summed, f"its combine does not add: it makes {n[0]} of {one[0][0]} and {two[0][0]}")
        nothing = aggregate.finish(np.ones(1), np.zeros(1))
        _law(np.isnan(nothing), f"its finish makes {nothing[0]} of 1 divided by 0, not NaN")


@_laws
def check_direction(better: Direction) -> tuple[FloatArray, ...]:
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
    try_direction(better)
    answers = []
    for target in (100.0, 0.5, -20.0):
        actual = target + np.array([-50.0, -1.0, -0.1, 0.0, 0.1, 1.0, 50.0])
        same = np.full_like(actual, target)
        given = np.r_[actual, np.nan, target], np.r_[same, target, np.nan]
        asked = every_number
        short = _elementwise("its shortfall", better.shortfall, *given, asked=asked)[:-2]
        share = _elementwise("its proportion", better.proportion, *given, asked=asked)[:-2]
        least, on = int(np.argmin(short)), 3
        told = f"its shortfall of {actual[least]} against {target} is {short[least]}"
        _law(short[least] >= 0, f"{told}, which is below zero")
        _law(short[on] == 0, f"it falls short of {target} by {short[on]} on target")
        _law(share[on] == 1, f"it does not attain 1 on {target}, but {share[on]}")
        worse = np.argsort(-short, kind="stable")
        worse = worse[short[worse] > 0]
        fewer = np.flatnonzero(np.diff(share[worse]) < -_NEAR)[:1]
        told = f"it attains {share[worse][fewer]} with {actual[worse][fewer]} against {target}"
        _law(not len(fewer), f"{told}: it attains more where it falls short by more")
        answers += [short, share]
    return tuple(answers)


@_laws
def check_attainment(rule: Attainment, *, better: Direction | None = None) -> FloatArray:
    """An attainment is elementwise, needs its result and its baseline, and is nowhere infinite.

    Parameters
    ----------
    rule : Attainment
    better : Direction, optional
        Of the KPI; higher is better by default.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import attainments
    >>> check_attainment(attainments.Proportion())
    """
    way, name = Higher() if better is None else better, rule.baseline
    _law(name is None or isinstance(name, str), f"its baseline is {name!r}, not a column or None")
    actual = np.array([-10.0, 0.0, 50.0, 99.0, 100.0, 101.0, 250.0, np.nan])
    given = [actual, np.full_like(actual, 100.0)]
    if name is not None:
        given.append(np.full_like(actual, 50.0))

    def call(actual: FloatArray, target: FloatArray, baseline: Any = np.array(np.nan)) -> Any:  # noqa: B008
        return rule(actual, target, way, baseline)

    answer = _elementwise("it", call, *given, asked=every_number)
    if name is not None:
        numbers("it", call, *given[:2], np.full_like(actual, np.nan))
    targets = np.array([100.0, 0.0, np.nan, -100.0, 1e-9])
    refused = _elementwise(
        "its refuses", rule.refuses, targets, asked=functools.partial(ask, dtype=np.bool_)
    )
    _law(not refused[0] and not refused[2], "it refuses a usual target of 100, or an absent one")
    for target in targets[~(refused | np.isnan(targets))]:
        numbers("it", call, given[0], np.full_like(actual, target), *given[2:])
    return answer


@_laws
def check_condition(condition: Condition, gaps: Gaps, kpi: str) -> FloatArray:
    """A condition answers for every node and period, and says what it is.

    Parameters
    ----------
    condition : Condition
    gaps : Gaps
        With reports that are absent, if the law on those is to be tried.
    kpi : str

    Raises
    ------
    AssertionError
        With what it did.
    """
    answer: FloatArray = ask(
        "it", condition, gaps, kpi, dtype=np.bool_, shape=(len(gaps.periods), len(gaps.org))
    )
    _law(equal(condition(gaps, kpi), answer), "it answers differently again")
    told = np.flatnonzero((answer & np.isnan(gaps.of(kpi))).any(axis=0))[:1]
    _law(not len(told), f"it holds at {gaps.org.ids[told]}, where there is no gap")
    words = condition.words()
    _law(isinstance(words, str) and words.strip(), f"it has no words for itself, but {words!r}")
    _law(condition.words() == words, f"it has other words for itself than {words!r} another time")
    return answer
