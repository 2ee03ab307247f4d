"""A scoring rule, asked before anybody is scored by it."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from attrs import field, frozen, has

from cascade_kpi._arrays import FloatArray, fingerprint
from cascade_kpi._fields import as_number, as_tuple
from cascade_kpi._long import Columns
from cascade_kpi._text import visible
from cascade_kpi.errors import Fault, a_or_an, check, suggest, unlike
from cascade_kpi.examining import tables
from cascade_kpi.examining.domains import Domain, domain_of
from cascade_kpi.examining.facts import Facts, Posts
from cascade_kpi.examining.findings import RANKS, Finding, ranked, table_of
from cascade_kpi.examining.of_items import of_items
from cascade_kpi.examining.of_people import of_people
from cascade_kpi.examining.of_totals import of_totals
from cascade_kpi.examining.people import People, scale_of
from cascade_kpi.examining.profiles import Profile, profile_of
from cascade_kpi.examining.telling import span
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.records import record
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.block import Rating
from cascade_kpi.scoring.items import Item, Rated
from cascade_kpi.scoring.lawful import odd_items
from cascade_kpi.scoring.score import Scores, score
from cascade_kpi.scoring.scorecard import Scorecard

__all__ = ["Examination", "examine"]

Spans = Mapping[str, tuple[float, float]]


def _spans(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    pairs = {name: as_tuple(span) for name, span in given.items()}
    return {
        name: tuple(map(as_number, span)) if isinstance(span, tuple) else span
        for name, span in pairs.items()
    }


@frozen(hash=False)
class _Examined:
    """What the JSON record of an examination holds."""

    card: Scorecard
    kpis: Kpis
    within: Mapping[str, tuple[float, float]]
    step: float
    scores: Scores | None = None

    @classmethod
    def of(cls, made: Examination) -> _Examined:
        """The card, what it was examined on, and the people."""
        return cls(made.card, made.kpis, made.within, made.step, made.scores)

    def make(self) -> Examination:
        """The examination again, with every check."""
        return _examined(self.card, self.kpis, self.within, self.step, self.scores)


@record("cascade_kpi/examination", written_as=_Examined)
@frozen(hash=False, repr=False)
class Examination:
    """What a scorecard says of itself, and of the people if there are any. Made by :func:`examine`.

    Nothing is stored but what it is made from; everything is computed when it is first
    asked for.

    Attributes
    ----------
    card : Scorecard
    kpis : Kpis
    within : mapping of item to (float, float)
        The attainments that an item is looked at between, where that was stated.
    step : float
        How far a result is pushed, as a part of its target.
    scores : Scores or None
        Those of the people.
    """

    card: Scorecard
    kpis: Kpis
    within: Spans = field(converter=_spans)
    step: float = field(converter=as_number)
    scores: Scores | None = None

    @cached_property
    def facts(self) -> Facts:
        """What is known of the card by itself, post by post."""
        if self.scores is None:
            posts = Posts.of_card(self.card)
        else:
            posts = Posts.of_people(self.scores.kernel.sources)
        outline = self.card.outline
        profiles = {i: self._profile(outline.parts[i]) for i in outline.items}
        return Facts(self.card, self.kpis, posts, profiles)

    def _profile(self, item: Any) -> Profile:
        low, high = self.within.get(item.name, (-math.inf, math.inf))
        domain = self.domain(item).within(low, high)
        known = isinstance(item, Item | Rated)
        return profile_of(item.curve, domain) if known else Profile(domain)

    def domain(self, item: Any) -> Domain:
        """At which attainments an item of the card may be read, without what was stated."""
        if isinstance(item, Item):
            return domain_of(item.attainment, self.kpis[item.kpi])
        if isinstance(item, Rated):
            ratings = None if self.scores is None else self.scores.ratings
            return Domain(*scale_of(ratings, item.question))
        return Domain()

    @cached_property
    def people(self) -> People | None:
        """What it does among the people; None without any."""
        return None if self.scores is None else People(self.facts, self.scores, self.step)

    @property
    def posts(self) -> tuple[str, ...]:
        """The posts, which differ by their weights."""
        return self.facts.posts.names

    def profile(self, item: str) -> Profile:
        """What is known of the points of an item over its attainments.

        Raises
        ------
        InputError
            If there is no such part, or it is no item.
        """
        i = self.card.outline.position(item)
        if i not in self.facts.profiles:
            names = [self.card.outline.names[j] for j in self.facts.profiles]
            check([Fault("examination", "not an item", suggest(item, names), value=item)])
        return self.facts.profiles[i]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, the gravest first, and within a rank what costs most."""
        found = [*of_totals(self.facts), *of_items(self.facts)]
        if self.people is not None:
            found += of_people(self.people)
        return ranked(found)

    def table(self) -> Columns:
        """The findings as columns, in their order.

        Returns
        -------
        dict of str to array (m,)
            ``kind``, ``rank``, ``part``, ``post``; ``begin`` and ``end`` of the place, in
            attainment, of grades in points; ``size`` in points of the total; ``words``,
            ``repair``. NaN where there is no place, no end or no size; `findings` tell these
            apart.
        """
        return table_of(self.findings)

    def items(self) -> Columns:
        """Every item as columns, in the order of the card.

        Returns
        -------
        dict of str to array (m,)
            ``item``; ``low`` and ``high``, the attainments that it may be read at; ``least``
            and ``most``, in points; ``monotone`` and ``continuous``, verdicts; ``jumps`` and
            ``dead_zones``, counts; ``worth``, the nominal weight where it is greatest.
        """
        return tables.items(self.facts)

    def bounds(self) -> Columns:
        """Bounds of every part as columns: one row a post and part on its card.

        Returns
        -------
        dict of str to array (m,)
            ``post``, ``part``; in points ``low`` and ``high`` with whatever absent, and
            ``low_reported`` and ``high_reported`` with everything reported; ``reached``:
            "both", "low", "high" or "neither" of the first two.
        """
        return tables.bounds(self.facts)

    def verdicts(self) -> Columns:
        """Totals as columns: one row a post.

        Returns
        -------
        dict of str to array (m,)
            ``post``; ``monotone``, ``continuous``, ``bounded``: verdicts.
        """
        return tables.verdicts(self.facts)

    def grades(self) -> Columns:
        """Grades as columns: one row a post and grade, best first.

        Returns
        -------
        dict of str to array (m,)
            ``post``, ``grade``; verdicts: ``reached`` with whatever absent, and ``reported``,
            with everything reported.
        """
        return tables.grades(self.facts)

    def jumps(self) -> Columns:
        """Jumps of the items as columns: one row a jump, by item, then attainment.

        Returns
        -------
        dict of str to array (m,)
            ``item``, ``attainment``; points ``before``, ``at`` and ``after``; ``size`` in
            points of the total, where the item's worth is greatest.
        """
        return tables.jumps(self.facts)

    def dead_zones(self) -> Columns:
        """Dead zones of the items as columns, by item, then attainment.

        Returns
        -------
        dict of str to array (m,)
            ``item``, ``begin`` and ``end`` in attainment, ``points``.
        """
        return tables.dead_zones(self.facts)

    def in_units(self, item: str, target: float, **columns: float) -> Columns:
        """Where the curve of an item changes, for one target, in the unit of its KPI.

        Parameters
        ----------
        item : str
        target : float
            In KPI units.
        **columns : float
            Numbers in the columns that the attainment needs.

        Returns
        -------
        dict of str to array (m,)
            ``attainment``, ``result`` at which it is attained, ``other``, a second such
            result if there is one, NaN else; ``points``.

        Raises
        ------
        InputError
            If it is not an item of a KPI whose attainment can be taken back into KPI units.
        """
        i = self.card.outline.position(item)
        return tables.in_units(self.facts, i, target, columns)

    def influence(self) -> Columns:
        """Influence beside weight as columns: one row a period, post and part, then the rest.

        Returns
        -------
        dict of str to array (m,)
            ``period``, ``post``, ``part``; ``people`` who have a total; ``weight``, nominal, 0
            to 1; ``share`` of the variance of totals, NaN where that is not additive;
            ``correlation`` of points and totals, and ``squared``.

        Raises
        ------
        InputError
            If there are no people.
        """
        return tables.influence(self._known())

    def pushes(self) -> Columns:
        """What a push pays, as columns: one row a period, post and KPI or question.

        Returns
        -------
        dict of str to array (m,)
            ``period``, ``post``, ``name``; ``people`` who have a total; ``mean_gain`` and
            ``most_gain`` in points; ``crossing`` a jump and ``raised`` in grade, counts;
            ``node``, whom it pays most.

        Raises
        ------
        InputError
            If there are no people.
        """
        return tables.pushes(self._known())

    def gains(self, name: str) -> FloatArray:
        """What a push of a KPI, or of a question, adds to everybody's total, float64 (p, n).

        In points; NaN where there is no total.

        Raises
        ------
        InputError
            If there are no people, or the card does not read it.
        """
        people = self._known()
        if name not in people.names:
            check([Fault("examination", "not read by the card", suggest(name, people.names),
                         value=name)])  # fmt: skip
        return people.gains[name]

    def _known(self) -> People:
        if self.people is None:
            repair = "examine(card, results), or .on(results)"
            check([Fault("examination", "there are no people", repair)])
            raise AssertionError  # check has raised
        return self.people

    def on(self, results: Results | Scores, *, ratings: Rating | None = None) -> Examination:
        """The same card, examined on people as well.

        Raises
        ------
        InputError
            If the card does not fit the results, or the scores are by another one.
        """
        return examine(self.card, results, ratings=ratings, within=self.within, step=self.step)

    def __repr__(self) -> str:
        about = f"{len(self.posts):,} post{'' if len(self.posts) == 1 else 's'}"
        lines = [f"<Examination of {self.card.outline.names[0]}, {about}>"]
        for g, post in enumerate(self.posts):
            facts = self.facts
            words = f"monotone {facts.monotone(g)}, continuous {facts.continuous(g)}"
            lines.append(f"  {post}: {words}, {facts.bounds[g][0][1].words} points")
        counts = [(rank, sum(each.rank == rank for each in self.findings)) for rank in RANKS]
        told = ", ".join(f"{n} {rank}" for rank, n in counts if n)
        lines.append(f"  findings: {told or 'none'}")
        lines += [f"  - {finding}" for finding in self.findings[:_SHOWN]]
        return "\n".join(map(visible, lines))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __hash__(self) -> int:
        parts = hash(self.card), hash(self.kpis), self.step, sorted(self.within.items())
        return fingerprint((*parts, self.scores is None or hash(self.scores), "examination"))


_SHOWN = 5  # findings that a repr tells


def examine(
    card: Scorecard,
    of: Kpis | Iterable[Kpi] | Results | Scores,
    *,
    ratings: Rating | None = None,
    within: Spans | None = None,
    step: float = 0.01,
) -> Examination:
    """Ask a scorecard what it does: its bounds, jumps, dead zones, idle weights, grades.

    Parameters
    ----------
    card : Scorecard
    of : Kpis, or Results, or Scores
        The KPIs that the card reads; with results, or scores, the people are looked at as well:
        influence beside weight, and where a small push pays.
    ratings : optional
        What several raters agreed on, for items that are :class:`Rated`.
    within : mapping of item to (float, float), optional
        The least and the greatest attainment that an item is looked at; everything is then
        said of attainments between them.
    step : float
        How far a result is pushed, as a part of its target: 0.01 is one per cent.

    Returns
    -------
    Examination

    Raises
    ------
    InputError
        If the card does not fit the KPIs or the results; listing rules that do not answer as
        rules must, stated attainments of what is
        no item, those that are no two numbers in order, and those at which an item is never read.

    Notes
    -----
    Everything that needs nobody follows from the shapes of the curves and the form of the rules;
    what is not proved is said to be not known. Influence is the share of a part in the variance of
    totals: A. F. Shorrocks, "Inequality decomposition by factor components", *Econometrica* 50
    (1982) 193–211; beside its weight, as P. Paruolo, M. Saisana and A. Saltelli, "Ratings and
    rankings: voodoo or science?", *Journal of the Royal Statistical Society* A 176 (2013) 609–634.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> curve = ck.curves.Steps([(0.8, 60), (1.0, 100)])
    >>> card = ck.Scorecard([ck.Item("sales", curve)], {"sales": 100})
    >>> found = ck.examine(card, [ck.Kpi("sales", "CNY")])
    >>> found.jumps()["attainment"], found.jumps()["size"]
    (array([0.8, 1. ]), array([60., 40.]))
    >>> print(found.findings[0])
    jump, sales of everybody (60 points): points jump at 0.8 (0 → 60), 1 (60 → 100); join ...
    """
    wrong = unlike(card, Scorecard, "scorecard", "Scorecard(…)")
    check(wrong)
    if isinstance(of, Results):
        of = score(of, card, ratings=ratings)
    elif ratings is not None:
        repair = "give the results that they go with"
        check([Fault("examine", "ratings without results", repair, column="ratings")])
    spans = {} if within is None else within
    if isinstance(of, Scores):
        return _examined(card, of.kpis, spans, step, of)
    if not isinstance(of, Kpis) and has(type(of)):  # another stage of the library
        reason = f"neither KPIs nor results: {a_or_an(type(of).__name__)}"
        repair = "give KPIs, or results or scores to look at the people as well"
        check([Fault("examine", reason, repair, column="of")])
    return _examined(card, Kpis.of(of), spans, step, None)


def _examined(
    card: Scorecard, kpis: Kpis, within: Spans, step: float, scores: Scores | None
) -> Examination:
    made = Examination(card, kpis, within, step, scores)
    faults = card.unknown(kpis) + _not_spans(card, made.within)
    if not faults:  # in the order in which one is looked at by the next
        faults = odd_items(card, kpis) or _not_read(made) or made.facts.odd
    if not isinstance(made.step, float) or not 0 < made.step <= 1:
        repair = "give a part of the target: 0.01 is one per cent"
        reason = "not a number above 0, up to 1"
        faults.append(Fault("examine", reason, repair, column="step", value=step))
    if scores is not None and scores.scorecard != card:
        reason, repair = "the scores are by another card", "pass the results instead"
        faults.append(Fault("examine", reason, repair, column="of"))
    check(faults)
    return made


def _not_read(made: Examination) -> list[Fault]:
    """Stated attainments that an item never comes to, or has no points at."""
    faults = []
    for item in made.card.items:
        whole = made.domain(item)
        if not whole.low <= whole.high:
            reason = f"the span of its attainment goes from {whole.low:g} to {whole.high:g}"
            repair = "let span answer the least and the greatest attainment"
            faults.append(Fault("scorecard", reason, repair, column=item.name))
        if item.name not in made.within:
            continue
        low, high = made.within[item.name]
        both = whole.within(low, high)
        reason = ""
        if both.low > both.high:
            reason = f"{item.name} is only read {span(whole.low, whole.high)}"
        elif isinstance(item, Item | Rated):
            ends = np.array([end for end in (both.low, both.high) if math.isfinite(end)])
            with np.errstate(all="ignore"):
                large = np.isinf(item.curve(ends)).any()
            reason = f"{item.name} has points there that are too large for a float" if large else ""
        if reason:
            repair = "give a range that it is read in"
            faults.append(Fault("examine", reason, repair, column="within", value=(low, high)))
    return faults


def _not_spans(card: Scorecard, within: Any) -> list[Fault]:
    if not isinstance(within, Mapping):
        repair = "give each item its least and greatest attainment"
        return [Fault("examine", "not a mapping", repair, column="within", value=within)]
    names, faults = [item.name for item in card.items], []
    for name, given in within.items():
        if name not in names:
            repair = suggest(name, names)
            faults.append(Fault("examine", "not an item of the card", repair, column="within",
                                value=name))  # fmt: skip
        two = isinstance(given, tuple) and len(given) == 2
        if not two or not all(isinstance(each, float) for each in given) or not given[0] < given[1]:
            reason, repair = f"{name}: not two numbers in order", "give (least, greatest)"
            faults.append(Fault("examine", reason, repair, column="within", value=given))
    return faults
