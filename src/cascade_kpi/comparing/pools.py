"""Within what people are ranked, and what groups are looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import is_a
from cascade_kpi.calibrating.pools import Column, Everybody, Grouping, Groups, Under
from cascade_kpi.errors import Fault
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = [
    "Column",
    "Everybody",
    "Grouping",
    "Siblings",
    "Under",
    "as_grouping",
    "coded",
    "not_a_grouping",
]


@record("cascade_kpi/comparing.siblings")
@frozen
class Siblings:
    """Those who report to the same node; roots are among one another."""

    def groups(self, org: OrgTree) -> Groups:
        """A group of each parent, named by its id."""
        heads = np.unique(org.parent)
        codes = np.searchsorted(heads, org.parent)
        ids = org.ids.tolist()
        names = tuple("" if head < 0 else str(ids[head]) for head in heads.tolist())
        return Groups(names, codes.astype(np.int64), heads.astype(np.int64))


def as_grouping(by: Any) -> Any:
    """A text as the column of that name; anything else as it is."""
    return Column(by) if isinstance(by, str) and by.strip() else by


def not_a_grouping(source: str, column: str, given: object) -> list[Fault]:
    """A fault if it is none."""
    if is_a(given, Grouping):
        return []
    repair = "name a column, or use Everybody(), Under(kind) or Siblings()"
    return [Fault(source, "not a grouping", repair, column=column, value=given)]


def coded(
    by: Grouping, org: OrgTree, people: np.ndarray[Any, Any]
) -> tuple[tuple[str, ...], IntArray]:
    """Names of the groups that anybody is in, and everybody's, -1 for who is not counted, (n,).

    Who is counted and in no group is in one without a name, the last.
    """
    groups = by.groups(org)
    codes = np.where(groups.codes < 0, len(groups.names), groups.codes)
    used = np.unique(codes[people])
    names = (*groups.names, "")
    place = np.searchsorted(used, codes)
    place = np.where(people, np.minimum(place, max(len(used) - 1, 0)), -1)
    return tuple(names[each] for each in used.tolist()), place.astype(np.int64)
