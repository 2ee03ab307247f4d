"""Factors of a seed: by rounds, then by Newton's method; or why there are none."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi._text import plain
from cascade_kpi.errors import Fault, check
from cascade_kpi.fitting.blocking import Blockage, Mask, blocking, possible
from cascade_kpi.fitting.lines import Lines, broadcast
from cascade_kpi.fitting.margins import Margin, Names, totals
from cascade_kpi.fitting.newton import fit_steeply
from cascade_kpi.fitting.problem import Problem
from cascade_kpi.fitting.proportional import Factors, fit_two_ways, fit_ways
from cascade_kpi.fitting.refuting import refute
from cascade_kpi.fitting.telling import Way, blocked, refuted

__all__ = ["solve", "times"]

_FIRST = 64  # rounds before zeros are looked at: with them out of the way few fits take more
_STEPS = 60, 40, 100, 300  # of Newton's method; in between it is asked whether there is a table
_SURE = 1e-9  # of a sum, beyond which a difference is no rounding

Patience = tuple[float, int]
"""The part of a sum by which it may be off, and the most rounds."""


def solve(problem: Problem, patience: Patience) -> tuple[FloatArray, Factors, float]:
    """The table that meets the margins, its factors, and by how much its sums are off.

    Raises
    ------
    InputError
        If the margins cannot be met, or were not met in the rounds that were allowed.
    """
    scaled, shift = _scaled(problem)
    found, kept = _found(problem, scaled, patience)
    last = np.ldexp(found.of[-1], shift)
    found = found._replace(of=[*found.of[:-1], last])
    table = times(np.where(kept, problem.start, 0.0), problem.margins, found.of)
    residual = _residual(table, problem.margins)
    if not residual <= patience[0]:
        check([_unfinished(table, problem.margins, found.rounds, problem.names)])
    return table, found, residual


def times(seed: FloatArray, margins: tuple[Margin, ...], factors: list[FloatArray]) -> FloatArray:
    """The seed times the factors of one margin after another."""
    table = seed
    with np.errstate(all="ignore"):
        for margin, factor in zip(margins, factors, strict=True):
            table = table * broadcast(factor, margin.axes, seed.ndim)
    return table


def _scaled(problem: Problem) -> tuple[Problem, int]:
    """Seed and margins of about one, by powers of two, which change no bit of the answer.

    The second is the power of two that takes the last factors back.
    """
    total = max(float(problem.margins[0].values.sum()), np.finfo(float).tiny)
    part = max(float(problem.start.max()), np.finfo(float).tiny)
    up, down = (-int(np.frexp(each)[1]) for each in (part, total))
    margins = tuple(Margin(each.axes, np.ldexp(each.values, down)) for each in problem.margins)
    return Problem(np.ldexp(problem.start, up), margins, problem.axes), up - down


def _found(problem: Problem, scaled: Problem, patience: Patience) -> tuple[Factors, Mask]:
    """Factors, and the cells that hold something in some table.

    Raises
    ------
    InputError
        If the margins cannot be met together.
    """
    tolerance, rounds = patience
    near = tolerance / 2  # what the table's own sums are rounded by comes on top
    first = _by_rounds(scaled, (near, min(rounds, _FIRST)))
    kept = problem.start > 0
    if first.off <= tolerance:
        return first, kept
    kept = _cleared(problem, kept)
    if rounds == first.rounds:
        return first, kept
    part = Problem(np.where(kept, scaled.start, 0.0), scaled.margins, scaled.axes)
    further = _nearer(part, (near, rounds - first.rounds), first, _Doubt(problem, kept))
    return further._replace(rounds=first.rounds + further.rounds), kept


class _Doubt(NamedTuple):
    """Margins of which it is not known whether they can be met.

    Attributes
    ----------
    problem : Problem
    kept : bool array
        Cells that hold something in some table that meets any two of them.
    """

    problem: Problem
    kept: Mask

    def check(self) -> None:
        """Refuse them if lines are found that block.

        Raises
        ------
        InputError
        """
        lines = Lines.of(self.kept.astype(np.float64), self.problem.margins)
        found = refute(lines.at, lines.wanted)
        if found is not None:
            check([refuted(found, lines, self.problem)])


def _by_rounds(problem: Problem, patience: Patience) -> Factors:
    seed, margins = problem.start, problem.margins
    if [margin.axes for margin in margins] == [(0,), (1,)]:
        return fit_two_ways(seed, margins[0].values, margins[1].values, *patience)
    if [margin.axes for margin in margins] == [(1,), (0,)]:
        return fit_two_ways(seed.T, margins[0].values, margins[1].values, *patience)
    return fit_ways(seed, margins, *patience)


def _nearer(problem: Problem, patience: Patience, begin: Factors, doubt: _Doubt) -> Factors:
    """By Newton's method; in rounds where that fails and no lines are found to block.

    Raises
    ------
    InputError
        Naming the lines that block, where they are found.
    """
    (near, rounds), done, best = patience, 0, begin
    for most in _STEPS:
        steps = min(most, rounds - done)
        found = fit_steeply(problem.start, problem.margins, near, steps, best)
        done += found.rounds
        before, best = best, found._replace(rounds=done)
        if found.off <= near or done == rounds:
            return best
        if _hopeless(problem, before, best):
            doubt.check()
    doubt.check()
    slow = fit_ways(problem.start, problem.margins, near, rounds - done, best)
    slow = slow._replace(rounds=done + slow.rounds)
    return slow if slow.off < best.off else best


def _hopeless(problem: Problem, before: Factors, after: Factors) -> bool:
    """Whether the way that factors go proves that the margins cannot be met.

    What the logarithms of a cell's factors grow by sums over any table to what those of lines
    grow by sums to over the margins. That cannot be if no cell's grows by as much as the latter
    is on average.
    """
    lines = Lines.of(problem.start, problem.margins)
    if not lines.reached.all():
        return True
    with np.errstate(all="ignore"):
        grown = np.concatenate(
            [
                np.log(new.ravel()[places] / old.ravel()[places])
                for new, old, places in zip(after.of, before.of, lines.places, strict=True)
            ]
        )
        total = float(lines.wanted[: lines.ends[0]].sum())
        if not np.isfinite(grown).all():
            return True
        most = float(grown[lines.at].sum(axis=0).max())
        return bool(
            grown @ lines.wanted > most * total + _SURE * float(np.abs(grown) @ lines.wanted)
        )


def _residual(table: FloatArray, margins: tuple[Margin, ...]) -> float:
    """The largest part of a margin by which its sum is off."""
    return float(max(_off(table, margin).max() for margin in margins))


def _off(table: FloatArray, margin: Margin) -> FloatArray:
    with np.errstate(all="ignore"):
        gap = np.abs(totals(table, margin.axes) - margin.values)
        return np.asarray(gap / np.where(margin.values > 0, margin.values, 1.0))


def _unfinished(table: FloatArray, margins: tuple[Margin, ...], rounds: int, names: Names) -> Fault:
    """That the rounds did not suffice, and which line is farthest from what it is to hold."""
    far = []
    for m, margin in enumerate(margins):
        sums, off = totals(table, margin.axes), _off(table, margin)
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


def _cleared(problem: Problem, kept: Mask) -> Mask:
    """The cells without those that are zero in every table that meets two of the margins.

    Raises
    ------
    InputError
        If there is no such table.
    """
    cells = kept
    while True:  # one pair's zeros may be another's obstacle
        before = np.count_nonzero(cells)
        for pair in combinations(problem.margins, 2):
            fewer = _without(cells, pair, problem.names)
            if fewer is None:  # by next to nothing: what was cleared held that, and no more
                return kept
            cells = fewer
        if np.count_nonzero(cells) == before:
            return cells


def _without(cells: Mask, pair: tuple[Margin, Margin], names: Names) -> Mask | None:
    """The cells without those that are zero in every table that meets two margins.

    Raises
    ------
    InputError
        If there is no such table.
    """
    axes = tuple(sorted({*pair[0].axes, *pair[1].axes}))
    support = totals(cells, axes) > 0
    if support.all() and all(margin.values.all() for margin in pair):
        return cells
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
            if _next_to_nothing(block, (rows, columns)):
                return None
            sizes = [tuple(cells.shape[a] for a in (*shared, *its)) for its in own]
            ways = [
                Way((*shared, *its), size, x * each.shape[1])
                for its, size, each in zip(own, sizes, sums, strict=True)
            ]
            check([blocked(block, (rows, columns), (ways[0], ways[1]), names)])
        keep[x] = possible(tables[x], rows, columns)
    kept = keep.reshape(turned.shape).transpose(np.argsort(order))
    shape = [n if a in axes else 1 for a, n in enumerate(cells.shape)]
    return np.asarray(kept.reshape(shape) & cells)


def _next_to_nothing(block: Blockage, sums: tuple[FloatArray, FloatArray]) -> bool:
    """Whether lines block by so little that it may be what floats are rounded by."""
    over = sums[block.axis][block.lines].sum() - sums[1 - block.axis][block.reach].sum()
    return bool(over <= _SURE * sums[block.axis].sum())
