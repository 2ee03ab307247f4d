"""Controlled rounding: every cell its floor or its ceiling, both margins kept.

M. Bacharach, "Matrix rounding problems", *Management Science* 12 (1966); L. H. Cox and L. R. Ernst,
"Controlled rounding", *INFOR* 20 (1982): as a transport problem of least change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, frozen_array, lock
from cascade_kpi._long import Columns
from cascade_kpi._text import plain
from cascade_kpi.errors import Fault, check
from cascade_kpi.fitting.axes import Axes
from cascade_kpi.fitting.exchange import NEVER, exchange
from cascade_kpi.fitting.fit import Fitted
from cascade_kpi.fitting.margins import Margin, Names, entries, not_axes, read_margins, totals
from cascade_kpi.fitting.problem import Problem
from cascade_kpi.fitting.showing import heat_table, long_form, told_as

__all__ = ["Rounded", "floors", "round_to_margins"]

_PARTS = 1 << 30  # in which a fraction is counted
_LARGEST = 2.0**52  # beyond, floats have no fractions
_OFF = 1e-6  # a sum that is so near to a whole number is whole
_OFF_PART = 1e-9  # the same for large sums, as a part of them


class _Rounding(NamedTuple):
    """Prices of a cell's ceiling: the larger its fraction, the lower.

    Attributes
    ----------
    parts : int64 array (columns, rows)
        Fractions in parts, zero in whole cells, which have no ceiling.
    """

    parts: IntArray

    def __call__(
        self, column: IntArray, row: IntArray, lots: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Of rounding up, where that has not been done, and where it has."""
        parts = self.parts[column, row]
        more = np.where((parts > 0) & (lots == 0), -parts, NEVER)
        return more, np.where(lots > 0, -parts, -NEVER)


@frozen(hash=False, repr=False)
class Rounded:
    """A table of which every cell is the floor or the ceiling of another's, both margins kept.

    Attributes
    ----------
    problem : Problem
        The table that was rounded, the two margins that are kept, and the axes.
    source : Fitted or None
        What the table was fitted by, if it was.
    values : int64 array
        Of the table's shape.
    """

    problem: Problem
    source: Fitted | None
    values: IntArray = field(converter=frozen_array, eq=CONTENT)

    def __hash__(self) -> int:
        return hash((self.problem, fingerprint((self.values,))))

    @property
    def margins(self) -> tuple[Margin, ...]:
        """The two that are kept."""
        return self.problem.margins

    @property
    def axes(self) -> Axes | None:
        """Names and labels, if any were given."""
        return self.problem.axes

    def table(self, **constants: str) -> Columns:
        """The table in the long form, as :meth:`Axes.table` makes it."""
        return long_form(self, constants)

    def __repr__(self) -> str:
        change = float(np.abs(self.values - self.problem.start).sum())
        return told_as(self, f"{plain(float(f'{change:.4g}'))} changed in all")

    def _repr_html_(self) -> str:
        return heat_table(self)


def round_to_margins(
    table: Fitted | ArrayLike,
    margins: Mapping[object, ArrayLike] | None = None,
    *,
    axes: Axes | None = None,
) -> Rounded:
    """Every cell rounded to its floor or its ceiling, the sums of rows and columns kept.

    Of all such tables one with the least sum of absolute changes. M. Bacharach,
    *Management Science* 12 (1966); L. H. Cox and L. R. Ernst, *INFOR* 20 (1982).

    Parameters
    ----------
    table : Fitted, or array (m, n)
        Of any sign.
    margins : mapping of an axis, or a tuple of axes, to an array
        Whole numbers that the table sums to but for what floats are rounded by: two
        margins that have every axis once. Those of a Fitted are its own; by default,
        of a table, its sums over rows and columns.
    axes : Axes, optional
        Names and labels for messages; a Fitted has its own.

    Returns
    -------
    Rounded

    Raises
    ------
    InputError
        Listing cells that are absent or too large; sums that are not whole; tables
        of three and more axes, which may have no such rounding.

    Examples
    --------
    >>> round_to_margins([[1.7, 0.3], [0.3, 2.7]]).values
    array([[2, 0],
           [0, 3]])
    """
    faults = not_axes(axes)
    check(faults)
    source = table if isinstance(table, Fitted) else None
    if source is not None:
        own: dict[object, ArrayLike] = {each.axes: each.values for each in source.margins}
        margins = own if margins is None else margins
        axes = source.axes if axes is None else axes
    names = Names(axes)
    cells = entries(
        table if source is None else source.values, "table", names, faults, least=-np.inf
    )
    if cells is not None and (np.abs(cells) >= _LARGEST).any():
        reason, repair = "beyond 4.5e15, floats have no fractions", "use a larger unit"
        faults.append(Fault("table", reason, repair))
    ways = () if cells is None else _ways(cells, margins, names, faults)
    check(faults)
    assert cells is not None  # noqa: S101 - it has been refused
    rows, columns = ways
    order = (*rows.axes, *columns.axes)
    matrix = cells.transpose(order).reshape(rows.values.size, columns.values.size)
    whole = _rounded(matrix, (rows, columns), names)
    turned = whole.reshape([cells.shape[a] for a in order])
    values = np.ascontiguousarray(turned.transpose(np.argsort(order)))
    return Rounded(Problem(lock(cells.copy()), (rows, columns), axes), source, lock(values))


def _ways(
    cells: FloatArray, given: object, names: Names, faults: list[Fault]
) -> tuple[Margin, ...]:
    """The two margins that are kept, if they are whole and the table sums to them."""
    if given is None and cells.ndim == 2:
        given = {(a,): totals(cells, (a,)) for a in range(2)}
    if given is None:
        reason = f"of {cells.ndim} axes a rounding that keeps all sums may not exist"
        if cells.ndim == 1:
            reason = "a table of one axis has no two margins"
        repair = "name two margins that have every axis once; of one axis, divide its total"
        faults.append(Fault("table", reason, repair))
        return ()
    before = len(faults)
    margins = read_margins(given, cells.shape, names, faults, least=-np.inf)
    twice = sorted(a for margin in margins for a in margin.axes) != list(range(cells.ndim))
    if len(faults) == before and (twice or len(margins) != 2):
        reason = "two margins that have every axis once are kept, and no others: "
        reason += "a rounding that keeps more may not exist"
        told = [names.axes_of(margin.axes) for margin in margins]
        faults.append(Fault("margins", reason, "leave out the others", value=told))
    if len(faults) == before:
        faults += [fault for margin in margins for fault in _not_whole(cells, margin, names)]
    return margins


def _not_whole(cells: FloatArray, margin: Margin, names: Names) -> list[Fault]:
    """A fault for each sum that is not whole, or that the table does not have."""
    faults, wanted = list[Fault](), np.rint(margin.values)
    near = np.maximum(_OFF, _OFF_PART * np.abs(wanted))
    sums, column = totals(cells, margin.axes), names.axes_of(margin.axes)
    odd = np.abs(margin.values - wanted) > near
    for at in map(tuple, np.argwhere(odd)[:20].tolist()):
        reason = f"{names.place(margin.axes, at)!r} sums to {plain(float(margin.values[at]))}"
        repair = "fit the table to whole margins first"
        faults.append(Fault("margins", f"{reason}, not a whole number", repair, column=column))
    for at in map(tuple, np.argwhere((np.abs(sums - wanted) > near) & ~odd)[:20].tolist()):
        reason = f"{names.place(margin.axes, at)!r} sums to {plain(float(sums[at]))}, "
        reason += f"not to {plain(float(wanted[at]))}"
        repair = "fit the table to its margins first, or to a smaller tolerance"
        faults.append(Fault("table", reason, repair, column=column))
    return faults


def floors(table: FloatArray) -> tuple[IntArray, IntArray]:
    """Floors of cells, and their fractions in parts; one as near to a whole number is that."""
    low = np.floor(table)
    parts = np.rint((table - low) * _PARTS).astype(np.int64)
    return low.astype(np.int64) + (parts == _PARTS), parts % _PARTS


def _rounded(matrix: FloatArray, ways: tuple[Margin, Margin], names: Names) -> IntArray:
    """A matrix rounded, by the longer of its sides first.

    Raises
    ------
    InputError
    """
    low, parts = floors(matrix)
    rows, columns = (
        np.rint(margin.values).astype(np.int64).ravel() - low.sum(axis=1 - axis)
        for axis, margin in enumerate(ways)
    )
    faults = list[Fault]()
    for axis, (need, margin) in enumerate(zip((rows, columns), ways, strict=True)):
        most = (parts > 0).sum(axis=1 - axis)
        for i in np.flatnonzero((need < 0) | (need > most))[:20].tolist():
            faults.append(_off(margin, i, int(need[i]), int(most[i]), names))
    check(faults)
    turned = matrix.shape[1] > matrix.shape[0]
    if not turned:
        parts, rows, columns = parts.T, columns, rows
    up = _handed_out(np.ascontiguousarray(parts), columns)
    if exchange(up, rows, _Rounding(np.ascontiguousarray(parts))) is not None:
        reason = "its cells do not sum to its margins closely enough to be rounded to them"
        check([Fault("table", reason, "fit it to a smaller tolerance")])
    return np.asarray(low + (up if turned else up.T))


def _off(margin: Margin, line: int, need: int, most: int, names: Names) -> Fault:
    at = tuple(map(int, np.unravel_index(line, margin.values.shape)))
    reason = f"{names.place(margin.axes, at)!r} is to have {need} of {most} fractions rounded up"
    repair = "fit the table to its margins first, or to a smaller tolerance"
    return Fault("table", reason, repair, column=names.axes_of(margin.axes))


def _handed_out(parts: IntArray, rows: IntArray) -> IntArray:
    """In every row the largest fractions rounded up, of equals the earlier; (columns, rows)."""
    order = np.argsort(-parts.T, axis=1, kind="stable")
    up = np.zeros(order.shape, dtype=np.int64)
    np.put_along_axis(up, order, np.arange(len(parts)) < rows[:, None], axis=1)
    return np.ascontiguousarray(up.T)
