"""Laws of the parts of scorecards: items, ways to combine, policies, triggers, adjustments."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from zlib import crc32

import numpy as np
from attrs import Factory, frozen

from cascade_kpi._answers import ask
from cascade_kpi._arrays import FloatArray, IntArray, equal
from cascade_kpi.kpis.directions import Direction, Higher
from cascade_kpi.scoring.absences import Absence, most_items
from cascade_kpi.scoring.adjustments import Adjustment
from cascade_kpi.scoring.combines import Combine
from cascade_kpi.scoring.items import Scored
from cascade_kpi.scoring.triggers import Trigger
from cascade_kpi.scoring.trying import try_combine
from cascade_kpi.testing.laws import NEAR, law, laws

__all__ = ["check_absence", "check_adjustment", "check_combine", "check_item", "check_trigger"]

_NODES = 12
_CELLS = np.array([0.0, 0.4, 0.8, 1.0, 1.2, 3.0, 55.0, 90.0, 100.0, 130.0, -20.0])


@frozen(eq=False)
class _Sheet:
    """Numbers of some nodes under any name: a reading that a rule can be tried on.

    Attributes
    ----------
    nodes : int64 array (m,)
    absent : bool
        Nobody has any number.
    asked : set of (kind, name)
        What has been read.
    """

    nodes: IntArray
    absent: bool = False
    asked: set[tuple[str, str]] = Factory(set)

    def _numbers(self, kind: str, name: str) -> FloatArray:
        self.asked.add((kind, name))
        seed = crc32(f"{kind} {name}".encode())
        everybody = np.roll(np.r_[_CELLS, np.nan], seed % _NODES)
        return np.full(len(self.nodes), np.nan) if self.absent else everybody[self.nodes]

    def result(self, kpi: str) -> FloatArray:
        return self._numbers("result", kpi)

    def target(self, kpi: str) -> FloatArray:
        return np.where(np.isnan(self._numbers("target", kpi)), np.nan, 80.0)

    def better(self, kpi: str) -> Direction:
        return Higher()

    def column(self, name: str) -> FloatArray:
        return self._numbers("column", name)

    def rated(self, question: str) -> FloatArray:
        return self._numbers("rated", question)

    def attainment(self, item: str) -> FloatArray:
        return self._numbers("attainment", item)

    def points(self, part: str) -> FloatArray:
        return self._numbers("points", part)

    def names(self, *kinds: str) -> set[str]:
        """What was asked for of these kinds."""
        return {name for kind, name in self.asked if kind in kinds}


_EVERYBODY = np.arange(_NODES)


def _by_node(what: str, call: Callable[[_Sheet, IntArray], Any], dtype: type) -> Any:
    """The answer about everybody, once it is found to be that about each node alone."""

    def about(nodes: IntArray) -> Any:
        sheet = _Sheet(nodes)
        return ask(what, lambda _: call(sheet, nodes), np.zeros(len(nodes)), dtype=dtype)

    answer = about(_EVERYBODY)
    law(equal(about(_EVERYBODY), answer), f"{what} answers otherwise another time")
    law(equal(about(_EVERYBODY[::-1]), answer[::-1]), f"{what} depends on the order of nodes")
    for i in range(_NODES):
        alone = about(_EVERYBODY[i : i + 1])
        law(equal(alone, answer[i : i + 1]), f"{what} answers {alone[0]} of a node alone, "
            f"{answer[i]} among others")  # fmt: skip
    return answer


def _asked(call: Callable[[_Sheet], FloatArray], sheet: _Sheet, _: IntArray) -> FloatArray:
    return call(sheet)


def _words(rule: Any) -> None:
    words = rule.words()
    law(isinstance(words, str) and words.strip(), f"it has no words for itself, but {words!r}")


def _tuple_of_texts(what: str, given: Any) -> None:
    sound = isinstance(given, tuple) and all(isinstance(name, str) for name in given)
    law(sound, f"its {what} are {given!r}, not a tuple of names")


@laws
def check_trigger(trigger: Trigger) -> Any:
    """A trigger answers each node by itself, from what it says it reads; absence triggers nothing.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import triggers
    >>> check_trigger(triggers.AttainmentBelow("profit", 1.0))
    """
    _tuple_of_texts("reads", trigger.reads)
    answer = _by_node("it", lambda sheet, _: trigger(sheet), np.bool_)
    sheet = _Sheet(_EVERYBODY)
    trigger(sheet)
    unsaid = sheet.names("result", "target", "attainment", "points") - set(trigger.reads)
    law(not unsaid, f"it reads {sorted(unsaid)}, which is not among its reads")
    nobody = ask("it", lambda _: trigger(_Sheet(_EVERYBODY, absent=True)),
                 np.zeros(_NODES), dtype=np.bool_)  # fmt: skip
    law(not nobody.any(), "it holds where everything is absent")
    _words(trigger)
    return answer


@laws
def check_adjustment(step: Adjustment) -> FloatArray:
    """An adjustment answers each node by itself, from what it says it reads; absent stays absent.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import adjustments
    >>> check_adjustment(adjustments.Within(0, 120))
    """
    _tuple_of_texts("reads", step.reads)
    _tuple_of_texts("columns", step.columns)
    brings = step.brings
    law(isinstance(brings, tuple), f"it brings {brings!r}, not a tuple of parts")
    for part in brings:
        name = getattr(part, "name", None)
        law(isinstance(name, str), f"it brings {part!r}, which has no name")
    value = np.r_[np.linspace(-20.0, 140.0, _NODES - 1), np.nan]
    answer: FloatArray = _by_node("it", lambda sheet, n: step(value[n], sheet), np.float64)
    law(np.isnan(answer[-1]), f"it makes {answer[-1]} of an absent value")
    law(not np.isinf(answer).any(), "it answers an infinity")
    sheet = _Sheet(_EVERYBODY)
    step(value, sheet)
    unsaid = sheet.names("result", "target", "attainment", "points") - set(step.reads)
    unsaid |= sheet.names("column") - set(step.columns)
    law(not unsaid, f"it reads {sorted(unsaid)}, which it does not name")
    _words(step)
    return answer


@laws
def check_item(item: Scored) -> tuple[FloatArray, ...]:
    """An item has a name, and points for each node by itself from the KPIs that it names.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import Item
    >>> check_item(Item("revenue"))
    """
    law(isinstance(item.name, str) and item.name.strip(), f"its name is {item.name!r}")
    _tuple_of_texts("kpis", item.kpis)
    answers = []
    for what, call in (("its points", item.points), ("its at_target", item.at_target)):
        answer = _by_node(what, partial(_asked, call), np.float64)
        law(not np.isinf(answer).any(), f"{what} answers an infinity")
        sheet = _Sheet(_EVERYBODY)
        call(sheet)
        unsaid = sheet.names("result", "target") - set(item.kpis)
        law(not unsaid, f"{what} reads {sorted(unsaid)}, which is not among its kpis")
        answers.append(answer)
    return tuple(answers)


@laws
def check_combine(combine: Combine) -> FloatArray:
    """A way to combine leaves out what is absent, each node by itself; slopes keep their promise.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import combines
    >>> check_combine(combines.Geometric())
    """
    law(isinstance(combine.weighs, bool), f"its weighs is {combine.weighs!r}, not a truth value")
    try_combine(combine)
    first = np.array([90.0, 90.0, np.nan, np.nan, 0.0, 130.0, 50.0])
    second = np.array([60.0, np.nan, 60.0, np.nan, 120.0, 70.0, 50.0])
    weights = [30.0, 70.0]
    answer: FloatArray = ask("it", lambda *given: combine(given, weights), first, second)
    for i in range(len(first)):
        part = slice(i, i + 1)
        alone = combine([first[part], second[part]], weights)
        law(equal(alone, answer[part]), f"it answers {alone[0]} of a node alone, {answer[i]} "
            "among others")  # fmt: skip
    each = np.full(len(first), 30.0), np.full(len(first), 70.0)
    law(equal(combine([first, second], each), answer), "it answers otherwise for weights by node")
    alone = combine([first[1:2]], weights[:1])
    told = f"it is {answer[1]} where a part is absent, {alone[0]} without that part"
    law(abs(alone[0] - answer[1]) <= NEAR * max(1.0, abs(alone[0])), told)
    doubled = combine([first, second], [60.0, 140.0])
    off = np.nanmax(np.abs(doubled - answer))
    law(off <= NEAR * 130, "it answers otherwise when all weights are doubled")
    if not combine.weighs:
        law(equal(combine([first, second], [1.0, 5.0]), answer), "weights change it, and it says "
            "that it does not look at them")  # fmt: skip
    return answer


@laws
def check_absence(policy: Absence) -> FloatArray:
    """A policy changes no points that are there, fills with finite ones, and says what it does.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import absences
    >>> check_absence(absences.Neutral(100))
    """
    points = np.array([90.0, np.nan, 0.0, np.nan])
    above = np.array([70.0, 70.0, 70.0, np.nan])
    filled: FloatArray = ask("its fill", lambda *given: policy.fill(given[0], lambda: given[1]),
                             points, above)  # fmt: skip
    there = ~np.isnan(points)
    law(equal(filled[there], points[there]), "its fill changes points that are there")
    law(not np.isinf(filled).any(), "its fill answers an infinity")
    most = policy.most
    law(isinstance(most, float) and 0 <= most <= 1, f"its most is {most!r}, not a share")
    items = most_items(policy)
    law(0 <= items <= 1, f"its most_items is {items!r}, not a share")
    law(isinstance(policy.refuses, bool), f"its refuses is {policy.refuses!r}")
    _words(policy)
    return filled
