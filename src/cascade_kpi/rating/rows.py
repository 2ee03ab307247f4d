"""The rows of a table of ratings, read, checked and put in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, frozen_array, lock
from cascade_kpi.entries import read_codes, read_nodes
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.rating.scale import Scale, Survey
from cascade_kpi.tables import Table

__all__ = ["Rows", "names_of", "read_rows", "scales_of"]

_COLUMNS = ("node", "rater", "relation", "item", "value")
_KEPT = ("node", "rater", "relation", "item", "period", "value", "reason")
_SUGGESTED = 50


@frozen(hash=False)
class Rows:
    """Ratings as columns, by item, period, node, relation, rater.

    Attributes
    ----------
    node, rater, relation, item, period : int64 array (m,)
        Row of the tree; row of the tree of who rates, or n and more for those outside of it;
        positions of relation, item and period.
    value : float64 array (m,)
        In points of the item's scale; NaN where the rater could not tell.
    reason : object array of str (m,)
        In words, empty where none is given.
    outsiders : object array
        Ids of raters outside of the tree, sorted.
    source_row : int64 array (m,)
        Row of the input table.
    """

    node: IntArray = field(eq=CONTENT, converter=frozen_array)
    rater: IntArray = field(eq=CONTENT, converter=frozen_array)
    relation: IntArray = field(eq=CONTENT, converter=frozen_array)
    item: IntArray = field(eq=CONTENT, converter=frozen_array)
    period: IntArray = field(eq=CONTENT, converter=frozen_array)
    value: FloatArray = field(eq=CONTENT, converter=frozen_array)
    reason: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    outsiders: NDArray[Any] = field(eq=CONTENT, converter=frozen_array)
    source_row: IntArray = field(eq=False, converter=np.asarray)

    def __len__(self) -> int:
        return len(self.node)

    def taken(self, rows: NDArray[Any]) -> Rows:
        """Some of them, in their order; all outsiders are kept."""
        taken = {name: lock(getattr(self, name)[rows]) for name in _KEPT}
        return attrs.evolve(self, **taken, source_row=self.source_row[rows])


def names_of(data: Table, column: str) -> tuple[str, ...]:
    """The names that occur in a column, sorted; blank ones are left out."""
    if not data.has(column):
        return ()
    texts = data.texts(column, []).tolist()
    return tuple(sorted({text for text in set(texts) if text.strip()}))


def scales_of(
    scale: Scale | Mapping[str, Scale], items: tuple[str, ...], faults: list[Fault]
) -> tuple[Scale, ...]:
    """One scale an item, and a fault for each item without one."""
    if isinstance(scale, Scale):
        return (scale,) * len(items)
    repair = "pass scale=rating.Scale(1, 5), or {item: Scale} for several"
    if not isinstance(scale, Mapping):
        faults.append(Fault("scale", "not a scale", repair, value=scale))
        return ()
    faults += [
        Fault("scale", "no such item", suggest(name, items), value=name)
        for name in scale
        if name not in items
    ]
    faults += [
        Fault("scale", "the item has no scale", repair, column=name, value=scale.get(name))
        for name in items
        if not isinstance(scale.get(name), Scale)
    ]
    return tuple(scale[name] for name in items if isinstance(scale.get(name), Scale))


def read_rows(
    data: Table,
    org: OrgTree,
    survey: Survey,
    relations: tuple[str, ...],
    period: IntArray,
    *,
    faults: list[Fault],
) -> Rows:
    """The rows in order, once everything about them is found to be sound.

    Raises
    ------
    InputError
        With the faults that are given, and all that are found.
    """
    data.require(_COLUMNS, faults)
    node = read_nodes(data, org, faults)
    relation = read_codes(data, "relation", relations, "blank", faults)
    item = read_codes(data, "item", survey.items, "no such item", faults)
    outside = np.isin(relation, [relations.index(r) for r in survey.outside if r in relations])
    rater, outsiders = _raters(data, org, outside, faults)
    value = _values(data, survey, item, faults)
    reason = data.texts("reason", faults) if data.has("reason") else np.full(data.n, "", object)
    sound = (node >= 0) & (relation >= 0) & (rater >= 0)
    own = relations.index(survey.own) if survey.own in relations else -1
    faults += _themselves(
        data, survey, sound & ((node == rater) != (relation == own)), relation == own
    )
    columns = (item, period, node, rater)
    faults += _twice(data, sound & (item >= 0) & (period >= 0), columns)
    check(data.told(faults))
    order = np.lexsort((rater, relation, node, period, item))
    read = zip(_KEPT, (node, rater, relation, item, period, value, reason), strict=True)
    made: dict[str, Any] = {name: lock(each[order]) for name, each in read}
    return Rows(**made, outsiders=lock(outsiders), source_row=order)


def _raters(
    data: Table, org: OrgTree, outside: NDArray[np.bool_], faults: list[Fault]
) -> tuple[IntArray, NDArray[Any]]:
    """Rows of the tree, or n and more for those who need not be of it; and these, sorted."""
    if not data.has("rater"):
        return np.full(data.n, -1), np.zeros(0, dtype=object)
    raw = data.raw("rater")
    found = org.find(raw)
    unknown = np.flatnonzero(found < 0)
    if not len(unknown):
        return found, np.zeros(0, dtype=object)
    odd: list[Fault] = []
    ids = data.ids("rater", odd)
    told = {fault.row for fault in odd}
    faults += odd
    known = org.ids.tolist()
    bad = 0
    for row in unknown[~outside[unknown]].tolist():
        value = ids[row]
        if row in told or None in told:
            continue
        repair = suggest(value, known) if bad < _SUGGESTED else "name a node of the tree"
        repair += ", or name the relation in outside=… if its raters are not of the tree"
        bad += 1
        faults.append(data.fault("no such node", repair, row=row, column="rater", value=value))
    beyond = [row for row in unknown[outside[unknown]].tolist() if row not in told]
    for row in beyond:
        if ids[row] is None:
            repair = "give the rater an id"
            faults.append(data.fault("blank", repair, row=row, column="rater"))
    names = {ids[row] for row in beyond} - {None}
    listed = sorted(names, key=lambda name: (isinstance(name, str), name))
    place = {name: len(org) + i for i, name in enumerate(listed)}
    out = np.array(found)
    out[beyond] = [place.get(ids[row], -1) for row in beyond]
    return out, np.fromiter(listed, dtype=object, count=len(listed))


def _values(data: Table, survey: Survey, item: IntArray, faults: list[Fault]) -> FloatArray:
    """Values on the scales of their items, NaN where blank; a fault for each other."""
    if not data.has("value"):
        return np.full(data.n, np.nan)
    values = data.numbers("value", faults) + 0.0  # turns -0.0 into 0.0
    for i, scale in enumerate(survey.scales):
        rows = np.flatnonzero(item == i)
        for row in rows[scale.faulty(values[rows])].tolist():
            reason = f"not on the scale of {survey.items[i]}, {scale}"
            repair = "correct it, or leave it blank where the rater could not tell"
            value = float(values[row])
            faults.append(data.fault(reason, repair, row=row, column="value", value=value))
    return values


def _themselves(
    data: Table, survey: Survey, odd: NDArray[np.bool_], own: NDArray[np.bool_]
) -> list[Fault]:
    """Faults of people who rate themselves as something else, or others as themselves."""
    faults = []
    raw, relation = (data.raw(c) if data.has(c) else None for c in ("rater", "relation"))
    for row in np.flatnonzero(odd).tolist():
        if own[row]:
            reason = f"{survey.own} is the relation of people to themselves, and this is another"
            column, value = "rater", None if raw is None else raw[row]
            repair = "name another relation"
        else:
            reason = "the rater is who is rated"
            column, value = "relation", None if relation is None else relation[row]
            repair = f"name the relation {survey.own}, or leave the row out"
        value = value.item() if isinstance(value, np.generic) else value
        faults.append(data.fault(reason, repair, row=row, column=column, value=value))
    return faults


def _twice(data: Table, sound: NDArray[np.bool_], columns: tuple[IntArray, ...]) -> list[Fault]:
    """Faults of raters who rate the same twice, in whatever relations."""
    rows = np.flatnonzero(sound)
    keys = [column[rows] for column in columns]
    order = np.lexsort((rows, *keys[::-1]))
    same = np.ones(max(len(rows) - 1, 0), dtype=bool)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    faults = []
    for i in (np.flatnonzero(same) + 1).tolist():
        row, before = int(rows[order[i]]), int(rows[order[i - 1]])
        reason = f"this rater has rated the same node, item and period in row {before} already"
        value = data.raw("rater")[row]
        value = value.item() if isinstance(value, np.generic) else value
        faults.append(
            data.fault(reason, "keep one of the rows", row=row, column="rater", value=value)
        )
    return faults
