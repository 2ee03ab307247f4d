"""How a goal is handed from a node to its children."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cascade_kpi.kpis.splits.basic import (
    Equal,
    FixedShares,
    Limited,
    OverAssigning,
    ProRata,
    Shared,
    Split,
)
from cascade_kpi.records.registry import defer

if TYPE_CHECKING:
    from cascade_kpi.kpis.splits.claims import Blend, Grown, Threshold
    from cascade_kpi.kpis.splits.limits import Amount, Limit, Over, Times, Within

__all__ = [
    "Amount",
    "Blend",
    "Equal",
    "FixedShares",
    "Grown",
    "Limit",
    "Limited",
    "Over",
    "OverAssigning",
    "ProRata",
    "Shared",
    "Split",
    "Threshold",
    "Times",
    "Within",
]

# What most programs do without is imported when it is first used: making a class
# costs most of a millisecond.
_LATE = dict.fromkeys(("Blend", "Grown", "Threshold"), "cascade_kpi.kpis.splits.claims")
_LATE |= dict.fromkeys(
    ("Amount", "Limit", "Over", "Times", "Within"), "cascade_kpi.kpis.splits.limits"
)
defer("cascade_kpi.kpis.splits.claims", "cascade_kpi.kpis.splits.limits")


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATE[name]), name)
