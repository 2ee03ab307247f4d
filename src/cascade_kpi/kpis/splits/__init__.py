"""How a goal is handed from a node to its children."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cascade_kpi.kpis.splits.basic import (
    Equal,
    FixedShares,
    Limited,
    OverAssigning,
    ProRata,
    Rated,
    Shared,
    Split,
)
from cascade_kpi.records.registry import defer

if TYPE_CHECKING:
    from cascade_kpi.kpis.splits.claims import Blend, Grown, Threshold
    from cascade_kpi.kpis.splits.limits import Amount, Limit, Over, Times, Within
    from cascade_kpi.kpis.splits.paces import Bounded, Mixed, Towards, UpTo
    from cascade_kpi.kpis.splits.rates import Banded, Baseline, Pace, Rates, Uniform

__all__ = [
    "Amount",
    "Banded",
    "Baseline",
    "Blend",
    "Bounded",
    "Equal",
    "FixedShares",
    "Grown",
    "Limit",
    "Limited",
    "Mixed",
    "Over",
    "OverAssigning",
    "Pace",
    "ProRata",
    "Rated",
    "Rates",
    "Shared",
    "Split",
    "Threshold",
    "Times",
    "Towards",
    "Uniform",
    "UpTo",
    "Within",
]

# What most programs do without is imported when it is first used: making a class
# costs most of a millisecond.
_LATE = dict.fromkeys(("Blend", "Grown", "Threshold"), "cascade_kpi.kpis.splits.claims")
_LATE |= dict.fromkeys(
    ("Amount", "Limit", "Over", "Times", "Within"), "cascade_kpi.kpis.splits.limits"
)
_LATE |= dict.fromkeys(("Bounded", "Mixed", "Towards", "UpTo"), "cascade_kpi.kpis.splits.paces")
_LATE |= dict.fromkeys(
    ("Banded", "Baseline", "Pace", "Rates", "Uniform"), "cascade_kpi.kpis.splits.rates"
)
defer(*sorted(set(_LATE.values())))


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATE[name]), name)
