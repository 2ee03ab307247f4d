"""Traffic lights: attainment as a state that is told by shape and words, and then by colour."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray, float_array
from cascade_kpi._fields import as_number, not_numbers
from cascade_kpi.errors import Fault, check

__all__ = ["Light", "Lights", "Mark"]


class Mark(Protocol):
    """A state that is told by shape and words, and then by colour."""

    @property
    def symbol(self) -> str:
        """The shape."""
        ...

    @property
    def words(self) -> str:
        """The state in words."""
        ...

    @property
    def key(self) -> str:
        """Its name in style sheets."""
        ...


class Light(Enum):
    """A state of a KPI or a total.

    Attributes
    ----------
    symbol : str
        A shape of its own, so that no one needs the colour.
    words : str
    key : str
        The state's name in style sheets.
    """

    GREEN = ("●", "on target", "green")
    AMBER = ("▲", "near target", "amber")
    RED = ("■", "off target", "red")
    ABSENT = ("○", "no result", "grey")

    @property
    def symbol(self) -> str:
        """The shape."""
        return self.value[0]

    @property
    def words(self) -> str:
        """The state in words."""
        return self.value[1]

    @property
    def key(self) -> str:
        """The state's name in style sheets."""
        return self.value[2]


# Attainments are compared after rounding: 0.1 + 0.2 against 0.3 is on target, not near it.
_DECIMALS = 9


@frozen
class Lights:
    """From which attainment on a light is green or amber; below, it is red.

    Parameters
    ----------
    amber, green : float
        Attainments, pure numbers, amber not above green. They are compared
        with attainments rounded to 9 decimals.

    Examples
    --------
    >>> [Lights()(a).name for a in (1.0, 0.9, 0.8999, float("nan"))]
    ['GREEN', 'AMBER', 'RED', 'ABSENT']
    """

    amber: float = field(default=0.9, converter=as_number)
    green: float = field(default=1.0, converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = not_numbers("lights", amber=self.amber, green=self.green)
        if not faults and self.amber > self.green:
            pair = (self.amber, self.green)
            faults.append(Fault("lights", "amber is above green", "correct them", value=pair))
        check(faults)

    def codes(self, attainment: FloatArray) -> IntArray:
        """Position of each light in ``Light``, int64, the shape of `attainment`."""
        rounded = np.round(float_array(attainment, "attainment"), _DECIMALS)
        codes = np.where(rounded >= self.green, 0, np.where(rounded >= self.amber, 1, 2))
        return np.asarray(np.where(np.isnan(rounded), 3, codes))

    def __call__(self, attainment: float) -> Light:
        """The light of one attainment."""
        code = self.codes(np.asarray(attainment))
        if code.ndim:
            reason = f"{code.size} attainments where one is wanted"
            check([Fault("lights", reason, "pass one number, or use codes(…)")])
        return tuple(Light)[int(code)]
