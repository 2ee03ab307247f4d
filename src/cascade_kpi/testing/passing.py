"""Laws of levels and bounds, by which pressure is passed on."""

from __future__ import annotations

import numpy as np

from cascade_kpi._answers import ask
from cascade_kpi._arrays import FloatArray, IntArray, equal
from cascade_kpi.blending.bounds import Bound, try_bound
from cascade_kpi.blending.levels import ReportingLevel, not_level
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.testing.dividing import shuffled
from cascade_kpi.testing.laws import SPREAD, elementwise, law, laws

__all__ = ["check_bound", "check_level"]


@laws
def check_level(level: ReportingLevel, org: OrgTree) -> IntArray:
    """A level finds nodes above, or the node itself, whatever the order of rows; and has a name.

    Parameters
    ----------
    level : ReportingLevel
    org : OrgTree
        A tree with what the rule needs.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    >>> check_level(ck.blending.Top(), org)
    """
    law(isinstance(level.called, str) and level.called, f"it is called {level.called!r}")
    answer: IntArray = ask("it", level.rows, org, dtype=np.int64, shape=(len(org),))
    wrong = not_level("level", level, org)
    at = [fault.value for fault in wrong[:1]]
    law(not wrong, f"it finds for {at} what is not above it")
    law(equal(level.rows(shuffled(org)), answer), "it depends on the order of the rows")
    return answer


@laws
def check_bound(bound: Bound) -> FloatArray:
    """A bound is elementwise, pure and finite, keeps what is absent, and bounding again
    changes nothing.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_bound(ck.blending.Within(down=10))
    """
    try_bound(bound)
    total = np.r_[SPREAD, SPREAD + 90.0, np.nan]
    own = np.r_[np.full(len(SPREAD), 90.0), np.full(len(SPREAD), 100.0), 90.0]
    answer = elementwise("it", bound, total, own)
    law(equal(bound(answer, own), answer), "it bounds again what it has bounded")
    return answer
