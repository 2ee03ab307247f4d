"""Biproportional apportionment: whole lots in a table, both margins met.

M. L. Balinski and G. Demange, "Algorithms for proportional matrices in reals and integers",
*Mathematical Programming* 45 (1989); F. Pukelsheim, *Proportional Representation*, 2nd ed., 2017,
chapters 14 and 15. Multipliers come from alternate scaling of the real table; each row then has its
lots by the divisor method, and what columns hold too much is transferred.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, frozen_array, lock
from cascade_kpi._fields import is_a
from cascade_kpi._long import Columns
from cascade_kpi._text import plain
from cascade_kpi.errors import Fault, check
from cascade_kpi.fitting.axes import Axes
from cascade_kpi.fitting.blocking import Blockage, Mask, blocking, possible
from cascade_kpi.fitting.exchange import NEVER, exchange, hand_out, potentials
from cascade_kpi.fitting.margins import Margin, Names, entries, not_axes, read_margins
from cascade_kpi.fitting.newton import fit_steeply
from cascade_kpi.fitting.problem import Problem
from cascade_kpi.fitting.proportional import fit_two_ways
from cascade_kpi.fitting.showing import heat_table, long_form, told_as
from cascade_kpi.fitting.telling import Way, blocked
from cascade_kpi.methods.divisors import Signpost
from cascade_kpi.methods.rules import Webster

__all__ = ["Apportionment", "DivisorMethod", "apportion", "divide_both"]

_UNIT = float(1 << 44)  # of logarithms
_NEAR = 1e-13  # off by so much of a margin, a real table is as good as exact
_STEEPLY = 1_000  # columns up to which equations for them are solved
_MOST = 1 << 40  # lots in all: above, one lot of a large cell is little more than that unit
_LEAST = float(np.finfo(np.float64).tiny)
_WIDEST = 1e15  # the largest weight over the smallest


@runtime_checkable
class DivisorMethod(Protocol):
    """A method of apportionment that rounds at signposts."""

    @property
    def signpost(self) -> Signpost:
        """d(k), where a share of between k and k + 1 is rounded up."""
        ...


class _Priorities(NamedTuple):
    """Prices of lots: log d(k) less the logarithm of the weight.

    Attributes
    ----------
    weights : int64 array (columns, rows)
        Logarithms in units.
    open : bool array (columns, rows)
        Where a cell may have more than its first lots.
    first : int64 array (columns, rows)
        Lots that a cell has before all others.
    signpost : Signpost
    """

    weights: IntArray
    open: Mask
    first: IntArray
    signpost: Signpost

    def __call__(
        self, column: IntArray, row: IntArray, lots: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Of one more lot, and of the last one."""
        weight, first = self.weights[column, row], self.first[column, row]
        more = np.where(self.open[column, row], self._log(lots) - weight, NEVER)
        last = np.where(lots > first, self._log(np.maximum(lots - 1, first)) - weight, -NEVER)
        return more, last

    def _log(self, lots: IntArray) -> IntArray:
        """Log d(k), and nothing for the first lots of a method with d(0) = 0."""
        above, below = (
            np.asarray(part(lots.astype(np.float64)))
            for part in (self.signpost.above, self.signpost.below)
        )
        log = np.log(np.where(above > 0, above, 1.0)) - np.log(below)
        whole: IntArray = np.rint(log * (_UNIT / self.signpost.power)).astype(np.int64)
        return whole


@frozen(hash=False, repr=False)
class Apportionment:
    """A whole-number table that meets both margins, in proportion to weights both ways.

    Attributes
    ----------
    problem : Problem
        The weights, the margins of rows and of columns, and the axes.
    method : DivisorMethod
    values : int64 array (m, n)
        Whole lots.
    """

    problem: Problem
    method: DivisorMethod
    values: IntArray = field(converter=frozen_array, eq=CONTENT)

    def __hash__(self) -> int:
        return hash((self.problem, fingerprint((self.values,))))

    @property
    def weights(self) -> FloatArray:
        """What it is in proportion to, as they were given, float64 (m, n)."""
        return self.problem.start

    @property
    def margins(self) -> tuple[Margin, ...]:
        """What rows and columns sum to."""
        return self.problem.margins

    @property
    def axes(self) -> Axes | None:
        """Names and labels, if any were given."""
        return self.problem.axes

    def table(self, **constants: str) -> Columns:
        """The table in the long form, as :meth:`Axes.table` makes it."""
        return long_form(self, constants)

    def __repr__(self) -> str:
        return told_as(self, f"{int(self.values.sum()):,} lots by {self.method!r}")

    def _repr_html_(self) -> str:
        return heat_table(self)

    @property
    def row_multipliers(self) -> FloatArray:
        """Of the rows, float64 array (m,): lots = round(weight · row's · column's).

        Rounded as the method rounds; either way where the product is at a signpost,
        which is a tie. Zero for a row that has nothing.
        """
        return self._multipliers[0]

    @property
    def column_multipliers(self) -> FloatArray:
        """Of the columns, float64 array (n,)."""
        return self._multipliers[1]

    @cached_property
    def _multipliers(self) -> tuple[FloatArray, FloatArray]:
        turned = self.values.shape[1] > self.values.shape[0]
        weights = self.weights if turned else self.weights.T
        seats = self.values if turned else self.values.T
        found = _multipliers(_priorities(weights, weights > 0, self.method), seats)
        # Priorities are of weights that are at most one.
        found = found[0] / max(float(weights.max()), _LEAST), found[1]
        rows, columns = found if not turned else found[::-1]
        return lock(rows), lock(columns)


def apportion(
    weights: ArrayLike,
    *,
    rows: ArrayLike,
    columns: ArrayLike,
    method: DivisorMethod | None = None,
    axes: Axes | None = None,
) -> Apportionment:
    """Whole lots in proportion to weights, both margins met.

    Every cell has round(weight · r · c) lots, with one multiplier r for each row and c for
    each column. Double proportional, or biproportional, apportionment; M. L. Balinski and
    G. Demange, *Mathematical Programming* 45 (1989).

    Parameters
    ----------
    weights : array (m, n)
        Zero or more, in any unit; a cell of zero gets nothing.
    rows, columns : array (m,), (n,)
        Whole lots of each row and column, with one total.
    method : DivisorMethod
        ``Webster`` by default, or another divisor method of ``cascade_kpi.methods``.
    axes : Axes, optional
        Names and labels for messages.

    Returns
    -------
    Apportionment

    Raises
    ------
    InputError
        Listing weights or margins that are absent, infinite or negative; margins that
        are not whole or disagree; or the fewest lines that block them.

    Examples
    --------
    >>> votes = [[123, 45, 815], [912, 714, 414], [312, 255, 215]]
    >>> apportion(votes, rows=[5, 11, 4], columns=[7, 5, 8]).values
    array([[1, 0, 4],
           [4, 4, 3],
           [2, 1, 1]])
    """
    faults = not_axes(axes)
    check(faults)
    names, rule = Names(axes), Webster() if method is None else method
    table = entries(weights, "weights", names, faults)
    if not is_a(rule, DivisorMethod):
        repair = "use Webster(), Jefferson() or another divisor method of cascade_kpi.methods"
        faults.append(Fault("apportion", "not a divisor method", repair, value=rule))
    found: tuple[Margin, ...] = ()
    if table is not None and table.ndim != 2:
        reason = f"a table of {table.ndim} axes, where two are wanted"
        faults.append(Fault("weights", reason, "give rows and columns"))
    elif table is not None:
        found = read_margins({0: rows, 1: columns}, table.shape, names, faults)
        faults += _unfit(found, names)
        faults += _too_wide(table)
    check(faults)
    assert table is not None  # noqa: S101 - it has been refused
    sums = found[0].values.astype(np.int64), found[1].values.astype(np.int64)
    first = _first(table, rule)
    left = sums[0] - first.sum(axis=1), sums[1] - first.sum(axis=0)
    check(_too_few(sums, left, names))
    seats = divide_both(table, *sums, rule)
    if isinstance(seats, Blockage):
        ways = Way((0,), table.shape[:1]), Way((1,), table.shape[1:])
        check([blocked(seats, (_floats(left[0]), _floats(left[1])), ways, names)])
    assert isinstance(seats, np.ndarray)  # noqa: S101 - a block has been told
    return Apportionment(Problem(lock(table.copy()), found, axes), rule, lock(seats))


def _unfit(margins: tuple[Margin, ...], names: Names) -> list[Fault]:
    """Faults of margins that are not whole, too large, or disagree."""
    faults = list[Fault]()
    for margin in margins:
        column = names.axes_of(margin.axes)
        for at in np.flatnonzero(np.floor(margin.values) != margin.values)[:20].tolist():
            reason = f"{names.place(margin.axes, (at,))!r} is to have a whole number of lots"
            value = float(margin.values[at])
            faults.append(Fault("margins", reason, "round it", column=column, value=value))
    totals = [float(margin.values.sum()) for margin in margins]
    if len(totals) == 2 and totals[0] != totals[1]:
        reason = f"rows sum to {plain(totals[0])}, columns to {plain(totals[1])}, "
        reason += f"{plain(abs(totals[0] - totals[1]))} apart"
        faults.append(Fault("margins", reason, "correct one of them"))
    if max(totals, default=0.0) > _MOST:
        reason = f"{plain(max(totals))} lots are more than {_MOST:,}"
        faults.append(Fault("margins", reason, "use a larger lot"))
    return faults


def _too_wide(weights: FloatArray) -> list[Fault]:
    some = weights[weights > 0]
    if not some.size or some.max() / _WIDEST <= some.min():
        return []
    reason = f"the largest is more than {_WIDEST:.0e} times the smallest above zero"
    return [Fault("weights", reason, "write 0 for what is next to nothing")]


def divide_both(
    weights: FloatArray, rows: IntArray, columns: IntArray, method: DivisorMethod
) -> IntArray | Blockage:
    """Whole lots of every cell, or the lines that block the margins.

    Parameters
    ----------
    weights : float64 array (m, n)
        Zero or more.
    rows, columns : int64 arrays (m,), (n,)
        Zero or more, of one sum; no less than the first lots that cells of a line get.

    Returns
    -------
    int64 array (m, n), or Blockage
    """
    turned = weights.shape[1] > weights.shape[0]
    first = _first(weights, method)
    open_ = _open(weights > 0, rows - first.sum(axis=1), columns - first.sum(axis=0))
    if isinstance(open_, Blockage):
        return open_
    if turned:
        weights, rows, columns, open_ = weights.T, columns, rows, open_.T
    prices = _priorities(weights.T, open_.T, method)
    scale, tilt = _scaled(np.where(open_, weights, 0.0), rows, columns)
    claims = np.where(open_, weights, 0.0) * scale
    share = claims * (rows / np.maximum(claims.sum(axis=1), _LEAST))[:, None]
    lots = np.floor(share + 0.5).astype(np.int64).T
    lots = np.ascontiguousarray(np.maximum(lots, prices.first))
    hand_out(lots, rows, prices, tilt)
    if exchange(lots, columns, prices) is not None:  # no lines block: lots are too dear to tell
        reason, repair = "too far apart", "write 0 for what is next to nothing"
        check([Fault("weights", reason, repair)])
    return lots if turned else np.ascontiguousarray(lots.T)


def _first(weights: FloatArray, method: DivisorMethod) -> IntArray:
    """Lots that every cell with a weight has before all others: where d(0) = 0."""
    return (weights > 0).astype(np.int64) * int(not method.signpost.above(0))


def _priorities(weights: FloatArray, open_: Mask, method: DivisorMethod) -> _Priorities:
    logs = np.log(np.where(weights > 0, weights, 1.0)) - np.log(max(float(weights.max()), _LEAST))
    whole = np.rint(np.where(weights > 0, logs, 0.0) * _UNIT).astype(np.int64)
    return _Priorities(whole, open_, _first(weights, method), method.signpost)


def _too_few(
    margins: tuple[IntArray, IntArray], left: tuple[IntArray, IntArray], names: Names
) -> list[Fault]:
    """A fault for each line with fewer lots than cells that get one first."""
    faults = list[Fault]()
    for axis, (margin, rest) in enumerate(zip(margins, left, strict=True)):
        for i in np.flatnonzero(rest < 0)[:20].tolist():
            reason = f"{names.label(axis, i)!r} has {margin[i]:,} lots, and "
            reason += f"{margin[i] - rest[i]:,} cells that get one first"
            repair = "give it more, or use a method such as Webster()"
            faults.append(Fault("margins", reason, repair, column=names.axis(axis)))
    return faults


def _open(support: Mask, rows: IntArray, columns: IntArray) -> Mask | Blockage:
    """The cells that have lots, beyond first ones, in some such table; or why none is."""
    if support.all():
        return support
    sums = _floats(rows), _floats(columns)
    block = blocking(support, *sums)
    return possible(support, *sums) if block is None else block


def _floats(lots: IntArray) -> FloatArray:
    return lots.astype(np.float64)


def _scaled(weights: FloatArray, rows: IntArray, columns: IntArray) -> tuple[FloatArray, IntArray]:
    """Multipliers of columns under which the real table meets its margins, and their prices."""
    total = max(float(rows.sum()), 1.0)
    scaled = weights / max(float(weights.max()), _LEAST)
    sums = rows / total, columns / total
    found = fit_two_ways(scaled, *sums, _NEAR, 60)
    if found.off > _NEAR and len(columns) <= _STEEPLY:
        margins = tuple(Margin((a,), each) for a, each in enumerate(sums))
        found = fit_steeply(scaled, margins, _NEAR, 100, found)
    multipliers = found.of[1]
    sound = np.isfinite(multipliers) & (multipliers > 0)
    if not sound.any():
        return np.ones(len(columns)), np.zeros(len(columns), dtype=np.int64)
    multipliers = np.where(sound, multipliers / multipliers[sound].max(initial=0.0), 1e-30)
    return multipliers, np.rint(-np.log(multipliers) * _UNIT).astype(np.int64)


def _multipliers(prices: _Priorities, seats: IntArray) -> tuple[FloatArray, FloatArray]:
    """Of rows and of columns; from a table (columns, rows) of least cost."""
    more, potential, last = potentials(np.ascontiguousarray(seats), prices)
    low = np.where(last > -NEVER, last - potential[:, None], -np.inf).max(axis=0)
    high = np.where(more < NEVER, more - potential[:, None], np.inf).min(axis=0)
    top = np.where(np.isinf(high), np.where(np.isinf(low), 0.0, low), high)
    bottom = np.where(np.isinf(low), top - 2 * _UNIT, low)
    none = np.isinf(low) & (np.isinf(high) | (not prices.first.any()))
    shift = float(np.median(potential))
    rows = np.where(none, 0.0, np.exp((bottom / 2 + top / 2 + shift) / _UNIT))
    return rows, np.exp((potential - shift) / _UNIT)
