"""Ratings of people by people."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, FloatArray, fingerprint, frozen_columns
from cascade_kpi._fields import as_texts, members, not_texts
from cascade_kpi._long import Columns, same, texts
from cascade_kpi._text import visible
from cascade_kpi.entries import read_periods
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.rating.rows import Rows, names_of, read_rows, scales_of
from cascade_kpi.rating.scale import Scale, Survey
from cascade_kpi.records import record
from cascade_kpi.tables import take

__all__ = ["Ratings"]

_ROW = "row"


@frozen(hash=False)
class _Table:
    """Ratings as the table that they came from: what their JSON record holds.

    In the order of its rows; ``row`` has their numbers where some were left out.
    """

    org: OrgTree
    periods: Periods
    survey: Survey
    columns: Mapping[str, NDArray[Any]] = field(eq=CONTENT, converter=frozen_columns)

    @classmethod
    def of(cls, ratings: Ratings) -> _Table:
        """The table of ratings."""
        order = np.argsort(ratings.rows.source_row, kind="stable")
        columns = {name: column[order] for name, column in ratings.table().items()}
        rows = ratings.rows.source_row[order]
        if not np.array_equal(rows, np.arange(len(rows))):
            columns[_ROW] = rows
        return cls(ratings.org, ratings.periods, ratings.survey, columns)

    def make(self) -> Ratings:
        """The ratings again, with every check of a table."""
        survey = self.survey
        made = Ratings.from_table(
            {name: column for name, column in self.columns.items() if name != _ROW},
            self.org,
            scale=dict(zip(survey.items, survey.scales, strict=True)),
            items=survey.items,
            periods=self.periods,
            own=survey.own,
            outside=survey.outside,
        )
        if _ROW not in self.columns:
            return made
        rows = self.columns[_ROW]
        fine = rows.dtype.kind in "iu" and len(np.unique(rows)) == len(made)
        if not fine or (rows < 0).any():
            repair = "number each row once, from 0 on, or leave the column out"
            check([Fault("ratings", "rows that are not numbered", repair, column=_ROW)])
        numbered = rows.astype(np.int64)[made.rows.source_row]
        return attrs.evolve(made, rows=attrs.evolve(made.rows, source_row=numbered))


@record("cascade_kpi/ratings", written_as=_Table)
@frozen(hash=False, repr=False)
class Ratings:
    """Who rated whom, on what, in which relation. Made by :meth:`from_table`.

    Attributes
    ----------
    org : OrgTree
        Whose nodes are rated.
    periods : Periods
    survey : Survey
        The items and their scales.
    relations : tuple of str
        Those that occur, sorted.
    rows : Rows
        By item, period, node, relation, rater.
    """

    org: OrgTree
    periods: Periods
    survey: Survey
    relations: tuple[str, ...]
    rows: Rows

    @classmethod
    def from_table(
        cls,
        table: object,
        org: OrgTree,
        *,
        scale: Scale | Mapping[str, Scale],
        items: Iterable[str] | None = None,
        periods: Periods | str | None = None,
        own: str = "self",
        outside: Iterable[str] = (),
        name: str = "ratings",
    ) -> Ratings:
        """Ratings from any table with one row a rating.

        Parameters
        ----------
        table : any table
            Columns ``node`` (who is rated), ``rater`` (who rates), ``relation``, ``item``
            and ``value``, blank where the rater could not tell. Optional are ``period``, and
            ``reason`` in words.
        org : OrgTree
        scale : rating.Scale or mapping of item to rating.Scale
            In points. A mapping gives each item its own.
        items : iterable of str, optional
            What may be rated, in order; by default those that have a scale of their own, or
            the table's own items, sorted.
        periods : Periods or str, optional
            Which may occur; the table's own, sorted, by default.
        own : str
            The relation in which people rate themselves.
        outside : iterable of str
            Relations whose raters need not be in the tree, such as customers.
        name : str
            What error messages call the table.

        Raises
        ------
        InputError
            Listing unknown nodes, raters, items and periods, blank relations, values off
            the scale, people who rate themselves in another relation, and raters who
            rate the same twice.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["wu", "li", "he"], "parent": ["", "wu", "wu"]})
        >>> ratings = ck.Ratings.from_table(
        ...     {
        ...         "node": ["li", "li", "li"],
        ...         "rater": ["wu", "li", "he"],
        ...         "relation": ["manager", "self", "peer"],
        ...         "item": ["teamwork"] * 3,
        ...         "value": [4, 5, None],
        ...     },
        ...     org,
        ...     scale=ck.rating.Scale(1, 5),
        ...     periods="2026",
        ... )
        >>> ratings
        <Ratings 2 of 3 asked, of 1 by 3 raters, teamwork × 1>
        """
        stated = tuple(scale) if items is None and isinstance(scale, Mapping) else items
        listed = None if stated is None else as_texts(stated)
        outer = as_texts(outside)
        faults = unlike(org, OrgTree, "org", "OrgTree.from_table(…)")
        faults += not_texts("ratings", own=own, name=name)
        members("items", () if listed is None else listed, str, "write each as text", faults)
        members("outside", outer, str, "write each as text", faults)
        check(faults)
        data = take(table, name=name)
        told: list[Fault] = []
        known = names_of(data, "item") if listed is None else listed
        scales = scales_of(scale, known, told)
        check(told)
        survey = Survey(known, scales, own, outer)
        relations = names_of(data, "relation")
        wanted = None if periods is None else Periods.of(periods)
        labels, period = read_periods(data, wanted, told)
        rows = read_rows(data, org, survey, relations, period, faults=told)
        return cls(org, labels, survey, relations, rows)

    # -- what there is ------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def ratings(self) -> Ratings:
        """These; of corrected ratings, those that they were made from."""
        return self

    @property
    def values(self) -> FloatArray:
        """In points of each item's scale, float64 (m,), NaN where a rater could not tell."""
        return self.rows.value

    @property
    def items(self) -> tuple[str, ...]:
        """What is rated, in order."""
        return self.survey.items

    def item(self, name: str | None) -> int:
        """Position of an item; None means the only one there is.

        Raises
        ------
        InputError
            If there is no such item, or None is given and there are several.
        """
        if name is None and len(self.items) == 1:
            return 0
        if not isinstance(name, str) or name not in self.items:
            reason = "which item?" if name is None else "no such item"
            check([Fault("item", reason, suggest(name or "", self.items), value=name)])
        return self.items.index(name or "")

    @cached_property
    def rater_ids(self) -> NDArray[Any]:
        """The id of each rating's rater, object or int64 (m,)."""
        if not len(self.rows.outsiders):
            return np.asarray(self.org.ids[self.rows.rater])
        everybody = np.concatenate([self.org.ids.astype(object), self.rows.outsiders])
        return np.asarray(everybody[self.rows.rater])

    def only(
        self, *, item: str | None = None, relation: str | None = None, period: str | None = None
    ) -> Ratings:
        """The ratings on one item, in one relation, of one period, as far as these are named.

        Raises
        ------
        InputError
            If there is no such item, relation or period.
        """
        kept = np.ones(len(self), dtype=bool)
        if relation is not None and relation not in self.relations:
            repair = suggest(relation, self.relations)
            check([Fault("relation", "no such relation", repair, value=relation)])
        if relation is not None:
            kept &= self.rows.relation == self.relations.index(relation)
        if item is not None:
            kept &= self.rows.item == self.item(item)
        if period is not None:
            kept &= self.rows.period == self.periods.index(period)
        return attrs.evolve(self, rows=self.rows.taken(np.flatnonzero(kept)))

    def table(self) -> Columns:
        """The ratings as the table that :meth:`from_table` makes them of, with every rater named.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``rater``, ``relation``, ``item``, ``period``, ``value``, ``reason``.
        """
        rows = self.rows
        names = [np.array(each, dtype=object) for each in
                 (self.relations, self.items, self.periods.labels)]  # fmt: skip
        places = (rows.relation, rows.item, rows.period)
        relation, item, period = (
            texts(each[place]) if len(each) else same([], [])
            for each, place in zip(names, places, strict=True)
        )
        return {
            "node": texts(self.org.ids[rows.node]),
            "rater": texts(self.rater_ids),
            "relation": relation,
            "item": item,
            "period": period,
            "value": rows.value,
            "reason": texts(rows.reason),
        }

    def __hash__(self) -> int:
        rows = self.rows
        return fingerprint((hash(self.org), rows.node, rows.rater, rows.item, rows.value))

    def __repr__(self) -> str:
        rows = self.rows
        given = int((~np.isnan(rows.value)).sum())
        ratees, raters = len(np.unique(rows.node)), len(np.unique(rows.rater))
        what = f"{given:,} of {len(rows):,} asked, of {ratees:,} by {raters:,} raters"
        return visible(f"<Ratings {what}, {', '.join(self.items)} × {len(self.periods)}>")

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"
