"""An attainment that is rounded before a curve is read at it."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import is_a
from cascade_kpi.errors import Fault, check
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.records import record
from cascade_kpi.scoring.attainments.basic import Attainment, Remedied, absolute, one_way
from cascade_kpi.scoring.rounding import Mode, not_rounding, rounded

__all__ = ["Rounded"]


@record("cascade_kpi/attainments.rounded")
@frozen
class Rounded:
    """Another attainment, rounded to so many decimals by a stated mode.

    For plans that say "attainment in whole per cent" (two decimals), so that 99.6 % is on
    target; or to keep steps from turning on the last bit of a sum.

    Parameters
    ----------
    of : Attainment
    decimals : int
    mode : {"half_even", "half_up", "half_away", "down", "up"}
        As of :class:`curves.Rounded <cascade_kpi.curves.Rounded>`.

    Examples
    --------
    >>> from cascade_kpi import attainments, directions
    >>> rule = Rounded(attainments.Proportion(), 2, "half_up")
    >>> rule(np.array([99.4, 99.5]), np.full(2, 100.0), directions.Higher())
    array([0.99, 1.  ])
    """

    of: Attainment
    decimals: int = 2
    mode: Mode = "half_even"

    def __attrs_post_init__(self) -> None:
        faults = []
        if not is_a(self.of, Attainment):
            repair = "use one of cascade_kpi.attainments, or an object with its methods"
            reason, column = "not an attainment", "of"
            faults.append(Fault("rounded attainment", reason, repair, column=column, value=self.of))
        check(faults + not_rounding("rounded attainment", self.decimals, self.mode))

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that the other needs."""
        return self.of.columns

    @property
    def absolute(self) -> bool:
        """As the other."""
        return absolute(self.of)

    @property
    def one_way(self) -> bool:
        """As the other."""
        return one_way(self.of)

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> FloatArray:
        """Attainment, rounded."""
        return rounded(self.of(actual, target, better, *columns), self.decimals, self.mode)

    def refuses(
        self, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> NDArray[np.bool_]:
        """What the other refuses."""
        return self.of.refuses(target, better, *columns)

    @property
    def remedy(self) -> str:
        """What the other says."""
        return self.of.remedy if isinstance(self.of, Remedied) else "change the target"
