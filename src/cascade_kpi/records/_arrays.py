"""How numpy arrays are written and read: by the column, not element by element."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import lock
from cascade_kpi.records._place import Codec, Place, get, keys_fit, put
from cascade_kpi.records._scalars import ANY, BOOL, INT, LONE, NULL, STR, Float

__all__ = ["Array"]

_NONE: frozenset[str] = frozenset()
_KEYS = ("array", "shape", "values")
_DTYPE = re.compile(
    r"bool|u?int(?:8|16|32|64)|float(?:32|64)|str|object"
    r"|datetime64\[(?:Y|M|W|D|h|m|s|ms|us|ns)\]"
)
_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d+)?)?)?)?)?)?", re.ASCII)
_KINDS = "bool, int8 to int64, uint8 to uint64, float32, float64, str, object and datetime64"

# The JSON types that a whole column may be made of to be converted at one stroke.
_PLAIN: Mapping[str, frozenset[type]] = {
    "b": frozenset({bool}),
    "i": frozenset({int}),
    "u": frozenset({int}),
    "f": frozenset({float, int, type(None)}),
    "U": frozenset({str}),
    "O": frozenset({str}),
}


@frozen(eq=False, repr=False)
class Moment:
    """A datetime64 of one unit, as ISO text; NaT is null."""

    unit: str
    wants = "an ISO date or time"
    forms = frozenset({"text", "null"})
    also = _NONE

    def holds(self, value: object) -> bool:
        return isinstance(value, np.datetime64)

    def encode(self, value: np.datetime64, at: Place) -> str | None:
        text = None if np.isnat(value) else str(value)
        if text is not None and not _MOMENT.fullmatch(text):
            at.fault("only the years 0 to 9999 can be written", "correct the date", text)
        return text

    def decode(self, json: str | None, at: Place) -> np.datetime64 | None:
        if json is None:
            return np.datetime64("NaT", self.unit)  # type: ignore[call-overload, no-any-return]
        try:
            # numpy would also read "today", and time zones with a warning.
            value = np.datetime64(json, self.unit) if _MOMENT.fullmatch(json) else None  # type: ignore[call-overload]  # its unit is a text known at run time
        except ValueError:
            value = None
        if value is None or str(value) != json:
            at.fault(f"not a date or time to the unit {self.unit!r}", "write it as ISO text", json)
            return None
        return value  # type: ignore[no-any-return]  # what is read is of any kind


@frozen(eq=False, repr=False)
class Array:
    """An array of one type of elements, or of any (``np.generic``)."""

    dtype: type[np.generic]
    forms = frozenset({"array"})
    also = _NONE

    @property
    def wants(self) -> str:
        of = "" if self.dtype is np.generic else f" of {self.dtype.__name__.rstrip('_')}"
        return f"an array{of}"

    def holds(self, value: object) -> bool:
        # Not a masked array or another subclass: what it adds would be lost.
        return type(value) is np.ndarray and issubclass(value.dtype.type, self.dtype)

    def encode(self, value: NDArray[Any], at: Place) -> Any:
        name = "str" if value.dtype.kind == "U" else value.dtype.name
        if not _DTYPE.fullmatch(name):
            at.fault(f"arrays of {name} cannot be written", f"convert it to one of {_KINDS}")
            return None
        column = at.key("values")
        if column.too_deep():
            return None
        flat = value.ravel()
        values = flat.tolist() if flat.dtype.kind != "M" else list(flat)
        if not _whole(values, flat):
            codec = _element(flat.dtype)
            values = [put(codec, one, column.item(i)) for i, one in enumerate(values)]
        return {"array": name, "shape": list(value.shape), "values": values}

    def decode(self, json: Mapping[str, Any], at: Place) -> NDArray[Any] | None:
        if not keys_fit(json, at, _KEYS, _KEYS):
            return None
        dtype = self._dtype(json["array"], at)
        if dtype is None:
            return None
        values, shape = json["values"], json["shape"]
        if type(values) is not list:
            at.key("values").fault("a list is wanted here", "write the values row by row")
            return None
        column = _column(values, dtype, at.key("values"))
        try:
            if type(shape) is not list or not all(type(n) is int and n >= 0 for n in shape):
                raise ValueError
            return None if column is None else column.reshape(shape)
        except (ValueError, OverflowError):
            at.key("shape").fault(
                f"{len(values):,} values do not make this shape",
                "write the length of each axis, such as [2, 3] for 6 values",
                str(shape)[:60],
            )
            return None

    def _dtype(self, name: str, at: Place) -> np.dtype[Any] | None:
        dtype = np.dtype(name) if _DTYPE.fullmatch(name) else None
        if dtype is None:
            at.key("array").fault("unknown type of array", f"use one of {_KINDS}", name)
        elif not issubclass(dtype.type, self.dtype):
            at.key("array").fault(f"{self.wants} is wanted here", "convert the values", name)
        else:
            return dtype
        return None


def _column(values: list[Any], dtype: np.dtype[Any], at: Place) -> NDArray[Any] | None:
    """The values as a flat, read-only array: at one stroke if nothing is unusual."""
    if _all_plain(values, dtype.kind):
        column = _cast(values, dtype)
        if column is not None:
            return lock(column)
    before = len(at.log.faults)
    codec = _element(dtype)
    read = [get(codec, one, at.item(i)) for i, one in enumerate(values)]
    if len(at.log.faults) > before:
        return None
    for i, one in enumerate(read):
        if dtype.kind in "iuf" and not _fits(one, dtype):
            at.item(i).fault(f"the number is out of the range of {dtype}", "scale it", one)
    if len(at.log.faults) > before:
        return None
    return lock(np.array(read, dtype=dtype))


# Among floats null is NaN: a column cannot hold None.
_FLOAT = Float(wants="a number or null", nan=None, also=NULL.forms | {"int"})


def _element(dtype: np.dtype[Any]) -> Codec:
    if dtype.kind == "M":
        return Moment(np.datetime_data(dtype)[0])
    codecs: dict[str, Codec] = {"b": BOOL, "i": INT, "u": INT, "f": _FLOAT, "U": STR}
    return codecs.get(dtype.kind, ANY)


def _whole(values: list[Any], flat: NDArray[Any]) -> bool:
    """Whether a column can be written as it is."""
    kind = flat.dtype.kind
    if kind == "f":
        return bool(np.isfinite(flat).all())
    return kind in "biu" or _all_plain(values, kind)


def _all_plain(values: list[Any], kind: str) -> bool:
    plain = _PLAIN.get(kind)
    if plain is None or not plain.issuperset(map(type, values)):
        return False
    return kind not in "UO" or not LONE.search("".join(values))


def _cast(values: list[Any], dtype: np.dtype[Any]) -> NDArray[Any] | None:
    """The values as one array; None if one of them is out of range."""
    try:
        with np.errstate(over="ignore"):
            column = np.array(values, dtype=dtype)
    except OverflowError:
        return None
    return None if dtype.kind == "f" and bool(np.isinf(column).any()) else column


def _fits(value: Any, dtype: np.dtype[Any]) -> bool:
    """Whether a number stays finite and in range as the dtype; infinities stay what they are."""
    return value in {np.inf, -np.inf} or _cast([value], dtype) is not None
