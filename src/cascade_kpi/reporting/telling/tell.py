"""Tell somebody their total, in sentences."""

from __future__ import annotations

import html
from functools import cached_property
from typing import Any

from attrs import frozen

from cascade_kpi.blending.blend import Blended
from cascade_kpi.blending.blend_stints import BlendedStints
from cascade_kpi.blending.multiply import Multiplied
from cascade_kpi.calibrating.calibrate import Calibrated
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.reporting.telling.chinese import CHINESE
from cascade_kpi.reporting.telling.english import ENGLISH
from cascade_kpi.reporting.telling.language import Language
from cascade_kpi.reporting.telling.statements import Statement
from cascade_kpi.reporting.telling.totals import TotalTeller
from cascade_kpi.scoring.score import Scores

__all__ = ["LANGUAGES", "Told", "tell"]

LANGUAGES = {language.name: language for language in (ENGLISH, CHINESE)}
"""The languages of the library, by name."""

Scored = Scores | StintScores | BlendedStints | Calibrated | Blended | Multiplied


@frozen(eq=False, repr=False)
class Told:
    """A total in sentences. Made by :func:`tell`.

    Attributes
    ----------
    language : Language
    statements : tuple of tuple of Statement
        What is said, paragraph by paragraph, in no language: the total, each part of the
        card in its order, and the end. Numbers are as the stage holds them.
    """

    language: Language
    statements: tuple[tuple[Statement, ...], ...]

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """One text a paragraph."""
        return tuple(
            self.language.gap.join(map(self.language.told, each)) for each in self.statements
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """One text a statement, in order."""
        return tuple(self.language.told(each) for part in self.statements for each in part)

    def text(self) -> str:
        """All of it, one paragraph a line."""
        return "\n".join(self.paragraphs)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Told in {self.language.name!r}: {len(self.sentences)} sentences>"

    def _repr_html_(self) -> str:
        told = "".join(f"<p>{html.escape(each)}</p>" for each in self.paragraphs)
        return f'<div lang="{html.escape(self.language.name)}">{told}</div>'


def tell(
    stage: Scored, node: object, *, period: str | None = None, language: str | Language = "en"
) -> Told:
    """A node's total in sentences, as a manager can read them to the person.

    The total, its grade and how far the next one is; each part of the card in its order,
    with result, target, attainment, the rule in words, and what it contributes; what was
    absent; what gates, vetoes and other adjustments did; and what lost most points.

    Parameters
    ----------
    stage : Scores, StintScores, Calibrated, Blended, BlendedStints or Multiplied
    node : id
    period : str, optional
        Needed where there are several.
    language : str or Language
        ``"en"``, ``"zh"``, or one of your own.

    Returns
    -------
    Told

    Raises
    ------
    InputError
        If there is no such node, period or language, or the stage has no totals to tell.

    Notes
    -----
    Every number is one of those that :func:`explain` tells, or made of them as is said:
    points times effective weight, a value after a rule less that before. Ratings are told
    as far as the audience of the ratings may see them.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "li"], "parent": ["", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 10}, periods="2026")
    >>> results = ck.measure(targets, {"node": ["li"], "kpi": ["sales"], "value": [9]})
    >>> grades = ck.Grades.from_edges({"A": 95, "B": None})
    >>> card = ck.Scorecard([ck.Item("sales")], {"sales": 100}, grades=grades)
    >>> told = ck.tell(ck.score(results, card), "li")
    >>> for sentence in told.sentences[:3]:
    ...     print(sentence)
    The total of li for 2026 is 90.00 points.
    That is grade B.
    Grade A begins at 95.00 points, 5.00 more.
    >>> print(ck.tell(ck.score(results, card), "li", language="zh").sentences[0])
    li在2026期间的总分为90.00分。
    """
    spoken = _language(language)
    made: Any = stage
    while made is not None:
        if not isinstance(made, Scored):
            repair = "pass scores, of nodes or over stints, or what was made of them"
            check([Fault("tell", "not a stage with totals", repair, value=type(made).__name__)])
        made = getattr(made, "scores", None)
    row, p = stage.org.row(node), stage.periods.index(period)
    return Told(spoken, TotalTeller(stage, row, p).statements())


def _language(given: Any) -> Language:
    if isinstance(given, Language):
        return given
    known = LANGUAGES.get(given) if isinstance(given, str) else None
    if known is None:
        repair = f"{suggest(given, tuple(LANGUAGES))}; or pass a Language of your own"
        fault = Fault("tell", "no such language", repair, column="language", value=given)
        check([fault])
        raise AssertionError  # check has raised
    return known
