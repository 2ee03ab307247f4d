"""Intraclass correlations: how far ratings tell the rated apart, and not the raters."""

from __future__ import annotations

import math

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import as_number, not_numbers
from cascade_kpi._long import Columns, texts
from cascade_kpi.errors import Fault, InputError, check, unlike
from cascade_kpi.rating.fisher import f_quantile, f_tail
from cascade_kpi.rating.ratings import Ratings

__all__ = ["Icc", "Iccs", "Judged", "Squares", "icc", "judged"]

NAN = float("nan")


@frozen(eq=False)
class Judged:
    """The ratings of one item that can be set against each other.

    Attributes
    ----------
    target, judge : int64 array (m,)
        From 0, every one of them with a rating.
    values : float64 array (m,)
    """

    target: IntArray
    judge: IntArray
    values: FloatArray


def judged(ratings: Ratings, item: str | None, least: int = 1) -> Judged:
    """The ratings of an item, of targets (node and period) that have as many as the least."""
    check(unlike(ratings, Ratings, "ratings", "Ratings.from_table(…)"))
    rows = ratings.rows
    at = np.flatnonzero((rows.item == ratings.item(item)) & ~np.isnan(rows.value))
    target = rows.period[at] * len(ratings.org) + rows.node[at]
    _, target, counts = np.unique(target, return_inverse=True, return_counts=True)
    at = at[counts[target] >= least]
    target = rows.period[at] * len(ratings.org) + rows.node[at]
    codes = [np.unique(each, return_inverse=True)[1] for each in (target, rows.rater[at])]
    return Judged(codes[0], codes[1], rows.value[at])


@frozen
class Squares:
    """Mean squares of an analysis of variance of targets and judges.

    Attributes
    ----------
    targets, judges : int
        How many.
    each : float
        Ratings a target; where they are unequal, the number that stands for them.
    between, within : float
        Between targets, and within them.
    among, residual : float
        Between judges, and what is left; NaN unless every judge rated every target.
    freedom : int
        Degrees of freedom within targets.
    """

    targets: int
    judges: int
    each: float
    between: float
    within: float
    among: float
    residual: float
    freedom: int

    @classmethod
    def of(cls, data: Judged) -> Squares:
        """The mean squares of ratings."""
        m = len(data.values)
        counts = np.bincount(data.target)
        n, k = len(counts), len(np.unique(data.judge))
        if n < 2:
            return cls(n, k, NAN, NAN, NAN, NAN, NAN, m - n)
        grand = data.values.mean()
        means = np.bincount(data.target, data.values) / counts
        between = float((counts * (means - grand) ** 2).sum()) / (n - 1)
        inner = float(((data.values - means[data.target]) ** 2).sum())
        each = (m - float((counts.astype(np.float64) ** 2).sum()) / m) / (n - 1)
        within = inner / (m - n) if m > n else NAN
        among = residual = NAN
        if m == n * k and k > 1 and (counts == k).all():  # a judge rates a target once
            judges = np.bincount(data.judge, data.values) / n
            spread = n * float(((judges - grand) ** 2).sum())
            among = spread / (k - 1)
            rest = data.values - means[data.target] - judges[data.judge] + grand
            residual = float((rest**2).sum()) / ((n - 1) * (k - 1))
        return cls(n, k, each, between, within, among, residual, m - n)


@frozen
class Icc:
    """One intraclass correlation.

    Attributes
    ----------
    form : str
        As Shrout and Fleiss write it: ``"(2,1)"``; k stands for the mean of all judges.
    value, low, high : float
        The estimate and its interval; NaN where the design has none.
    f, above, below, p : float
        The F test of whether targets differ: its value, degrees of freedom, and tail.
    """

    form: str
    value: float
    low: float
    high: float
    f: float
    above: float
    below: float
    p: float

    def __str__(self) -> str:
        interval = f"[{self.low:.3f}, {self.high:.3f}]"
        test = f"F({self.above:g}, {self.below:g}) = {self.f:.2f}, p = {self.p:.4f}"
        return f"ICC{self.form} = {self.value:.3f} {interval}, {test}"


@frozen
class Iccs:
    """The six intraclass correlations of one item. Made by :func:`~cascade_kpi.rating.icc`.

    Attributes
    ----------
    squares : Squares
        What they are made of.
    forms : tuple of Icc
        (1,1), (2,1), (3,1), (1,k), (2,k), (3,k).
    """

    squares: Squares
    forms: tuple[Icc, ...]

    def __getitem__(self, form: str) -> Icc:
        """One of them: ``iccs["2,k"]``.

        Raises
        ------
        InputError
            If there is no such form.
        """
        wanted = form.strip("()").replace(" ", "") if isinstance(form, str) else form
        for each in self.forms:
            if each.form.strip("()") == wanted:
                return each
        repair = "use one of '1,1', '2,1', '3,1', '1,k', '2,k', '3,k'"
        raise InputError([Fault("icc", "no such form", repair, value=form)])

    def table(self) -> Columns:
        """One row a form, with columns named as the attributes of each."""
        names = ("value", "low", "high", "f", "above", "below", "p")
        numbers = {name: np.array([getattr(each, name) for each in self.forms]) for name in names}
        return {"form": texts([each.form for each in self.forms]), **numbers}

    def __str__(self) -> str:
        return "\n".join(map(str, self.forms))


def icc(ratings: Ratings, item: str | None = None, *, confidence: float = 0.95) -> Iccs:
    """The six intraclass correlations of the ratings on an item.

    A target is a node in a period. In the forms (1,·) any judges rate a target; in (2,·) the
    same judges rate all and stand for others like them, in (3,·) they are all there are.
    (·,k) is of the mean of k judges. (2,·) and (3,·) need every judge to rate every target.

    Parameters
    ----------
    ratings : Ratings
        Of one relation, say: ``ratings.only(relation="peer")``.
    item : str, optional
        Not needed where there is only one.
    confidence : float
        Of the intervals, above 0 and below 1.

    Returns
    -------
    Iccs

    Raises
    ------
    InputError
        If there is no such item.

    Notes
    -----
    P. E. Shrout and J. L. Fleiss, "Intraclass correlations: uses in assessing rater
    reliability", *Psychological Bulletin* 86 (1979) 420–428. Targets that one judge rated are
    left out. With unequal numbers the F test and the intervals of (1,·) are approximate.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> table = {
    ...     "node": ["a", "a", "b", "b"],
    ...     "rater": ["x", "y", "x", "y"],
    ...     "relation": ["customer"] * 4,
    ...     "item": ["service"] * 4,
    ...     "value": [1, 2, 4, 5],
    ... }
    >>> scale = ck.rating.Scale(1, 5)
    >>> ratings = ck.Ratings.from_table(table, org, scale=scale, outside=["customer"], periods="1")
    >>> found = ck.rating.icc(ratings, "service")
    >>> round(found["1,1"].value, 3), found["3,1"].value
    (0.895, 1.0)
    """
    given = as_number(confidence)
    faults = unlike(ratings, Ratings, "ratings", "Ratings.from_table(…)")
    faults += not_numbers("icc", confidence=given)
    if not faults and not 0 < given < 1:
        repair = "give a share, such as 0.95"
        faults.append(Fault("icc", "not between 0 and 1", repair, column="confidence", value=given))
    check(faults)
    squares = Squares.of(judged(ratings, item, least=2))
    tail = (1 - given) / 2
    one, two, three = _one_way(squares, tail), _absolute(squares, tail), _consistent(squares, tail)
    return Iccs(squares, (one[0], two[0], three[0], one[1], two[1], three[1]))


def _ratio(top: float, bottom: float) -> float:
    """A quotient; NaN where there is nothing to divide, or by."""
    return top / bottom if bottom == bottom and bottom != 0 else NAN


def _stepped(single: float, k: float) -> float:
    """The reliability of the mean of k, from that of one (Spearman and Brown)."""
    if single == 1:
        return 1.0
    return _ratio(k * single, 1 + (k - 1) * single)


def _f(top: float, bottom: float) -> float:
    if math.isnan(top + bottom) or (top == 0 and bottom == 0):
        return NAN
    return top / bottom if bottom else math.inf


def _interval(f: float, above: float, below: float, tail: float) -> tuple[float, float]:
    """The ends of B/W, or B/E, in the mean of the judges."""
    return f / f_quantile(tail, above, below), f * f_quantile(tail, below, above)


def _single(f: float, k: float) -> float:
    """An end for one judge, from the ratio of the squares."""
    return 1.0 if f == math.inf else _ratio(f - 1, f + k - 1)


def _mean(f: float) -> float:
    """An end for the mean of the judges."""
    return 1.0 if f == math.inf else 1 - _ratio(1, f)


def _pair(
    name: str, estimates: tuple[float, float], f: float, freedom: tuple[float, float],
    ends: tuple[tuple[float, float], tuple[float, float]],
) -> tuple[Icc, Icc]:  # fmt: skip
    p = f_tail(f, *freedom)
    one = Icc(f"({name},1)", estimates[0], *ends[0], f, *freedom, p)
    return one, Icc(f"({name},k)", estimates[1], *ends[1], f, *freedom, p)


def _one_way(s: Squares, tail: float) -> tuple[Icc, Icc]:
    k, f = s.each, _f(s.between, s.within)
    freedom = float(max(s.targets - 1, 0)), float(s.freedom)
    low, high = _interval(f, *freedom, tail)
    single = _ratio(s.between - s.within, s.between + (k - 1) * s.within)
    ends = (_single(low, k), _single(high, k)), (_mean(low), _mean(high))
    return _pair("1", (single, _ratio(s.between - s.within, s.between)), f, freedom, ends)


def _freedom(s: Squares) -> tuple[float, float]:
    """The degrees of freedom of targets and of what is left."""
    above = max(s.targets - 1, 0)
    return float(above), float(above * max(s.judges - 1, 0))


def _consistent(s: Squares, tail: float) -> tuple[Icc, Icc]:
    k, f = float(s.judges), _f(s.between, s.residual)
    freedom = _freedom(s)
    low, high = _interval(f, *freedom, tail)
    single = _ratio(s.between - s.residual, s.between + (k - 1) * s.residual)
    ends = (_single(low, k), _single(high, k)), (_mean(low), _mean(high))
    return _pair("3", (single, _ratio(s.between - s.residual, s.between)), f, freedom, ends)


def _absolute(s: Squares, tail: float) -> tuple[Icc, Icc]:
    n, k, b, j, e = s.targets, float(s.judges), s.between, s.among, s.residual
    f = _f(b, e)
    freedom = _freedom(s)
    single = _ratio(b - e, b + (k - 1) * e + _ratio(k * (j - e), n))
    mean = _ratio(b - e, b + _ratio(j - e, n))
    if math.isnan(single) or single == 1:
        ends = (single, single)
    else:
        # Shrout and Fleiss: J and E together have v degrees of freedom, by Satterthwaite.
        fj = _f(j, e)
        part = n * (1 + (k - 1) * single) - k * single
        if fj == math.inf:
            v = float(k - 1)
        else:
            v = (k - 1) * (n - 1) * (k * single * fj + part) ** 2
            v /= (n - 1) * k**2 * single**2 * fj**2 + part**2
        most, least = f_quantile(tail, n - 1, v), f_quantile(tail, v, n - 1)
        rest = k * j + (k * n - k - n) * e
        ends = (
            _ratio(n * (b - most * e), most * rest + n * b),
            _ratio(n * (least * b - e), rest + n * least * b),
        )
    means = _stepped(ends[0], k), _stepped(ends[1], k)
    return _pair("2", (single, mean), f, freedom, (ends, means))
