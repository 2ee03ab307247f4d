"""The law of confidences: weights that targets can be reconciled by."""

from __future__ import annotations

import numpy as np

from cascade_kpi._answers import ask
from cascade_kpi._arrays import FloatArray, equal
from cascade_kpi.commitments.confidences import Confidence, odd_weights
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.testing.dividing import shuffled
from cascade_kpi.testing.laws import law, laws

__all__ = ["check_confidence"]


@laws
def check_confidence(confidence: Confidence, org: OrgTree) -> FloatArray:
    """A confidence gives every node a weight, zero or more, whatever the order of rows.

    Parameters
    ----------
    confidence : Confidence
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
    >>> check_confidence(ck.confidences.Structural(), org)
    """
    answer: FloatArray = ask("it", confidence, org, shape=(len(org),))
    odd = np.flatnonzero(odd_weights(answer))[:1].tolist()
    for row in odd:
        told = f"it answers {float(answer[row])} for {org.ids[row]!r}, and confidences are zero, "
        law(False, told + "infinite if certain, or from 1e-100 to 1e100")  # noqa: FBT003 - the law is broken here
    law(equal(confidence(org), answer), "it answers another time with other bits")
    law(equal(confidence(shuffled(org)), answer), "it depends on the order of the rows")
    return answer
