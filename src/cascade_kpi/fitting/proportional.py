"""Proportional fitting by factors: the table itself is made once, at the end.

W. E. Deming and F. F. Stephan, "On a least squares adjustment of a sampled frequency table when
the expected marginal totals are known", *Annals of Mathematical Statistics* 11 (1940). Each margin
has a factor for each of its lines. A round takes one margin after another and divides what it
is to be by what the seed times all other factors sums to. For two ways these sums are products
of a matrix and a vector: r = R/(K c), c = C/(Kᵀ r).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray

__all__ = ["Factors", "Sums", "fit_steeply", "fit_two_ways", "fit_ways", "ratio"]

_CLOSE = 1e-3  # of a sum: what is off by less, Newton's method is sure to bring nearer

Sums = list[tuple[tuple[int, ...], FloatArray]]
"""Axes, ascending, and what the table is to sum to for each of their lines."""


class Factors(NamedTuple):
    """One factor for each line of each margin, and how they were found.

    Attributes
    ----------
    of : list of float64 arrays
        In the order of the margins.
    rounds : int
    off : float
        By how much a sum was off before its last correction, as a part of its margin.
    """

    of: list[FloatArray]
    rounds: int
    off: float


def ratio(top: FloatArray | IntArray, bottom: FloatArray) -> FloatArray:
    """One over the other, zero where there is nothing to divide by."""
    quotients: FloatArray = np.zeros(bottom.shape)
    np.divide(top, bottom, out=quotients, where=bottom > 0)
    return quotients


def fit_two_ways(
    seed: FloatArray, rows: FloatArray, columns: FloatArray, tolerance: float, rounds: int
) -> Factors:
    """Factors of a matrix.

    Parameters
    ----------
    seed : float64 array (m, n)
    rows, columns : float64 arrays (m,), (n,)
        Sums of one total, of about the seed's size.
    tolerance : float
        Sums may be off by this part of them.
    rounds : int
        At most.
    """
    return _among_live(_in_turn, seed, (rows, columns), tolerance, rounds)


def fit_steeply(
    seed: FloatArray, rows: FloatArray, columns: FloatArray, tolerance: float, rounds: int
) -> Factors:
    """The same where rounds come nearer slowly, by Newton's method.

    Every cell of the seed above zero is to hold something in some table that meets the margins.
    """
    if len(columns) > len(rows):
        found = fit_steeply(seed.T, columns, rows, tolerance, rounds)
        return found._replace(of=found.of[::-1])
    return _among_live(_by_newton, seed, (rows, columns), tolerance, rounds)


def _among_live(
    solve: Callable[..., Factors],
    seed: FloatArray,
    sums: tuple[FloatArray, FloatArray],
    tolerance: float,
    rounds: int,
) -> Factors:
    """Factors of the lines that are to hold something, and zero for the others."""
    live = sums[0] > 0, sums[1] > 0
    if live[0].all() and live[1].all():
        return solve(seed, *sums, tolerance, rounds)
    part = seed[live[0]][:, live[1]]
    found = solve(part, sums[0][live[0]], sums[1][live[1]], tolerance, rounds)
    full = [np.zeros(len(sums[0])), np.zeros(len(sums[1]))]
    for each, there, factors in zip(full, live, found.of, strict=True):
        each[there] = factors
    return found._replace(of=full)


def _in_turn(
    seed: FloatArray, rows: FloatArray, columns: FloatArray, tolerance: float, rounds: int
) -> Factors:
    """Rows and columns in turn, as sums that no library spreads over threads: the same bits."""
    turned = seed.shape[1] > seed.shape[0]
    table = np.ascontiguousarray(seed if turned else seed.T)  # the longer side runs fastest
    by_row, by_column = ("ij,j->i", "ij,i->j") if turned else ("ji,j->i", "ji,i->j")
    c = np.ones(len(columns))
    r = np.zeros(len(rows))
    done, off = 0, np.inf
    with np.errstate(all="ignore"):
        while True:
            sums = np.einsum(by_row, table, c)
            off = float(np.abs(r * sums / rows - 1.0).max(initial=0.0))
            # What is off after all rounds is known only now, and NaN is no reason to go on.
            if not off > tolerance or done == rounds:
                return Factors([r, c], done, off)
            r = rows / sums
            c = columns / np.einsum(by_column, table, r)
            done += 1


def _by_newton(
    seed: FloatArray, rows: FloatArray, columns: FloatArray, tolerance: float, rounds: int
) -> Factors:
    """Of the factors of columns alone, c = exp(v), those of rows being what they have to be.

    The minimum of Σ Rᵢ log Σⱼ Kᵢⱼ exp(vⱼ) - Σ Cⱼ vⱼ, which is convex.
    """
    v = np.zeros(len(columns))
    done, off = 0, np.inf
    with np.errstate(all="ignore"):
        here = _Dual.at(seed, rows, columns, v)
        while True:
            gap = here.table.sum(axis=0) - columns
            off = float(np.abs(gap / columns).max(initial=0.0))
            if not off > tolerance or done == rounds:
                return Factors([here.rows, np.exp(v)], done, off)
            step = _step(here.table, rows, columns, gap)
            size, slope = 1.0, float(step @ gap)
            while True:
                there = _Dual.at(seed, rows, columns, v + size * step)
                # Close by, the function's values differ by less than floats tell; sums do not.
                nearer = off < _CLOSE
                nearer &= np.abs((there.table.sum(axis=0) - columns) / columns).max() < off
                if nearer or there.value <= here.value + 1e-4 * size * slope or size < 1e-9:
                    break
                size /= 2
            v, here = v + size * step, there
            done += 1


class _Dual(NamedTuple):
    """The function that is least where the margins are met, and the table there.

    Attributes
    ----------
    value : float
    rows : float64 array (m,)
        Factors of rows, under which they hold what they are to.
    table : float64 array (m, n)
    """

    value: float
    rows: FloatArray
    table: FloatArray

    @classmethod
    def at(cls, seed: FloatArray, rows: FloatArray, columns: FloatArray, v: FloatArray) -> _Dual:
        """At the logarithms of columns' factors."""
        weighed = seed * np.exp(v)
        sums = weighed.sum(axis=1)
        value = float(rows @ np.log(sums) - columns @ v)
        factors = rows / sums
        return cls(value if value == value else np.inf, factors, weighed * factors[:, None])


def _step(table: FloatArray, rows: FloatArray, columns: FloatArray, gap: FloatArray) -> FloatArray:
    """Newton's step; where columns only move together, a little is added that keeps it finite."""
    bend = np.diag(table.sum(axis=0)) - table.T @ (table / rows[:, None])
    bend += np.diag(1e-13 * (np.diag(bend) + columns))
    step = np.linalg.solve(bend, -gap)
    return np.asarray(step * min(1.0, 20.0 / max(float(np.abs(step).max()), 1e-300)))


def fit_ways(seed: FloatArray, margins: Sums, tolerance: float, rounds: int) -> Factors:
    """Factors of a table of any number of axes, as :func:`fit_two_ways`."""
    factors = [np.ones(values.shape) for _, values in margins]
    plans = [_Plan.of(seed.ndim, [axes for axes, _ in margins], m) for m in range(len(margins))]
    done, off = 0, np.inf
    with np.errstate(all="ignore"):
        while off > tolerance and done < rounds:
            off = 0.0
            for m, (_, wanted) in enumerate(margins):
                sums = plans[m].sums(seed, factors)
                there = wanted > 0
                far = np.abs(factors[m][there] * sums[there] / wanted[there] - 1.0)
                off = max(off, float(far.max(initial=0.0)))
                factors[m] = ratio(wanted, sums)
            done += 1
    return Factors(factors, done, off)


class _Plan(NamedTuple):
    """In which order the seed is multiplied by the factors of all margins but one and summed.

    Attributes
    ----------
    first : tuple of int
        Axes that are left once the seed is summed over those in no margin.
    steps : list of (factor, its axes, axes that are left)
    """

    first: tuple[int, ...]
    steps: list[tuple[int, tuple[int, ...], tuple[int, ...]]]

    @classmethod
    def of(cls, ndim: int, margins: list[tuple[int, ...]], m: int) -> _Plan:
        """The plan for the m-th margin: soonest the factor that lets most axes be summed."""
        others = {k: axes for k, axes in enumerate(margins) if k != m}
        needed = set(margins[m]).union(*others.values())
        first = left = tuple(a for a in range(ndim) if a in needed)
        steps = []
        while others:
            rests = {
                k: set(margins[m]).union(*(axes for j, axes in others.items() if j != k))
                for k in others
            }
            k = min(others, key=lambda k: (len(set(left) & rests[k]), k))
            left = tuple(a for a in left if a in rests[k])
            steps.append((k, others.pop(k), left))
        return cls(first, steps)

    def sums(self, seed: FloatArray, factors: list[FloatArray]) -> FloatArray:
        """What the seed times the other factors sums to."""
        axes = tuple(range(seed.ndim))
        part = np.asarray(seed.sum(axis=tuple(a for a in axes if a not in self.first)))
        axes = self.first
        for k, its, left in self.steps:
            subscripts = f"{_letters(axes)},{_letters(its)}->{_letters(left)}"
            part = np.asarray(np.einsum(subscripts, part, factors[k]))
            axes = left
        return part


def _letters(axes: tuple[int, ...]) -> str:
    """Axes as einsum names them."""
    return "".join(chr(ord("a") + a) for a in axes)
