"""Whole tables of least cost with both margins met: lots handed from column to column.

Each cell has a price for one more lot and one for its last lot; prices rise with the lots. If
every row has its lots at the least cost, some columns hold too much and others too little. A lot
goes from one to the other through rows: each hands one lot on, from one of its columns to another.
The cheapest such way is taken until all columns have theirs. This is the method of successive
shortest paths for transport problems with convex costs, "tie and transfer" of biproportional
apportionment; M. L. Balinski and G. Demange, "Algorithms for proportional matrices in reals and
integers", *Mathematical Programming* 45 (1989); R. K. Ahuja, T. L. Magnanti and J. B. Orlin,
*Network Flows*, 1993, sections 9.7 and 14.5.

Prices are whole numbers, so every comparison is exact. Ways are looked for among columns alone:
from one to another goes the cheapest row that can hand a lot on. There are therefore to be no more
columns than rows.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray

__all__ = ["NEVER", "Prices", "exchange", "hand_out", "potentials"]

NEVER = 1 << 60
"""The price of a lot that a cell may not have; minus that, of one that it may not lose."""

_FAR = NEVER >> 1
Mask = NDArray[np.bool_]


class Prices(Protocol):
    """What lots cost in the cells of a table; int64, below 2^56 in absolute value."""

    def __call__(
        self, column: IntArray, row: IntArray, lots: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Of one more lot in each of some cells, and of its last one."""
        ...


class _Cells(NamedTuple):
    """A table on its way, each (columns, rows)."""

    lots: IntArray
    more: IntArray
    last: IntArray

    def change(self, prices: Prices, columns: IntArray, rows: IntArray, by: int) -> None:
        """One lot more or less in some cells."""
        self.lots[columns, rows] += by
        self.price(prices, columns, rows)

    def price(self, prices: Prices, columns: IntArray, rows: IntArray) -> None:
        """Their prices anew."""
        found = prices(columns, rows, self.lots[columns, rows])
        self.more[columns, rows], self.last[columns, rows] = found

    @classmethod
    def of(cls, lots: IntArray, prices: Prices) -> _Cells:
        """A table and all of its prices."""
        columns, rows = (each.ravel() for each in np.indices(lots.shape))
        more, last = prices(columns, rows, lots.ravel())
        return cls(lots, more.reshape(lots.shape), last.reshape(lots.shape))


def hand_out(lots: IntArray, rows: IntArray, prices: Prices, tilt: IntArray) -> None:
    """Bring every row to its sum at the least cost, each by itself; of equals the earlier column.

    Parameters
    ----------
    lots : int64 array (columns, rows)
        Where to begin; changed in place.
    rows : int64 array (rows,)
        The sums. A row has cells enough for them.
    tilt : int64 array (columns,)
        Added to the prices of each column.
    """
    every = np.arange(lots.shape[1])
    while every.size:
        part = _Cells.of(lots[:, every], lambda j, i, k, these=every: prices(j, these[i], k))
        more, last = part.more + tilt[:, None], part.last + tilt[:, None]
        need = rows[every] - part.lots.sum(axis=0)
        gain, lose = more.argmin(axis=0), len(last) - 1 - last[::-1].argmax(axis=0)
        each = np.arange(len(every))
        better = (need == 0) & (more[gain, each] < last[lose, each])
        add, take = (need > 0) | better, (need < 0) | better
        lots[gain[add], every[add]] += 1
        lots[lose[take], every[take]] -= 1
        every = every[add | take]


def exchange(lots: IntArray, columns: IntArray, prices: Prices) -> Mask | None:
    """Bring the columns to their sums at the least cost; the sums of rows stay.

    Parameters
    ----------
    lots : int64 array (columns, rows)
        Every row at the least cost under some prices added to its columns, as
        :func:`hand_out` leaves it; changed in place.
    columns : int64 array (columns,)
        The sums, of the same total.

    Returns
    -------
    bool array (columns,), or None
        None once it is done. Where it cannot be: columns that hold too much, together
        with all those that a lot of theirs could go to.
    """
    excess = lots.sum(axis=1) - columns
    if not excess.any():
        return None
    cells = _Cells.of(lots, prices)
    ways = _Ways.of(cells)
    while excess.any():
        price, before = _cheapest(ways.price, excess > 0)
        ends = np.where(excess < 0, price, NEVER)
        end = int(ends.argmin())
        if ends[end] >= _FAR:
            return price < _FAR
        path = [end]
        while before[path[-1]] >= 0:
            path.append(int(before[path[-1]]))
        path.reverse()
        most = int(min(excess[path[0]], -excess[path[-1]]))
        rows = _along(cells, ways, path, most)
        for j, k, these in zip(path[:-1], path[1:], rows, strict=True):
            cells.change(prices, np.full(len(these), j), these, -1)
            cells.change(prices, np.full(len(these), k), these, 1)
        excess[path[0]] -= len(rows[0])
        excess[path[-1]] += len(rows[0])
        ways.renew(cells, path, np.unique(np.concatenate(rows)))
    return None


def _along(cells: _Cells, ways: _Ways, path: list[int], most: int) -> list[IntArray]:
    """Rows that each hand a lot on, for every step of a way; as many for one step as another.

    No row is in two steps: it could then hand its lot on at once, which were as cheap and shorter.
    """
    hops = list(itertools.pairwise(path))
    if most == 1:
        return [ways.row[j, k : k + 1] for j, k in hops]
    rows = [
        np.flatnonzero(cells.more[k] - cells.last[j] == ways.price[j, k])[:most] for j, k in hops
    ]
    many = min(map(len, rows))
    return [each[:many] for each in rows]


class _Ways(NamedTuple):
    """What it costs to hand a lot from one column to another, and the first cheapest row.

    Attributes
    ----------
    price, row : int64 array (columns, columns)
    """

    price: IntArray
    row: IntArray

    @classmethod
    def of(cls, cells: _Cells) -> _Ways:
        """From all rows."""
        n = len(cells.lots)
        ways = cls(np.full((n, n), NEVER), np.zeros((n, n), dtype=np.int64))
        for j in range(n):
            price = cells.more - cells.last[j]
            row = price.argmin(axis=1)
            ways._set(np.full(n, j), np.arange(n), price[np.arange(n), row], row)
        return ways

    def renew(self, cells: _Cells, touched: list[int], rows: IntArray) -> None:
        """After some rows have changed in some columns."""
        n, some = len(self.price), np.array(touched)
        more, last = cells.more[:, rows], cells.last[:, rows]
        to = more[some][None] - last[:, None]  # (columns, touched, rows)
        away = more[None] - last[some][:, None]
        every = np.arange(n)
        for j, k, price in (
            (np.repeat(every, len(some)), np.tile(some, n), to.reshape(-1, len(rows))),
            (np.repeat(some, n), np.tile(every, len(some)), away.reshape(-1, len(rows))),
        ):
            which = price.argmin(axis=1)
            best, row = price[np.arange(len(which)), which], rows[which]
            old, oldest = self.price[j, k], self.row[j, k]
            lower = (best < old) | (best == old) & (row < oldest)
            gone = np.isin(oldest, rows) & ~lower
            gone &= ~((best == old) & (row == oldest))
            self._set(j[lower], k[lower], best[lower], row[lower])
            for a, b in zip(j[gone].tolist(), k[gone].tolist(), strict=True):
                price = cells.more[b] - cells.last[a]
                first = int(price.argmin())
                self._set(np.array([a]), np.array([b]), price[first : first + 1], np.array([first]))

    def _set(self, j: IntArray, k: IntArray, price: IntArray, row: IntArray) -> None:
        self.price[j, k] = np.where((j == k) | (price >= _FAR), NEVER, price)
        self.row[j, k] = row


def _cheapest(ways: IntArray, begin: Mask) -> tuple[IntArray, IntArray]:
    """The cheapest ways from some columns, of the fewest steps, and the column before each.

    There is no way around that costs less than nothing: rows are at their least cost.
    """
    price = np.where(begin, 0, NEVER)
    before = np.full(len(ways), -1)
    each = np.arange(len(ways))
    while True:
        further = price[:, None] + ways
        by = further.argmin(axis=0)
        found = further[by, each]
        better = (found < price) & (found < _FAR)
        if not better.any():
            return price, before
        price = np.where(better, found, price)
        before = np.where(better, by, before)


def potentials(lots: IntArray, prices: Prices) -> tuple[IntArray, NDArray[np.float64], IntArray]:
    """Numbers for columns under which every row has its lots at the least cost.

    Returns
    -------
    more, last : int64 array (columns, rows)
        The prices of a table of least cost.
    potential : float64 array (columns,)
        more[j, i] - last[k, i] is at least the difference of those of j and k, and more
        wherever some table without ties allows it.
    """
    cells = _Cells.of(lots, prices)
    ways = _closed(_Ways.of(cells).price)
    there = ways < _FAR
    # Where no lot can go, a price is made up that lets no way around cost less than nothing.
    made_up = max(0, -int(ways.min())) + (1 << 44)
    ways = _closed(np.where(there, ways, made_up))
    return cells.more, (ways.mean(axis=0) - ways.mean(axis=1)) / 2, cells.last


def _closed(ways: IntArray) -> IntArray:
    """The cheapest ways between every two columns."""
    closed = ways.copy()
    np.fill_diagonal(closed, 0)
    for k in range(len(closed)):
        through = closed[:, k, None] + closed[k]
        closed = np.where((through < closed) & (through < _FAR), through, closed)
    return closed
