"""A small package of somebody else's: rules of its own, in its own namespace."""

from tests.second_package.acme_rules.curves import Sigmoid
from tests.second_package.acme_rules.splits import SquareRoot

__all__ = ["Sigmoid", "SquareRoot"]
