"""By what rules the ratings of several people become one score."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from cascade_kpi._fields import is_a, not_whole, refusals, unrefused
from cascade_kpi.errors import Fault, check
from cascade_kpi.missing import Missing, as_missing
from cascade_kpi.rating.trims import KeepAll, Trim
from cascade_kpi.rating.weightings import ByRelation, Weighting, as_weights, odd_weights
from cascade_kpi.records import record

__all__ = ["Raters"]

_MOST = 10**9


def _weighting(weights: Any) -> Any:
    return unrefused(ByRelation, weights) if isinstance(weights, Mapping) else weights


def _least(least: Any) -> Any:
    if least is None:
        return MappingProxyType({})
    return MappingProxyType(dict(least)) if isinstance(least, Mapping) else least


def _missing(missing: Any) -> Any:
    return unrefused(as_missing, missing)


def _trim(trim: Any) -> Any:
    return KeepAll() if trim is None else trim


@record("cascade_kpi/rating.raters")
@frozen
class Raters:
    """How ratings are consolidated.

    Parameters
    ----------
    weights : Weighting, or mapping of relation to float
        What each relation weighs.
    least : mapping of relation to int, optional
        With fewer ratings a relation does not count; 1 unless stated.
    trim : Trim, optional
        Which ratings of a relation are left out; none by default.
    missing : Missing or str
        What becomes of a score if a relation was asked and does not count, and of an
        overall score if an item has none: ``renormalise``, ``hold`` or ``refuse``.
    items : mapping of item to float, optional
        What each item weighs in the overall score; all the same by default.

    Examples
    --------
    >>> Raters({"manager": 60, "peer": 40}, least={"peer": 3}).least["peer"]
    3
    """

    weights: Weighting = field(converter=_weighting)
    least: Mapping[str, int] = field(default=None, converter=_least)
    trim: Trim = field(default=None, converter=_trim)
    missing: Missing = field(default=Missing.RENORMALISE, converter=_missing)
    items: Mapping[str, float] | None = field(default=None, converter=as_weights)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        if isinstance(self.weights, Mapping):
            faults += refusals(ByRelation, self.weights)
        elif not is_a(self.weights, Weighting):
            repair = "give {relation: weight}, or rating.ByHeads()"
            faults.append(
                Fault("raters", "no weighting", repair, column="weights", value=self.weights)
            )
        if not isinstance(self.least, Mapping):
            repair = "give {relation: number}"
            faults.append(
                Fault("raters", "not a mapping", repair, column="least", value=self.least)
            )
        else:
            for name, least in self.least.items():
                faults += not_whole("raters", 1, _MOST, **{f"least of {name}": least})
        if not is_a(self.trim, Trim):
            repair = "use rating.Drop(1) or rating.DropShare(0.1)"
            faults.append(Fault("raters", "no trimming", repair, column="trim", value=self.trim))
        faults += refusals(as_missing, self.missing)
        if self.missing is Missing.ZERO:
            repair = "use 'renormalise', 'hold' or 'refuse'"
            reason = "no rating is zero because it is missing"
            faults.append(Fault("raters", reason, repair, column="missing", value="zero"))
        if self.items is not None:
            faults += odd_weights("weights of items", self.items)
        check(faults)

    def __hash__(self) -> int:
        items = None if self.items is None else frozenset(self.items.items())
        return hash((self.weights, frozenset(self.least.items()), self.trim, self.missing, items))
