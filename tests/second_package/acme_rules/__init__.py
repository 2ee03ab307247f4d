"""A small package of somebody else's: rules of its own, in its own namespace."""

from tests.second_package.acme_rules.aggregates import InThousands, RootMeanSquare, Takings
from tests.second_package.acme_rules.attainments import Growth
from tests.second_package.acme_rules.cards import Balance, Harmonic
from tests.second_package.acme_rules.conditions import HardlyCovered
from tests.second_package.acme_rules.confidences import PastErrors
from tests.second_package.acme_rules.curves import Sigmoid
from tests.second_package.acme_rules.directions import Inside
from tests.second_package.acme_rules.dividing import Imperiali, InTraining, Rising
from tests.second_package.acme_rules.moves import MonthEnd, Trailing
from tests.second_package.acme_rules.paces import LargeFirst
from tests.second_package.acme_rules.splits import SeatsAndTurns, SquareRoot
from tests.second_package.acme_rules.yardsticks import Most, Part, Trend

__all__ = [
    "Balance",
    "Growth",
    "HardlyCovered",
    "Harmonic",
    "Imperiali",
    "InThousands",
    "InTraining",
    "Inside",
    "LargeFirst",
    "MonthEnd",
    "Most",
    "Part",
    "PastErrors",
    "Rising",
    "RootMeanSquare",
    "SeatsAndTurns",
    "Sigmoid",
    "SquareRoot",
    "Takings",
    "Trailing",
    "Trend",
]
