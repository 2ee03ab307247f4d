"""Text read as 64-bit words that sort as the text does, and words squeezed to few bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import IntArray

__all__ = ["Columns", "Key", "Mask", "Squeeze", "Text", "Words", "stable_order"]

Words: TypeAlias = NDArray[np.uint64]
Columns: TypeAlias = tuple[Words, ...]
Mask: TypeAlias = NDArray[np.bool_]
Key: TypeAlias = tuple[int, ...]

_CHUNK = 16_384  # texts joined at a time: they stay in the cache
_BLOCK = 32_768  # rows squeezed at a time, for the same reason
_ALL = (1 << 64) - 1
# The bytes that white space can start with in UTF-8.
_SPACE = np.zeros(256, bool)
_SPACE[[*range(9, 14), *range(28, 33), 0xC2, 0xE1, 0xE2, 0xE3]] = True
# The leading k bytes of a word, for k of 0 to 8.
_LEADING = np.array([_ALL ^ (_ALL >> 8 * k) for k in range(9)], np.uint64)


def stable_order(columns: Sequence[NDArray[Any]], bits: Sequence[int]) -> IntArray:
    """The rows in ascending order of unsigned keys, equal keys as they came.

    A radix sort, 16 bits a pass: numpy sorts 16-bit numbers in linear time,
    which is four times as fast here as comparing 64-bit keys.

    Parameters
    ----------
    columns : sequence of (n,) arrays of non-negative integers
        The keys, the most significant column first.
    bits : sequence of int
        How many low bits of each column are in use.

    Returns
    -------
    (n,) int64 array

    Examples
    --------
    >>> stable_order([np.array([2, 0, 2, 1])], [2])
    array([1, 3, 0, 2])
    """
    order: IntArray | None = None
    for column, used in zip(reversed(columns), reversed(bits), strict=True):
        for low in range(0, used, 16):
            digit = (column >> column.dtype.type(low)).astype(np.uint16)
            if order is None:
                order = np.argsort(digit, kind="stable")
            else:
                order = order[np.argsort(digit[order], kind="stable")]
    return np.arange(len(columns[0])) if order is None else order


@frozen
class Text:
    """Many texts in one buffer of UTF-8, each followed by a line feed.

    Attributes
    ----------
    buffer : (bytes,) uint8 array
    ends : (n,) int64 array
        One past the last byte of each text.
    other : (n,) bool array or None
        Which values were no text at all; None where all were.
    """

    buffer: NDArray[np.uint8]
    ends: IntArray
    other: Mask | None

    @classmethod
    def of(cls, values: Sequence[Any]) -> Text:
        """Encode the values; what is no text counts as empty."""
        chunks = [values[i : i + _CHUNK] for i in range(0, len(values), _CHUNK)]
        parts, other = [], None
        for k, chunk in enumerate(chunks):
            try:
                text = "\n".join(chunk)
            except TypeError:
                if other is None:
                    other = np.zeros(len(values), bool)
                known = [isinstance(value, str) for value in chunk]
                other[k * _CHUNK : k * _CHUNK + len(chunk)] = ~np.array(known)
                chunk = [v if is_text else "" for v, is_text in zip(chunk, known, strict=True)]
                chunks[k] = chunk
                text = "\n".join(chunk)
            parts.append(text.encode("utf-8", "surrogatepass"))
        data = b"\n".join([*parts, b""])
        buffer = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero(buffer == 10)
        if len(ends) != len(values):  # some text holds a newline of its own
            single = [text.encode("utf-8", "surrogatepass") for text in chain(*chunks)]
            lengths = np.fromiter(map(len, single), np.int64, len(single))
            ends = np.cumsum(lengths + 1) - 1
        return cls(buffer, ends, other)

    @cached_property
    def starts(self) -> IntArray:
        """Where the first byte of each text is."""
        starts = np.zeros_like(self.ends)
        starts[1:] = self.ends[:-1] + 1
        return starts

    @cached_property
    def lengths(self) -> IntArray:
        """Bytes in each text."""
        return self.ends - self.starts

    def spaced(self) -> IntArray:
        """The rows that are empty or may start with white space."""
        # An empty text shows the line feed that follows it.
        return np.flatnonzero(_SPACE[self.buffer[self.starts]])

    def padded(self) -> Mask:
        """Which texts end in NUL, and so cannot be told from their padding."""
        if self.buffer.min(initial=1):
            return np.zeros(len(self.ends), bool)
        last: Mask = self.buffer[np.maximum(self.ends - 1, 0)] == 0
        return last & (self.lengths > 0)

    def words(self, width: int) -> Columns:
        """The first ``width`` words of each text, padded with zeros."""
        padded = np.concatenate([self.buffer, np.zeros(8 * width + 8, np.uint8)])
        sliding = np.ndarray((len(padded) - 7,), "<u8", padded, strides=(1,))
        columns = []
        for j in range(width):
            # Past the end of the buffer there is nothing left to keep anyway.
            at = np.minimum(self.starts + 8 * j, len(sliding) - 1) if j else self.starts
            word = sliding[at].astype(np.uint64, copy=False)
            if np.little_endian:
                word.byteswap(inplace=True)
            word &= _LEADING[np.clip(self.lengths - 8 * j, 0, 8)]
            columns.append(word)
        return tuple(columns)


@frozen
class Squeeze:
    """Which bits differ between the keys, and where they go.

    Dropping bits that are the same everywhere keeps order and equality.

    Attributes
    ----------
    fixed : tuple of (value, mask)
        For each column the bits that never change, and which those are.
    runs : tuple of (column, shift, mask, target, lift)
        Each run of bits that change: where it is and where it goes.
    bits : tuple of int
        How many bits of each target column are used; at least one column.
    """

    fixed: tuple[tuple[int, int], ...]
    runs: tuple[tuple[int, int, int, int, int], ...]
    bits: tuple[int, ...]

    @classmethod
    def of(cls, columns: Columns) -> Squeeze:
        """The squeeze that just these keys allow."""
        fixed, found = [], []
        for j, column in enumerate(columns):
            sample = int(column[0]) if len(column) else 0
            mask = int(np.bitwise_or.reduce(column ^ np.uint64(sample), initial=0))
            fixed.append((sample & ~mask & _ALL, ~mask & _ALL))
            found += [(j, shift, length) for shift, length in _runs_of(mask)]
        bits, targets = [0], []
        for j, shift, length in found:
            if bits[-1] + length > 64:
                bits.append(0)
            bits[-1] += length
            # How far to lift is known only once the column is full.
            targets.append((j, shift, (1 << length) - 1, len(bits) - 1, bits[-1]))
        runs = tuple((j, s, m, t, bits[t] - used) for j, s, m, t, used in targets)
        return cls(tuple(fixed), runs, tuple(bits))

    def pack(self, columns: Columns) -> Columns:
        """Keys of the same kind, squeezed."""
        n = len(columns[0])
        packed = tuple(np.zeros(n, np.uint64) for _ in self.bits)
        spare = np.empty(min(n, _BLOCK), np.uint64)
        for start in range(0, n, _BLOCK):
            here = slice(start, start + _BLOCK)
            for j, shift, mask, target, lift in self.runs:
                run = spare[: len(columns[j][here])]
                np.right_shift(columns[j][here], np.uint64(shift), out=run)
                run &= np.uint64(mask)
                run <<= np.uint64(lift)
                packed[target][here] |= run
        return packed

    def fits(self, columns: Columns) -> Mask:
        """Which rows have the bits that every key has."""
        good = np.ones(len(columns[0]), bool)
        for column, (value, mask) in zip(columns, self.fixed, strict=True):
            if mask:
                good &= (column & np.uint64(mask)) == np.uint64(value)
        return good

    def pack_one(self, word: int) -> Key | None:
        """One key squeezed, all its columns in one number; None if it lacks shared bits."""
        value, mask, runs = self._joined
        if word & mask != value:
            return None
        packed = 0
        for shift, ones, lift in runs:
            packed |= (word >> shift & ones) << lift
        if len(self.bits) == 1:
            return (packed,)
        return tuple(packed >> 64 * t & _ALL for t in range(len(self.bits) - 1, -1, -1))

    @cached_property
    def _joined(self) -> tuple[int, int, list[tuple[int, int, int]]]:
        """What is fixed, and the runs, with all columns joined to one number."""
        value = mask = 0
        for bits, fixed in self.fixed:
            value, mask = value << 64 | bits, mask << 64 | fixed
        last, end = len(self.fixed) - 1, len(self.bits) - 1
        runs = [(64 * (last - j) + s, m, 64 * (end - t) + up) for j, s, m, t, up in self.runs]
        return value, mask, runs


def _runs_of(mask: int) -> Iterator[tuple[int, int]]:
    """(shift, length) of each run of ones, the highest first."""
    while mask:
        top = mask.bit_length()
        gap = ~mask & ((1 << top) - 1)
        low = gap.bit_length()
        yield low, top - low
        mask &= (1 << low) - 1
