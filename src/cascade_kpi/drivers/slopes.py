"""Derivatives of defined KPIs with respect to their drivers, by forward differentiation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi.drivers.formulas import Formula, Load, Number
from cascade_kpi.drivers.model import DriverTree

__all__ = ["slopes_of", "step_slopes"]

_NONE = np.zeros((1, 1))
_ONE = np.ones((1, 1))


def slopes_of(
    model: DriverTree, values: Mapping[str, FloatArray], name: str
) -> dict[str, FloatArray]:
    """The slope of a defined KPI with each of its drivers.

    Parameters
    ----------
    model : DriverTree
    values : mapping of str to float64 array (p, n)
        Of all names.
    name : str
        A defined one.

    Returns
    -------
    dict of str to float64 array (p, n)
        In units of `name` for one unit of the driver; infinite where too large for a float.
    """
    needed = {name, *model.below(name)}
    drivers = model.drivers_of(name)
    known = {driver: {driver: _ONE} for driver in drivers}
    with np.errstate(over="ignore", invalid="ignore"):
        for each, formula in model.formulas.items():
            if each in needed:
                states = formula.states(values.__getitem__)
                for driver in drivers:
                    known[driver][each] = step_slopes(formula, states, known[driver])[-1]
    shape = np.shape(values[name])
    return {driver: np.array(np.broadcast_to(known[driver][name], shape)) for driver in drivers}


def step_slopes(
    formula: Formula, states: Sequence[FloatArray | None], known: Mapping[str, FloatArray]
) -> list[FloatArray]:
    """The slope of every step of a formula, from those of the names in it; others do not move.

    Parameters
    ----------
    formula : Formula
    states : sequence of float64 array
        The value of every step.
    known : mapping of str to float64 array
        The slope of each name that moves.
    """
    slopes: list[FloatArray] = []
    for step in formula.steps:
        if isinstance(step.does, Load):
            slopes.append(known.get(step.does.name, _NONE))
        elif isinstance(step.does, Number):
            slopes.append(_NONE)
        else:
            operands = [state for i in step.inputs if (state := states[i]) is not None]
            slopes.append(step.does.slope(operands, [slopes[i] for i in step.inputs]))
    return slopes
