"""Rules that read what they need by name, explained by what they read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from attrs import Factory, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.scoring.absences import Absence, exceeds
from cascade_kpi.scoring.block import Block, Joint
from cascade_kpi.scoring.combines import Weight
from cascade_kpi.scoring.reading import Reading

__all__ = [
    "AbsentShare",
    "Combining",
    "Enough",
    "Filling",
    "Key",
    "Recorded",
    "Replayed",
    "Slope",
    "one",
]

Key = tuple[str, str]
"""What was read: result, target, column, rated, attainment or points; and of what."""


def one(value: float) -> FloatArray:
    """A number as an array of one."""
    return np.array([value], dtype=np.float64)


@frozen(eq=False)
class Recorded:
    """A block that remembers what is read from it, each once, in the order in which it is."""

    block: Block
    read: dict[Key, FloatArray] = Factory(dict)

    def _remember(self, kind: str, name: str, values: FloatArray) -> FloatArray:
        self.read.setdefault((kind, name), values)
        return values

    def result(self, kpi: str) -> FloatArray:
        """As the block has it."""
        return self._remember("result", kpi, self.block.result(kpi))

    def target(self, kpi: str) -> FloatArray:
        """As the block has it."""
        return self._remember("target", kpi, self.block.target(kpi))

    def better(self, kpi: str) -> Direction:
        """As the block has it."""
        return self.block.better(kpi)

    def column(self, name: str) -> FloatArray:
        """As the block has it."""
        return self._remember("column", name, self.block.column(name))

    def rated(self, question: str) -> FloatArray:
        """As the block has it."""
        return self._remember("rated", question, self.block.rated(question))

    def attainment(self, item: str) -> FloatArray:
        """As the block has it."""
        return self._remember("attainment", item, self.block.attainment(item))

    def points(self, part: str) -> FloatArray:
        """As the block has it."""
        return self._remember("points", part, self.block.points(part))


@frozen(eq=False)
class _Given:
    """Numbers of one node, as they were read before."""

    known: dict[Key, float]
    directions: Callable[[str], Direction]

    def result(self, kpi: str) -> FloatArray:
        """As it was."""
        return one(self.known["result", kpi])

    def target(self, kpi: str) -> FloatArray:
        """As it was."""
        return one(self.known["target", kpi])

    def better(self, kpi: str) -> Direction:
        """As it is."""
        return self.directions(kpi)

    def column(self, name: str) -> FloatArray:
        """As it was."""
        return one(self.known["column", name])

    def rated(self, question: str) -> FloatArray:
        """As it was."""
        return one(self.known["rated", question])

    def attainment(self, item: str) -> FloatArray:
        """As it was."""
        return one(self.known["attainment", item])

    def points(self, part: str) -> FloatArray:
        """As it was."""
        return one(self.known["points", part])


@frozen(eq=False)
class Replayed:
    """A rule called again on what it read.

    Its inputs are the value before it, if it is a step from one, and then what it read.

    Attributes
    ----------
    call : callable
        Of arrays of the values before and of a reading.
    read : tuple of Key
    phrase : str
    """

    call: Callable[..., FloatArray]
    read: tuple[Key, ...]
    directions: Callable[[str], Direction]
    phrase: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        before = inputs[: len(inputs) - len(self.read)]
        known = dict(zip(self.read, inputs[len(before) :], strict=True))
        reading: Reading = _Given(known, self.directions)
        return float(self.call(*map(one, before), reading)[0])

    def words(self) -> str:
        """The clause."""
        return self.phrase


@frozen(eq=False)
class Combining:
    """Points of parts combined into a section's value.

    Inputs are the points of the parts, then those of the unit above for the parts whose
    positions are in `asked`.
    """

    joint: Joint
    weights: tuple[float, ...]
    asked: tuple[int, ...]

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        points = inputs[: len(self.weights)]
        above = dict(zip(self.asked, inputs[len(self.weights) :], strict=True))
        parents = [partial(one, above.get(at, np.nan)) for at in range(len(points))]
        return float(self.joint(map(one, points), list(self.weights), parents)[0])

    def words(self) -> str:
        """The clause."""
        told = f"{self.joint.combine!r}"
        if self.joint.combine.weighs:
            told += f", weights {', '.join(f'{weight:g}' for weight in self.weights)}"
        return f"{told}; if one is absent, {self.joint.absence.words()}"


@frozen(eq=False)
class Slope:
    """What a point of one part adds to its section. Inputs as of `Combining`."""

    combining: Combining
    which: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        weights: list[Weight] = list(self.combining.weights)
        above = dict(zip(self.combining.asked, inputs[len(weights) :], strict=True))
        fill = self.combining.joint.absence.fill
        points = [
            fill(one(each), partial(one, above.get(at, np.nan)))
            for at, each in enumerate(inputs[: len(weights)])
        ]
        slopes = self.combining.joint.combine.slopes(points, weights)
        return float("nan") if slopes is None else float(slopes[self.which][0])

    def words(self) -> str:
        """The clause."""
        return (
            "weight ÷ Σ weight of what counted"
            if self.combining.joint.combine.weighs
            else ("a point is a point")
        )


@frozen(eq=False)
class Filling:
    """Absent points filled by a policy. Inputs are the points, and those of the unit above."""

    absence: Absence

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(self.absence.fill(one(inputs[0]), lambda: one(inputs[1]))[0])

    def words(self) -> str:
        """The clause."""
        return f"absent: {self.absence.words()}"


Shares = tuple[tuple[float, "Shares | None"], ...]
"""Weights of a section's parts, each with the shares below it; None for an item."""


@frozen(eq=False)
class AbsentShare:
    """How much of a section is absent. Inputs are the points of its items, in their order."""

    shares: Shares

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return _lost(self.shares, iter(inputs))

    def words(self) -> str:
        """The clause."""
        return "the weight of items without points, in their sections, over that of all"


def _lost(shares: Shares, points: Iterator[float]) -> float:
    lost, whole = 0.0, 0.0
    for weight, below in shares:
        part = float(np.isnan(next(points))) if below is None else _lost(below, points)
        lost, whole = lost + weight * part, whole + weight
    return lost / whole if whole > 0 else 0.0


@frozen(eq=False)
class Enough:
    """A value, unless too much is absent. Inputs are the value, and the share that is absent."""

    most: float

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        value, lost = map(one, inputs)
        return float(np.where(exceeds(lost, self.most, 1.0), np.nan, value)[0])

    def words(self) -> str:
        """The clause."""
        return f"scored where items of no more than {100 * self.most:g} % of the weight are absent"
