"""The axes of a table by name, its lines by label: from long tables and back to them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike

from cascade_kpi._arrays import FloatArray, IntArray, float_array
from cascade_kpi._fields import as_tuple
from cascade_kpi._long import Columns, keys, texts
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record
from cascade_kpi.tables import take

__all__ = ["Axes"]

Label = str | int

VALUE = "value"
"""The column of numbers."""


def _labelled(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    return MappingProxyType({name: as_tuple(labels) for name, labels in given.items()})


@record("cascade_kpi/axes")
@frozen(hash=False)
class Axes:
    """The axes of a table, in order, and the labels of their lines.

    Parameters
    ----------
    labels : mapping of str to iterable of str or int
        For each axis its name and the labels of its lines, each of them once.

    Examples
    --------
    >>> axes = Axes({"node": ["east", "west"], "period": ["Q1", "Q2"]})
    >>> axes.read([{"node": "west", "period": "Q2", "value": 7}])
    array([[nan, nan],
           [nan,  7.]])
    >>> axes.table(np.array([[1, 2], [3, 4]]), kpi="sales")["period"].tolist()
    ['Q1', 'Q2', 'Q1', 'Q2']
    """

    labels: Mapping[str, tuple[Label, ...]] = field(converter=_labelled)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.labels, Mapping) or not self.labels:
            repair = "give a mapping of names to labels, in the order of the axes"
            check([Fault("axes", "no named axes", repair, value=self.labels)])
        check([fault for name, each in self.labels.items() for fault in _odd(name, each)])

    def __hash__(self) -> int:
        return hash(tuple(self.labels.items()))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the axes, in order."""
        return tuple(self.labels)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a table with these axes."""
        return tuple(map(len, self.labels.values()))

    def read(self, table: object, value: str = VALUE) -> FloatArray:
        """A long table as an array; NaN where the table has no row or a blank.

        Parameters
        ----------
        table : any table
            A column of labels for each axis, under its name, and one of numbers.
            Whatever else it has is not read.
        value : str
            The column of numbers.

        Returns
        -------
        float64 array of the axes' shape

        Raises
        ------
        InputError
            Listing labels that no axis has, places that are there twice, and what is
            no number.
        """
        data, faults = take(table, name="table"), list[Fault]()
        numbers = data.numbers(value, faults)
        codes = np.zeros((len(self.labels), data.n), dtype=np.int64)
        for a, (name, labels) in enumerate(self.labels.items()):
            known = {label: i for i, label in enumerate(labels)}
            for row, label in enumerate(data.ids(name, faults)):
                codes[a, row] = -1 if label is None else known.get(label, -1)
                if label is not None and label not in known:
                    reason = f"no line of the axis {name!r} has this label"
                    repair = suggest(label, labels)
                    faults.append(data.fault(reason, repair, row=row, column=name, value=label))
                elif label is None and data.has(name):
                    repair = "give the label of its line"
                    faults.append(data.fault("the label is blank", repair, row=row, column=name))
        at = np.ravel_multi_index(tuple(np.maximum(codes, 0)), self.shape)
        at[(codes < 0).any(axis=0)] = -1
        for row in _repeats(at):
            first = int(np.flatnonzero(at == at[row])[0])
            reason, repair = f"the same place as row {first}", "give every place one row"
            faults.append(data.fault(reason, repair, row=row))
        check(data.told(faults))
        out = np.full(self.shape, np.nan)
        out.ravel()[at] = numbers
        return out

    def table(self, values: ArrayLike, **constants: str) -> Columns:
        """A table in the long form, one row a cell: what `assign` and frames take.

        Parameters
        ----------
        values : array of the axes' shape
            Float64, or int64 as it is.
        **constants : str
            Further columns, of one value each: ``kpi="sales"``.

        Returns
        -------
        dict of str to array
            The axes under their names, the further columns, and ``value``; the last
            axis runs fastest.
        """
        array = np.asarray(values)
        if array.dtype.kind not in "iu":
            array = float_array(values, "values")
        if array.shape != self.shape:
            reason = f"shape {array.shape} is not that of the axes, {self.shape}"
            check([Fault("values", reason, "give one value for each cell")])
        places = np.indices(self.shape).reshape(len(self.shape), -1)
        out: Columns = {
            name: keys(labels)[at]
            for (name, labels), at in zip(self.labels.items(), places, strict=True)
        }
        taken = [name for name in constants if name in out or name == VALUE]
        repair = "give it another name"
        check([Fault("values", "there is such a column", repair, column=name) for name in taken])
        for name, constant in constants.items():
            out[name] = texts([constant] * array.size)
        return out | {VALUE: array.ravel().copy()}


def _odd(name: object, labels: object) -> list[Fault]:
    """Faults of one axis."""
    if not isinstance(name, str) or not name.strip():
        return [Fault("axes", "the name of an axis is text", "name it", value=name)]
    if name == VALUE:
        reason = "the numbers of a table have this name"
        return [Fault("axes", reason, "give the axis another", value=name)]
    if not isinstance(labels, tuple) or not labels:
        return [Fault("axes", "no labels", "list one for each line", column=name, value=labels)]
    faults, seen = list[Fault](), dict[object, int]()
    for i, label in enumerate(labels):
        if isinstance(label, bool) or not isinstance(label, str | int):
            reason, repair = "a label is text or a whole number", "give it as one of these"
        elif isinstance(label, str) and not label.strip():
            reason, repair = "the label is blank", "name every line"
        elif label in seen:
            reason, repair = f"the same label as line {seen[label]}", "give every line its own"
        else:
            seen[label] = i
            continue
        faults.append(Fault("axes", reason, repair, row=i, column=name, value=label))
    kinds = {isinstance(label, str) for label in seen}
    if len(kinds) > 1:
        reason, repair = "texts and whole numbers together", "give labels of one kind"
        faults.append(Fault("axes", reason, repair, column=name))
    return faults


def _repeats(at: IntArray) -> list[int]:
    """Rows whose place an earlier row has."""
    _, first, counts = np.unique(at, return_index=True, return_counts=True)
    if (counts == 1).all():
        return []
    again = np.ones(len(at), dtype=bool)
    again[first] = False
    return np.flatnonzero(again & (at >= 0)).tolist()
