"""A formula as a list of steps, each on what earlier steps made: no recursion on its depth."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Protocol, TypeAlias

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._text import plain
from cascade_kpi.drivers.expressions import Constant, D, Expression, Product, Total
from cascade_kpi.drivers.units import PURE, Unit
from cascade_kpi.errors import Fault

__all__ = [
    "Add",
    "Formula",
    "Load",
    "Look",
    "Multiply",
    "Number",
    "Operator",
    "Rescale",
    "Step",
    "compiled",
]

_LONGEST = 60  # characters of a formula in a message


class Operator(Protocol):
    """What one step does, elementwise, on arrays of one shape; NaN in any of them gives NaN."""

    def __call__(self, *operands: FloatArray) -> FloatArray:
        """The value of the step."""
        ...

    def slope(self, operands: Sequence[FloatArray], slopes: Sequence[FloatArray]) -> FloatArray:
        """Its derivative, from the derivatives of the operands."""
        ...

    def words(self) -> str:
        """What it does, as a clause."""
        ...


def divided(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """A quotient, absent where the divisor is zero."""
    zero = bottom == 0.0
    return top / (np.where(zero, np.nan, bottom) if zero.any() else bottom)


@frozen
class Add:
    """Operands added or subtracted from the left; the sign of the first may be a minus."""

    signs: str

    def __call__(self, *operands: FloatArray) -> FloatArray:
        """The sum."""
        out = np.negative(operands[0]) if self.signs.startswith("-") else operands[0]
        for sign, operand in zip(self.signs[1:], operands[1:], strict=True):
            out = out - operand if sign == "-" else out + operand
        return out

    def slope(self, operands: Sequence[FloatArray], slopes: Sequence[FloatArray]) -> FloatArray:  # noqa: ARG002 - called alike
        """The sum of the slopes."""
        return self(*slopes)

    def words(self) -> str:
        """The clause."""
        if self.signs == "-":
            return "with the other sign"
        return "sum" if "-" not in self.signs else "difference"


@frozen
class Multiply:
    """Operands multiplied or divided by from the left; absent where a divisor is zero."""

    signs: str

    def __call__(self, *operands: FloatArray) -> FloatArray:
        """The product."""
        out = operands[0]
        for sign, operand in zip(self.signs[1:], operands[1:], strict=True):
            out = divided(out, operand) if sign == "/" else out * operand
        return out

    def slope(self, operands: Sequence[FloatArray], slopes: Sequence[FloatArray]) -> FloatArray:
        """By the product and the quotient rule, from the left."""
        out, slope = operands[0], slopes[0]
        rest = zip(self.signs[1:], operands[1:], slopes[1:], strict=True)
        for sign, operand, its in rest:
            if sign == "/":
                out = divided(out, operand)
                slope = divided(slope - out * its, operand)
            else:
                out, slope = out * operand, slope * operand + out * its
        return slope

    def words(self) -> str:
        """The clause."""
        return "product" if "/" not in self.signs else "quotient"


@frozen
class Rescale:
    """A value in another scale of its unit: 0.03 as 3 %."""

    factor: Fraction

    def __call__(self, *operands: FloatArray) -> FloatArray:
        """The value times the factor."""
        out = operands[0]
        if self.factor.numerator != 1:
            out = out * float(self.factor.numerator)
        return out / float(self.factor.denominator) if self.factor.denominator != 1 else out

    def slope(self, operands: Sequence[FloatArray], slopes: Sequence[FloatArray]) -> FloatArray:  # noqa: ARG002 - called alike
        """The slope times the factor."""
        return self(*slopes)

    def words(self) -> str:
        """The clause."""
        top, under = self.factor.numerator, self.factor.denominator
        return f"times {top:,}" if under == 1 else f"divided by {plain(under / top)}"


@frozen
class Load:
    """A driver, or another definition."""

    name: str


@frozen
class Number:
    """A constant."""

    value: float


@frozen(eq=False)
class Step:
    """One step of a formula.

    Attributes
    ----------
    does : Load, Number or an operator
    inputs : tuple of int
        The earlier steps that it takes; each is taken once.
    source : Expression
        What it stands for.
    unit : Unit or None
        None where it cannot be told.
    """

    does: Load | Number | Add | Multiply | Rescale
    inputs: tuple[int, ...]
    source: Expression
    unit: Unit | None


Look: TypeAlias = "Callable[[Step, Sequence[FloatArray], FloatArray], None]"
"""Sees an operator at work: the step, its operands, and what it made of them."""


@frozen(eq=False)
class Formula:
    """A definition as steps; the last one's value is the definition's."""

    steps: tuple[Step, ...]
    unit: Unit

    def run(
        self,
        load: Callable[[str], FloatArray],
        look: Look | None = None,
    ) -> FloatArray:
        """The value, from those of the names; `look` sees every operator at work."""
        (out,) = self.states(load, look, keep=False)[-1:]
        assert out is not None  # noqa: S101 - the last is not an operand
        return out

    def states(
        self,
        load: Callable[[str], FloatArray],
        look: Look | None = None,
        *,
        keep: bool = True,
    ) -> list[FloatArray | None]:
        """The value of every step; without `keep` only while it is needed."""
        values: list[FloatArray | None] = []
        for step in self.steps:
            if isinstance(step.does, Load):
                values.append(load(step.does.name))
            elif isinstance(step.does, Number):
                values.append(np.full((1, 1), step.does.value))
            else:
                taken = [values[i] for i in step.inputs]
                operands = [value for value in taken if value is not None]
                made = step.does(*operands)
                if look is not None:
                    look(step, operands, made)
                values.append(made)
                if not keep:
                    for i in step.inputs:
                        values[i] = None
        return values


def compiled(
    name: str,
    expression: Expression,
    units: Mapping[str, Unit | None],
    stated: Unit | None,
    faults: list[Fault],
) -> tuple[Formula, Unit | None]:
    """A definition as steps, and its unit if it can be told.

    Parameters
    ----------
    name : str
    expression : Expression
    units : mapping of str to Unit or None
        Of every name that occurs; None where that cannot be told.
    stated : Unit or None
        The unit that the value is to be in; that of the formula by default.
    faults : list of Fault
        Units that do not fit, and divisors that are zero for ever, are added.
    """
    making = _Making(name, [], faults)
    waiting: list[tuple[Expression, bool]] = [(expression, False)]
    done: list[int] = []
    while waiting:
        part, ready = waiting.pop()
        if isinstance(part, Total | Product) and not ready:
            waiting.append((part, True))
            waiting.extend((operand, False) for operand in reversed(part.operands))
        elif isinstance(part, Total | Product):
            inputs = tuple(done[len(done) - len(part.operands) :])
            del done[len(done) - len(part.operands) :]
            done.append(making.chain(part, inputs))
        elif isinstance(part, D):
            done.append(making.add(Load(part.name), (), part, units.get(part.name)))
        elif isinstance(part, Constant):
            done.append(making.add(Number(part.value), (), part, Unit.parse(part.unit)))
        else:
            making.refuse("there is something that is no formula", "use D(…) or Constant(…)")
            done.append(making.add(Number(0.0), (), part, None))
    return making.finished(expression, stated)


@frozen(eq=False)
class _Making:
    """The steps of one definition while they are made."""

    name: str
    steps: list[Step]
    faults: list[Fault]

    def refuse(self, reason: str, repair: str) -> None:
        self.faults.append(Fault("driver tree", reason, repair, column=self.name))

    def add(
        self,
        does: Load | Number | Add | Multiply | Rescale,
        inputs: tuple[int, ...],
        source: Expression,
        unit: Unit | None,
    ) -> int:
        self.steps.append(Step(does, inputs, source, unit))
        return len(self.steps) - 1

    def chain(self, part: Total | Product, inputs: tuple[int, ...]) -> int:
        if isinstance(part, Product):
            return self._product(part, inputs)
        unit = self._common(inputs)
        scales = {step.scale for i in inputs if (step := self.steps[i].unit) is not None}
        if unit is not None and len(scales) > 1:
            inputs = tuple(self.rescaled(i, Fraction(1)) for i in inputs)
            unit = Unit(unit.powers)
        return self.add(Add(part.signs), inputs, part, unit)

    def _product(self, part: Product, inputs: tuple[int, ...]) -> int:
        unit: Unit | None = PURE
        for sign, i in zip(part.signs, inputs, strict=True):
            step = self.steps[i]
            if sign == "/" and isinstance(step.does, Number) and step.does.value == 0:
                self.refuse(f"{_short(part)} divides by zero", "correct the constant")
            if unit is not None and step.unit is not None:
                unit = unit / step.unit if sign == "/" else unit * step.unit
            else:
                unit = None
        return self.add(Multiply(part.signs), inputs, part, unit)

    def _common(self, inputs: tuple[int, ...]) -> Unit | None:
        """The unit of a sum's operands; a fault for each that does not fit the first."""
        first = self.steps[inputs[0]]
        unit = first.unit
        for i in inputs[1:]:
            step = self.steps[i]
            if first.unit is None or step.unit is None:
                unit = None
            elif not first.unit.fits(step.unit):
                reason = (
                    f"{_short(first.source)} is in {_named(first.unit)}, "
                    f"{_short(step.source)} in {_named(step.unit)}: they cannot be added"
                )
                self.refuse(reason, _repair(first.unit, step.unit))
                unit = None
        return unit

    def rescaled(self, i: int, scale: Fraction) -> int:
        """A step, brought to a scale."""
        step = self.steps[i]
        assert step.unit is not None  # noqa: S101 - asked for where all are known
        if step.unit.scale == scale:
            return i
        factor = scale / step.unit.scale
        return self.add(Rescale(factor), (i,), step.source, Unit(step.unit.powers, scale))

    def finished(self, source: Expression, stated: Unit | None) -> tuple[Formula, Unit | None]:
        made = self.steps[-1].unit
        if made is None:
            return Formula(tuple(self.steps), stated or PURE), stated
        if stated is not None and not made.fits(stated):
            reason = f"stated in {_named(stated)}, {_short(source)} gives {_named(made.plain)}"
            self.refuse(reason, _repair(stated, made))
            return Formula(tuple(self.steps), stated), stated
        unit = made.plain if stated is None else stated
        self.rescaled(len(self.steps) - 1, unit.scale)
        return Formula(tuple(self.steps), unit), unit


def _short(part: Expression) -> str:
    text = repr(part.name) if isinstance(part, D) else str(part)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _named(unit: Unit) -> str:
    return str(unit) or "pure numbers"


def _repair(one: Unit, other: Unit) -> str:
    """How two units that do not fit may be mended: two names alike are one misspelt."""
    mine, its = ([name for name, _ in unit.powers] for unit in (one, other))
    for name in mine:
        near = difflib.get_close_matches(name, [n for n in its if n not in mine], n=1, cutoff=0.75)
        if near and name not in its:
            return f"spell {name!r} and {near[0]!r} alike if they are the same"
    return "correct a unit or the formula; a Constant may carry a unit"
