"""Why margins cannot be met, in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._text import plain
from cascade_kpi.errors import Fault
from cascade_kpi.fitting.blocking import Blockage
from cascade_kpi.fitting.margins import Names

__all__ = ["Way", "blocked"]


class Way(NamedTuple):
    """What the lines of a two-way table are in the table that it was made of.

    Attributes
    ----------
    axes : tuple of int
    sizes : tuple of int
        Of these axes.
    begin : int
        Position of the first line among all lines of these axes.
    """

    axes: tuple[int, ...]
    sizes: tuple[int, ...]
    begin: int = 0

    def name(self, lines: IntArray, names: Names) -> str:
        """Some lines by name."""
        places = np.unravel_index(self.begin + lines, self.sizes)
        return names.lines(self.axes, [tuple(at) for at in np.transpose(places).tolist()])


def blocked(
    block: Blockage, sums: tuple[FloatArray, FloatArray], ways: tuple[Way, Way], names: Names
) -> Fault:
    """That some lines are to hold more than the lines in which they have cells.

    Parameters
    ----------
    sums : pair of float64 arrays
        What rows and columns are to hold.
    """
    mine, others = block.axis, 1 - block.axis
    holding = plain(float(sums[mine][block.lines].sum()))
    one = len(block.lines) == 1
    reason = f"{ways[mine].name(block.lines, names)} {'is' if one else 'are'} to hold {holding}"
    if not block.reach.size:
        reason += f" and {'has' if one else 'have'} no cell that may hold anything"
        return Fault("margins", reason, "lower that, or change the other margins or the zeros")
    room = plain(float(sums[others][block.reach].sum()))
    single = len(block.reach) == 1
    reason += f" and {'has' if one else 'have'} cells only in "
    reason += f"{ways[others].name(block.reach, names)}, which {'is' if single else 'are'} to hold"
    repair = "lower the one, raise the other, or let the seed have entries elsewhere"
    return Fault("margins", f"{reason} {room}", repair)
