"""Scales of ratings, and stated ways from one to another: points, letters, 1 to 5."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, float_array
from cascade_kpi._fields import (
    as_number,
    as_tuple,
    is_a,
    not_numbers,
    not_texts,
    repeated,
)
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record
from cascade_kpi.scoring.grades import Grades

__all__ = ["Conversion", "Cut", "Labels", "Linear", "Lookup", "Numbers", "Scale"]


@runtime_checkable
class Scale(Protocol):
    """A scale that values lie on, and on which some are better than others."""

    def ranks(self, values: NDArray[Any]) -> FloatArray:
        """How good values are, more is better, NaN where absent.

        Raises
        ------
        InputError
            Listing what does not lie on the scale.
        """
        ...

    def samples(self) -> NDArray[Any]:
        """Some values of the scale, from the worst to the best."""
        ...


@runtime_checkable
class Conversion(Protocol):
    """A rule that takes values of one scale to another, elementwise.

    What is better stays better, or becomes the same. What is absent stays absent.
    """

    @property
    def of(self) -> Scale:
        """The scale that it reads."""
        ...

    @property
    def to(self) -> Scale:
        """The scale that it answers on."""
        ...

    def __call__(self, values: NDArray[Any]) -> NDArray[Any]:
        """The values on the other scale, of the same shape."""
        ...


@record("cascade_kpi/scales.numbers")
@frozen
class Numbers:
    """All numbers from the worst to the best: which end is which is always said.

    Parameters
    ----------
    worst, best : float
        ``Numbers(worst=1, best=5)``, or ``Numbers(worst=6, best=1)`` where 1 is best.
    """

    worst: float = field(converter=as_number, kw_only=True)
    best: float = field(converter=as_number, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = not_numbers("scale", worst=self.worst, best=self.best)
        if not faults and self.worst == self.best:
            reason, repair = "the worst is the best", "set them apart"
            faults.append(Fault("scale", reason, repair, column="best", value=self.best))
        check(faults)

    def ranks(self, values: NDArray[Any]) -> FloatArray:
        """The way from the worst, 0, to the best, 1."""
        numbers = float_array(values, "the values of a scale")
        low, high = sorted((self.worst, self.best))
        outside = (numbers < low) | (numbers > high)
        reason, repair = f"outside {low:g} to {high:g}", "correct it, or the ends of the scale"
        check([Fault("scale", reason, repair, value=v) for v in _few(numbers[outside])])
        return (numbers - self.worst) / (self.best - self.worst)

    def samples(self) -> FloatArray:
        """Eleven at equal distances."""
        return np.linspace(self.worst, self.best, 11)


def _characters(labels: Iterable[str]) -> Any:
    """Each character of one text, else as they are."""
    return as_tuple(list(labels) if isinstance(labels, str | Mapping) else labels)


@record("cascade_kpi/scales.labels")
@frozen
class Labels:
    """Some labels, best first.

    Parameters
    ----------
    best_first : iterable of str
        ``Labels(best_first="ABCD")`` is four labels.
    """

    best_first: tuple[str, ...] = field(converter=_characters, kw_only=True)

    def __attrs_post_init__(self) -> None:
        labels = self.best_first
        if not isinstance(labels, tuple) or not labels:
            reason, repair = "no list of labels", "give at least one, best first"
            check([Fault("scale", reason, repair, column="best_first", value=labels)])
        faults = [fault for label in labels for fault in not_texts("scale", best_first=label)]
        if not faults:
            reason, repair = "the label occurs twice", "rename one"
            faults = [Fault("scale", reason, repair, value=label) for label in repeated(labels)]
        check(faults)

    def codes(self, values: NDArray[Any]) -> NDArray[np.intp]:
        """Position of each label, best first; −1 where it is absent."""
        texts = np.asarray(values, dtype=object)
        unique = dict.fromkeys(value for value in texts.ravel().tolist() if not _gone(value))
        known = {label: i for i, label in enumerate(self.best_first)}
        unknown = [value for value in unique if value not in known]
        check(
            [
                Fault("scale", "no such label", suggest(value, self.best_first), value=value)
                for value in unknown
            ]
        )
        found = [-1 if _gone(value) else known[value] for value in texts.ravel().tolist()]
        return np.array(found, dtype=np.intp).reshape(texts.shape)

    def ranks(self, values: NDArray[Any]) -> FloatArray:
        """Position from the worst, which is 0."""
        codes = self.codes(values)
        return np.where(codes < 0, np.nan, len(self.best_first) - 1.0 - codes)

    def samples(self) -> NDArray[Any]:
        """All of them."""
        return np.array(self.best_first[::-1], dtype=object)


@record("cascade_kpi/scales.linear")
@frozen
class Linear:
    """From one numeric scale to another in a straight line, worst to worst and best to best.

    Parameters
    ----------
    of, to : Numbers

    Examples
    --------
    >>> points, marks = Numbers(worst=0, best=100), Numbers(worst=6, best=1)
    >>> Linear(points, marks)(np.array([0.0, 50.0, 80.0, 100.0]))
    array([6. , 3.5, 2. , 1. ])
    """

    of: Numbers
    to: Numbers

    def __attrs_post_init__(self) -> None:
        check(_not_scales(Numbers, of=self.of, to=self.to))

    def __call__(self, values: NDArray[Any]) -> FloatArray:
        """The values on the other scale."""
        way, to = self.of.ranks(values), self.to
        line = to.worst + way * (to.best - to.worst)
        # Rounding must not carry the best past the end of the scale.
        low, high = sorted((to.worst, to.best))
        return np.where(way == 1, to.best, np.clip(line, low, high))


Entry = tuple[str, float | str]


def _entries(table: Mapping[str, Any] | Iterable[Any]) -> Any:
    pairs = as_tuple(table.items() if isinstance(table, Mapping) else table)
    if not isinstance(pairs, tuple):
        return pairs
    tuples = [as_tuple(pair) for pair in pairs]
    return tuple(
        (pair[0], as_number(pair[1])) if isinstance(pair, tuple) and len(pair) == 2 else pair
        for pair in tuples
    )


@record("cascade_kpi/scales.lookup")
@frozen
class Lookup:
    """From labels to numbers, or to other labels, by a stated table.

    Parameters
    ----------
    of : Labels
    to : Numbers or Labels
    table : mapping of each label to its value on the other scale
        Every label has one, and a better label none that is worse.

    Examples
    --------
    >>> letters, points = Labels(best_first="ABC"), Numbers(worst=0, best=125)
    >>> paid = Lookup(letters, points, {"A": 125, "B": 85, "C": 50})
    >>> paid(np.array(["B", "A", None], dtype=object))
    array([ 85., 125.,  nan])
    """

    of: Labels
    to: Numbers | Labels
    table: tuple[Entry, ...] = field(converter=_entries)

    def __attrs_post_init__(self) -> None:
        faults = _not_scales(Labels, of=self.of) + _not_scales(Scale, to=self.to)
        sound = isinstance(self.table, tuple) and all(
            isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)
            for pair in self.table
        )
        if not sound:
            reason, repair = "not a table", "give each label its value on the other scale"
            faults.append(Fault("lookup", reason, repair, column="table", value=self.table))
        check(faults or self._misfits())

    def _misfits(self) -> list[Fault]:
        names = [name for name, _ in self.table]
        faults = [
            Fault("lookup", "a hole: the label has no value", "give it one", value=label)
            for label in self.of.best_first
            if label not in names
        ]
        faults += [
            Fault("lookup", "no such label", suggest(name, self.of.best_first), value=name)
            for name in names
            if name not in self.of.best_first
        ]
        faults += [
            Fault("lookup", "the label has two values", "keep one", value=name)
            for name in repeated(names)
        ]
        for name, value in self.table:
            if isinstance(value, str) is isinstance(self.to, Numbers) or value is None:
                reason, repair = f"{name!r} has no value of the other scale", "correct it"
                faults.append(Fault("lookup", reason, repair, column="table", value=value))
        return faults or self._out_of_order()

    def _out_of_order(self) -> list[Fault]:
        table = dict(self.table)
        ordered = [table[label] for label in self.of.best_first]
        ranks = self.to.ranks(
            np.array(ordered, dtype=object if isinstance(self.to, Labels) else float)
        )
        return [
            Fault(
                "lookup",
                f"out of order: {worse!r} is given more than {better!r}",
                "give a better label no less than a worse one, or turn the scale round",
                column="table",
                value=table[worse],
            )
            for better, worse, step in zip(
                self.of.best_first, self.of.best_first[1:], np.diff(ranks), strict=False
            )
            if step > 0
        ]

    def __call__(self, values: NDArray[Any]) -> NDArray[Any]:
        """The values of the labels; NaN, or None among labels, where absent."""
        table, labels = dict(self.table), isinstance(self.to, Labels)
        answers: list[Any] = [table[label] for label in self.of.best_first]
        answers.append(None if labels else np.nan)
        return np.array(answers, dtype=object if labels else np.float64)[self.of.codes(values)]


@record("cascade_kpi/scales.cut")
@frozen
class Cut:
    """From numbers to labels by bands of grades, which round at their own stated decimals.

    Parameters
    ----------
    of : Numbers
        Whose best is its highest: for a scale on which 1 is best, go through `Linear` first.
    grades : Grades
        Without a hole between the ends of the scale.

    Examples
    --------
    >>> grades = Grades.from_edges({"A": 4.5, "B": 3.5, "C": 2.5, "D": None}, decimals=1)
    >>> Cut(Numbers(worst=1, best=5), grades)(np.array([4.46, 4.44, 1.0]))
    array(['A', 'B', 'D'], dtype=object)
    """

    of: Numbers
    grades: Grades

    def __attrs_post_init__(self) -> None:
        faults = _not_scales(Numbers, of=self.of) + _not_scales(Grades, grades=self.grades)
        if not faults and self.of.best < self.of.worst:
            reason = (
                f"grades are best at the highest number, the scale at its lowest, {self.of.best:g}"
            )
            repair = "take it to a scale whose highest is best first, by scales.Linear"
            faults.append(Fault("cut", reason, repair, column="of", value=self.of))
        for end in () if faults else (self.of.worst, self.of.best):
            if not self.grades.bands[-1].ends[0] <= end < self.grades.bands[0].ends[1]:
                reason, repair = "a hole: no band holds the end of the scale", "widen the bands"
                faults.append(Fault("cut", reason, repair, column="grades", value=end))
        check(faults)

    @property
    def to(self) -> Labels:
        """The labels of the grades."""
        return Labels(best_first=self.grades.labels)

    def __call__(self, values: NDArray[Any]) -> NDArray[Any]:
        """The labels of the numbers; None where absent."""
        self.of.ranks(values)
        codes = self.grades.codes(float_array(values, "the values of a scale"))
        return np.array([*self.grades.labels, None], dtype=object)[codes]


def _not_scales(kind: type, **fields: object) -> list[Fault]:
    name = kind.__name__
    return [
        Fault("conversion", f"not {name}", f"make it with {name}(…)", column=column, value=value)
        for column, value in fields.items()
        if not is_a(value, kind)
    ]


def _gone(value: object) -> bool:
    return value is None or value == "" or value != value


def _few(numbers: FloatArray) -> list[float]:
    found: list[float] = sorted(set(numbers.tolist()))
    return found
