"""Targets cut into pieces: days, a holder, a place."""

from __future__ import annotations

import attrs
import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, frozen_array

__all__ = ["CUSHION", "HELD", "LEAVE", "STATES", "VACANT", "Pieces"]

HELD, LEAVE, VACANT, CUSHION = 0, 1, 2, 3
"""States of a piece."""

STATES = ("held", "leave", "vacant", "cushion")
"""Their names."""


@frozen(hash=False)
class Pieces:
    """Pieces of targets, the same for every KPI; those of one part follow each other.

    Attributes
    ----------
    origin, period : int64 array (m,)
        Whose target, in which period.
    run : int64 array (m,)
        Days in which the origin's holders and their shares do not change, numbered.
    part : int64 array (m,)
        What one of the run's holders has, numbered.
    holder : int64 array (m,)
        Position among the holders; of a leave, who is on it; `NOBODY` of a vacancy.
    state : int64 array (m,)
        `HELD`, `LEAVE`, `VACANT`; `CUSHION` of what a unit's children have beyond it,
        which no one holds and no policy moves.
    place : int64 array (m,)
        Row of the node from which it counts upwards.
    carrier, keeper : int64 array (m,)
        Of what is not held: row of the unit that carries it, and who alone holds
        that; -1 for none.
    start, end : int64 array (m,)
        Days, counted from 1 January 1970.
    share : float64 array (m,)
        Of the origin's target on these days.
    run_start, run_end : int64 array (runs,)
    """

    origin: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    period: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    run: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    part: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    holder: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    state: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    place: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    carrier: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    keeper: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    start: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    end: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    share: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    run_start: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    run_end: IntArray = field(eq=CONTENT, repr=False, converter=frozen_array)

    def __len__(self) -> int:
        return len(self.origin)

    def as_cushions(self) -> Pieces:
        """The same pieces, of cushions: no one is to carry them."""
        none = np.full(len(self), -1)
        state = np.full(len(self), CUSHION)
        return attrs.evolve(self, state=state, carrier=none, keeper=none)

    def joined(self, other: Pieces) -> Pieces:
        """These and others, whose runs and parts are numbered on."""
        runs = len(self.run_start)
        parts = int(self.part[-1]) + 1 if len(self) else 0
        numbered = attrs.evolve(other, run=other.run + runs, part=other.part + parts)
        columns = [column.name for column in attrs.fields(Pieces)]
        return Pieces(
            **{
                name: np.concatenate([getattr(self, name), getattr(numbered, name)])
                for name in columns
            }
        )
