"""Laws of pay."""

from __future__ import annotations

import numpy as np

from cascade_kpi._answers import ask
from cascade_kpi._arrays import FloatArray
from cascade_kpi.comparing.pay import Pay, try_pay
from cascade_kpi.testing.laws import elementwise, law, laws

__all__ = ["check_pay"]


@laws
def check_pay(pay: Pay, grades: tuple[str, ...] = ("A", "B", "C")) -> FloatArray:
    """Pay is elementwise, pure and finite, has a unit, and says what it cannot pay by.

    Parameters
    ----------
    pay : Pay
    grades : tuple of str
        Grades that it pays, best first.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_pay(ck.PayPerGrade({"A": 2, "B": 1, "C": 0}))
    """
    law(isinstance(pay.columns, tuple), f"its columns are {pay.columns!r}, no tuple")
    law(isinstance(pay.words(), str) and pay.words(), "it has no words")
    law(pay.unit.strip() and pay.decimals >= 0, "it has no unit, or decimals below zero")
    law(pay.misfits(grades) == [], f"it does not pay the grades {', '.join(grades)}")
    try_pay(pay, grades)
    total = np.array([90.0, 75.5, 60.0, 0.0, -5.0, 130.0, np.nan, 75.5])
    codes = np.array([0.0, 1.0, 2.0, 2.0, 2.0, 0.0, -1.0, 1.0])
    cells = [np.linspace(1e4, 9e4, 8) + i for i in range(len(pay.columns))]

    def paid(points: FloatArray, places: FloatArray, *columns: FloatArray) -> FloatArray:
        return pay(points, places.astype(np.int64), grades, *columns)

    answer = elementwise("it", paid, total, codes, *cells)
    for i in range(len(cells)):
        blank = [np.full(8, np.nan) if j == i else each for j, each in enumerate(cells)]
        told = ask("it", paid, total, codes, *blank)
        law(np.isnan(told[~np.isnan(answer)]), f"it pays something where {pay.columns[i]} is blank")
    return answer
