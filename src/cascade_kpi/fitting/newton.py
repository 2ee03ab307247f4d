"""Proportional fitting where rounds come nearer slowly: Newton's method on logarithms of factors.

The logarithms u of the factors make the table that meets its margins b the minimum of a convex
function, the dual of the fit: Σ t - <u, b>. The factors of the margin with most lines are at once
what they have to be; for the others Newton's equations are solved, as they are or, if there are
many, by conjugate gradients. Y. M. M. Bishop, S. E. Fienberg and P. W. Holland, *Discrete
Multivariate Analysis*, 1975, section 3.5; S. Boyd and L. Vandenberghe, *Convex Optimization*, 2004,
sections 9.5 and 10.3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.fitting.lines import Lines
from cascade_kpi.fitting.margins import Margin
from cascade_kpi.fitting.proportional import Factors

__all__ = ["fit_steeply"]

_CLOSE = 1e-3  # of a sum: what is off by less, Newton's method is sure to bring nearer
_SOLVED = 1_500  # lines up to which the equations of all are solved at once
_TABLE = 1 << 24  # entries of their table with the first margin, up to which
_GRAIN = 1e-14  # of a value, by which rounding may change it
_LONGEST = 20.0
_TURNS = 400  # of conjugate gradients
_LEVEL = 1e-12  # added to where lines only move together, as a part: keeps steps finite
_FLAT = 1.0  # at this they are level
_MOST = 600.0  # of a logarithm: factors have to be floats


Solve = Callable[[float], FloatArray]


class _Cells(NamedTuple):
    """Cells by the lines of the margin with most lines, which comes first here.

    Attributes
    ----------
    log : float64 array (cells,)
        Of the seed.
    first : int64 array (cells,)
        Line of the first margin, ascending.
    starts : int64 array (n,)
        Where each of these lines begins.
    others : int64 array (margins - 1, cells)
        Line of each further margin, counted through all of them.
    wanted : pair of float64 arrays
        What the lines of the first margin are to hold, and those of all others.
    """

    log: FloatArray
    first: IntArray
    starts: IntArray
    others: IntArray
    wanted: tuple[FloatArray, FloatArray]

    @classmethod
    def of(cls, seed: FloatArray, lines: Lines, most: int) -> _Cells:
        """Of a seed, with the margin in the lead that has most lines."""
        begin, end = _span(lines, most)
        order = np.argsort(lines.at[most], kind="stable")
        first = lines.at[most][order] - begin
        others = np.delete(lines.at, most, axis=0)[:, order]
        others = np.where(others >= end, others - (end - begin), others)
        starts = np.flatnonzero(np.diff(first, prepend=-1))
        wanted = lines.wanted[begin:end], np.delete(lines.wanted, slice(begin, end))
        return cls(np.log(seed[lines.cells][order]), first, starts, others, wanted)

    def sums(self, parts: FloatArray) -> FloatArray:
        """Over the lines of all margins but the first."""
        out: FloatArray = np.zeros(len(self.wanted[1]))
        for at in self.others:
            out += np.bincount(at, parts, len(out))
        return out

    def spread(self, v: FloatArray) -> FloatArray:
        """Numbers of these lines, added up for each cell."""
        out: FloatArray = np.zeros(len(self.log))
        for at in self.others:
            out += v[at]
        return out


class _Dual(NamedTuple):
    """The function that is least where the margins are met, at some factors, and the table there.

    Attributes
    ----------
    value : float
    grain : float
        By how much rounding may change it.
    first : float64 array
        Logarithms of the factors of the first margin, under which it is met.
    table : float64 array (N,)
    gap : float64 array
        What the lines of the others hold too much.
    off : float
        The largest gap, as a part of what the line is to hold.
    """

    value: float
    grain: float
    first: FloatArray
    table: FloatArray
    gap: FloatArray
    off: float

    @classmethod
    def at(cls, cells: _Cells, v: FloatArray) -> _Dual:
        """At the logarithms of the factors of all margins but the first."""
        rows, others = cells.wanted
        logs = cells.log + cells.spread(v)
        top = np.maximum.reduceat(logs, cells.starts)
        parts = np.exp(logs - top[cells.first])
        sums = np.add.reduceat(parts, cells.starts)
        table = parts * (rows / sums)[cells.first]
        high = top + np.log(sums)
        value = float(rows @ high - others @ v)
        grain = _GRAIN * float(rows @ np.abs(high) + others @ np.abs(v))
        gap = cells.sums(table) - others
        off = float(np.abs(gap / others).max(initial=0.0))
        return cls(value if value == value else np.inf, grain, np.log(rows) - high, table, gap, off)


def fit_steeply(
    seed: FloatArray,
    margins: tuple[Margin, ...],
    tolerance: float,
    rounds: int,
    near: Factors | None = None,
) -> Factors:
    """Factors of a table of any number of axes, as those of ``fit_ways``.

    Parameters
    ----------
    seed : float64 array
    margins : tuple of Margin
        Of one total; the lines of at least one are to hold something.
    tolerance : float
        Sums may be off by this part of them.
    rounds : int
        Steps at most.
    near : Factors, optional
        Where to begin; in the order of the margins.

    Returns
    -------
    Factors
        Off without bounds where a line that is to hold something has no cell.
    """
    lines = Lines.of(seed, margins)
    if not lines.reached.all():
        return Factors([np.ones(margin.values.shape) for margin in margins], 0, np.inf)
    sizes = [len(each) for each in lines.places]
    most = sizes.index(max(sizes))
    cells = _Cells.of(seed, lines, most)
    with np.errstate(all="ignore"):
        start = _start(lines, most, near)
        v, here, done = _descended(cells, start, tolerance, rounds)
    begin, end = _span(lines, most)
    logs = np.split(np.insert(v, [begin] * (end - begin), here.first), lines.ends[:-1])
    factors = [np.zeros(margin.values.shape) for margin in margins]
    for factor, places, log in zip(factors, lines.places, _in_reach(logs, most), strict=True):
        factor.ravel()[places] = np.exp(log)
    return Factors(factors, done, here.off)


def _span(lines: Lines, m: int) -> tuple[int, int]:
    """Where the lines of a margin begin and end."""
    return (lines.ends[m - 1] if m else 0), lines.ends[m]


def _start(lines: Lines, most: int, near: Factors | None) -> FloatArray:
    """Logarithms of the factors of all margins but one; zero where they are none."""
    if near is not None:
        logs = [
            np.log(factor.ravel()[places])
            for m, (factor, places) in enumerate(zip(near.of, lines.places, strict=True))
            if m != most
        ]
        start = np.concatenate([np.zeros(0), *logs])
        if np.isfinite(start).all():
            return start
    begin, end = _span(lines, most)
    return np.zeros(len(lines.wanted) - (end - begin))


def _descended(
    cells: _Cells, start: FloatArray, tolerance: float, rounds: int
) -> tuple[FloatArray, _Dual, int]:
    """Where Newton's steps lead: by equations of few lines; else, or if that fails, by gradients.

    Where factors have to part without end, the equations' steps go on along one line
    and leave the others behind; gradients ask less of that line.
    """
    small = len(start) <= _SOLVED and len(start) * len(cells.starts) <= _TABLE
    made = _descend(cells, start, tolerance, rounds, _solved if small else _conjugate)
    if small and made[1].off > tolerance:
        other = _descend(cells, start, tolerance, rounds, _conjugate)
        made = other if other[1].off < made[1].off else made
    return made


def _descend(
    cells: _Cells,
    v: FloatArray,
    tolerance: float,
    rounds: int,
    equations: Callable[[_Cells, _Dual], Solve],
) -> tuple[FloatArray, _Dual, int]:
    """Newton's steps, each shortened until it brings the table nearer."""
    here, done = _Dual.at(cells, v), 0
    while here.off > tolerance and done < rounds:
        step = _step(equations(cells, here))
        size, slope = 1.0, float(step @ here.gap)
        while size > 1e-9:
            there = _Dual.at(cells, v + size * step)
            lower = there.value <= here.value + 1e-4 * size * slope
            # Where values differ by less than floats tell, what lines are off still tells.
            alike = here.off < _CLOSE or abs(there.value - here.value) <= there.grain
            if lower or (alike and there.off < here.off):
                break
            size /= 2
        v, here, done = v + size * step, there, done + 1
    return v, here, done


def _step(solve: Solve) -> FloatArray:
    """Newton's step; where lines all but move together, levelled until it is short."""
    level = _LEVEL
    while True:
        step = solve(level)
        longest = float(np.abs(step).max(initial=0.0))
        if longest <= _LONGEST:
            return step
        level *= 100.0
        if level > _FLAT:
            return np.asarray(step * (_LONGEST / longest))


def _solved(cells: _Cells, here: _Dual) -> Solve:
    """Newton's step from the equations themselves, scaled to ones and levelled by so much."""
    rows, others = cells.wanted
    n = len(others)
    scale = 1.0 / np.sqrt(here.gap + others)
    across = np.zeros((len(rows), n))
    bend = np.diag(here.gap + others)
    for k, at in enumerate(cells.others):
        across += np.bincount(cells.first * n + at, here.table, across.size).reshape(across.shape)
        for other in cells.others[:k]:
            block = np.bincount(at * n + other, here.table, n * n).reshape(n, n)
            bend += block + block.T
    bend -= across.T @ (across / rows[:, None])
    bend *= scale * scale[:, None]
    diagonal = bend.diagonal().copy()

    def solve(level: float) -> FloatArray:
        np.fill_diagonal(bend, diagonal + level)
        return np.asarray(scale * np.linalg.solve(bend, -here.gap * scale))

    return solve


def _conjugate(cells: _Cells, here: _Dual) -> Solve:
    """The same by conjugate gradients: no more exactly than is of use so far."""
    rows, others = cells.wanted
    scale = 1.0 / np.sqrt(here.gap + others)

    def bent(way: FloatArray, level: float) -> FloatArray:
        moved = here.table * cells.spread(way * scale)
        moved -= here.table * (np.add.reduceat(moved, cells.starts) / rows)[cells.first]
        return cells.sums(moved) * scale + level * way

    def solve(level: float) -> FloatArray:
        step = np.zeros(len(others))
        left = -here.gap * scale
        way, size = left.copy(), float(left @ left)
        near = min(0.1, size**0.25) ** 2 * size
        for _ in range(min(len(others), _TURNS)):
            turn = bent(way, level)
            part = size / float(way @ turn)
            step += part * way
            left -= part * turn
            before, size = size, float(left @ left)
            if not size > near:
                break
            way = left + (size / before) * way
        return np.asarray(step * scale)

    return solve


def _in_reach(logs: list[FloatArray], most: int) -> list[FloatArray]:
    """Logarithms about zero in every margin but one, which takes up the difference."""
    shifts = [(each.max(initial=-np.inf) + each.min(initial=np.inf)) / 2 for each in logs]
    shifts[most] = sum(shifts[:most] + shifts[most + 1 :]) * -1.0
    return [np.clip(each - shift, -_MOST, _MOST) for each, shift in zip(logs, shifts, strict=True)]
