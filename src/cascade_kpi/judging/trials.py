"""Rules that judge, tried before they judge."""

from __future__ import annotations

import numpy as np

from cascade_kpi._answers import OddAnswer, ask, numbers, odd_answers
from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault
from cascade_kpi.judging.groups import Groups
from cascade_kpi.judging.yardsticks import Base, Fences, Material, Measure, Yardstick
from cascade_kpi.kpis.directions import Direction, Higher
from cascade_kpi.kpis.kpi import Kpi, Kpis

__all__ = ["ask_base", "ask_fences", "ask_material", "ask_measure", "odd_rules"]

_PAST = np.array([[80.0, np.nan, -4.0, np.nan, 0.0], [100.0, 90.0, 5.0, np.nan, 3.0]])
_TARGET = np.array([110.0, 80.0, -3.0, 5.0, np.nan])
_VALUES = np.array([0.1, 0.2, -0.1, 0.15, 0.12, 3.0, 0.5, 0.5, 0.5, 0.7])
_CODES = np.array([0, 0, 0, 0, 0, 0, 2, 2, 2, 3])


def ask_base(rule: Base, past: FloatArray, target: FloatArray, better: Direction) -> FloatArray:
    """What a base answers, once it is found to be one finite or absent number a node.

    Raises
    ------
    OddAnswer
    """
    answer: FloatArray = ask("it", rule, past, target, better, shape=target.shape)
    if np.isinf(answer).any():
        raise OddAnswer("it answers infinity")
    odd = np.isnan(past).all(axis=0) & ~np.isnan(answer)
    if odd.any():
        raise OddAnswer(f"it answers {answer[odd][0]} where there is no past")
    return answer


def ask_measure(rule: Measure, more: FloatArray, base: FloatArray) -> FloatArray:
    """What a measure answers, once it is found to be nowhere infinite.

    Raises
    ------
    OddAnswer
    """
    return numbers("it", rule, more, base)


def ask_fences(rule: Fences, groups: Groups) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What fences answer, once they are found to enclose something.

    Raises
    ------
    OddAnswer
    """
    try:
        answer = rule(groups)
    except Exception as error:
        raise OddAnswer(f"it raises {type(error).__name__}: {error!s:.80}") from error
    shape = groups.medians.shape
    if not isinstance(answer, tuple) or len(answer) != 3:
        raise OddAnswer("it does not answer a lower fence, an upper fence and a spread")
    for what, each in zip(("lower fence", "upper fence", "spread"), answer, strict=True):
        if not isinstance(each, np.ndarray) or each.shape != shape or each.dtype != np.float64:
            raise OddAnswer(f"its {what} is not one float a group")
        if not np.isfinite(each).all():
            raise OddAnswer(f"its {what} is not finite")
    low, high, spread = answer
    if (low > high).any():
        raise OddAnswer("a lower fence lies above the upper")
    if (spread < 0).any():
        raise OddAnswer("a spread is negative")
    return low, high, spread


def ask_material(rule: Material, target: FloatArray, kpi: Kpi) -> FloatArray:
    """What is material, once it is found to be zero or more wherever there is a target.

    Raises
    ------
    OddAnswer
    """
    answer: FloatArray = ask("it", rule, target, kpi, shape=target.shape)
    there = ~np.isnan(target)
    if not np.isfinite(answer[there]).all():
        raise OddAnswer("it answers no number where there is a target")
    if (answer[there] < 0).any():
        raise OddAnswer("it answers less than zero")
    if not np.isnan(answer[~there]).all():
        raise OddAnswer("it answers a number where there is no target")
    return answer


def odd_rules(by: Yardstick, kpis: Kpis) -> list[Fault]:
    """The faults of rules that answer oddly when they are tried."""

    def repair(check: str) -> str:
        return f"mend it; testing.{check} tells more"

    faults = odd_answers(
        "yardstick",
        "base",
        by.base,
        lambda: ask_base(by.base, _PAST, _TARGET, Higher()),
        repair("check_base"),
    )
    faults += odd_answers(
        "yardstick",
        "fences",
        by.fences,
        lambda: ask_fences(by.fences, Groups.of(_VALUES, _CODES)),
        repair("check_fences"),
    )
    for kpi in kpis:
        faults += odd_answers(
            "yardstick",
            f"material of {kpi.name}",
            by.material,
            lambda kpi=kpi: ask_material(by.material, _TARGET, kpi),  # type: ignore[misc]  # no type is inferred of a default
            repair("check_material"),
        )
        rule = by.measures.get(kpi.name)
        if rule is not None:
            faults += odd_answers(
                "yardstick",
                f"measures of {kpi.name}",
                rule,
                lambda rule=rule: ask_measure(rule, _TARGET - 100.0, _TARGET),  # type: ignore[misc]  # no type is inferred of a default
                repair("check_measure"),
            )
    return faults
