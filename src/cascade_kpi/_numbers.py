"""Numbers as parameters of rules: a plain number, or a fault."""

from __future__ import annotations

from numbers import Real
from typing import Any

from cascade_kpi.errors import Fault, InputError

__all__ = ["as_number", "as_number_or_none"]


def as_number(value: Any) -> float:
    """A number as a float; for fields of rules.

    Raises
    ------
    InputError
        If it is text, a truth value, anything else but a number, or too large.
    """
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    raise InputError([Fault("parameter", "not a number", "give a plain number", value=value)])


def as_number_or_none(value: Any) -> float | None:
    """The same; None stays None."""
    return None if value is None else as_number(value)
