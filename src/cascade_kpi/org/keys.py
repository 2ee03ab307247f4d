"""What an id becomes to be looked up: one or more 64-bit words, the same for equal ids only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.org.words import Columns, Key, Mask, Squeeze, Text, Words

__all__ = ["NumberKeys", "TextKeys", "listed", "numbers_of"]

_CHUNK = 16_384  # numbers converted at a time: one odd value slows only its chunk
_WIDEST = 8  # words: longer ids cost more room here than in a dict
_ALL = (1 << 64) - 1


@frozen
class TextKeys:
    """Turns text into keys; None as squeeze keeps the one word as it is."""

    width: int
    squeeze: Squeeze | None

    @classmethod
    def of(cls, text: Text) -> tuple[TextKeys, Columns] | None:
        """The keys of the ids, or None where they need a dict."""
        width = max(1, -(-int(text.lengths.max(initial=0)) // 8))
        if width > _WIDEST or text.padded().any():
            return None
        columns = text.words(width)
        if width == 1:
            return cls(1, None), columns
        squeeze = Squeeze.of(columns)
        return cls(width, squeeze), squeeze.pack(columns)

    def many(self, wanted: Any) -> tuple[Columns, Mask]:
        """The keys of values of any kind, and which of them have one."""
        text = Text.of(listed(wanted))
        columns = text.words(self.width)
        good = (text.lengths <= 8 * self.width) & ~text.padded()
        if text.other is not None:
            good &= ~text.other
        if self.squeeze is None:
            return columns, good
        return self.squeeze.pack(columns), good & self.squeeze.fits(columns)

    def one(self, wanted: object) -> Key | None:
        """The key of one value, None if it has none."""
        if not isinstance(wanted, str):
            return None
        data = wanted.encode("utf-8", "surrogatepass")
        size = 8 * self.width
        if len(data) > size or data[-1:] == b"\0":
            return None
        word = int.from_bytes(data.ljust(size, b"\0"), "big")
        return (word,) if self.squeeze is None else self.squeeze.pack_one(word)


@frozen
class NumberKeys:
    """Turns whole numbers into keys: how far each lies above the lowest."""

    lowest: int

    @classmethod
    def of(cls, numbers: IntArray) -> tuple[NumberKeys, Columns]:
        """The keys of the ids."""
        keys = cls(int(numbers.min()) if len(numbers) else 0)
        return keys, (keys.above(numbers),)

    def above(self, numbers: IntArray) -> Words:
        """How far each number lies above the lowest."""
        # Wraps around modulo 2**64, so that no two numbers share a key.
        return numbers.view(np.uint64) - np.uint64(self.lowest & _ALL)

    def many(self, wanted: Any) -> tuple[Columns, Mask]:
        """The keys of values of any kind, and which of them have one."""
        numbers, good = numbers_of(wanted)
        return (self.above(numbers),), good

    def one(self, wanted: object) -> Key | None:
        """The key of one value, None if it has none."""
        number = _number(wanted)
        return None if number is None else ((number - self.lowest) & _ALL,)


def _number(value: object) -> int | None:
    """The value as a 64-bit whole number, or None if it is none."""
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (float, np.floating)):
        value = int(value) if float(value).is_integer() else None
    if isinstance(value, (int, np.integer)) and -(1 << 63) <= value < 1 << 63:
        return int(value)
    return None


def numbers_of(values: Any) -> tuple[IntArray, Mask]:
    """The values as int64, and which of them were whole numbers."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        numbers = values.astype(np.int64)
        good = np.ones(len(values), bool) if values.dtype != np.uint64 else numbers >= 0
        return numbers, good
    given = listed(values)
    numbers, good = np.zeros(len(given), np.int64), np.ones(len(given), bool)
    for i in range(0, len(given), _CHUNK):
        chunk = given[i : i + _CHUNK]
        try:
            if set(map(type, chunk)) == {int}:
                numbers[i : i + len(chunk)] = chunk
                continue
        except OverflowError:
            pass
        whole = [_number(value) for value in chunk]
        good[i : i + len(chunk)] = [number is not None for number in whole]
        numbers[i : i + len(chunk)] = [number or 0 for number in whole]
    return numbers, good


def listed(values: Any) -> Sequence[Any]:
    """The values as a list or tuple."""
    if isinstance(values, (list, tuple)):
        return values
    if hasattr(values, "tolist"):
        listed = values.tolist()
        return listed if isinstance(listed, list) else list(listed)
    return list(values)
