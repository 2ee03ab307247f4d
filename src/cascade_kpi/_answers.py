"""What a rule answers when it is called, and what is odd about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, equal
from cascade_kpi.errors import Fault, InputError

__all__ = ["OddAnswer", "ask", "every_number", "finite", "first_overflow", "numbers", "odd_answers"]

_SHOWN = 80


class OddAnswer(Exception):  # noqa: N818  # it is an answer, told by the one who asked
    """What a rule answered and should not have; its text goes on from the rule's name."""


def ask(
    what: str,
    call: Callable[..., Any],
    *given: Any,
    dtype: type = np.float64,
    shape: tuple[int, ...] | None = None,
) -> Any:
    """A rule's answer, once it is found to be an array.

    Parameters
    ----------
    what : str
        What the call is, for the message: ``"its curve"``.
    call : callable
        Gets copies of what is given.
    *given : arrays, and whatever else the call takes
    dtype, shape
        Of the answer; by default the shape of the arrays that are given.

    Raises
    ------
    OddAnswer
        If it raises, answers anything else, or writes to what it is given.
    """
    arrays = [each for each in given if isinstance(each, np.ndarray)]
    handed = [each.copy() if isinstance(each, np.ndarray) else each for each in given]
    try:
        with np.errstate(all="ignore"):
            answer = call(*handed)
    except (InputError, OddAnswer):  # it has told its own faults
        raise
    except Exception as error:
        raise OddAnswer(f"{what} raises {type(error).__name__}: {error!s:.{_SHOWN}}") from error
    wanted = np.broadcast_shapes(*(each.shape for each in arrays)) if shape is None else shape
    if not isinstance(answer, np.ndarray):
        raise OddAnswer(f"{what} answers {answer!r:.{_SHOWN}}, which is no array")
    if isinstance(answer, np.ma.MaskedArray):
        raise OddAnswer(f"{what} answers a masked array; NaN stands for what is absent")
    if answer.shape != wanted:
        raise OddAnswer(f"{what} answers shape {answer.shape}, not {wanted}")
    if answer.dtype != dtype:
        raise OddAnswer(f"{what} answers {answer.dtype}, not {np.dtype(dtype)}")
    touched = [each for each in handed if isinstance(each, np.ndarray)]
    if not all(map(equal, touched, arrays)):
        raise OddAnswer(f"{what} writes to what it is given")
    return answer


def numbers(what: str, call: Callable[..., Any], *given: Any) -> FloatArray:
    """The same for numbers: NaN where an array it is asked about is, infinite nowhere.

    Raises
    ------
    OddAnswer
    """
    answer: FloatArray = ask(what, call, *given)
    _refuse(np.isinf(answer) | _any_absent(answer, given) & ~np.isnan(answer), what, answer, given)
    return answer


def every_number(what: str, call: Callable[..., Any], *given: Any) -> FloatArray:
    """The same for calls that have an answer to everything: NaN only where they are given it.

    Raises
    ------
    OddAnswer
    """
    answer = numbers(what, call, *given)
    _refuse(np.isnan(answer) & ~_any_absent(answer, given), what, answer, given)
    return answer


def finite(call: Callable[..., FloatArray], *given: FloatArray) -> FloatArray | None:
    """What an elementwise call answers, None if any of it is too large for a float.

    An overflow on the way counts, also where a cap or a quotient would hide it.
    """
    with np.errstate(over="raise"):
        try:
            answer = call(*given)
        except FloatingPointError:
            return None
    return None if np.isinf(answer).any() else answer


def first_overflow(call: Callable[..., FloatArray], *given: FloatArray) -> int:
    """Where the first of some arrays (m,) holds what is too large for an elementwise call."""
    begin, end = 0, len(given[0])
    while end - begin > 1:
        middle = (begin + end) // 2
        half = (each[begin:middle] if each.ndim else each for each in given)
        begin, end = (begin, middle) if finite(call, *half) is None else (middle, end)
    return begin


def _any_absent(answer: FloatArray, given: tuple[Any, ...]) -> NDArray[np.bool_]:
    absent = np.zeros(answer.shape, dtype=bool)
    for each in given:
        if np.shape(each) == answer.shape:
            absent |= np.isnan(each)
    return absent


def _refuse(odd: NDArray[np.bool_], what: str, answer: FloatArray, given: tuple[Any, ...]) -> None:
    if odd.any():
        at = tuple(np.argwhere(odd)[0])
        to = [f"{each[at]!s}" for each in given if np.shape(each) == answer.shape]
        raise OddAnswer(f"{what} answers {answer[at]!s} to {', '.join(to)}".replace("nan", "NaN"))


def odd_answers(
    source: str, column: str, rule: object, tried: Callable[[], object], repair: str
) -> list[Fault]:
    """The faults of a rule that answers oddly when it is tried; none if it does not.

    Parameters
    ----------
    source, column, rule, repair
        Of the fault.
    tried : callable
        Asks the rule what it is to be asked.
    """
    try:
        tried()
    except OddAnswer as odd:
        return [Fault(source, str(odd), repair, column=column, value=rule)]
    except InputError as error:
        return list(error.faults)
    return []
