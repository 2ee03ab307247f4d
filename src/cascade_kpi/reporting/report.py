"""Reports of any stage."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import field, frozen

from cascade_kpi.agreements.performance_plan import PerformancePlan
from cascade_kpi.alignment.align import Alignment
from cascade_kpi.alignment.audit import Audit
from cascade_kpi.blending.blend_stints import BlendedStints
from cascade_kpi.changing.attribute import Attribution
from cascade_kpi.changing.changes import Changes
from cascade_kpi.drivers.derive import Derived
from cascade_kpi.drivers.translate import Translation
from cascade_kpi.errors import Fault, check, unlike
from cascade_kpi.exposing.score_stints import StintScores
from cascade_kpi.moving.credited import Credited
from cascade_kpi.moving.moved import Moved
from cascade_kpi.reporting.agreed import plan_page
from cascade_kpi.reporting.aligned import alignment_page, audited, focus_row
from cascade_kpi.reporting.derived import derived_page
from cascade_kpi.reporting.elements import el, render
from cascade_kpi.reporting.exposed import exposed_page
from cascade_kpi.reporting.layers import Layers, Stage
from cascade_kpi.reporting.lights import Lights
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.moves import moves_page
from cascade_kpi.reporting.of_everybody import OF_EVERYBODY, ToldOfEverybody
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.standalone import STANDALONE, ToldWhole
from cascade_kpi.reporting.translated import translated_page
from cascade_kpi.reporting.view import View

__all__ = ["Report", "report"]

Reported = (
    Stage
    | Moved
    | Credited
    | Alignment
    | Audit
    | PerformancePlan
    | Derived
    | Translation
    | StintScores
    | BlendedStints
    | ToldOfEverybody
    | ToldWhole
)


@frozen
class Report:
    """A stage as people read it. Made by :func:`report`.

    Attributes
    ----------
    stage : Targets, Results, Scores, Gaps, Plan, Fairness, Changes, Attribution, Reconciliation, \
Negotiation, Moved, Credited, Alignment, Audit, PerformancePlan, Derived, Translation, Fitted, \
Apportionment, fitting.Rounded, Leniency, Examination, StintScores, BlendedStints, Comparison, \
Calibrated, GradeChances, Tipping or Sweep
    title : str
    focus : id
        The node that the report is about, with all below it; None for a whole alignment.
    period : str
        Empty for an alignment.
    lights : Lights
    limits : Limits
    drivers : Derived or None
        The driver tree that is drawn.
    """

    stage: Reported = field(repr=False)
    title: str
    focus: object
    period: str
    lights: Lights
    limits: Limits
    drivers: Derived | None = field(default=None, repr=False)

    @cached_property
    def _page(self) -> Page:
        if isinstance(self.stage, Alignment | Audit):
            row = focus_row(audited(self.stage)[0], self.focus, None)
            return alignment_page(self.stage, row, self.limits, self.title)
        if isinstance(self.stage, PerformancePlan):
            return plan_page(self.stage, self.title)
        if isinstance(self.stage, Moved | Credited):
            before = _moved(self.stage).of_before
            at = before.org.row(self.focus), before.periods.index(self.period)
            return moves_page(self.stage, *at, self.limits, self.title)
        if isinstance(self.stage, Translation):
            return translated_page(self.stage, self.title)
        if isinstance(self.stage, Derived):
            row = self.stage.org.row(self.focus)
            p = self.stage.periods.index(self.period)
            return derived_page(
                self.stage, row, p, lights=self.lights, limits=self.limits, title=self.title
            )
        if isinstance(self.stage, ToldWhole):
            return STANDALONE[type(self.stage)].page(self.stage, self.limits, self.title)
        if isinstance(self.stage, ToldOfEverybody):
            p = self.stage.periods.index(self.period)
            return OF_EVERYBODY[type(self.stage)].page(self.stage, p, self.limits, self.title)
        if isinstance(self.stage, StintScores | BlendedStints):
            person = None if self.focus is None else self.stage.org.row(self.focus)
            p = self.stage.periods.index(self.period)
            return exposed_page(self.stage, person, p, self.limits, self.title)
        layers = Layers.of(self.stage)
        row = layers.targets.org.row(self.focus)
        p = layers.targets.periods.index(self.period)
        view = View.of(layers, row, p, self.lights, self.limits)
        return Page.of(view, self.title, self.drivers)

    def html(self) -> str:
        """One self-contained page: no script, nothing loaded from a network."""
        return self._page.html()

    def markdown(self) -> str:
        """The same content as Markdown with GitHub's tables."""
        return self._page.markdown()

    def save(self, path: str | Path) -> Path:
        """Write the report as UTF-8 and answer where it is.

        Parameters
        ----------
        path : str or Path
            Ending in ``.html`` or ``.md``, which says what is written.

        Raises
        ------
        InputError
            For any other ending.
        """
        if not isinstance(path, str | Path):
            check([Fault("report", "not a path", "pass text or a Path", value=path)])
        target = Path(path)
        writers = {".html": self.html, ".md": self.markdown}
        writer = writers.get(target.suffix.lower())
        if writer is None:
            repair = "end it in .html or .md"
            check([Fault("report", "no such kind of report", repair, value=str(path))])
            raise AssertionError  # check has raised
        if not target.parent.is_dir():
            repair = "make it first, or save elsewhere"
            check([Fault("report", "no such folder", repair, value=str(target.parent))])
        target.write_text(writer(), encoding="utf-8", newline="\n")
        return target

    def _repr_html_(self) -> str:
        # A frame keeps the page's style sheet away from the notebook's own, and runs nothing.
        frame = el(
            "iframe",
            srcdoc=self.html(),
            sandbox="",
            title=self.title,
            style="width:100%;height:40rem;border:0",
        )
        return render(frame)


def report(
    stage: Reported,
    *,
    title: str | None = None,
    focus: object = None,
    period: str | None = None,
    lights: Lights | None = None,
    limits: Limits | None = None,
    drivers: Derived | None = None,
) -> Report:
    """A report of a stage and of all that it was made from.

    Its sections appear as far as the stage knows them: targets; then results
    with traffic lights and coverage; scores with grades; gaps with their
    waterfalls; the plan. Of fairness, of changes and of a reconciliation: their
    own section, and the (later, agreed) targets. Moved targets have a page of their own:
    timelines, pieces, who carries what, the sums; credited results have that page with results.
    A negotiation has a page of where its targets stand and of its rounds.
    An alignment has sections of its own: the strategy map,
    coverage, what plans serve, findings; so has a performance plan, leniency, a rule check, and a
    table that was made by ``fitting``: what it was made of, and its margins. Of derived
    values and of a translation: the driver tree, drawn, and what belongs to it. Of a comparison:
    places before and after, grades, groups and costs. Of a calibration: grades pool by pool,
    quotas, and who was moved. Of chances of grades and tipping weights: whose grade is least
    sure, or nearest to another. Of a sweep: ranges of totals and places, and how many change
    grade. Of scores over stints: totals, and the
    stints that they are made of, of everybody or of the person in focus.

    Parameters
    ----------
    stage : Targets, Results, Scores, Gaps, Plan, Fairness, Changes, Attribution, Reconciliation, \
Negotiation, Moved, Credited, Alignment, Audit, PerformancePlan, Derived, Translation, Fitted, \
Apportionment, fitting.Rounded, Leniency, Examination, StintScores, BlendedStints, Comparison, \
Calibrated, GradeChances, Tipping or Sweep
    title : str, optional
        By default the name of the node in focus and the period, or of phased targets the
        longer period that they are of.
    focus : id, optional
        The node that the report is about; the (first) root by default. Of an alignment, the
        goals of its subtree and all that they serve; everything by default.
    period : str, optional
        The period that it is about; the plan's, or else the last, by default. Not asked of
        an alignment.
    lights : Lights, optional
        From which attainment on a light is green or amber.
    limits : Limits, optional
        How much is shown before the report says what it leaves out.
    drivers : Derived, optional
        A driver tree to draw, derived from the results or targets of the report.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        If `stage` is not a stage, there is no such node or period, or `drivers` are of other
        results.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> targets = ck.cascade(org, [ck.Kpi("sales", "CNY")], {"sales": 100}, periods="2026")
    >>> results = ck.measure(
    ...     targets, {"node": ["a", "b"], "kpi": ["sales", "sales"], "value": [40.0, 52.0]}
    ... )
    >>> shown = report(results)
    >>> shown
    Report(title='hq, 2026', focus='hq', period='2026', ...)
    >>> print(shown.markdown()[:88])
    # hq, 2026
    <BLANKLINE>
    hq · 2026 · 3 units and people · 2 levels
    <BLANKLINE>
    ## Summary
    <BLANKLINE>
    0 of 1 KPI on target.
    >>> shown.save("report.html").name
    'report.html'
    """
    lights = Lights() if lights is None else lights
    limits = Limits() if limits is None else limits
    wrong = unlike(lights, Lights, "lights", "Lights(…)")
    check(wrong + unlike(limits, Limits, "limits", "Limits(…)"))
    if isinstance(stage, Alignment | Audit):
        return _of_alignment(stage, title, focus, period, lights, limits)
    if isinstance(stage, PerformancePlan):
        return _of_plan(stage, title, focus, period, lights, limits)
    if isinstance(stage, ToldWhole):
        return _of_whole(stage, title, focus, period, lights, limits)
    if isinstance(stage, ToldOfEverybody):
        return _of_everybody(stage, title, focus, period, lights, limits)
    if isinstance(stage, StintScores | BlendedStints):
        return _of_stints(stage, title, focus, period, lights, limits)
    if isinstance(stage, Translation):
        return _of_translation(stage, title, focus, period, lights, limits)
    if isinstance(stage, Derived):
        return _of_derived(stage, title, focus, period, lights, limits)
    layers = Layers.of(_moved(stage).of_before if isinstance(stage, Moved | Credited) else stage)
    org, periods = layers.targets.org, layers.targets.periods
    row = 0 if focus is None else org.row(focus)
    if period is None:
        period = periods.labels[-1] if layers.plan is None else layers.plan.period
    periods.index(period)
    if drivers is not None and isinstance(stage, Moved | Credited):
        check([Fault("drivers", "not drawn on a page of moves", "report the targets of a day")])
    if drivers is not None:
        _check_drivers(drivers, layers)
    return Report(
        stage,
        str(title) if title is not None else _title(layers, row, period, stage),
        org.ids[row : row + 1].tolist()[0],
        period,
        lights,
        limits,
        drivers,
    )


def _moved(stage: Moved | Credited) -> Moved:
    return stage.moved if isinstance(stage, Credited) else stage


def _title(layers: Layers, row: int, period: str, stage: object) -> str:
    """The node and its period; of phased targets by themselves the whole that they are of."""
    targets, span = layers.targets, None
    if layers.results is None and not isinstance(stage, Moved | Credited | Changes | Attribution):
        span = layers.span(targets.periods.index(period))
    return f"{targets.org.labels[row]}, {period if span is None else span.label}"


def _check_drivers(drivers: Derived, layers: Layers) -> None:
    """Refuse a driver tree that is not of what the report is about."""
    check(unlike(drivers, Derived, "drivers", "derive(…)"))
    known = [stage for stage in (layers.results, layers.targets) if stage is not None]
    if not any(drivers.stage is stage or drivers.stage == stage for stage in known):
        reason = "of other results than the report"
        check([Fault("drivers", reason, "derive them from the report's results or targets")])


def _of_derived(
    derived: Derived, title: str | None, focus: object, period: str | None, *options: Any
) -> Report:
    """Derived values: of a node, the root by default, in a period, the last by default."""
    org, labels = derived.org, derived.periods.labels
    row = 0 if focus is None else org.row(focus)
    label = labels[-1 if period is None else derived.periods.index(period)]
    told = f"{org.labels[row]}, {label}" if title is None else str(title)
    return Report(derived, told, org.ids[row : row + 1].tolist()[0], label, *options)


def _of_translation(
    made: Translation, title: str | None, focus: object, period: object, *options: Any
) -> Report:
    """A translation is of one node and one period, if of any."""
    _not_asked("the translation has its own", focus=focus, period=period)
    node, label = made.place or (None, "")
    told = f"Goals for the drivers of {', '.join(made.stated)}" if title is None else str(title)
    return Report(made, told, node, label, *options)


def _of_alignment(
    stage: Alignment | Audit, title: str | None, focus: object, period: str | None, *options: Any
) -> Report:
    """An alignment: of a node and its goals, or of all; it has no periods."""
    aligned = audited(stage)[0]
    at = focus_row(aligned, focus, period)
    told = f"{aligned.org.labels[at or 0]}: alignment" if title is None else str(title)
    return Report(stage, told, None if at is None else aligned.org.node(at).id, "", *options)


def _of_plan(
    plan: PerformancePlan, title: str | None, focus: object, period: object, *options: Any
) -> Report:
    """A performance plan's report: its person and its period are its own."""
    _not_asked("the plan has its own", focus=focus, period=period)
    content = plan.content
    told = f"Performance plan of {content.name}, {content.period}" if title is None else str(title)
    return Report(plan, told, content.person, content.period, *options)


def _of_everybody(
    made: ToldOfEverybody, title: str | None, focus: object, period: str | None, *options: Any
) -> Report:
    """What is of everybody: in a period, the last by default."""
    told = OF_EVERYBODY[type(made)]
    _not_asked(told.reason, focus=focus)
    periods = made.periods
    label = periods.labels[-1 if period is None else periods.index(period)]
    name = f"{told.title(made)}, {label}" if title is None else str(title)
    return Report(made, name, None, label, *options)


def _of_stints(
    made: StintScores | BlendedStints,
    title: str | None,
    focus: object,
    period: str | None,
    *options: Any,
) -> Report:
    """Scores over stints: of everybody, or of one person, in a period, the last by default."""
    labels = made.periods.labels
    label = labels[-1 if period is None else made.periods.index(period)]
    row = None if focus is None else made.org.row(focus)
    who = "Scores over stints" if row is None else str(made.org.labels[row])
    told = f"{who}, {label}" if title is None else str(title)
    person = None if row is None else made.org.ids[row : row + 1].tolist()[0]
    return Report(made, told, person, label, *options)


def _of_whole(
    stage: ToldWhole, title: str | None, focus: object, period: object, *options: Any
) -> Report:
    """The report of what is of no node and no period in particular."""
    whole = STANDALONE[type(stage)]
    _not_asked(whole.reason, focus=focus, period=period)
    return Report(stage, whole.title(stage) if title is None else str(title), None, "", *options)


def _not_asked(reason: str, **options: object) -> None:
    check(
        [
            Fault("report", reason, "leave it out", column=name, value=value)
            for name, value in options.items()
            if value is not None
        ]
    )
