"""What the weights of a plan are to keep to."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._fields import as_number, as_texts, as_tuple, members, not_bounds
from cascade_kpi.alignment.kept import Demands, Kept
from cascade_kpi.errors import Fault, check
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = ["WeightBudget"]

_SOURCE = "weight budget"
_MOST = 10**9


@record("cascade_kpi/weight_budget")
@frozen
class WeightBudget:
    """What the weights of a plan, all goals of one owner, are to keep to.

    Parameters
    ----------
    least, most : float, optional
        Of one goal's weight.
    total : float, optional
        What a plan's weights sum to, to within 1e-9 of it.
    count : (int, int), optional
        Least and greatest number of goals.
    kinds : str or iterable of str
        Kinds of node whose plans are meant. A node of such a kind without any goal has a
        plan of none; by default the plans of all who own a goal are meant.

    Examples
    --------
    >>> WeightBudget(least=5, most=40, total=100, count=(3, 8), kinds="person").kinds
    ('person',)
    """

    least: float | None = field(default=None, converter=as_number, kw_only=True)
    most: float | None = field(default=None, converter=as_number, kw_only=True)
    total: float | None = field(default=None, converter=as_number, kw_only=True)
    count: tuple[int, int] | None = field(default=None, converter=as_tuple, kw_only=True)
    kinds: tuple[str, ...] = field(default=(), converter=as_texts, kw_only=True)

    def __attrs_post_init__(self) -> None:
        bounds = {"least": self.least, "most": self.most, "total": self.total}
        faults = not_bounds(_SOURCE, **bounds)
        wrong = {fault.column for fault in faults}
        faults += [
            Fault(_SOURCE, "negative", "weights are zero or more", column=name, value=value)
            for name, value in bounds.items()
            if value is not None and name not in wrong and value < 0
        ]
        faults += self._odd_count()
        faults += [] if wrong else self._contradictions(counts=not self._odd_count())
        repair = "name each kind of node as text"
        members(_SOURCE, self.kinds, str, repair, faults, column="kinds")
        check(faults)

    def _odd_count(self) -> list[Fault]:
        count: Any = self.count
        if count is None:
            return []
        sound = isinstance(count, tuple) and len(count) == 2
        if not sound or not all(type(n) is int and 0 <= n <= _MOST for n in count):
            reason, repair = "not two whole numbers", "give the least and the most, as (3, 8)"
        elif count[0] > count[1]:
            reason, repair = f"the least {count[0]} is above the most {count[1]}", "swap them"
        else:
            return []
        return [Fault(_SOURCE, reason, repair, column="count", value=count)]

    def _contradictions(self, *, counts: bool) -> list[Fault]:
        """Demands that no plan can meet."""
        least, most, total = self.least, self.most, self.total
        if least is not None and most is not None and least > most:
            return [Fault(_SOURCE, f"the least {least:g} is above the most {most:g}", "swap them")]
        if total is None or self.count is None or not counts:
            return []
        fewest, many = self.count
        if least is not None and fewest * least > total:
            reason = f"{fewest} goals of {least:g} or more sum to more than {total:g}"
        elif most is not None and many * most < total:
            reason = f"{many} goals of {most:g} or less sum to less than {total:g}"
        else:
            return []
        return [Fault(_SOURCE, reason, "change the limits or the number of goals")]

    @property
    def demands(self) -> Demands:
        """Least and most of a weight, total, fewest and most goals; None for none."""
        return (self.least, self.most, self.total, *(self.count or (None, None)))

    def kept(self, org: OrgTree, owned: NDArray[np.bool_]) -> Kept:
        """What every node's plan is to keep to.

        Parameters
        ----------
        owned : bool array (n,)
            Who owns a goal.

        Raises
        ------
        InputError
            If no node is of a kind.
        """
        meant = owned
        if self.kinds:
            meant = np.isin(org.kind_codes, [org.kind_code(kind) for kind in self.kinds])
        return Kept.of([self.demands], np.where(meant, 0, -1))
