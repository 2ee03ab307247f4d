"""Units as products and quotients of names: CNY/customers × customers is CNY."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from cascade_kpi.errors import Fault, InputError

__all__ = ["PURE", "Unit"]

# Pure numbers that are written as multiples: 3 % is 3/100.
_SCALES: Mapping[str, Fraction] = MappingProxyType(
    {"%": Fraction(100), "pp": Fraction(100), "‰": Fraction(1000)}
)
_SIGN = re.compile(r"([*·×/])")
_POWER = re.compile(r"(.*?)\s*\^\s*(-?[1-9])", re.DOTALL)
_SHOWN = MappingProxyType({(Fraction(100)): "%", Fraction(1000): "‰"})


def _sorted(powers: Any) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, power) for name, power in dict(powers).items() if power))


@frozen
class Unit:
    """A product of powers of names, and a scale.

    Attributes
    ----------
    powers : tuple of (str, int)
        Each name with its power, never zero, sorted by name.
    scale : Fraction
        How many of the unit make the plain one: 100 for ``%``.

    Examples
    --------
    >>> Unit.parse("CNY/customers") * Unit.parse("customers")
    Unit('CNY')
    >>> Unit.parse("%").scale
    Fraction(100, 1)
    """

    powers: tuple[tuple[str, int], ...] = field(default=(), converter=_sorted)
    scale: Fraction = Fraction(1)

    @classmethod
    def parse(cls, text: str) -> Unit:
        """The unit that a text means.

        Names stand between ``*`` (or ``·``, ``×``) and ``/``, read from the left, with
        a whole power after ``^`` if need be. An empty text and ``1`` are pure numbers.

        Raises
        ------
        InputError
            If a name is missing, or is cut by a bracket.
        """
        first, *rest = _SIGN.split(text)
        pieces = [("*", first), *zip(rest[::2], rest[1::2], strict=True)]
        if len(pieces) == 1 and not first.strip():
            return cls()
        powers: dict[str, int] = {}
        scale = Fraction(1)
        for sign, piece in pieces:
            name, power = _named(piece, text)
            power = -power if sign == "/" else power
            if name in _SCALES:
                scale *= _SCALES[name] ** power
            elif name != "1":
                powers[name] = powers.get(name, 0) + power
        return cls(powers, scale)

    def __mul__(self, other: Unit) -> Unit:
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, 0) + power
        return Unit(powers, self.scale * other.scale)

    def __truediv__(self, other: Unit) -> Unit:
        return self * Unit({name: -power for name, power in other.powers}, 1 / other.scale)

    def fits(self, other: Unit) -> bool:
        """Whether amounts of the two can be added, once they have one scale."""
        return self.powers == other.powers

    @property
    def plain(self) -> Unit:
        """The same without a scale; per cent stays per cent."""
        return self if not self.powers and self.scale in _SHOWN else Unit(self.powers)

    def __str__(self) -> str:
        scale = _SHOWN.get(self.scale, "" if self.scale == 1 else f"1/{self.scale}")
        top = [scale] if scale else []
        top += [_power(name, power) for name, power in self.powers if power > 0]
        under = [_power(name, -power) for name, power in self.powers if power < 0]
        return "/".join(["*".join(top) or ("1" if under else ""), *under])

    def __repr__(self) -> str:
        return f"Unit({str(self)!r})"


PURE = Unit()


def _named(piece: str, text: str) -> tuple[str, int]:
    """One name and its power."""
    told = _POWER.fullmatch(piece)
    name, power = (told[1], int(told[2])) if told else (piece, 1)
    name = " ".join(name.split())
    if not name:
        reason, repair = "a name is missing in this unit", "write it as CNY/customers"
        raise InputError([Fault("unit", reason, repair, value=text)])
    if name.count("(") != name.count(")") or "^" in name:
        reason = f"{name!r} is no name of a unit"
        repair = "write it without brackets, CNY/customers/month, and powers as m^2"
        raise InputError([Fault("unit", reason, repair, value=text)])
    return name, power


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"
