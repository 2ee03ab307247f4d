"""How whole lots are divided: largest remainder and the divisor methods, within bounds."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cascade_kpi.methods.method import LargestRemainder, Method
from cascade_kpi.records.registry import defer

if TYPE_CHECKING:
    from cascade_kpi.methods.quota import Quota
    from cascade_kpi.methods.rules import (
        Adams,
        Dean,
        HuntingtonHill,
        Jefferson,
        ModifiedSainteLague,
        Webster,
    )

__all__ = [
    "Adams",
    "Dean",
    "HuntingtonHill",
    "Jefferson",
    "LargestRemainder",
    "Method",
    "ModifiedSainteLague",
    "Quota",
    "Webster",
]

# Seven classes that most programs do without: making one costs most of a millisecond.
defer("cascade_kpi.methods.rules")
defer("cascade_kpi.methods.quota")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "quota" if name == "Quota" else "rules"
    return getattr(import_module(f"cascade_kpi.methods.{module}"), name)
