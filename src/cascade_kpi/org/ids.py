"""Where each id stands: an index over a million ids, without a million dict entries.

Text is encoded many ids at a time and read as 64-bit words that compare as
the text does; bits that are the same in every id are squeezed out, so that
most id schemes end in one word an id. The words are hashed and looked up in
numpy, and every hit is compared exactly. Only long or odd ids go to a dict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import IntArray, lock
from cascade_kpi.org.keys import NumberKeys, TextKeys, listed, numbers_of
from cascade_kpi.org.slots import Colliding, Direct, Hashed
from cascade_kpi.org.words import Columns, Squeeze, Text, stable_order

__all__ = ["IdIndex"]

Slots: TypeAlias = Direct | Hashed | Colliding


@frozen
class _Packed:
    """Ids as words, and a table of them."""

    keys: TextKeys | NumberKeys
    columns: Columns = field(repr=False)
    slots: Slots = field(repr=False)

    @classmethod
    def of(cls, keys: TextKeys | NumberKeys, columns: Columns) -> tuple[_Packed, IntArray]:
        n = len(columns[0])
        span = int(columns[0].max(initial=0))
        table: tuple[Slots, IntArray] | None
        if isinstance(keys, NumberKeys) and span < 4 * n:
            table = Direct.of(columns, span)
        else:
            table = Hashed.of(columns) or Colliding.of(columns)
        return cls(keys, columns, table[0]), table[1]

    def __len__(self) -> int:
        return len(self.columns[0])

    def find(self, wanted: Any) -> IntArray:
        columns, good = self.keys.many(wanted)
        found = self.slots.many(columns)
        return found if good.all() else np.where(good, found, -1)

    def find_one(self, wanted: object) -> int:
        key = self.keys.one(wanted)
        return -1 if key is None else self.slots.one(key)

    def order(self) -> IntArray:
        squeeze = Squeeze.of(self.columns)
        return stable_order(squeeze.pack(self.columns), squeeze.bits)

    def take(self, rows: IntArray, to: IntArray) -> _Packed:
        columns = tuple(column[rows] for column in self.columns)
        return _Packed(self.keys, columns, self.slots.moved(columns, to))


@frozen
class _Plain:
    """Text that words do not suit: beyond 64 bytes, or ending in NUL."""

    ids: Sequence[str] = field(repr=False)
    rows: dict[str, int] = field(repr=False)

    @classmethod
    def of(cls, ids: Sequence[str]) -> tuple[_Plain, IntArray]:
        rows: dict[str, int] = {}
        first = np.array([rows.setdefault(value, i) for i, value in enumerate(ids)], np.int64)
        return cls(ids, rows), first

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, wanted: Any) -> IntArray:
        return np.array([self.find_one(value) for value in listed(wanted)], np.int64)

    def find_one(self, wanted: object) -> int:
        return self.rows.get(wanted, -1) if isinstance(wanted, str) else -1

    def order(self) -> IntArray:
        ids = self.ids
        return np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)

    def take(self, rows: IntArray, _to: IntArray) -> _Plain:
        ids = [self.ids[row] for row in rows.tolist()]
        return _Plain(ids, {value: i for i, value in enumerate(ids)})


@frozen(eq=False)
class IdIndex:
    """The row of every id; make one with :meth:`of`.

    Attributes
    ----------
    repeated : int64 array
        The rows whose id an earlier row has already, ascending.
    blank : int64 array
        The rows whose id is empty or nothing but white space, ascending.

    Examples
    --------
    >>> index = IdIndex.of(["hq", "east", "ann", "east"])
    >>> index.find(["ann", "east", "bob"])
    array([ 2,  1, -1])
    >>> index.find_one("hq"), index.repeated, index.order()
    (0, array([3]), array([2, 1, 3, 0]))
    """

    _ids: _Packed | _Plain
    _earlier: IntArray = field(repr=False)
    repeated: IntArray
    blank: IntArray

    @classmethod
    def of(cls, ids: Any) -> IdIndex:
        """Index ids by their position.

        Parameters
        ----------
        ids : sequence or array (n,)
            All text, or all whole numbers. Booleans are not numbers; no
            other kind of value is an id.

        Raises
        ------
        TypeError
            If a value is neither, or the ids are of both kinds.
        OverflowError
            If a number does not fit 64 bits.
        """
        integral = isinstance(ids, np.ndarray) and ids.dtype.kind in "iu"
        values = ids if integral else listed(ids)
        if integral or _are_numbers(values):
            numbers, good = numbers_of(values)
            if not good.all():
                raise OverflowError(f"id of row {int(good.argmin())} is beyond 64 bits")
            return cls._made(*_Packed.of(*NumberKeys.of(numbers)), np.array([], np.int64))
        text = Text.of(values)
        if text.other is not None:
            row = int(text.other.argmax())
            _refuse(values[row], row)
        blank = [row for row in text.spaced().tolist() if not values[row].strip()]
        keyed = TextKeys.of(text)
        made: tuple[_Packed | _Plain, IntArray] = (
            _Plain.of(tuple(values)) if keyed is None else _Packed.of(*keyed)
        )
        return cls._made(*made, np.array(blank, np.int64))

    @classmethod
    def _made(cls, ids: _Packed | _Plain, first: IntArray, blank: IntArray) -> IdIndex:
        repeated = np.flatnonzero(first != np.arange(len(first)))
        return cls(ids, lock(first[repeated]), lock(repeated), lock(blank))

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def first(self) -> IntArray:
        """For each row the first row that has its id, int64 (n,)."""
        first = np.arange(len(self))
        first[self.repeated] = self._earlier
        return first

    def find(self, wanted: Any) -> IntArray:
        """The first row of each id, -1 where there is none.

        Parameters
        ----------
        wanted : sequence or array (m,)
            Values of any kind; what cannot be an id is not found. A float
            that is a whole number finds that number.

        Returns
        -------
        (m,) int64 array
        """
        return self._ids.find(wanted)

    def find_one(self, wanted: object) -> int:
        """The first row of an id, -1 if there is none."""
        return self._ids.find_one(wanted)

    def order(self) -> IntArray:
        """The rows by ascending id, equal ids as they came, int64 (n,).

        Text sorts by code point, numbers by size.
        """
        return self._ids.order()

    def take(self, rows: IntArray) -> IdIndex:
        """The index of the same ids in another order, for less than a new one costs.

        Parameters
        ----------
        rows : (n,) int64 array
            Every row once. No id may be repeated.
        """
        if len(self.repeated) or len(rows) != len(self):
            raise ValueError("take needs every row once, and no repeated ids")
        to = np.full(len(rows) + 1, -1)  # one more, so that -1 stays -1
        to[rows] = np.arange(len(rows))
        blank = lock(np.sort(to[self.blank]))
        return attrs.evolve(self, ids=self._ids.take(rows, to), blank=blank)


def _are_numbers(values: Sequence[Any]) -> bool:
    """Whether the ids are all whole numbers; text is judged when it is encoded."""
    if not len(values) or isinstance(values[0], str):
        return False
    for kind in set(map(type, values)):
        if not issubclass(kind, (int, np.integer)) or kind is bool:
            row = next(row for row, value in enumerate(values) if type(value) is kind)
            _refuse(values[row], row)
    return True


def _refuse(value: object, row: int) -> None:
    raise TypeError(
        f"ids must be all text or all whole numbers: row {row} is {type(value).__name__}"
    )
