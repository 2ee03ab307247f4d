"""Laws of conversions between scales."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi.errors import InputError
from cascade_kpi.scoring.scales import Conversion, Labels
from cascade_kpi.testing.laws import law, laws

__all__ = ["check_conversion"]


@laws
def check_conversion(rule: Conversion) -> NDArray[Any]:
    """A conversion answers every value on its other scale, in order, and keeps what is absent.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> from cascade_kpi import scales
    >>> hundred, five = scales.Numbers(worst=0, best=100), scales.Numbers(worst=1, best=5)
    >>> check_conversion(scales.Linear(hundred, five))
    """
    given = rule.of.samples()
    answer = rule(given.copy())
    law(isinstance(answer, np.ndarray), f"it answers {answer!r}, which is no array")
    law(answer.shape == given.shape, f"it answers shape {answer.shape}, not {given.shape}")
    ranks = rule.to.ranks(answer)
    law(~np.isnan(ranks), f"it has no answer to {given[np.isnan(ranks)][:1]}")
    down = np.flatnonzero(np.diff(ranks) < 0)[:1]
    law(not len(down), f"it answers {answer[down]} to {given[down]}, and worse to what is better")
    law((rule(given[::-1]) == answer[::-1]).all(), "it answers otherwise in another order")
    law((rule(given) == answer).all(), "it answers otherwise another time")
    labels = isinstance(rule.of, Labels)
    absent = np.array([None], dtype=object) if labels else np.array([np.nan])
    law(np.isnan(rule.to.ranks(rule(absent))), "it answers what is absent")
    odd: Any = np.array(["no such label"], dtype=object) if labels else np.array([1e99])
    try:
        rule(odd)
    except InputError:
        return answer
    law(False, f"it answers {odd[0]}, which is not on its scale")  # noqa: FBT003 - the law is broken here
    return answer
