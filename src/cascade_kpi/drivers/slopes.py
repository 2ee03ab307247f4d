"""Derivatives of defined KPIs with respect to their drivers, by forward differentiation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi.drivers.formulas import Formula, Load, Number
from cascade_kpi.drivers.model import DriverTree

__all__ = ["slopes_of"]

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
                    known[driver][each] = _slope(formula, states, known[driver])
    shape = np.shape(values[name])
    return {driver: np.array(np.broadcast_to(known[driver][name], shape)) for driver in drivers}


def _slope(
    formula: Formula, states: list[FloatArray | None], known: Mapping[str, FloatArray]
) -> FloatArray:
    """The slope of a formula, from those of the names in it; others do not move."""
    slopes: list[FloatArray] = []
    for step in formula.steps:
        if isinstance(step.does, Load):
            slopes.append(known.get(step.does.name, _NONE))
        elif isinstance(step.does, Number):
            slopes.append(_NONE)
        else:
            operands = [state for i in step.inputs if (state := states[i]) is not None]
            slopes.append(step.does.slope(operands, [slopes[i] for i in step.inputs]))
    return slopes[-1]
