"""Totals multiplied by their department's coefficient."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import (
    CONTENT,
    FloatArray,
    IntArray,
    fingerprint,
    frozen_array,
    lock,
    refuse_overflow,
)
from cascade_kpi._long import Columns, texts, totals_table
from cascade_kpi.blending.bounds import Between, Bound, Within, bound_faults
from cascade_kpi.blending.coefficients import Coefficients, coefficients_of
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.grades import Grades, codes_of, graded, labels_of
from cascade_kpi.scoring.made_of import MadeOfScores
from cascade_kpi.scoring.standing import Standing, bands_of, behind, not_in_points

__all__ = ["Multiplied", "multiply"]


@frozen(hash=False)
class _Multiplying:
    """What is multiplied by what: what the JSON record of multiplied totals holds."""

    scores: Standing
    coefficients: Coefficients
    within: Bound
    digest: str | None = None

    @classmethod
    def of(cls, stage: Multiplied) -> _Multiplying:
        """The scores and the rules."""
        return cls(stage.scores, stage.coefficients, stage.within, digest_of([stage.total]))

    def make(self) -> Multiplied:
        """The multiplied totals again."""
        stage = multiply(self.scores, self.coefficients, within=self.within)
        check_digest(self.digest, digest_of([stage.total]))
        return stage


@record("cascade_kpi/multiplied", written_as=_Multiplying)
@frozen(hash=False, repr=False)
class Multiplied(MadeOfScores):
    """People's totals times their department's coefficient. Made by :func:`multiply`.

    Attributes
    ----------
    scores : comparing.Standing
        What was multiplied: scores, or blended or calibrated ones.
    coefficients : Coefficients
    within : blending.Bound
        What the product was bounded by.
    total : float64 array (p, n)
        In points, or a pure number with a table for individuals; NaN for who is not
        multiplied, or has no total.
    """

    scores: Standing
    coefficients: Coefficients
    within: Bound
    total: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)

    @property
    def unit(self) -> str:
        """``"points"``; empty for a product of coefficients."""
        return "points" if self.coefficients.individual is None else ""

    @cached_property
    def department(self) -> IntArray:
        """Row of each node's department, int64 (n,), -1 for none."""
        return lock(self.coefficients.department.rows(self.org))

    @cached_property
    def coefficient(self) -> FloatArray:
        """The department's coefficient, float64 (p, n), NaN for who has no total here."""
        codes = _grades_of(self.scores.grade_codes, self.department)
        found = coefficients_of(self.coefficients.grades, self.scores.grades, codes)
        return lock(np.where(np.isnan(self.total), np.nan, found))

    @cached_property
    def base(self) -> FloatArray:
        """What is multiplied, float64 (p, n): the total, or the individual's coefficient."""
        return lock(_base(self.scores, self.coefficients))

    @property
    def grades(self) -> tuple[str, ...]:
        """Grade labels, best first; empty for a product of coefficients."""
        return labels_of(self._bands)

    @cached_property
    def grade_codes(self) -> IntArray:
        """Position of each grade in `grades`, int64 (p, n); -1 where there is none."""
        return codes_of(self._bands, self.total)

    @property
    def _bands(self) -> Grades | None:
        """By which the products are graded; none for those of coefficients."""
        return bands_of(self.scores) if self.coefficients.individual is None else None

    def table(self) -> Columns:
        """The totals as columns: one row a period and node that was multiplied.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``period``; ``own``, its total before, in points; ``department``, its
            id; ``department_grade``; ``coefficient``; with a table for individuals
            ``individual``, their coefficient; ``total``, in its unit; ``grade``, empty where
            there is none. By period, then node.

        Examples
        --------
        See :func:`multiply`.
        """
        shape, scores = self.total.shape, self.scores
        codes = _grades_of(scores.grade_codes, self.department)
        columns: dict[str, Any] = {
            "own": scores.total,
            "department": np.broadcast_to(self.org.ids[self.department], shape),
            "department_grade": graded(scores.grades, codes),
            "coefficient": self.coefficient,
        }
        if self.coefficients.individual is not None:
            columns["individual"] = self.base
        columns["total"] = self.total
        columns["grade"] = graded(self.grades, self.grade_codes)
        table = totals_table(self.org.ids, self.periods.labels, ~np.isnan(self.total), columns)
        named = ("department", "department_grade", "grade")
        return {**table, **{name: texts(table[name]) for name in named}}

    def __repr__(self) -> str:
        there = int(np.count_nonzero(~np.isnan(self.total)))
        by = self.coefficients.department.called
        return f"<Multiplied {there:,} totals by grade of {by} × {self.org!r}>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.scores), hash(self.coefficients), self.total))


def multiply(
    scores: Standing, coefficients: Coefficients, *, within: Bound | None = None
) -> Multiplied:
    """Multiply people's totals by the coefficient of their department's grade.

    Parameters
    ----------
    scores : Scores, or Blended or Calibrated
        With grades, in points. A coefficient is that of the grade that it has: as calibrated,
        if it was.
    coefficients : Coefficients
    within : blending.Bound, optional
        Of the product: ``blending.Between(most=150)``; in points also ``blending.Within(…)``.

    Returns
    -------
    Multiplied

    Raises
    ------
    InputError
        If the coefficients do not fit the tree and the grades; listing every person with a
        total and no department, and every department without a grade.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 100}, periods="2026")
    >>> results = ck.measure(
    ...     targets, {"node": ["a", "b"], "kpi": ["sales", "sales"], "value": [45.0, 60.0]}
    ... )
    >>> grades = ck.Grades.from_edges({"A": 100, "B": None})
    >>> card = ck.Scorecard([ck.Item("sales")], {"sales": 100}, grades=grades)
    >>> by = ck.blending.Coefficients("parent", {"A": 1.25, "B": 1.0})
    >>> multiplied = ck.multiply(ck.score(results, card), by)
    >>> for name, values in multiplied.table().items():
    ...     print(name, values.tolist())
    node ['a', 'b']
    period ['2026', '2026']
    own [90.0, 120.0]
    department ['hq', 'hq']
    department_grade ['A', 'A']
    coefficient [1.25, 1.25]
    total [112.5, 150.0]
    grade ['A', 'A']
    """
    within = Between() if within is None else within
    wrong = not_in_points(scores) or _over_stints(scores)
    wrong += unlike(coefficients, Coefficients, "coefficients", "blending.Coefficients(…)")
    check(wrong + bound_faults("multiply", "within", within))
    if isinstance(within, Within) and coefficients.individual is not None:
        reason, repair = "a product of coefficients is no points", "use blending.Between(…)"
        check([Fault("multiply", reason, repair, column="within", value=within)])
    coefficients.check_against(scores.org, scores.grades)
    base, department = _base(scores, coefficients), coefficients.department.rows(scores.org)
    codes = _grades_of(scores.grade_codes, department)
    check(_without(scores, ~np.isnan(base), department, codes))
    with refuse_overflow("scores"):
        product = base * coefficients_of(coefficients.grades, scores.grades, codes)
        total = within(product, scores.total)
    stage = Multiplied(scores, coefficients, within, lock(total))
    if stage.grades:
        stage.grade_codes  # noqa: B018 - a total outside all bands is refused here
    return stage


def _over_stints(scores: Standing) -> list[Fault]:
    """A fault if people are over stints: their tree has no departments."""
    if not isinstance(behind(scores), StintScores):
        return []
    reason = "they are over stints, and people stand below no department"
    return [Fault("scores", reason, "carry what departments reached by blend_stints(…)")]


def _grades_of(codes: IntArray, department: IntArray) -> IntArray:
    """Grade codes of everybody's department, int64 (p, n); -1 for none."""
    return np.asarray(np.where(department < 0, -1, codes[:, department]))


def _base(scores: Standing, coefficients: Coefficients) -> FloatArray:
    """What is multiplied, float64 (p, n); NaN for who is not."""
    base = scores.total
    if coefficients.individual is not None:
        base = coefficients_of(coefficients.individual, scores.grades, scores.grade_codes)
    return np.where(coefficients.multiplied(scores.org), base, np.nan)


def _without(scores: Standing, due: Any, department: IntArray, codes: IntArray) -> list[Fault]:
    """A fault for each person without a department, and each department without a grade."""
    ids, labels = scores.org.ids, scores.periods.labels
    repair = "place it below one, or name in of=… the kinds that are multiplied"
    alone = np.flatnonzero(due.any(axis=0) & (department < 0)).tolist()
    faults = [Fault("coefficients", "no department above", repair, value=ids[i]) for i in alone]
    repair = "score it, or name a level that is"
    for p, label in enumerate(labels):
        rows = department[due[p] & (department >= 0) & (codes[p] < 0)]
        for row, count in zip(*map(np.ndarray.tolist, np.unique(rows, return_counts=True)),
                              strict=True):  # fmt: skip
            reason = f"no grade in {label}, by which {count:,} are multiplied"
            faults.append(Fault("coefficients", reason, repair, value=ids[row]))
    return faults
