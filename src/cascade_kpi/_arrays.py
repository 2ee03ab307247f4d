"""Array fields for frozen classes: read-only copies, comparison, fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FloatArray",
    "IntArray",
    "array_field",
    "columns_field",
    "equal",
    "fingerprint",
    "frozen_array",
    "frozen_columns",
    "lock",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def frozen_array(values: Any) -> NDArray[Any]:
    """The values as a read-only array that nobody else can write to.

    An array that is already read-only and owns its memory is taken as it is:
    stages hand their columns on without copying them.
    """
    if isinstance(values, np.ndarray) and not values.flags.writeable:
        return values
    array = np.array(values)
    array.setflags(write=False)
    return array


def lock(array: NDArray[Any]) -> NDArray[Any]:
    """Make a freshly computed array read-only in place and return it."""
    array.setflags(write=False)
    return array


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
        return bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fcmM"))
    return bool(a == b)


def array_field(**kwargs: Any) -> Any:
    """An attrs field that holds a read-only array and compares by content."""
    kwargs.setdefault("converter", frozen_array)
    return attrs.field(eq=attrs.cmp_using(eq=equal), hash=False, repr=False, **kwargs)


def columns_field(**kwargs: Any) -> Any:
    """An attrs field that holds named read-only arrays and compares by content."""
    kwargs.setdefault("converter", frozen_columns)
    return attrs.field(eq=attrs.cmp_using(eq=equal), hash=False, repr=False, **kwargs)


def fingerprint(parts: Iterable[Any]) -> int:
    """A hash of arrays and plain values by content, the same in every process."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        if isinstance(part, np.ndarray) and part.dtype.kind != "O":
            digest.update(str(part.dtype).encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            values = part.tolist() if isinstance(part, np.ndarray) else part
            digest.update(repr(values).encode())
    return int.from_bytes(digest.digest(), "little", signed=True)
