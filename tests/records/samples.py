"""Classes and helpers that the tests of records share."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Literal, NewType, Protocol, runtime_checkable

import numpy as np
import pytest
from attrs import field, frozen, validators
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, frozen_array, frozen_columns
from cascade_kpi.errors import Fault, InputError
from cascade_kpi.records import from_json, record, to_json


@runtime_checkable
class Curve(Protocol):
    unit: str

    def __call__(self, x: float) -> float: ...


class Named(Protocol):  # not runtime_checkable
    name: str


class Better(enum.Enum):
    HIGHER = 1
    LOWER = 2
    MORE = 1  # noqa: PIE796 - an alias, which is read and never written


Id = NewType("Id", str)


@record("test/curves.power")
@frozen
class Power:
    exponent: float = field(default=1.0, validator=validators.ge(0))
    unit: str = "points"

    def __call__(self, x: float) -> float:
        return float(x**self.exponent)


@record("test/curves.steps")
@frozen
class Steps:
    points: tuple[tuple[float, float], ...] = field()
    unit: str = "points"

    @points.validator
    def _rising(self, _: Any, points: tuple[tuple[float, float], ...]) -> None:
        faults = [
            Fault("curve", "x does not rise", "sort the points", row=i)
            for i in range(1, len(points))
            if not points[i - 1][0] < points[i][0]
        ]
        if faults:
            raise InputError(faults)

    def __call__(self, x: float) -> float:
        return x


@record("test/curves.mixed")
@frozen
class Mixed:
    curves: tuple[Curve, ...]
    by_name: Mapping[str, Curve] = field(factory=dict)
    unit: str = ""

    def __call__(self, x: float) -> float:
        return x


@record("test/plain")
@frozen
class Plain:
    whole: int = 0
    real: float = 0.0
    text: str = ""
    yes: bool = False
    none: None = None
    node: str | int = ""
    floor: float | None = None
    number: int | float = 0
    better: Better = Better.HIGHER
    mode: Literal["sum", "mean"] = "sum"
    id: Id = Id("")
    day: date = date(2026, 1, 1)
    share: Fraction = Fraction(1, 3)
    price: Decimal = Decimal("0.10")
    any: Any | None = None
    limit: float | Mapping[str, float] = 0.0
    pair: tuple[int, str] = (0, "")
    weights: Mapping[str, float] = field(factory=dict)
    by_id: Mapping[int | str, tuple[str, ...]] = field(factory=dict)
    curve: Power | Steps | None = None
    shown: ClassVar[int] = 3


@record("test/columns")
@frozen
class Columns:
    values: NDArray[np.float64] = field(default=(), eq=CONTENT, converter=frozen_array)
    anything: NDArray[Any] = field(default=(), eq=CONTENT, converter=frozen_array)
    columns: Mapping[str, NDArray[Any]] = field(factory=dict, eq=CONTENT, converter=frozen_columns)


@record("test/raw")
@frozen(eq=False)
class Raw:
    array: NDArray[Any]


@frozen
class Digits:
    """How a Number is written: its digits, checked when they are read."""

    digits: tuple[int, ...] = field(validator=validators.deep_iterable(validators.lt(10)))

    @classmethod
    def of(cls, number: Number) -> Digits:
        return cls(tuple(map(int, str(number.value))))

    def make(self) -> Number:
        return Number(int("".join(map(str, self.digits))))


@record("test/number", written_as=Digits)
@frozen
class Number:
    value: int


@record("test/hidden")
@frozen
class Hidden:
    _secret: int
    kind: str
    rows: int = field(default=7, metadata={"record": False}, eq=False)
    twice: int = field(init=False)

    @twice.default
    def _twice(self) -> int:
        return 2 * self._secret


@record("test/tree")
@frozen
class Tree:
    name: str
    children: tuple[Tree, ...] = ()


@record("test/deep")
@frozen
class Deep:
    inner: Deep | None = None
    row: tuple[int, int] | None = None
    items: tuple[int, ...] | None = None
    table: Mapping[str, int] | None = None
    array: NDArray[Any] | None = field(default=None, eq=CONTENT)


@record("test/scored")
@frozen
class Scored:
    curve: Curve
    named: Named | None = None


@record("test/not-a-curve")
@frozen
class NoCurve:
    name: str = "x"


def envelope(record: Any, **more: Any) -> str:
    return json.dumps({"schema": "cascade_kpi", "version": 1, "record": record, **more})


def faults_of(text: Any, **how: Any) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        from_json(text, **how)
    return list(caught.value.faults)


def fault_of(text: Any, **how: Any) -> Fault:
    [fault] = faults_of(text, **how)
    return fault


def again(obj: Any) -> Any:
    read = from_json(to_json(obj), expect=type(obj))
    assert read == obj
    assert from_json(to_json(obj, indent=None)) == obj
    assert to_json(read) == to_json(obj)
    return read


@record("test/texts")
@frozen
class Texts:
    by_name: float | Mapping[str, str]


def unregistered() -> Any:
    @frozen
    class Lost:
        x: int = 0

    return Lost()
