"""Krippendorff's alpha: agreement beyond chance, with missing ratings."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import frozen

from cascade_kpi._answers import OddAnswer, ask
from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import is_a
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.rating.icc import judged
from cascade_kpi.rating.ratings import Ratings
from cascade_kpi.records import record

__all__ = ["Interval", "Metric", "Nominal", "Ordinal", "alpha", "ask_metric"]

_MOST = 2_000
_BLOCK = 1 << 22


@runtime_checkable
class Metric(Protocol):
    """How far two values are apart.

    See :func:`cascade_kpi.testing.check_metric` for the laws.
    """

    def __call__(self, values: FloatArray, counts: FloatArray) -> FloatArray:
        """Squared differences of every two, float64 (v, v), zero on the diagonal.

        Parameters
        ----------
        values : float64 array (v,)
            That occur, ascending.
        counts : float64 array (v,)
            How often each does.
        """
        ...


@record("cascade_kpi/rating.nominal")
@frozen
class Nominal:
    """Values are the same, or not."""

    def __call__(self, values: FloatArray, counts: FloatArray) -> FloatArray:
        """0 for the same, 1 for any other."""
        return 1.0 - np.eye(len(values))


@record("cascade_kpi/rating.ordinal")
@frozen
class Ordinal:
    """Values have an order: they are as far apart as ratings lie between them."""

    def __call__(self, values: FloatArray, counts: FloatArray) -> FloatArray:
        """The square of the ratings between, half of both ends' among them."""
        middle = np.cumsum(counts) - counts / 2
        return np.asarray((middle[:, None] - middle[None, :]) ** 2)


@record("cascade_kpi/rating.interval")
@frozen
class Interval:
    """Values are as far apart as their numbers."""

    def __call__(self, values: FloatArray, counts: FloatArray) -> FloatArray:
        """The square of the difference."""
        return np.asarray((values[:, None] - values[None, :]) ** 2)


def ask_metric(rule: Metric, values: FloatArray, counts: FloatArray) -> FloatArray:
    """What a metric answers, once it is found to be a table of differences.

    Raises
    ------
    OddAnswer
    """
    answer: FloatArray = ask("it", rule, values, counts, shape=(len(values), len(values)))
    if not np.isfinite(answer).all() or (answer < 0).any():
        raise OddAnswer("it answers a difference that is negative or not finite")
    if (np.diag(answer) != 0).any():
        raise OddAnswer("it finds a value apart from itself")
    if (answer != answer.T).any():
        raise OddAnswer("it answers otherwise the other way round")
    return answer


def _coincidences(target: IntArray, code: IntArray, size: int) -> FloatArray:
    """How often each two values meet within targets, float64 (v, v).

    Each target weighs as many as it has ratings. By blocks of targets, which bounds
    the memory.
    """
    total = np.zeros((size, size))
    order = np.argsort(target, kind="stable")
    target, code = target[order], code[order]
    most = max(_BLOCK // size, 1)
    for begin in range(0, int(target[-1]) + 1 if len(target) else 0, most):
        part = slice(*np.searchsorted(target, [begin, begin + most]).tolist())
        here = target[part] - begin
        units = int(here.max()) + 1 if len(here) else 0
        table = np.bincount(here * size + code[part], minlength=units * size)
        table = table.reshape(units, size).astype(np.float64)
        each = table.sum(axis=1) - 1
        shared = table / each[:, None]
        total += table.T @ shared - np.diag(shared.sum(axis=0))
    return total


def alpha(ratings: Ratings, item: str | None = None, metric: Metric | None = None) -> float:
    """Krippendorff's alpha of the ratings on an item: 1 in full agreement, 0 as by chance.

    Parameters
    ----------
    ratings : Ratings
        Of one relation, say: ``ratings.only(relation="peer")``. Any of them may be blank.
    item : str, optional
        Not needed where there is only one.
    metric : Metric, optional
        ``Interval()`` by default; ``Ordinal()``, ``Nominal()``, or one of your own.

    Returns
    -------
    float
        NaN where nobody is rated twice, or all ratings are the same.

    Raises
    ------
    InputError
        If there is no such item; for a metric that answers oddly; for more than
        2,000 different values.

    Notes
    -----
    K. Krippendorff, *Content Analysis* (4th edition, 2018), chapter 12.

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
    >>> round(ck.rating.alpha(ratings, "service"), 3)
    0.85
    """
    rule: Metric = Interval() if metric is None else metric
    faults = unlike(ratings, Ratings, "ratings", "Ratings.from_table(…)")
    if not is_a(rule, Metric):
        repair = "use rating.Interval(), Ordinal() or Nominal()"
        faults.append(Fault("alpha", "no metric", repair, column="metric", value=metric))
    check(faults)
    data = judged(ratings, item, least=2)
    values, code = np.unique(data.values, return_inverse=True)
    if len(values) > _MOST:
        reason = f"{len(values):,} different values"
        check(
            [
                Fault(
                    "alpha",
                    reason,
                    f"give the scale a step: at most {_MOST:,} can be set side by side",
                )
            ]
        )
    if len(values) < 2:
        return float("nan")
    found = _coincidences(data.target, code, len(values))
    counts = found.sum(axis=1)
    try:
        apart = ask_metric(rule, values, counts)
    except OddAnswer as odd:
        repair = "mend it; testing.check_metric tells more"
        check([Fault("alpha", str(odd), repair, column="metric", value=rule)])
    chance = np.outer(counts, counts) * apart
    total = float(counts.sum())
    expected = float(chance.sum())
    return 1 - (total - 1) * float((found * apart).sum()) / expected if expected else float("nan")
