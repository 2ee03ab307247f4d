"""Budgets of weights by kind or by post."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._fields import not_texts
from cascade_kpi.alignment.budget import WeightBudget
from cascade_kpi.alignment.kept import Kept
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record
from cascade_kpi.tables.cells import is_blank

__all__ = ["WeightBudgets"]

_SOURCE = "weight budgets"


def _budgets(budgets: Any) -> Any:
    return MappingProxyType(dict(budgets)) if isinstance(budgets, Mapping) else budgets


@record("cascade_kpi/weight_budgets")
@frozen(hash=False)
class WeightBudgets:
    """A budget for each kind of node, or for each post.

    Parameters
    ----------
    budgets : mapping of str to WeightBudget or None
        By what stands in the column; with None a group is not looked at. As with
        ``kinds`` of one budget, a node of a group without any goal has a plan of none.
    by : str
        ``"kind"``, or a text column of the tree.
    others : WeightBudget or None
        Of goals' owners in groups that have none. Where it is None too, such an owner is a
        fault: nobody is left out without a word.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> budgets = ck.WeightBudgets(
    ...     {"seller": ck.WeightBudget(most=60, total=100), "head": None}, by="post"
    ... )
    >>> sorted(budgets.budgets)
    ['head', 'seller']
    """

    budgets: Mapping[str, WeightBudget | None] = field(converter=_budgets)
    by: str = field(default="kind", kw_only=True)
    others: WeightBudget | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = not_texts(_SOURCE, by=self.by)
        repair = "give {kind or post: WeightBudget(…), or None to leave it out}"
        if not isinstance(self.budgets, Mapping) or not self.budgets:
            reason = "no budget by group"
            faults.append(Fault(_SOURCE, reason, repair, column="budgets", value=self.budgets))
            check(faults)
        for name, budget in [*self.budgets.items(), ("others", self.others)]:
            if not isinstance(name, str) or not isinstance(budget, WeightBudget | None):
                faults.append(Fault(_SOURCE, "no budget", repair, column=str(name), value=budget))
            elif budget is not None and budget.kinds:
                reason, mend = "it has kinds of its own", "leave kinds out: the group says whose"
                faults.append(Fault(_SOURCE, reason, mend, column=name, value=budget.kinds))
        check(faults)

    def kept(self, org: OrgTree, owned: NDArray[np.bool_]) -> Kept:
        """What every node's plan is to keep to.

        Raises
        ------
        InputError
            If there is no such column; listing the groups that no node is in, and those of
            goals' owners that no budget is for.
        """
        if self.by != "kind" and self.by not in org.columns:
            repair = suggest(self.by, ["kind", *org.columns])
            check([Fault(_SOURCE, "no such column", repair, column="by", value=self.by)])
        column = org.kinds if self.by == "kind" else org.columns[self.by]
        names = ["" if is_blank(cell) else str(cell) for cell in column.tolist()]
        known = dict.fromkeys(names)
        groups = {name: i for i, name in enumerate(self.budgets)}
        faults = [
            Fault(_SOURCE, f"no node has this {self.by}", suggest(name, known), value=name)
            for name in groups
            if name not in known
        ]
        rest = len(groups)
        group = np.fromiter((groups.get(name, rest) for name in names), np.int64, len(names))
        if self.others is None:
            left = np.flatnonzero(owned & (group == rest)).tolist()
            lacking = dict.fromkeys(names[row] for row in left)
            repair = "state one, None to leave it out, or others=… for all who have none"
            reason = "no budget for plans of this group"
            faults += [Fault(_SOURCE, reason, repair, column=self.by, value=n) for n in lacking]
        check(faults)
        stated = [*self.budgets.values(), self.others]
        place = np.array([-1 if budget is None else i for i, budget in enumerate(stated)])
        # Others are looked at as far as they own a goal.
        which = np.where((group == rest) & ~owned, -1, place[group])
        return Kept.of([(budget or WeightBudget()).demands for budget in stated], which)

    def __hash__(self) -> int:
        return hash((tuple(sorted(self.budgets)), self.by, self.others))
