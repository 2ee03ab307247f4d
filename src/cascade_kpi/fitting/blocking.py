"""Whether a table of rows and columns can have its margins, and which lines block it.

Units flow from rows to the columns that they reach, and on from column to column through the
rows that reach both, until no column holds too much. By the theorem of D. Gale, "A theorem on
flows in networks", *Pacific Journal of Mathematics* 7 (1957), there is no table exactly when
some rows sum to more than all the columns that they reach.

Rows that reach the same columns are one row, and sums are of whole floats, hence exact.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = ["Blockage", "Mask", "blocking", "possible"]

Mask = NDArray[np.bool_]

_BITS = 51  # of a total: sums of whole floats up to it are exact
_ROUNDED = 4  # units by which a margin of floats may be rounded
_TRIED = 256  # rows up to which every one of a block is tried without


class Blockage(NamedTuple):
    """Lines that are to hold more than the lines that they reach.

    Attributes
    ----------
    axis : int
        Of the lines that hold too much: 0 for rows, 1 for columns.
    lines : int64 array (k,)
        Their positions.
    reach : int64 array (l,)
        Positions of the lines of the other axis in which they have a cell.
    """

    axis: int
    lines: IntArray
    reach: IntArray


class _Problem(NamedTuple):
    """Rows that reach the same columns as one, and margins in whole units.

    Attributes
    ----------
    support : bool array (g, n)
    rows : float64 array (g,)
    columns : float64 array (n,)
        Whole.
    unit : float
        Units for one of what the margins are in.
    slack : float
        Units that are too few to count: what the margins were rounded by.
    group : int64 array (m,)
        Of each row.
    """

    support: Mask
    rows: FloatArray
    columns: FloatArray
    unit: float
    slack: float
    group: IntArray


class _Flow(NamedTuple):
    """Units in cells, and the columns from which no unit that is too much can get away."""

    cells: FloatArray
    stuck: Mask


def blocking(support: Mask, rows: FloatArray, columns: FloatArray) -> Blockage | None:
    """The lines that leave the margins no way to be met; None if there is a way.

    Parameters
    ----------
    support : bool array (m, n)
        Where a cell may hold something.
    rows, columns : float64 arrays (m,), (n,)
        Zero or more, with about the same sum. What their sums differ by, and what floats
        are rounded by, is too little to block anything.
    """
    found = []
    for axis, (reach, mine) in enumerate(((support, rows), (support.T, columns))):
        alone = np.flatnonzero((mine > 0) & ~reach.any(axis=1))[:1]
        if alone.size:
            return Blockage(axis, alone, alone[:0])
    for axis, (reach, mine, others) in enumerate(
        ((support, rows, columns), (support.T, columns, rows))
    ):
        problem = _problem(reach, mine, others)
        flow = _flow(problem)
        if not flow.stuck.any():
            return None
        lines = _fewest(problem, flow.stuck, mine)
        found.append(Blockage(axis, lines, np.flatnonzero(reach[lines].any(axis=0))))
    return min(found, key=lambda block: len(block.lines) + len(block.reach))


def possible(support: Mask, rows: FloatArray, columns: FloatArray) -> Mask:
    """The cells that hold something in some table with these margins, of which there is one.

    A cell may hold something if it does in one such table, or if what is put into it can
    be taken out again around a cycle of cells. Those of lines that hold next to nothing are
    taken to.
    """
    if support.shape[1] > support.shape[0]:
        return possible(support.T, columns, rows).T
    problem = _problem(support, rows, columns)
    cells = _flow(problem).cells > problem.slack
    ways = _product(cells.T, problem.support) | np.eye(support.shape[1], dtype=bool)
    for _ in range(len(ways).bit_length()):
        ways = _product(ways, ways)
    few = problem.rows <= problem.slack, problem.columns <= problem.slack
    may = (_product(cells, ways.T) | few[0][:, None] | few[1]) & problem.support
    return np.asarray(may[problem.group] & (rows > 0)[:, None] & (columns > 0))


def _product(left: Mask, right: Mask) -> Mask:
    return np.asarray(left.astype(np.float32) @ right.astype(np.float32) > 0)


def _problem(support: Mask, rows: FloatArray, columns: FloatArray) -> _Problem:
    packed = np.ascontiguousarray(np.packbits(support, axis=1))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    group = group.ravel()
    sums = float(rows.sum()), float(columns.sum())
    total = max(*sums, 1e-300)
    shift = _BITS - int(np.frexp(total)[1])
    slack = 0.0
    if shift >= 0 and _whole(rows) and _whole(columns):
        shift = 0
    else:
        rows, columns = (np.rint(np.ldexp(each, shift)) for each in (rows, columns))
        slack = _ROUNDED * float(len(rows) + len(columns))
        slack += float(np.ldexp(abs(sums[0] - sums[1]), shift))
    grouped = np.bincount(group, weights=rows, minlength=len(first)).astype(np.float64)
    return _Problem(support[first], grouped, columns, float(np.ldexp(1.0, shift)), slack, group)


def _whole(values: FloatArray) -> bool:
    return bool((np.floor(values) == values).all())


def _flow(problem: _Problem) -> _Flow:
    """Units moved by the fewest steps from columns that hold too much to others."""
    support, columns = problem.support, problem.columns
    cells = _start(problem)
    excess = cells.sum(axis=0) - columns
    ways = support.astype(np.float64)
    room = cells.T @ ways  # units of one column that can go to another
    while True:
        before, order = _reached(room > 0, excess > 0)
        ends = [k for k in order if excess[k] < 0]
        if not ends or excess[excess > 0].sum() <= problem.slack:
            return _Flow(cells, _stuck(room > 0, excess, problem.slack))
        path = [ends[0]]
        while before[path[-1]] >= 0:
            path.append(before[path[-1]])
        path.reverse()
        hops = list(itertools.pairwise(path))
        units = min(excess[path[0]], -excess[path[-1]], *(room[j, k] for j, k in hops))
        for j, k in hops:
            _move(cells, support, j, k, units)
        excess[path[0]] -= units
        excess[path[-1]] += units
        room[path] = cells[:, path].T @ ways


def _stuck(ways: Mask, excess: FloatArray, slack: float) -> Mask:
    """Columns that hold too much and those that they could go to: the fewest that can be told."""
    stuck = np.zeros(len(excess), dtype=bool)
    if excess[excess > 0].sum() > slack:
        each = np.arange(len(excess))
        alone = [_reached(ways, each == j)[1] for j in np.flatnonzero(excess > slack).tolist()]
        stuck[min(alone, key=len) if alone else _reached(ways, excess > 0)[1]] = True
    return stuck


def _start(problem: _Problem) -> FloatArray:
    """Every row's units over the columns that it reaches, in proportion to what these hold."""
    claims = problem.support * (problem.columns + 1.0)
    total = claims.sum(axis=1)
    share = problem.rows / np.where(total > 0, total, 1.0)
    cells: FloatArray = np.floor(claims * share[:, None])
    largest = claims.argmax(axis=1)
    each = np.arange(len(cells))
    cells[each, largest] += problem.rows - cells.sum(axis=1)
    return cells


def _reached(ways: Mask, begin: Mask) -> tuple[list[int], list[int]]:
    """Breadth first: the column before each, -1 at the beginning, and the columns in order."""
    before = [-1] * len(ways)
    order = np.flatnonzero(begin).tolist()
    seen = begin.copy()
    for j in order:  # grows while it is read
        new = np.flatnonzero(ways[j] & ~seen).tolist()
        seen[new] = True
        for k in new:
            before[k] = j
        order.extend(new)
    return before, order


def _move(cells: FloatArray, support: Mask, j: int, k: int, units: float) -> None:
    """Units from one column to another, the earliest rows first."""
    having = np.where(support[:, k], cells[:, j], 0.0)
    moved = np.clip(units - (np.cumsum(having) - having), 0.0, having)
    cells[:, j] -= moved
    cells[:, k] += moved


def _fewest(problem: _Problem, stuck: Mask, rows: FloatArray) -> IntArray:
    """Rows that together hold too much, none of which can be left out.

    Parameters
    ----------
    stuck : bool array (n,)
        Columns that hold too much, together with all that they could go to.
    rows : float64 array (m,)
        The margin of the rows as it was given.
    """
    support, sums = problem.support, problem.rows
    keep = (sums > 0) & ~(support & ~stuck).any(axis=1)
    some = np.flatnonzero(keep).tolist()
    for i in some if len(some) <= _TRIED else ():
        without = keep & (np.arange(len(keep)) != i)
        flow = _flow(problem._replace(support=support[without], rows=sums[without]))
        if flow.stuck.any():
            keep = without & ~(support & ~flow.stuck).any(axis=1)
    reach = (support & keep[:, None]).any(axis=0)
    over = sums[keep].sum() - problem.columns[reach].sum() - problem.slack
    mine = np.flatnonzero(keep[problem.group] & (rows > 0))
    mine = mine[np.argsort(rows[mine], kind="stable")]
    spare = np.cumsum(rows[mine]) * problem.unit < over  # the least ones, as far as it goes
    return np.sort(mine[~spare])
