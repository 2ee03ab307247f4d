"""What the tree says about a relation, and where it says otherwise than the ratings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._answers import OddAnswer, ask
from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import is_a, not_texts, not_whole
from cascade_kpi._long import Columns
from cascade_kpi.errors import Fault, check, suggest, unlike
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.rating.ratings import Ratings
from cascade_kpi.records import record
from cascade_kpi.tables.cells import is_blank

__all__ = ["Above", "Below", "Beside", "InColumn", "Tie", "contradictions"]

Mask = NDArray[np.bool_]
_MOST = 10**9


@runtime_checkable
class Tie(Protocol):
    """Whether the tree ties a rater to whom they rate as the relation says.

    See :func:`cascade_kpi.testing.check_tie` for the laws.
    """

    def __call__(self, org: OrgTree, rater: IntArray, ratee: IntArray) -> Mask:
        """Whether each pair is so tied, bool (m,).

        Parameters
        ----------
        org : OrgTree
        rater, ratee : int64 array (m,)
            Rows of the tree.
        """
        ...


@record("cascade_kpi/rating.above")
@frozen
class Above:
    """The rater stands above, at most so many levels: a manager.

    Parameters
    ----------
    levels : int
    """

    levels: int = 1

    def __attrs_post_init__(self) -> None:
        check(not_whole("above", 1, _MOST, levels=self.levels))

    def __call__(self, org: OrgTree, rater: IntArray, ratee: IntArray) -> Mask:
        """Whether the ratee lies in the rater's subtree, near enough."""
        far = org.depth[ratee] - org.depth[rater]
        inside = (ratee > rater) & (ratee < rater + org.size[rater])
        return np.asarray(inside & (far <= self.levels))


@record("cascade_kpi/rating.below")
@frozen
class Below:
    """The rater stands below, at most so many levels: a report.

    Parameters
    ----------
    levels : int
    """

    levels: int = 1

    def __attrs_post_init__(self) -> None:
        check(not_whole("below", 1, _MOST, levels=self.levels))

    def __call__(self, org: OrgTree, rater: IntArray, ratee: IntArray) -> Mask:
        """Whether the rater lies in the ratee's subtree, near enough."""
        return Above(self.levels)(org, ratee, rater)


@record("cascade_kpi/rating.beside")
@frozen
class Beside:
    """Both have the same parent: peers."""

    def __call__(self, org: OrgTree, rater: IntArray, ratee: IntArray) -> Mask:
        """Whether they are two, with one parent."""
        return np.asarray((org.parent[rater] == org.parent[ratee]) & (rater != ratee))


@record("cascade_kpi/rating.in_column")
@frozen
class InColumn:
    """A column of the tree names the rater in the ratee's row, such as ``manager_id``.

    Parameters
    ----------
    column : str
    """

    column: str

    def __attrs_post_init__(self) -> None:
        check(not_texts("in column", column=self.column))

    def __call__(self, org: OrgTree, rater: IntArray, ratee: IntArray) -> Mask:
        """Whether the ratee's entry is the rater's id.

        Raises
        ------
        InputError
            If the tree has no such column.
        """
        if self.column not in org.columns:
            repair = suggest(self.column, org.columns)
            check([Fault("in column", "no such column", repair, value=self.column)])
        cells = org.columns[self.column].tolist()
        named = org.find([None if is_blank(cell) else cell for cell in cells])
        return np.asarray((named[ratee] == rater) & (named[ratee] >= 0))


USUAL: Mapping[str, Tie] = MappingProxyType(
    {"manager": Above(), "peer": Beside(), "report": Below()}
)


def contradictions(ratings: Ratings, ties: Mapping[str, Tie] | None = None) -> Columns:
    """The ratings whose relation the tree does not bear out.

    They are told and count all the same: trees change, and projects have managers.

    Parameters
    ----------
    ratings : Ratings
    ties : mapping of relation to Tie, optional
        What each relation means in the tree. By default ``manager`` is the parent,
        ``peer`` has the same parent, ``report`` is a child. A relation without a tie is
        not looked at, nor are raters outside of the tree.

    Returns
    -------
    dict of str to array (m,)
        ``node``, ``rater``, ``relation``, and ``row`` of the input table, int64; one row a
        rating, in their order.

    Raises
    ------
    InputError
        For relations that do not occur, and what is no tie or answers oddly.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["wu", "li", "he"], "parent": ["", "wu", "li"]})
    >>> ratings = ck.Ratings.from_table(
    ...     {
    ...         "node": ["he", "he"],
    ...         "rater": ["li", "wu"],
    ...         "relation": ["manager"] * 2,
    ...         "item": ["teamwork"] * 2,
    ...         "value": [4, 5],
    ...     },
    ...     org,
    ...     scale=ck.rating.Scale(1, 5),
    ...     periods="2026",
    ... )
    >>> ck.rating.contradictions(ratings)["rater"].tolist()
    ['wu']
    >>> ck.rating.contradictions(ratings, {"manager": ck.rating.Above(2)})["rater"].tolist()
    []
    """
    faults = unlike(ratings, Ratings, "ratings", "Ratings.from_table(…)")
    repair = "pass {relation: rating.Above(1)} and the like"
    if ties is not None and not isinstance(ties, Mapping):
        faults.append(Fault("ties", "not a mapping", repair, value=ties))
    check(faults)
    if ties is not None:
        faults += [
            Fault("ties", "no such relation", suggest(name, ratings.relations), value=name)
            for name in ties
            if name not in ratings.relations
        ]
        faults += [
            Fault("ties", "not a tie", repair, column=str(name), value=tie)
            for name, tie in ties.items()
            if not is_a(tie, Tie)
        ]
        check(faults)
    return _told(ratings, _odd(ratings, USUAL if ties is None else ties))


def _odd(ratings: Ratings, ties: Mapping[str, Tie]) -> Mask:
    """Which ratings are not as their tie says, bool (m,)."""
    rows, org = ratings.rows, ratings.org
    odd = np.zeros(len(rows), dtype=bool)
    for r, name in enumerate(ratings.relations):
        if name in ties and name != ratings.survey.own:
            at = np.flatnonzero((rows.relation == r) & (rows.rater < len(org)))
            try:
                answer = ask("it", ties[name], org, rows.rater[at], rows.node[at],
                             dtype=bool, shape=(len(at),))  # fmt: skip
            except OddAnswer as told:
                repair = "mend it; testing.check_tie tells more"
                check([Fault("ties", str(told), repair, column=name, value=ties[name])])
            odd[at] = ~answer
    return odd


def _told(ratings: Ratings, odd: Mask) -> Columns:
    at = np.flatnonzero(odd)
    table = ratings.table()
    told = {name: table[name][at] for name in ("node", "rater", "relation")}
    return {**told, "row": ratings.rows.source_row[at]}
