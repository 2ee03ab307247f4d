"""A small package of somebody else's: rules of its own, in its own namespace."""

from tests.second_package.acme_rules.aggregates import InThousands, RootMeanSquare, Takings
from tests.second_package.acme_rules.attainments import Growth
from tests.second_package.acme_rules.conditions import HardlyCovered
from tests.second_package.acme_rules.curves import Sigmoid
from tests.second_package.acme_rules.directions import Inside
from tests.second_package.acme_rules.splits import SquareRoot

__all__ = [
    "Growth",
    "HardlyCovered",
    "InThousands",
    "Inside",
    "RootMeanSquare",
    "Sigmoid",
    "SquareRoot",
    "Takings",
]
