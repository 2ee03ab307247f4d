"""The law of profiles: weights that can be phased by."""

from __future__ import annotations

import numpy as np

from cascade_kpi._answers import ask
from cascade_kpi._arrays import FloatArray, equal
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.phasing.profiles import Profile
from cascade_kpi.testing.dividing import shuffled
from cascade_kpi.testing.laws import law, laws

__all__ = ["check_profile"]


@laws
def check_profile(profile: Profile, org: OrgTree, kpi: Kpi, labels: tuple[str, ...]) -> FloatArray:
    """A profile gives every node weights, not all zero, whatever the order of rows.

    Parameters
    ----------
    profile : Profile
    org : OrgTree
        A tree with what the profile needs.
    kpi : Kpi
    labels : tuple of str
        Periods or parts, as many as it has weights for.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    >>> check_profile(ck.profiles.Even(), org, ck.Kpi("sales", "CNY"), ("H1", "H2"))
    """
    answer: FloatArray = ask("it", profile, org, kpi, labels, shape=(len(labels), len(org)))
    odd = np.argwhere(~np.isfinite(answer) | (answer < 0))[:1].tolist()
    for p, row in odd:
        at = f"{org.ids[row]!r} in {labels[p]}"
        law(False, f"it answers {answer[p, row]} for {at}, and weights are finite, zero or more")  # noqa: FBT003 - the law is broken here
    nobody = np.flatnonzero(~answer.any(axis=0))[:1]
    law(not len(nobody), f"it gives {org.ids[nobody]} no weight for any of them")
    law(equal(profile(org, kpi, labels), answer), "it answers another time with other bits")
    other = profile(shuffled(org), kpi, labels)
    law(equal(other, answer), "it depends on the order of the rows")
    return answer
