"""Why margins cannot be met, in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._text import plain
from cascade_kpi.errors import Fault
from cascade_kpi.fitting.blocking import Blockage, Mask
from cascade_kpi.fitting.lines import Lines
from cascade_kpi.fitting.margins import Names
from cascade_kpi.fitting.problem import Problem
from cascade_kpi.fitting.refuting import Refutation

__all__ = ["Way", "blocked", "refuted"]


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


def refuted(found: Refutation, lines: Lines, problem: Problem) -> Fault:
    """That lines of several margins are to hold more than others leave them."""
    wanted = lines.wanted[found.lines] * np.abs(found.times)
    more, less = found.times > 0, found.times < 0
    reason = f"{_counted(found, more, lines, problem)} {_are(more)} to hold "
    reason += plain(float(f"{wanted[more].sum():.12g}"))
    if not less.any():
        reason += f" and {'has' if more.sum() == 1 else 'have'} no cell that may hold anything"
        return Fault("margins", reason, "lower that, or change the other margins or the zeros")
    reason += ", and "
    reason += _EACH if _at_once(found, lines) else _OFTEN
    reason += f"{_counted(found, less, lines, problem)}, which {_are(less)} to hold "
    reason += plain(float(f"{wanted[less].sum():.12g}"))
    repair = "lower the one, raise the other, or let the seed have entries elsewhere"
    return Fault("margins", reason, repair)


_EACH = "every cell of theirs that may hold anything is also in "
_OFTEN = "every cell that may hold anything counts at least as often in "


def _at_once(found: Refutation, lines: Lines) -> bool:
    """Whether a cell counts but once for them: if they are lines of one margin, each once."""
    of = np.searchsorted(lines.ends, found.lines[found.times > 0], side="right")
    return bool((np.abs(found.times) == 1).all() and (of == of[0]).all())


def _are(some: Mask) -> str:
    return "is" if np.count_nonzero(some) == 1 else "are"


def _counted(found: Refutation, some: Mask, lines: Lines, problem: Problem) -> str:
    """Lines by name, by margin and by how often they are counted."""
    parts = []
    for m, (margin, end) in enumerate(zip(problem.margins, lines.ends, strict=True)):
        begin = end - len(lines.places[m])
        mine = some & (found.lines >= begin) & (found.lines < end)
        for times in np.unique(np.abs(found.times[mine])).tolist():
            which = found.lines[mine & (np.abs(found.times) == times)] - begin
            told = Way(margin.axes, margin.values.shape).name(lines.places[m][which], problem.names)
            parts.append(told if times == 1 else f"{times} times {told}")
    return " and ".join(parts)
