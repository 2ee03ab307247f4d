"""Digests of values that a document does not hold, but that are made again when it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi.errors import Fault, check

__all__ = ["check_digest", "digest_of"]


def digest_of(parts: Iterable[str | NDArray[Any]]) -> str:
    """SHA-256 of words and of arrays of int64 or float64, with their shapes.

    Of all bits, little-endian; any NaN as one, and -0.0 as 0.0.

    Examples
    --------
    >>> digest_of(["sales", np.array([1.0, np.nan])])[:23]
    'sha256:...'
    """
    made = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            made.update(f"{len(part)} {part}\n".encode())
            continue
        whole = part.dtype.kind != "f"
        values = part if whole else np.where(np.isnan(part), np.nan, part + 0.0)
        made.update(f"{'i8' if whole else 'f8'} {part.shape}\n".encode())
        made.update(np.ascontiguousarray(values, dtype="<i8" if whole else "<f8").tobytes())
    return f"sha256:{made.hexdigest()}"


def check_digest(written: str | None, made: str) -> None:
    """Refuse values that are not those that were written; without a digest, take any.

    Raises
    ------
    InputError
    """
    if written is not None and written != made:
        reason = "this version makes other values than were written"
        repair = "read it with the version that wrote it, or leave the digest out to go on"
        check([Fault("digest", reason, repair, value=written)])
