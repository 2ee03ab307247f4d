"""Raters who are lenient, and ratings corrected for it."""

from __future__ import annotations

import html
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint, lock
from cascade_kpi._long import Columns, texts
from cascade_kpi._text import visible
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.rating.additive import Additive
from cascade_kpi.rating.ratings import Ratings
from cascade_kpi.rating.scale import Scale
from cascade_kpi.rating.sums import sums_by
from cascade_kpi.records import record

__all__ = ["Leniency", "corrected", "leniency"]

_NEAR = 1e-13
_ROUNDS = 200


@frozen(eq=False)
class _Seats:
    """Ratings that are there, by target and by rater in a period, each numbered from 0."""

    at: IntArray
    target: IntArray
    seat: IntArray
    rater: IntArray
    period: IntArray

    @classmethod
    def of(cls, ratings: Ratings) -> _Seats:
        rows = ratings.rows
        at = np.flatnonzero(~np.isnan(rows.value))
        same = [rows.item[at], rows.period[at], rows.node[at]]
        new = np.ones(len(at), dtype=bool)
        if len(at):  # rows stand by target
            new[1:] = np.logical_or.reduce([each[1:] != each[:-1] for each in same])
        everybody = len(ratings.org) + len(rows.outsiders)
        key, seat = np.unique(rows.period[at] * everybody + rows.rater[at], return_inverse=True)
        return cls(at, np.cumsum(new) - 1, seat, key % everybody, key // everybody)


@frozen
class _Lenient:
    """The ratings: what the JSON record of what is corrected holds."""

    ratings: Ratings

    @classmethod
    def of(cls, lenient: Leniency) -> _Lenient:
        """The ratings as they came."""
        return cls(lenient.ratings)

    def make(self) -> Leniency:
        """What is corrected, again."""
        return leniency(self.ratings)


@record("cascade_kpi/leniency", written_as=_Lenient)
@frozen(hash=False, repr=False)
class Leniency:
    """How lenient each rater is, and the ratings corrected for it.

    Made by :func:`~cascade_kpi.rating.leniency`. A seat is one rater in one period. For
    :func:`cascade_kpi.consolidate` it stands in for the ratings.

    Attributes
    ----------
    ratings : Ratings
        As they came.
    scale : rating.Scale
        Of all items.
    """

    ratings: Ratings
    scale: Scale = field(eq=False)

    @cached_property
    def _seats(self) -> _Seats:
        return _Seats.of(self.ratings)

    @cached_property
    def fit(self) -> Additive:
        """Targets and raters fitted together; raters are seats."""
        seats = self._seats
        return Additive.of(seats.target, seats.seat, self.ratings.rows.value[seats.at])

    @cached_property
    def variances(self) -> tuple[float, float]:
        """σ² of what is left, and τ² of leniencies, in points squared; NaN if it cannot be told."""
        fit = self.fit
        between, within = fit.freedom
        spread = float(fit.information.sum())
        if between < 1 or within < 1 or spread <= 0:
            return float("nan"), float("nan")
        noise = fit.left / within
        return noise, max(fit.explained - noise * between, 0.0) / spread

    @cached_property
    def reliability(self) -> FloatArray:
        """λ of each seat, from 0 to 1, float64 (s,); 0 where nothing can be told."""
        noise, spread = self.variances
        fit = self.fit
        if not spread > 0:
            return lock(np.zeros(len(fit.counts)))
        others = 1 - fit.counts / np.bincount(fit.component, fit.counts)[fit.component]
        with np.errstate(invalid="ignore"):  # who is alone in a component has nobody beside them
            told = np.where(others > 0, fit.information / others, 0.0)
        return lock(np.asarray(told * spread / (told * spread + noise)))

    @cached_property
    def shrunk(self) -> FloatArray:
        """What is taken off each seat's ratings, before the constant, in points, float64 (s,)."""
        return lock(self.reliability * self.fit.effect + 0.0)  # turns -0.0 into 0.0

    @cached_property
    def _corrected(self) -> tuple[FloatArray, FloatArray]:
        seats, raw = self._seats, self.ratings.rows.value
        component = self.fit.component[seats.seat] if len(seats.at) else seats.seat
        less = raw[seats.at] - self.shrunk[seats.seat]
        constants = levelled(less, raw[seats.at], component, self.scale)
        out = raw.copy()
        out[seats.at] = corrected(less, constants[component], self.scale)
        return lock(out), lock(constants)

    @property
    def values(self) -> FloatArray:
        """The corrected ratings in points, float64 (m,), NaN where a rater could not tell."""
        return self._corrected[0]

    @property
    def constants(self) -> FloatArray:
        """What is added in each component, so that its mean is kept, in points, float64 (c,)."""
        return self._corrected[1]

    @property
    def components(self) -> int:
        """How many sets of raters there are that cannot be compared with each other."""
        return len(self.constants)

    def seat(self, row: int) -> int:
        """The seat of a rating, −1 for one that is blank."""
        at = int(np.searchsorted(self._seats.at, row))
        there = at < len(self._seats.at) and self._seats.at[at] == row
        return int(self._seats.seat[at]) if there else -1

    def table(self) -> Columns:
        """The raters, one row each in a period: for the office, never for who is rated.

        Returns
        -------
        dict of str to array (s,)
            ``rater``, ``period``; ``ratings``, how many; ``mean`` of them and mean
            ``corrected``; ``leniency`` beside other raters of the same; its ``reliability``,
            from 0 to 1; ``taken``, what is taken off; ``component``, from 0; in points.
        """
        seats, fit, rows = self._seats, self.fit, self.ratings.rows
        size = len(seats.rater)
        ids = np.concatenate([self.ratings.org.ids.astype(object), rows.outsiders])
        labels = np.array(self.ratings.periods.labels, dtype=object)
        means = [
            sums_by(seats.seat, values[seats.at], size) / fit.counts
            for values in (rows.value, self.values)
        ]
        return {
            "rater": texts(ids[seats.rater]),
            "period": texts(labels[seats.period]),
            "ratings": fit.counts,
            "mean": means[0],
            "corrected": means[1],
            "leniency": fit.effect,
            "reliability": self.reliability,
            "taken": self.shrunk,
            "component": fit.component,
        }

    def rows(self) -> Columns:
        """The ratings before and after, one row each, in their order: for the office.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``rater``, ``relation``, ``item``, ``period``; ``before`` and ``after``,
            in points.
        """
        table: dict[str, NDArray[Any]] = self.ratings.table()
        names = ("node", "rater", "relation", "item", "period")
        return {
            **{name: table[name] for name in names},
            "before": self.ratings.rows.value,
            "after": self.values,
        }

    def __repr__(self) -> str:
        noise, spread = self.variances
        told = f"σ² {noise:.4g}, τ² {spread:.4g}" if noise == noise else "nothing can be told"
        what = "1 component" if self.components == 1 else f"{self.components:,} components"
        return visible(f"<Leniency of {len(self.fit.counts):,} raters in {what}, {told}>")

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.ratings), "leniency"))


def corrected(less: FloatArray, constant: FloatArray, scale: Scale) -> FloatArray:
    """Ratings less leniency, plus a constant, cut at the ends of the scale."""
    return np.clip(less + constant, scale.low, scale.high)


def levelled(less: FloatArray, raw: FloatArray, component: IntArray, scale: Scale) -> FloatArray:
    """The constant of each component with which its mean is that of the raw ratings.

    The mean after cutting grows with the constant, in straight pieces: by Newton's steps,
    and where one leaves what is known to hold the constant, by halves of it.
    """
    size = int(component.max()) + 1 if len(component) else 0
    counts = np.bincount(component, minlength=size)
    wanted = sums_by(component, raw, size)
    # With the one constant every rating is at the low end, with the other at the high one.
    low = np.full(size, scale.low - less.max(initial=scale.low))
    high = np.full(size, scale.high - less.min(initial=scale.high))
    constant = np.zeros(size)
    for _ in range(_ROUNDS):
        moved = less + constant[component]
        cut = np.clip(moved, scale.low, scale.high)
        lacking = wanted - sums_by(component, cut, size)
        open_ = np.abs(lacking) > _NEAR * scale.width * counts
        if not open_.any():
            break
        low = np.where(lacking > 0, constant, low)
        high = np.where(lacking < 0, constant, high)
        free = (moved > scale.low) & (moved < scale.high)
        slope = np.bincount(component[free], minlength=size)
        step = constant + lacking / np.maximum(slope, 1)
        inside = (slope > 0) & (step > low) & (step < high)
        constant = np.where(open_, np.where(inside, step, (low + high) / 2), constant)
    return constant


def leniency(ratings: Ratings) -> Leniency:
    """How lenient each rater is beside the other raters of the same people.

    Parameters
    ----------
    ratings : Ratings
        On items of one scale. Of some relations only, say: ``ratings.only(relation="peer")``.

    Returns
    -------
    Leniency
        Pass it to :func:`cascade_kpi.consolidate` in place of the ratings.

    Raises
    ------
    InputError
        If the items are on different scales.

    Notes
    -----
    Target and rater effects by least squares; the raters' shrunk by reliability with variances
    by Henderson's method 3: S. R. Searle, G. Casella and C. E. McCulloch, *Variance Components*
    (1992), chapter 5; C. N. Morris, "Parametric empirical Bayes inference", *Journal of the
    American Statistical Association* 78 (1983) 47–55.

    Examples
    --------
    Two managers rate the same three; one gives a point more.

    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b", "c"], "parent": ["", *["hq"] * 3]})
    >>> table = {
    ...     "node": ["a", "a", "b", "b", "c", "c"],
    ...     "rater": ["x", "y"] * 3,
    ...     "relation": ["customer"] * 6,
    ...     "item": ["service"] * 6,
    ...     "value": [3, 2, 5, 4, 4, 2],
    ... }
    >>> scale = ck.rating.Scale(1, 5)
    >>> ratings = ck.Ratings.from_table(table, org, scale=scale, outside=["customer"], periods="1")
    >>> lenient = ck.rating.leniency(ratings)
    >>> table = lenient.table()
    >>> for name in ("leniency", "reliability", "taken"):
    ...     print(name, table[name].round(3).tolist())
    leniency [0.667, -0.667]
    reliability [0.938, 0.938]
    taken [0.625, -0.625]
    >>> lenient.rows()["after"].round(3).tolist()
    [2.375, 2.625, 4.375, 4.625, 3.375, 2.625]
    """
    check(unlike(ratings, Ratings, "ratings", "Ratings.from_table(…)"))
    scale = ratings.survey.common
    if scale is None and not ratings.items:
        check([Fault("ratings", "there is no item", "state the items")])
    if scale is None:
        repair = "make ratings of the items of one scale at a time"
        check([Fault("ratings", "the items are on different scales", repair)])
    assert scale is not None  # noqa: S101 - it has been refused
    return Leniency(ratings, scale)
