"""What to do where a value is absent: policies chosen by name."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cascade_kpi.errors import Fault, InputError, suggest

__all__ = ["Missing", "as_missing", "lost_faults"]


class Missing(Enum):
    """A policy for absent values. Absent is NaN; it is never the same as zero.

    Every place that meets absent values takes one of these, as the member or
    by its name, and states its default.

    Attributes
    ----------
    RENORMALISE
        Leave what is absent out, and its weight with it: a sum adds what is
        there, a mean divides by what is there, a scorecard spreads the weight
        over the items that have a result. Nothing there at all stays absent.
    ZERO
        Count what is absent as zero, with its full weight.
    HOLD
        Hold the answer back: absent if anything that it needs is absent.
    REFUSE
        Raise :class:`~cascade_kpi.errors.InputError`, listing what is absent.

    Examples
    --------
    >>> Missing.named("hold")
    <Missing.HOLD: 'hold'>
    """

    RENORMALISE = "renormalise"
    ZERO = "zero"
    HOLD = "hold"
    REFUSE = "refuse"

    @classmethod
    def named(cls, policy: Missing | str) -> Missing:
        """The policy of that name; a policy is returned as it is.

        Raises
        ------
        InputError
            If there is no policy of that name.
        """
        if isinstance(policy, Missing):
            return policy
        try:
            return cls(policy)
        except ValueError:
            names = [member.value for member in cls]
            fault = Fault(
                "missing", "no such policy for absent values", suggest(policy, names), value=policy
            )
            raise InputError([fault]) from None


def as_missing(policy: Missing | str) -> Missing:
    """See :meth:`Missing.named`; a plain function, as converters of fields are."""
    return Missing.named(policy)


def lost_faults(
    source: str,
    kpi: str,
    ids: NDArray[Any],
    labels: tuple[str, ...],
    lost: NDArray[np.bool_],
) -> list[Fault]:
    """Under ``refuse``, a fault for each value of a KPI that is absent where it was due.

    Parameters
    ----------
    ids : array (n,)
        Of the nodes.
    labels : tuple of str
        Of the p periods.
    lost : bool array (p, n)
    """
    repair = "report it, or choose another policy than 'refuse'"
    return [
        Fault(source, f"no {kpi} in {labels[p]}", repair, value=ids[row])
        for p, row in np.argwhere(lost).tolist()
    ]
