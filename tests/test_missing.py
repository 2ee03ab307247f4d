"""Policies by name."""

import pytest

import cascade_kpi as ck
from tests.helpers import refused


@pytest.mark.parametrize("policy", list(ck.Missing))
def test_by_name_and_as_it_is(policy):
    assert ck.Missing.named(policy.value) is policy
    assert ck.Missing.named(policy) is policy


@pytest.mark.parametrize("name", ["renormalize", "drop", None, 0, "HOLD"])
def test_anything_else_is_refused_with_a_hint(name):
    (fault,) = refused(ck.Missing.named, name)
    assert fault.source == "missing"
    if name == "renormalize":
        assert "'renormalise'" in fault.repair
