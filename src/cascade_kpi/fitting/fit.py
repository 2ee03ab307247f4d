"""A seed fitted to its margins, or why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike

from cascade_kpi._arrays import CONTENT, FloatArray, frozen_array, lock
from cascade_kpi._fields import as_number, not_whole
from cascade_kpi._long import Columns
from cascade_kpi._text import plain
from cascade_kpi.errors import Fault, check
from cascade_kpi.fitting.axes import Axes
from cascade_kpi.fitting.margins import (
    Margin,
    Names,
    disagreeing,
    entries,
    not_axes,
    read_margins,
    totals,
)
from cascade_kpi.fitting.problem import Problem
from cascade_kpi.fitting.showing import heat_table, long_form, told_as
from cascade_kpi.fitting.solving import solve
from cascade_kpi.records import record

__all__ = ["Fitted", "Until", "fit"]

_ROUNDS = 10_000
_AGREED = 0.1  # of the tolerance: margins that differ more than that could not be met to it


@record("cascade_kpi/until")
@frozen
class Until:
    """When a fit ends.

    Parameters
    ----------
    tolerance : float
        Sums may differ from their margins by this part of them.
    rounds : int
        The most rounds that are tried.
    """

    tolerance: float = field(default=1e-10, converter=as_number)
    rounds: int = _ROUNDS

    def __attrs_post_init__(self) -> None:
        check(_no_end(self.tolerance, self.rounds))


@frozen(hash=False, repr=False)
class Fitted:
    """A table that meets its margins, and how it was found.

    Attributes
    ----------
    problem : Problem
        The seed, the margins and the axes.
    until : Until
        When it was near enough.
    values : float64 array
        The table: of the seed's shape, in the unit of the margins.
    factors : tuple of float64 array
        For each margin a factor for each of its lines: the table is the seed times all of
        them, but for cells that are zero in every table with these margins.
    rounds : int
    residual : float
        The largest difference between a sum of the table and its margin, as a part of
        the margin.
    """

    problem: Problem
    until: Until
    values: FloatArray = field(converter=frozen_array, eq=CONTENT)
    factors: tuple[FloatArray, ...] = field(eq=CONTENT)
    rounds: int
    residual: float

    def __hash__(self) -> int:
        return hash((self.problem, self.until))

    @property
    def seed(self) -> FloatArray:
        """What it was fitted from, as it was given."""
        return self.problem.start

    @property
    def margins(self) -> tuple[Margin, ...]:
        """What it is to sum to, in the order in which they were given."""
        return self.problem.margins

    @property
    def axes(self) -> Axes | None:
        """Names and labels, if any were given."""
        return self.problem.axes

    def table(self, **constants: str) -> Columns:
        """The table in the long form, as :meth:`Axes.table` makes it."""
        return long_form(self, constants)

    def __repr__(self) -> str:
        return told_as(self, f"{self.rounds:,} rounds", f"residual {self.residual:.1e}")

    def _repr_html_(self) -> str:
        return heat_table(self)


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
    >>> fitted.values.round(2)
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
    found = () if start is None else read_margins(margins, start.shape, names, faults)
    wrong = _no_end(tolerance, rounds)
    faults += wrong or disagreeing(found, tolerance * _AGREED, names)
    if start is not None:
        faults += _empty_lines(start, found, names)
    check(faults)
    assert start is not None  # noqa: S101 - it has been refused
    until = Until(tolerance, rounds)
    problem = Problem(lock(start.copy()), found, axes)
    table, factors, residual = solve(problem, (until.tolerance, until.rounds))
    of = tuple(map(lock, factors.of))
    return Fitted(problem, until, lock(table), of, factors.rounds, residual)


def _no_end(tolerance: object, rounds: object) -> list[Fault]:
    """Faults of when a fit is to end."""
    faults, near = not_whole("fit", 1, 10**9, rounds=rounds), as_number(tolerance)
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
