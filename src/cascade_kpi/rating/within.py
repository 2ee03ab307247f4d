"""Agreement within the ratings of one node."""

from __future__ import annotations

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import check, unlike
from cascade_kpi.rating.ratings import Ratings
from cascade_kpi.rating.sums import sums_by

__all__ = ["rwg"]


def rwg(ratings: Ratings, item: str | None = None) -> FloatArray:
    """How far the raters of each node agree on an item, float64 (p, n).

    1 − s²/σ², where s² is the variance of a node's ratings and σ² that of ratings that fall
    on all steps of the scale alike: 1 where all agree, 0 as by chance, below where they
    are further apart. NaN with fewer than two ratings.

    Parameters
    ----------
    ratings : Ratings
        Of one relation, say: ``ratings.only(relation="peer")``.
    item : str, optional

    Raises
    ------
    InputError
        If there is no such item.

    Notes
    -----
    L. R. James, R. G. Demaree and G. Wolf, "Estimating within-group interrater reliability
    with and without response bias", *Journal of Applied Psychology* 69 (1984) 85–98.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a"], "parent": ["", "hq"]})
    >>> table = {"node": ["a", "a"], "rater": ["x", "y"], "relation": ["customer"] * 2}
    >>> table |= {"item": ["service"] * 2, "value": [3, 4]}
    >>> scale = ck.rating.Scale(1, 5)
    >>> ratings = ck.Ratings.from_table(table, org, scale=scale, outside=["customer"], periods="1")
    >>> ck.rating.rwg(ratings).tolist()
    [[nan, 0.75]]
    """
    check(unlike(ratings, Ratings, "ratings", "Ratings.from_table(…)"))
    rows, i, n = ratings.rows, ratings.item(item), len(ratings.org)
    at = np.flatnonzero((rows.item == i) & ~np.isnan(rows.value))
    size = len(ratings.periods) * n
    cell, values = rows.period[at] * n + rows.node[at], rows.value[at]
    counts = np.bincount(cell, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums_by(cell, values, size) / counts
        far = sums_by(cell, (values - means[cell]) ** 2, size)
        variance = np.where(counts > 1, far / (counts - 1), np.nan)
    agreed: FloatArray = 1 - variance / ratings.survey.scales[i].chance
    return agreed.reshape(len(ratings.periods), n)
