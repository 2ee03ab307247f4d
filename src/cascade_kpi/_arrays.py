"""Array fields for frozen classes: read-only copies, comparison, fingerprint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from cascade_kpi.errors import Fault, InputError

__all__ = [
    "CONTENT",
    "FloatArray",
    "IntArray",
    "equal",
    "everywhere",
    "fingerprint",
    "float_array",
    "frozen_array",
    "frozen_columns",
    "is_everywhere",
    "lock",
    "refuse_overflow",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def float_array(values: Any, source: str) -> FloatArray:
    """Numbers as a float64 array, NaN where absent or masked.

    Raises
    ------
    InputError
        If they are anything else.
    """
    try:
        array = np.asarray(values)
    except ValueError:  # rows of unequal length
        array = np.array(None)
    if array.dtype.kind not in "fiu":
        reason = f"numbers are needed, not {type(values).__name__} of dtype {array.dtype}"
        raise InputError([Fault(source, reason, "pass a number or a numeric array")])
    if isinstance(values, np.ma.MaskedArray):  # what is masked is absent, whatever is below
        return np.asarray(np.ma.filled(values.astype(np.float64), np.nan))
    return np.asarray(array, dtype=np.float64)


def frozen_array(values: Any) -> NDArray[Any]:
    """The values as a read-only array that nobody else can write to.

    An array is taken as it is if nobody can write to its memory: stages hand
    their columns on without copying them.
    """
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError("a masked array is not an array column: fill it with NaN first")
    if isinstance(values, np.ndarray) and _is_frozen(values):
        return values
    return lock(np.array(values))


def _is_frozen(array: NDArray[Any]) -> bool:
    owner: Any = array
    while isinstance(owner, np.ndarray):
        if owner.flags.writeable:
            return False
        owner = owner.base
    return owner is None


def lock(array: NDArray[Any]) -> NDArray[Any]:
    """Make a freshly computed array read-only in place and return it."""
    array.setflags(write=False)
    return array


def everywhere(value: float, shape: tuple[int, ...]) -> FloatArray:
    """An array of one number that takes no memory, read-only."""
    return np.broadcast_to(np.float64(value), shape)


def is_everywhere(values: NDArray[Any]) -> bool:
    """Whether an array is one number that takes no memory."""
    return not any(values.strides)


def frozen_columns(columns: Mapping[str, Any]) -> Mapping[str, NDArray[Any]]:
    """A read-only mapping of read-only arrays."""
    return MappingProxyType({name: frozen_array(values) for name, values in columns.items()})


def equal(a: Any, b: Any) -> bool:
    """Bitwise-minded equality of arrays, and of mappings and tuples of them.

    NaN equals NaN. Text and object columns are compared element by element.
    """
    if a is b:
        return True
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return list(a) == list(b) and all(equal(a[name], b[name]) for name in a)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
            return False
        if a.dtype.kind == "O":
            return _same_objects(a, b)
        return bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fcmM"))
    return bool(a == b)


def _same_objects(a: NDArray[Any], b: NDArray[Any]) -> bool:
    try:
        if np.array_equal(a, b):
            return True
    except (TypeError, ValueError):  # pandas' NA is neither equal to anything nor unequal
        pass
    return all(map(_same, a.ravel().tolist(), b.ravel().tolist()))


def _same(x: Any, y: Any) -> bool:
    if x is y:
        return True
    try:
        return bool(x == y or (x != x and y != y))
    except (TypeError, ValueError):
        return False


CONTENT = attrs.cmp_using(eq=equal)
"""For ``field(eq=CONTENT)``: the field is compared by the content of its arrays."""


@contextmanager
def refuse_overflow(source: str) -> Iterator[None]:
    """Turn an overflow of float arithmetic into a fault of an input.

    Raises
    ------
    InputError
        Where a float operation inside would have given infinity.
    """
    try:
        with np.errstate(over="raise"):
            yield
    except FloatingPointError:
        reason = "its sums exceed the largest float, 1.8e308"
        raise InputError([Fault(source, reason, "use a larger unit")]) from None


def fingerprint(parts: Iterable[Any]) -> int:
    """A hash of arrays and plain values by content, the same in every process."""
    import hashlib

    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        if isinstance(part, np.ndarray) and part.dtype.kind != "O":
            digest.update(str(part.dtype).encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            values = part.tolist() if isinstance(part, np.ndarray) else part
            digest.update(repr(values).encode())
    return int.from_bytes(digest.digest(), "little", signed=True)
