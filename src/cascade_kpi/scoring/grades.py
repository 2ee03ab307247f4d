"""Grade bands over totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._numbers import as_number_or_none
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record

__all__ = ["Band", "Grades"]


@record("cascade_kpi/band")
@frozen
class Band:
    """One grade: its label and the totals it holds.

    Parameters
    ----------
    label : str
    low : float or None
        Least total, which is in the band; None for no lower end.
    high : float or None
        Where the band above begins, which is not in this one; None for no end.
    """

    label: str
    low: float | None = field(default=None, converter=as_number_or_none)
    high: float | None = field(default=None, converter=as_number_or_none)


def _low(band: Band) -> float:
    return -np.inf if band.low is None else band.low


def _high(band: Band) -> float:
    return np.inf if band.high is None else band.high


def _best_first(bands: Iterable[Band]) -> tuple[Band, ...]:
    return tuple(sorted(bands, key=lambda band: (_low(band), _high(band)), reverse=True))


@record("cascade_kpi/grades")
@frozen
class Grades:
    """Bands without holes or overlaps, best first.

    Parameters
    ----------
    bands : iterable of Band
        In any order; they are kept from the highest to the lowest.
    decimals : int
        Totals are rounded, half to even, to so many decimals before they are
        looked up.

    Examples
    --------
    >>> grades = Grades.from_edges({"A": 90, "B": 75, "C": None})
    >>> [grades.labels[i] for i in grades.codes(np.array([90.0, 89.994, 89.996, 10.0]))]
    ['A', 'B', 'A', 'C']
    """

    bands: tuple[Band, ...] = field(converter=_best_first)
    decimals: int = 2

    def __attrs_post_init__(self) -> None:
        faults = []
        if type(self.decimals) is not int or not 0 <= self.decimals <= 12:
            reason = "decimals are a whole number from 0 to 12"
            faults.append(Fault("grades", reason, "correct it", value=self.decimals))
        for band in self.bands:
            low, high = _low(band), _high(band)
            if not low < high:
                reason = f"from {low:g} to {high:g} holds nothing"
                faults.append(Fault("grades", reason, "make low less than high", value=band.label))
        for upper, lower in zip(self.bands, self.bands[1:], strict=False):
            begin, end = _low(upper), _high(lower)
            if begin != end:
                what = "a hole" if begin > end else "an overlap"
                between = f"between {min(begin, end):g} and {max(begin, end):g}"
                reason = f"{what} {between}, from {lower.label!r} to {upper.label!r}"
                faults.append(Fault("grades", reason, "let one band begin where the other ends"))
        labels = [band.label for band in self.bands]
        faults += [
            Fault("grades", "the label occurs twice", "rename one", value=label)
            for label in sorted({label for label in labels if labels.count(label) > 1})
        ]
        if not self.bands:
            faults.append(Fault("grades", "no bands", "give at least one"))
        check(faults)

    @classmethod
    def from_edges(cls, edges: Mapping[str, float | None], *, decimals: int = 2) -> Grades:
        """Bands from each grade's least total; None for the grade with no lower end."""
        by_edge = sorted(edges.items(), key=lambda item: -np.inf if item[1] is None else item[1])
        highs = [*(low for _, low in by_edge[1:]), *([None] if by_edge else [])]
        bands = [Band(g, low, high) for (g, low), high in zip(by_edge, highs, strict=True)]
        return cls(bands, decimals)

    @property
    def labels(self) -> tuple[str, ...]:
        """Grades, best first."""
        return tuple(band.label for band in self.bands)

    def codes(self, totals: FloatArray) -> IntArray:
        """Position of each total's grade in `labels`; -1 where the total is absent.

        Raises
        ------
        InputError
            If a total lies outside all bands.
        """
        rounded = np.round(totals, self.decimals)
        lows = np.array([_low(band) for band in reversed(self.bands)])
        place = np.searchsorted(lows, rounded, side="right")
        gone = np.isnan(rounded)
        outside = ~gone & ((place == 0) | (rounded >= _high(self.bands[0])))
        if outside.any():
            examples = sorted(set(rounded[outside].tolist()))
            repair = "open the lowest band downwards and the highest upwards, or cap the points"
            check([Fault("grades", "total outside all bands", repair, value=t) for t in examples])
        return np.where(gone, -1, len(self.bands) - place)
