"""What can be registered, and what a class that cannot be written says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import pytest
from attrs import define, field, frozen, validators

from cascade_kpi.errors import InputError
from cascade_kpi.records import from_json, kinds, record, to_json
from tests.records.samples import (
    Power,
)


def test_kinds_are_listed_and_a_cell_may_be_run_again():
    def cell() -> type:
        @record("test/cell")
        @frozen
        class Cell:
            x: int = 0

        return Cell

    first, second = cell(), cell()
    assert kinds()["test/cell"] is second
    assert list(kinds()) == sorted(kinds())
    assert type(from_json(to_json(second()))) is second
    with pytest.raises(InputError, match="earlier definition"):
        to_json(first())


def test_what_cannot_be_registered():
    with pytest.raises(ValueError, match="taken by"):
        record("test/plain")(Power)
    with pytest.raises(TypeError, match=r"registered as 'test/curves\.power' already"):
        record("test/other")(Power)
    for kind in ("plain", "test/", "/x", "te st/x", "test/x/y", "测/x", None):
        with pytest.raises(ValueError, match="your_package/name"):
            record(kind)
    with pytest.raises(TypeError, match="above the @frozen"):
        record("test/not-attrs")(int)
    with pytest.raises(TypeError, match="above the @frozen"):

        @frozen
        @record("test/wrong-order")
        class WrongOrder(Power):
            pass

    with pytest.raises(TypeError, match=r"attrs\.frozen"):

        @record("test/mutable")
        @define
        class Mutable:
            x: int = field(default=0, validator=validators.instance_of(int))

    with pytest.raises(TypeError, match=r"attrs\.frozen"):
        record("test/mutable")(define(type("Bare", (), {"__annotations__": {"x": "int"}})))
    assert not {"test/other", "test/mutable", "test/wrong-order"} & set(kinds())


@record("test/bad.list")
@frozen
class BadList:
    items: list[float] = field(factory=list)


@record("test/bad.union")
@frozen
class BadUnion:
    when: str | date = ""


@record("test/bad.name")
@frozen
class BadName:
    x: Nowhere = None  # noqa: F821 - it is not there on purpose


@record("test/bad.bare")
@frozen(auto_attribs=False)
class BadBare:
    x = field(default=0)


@record("test/bad.hidden")
@frozen
class BadHidden:
    x: int = field(metadata={"record": False})


@record("test/bad.literal")
@frozen
class BadLiteral:
    x: Literal[1, 2] = 1


@record("test/bad.keys")
@frozen
class BadKeys:
    kind: str = ""
    kind_: str = ""


@record("test/bad.time")
@frozen
class BadTime:
    at: datetime | None = None


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (BadList, "BadList.items: list.* use tuple"),
        (BadUnion, "BadUnion.when: a text and a date .* cannot be told apart"),
        (BadName, "Nowhere.*TYPE_CHECKING"),
        (BadBare, "BadBare.x has no type"),
        (lambda: BadHidden(1), "give it a default"),
        (BadLiteral, "use texts alone"),
        (BadKeys, "two fields for the key 'kind_'"),
        (BadTime, "cannot be written"),
    ],
)
def test_a_class_that_cannot_be_written_says_why(cls, message):
    with pytest.raises(TypeError, match=message):
        to_json(cls())
