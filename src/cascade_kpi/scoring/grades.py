"""Grade bands over totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, float_array, lock
from cascade_kpi._fields import (
    as_number,
    as_tuple,
    members,
    not_bounds,
    not_texts,
    not_whole,
    refusals,
    repeated,
)
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record

__all__ = ["Band", "Grades", "codes_of", "graded", "labels_of"]


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
    low: float | None = field(default=None, converter=as_number)
    high: float | None = field(default=None, converter=as_number)

    def __attrs_post_init__(self) -> None:
        bounds = not_bounds("band", low=self.low, high=self.high)
        check(not_texts("band", label=self.label) + bounds)

    @property
    def ends(self) -> tuple[float, float]:
        """Its least total and where it ends, in points; infinite where there is no end."""
        low = -np.inf if self.low is None else self.low
        return low, np.inf if self.high is None else self.high


def _best_first(bands: Iterable[Band]) -> Any:
    given = as_tuple(bands)
    if not isinstance(given, tuple) or not all(isinstance(band, Band) for band in given):
        return given
    return tuple(sorted(given, key=lambda band: band.ends, reverse=True))


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
        faults = not_whole("grades", 0, 12, decimals=self.decimals)
        wrong: list[Fault] = []
        bands = [b for _, b in members("grades", self.bands, Band, "make it with Band(…)", wrong)]
        faults += wrong
        for band in bands:
            low, high = band.ends
            if not low < high:
                reason = f"from {low:g} to {high:g} holds nothing"
                faults.append(Fault("grades", reason, "make low less than high", value=band.label))
        for upper, lower in [] if wrong else pairwise(bands):
            begin, end = upper.ends[0], lower.ends[1]
            if begin != end:
                what = "a hole" if begin > end else "an overlap"
                between = f"between {min(begin, end):g} and {max(begin, end):g}"
                reason = f"{what} {between}, from {lower.label!r} to {upper.label!r}"
                faults.append(Fault("grades", reason, "let one band begin where the other ends"))
        faults += [
            Fault("grades", "the label occurs twice", "rename one", value=label)
            for label in repeated(band.label for band in bands)
        ]
        if not bands and not wrong:
            faults.append(Fault("grades", "no bands", "give at least one"))
        check(faults)

    @classmethod
    def from_edges(cls, edges: Mapping[str, float | None], *, decimals: int = 2) -> Grades:
        """Bands from each grade's least total; None for the grade with no lower end."""
        if not isinstance(edges, Mapping):
            reason = f"a mapping is wanted, not a {type(edges).__name__}"
            check([Fault("grades", reason, "give each grade its least total", value=edges)])
        check([f for label, low in edges.items() for f in refusals(partial(Band, label), low)])
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
        totals = float_array(totals, "totals")
        place, gone = self.places(totals), np.isnan(totals)
        outside = ~gone & ((place < 0) | (place == len(self.bands)))
        if outside.any():
            examples = sorted(set(self.rounded(totals[outside]).tolist()))
            repair = "open the lowest band downwards and the highest upwards, or cap the points"
            check([Fault("grades", "total outside all bands", repair, value=t) for t in examples])
        return np.where(gone, -1, place)

    def rounded(self, totals: FloatArray) -> FloatArray:
        """Totals as they are looked up, in points."""
        with np.errstate(over="ignore"):
            rounded = np.round(totals, self.decimals)
        return np.where(np.isinf(rounded), totals, rounded)  # so large that it has no decimals

    def places(self, totals: FloatArray) -> IntArray:
        """As `codes`, of totals that are there and may be outside all bands.

        −1 for one above them, and one more than the last position for one below: places fall
        as totals rise, throughout.
        """
        rounded = self.rounded(totals)
        lows = np.array([band.ends[0] for band in reversed(self.bands)])
        place = len(lows) - np.searchsorted(lows, rounded, side="right")
        return np.where(rounded >= self.bands[0].ends[1], -1, place)


def labels_of(bands: Grades | None) -> tuple[str, ...]:
    """Grade labels, best first; empty without grade bands."""
    return () if bands is None else bands.labels


def codes_of(bands: Grades | None, totals: FloatArray) -> IntArray:
    """Position of each total's grade, int64 in their shape, read-only; -1 where there is none.

    Raises
    ------
    InputError
        If a total lies outside all bands.
    """
    return lock(np.full(totals.shape, -1) if bands is None else bands.codes(totals))


def graded(labels: Sequence[str], codes: IntArray) -> NDArray[Any]:
    """The label of each code, objects in their shape; empty where there is no grade."""
    return np.asarray(np.array([*labels, ""], dtype=object)[codes])  # -1 is the last
