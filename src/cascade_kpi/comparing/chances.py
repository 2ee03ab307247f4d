"""How sure a grade is, if what it is made from is measured with errors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray, fingerprint, frozen_array, lock
from cascade_kpi._fields import not_whole
from cascade_kpi._long import Columns, texts, totals_table
from cascade_kpi.comparing.errors import Draw, MeasurementError, as_errors, misplaced
from cascade_kpi.errors import Fault, check, wants
from cascade_kpi.periods import Periods
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.scoring.block import Supposed
from cascade_kpi.scoring.grades import graded
from cascade_kpi.scoring.score import Scores

__all__ = ["GradeChances", "grade_chances"]

_MOST = 10_000_000
_SEEDS = 2**63 - 1


def _frozen(errors: Mapping[str, MeasurementError]) -> Mapping[str, MeasurementError]:
    return MappingProxyType(dict(errors))


@frozen(hash=False)
class _Chances:
    """What is drawn, and how often: what the JSON record holds."""

    scores: Scores
    errors: Mapping[str, MeasurementError] = field(converter=_frozen)
    draws: int
    seed: int
    digest: str | None = None

    @classmethod
    def of(cls, made: GradeChances) -> _Chances:
        """The scores and the errors."""
        digest = digest_of([made.counts.astype(np.float64)])
        return cls(made.scores, made.errors, made.draws, made.seed, digest)

    def make(self) -> GradeChances:
        """The chances again."""
        made = grade_chances(self.scores, self.errors, draws=self.draws, seed=self.seed)
        check_digest(self.digest, digest_of([made.counts.astype(np.float64)]))
        return made


@record("cascade_kpi/grade_chances", written_as=_Chances)
@frozen(hash=False, repr=False)
class GradeChances:
    """How often each grade was drawn for everybody. Made by :func:`grade_chances`.

    Attributes
    ----------
    scores : Scores
    errors : mapping
        Name of what is measured to its MeasurementError.
    draws : int
    seed : int
    counts : int64 array (p, grades + 1, n)
        Draws in which everybody had each grade, best first; the last is no grade, which is
        no total or one outside all bands.
    """

    scores: Scores
    errors: Mapping[str, MeasurementError] = field(converter=_frozen)
    draws: int
    seed: int
    counts: IntArray = field(eq=CONTENT, converter=frozen_array)

    @property
    def periods(self) -> Periods:
        """The periods."""
        return self.scores.periods

    @cached_property
    def chance(self) -> FloatArray:
        """The chance of each grade, float64 (p, grades, n), 0 to 1; NaN for who has no grade."""
        shares = self.counts[:, :-1] / self.draws
        return lock(np.where(self.scores.grade_codes[:, None] < 0, np.nan, shares))

    @cached_property
    def error(self) -> FloatArray:
        """The standard error of each chance for want of draws, float64 (p, grades, n).

        √(c(1 − c) ÷ draws) of a chance c.
        """
        return lock(np.sqrt(self.chance * (1.0 - self.chance) / self.draws))

    @cached_property
    def shown(self) -> FloatArray:
        """The chance that the grade that is shown is the true one, float64 (p, n), 0 to 1.

        NaN where there is no grade, as in `error`.
        """
        codes = np.maximum(self.scores.grade_codes, 0)
        return lock(np.take_along_axis(self.chance, codes[:, None], axis=1)[:, 0])

    def of(self, node: object, period: str | None = None) -> dict[str, float]:
        """The chance of each grade of a node, 0 to 1, best first; NaN where it has no grade.

        Raises
        ------
        InputError
            If there is no such node or period.
        """
        p, row = self.scores.periods.index(period), self.scores.org.row(node)
        return dict(zip(self.scores.grades, self.chance[p, :, row].tolist(), strict=True))

    def table(self) -> Columns:
        """Everybody who has a grade as columns, by period and node.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``period``, ``total``, ``grade``; ``shown``, the chance that it is the true
            one, and ``error``, the standard error of that for want of draws; for each grade
            ``chance of`` it.
        """
        scores = self.scores
        grade = graded(scores.grades, scores.grade_codes)
        columns: dict[str, Any] = {"total": scores.total, "grade": grade, "shown": self.shown}
        columns["error"] = np.sqrt(self.shown * (1.0 - self.shown) / self.draws)
        for g, label in enumerate(scores.grades):
            columns[f"chance of {label}"] = self.chance[:, g]
        says = scores.grade_codes >= 0
        table = totals_table(scores.org.ids, scores.periods.labels, says, columns)
        return {**table, "grade": texts(table["grade"])}

    def __repr__(self) -> str:
        there = int((self.scores.grade_codes >= 0).sum())
        text = f"<GradeChances of {there:,} grades by {self.draws:,} draws, seed {self.seed}"
        if not there:
            return f"{text}>"
        return f"{text}: on average {float(np.nanmean(self.shown)):.1%} are the true ones>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.scores), self.draws, self.seed, self.counts))


def grade_chances(
    scores: Scores,
    errors: Mapping[str, MeasurementError | float],
    *,
    draws: int = 2_000,
    seed: int = 0,
) -> GradeChances:
    """The chance of each grade, if what was measured has errors.

    Everybody is scored as often as there are draws, by the same card with all its gates,
    curves and jumps, on results to which a normal error is added. Errors of different people
    and of different measurements are independent.

    Parameters
    ----------
    scores : Scores
        With grades.
    errors : mapping
        Name of a KPI or question to the standard error of its results, in its unit or on its
        scale, or to an `OfResult`; name of an item to an `OfPoints`, in points.
    draws : int
    seed : int
        The same seed gives the same bits.

    Returns
    -------
    GradeChances

    Raises
    ------
    InputError
        If the scores have no grades; listing errors of what the card does not read, and those
        that are no standard errors.

    References
    ----------
    F. M. Lord and M. R. Novick, *Statistical Theories of Mental Test Scores*, 1968;
    S. A. Livingston and C. Lewis, "Estimating the consistency and accuracy of classifications
    based on test scores", *Journal of Educational Measurement* 32 (1995).

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 200}, periods="2026")
    >>> sold = {"node": ["a", "b"], "kpi": ["sales"] * 2, "value": [91, 97]}
    >>> grades = ck.Grades.from_edges({"A": 90, "B": None})
    >>> card = ck.Scorecard([ck.Item("sales")], {"sales": 100}, grades=grades)
    >>> chances = ck.grade_chances(ck.score(ck.measure(targets, sold), card), {"sales": 3})
    >>> round(chances.of("a")["A"], 1), round(chances.of("b")["A"], 1)
    (0.6, 1.0)
    """
    wants(scores, Scores, "scores", "score(…)")
    given = as_errors(errors)
    faults = misplaced(scores, given)
    if not scores.grades:
        faults.append(Fault("scores", "the scores have no grades", "give the scorecard grades"))
    faults += not_whole("chances", 1, _MOST, draws=draws)
    faults += not_whole("chances", 0, _SEEDS, seed=seed)
    check(faults)
    periods, people = scores.total.shape
    counts = np.zeros((periods, len(scores.grades) + 1, people), dtype=np.int64)
    for p in range(periods):
        for number in range(draws):
            _count(scores, p, Draw.of(scores, given, seed, (p, number)), counts[p])
    return GradeChances(scores, given, draws, seed, lock(counts))


def _count(scores: Scores, p: int, draw: Draw, counts: IntArray) -> None:
    """Add one to the grade that everybody has in a draw."""
    bands = scores.scorecard.grades
    assert bands is not None  # noqa: S101 - refused before
    supposed, last = Supposed(errors=draw), len(bands.labels)
    for nodes in scores.kernel.blocks():
        totals = scores.kernel.value(0, p, nodes, supposed)
        code = bands.places(totals)
        code = np.where((code < 0) | np.isnan(totals), last, code)
        counts[code, np.arange(nodes.start, nodes.stop)] += 1
