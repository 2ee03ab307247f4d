"""Rules about raters, tried before they are used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._answers import OddAnswer, ask, odd_answers
from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import is_a
from cascade_kpi.errors import Fault
from cascade_kpi.rating.audiences import Audience
from cascade_kpi.rating.raters import Raters
from cascade_kpi.rating.trims import Trim
from cascade_kpi.rating.weightings import Weighting

__all__ = ["ask_audience", "ask_trim", "ask_weighting", "odd_audience", "odd_rules"]

_GREATEST = 1e12
COUNTS = np.repeat([1, 2, 3, 4, 5, 7, 10, 40], [1, 2, 3, 4, 5, 7, 10, 40]).astype(np.int64)
RANKS = np.concatenate([np.arange(n) for n in (1, 2, 3, 4, 5, 7, 10, 40)])


def ask_trim(rule: Trim, ranks: IntArray, counts: IntArray) -> NDArray[np.bool_]:
    """What a trimming answers: one truth value a rating.

    Raises
    ------
    OddAnswer
    """
    answer: NDArray[np.bool_] = ask("it", rule, ranks, counts, dtype=bool)
    return answer


def ask_weighting(rule: Weighting, relations: tuple[str, ...], counts: IntArray) -> FloatArray:
    """What a weighting answers, once it is found to be a weight each.

    Raises
    ------
    OddAnswer
    """
    answer: FloatArray = ask("it", rule, relations, counts)
    if not ((answer >= 0) & (answer <= _GREATEST)).all():
        raise OddAnswer("it answers a weight that is not from 0 to 1e12")
    return answer


def ask_audience(rule: Audience, relations: tuple[str, ...]) -> IntArray:
    """What an audience answers, once it is found to be a number each.

    Raises
    ------
    OddAnswer
    """
    answer: IntArray = ask("it", rule, relations, dtype=np.int64, shape=(len(relations),))
    if (answer < 0).any():
        raise OddAnswer("it answers a negative number")
    return answer


def odd_audience(audience: object, relations: tuple[str, ...]) -> list[Fault]:
    """The faults of what is to be an audience."""
    if not is_a(audience, Audience):
        repair = "use rating.Ratee(3) or rating.Office()"
        return [Fault("audience", "no audience", repair, value=audience)]
    rule: Audience = audience  # type: ignore[assignment]  # is_a has told
    repair = "mend it; testing.check_audience tells more"
    return odd_answers("audience", "audience", rule, lambda: ask_audience(rule, relations), repair)


def _kept(rule: Trim) -> None:
    kept = ask_trim(rule, RANKS, COUNTS)
    if not all(kept[np.equal(COUNTS, n)].any() for n in set(COUNTS.tolist())):
        raise OddAnswer("it leaves nothing of some relation")


def odd_rules(by: Raters, relations: tuple[str, ...]) -> list[Fault]:
    """The faults of rules that answer oddly when they are tried."""
    counts = np.arange(3 * len(relations), dtype=np.int64).reshape(3, len(relations)) % 4
    repair = "mend it; testing.check_{} tells more"
    faults = odd_answers("raters", "trim", by.trim, lambda: _kept(by.trim), repair.format("trim"))
    return faults + odd_answers(
        "raters", "weights", by.weights,
        lambda: ask_weighting(by.weights, relations, counts), repair.format("weighting"),
    )  # fmt: skip
