"""Every law of rules as records, broken alone, is caught and named, with the rule."""

from typing import Any

import attrs
import numpy as np
import pytest
from attrs import field, frozen

from cascade_kpi import testing
from cascade_kpi.records import record
from tests.laws.breaking import caught


def _identity(self, x):
    return np.array(x)


@attrs.define(hash=True)
class Mutable:
    slope: float = 1.0
    __call__ = _identity


@record("laws/unhashable")
@frozen
class Unhashable:
    levels: Any = field(factory=lambda: {"a": 1.0})
    __call__ = _identity


@record("laws/identity")
@frozen(eq=False)
class ByIdentity:
    __call__ = _identity


@record("laws/forgetful")
@frozen
class Forgetful:
    slope: float = field(default=1.0, metadata={"record": False})
    __call__ = _identity


@record("laws/hash")
@frozen(hash=False, eq=True)
class OtherHash:
    __call__ = _identity

    def __hash__(self):
        return id(self)


@record("laws/looks")
@frozen(repr=False)
class OtherLooks:
    __call__ = _identity

    def __repr__(self):
        return f"OtherLooks at {id(self)}"


@record("laws/shy")
@frozen(repr=False)
class Shy:
    __call__ = _identity

    def __repr__(self):
        raise RuntimeError


@record("laws/memory")
@frozen
class Memory:
    """Equal to its copy, and answers by what the copy does not have."""

    slope: float = field(default=1.0, eq=False, repr=False, metadata={"record": False})

    def __call__(self, x):
        return x * self.slope


@frozen
class Unregistered:
    __call__ = _identity


class Plain:
    __call__ = _identity

    def __repr__(self):
        return "Plain()"


@pytest.mark.parametrize(
    ("rule", "law"),
    [
        (Plain(), "not an attrs class"),
        (Mutable(), "not frozen: slope can be set"),
        (Unregistered(), "does not go through JSON"),
        (Unhashable(), "no hash|through JSON"),
        (ByIdentity(), "unequal"),
        (Forgetful(2.0), r"unequal: Forgetful\(slope=1.0\)"),
        (OtherHash(), "another hash"),
        (Memory(2.0), "otherwise than the copy"),
    ],
)
def test_a_record(rule, law):
    caught(testing.check_curve, rule, law)
    if law != "otherwise than the copy":
        caught(testing.check_record, rule, law)


def test_a_record_that_looks_otherwise_or_cannot_be_looked_at():
    with pytest.raises(AssertionError, match="looking like"):
        testing.check_record(OtherLooks())
    with pytest.raises(AssertionError, match="<Shy, whose repr fails>: it raises RuntimeError"):
        testing.check_record(Shy())
