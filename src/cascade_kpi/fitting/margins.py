"""What a table is to sum to: margins over one axis or several, read and found lawful."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, fingerprint, float_array, frozen_array, lock
from cascade_kpi._text import plain, visible
from cascade_kpi.errors import Fault, InputError, check, suggest, unlike
from cascade_kpi.fitting.axes import Axes
from cascade_kpi.records import record

__all__ = ["Margin", "Names", "disagreeing", "entries", "not_axes", "read_margins", "totals"]

_SHOWN = 6  # lines that are named before the others are counted
_TOLD = 20  # faults of one array before the others are left untold


@record("cascade_kpi/margin")
@frozen(hash=False)
class Margin:
    """What a table is to sum to over all axes but some.

    Attributes
    ----------
    axes : tuple of int
        In ascending order.
    values : float64 array
        Of these axes' shape, in the table's unit.
    """

    axes: tuple[int, ...]
    values: FloatArray = field(converter=frozen_array, eq=CONTENT)

    def __attrs_post_init__(self) -> None:
        faults, axes = list[Fault](), self.axes
        if not isinstance(axes, tuple) or not all(type(a) is int and a >= 0 for a in axes):
            repair = "give their positions, such as (0, 2)"
            faults.append(Fault("margin", "axes are whole numbers", repair, value=axes))
        elif list(axes) != sorted(set(axes)):
            repair = "give each once, the first first"
            faults.append(Fault("margin", "axes are in ascending order", repair, value=axes))
        elif self.values.ndim != len(axes):
            reason = f"its numbers have {self.values.ndim} axes, not {len(axes)}"
            faults.append(Fault("margin", reason, "give one axis of numbers for each axis"))
        check(faults)

    def __hash__(self) -> int:
        return fingerprint((self.axes, self.values))


@frozen
class Names:
    """What faults call axes and lines."""

    axes: Axes | None

    def axis(self, a: int) -> str:
        """The name of an axis."""
        return f"axis {a}" if self.axes is None else visible(self.axes.names[a])

    def axes_of(self, axes: tuple[int, ...]) -> str:
        """The names of several."""
        return " × ".join(map(self.axis, axes)) or "the total"

    def label(self, a: int, i: int) -> object:
        """The label of a line; its position where lines have none."""
        return i if self.axes is None else tuple(self.axes.labels.values())[a][i]

    def place(self, axes: tuple[int, ...], at: tuple[int, ...]) -> object:
        """The labels of a line of several axes."""
        labels = tuple(self.label(a, i) for a, i in zip(axes, at, strict=True))
        return labels[0] if len(labels) == 1 else labels

    def lines(self, axes: tuple[int, ...], places: list[tuple[int, ...]]) -> str:
        """Some lines, the first of them by name."""
        few = ", ".join(repr(self.place(axes, at)) for at in places[:_SHOWN])
        more = len(places) - _SHOWN
        return f"{few}{f' and {more:,} more' if more > 0 else ''} of {self.axes_of(axes)}"


def entries(
    values: object, source: str, names: Names, faults: list[Fault], *, least: float = 0.0
) -> FloatArray | None:
    """A table of finite numbers, none below the least; None if it is no table of numbers."""
    try:
        array = float_array(values, source)
    except InputError as error:
        faults.extend(error.faults)
        return None
    if not array.size or not array.ndim:
        faults.append(Fault(source, "no cells", "give at least one"))
        return None
    wanted = array.shape if names.axes is None else names.axes.shape
    if array.shape != wanted:
        reason = f"shape {array.shape} is not that of the axes, {wanted}"
        faults.append(Fault(source, reason, "give one entry for each cell"))
        return None
    faults.extend(_odd(array, source, tuple(range(array.ndim)), names, least=least))
    return array


def _odd(
    array: FloatArray,
    source: str,
    axes: tuple[int, ...],
    names: Names,
    *,
    column: str | None = None,
    least: float = 0.0,
) -> list[Fault]:
    """A fault for each entry that is absent, infinite or, if least is 0, negative."""
    if array.min() >= least and np.abs(array).max() < np.inf:  # false if there is a NaN
        with np.errstate(over="ignore"):
            if np.isfinite(np.abs(array).sum()):
                return []
        reason = "its sum exceeds the largest float, 1.8e308"
        return [Fault(source, reason, "use a larger unit", column=column)]
    faults = []
    for at in np.argwhere(~((array >= least) & (np.abs(array) < np.inf)))[:_TOLD].tolist():
        value = float(array[tuple(at)])
        if np.isnan(value):
            reason, repair = "nothing is known of it", "write 0 where there is nothing"
        elif np.isinf(value):
            reason, repair = "infinite", "give a finite number"
        else:
            reason, repair = "negative", "give zero or more"
        place = f"{reason} at {names.place(axes, tuple(at))!r}"
        faults.append(Fault(source, place, repair, column=column, value=value))
    return faults


def read_margins(
    given: object,
    shape: tuple[int, ...],
    names: Names,
    faults: list[Fault],
    *,
    least: float = 0.0,
) -> tuple[Margin, ...]:
    """Margins from a mapping of an axis, or a tuple of axes, to sums; what is wrong as faults."""
    if not isinstance(given, Mapping) or not given:
        repair = "give a mapping such as {0: sums of rows, 1: sums of columns}"
        faults.append(Fault("margins", "no margins", repair, value=given))
        return ()
    margins: list[Margin] = []
    for key, values in given.items():
        axes = _axes(key, len(shape), names)
        if axes is None:
            known = list(range(len(shape))) if names.axes is None else list(names.axes.names)
            reason = "no such axis, or one twice"
            faults.append(Fault("margins", reason, suggest(key, known), value=key))
            continue
        if tuple(sorted(axes)) in {margin.axes for margin in margins}:
            repair = "give one margin for these axes"
            faults.append(Fault("margins", "given twice", repair, value=key))
            continue
        margin = _margin((axes, values), shape, names, faults, least)
        if margin is not None:
            margins.append(margin)
    return tuple(margins)


def _axes(key: object, ndim: int, names: Names) -> tuple[int, ...] | None:
    """The axes that a key names; None if it names none, or one twice."""
    parts = key if isinstance(key, tuple) else (key,)
    known: dict[Any, int] = {a: a for a in range(ndim)}
    if names.axes is not None:
        known |= {name: a for a, name in enumerate(names.axes.names)}
    found = [
        known[part]
        for part in parts
        if isinstance(part, str | int) and not isinstance(part, bool) and part in known
    ]
    return tuple(found) if len(set(found)) == len(parts) > 0 else None


def _margin(
    given: tuple[tuple[int, ...], object],
    shape: tuple[int, ...],
    names: Names,
    faults: list[Fault],
    least: float,
) -> Margin | None:
    axes, values = given
    column = names.axes_of(axes)
    try:
        array = float_array(values, "margins")
    except InputError as error:
        faults.extend(Fault("margins", f.reason, f.repair, column=column) for f in error.faults)
        return None
    wanted = tuple(shape[a] for a in axes)
    if array.shape != wanted:
        reason = f"its shape is {array.shape}, that of the table's lines {wanted}"
        faults.append(Fault("margins", reason, "give one sum for each line", column=column))
        return None
    odd = _odd(array, "margins", axes, names, column=column, least=least)
    if odd:
        faults.extend(odd)
        return None
    order = np.argsort(axes)
    return Margin(tuple(sorted(axes)), lock(array.transpose(order).copy()))


def totals(table: NDArray[Any], axes: tuple[int, ...]) -> NDArray[Any]:
    """A table's sums over all axes but some."""
    others = tuple(a for a in range(table.ndim) if a not in axes)
    return np.asarray(table.sum(axis=others))


def disagreeing(margins: tuple[Margin, ...], near: float, names: Names) -> list[Fault]:
    """A fault for every two margins whose sums over the axes that they share differ.

    Parameters
    ----------
    near : float
        Part of a sum by which they may.
    """
    faults = []
    for first, second in combinations(margins, 2):
        shared = tuple(a for a in first.axes if a in second.axes)
        one, other = (
            totals(margin.values, tuple(margin.axes.index(a) for a in shared))
            for margin in (first, second)
        )
        far = np.abs(one - other) > near * np.maximum(one, other)
        for at in np.argwhere(far)[:_TOLD].tolist():
            ours, theirs = (float(each[tuple(at)]) for each in (one, other))
            where = f" at {names.lines(shared, [tuple(at)])}" if shared else ""
            reason = f"its sum{where} is {plain(ours)}, that of {names.axes_of(second.axes)} "
            reason += plain(theirs)
            reason += f", {_apart(ours, theirs)} apart"
            repair = "correct one of them, or scale one to the other"
            column = names.axes_of(first.axes)
            faults.append(Fault("margins", reason, repair, column=column))
    return faults


def _apart(one: float, other: float) -> str:
    """By how much two sums differ, without the digits that rounding has put there."""
    return plain(float(f"{abs(one - other):.6g}"))


def not_axes(axes: object) -> list[Fault]:
    """A fault if it is given and no Axes."""
    return [] if axes is None else unlike(axes, Axes, "axes", "fitting.Axes(…)")
