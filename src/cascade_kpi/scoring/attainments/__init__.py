"""How a result is set against its target before a curve gives it points."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cascade_kpi.records.registry import defer
from cascade_kpi.scoring.attainments.basic import (
    Absolute,
    Attainment,
    Invertible,
    OneWay,
    Progress,
    Proportion,
    Remedied,
    Result,
    absolute,
    one_way,
)

if TYPE_CHECKING:
    from cascade_kpi.scoring.attainments.comparisons import Difference, Improvement
    from cascade_kpi.scoring.attainments.goalposts import Goalposts
    from cascade_kpi.scoring.attainments.quotient import Quotient
    from cascade_kpi.scoring.attainments.rounded import Rounded

__all__ = [
    "Absolute",
    "Attainment",
    "Difference",
    "Goalposts",
    "Improvement",
    "Invertible",
    "OneWay",
    "Progress",
    "Proportion",
    "Quotient",
    "Remedied",
    "Result",
    "Rounded",
    "absolute",
    "one_way",
]

# What most programs do without is imported when it is first used.
_HERE = "cascade_kpi.scoring.attainments"
_LATE = dict.fromkeys(("Difference", "Improvement"), f"{_HERE}.comparisons")
_LATE |= {
    "Goalposts": f"{_HERE}.goalposts",
    "Quotient": f"{_HERE}.quotient",
    "Rounded": f"{_HERE}.rounded",
}
defer(*sorted(set(_LATE.values())))


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATE[name]), name)
