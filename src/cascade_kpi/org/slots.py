"""Tables that find the row of a key, for all rows at once and one at a time."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray
from cascade_kpi.org.words import Columns, Key, Mask

__all__ = ["Colliding", "Direct", "Hashed"]

_ROUNDS = 128  # probes before a table is given up as badly hashed
_ALL = (1 << 64) - 1
_ODD = 0x9E37_79B9_7F4A_7C15


@frozen
class Direct:
    """One slot for every number between the lowest and the highest."""

    slots: IntArray

    @classmethod
    def of(cls, columns: Columns, span: int) -> tuple[Direct, IntArray]:
        """The table and the first row of each key; no key is above span."""
        keys = columns[0].view(np.int64)
        slots = np.full(span + 1, -1)
        slots[keys[::-1]] = np.arange(len(keys) - 1, -1, -1)  # the first one stays
        return cls(slots), slots[keys]

    def many(self, columns: Columns) -> IntArray:
        """The row of each key, -1 where there is none."""
        inside = columns[0] < np.uint64(len(self.slots))
        return np.where(inside, self.slots[np.where(inside, columns[0], 0).view(np.int64)], -1)

    def one(self, key: Key) -> int:
        """The row of one key, -1 if there is none."""
        return int(self.slots[key[0]]) if key[0] < len(self.slots) else -1

    def moved(self, _columns: Columns, to: IntArray) -> Direct:
        """The table of the same keys in other rows: row i becomes to[i]."""
        return Direct(to[self.slots])


@frozen
class Hashed:
    """Open addressing, filled and probed for all rows at once.

    Rows with the same key visit the same slots in the same rounds, so the
    earliest of them always takes the slot and the later ones meet it there.
    """

    columns: Columns
    slots: NDArray[Any]  # int32 where that can hold every row, -1 where free
    rounds: int

    @classmethod
    def of(cls, columns: Columns) -> tuple[Hashed, IntArray] | None:
        """The table and the first row of each key; None if it fills badly."""
        n = len(columns[0])
        size = 1 << (2 * max(n, 1)).bit_length()
        slots: NDArray[Any] = np.full(size, -1, np.int32 if n < 1 << 31 else np.int64)
        first, rows = np.arange(n), np.arange(n)
        at = _hash(columns, size)
        for turn in range(1, _ROUNDS):
            free = slots[at] < 0 if turn > 1 else slice(None)
            slots[at[free][::-1]] = rows[free][::-1]
            met = slots[at]
            left = np.flatnonzero(met != rows)
            rows, met = rows[left], met[left]
            same = _same(columns, rows, columns, met)
            first[rows[same]] = met[same]
            at = (at[left][~same] + turn) & (size - 1)
            rows = rows[~same]
            if not len(rows):
                return cls(columns, slots, turn), first
        return None

    def many(self, columns: Columns) -> IntArray:
        """The row of each key, -1 where there is none."""
        if not len(self.columns[0]):
            return np.full(len(columns[0]), -1)
        at = _hash(columns, len(self.slots))
        met = self.slots[at].astype(np.int64)
        hit = _same(columns, slice(None), self.columns, met) & (met >= 0)
        found = np.where(hit, met, -1)
        rows = np.flatnonzero(~hit & (met >= 0))
        at = at[rows]
        for turn in range(1, self.rounds):
            if not len(rows):
                break
            at = (at + turn) & (len(self.slots) - 1)
            met = self.slots[at]
            hit = _same(columns, rows, self.columns, met) & (met >= 0)
            found[rows[hit]] = met[hit]
            on = ~hit & (met >= 0)
            rows, at = rows[on], at[on]
        return found

    def one(self, key: Key) -> int:
        """The row of one key, -1 if there is none."""
        slots, columns = self._views
        at = _hash_one(key, len(slots))
        for turn in range(1, self.rounds + 1):
            row = slots[at]
            if row < 0:
                break
            if all(column[row] == word for column, word in zip(columns, key, strict=True)):
                return int(row)
            at = (at + turn) & (len(slots) - 1)
        return -1

    @cached_property
    def _views(self) -> tuple[Any, list[Any]]:
        # A memoryview gives single values three times as fast as an array.
        view: Any = memoryview
        return view(self.slots), [view(column) for column in self.columns]

    def moved(self, columns: Columns, to: IntArray) -> Hashed:
        """The table of the same keys in other rows: row i becomes to[i]."""
        return Hashed(columns, to.astype(self.slots.dtype)[self.slots], self.rounds)


@frozen
class Colliding:
    """A plain dict of keys, for keys that were chosen to collide."""

    rows: dict[Key, int]

    @classmethod
    def of(cls, columns: Columns) -> tuple[Colliding, IntArray]:
        """The table and the first row of each key."""
        rows: dict[Key, int] = {}
        keys = zip(*(column.tolist() for column in columns), strict=True)
        first = [rows.setdefault(key, i) for i, key in enumerate(keys)]
        return cls(rows), np.array(first, np.int64)

    def many(self, columns: Columns) -> IntArray:
        """The row of each key, -1 where there is none."""
        keys = zip(*(column.tolist() for column in columns), strict=True)
        return np.array([self.rows.get(key, -1) for key in keys], np.int64)

    def one(self, key: Key) -> int:
        """The row of one key, -1 if there is none."""
        return self.rows.get(key, -1)

    def moved(self, _columns: Columns, to: IntArray) -> Colliding:
        """The table of the same keys in other rows: row i becomes to[i]."""
        return Colliding({key: int(to[row]) for key, row in self.rows.items()})


def _hash(columns: Columns, size: int) -> IntArray:
    """A slot for each row, from the top bits of a multiply and xor-shift hash."""
    mixed = columns[0] ^ (columns[0] >> np.uint64(29))
    mixed *= np.uint64(_ODD)
    for column in columns[1:]:
        mixed ^= mixed >> np.uint64(29)
        mixed ^= column
        mixed *= np.uint64(_ODD)
    mixed >>= np.uint64(65 - size.bit_length())
    return mixed.view(np.int64)


def _hash_one(key: Key, size: int) -> int:
    """What ``_hash`` gives, for one key."""
    mixed = (key[0] ^ key[0] >> 29) * _ODD & _ALL
    for word in key[1:]:
        mixed = (mixed ^ mixed >> 29 ^ word) * _ODD & _ALL
    return mixed >> (65 - size.bit_length())


def _same(a: Columns, rows: Any, b: Columns, others: NDArray[Any]) -> Mask:
    same: Mask = a[0][rows] == b[0][others]
    for left, right in zip(a[1:], b[1:], strict=True):
        same &= left[rows] == right[others]
    return same
