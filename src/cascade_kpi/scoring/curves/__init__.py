"""Curves from attainment to points."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cascade_kpi.records.registry import defer
from cascade_kpi.scoring.curves.basic import Curve, Linear, Piecewise, Steps
from cascade_kpi.scoring.curves.pairs import Pairs
from cascade_kpi.scoring.curves.shape import Saying, Shape, Shaped, said, shape_of

if TYPE_CHECKING:
    from cascade_kpi.scoring.curves.adding import AddDeduct
    from cascade_kpi.scoring.curves.bands import Plateau, Table, Tolerances
    from cascade_kpi.scoring.curves.composed import Composed, Rounded, Threshold
    from cascade_kpi.scoring.curves.levels import GoalRedFlag, Levels
    from cascade_kpi.scoring.curves.smooth import Logistic, Smoothstep
    from cascade_kpi.scoring.curves.tiers import MarginalTiers, RetroactiveTiers

__all__ = [
    "AddDeduct",
    "Composed",
    "Curve",
    "GoalRedFlag",
    "Levels",
    "Linear",
    "Logistic",
    "MarginalTiers",
    "Pairs",
    "Piecewise",
    "Plateau",
    "RetroactiveTiers",
    "Rounded",
    "Saying",
    "Shape",
    "Shaped",
    "Smoothstep",
    "Steps",
    "Table",
    "Threshold",
    "Tolerances",
    "said",
    "shape_of",
]

# What most programs do without is imported when it is first used: making a class
# costs most of a millisecond.
_HERE = "cascade_kpi.scoring.curves"
_LATE = {"AddDeduct": f"{_HERE}.adding"}
_LATE |= dict.fromkeys(("Plateau", "Table", "Tolerances"), f"{_HERE}.bands")
_LATE |= dict.fromkeys(("Composed", "Rounded", "Threshold"), f"{_HERE}.composed")
_LATE |= dict.fromkeys(("GoalRedFlag", "Levels"), f"{_HERE}.levels")
_LATE |= dict.fromkeys(("Logistic", "Smoothstep"), f"{_HERE}.smooth")
_LATE |= dict.fromkeys(("MarginalTiers", "RetroactiveTiers"), f"{_HERE}.tiers")
defer(*sorted(set(_LATE.values())))


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATE[name]), name)
