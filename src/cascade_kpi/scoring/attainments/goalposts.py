"""The distance between goalposts, as indices of countries measure it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, not_bounds
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.kpis.directions import Direction
from cascade_kpi.records import record
from cascade_kpi.scoring.attainments.given import columns_of, not_given, numbers_of

__all__ = ["Goalposts"]


def _logarithm(values: FloatArray) -> FloatArray:
    # Contiguous, so that each number goes the same way through the logarithm wherever it is.
    given = np.array(values, dtype=np.float64, order="C")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(given <= 0, -np.inf, np.log(given))


_SCALES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "linear": np.asarray,
    "logarithm": _logarithm,
}
_BACK: dict[str, Callable[[FloatArray], FloatArray]] = {"linear": np.asarray, "logarithm": np.exp}


@record("cascade_kpi/attainments.goalposts")
@frozen
class Goalposts:
    """How far from the worst to the best: (f(a) − f(worst))/(f(best) − f(worst)).

    f is the number itself or its logarithm; the answer is held at `floor` and `cap`. The
    target is not read. Where less is better, the worst lies above the best.

    Parameters
    ----------
    worst, best : float or str
        In KPI units: the same for all, or a column of the tree with each node's own.
    floor, cap : float or None
        The least and the most attainment; None for none. With a logarithm both are needed:
        what is zero or less is beyond any goalpost.
    scale : {"linear", "logarithm"}
        With a logarithm equal ratios count alike: from 100 to 1,000 is as far as from 1,000
        to 10,000.

    Notes
    -----
    The United Nations Development Programme calls worst and best *goalposts* (technical note 1
    of the Human Development Report): life expectancy between 20 and 85 years, income per head
    by its logarithm between 100 and 75,000. The index of the Sustainable Development Report
    does the same with bounds for each indicator. Min–max normalisation is this with the least
    and the greatest result as goalposts (OECD and JRC, Handbook on Constructing Composite
    Indicators, 2008, chapter 5).

    Refused are goalposts that are equal, that go against the KPI's direction, or that have no
    logarithm.

    Examples
    --------
    >>> from cascade_kpi import directions
    >>> years, none = np.array([15.0, 46.0, 72.0, 90.0]), np.full(4, np.nan)
    >>> Goalposts(20, 85)(years, none, directions.Higher())
    array([0. , 0.4, 0.8, 1. ])
    >>> income = Goalposts(100, 10_000, scale="logarithm")
    >>> income(np.array([0.0, 100.0, 1000.0, 1e5]), none, directions.Higher())
    array([0. , 0. , 0.5, 1. ])
    """

    worst: float | str = field(converter=as_number)
    best: float | str = field(converter=as_number)
    floor: float | None = field(default=0.0, converter=as_number, kw_only=True)
    cap: float | None = field(default=1.0, converter=as_number, kw_only=True)
    scale: Literal["linear", "logarithm"] = field(default="linear", kw_only=True)
    one_way: ClassVar[bool] = True
    absolute: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        faults = not_given("goalposts", worst=self.worst, best=self.best)
        bounds = not_bounds("goalposts", floor=self.floor, cap=self.cap)
        if not bounds and None not in (self.floor, self.cap) and self.floor >= self.cap:  # type: ignore[operator]  # neither is None here
            reason = f"the floor {self.floor:g} is not below the cap {self.cap:g}"
            bounds = [Fault("goalposts", reason, "swap them, or set them apart", column="floor")]
        faults += bounds
        if not isinstance(self.scale, str) or self.scale not in _SCALES:
            reason, repair = "no such scale", suggest(self.scale, _SCALES)
            faults.append(Fault("goalposts", reason, repair, column="scale", value=self.scale))
        check(faults or self._misfits())

    def _misfits(self) -> list[Fault]:
        faults = []
        if isinstance(self.worst, float) and self.worst == self.best:
            reason, repair = "the worst is the best", "set them apart"
            faults.append(Fault("goalposts", reason, repair, column="best", value=self.best))
        if self.scale == "linear":
            return faults
        for column in ("worst", "best"):
            post = getattr(self, column)
            if isinstance(post, float) and post <= 0:
                reason, repair = "zero or less has no logarithm", "give a number above zero"
                faults.append(Fault("goalposts", reason, repair, column=column, value=post))
        for column in ("floor", "cap"):
            if getattr(self, column) is None:
                reason, repair = "a logarithm without an end", f"give {column}=…"
                faults.append(Fault("goalposts", reason, repair, column=column))
        return faults

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of worst and best, as far as they are columns."""
        return columns_of(self.worst, self.best)

    def __call__(
        self, actual: FloatArray, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> FloatArray:
        """Attainment, a pure number."""
        call = _SCALES[self.scale]
        worst, best = map(call, numbers_of([self.worst, self.best], columns))
        with np.errstate(divide="ignore", invalid="ignore"):
            way = np.where(worst == best, np.nan, best - worst)
            share = np.divide(call(actual) - worst, way)
        least = -np.inf if self.floor is None else self.floor
        most = np.inf if self.cap is None else self.cap
        return np.clip(share, least, most)

    def refuses(
        self, target: FloatArray, better: Direction, *columns: FloatArray
    ) -> NDArray[np.bool_]:
        """Everybody whose worst is not worse than the best, or has no logarithm."""
        worst, best = numbers_of([self.worst, self.best], columns)
        wrong = better.shortfall(worst, best) <= 0
        if self.scale != "linear":
            wrong = wrong | (np.minimum(worst, best) <= 0)
        return np.array(np.broadcast_to(wrong, np.shape(target)))

    @property
    def remedy(self) -> str:
        """What can be done about goalposts that are refused."""
        told = f"let the worst, {self.worst!r}, be worse than the best, {self.best!r}"
        return told if self.scale == "linear" else f"{told}, and both above zero"

    def on_target(self, target: float, better: Direction, *columns: float) -> float:
        """Where the target is between the goalposts."""
        told = np.array([target]), np.array([target]), better
        return float(self(*told, *(np.array([each]) for each in columns))[0])

    def ahead(self, attainment: float, target: float, better: Direction, *columns: float) -> float:
        """``attainment`` less that on target."""
        return attainment - self.on_target(target, better, *columns)

    def result(
        self, attainment: float, target: float, better: Direction, *columns: float
    ) -> tuple[float, float]:
        """``f⁻¹(f(worst) + attainment·(f(best) − f(worst)))``; nowhere beyond floor and cap."""
        if attainment == self.on_target(target, better, *columns):
            return target, math.nan
        given = [np.array([each]) for each in columns]
        (refused,) = self.refuses(np.array([target]), better, *given)
        least = -math.inf if self.floor is None else self.floor
        most = math.inf if self.cap is None else self.cap
        if refused or not least <= attainment <= most:
            return math.nan, math.nan
        worst, best = map(_SCALES[self.scale], numbers_of([self.worst, self.best], given))
        found = _BACK[self.scale](worst + attainment * (best - worst))
        return float(np.ravel(found)[0]), math.nan
