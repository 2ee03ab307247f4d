"""A seed fitted to its margins, or why it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike

from cascade_kpi._arrays import CONTENT, FloatArray, frozen_array, lock
from cascade_kpi._fields import as_number, not_whole
from cascade_kpi._text import plain
from cascade_kpi.errors import Fault, check
from cascade_kpi.fitting.axes import Axes
from cascade_kpi.fitting.blocking import blocking, possible
from cascade_kpi.fitting.margins import (
    Margin,
    Names,
    disagreeing,
    entries,
    not_axes,
    read_margins,
    totals,
)
from cascade_kpi.fitting.proportional import Factors, fit_steeply, fit_two_ways, fit_ways
from cascade_kpi.fitting.telling import Way, blocked

__all__ = ["Fitted", "fit"]

_FIRST = 64  # rounds before zeros are looked at: with them out of the way few fits take more
_ROUNDS = 10_000
_STEEPLY = 1_000  # lines of the shorter side up to which equations for them are solved
_AGREED = 0.1  # of the tolerance: margins that differ more than that could not be met to it


@frozen
class Fitted:
    """A table that meets its margins, and how it was found.

    Attributes
    ----------
    table : float64 array
        Of the seed's shape, in the unit of the margins.
    margins : tuple of Margin
        In the order in which they were given.
    factors : tuple of float64 array
        For each margin a factor for each of its lines: the table is the seed times all of
        them, but for cells that are zero in every table with these margins.
    rounds : int
    residual : float
        The largest difference between a sum of the table and its margin, as a part of
        the margin.
    axes : Axes or None
        Names and labels, if any were given.
    """

    table: FloatArray = field(converter=frozen_array, eq=CONTENT)
    margins: tuple[Margin, ...]
    factors: tuple[FloatArray, ...] = field(eq=CONTENT, repr=False)
    rounds: int
    residual: float
    axes: Axes | None = None


def fit(
    seed: ArrayLike,
    margins: Mapping[object, ArrayLike],
    *,
    axes: Axes | None = None,
    tolerance: float = 1e-10,
    rounds: int = _ROUNDS,
) -> Fitted:
    """A table in the proportions of a seed that sums to given margins.

    Proportional fitting; W. E. Deming and F. F. Stephan, *Annals of Mathematical Statistics*
    11 (1940). Zeros of the seed stay zero.

    Parameters
    ----------
    seed : array of any shape
        Zero or more, in any unit.
    margins : mapping of an axis, or a tuple of axes, to an array
        What the table is to sum to for each line of the axis, or of the axes
        together. An axis is named by its number, or as `axes` names it.
    axes : Axes, optional
        Names and labels, for messages and for whatever is made of the answer.
    tolerance : float
        Sums may differ from their margins by this part of them.
    rounds : int
        The most rounds that are tried.

    Returns
    -------
    Fitted

    Raises
    ------
    InputError
        Listing entries that are absent, infinite or negative; margins that do not
        fit the seed or each other; lines that have nothing to be scaled; the fewest
        lines that block the margins; or that the rounds did not suffice.

    Examples
    --------
    >>> fitted = fit([[40, 30], [35, 50]], {0: [100, 200], 1: [120, 180]})
    >>> fitted.table.round(2)
    array([[ 50.41,  49.59],
           [ 69.59, 130.41]])
    >>> fit([[1, 1], [0, 1]], {0: [10, 10], 1: [15, 5]})
    Traceback (most recent call last):
    ...
    cascade_kpi.errors.InputError: 1 fault
      margins: 1 of axis 0 is to hold 10 and has cells only in 1 of axis 1, which is to hold 5; ...
    """
    faults = not_axes(axes)
    check(faults)
    names = Names(axes)
    start = entries(seed, "seed", names, faults)
    faults += _limits(tolerance, rounds)
    found = () if start is None else read_margins(margins, start.shape, names, faults)
    check(faults)
    assert start is not None  # noqa: S101 - it has been refused
    check(disagreeing(found, tolerance * _AGREED, names))
    check(_empty_lines(start, found, names))
    factors, kept = _solved(start, found, (tolerance, rounds), names)
    table, residual = _made(kept, found, factors)
    if not residual <= tolerance:
        check([_unfinished(table, found, factors.rounds, names)])
    of = tuple(map(lock, factors.of))
    return Fitted(lock(table), found, of, factors.rounds, residual, axes)


def _limits(tolerance: float, rounds: int) -> list[Fault]:
    faults = not_whole("fit", 1, 10**9, rounds=rounds)
    near = as_number(tolerance)
    if not isinstance(near, float) or not 1e-14 <= near < 1:
        repair = "give a part such as 1e-10; floats do not tell less than 1e-14"
        faults.append(Fault("fit", "no tolerance", repair, column="tolerance", value=tolerance))
    return faults


def _empty_lines(seed: FloatArray, margins: tuple[Margin, ...], names: Names) -> list[Fault]:
    """A fault for each line that is to hold something and has no entry."""
    faults = []
    for margin in margins:
        empty = (margin.values > 0) & (totals(seed, margin.axes) == 0)
        for at in map(tuple, np.argwhere(empty)[:20].tolist()):
            wanted = plain(float(margin.values[at]))
            reason = f"{names.place(margin.axes, at)!r} is to hold {wanted} and has no entry"
            repair = "give it one above zero, or lower what it is to hold to 0"
            faults.append(Fault("seed", reason, repair, column=names.axes_of(margin.axes)))
    return faults


def _solved(
    seed: FloatArray, margins: tuple[Margin, ...], limits: tuple[float, int], names: Names
) -> tuple[Factors, FloatArray]:
    """Factors, and the seed without the cells that are zero in every table.

    Raises
    ------
    InputError
        If two margins cannot be met together.
    """
    tolerance, rounds = limits
    factors = _factors(seed, margins, fit_two_ways, (tolerance, min(rounds, _FIRST)))
    if factors.off <= tolerance:
        return factors, seed
    kept = seed
    for _ in range(len(margins)):  # one pair's zeros may be another's obstacle
        before = np.count_nonzero(kept)
        for pair in combinations(margins, 2):
            kept = _cleared(kept, pair, names)
        if np.count_nonzero(kept) == before:
            break
    if rounds == factors.rounds:
        return factors, seed
    solve = fit_steeply if min(seed.shape) <= _STEEPLY else fit_two_ways
    further = _factors(kept, margins, solve, (tolerance, rounds - factors.rounds))
    return further._replace(rounds=factors.rounds + further.rounds), kept


def _factors(
    seed: FloatArray,
    margins: tuple[Margin, ...],
    solve: Callable[..., Factors],
    limits: tuple[float, int],
) -> Factors:
    """Factors of a seed that is scaled by a power of two, which changes no bit of the answer.

    Parameters
    ----------
    solve : callable
        What finds them for two margins of two axes.
    """
    total = max(float(margins[0].values.sum()), np.finfo(float).tiny)
    part = max(float(seed.max()), np.finfo(float).tiny)
    up, down = (-int(np.frexp(each)[1]) for each in (part, total))
    scaled = np.ldexp(seed, up)
    near, rounds = limits[0] / 2, limits[1]  # what the table's own sums are rounded by comes on top
    sums = [(margin.axes, np.ldexp(margin.values, down)) for margin in margins]
    if seed.ndim == 2 and sorted(axes for axes, _ in sums) == [(0,), (1,)]:
        turned = scaled if sums[0][0] == (0,) else scaled.T
        found = solve(turned, sums[0][1], sums[1][1], near, rounds)
    else:
        found = fit_ways(scaled, sums, near, rounds)
    last = np.ldexp(found.of[-1], up - down)
    return found._replace(of=[*found.of[:-1], last])


def _made(
    seed: FloatArray, margins: tuple[Margin, ...], factors: Factors
) -> tuple[FloatArray, float]:
    """The table, and by how much its sums are off."""
    table = seed
    with np.errstate(all="ignore"):
        for margin, factor in zip(margins, factors.of, strict=True):
            shape = [n if a in margin.axes else 1 for a, n in enumerate(seed.shape)]
            table = table * factor.reshape(shape)
        off = [
            np.abs(totals(table, margin.axes) - margin.values)
            / np.where(margin.values > 0, margin.values, 1.0)
            for margin in margins
        ]
    return table, float(max(each.max() for each in off))


def _unfinished(table: FloatArray, margins: tuple[Margin, ...], rounds: int, names: Names) -> Fault:
    """That the rounds did not suffice, and which line is farthest from what it is to hold."""
    far = []
    for m, margin in enumerate(margins):
        with np.errstate(all="ignore"):
            sums = totals(table, margin.axes)
            off = np.abs(sums - margin.values) / np.where(margin.values > 0, margin.values, 1.0)
        worst = int(np.nan_to_num(off, nan=np.inf).argmax())
        at = tuple(int(i) for i in np.unravel_index(worst, off.shape))
        far.append((float(off[at]), m, at, float(sums[at])))
    off_by, m, at, held = max(far, key=lambda each: (each[0] != each[0], each[0]))
    margin = margins[m]
    line = names.lines(margin.axes, [at])
    reason = f"not met in {rounds:,} rounds: {line} holds {plain(held)} of "
    reason += f"{plain(float(margin.values[at]))}, {off_by:.1e} off"
    repair = "allow more rounds or a larger tolerance, or look at the zeros of the seed"
    return Fault("margins", reason, repair)


def _cleared(seed: FloatArray, pair: tuple[Margin, Margin], names: Names) -> FloatArray:
    """The seed without cells that are zero in every table that meets two margins.

    Raises
    ------
    InputError
        If there is no such table.
    """
    axes = tuple(sorted({*pair[0].axes, *pair[1].axes}))
    support = totals(seed > 0, axes) > 0
    if support.all() and all(margin.values.all() for margin in pair):
        return seed
    shared = tuple(a for a in axes if all(a in margin.axes for margin in pair))
    own = [tuple(a for a in margin.axes if a not in shared) for margin in pair]
    order = [axes.index(a) for a in (*shared, *own[0], *own[1])]
    turned = support.transpose(order)
    many = int(np.prod(turned.shape[: len(shared)], dtype=int))
    sums = [
        margin.values.transpose([margin.axes.index(a) for a in (*shared, *its)]).reshape(many, -1)
        for margin, its in zip(pair, own, strict=True)
    ]
    tables = turned.reshape(many, sums[0].shape[1], sums[1].shape[1])
    keep = np.empty_like(tables)
    for x in range(many):
        rows, columns = sums[0][x], sums[1][x]
        block = blocking(tables[x], rows, columns)
        if block is not None:
            sizes = [tuple(seed.shape[a] for a in (*shared, *its)) for its in own]
            ways = [
                Way((*shared, *its), size, x * each.shape[1])
                for its, size, each in zip(own, sizes, sums, strict=True)
            ]
            check([blocked(block, (rows, columns), (ways[0], ways[1]), names)])
        keep[x] = possible(tables[x], rows, columns)
    kept = keep.reshape(turned.shape).transpose(np.argsort(order))
    shape = [n if a in axes else 1 for a, n in enumerate(seed.shape)]
    return np.where(kept.reshape(shape), seed, 0.0)
