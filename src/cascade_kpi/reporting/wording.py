"""Names and numbers as people read them, the same on the page and in Markdown."""

from __future__ import annotations

import math
from datetime import date

from cascade_kpi._text import count
from cascade_kpi.kpis.kpi import Kpi

__all__ = [
    "STEP",
    "amount",
    "attained",
    "count",
    "day",
    "decimals",
    "listed",
    "number",
    "percent",
    "points",
    "signed",
]

STEP = " › "  # noqa: RUF001 - a step down a path of names
_ABSENT = "–"
_ENDLESS = 1e18  # from where on the digits of a float tell nothing


def _fixed(value: float, decimals: int, sign: str = "") -> str:
    if not math.isfinite(value):
        return _ABSENT
    rounded = round(value, decimals)
    if rounded == 0:
        return f"{0.0:.{decimals}f}"  # neither −0.00 nor +0.00
    if abs(rounded) >= _ENDLESS:
        return f"{rounded:{sign}.6g}".replace("-", "−")
    return f"{rounded:{sign},.{decimals}f}".replace("-", "−")


def number(kpi: Kpi, value: float) -> str:
    """A value of a KPI with its decimals, its unit left off."""
    return _fixed(value, kpi.decimals)


def amount(kpi: Kpi, value: float) -> str:
    """A value of a KPI with its unit: "1,200.00 CNY"; a dash where it is absent."""
    return _ABSENT if math.isnan(value) else f"{number(kpi, value)} {kpi.unit}"


def signed(value: float, unit: str, decimals: int) -> str:
    """A difference with its sign and unit: "+10.00 CNY".

    Differences of per cents are percentage points, "−0.20 pp": "−0.20 %" would
    read as a share.
    """
    if math.isnan(value):
        return _ABSENT
    return f"{_fixed(value, decimals, '+')} {'pp' if unit == '%' else unit}"


def percent(share: float) -> str:
    """A share as per cent: "96.4 %"."""
    return f"{_fixed(share * 100, 1)} %" if math.isfinite(share) else _ABSENT


def attained(attainment: float) -> str:
    """An attainment as per cent. Just below the whole it gets the decimals that show it.

    Examples
    --------
    >>> attained(0.964), attained(0.99996), attained(1.0)
    ('96.4 %', '99.996 %', '100.0 %')
    """
    # As lights compare it: what is on target but for the last bits is on target.
    share = round(attainment, 9)
    decimals = 1
    while share < 1 and round(share * 100, decimals) >= 100:
        decimals += 1
    return f"{_fixed(share * 100, decimals)} %" if math.isfinite(share) else _ABSENT


def decimals(count: int) -> str:
    """So many of them, in words."""
    return f"{count} decimal{'' if count == 1 else 's'}"


def points(value: float, decimals: int = 1, sign: str = "") -> str:
    """Points of a score; with ``sign="+"`` as a difference."""
    return _fixed(value, decimals, sign)


def day(when: date) -> str:
    """A date in the one form that every reader reads alike: 2026-01-31."""
    return when.isoformat()


def listed(words: list[str]) -> str:
    """Words as a list in a sentence: "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
