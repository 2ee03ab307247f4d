"""Proportional fitting by factors: the table itself is made once, at the end.

W. E. Deming and F. F. Stephan, "On a least squares adjustment of a sampled frequency table when
the expected marginal totals are known", *Annals of Mathematical Statistics* 11 (1940). Each margin
has a factor for each of its lines. A round takes one margin after another and divides what it
is to be by what the seed times all other factors sums to. For two ways these sums are products
of a matrix and a vector: r = R/(K c), c = C/(Kᵀ r).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.fitting.margins import Margin

__all__ = ["Factors", "fit_two_ways", "fit_ways", "ratio"]


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
    live = rows > 0, columns > 0
    if live[0].all() and live[1].all():
        return _in_turn(seed, rows, columns, tolerance, rounds)
    part = seed[live[0]][:, live[1]]
    found = _in_turn(part, rows[live[0]], columns[live[1]], tolerance, rounds)
    full = [np.zeros(len(rows)), np.zeros(len(columns))]
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


def fit_ways(
    seed: FloatArray,
    margins: tuple[Margin, ...],
    tolerance: float,
    rounds: int,
    near: Factors | None = None,
) -> Factors:
    """Factors of a table of any number of axes, as :func:`fit_two_ways`; from others, if given."""
    factors = [np.ones(margin.values.shape) for margin in margins] if near is None else [*near.of]
    axes = [margin.axes for margin in margins]
    plans = [_Plan.of(seed.ndim, axes, m) for m in range(len(margins))]
    done, off = 0, np.inf
    with np.errstate(all="ignore"):
        while off > tolerance and done < rounds:
            off = 0.0
            for m, wanted in enumerate(margin.values for margin in margins):
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
