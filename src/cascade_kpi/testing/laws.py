"""What every check has in common: the rule, its copy from JSON, and how a broken law is told."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import attrs
import numpy as np

from cascade_kpi._answers import OddAnswer, ask
from cascade_kpi._arrays import FloatArray, equal
from cascade_kpi.records import from_json, to_json

__all__ = ["NEAR", "SPREAD", "Question", "check_record", "elementwise", "law", "laws"]

SPREAD = np.array(
    [-1e9, -2.0, -1.0, -1e-9, 0.0, 1e-9, 0.5, 0.8, 0.9, 0.999999999, 1.0, 1.1, 1.2, 2.0, 1e9]
)
NEAR = 1e-9

P = ParamSpec("P")
RuleT = TypeVar("RuleT")
Question = Callable[..., Any]


def law(holds: Any, broken: str) -> None:
    """A law of the rule that is checked, and how it is broken if it does not hold."""
    if not bool(np.all(holds)):
        raise OddAnswer(broken)


def laws(
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
            law(repr(rule) == before, f"it became {rule!r} by being asked")
            again = check(copy, *args, **kwargs)
            law(equal(again, answers), "it answers otherwise than the copy of it that JSON gives")
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
    law(attrs.has(type(rule)), "it is not an attrs class")
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
    law(type(back) is type(rule), f"it came back from JSON as {back!r}")
    law(back == rule, f"it came back from JSON unequal: {back!r}")
    try:
        law(hash(back) == hash(rule), "it has another hash than its equal copy from JSON")
    except TypeError as error:
        raise OddAnswer(f"it has no hash: {error}") from error
    law(repr(back) == repr(rule), f"it came back from JSON looking like {back!r}")
    return cast("RuleT", back)


@laws
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


def elementwise(what: str, call: Question, *given: FloatArray, asked: Any = ask) -> FloatArray:
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
    law(equal(call(*frozen), answer), f"{what} depends on writing to what it is given")
    return answer
