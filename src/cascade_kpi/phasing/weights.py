"""By what targets are spread over periods or parts: weights that are found lawful."""

from __future__ import annotations

import numpy as np

from cascade_kpi._answers import OddAnswer, ask
from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault, check
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.phasing.profiles import Profile, normalised

__all__ = ["not_a_profile", "weigh"]


def not_a_profile(source: str, rule: object, *, column: str) -> Fault:
    """What is no profile, and what would be."""
    repair = "use one of cascade_kpi.profiles, or an object with its call"
    return Fault(source, "not a profile", repair, column=column, value=rule)


def weigh(org: OrgTree, kpi: Kpi, rule: Profile, labels: tuple[str, ...]) -> FloatArray:
    """Weights that sum to about one at every node, (p, n), once a profile's are found lawful.

    Raises
    ------
    InputError
        With what the profile refuses, or what it answers oddly.
    """
    source = f"the profile of {kpi.name}"
    try:
        answer = ask("it", rule, org, kpi, labels, shape=(len(labels), len(org)))
    except OddAnswer as odd:
        check([Fault(source, str(odd), "mend it; testing.check_profile tells more", value=rule)])
    if not np.isfinite(answer).all() or (answer < 0).any():
        p, row = np.argwhere(~np.isfinite(answer) | (answer < 0))[0].tolist()
        told = f"weighs {org.node(row).id!r} by {float(answer[p, row])!r} in {labels[p]}"
        check([Fault(source, told, "weights are finite, zero or more", value=rule)])
    nothing = np.flatnonzero(~answer.any(axis=0))
    if nothing.size:
        told = f"gives {org.node(int(nothing[0])).id!r} no weight at all"
        check([Fault(source, told, "give every node some", value=rule)])
    return normalised(answer)
