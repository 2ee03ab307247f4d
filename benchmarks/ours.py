"""cascade_kpi, through its public API only."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from job import Job, in_input_order
from organisation import (
    EDGES,
    FIT_NEAR,
    KPIS,
    LOW_SHARE,
    MANY,
    MONTHS,
    TOP_SHARE,
    Organisation,
)

import cascade_kpi as ck
from cascade_kpi import blending, fitting
from cascade_kpi import calibrating as cal

NAME = "ours"
REASONS: dict[str, str] = {}

PERIOD = "2026"


def _tree(case: Organisation, **columns: np.ndarray) -> Any:
    ids, parents = case.lists()
    kind = {"kind": "kind"} if "kind" in columns else {}
    return ck.OrgTree.from_table({"id": ids, "parent": parents, **columns}, **kind)


def build(case: Organisation) -> Job:
    def run(ids: list[str], parents: list[str | None]) -> Any:
        return ck.OrgTree.from_table({"id": ids, "parent": parents})

    def answer(org: Any) -> np.ndarray:
        above = np.where(org.parent >= 0, org.source_row[org.parent], -1)
        return in_input_order(org.source_row, np.column_stack([above, org.depth])).T

    return Job(run, answer, case.lists)


def roll_up(case: Organisation) -> Job:
    org = _tree(case)
    values = case.values[org.source_row]
    return Job(
        lambda: org.over_subtrees().sum(values),
        lambda result: in_input_order(org.source_row, result),
    )


def _results(case: Organisation, **columns: np.ndarray) -> Any:
    """Results of every node, measured beforehand; what peers are given already added up."""
    org = _tree(case, **columns)
    kpis = ck.Kpis([ck.Kpi(name, "CNY") for name in KPIS])
    at = org.source_row
    targets = ck.Targets.from_columns(
        org, kpis, {k: case.target[i][at] for i, k in enumerate(KPIS)}, periods=PERIOD
    )
    actuals = ck.Actuals.from_columns(
        org, kpis, {k: case.own_actual[i][at] for i, k in enumerate(KPIS)}, periods=PERIOD
    )
    return ck.measure(targets, actuals, inner="own")


def score_roll_up(case: Organisation) -> Job:
    """Points and totals of everybody, then the mean total of every subtree."""
    results = _results(case)
    org = results.org

    def run() -> np.ndarray:
        return org.over_subtrees().mean(_totals(case, results).total[0])

    return Job(run, lambda result: in_input_order(org.source_row, result))


def _totals(case: Organisation, results: Any, **rules: Any) -> Any:
    """Scores by the eight weights."""
    curve = ck.curves.Linear(slope=100.0, floor=0.0, cap=120.0)
    base = ck.Weights(dict(zip(KPIS, case.weights.tolist(), strict=True)), promised=1.0)
    return ck.score(results, ck.Scorecard([ck.Item(k, curve) for k in KPIS], base, **rules))


def _scored(case: Organisation, weights: Any) -> Job:
    """Totals of everybody by cards over many KPIs."""
    post, _ = case.posts()
    org = _tree(case, post=np.char.add("post ", post.astype(str)).astype(object))
    names = [f"k{i}" for i in range(MANY)]
    kpis = ck.Kpis([ck.Kpi(name, "CNY") for name in names])
    own, target, _ = case.many_kpis()
    at = org.source_row
    targets, actuals = (
        made.from_columns(org, kpis, {k: of[i][at] for i, k in enumerate(names)}, periods=PERIOD)
        for made, of in ((ck.Targets, target), (ck.Actuals, own))
    )
    results = ck.measure(targets, actuals, inner="own")
    curve = ck.curves.Linear(slope=100.0, floor=0.0, cap=120.0)
    card = ck.Scorecard([ck.Item(k, curve) for k in names], weights)
    return Job(lambda: ck.score(results, card), lambda made: in_input_order(at, made.total[0]))


def score_dense(case: Organisation) -> Job:
    """Everybody by the same eight KPIs."""
    weights = dict(zip(KPIS, case.weights.tolist(), strict=True))
    return _scored(case, ck.Weights(weights, promised=1.0))


def score_ragged(case: Organisation) -> Job:
    """Every post by those of the eight KPIs that it has, at weights of its own."""
    return _by_post(case, case.posts_by_eight()[1])


def score_ragged_wide(case: Organisation) -> Job:
    """Every post by eight KPIs of its own, of three times as many."""
    return _by_post(case, case.posts()[1])


def _by_post(case: Organisation, table: Any) -> Job:
    groups = {
        f"post {post}": {f"k{i}": float(weights[i]) for i in np.flatnonzero(weights)}
        for post, weights in enumerate(table)
    }
    return _scored(case, ck.Weights(groups, by="post", promised=1.0))


def blend(case: Organisation) -> Job:
    """Totals that carry those of the manager and of the top."""
    scores = _totals(case, _results(case))
    levels = {blending.Own(): 70, blending.Up(): 20, blending.Top(): 10}
    shares = blending.Shares({"*": levels}, nobody="own")
    return Job(
        lambda: ck.blend(scores, shares),
        lambda made: in_input_order(scores.org.source_row, made.total[0]),
    )


def quotas(case: Organisation) -> Job:
    """Grades of all nodes, pool by pool."""
    pool = np.char.add("pool ", case.pools().astype(str)).astype(object)
    kind = np.full(len(case), "person", dtype=object)
    results = _results(case, pool=pool, kind=kind)
    edges = dict(zip("ABC", EDGES, strict=True))
    scores = _totals(case, results, grades=ck.Grades.from_edges({**edges, "D": None}))
    rule = cal.Quotas([cal.AtMost("A", TOP_SHARE / 100), cal.AtLeast("D", LOW_SHARE / 100)])
    pools = cal.Pools("pool", of="person")
    return Job(
        lambda: ck.calibrate(scores, rule, pools),
        lambda made: in_input_order(scores.org.source_row, made.grade_codes[0]),
    )


def weightings(case: Organisation) -> Job:
    """A hundred weightings: the mean total of each, everybody's least and most total."""
    scores = _totals(case, _results(case))
    org = scores.org
    many = ck.Weightings(KPIS, case.weightings())

    def answer(swept: Any) -> np.ndarray:
        pair = np.column_stack([swept.low[0], swept.high[0]])
        ranges = in_input_order(org.source_row, pair)
        return np.concatenate([swept.mean[:, 0], ranges.ravel()])

    return Job(lambda: ck.sweep(scores, many), answer)


def cascade_lots(case: Organisation) -> Job:
    """Drivers are columns of the tree, known at leaves; goals in lots of one."""
    drivers = np.where(case.drivers > 0, case.drivers, np.nan)
    org = _tree(case, **{f"driver_{k}": drivers[i] for i, k in enumerate(KPIS)})
    kpis = ck.Kpis(
        [ck.Kpi(k, "pieces", split=ck.splits.ProRata(f"driver_{k}"), lot=1) for k in KPIS]
    )
    goals = dict(zip(KPIS, case.goals.tolist(), strict=True))

    def run() -> Any:
        return ck.cascade(org, kpis, goals, periods=PERIOD)

    def answer(targets: Any) -> np.ndarray:
        lots = np.array([np.asarray(targets.lots_of(k))[0] for k in KPIS])
        return in_input_order(org.source_row, lots.T).T

    return Job(run, answer)


@frozen(eq=False)
class _Given:
    """A profile of a user's own: weights that are there already, in the tree's order."""

    weights: np.ndarray

    def __call__(self, org: Any, kpi: Any, labels: tuple[str, ...]) -> np.ndarray:
        return self.weights


def phase_lots(case: Organisation) -> Job:
    """A year's targets of every node over twelve months, both margins met."""
    org = _tree(case, driver=np.where(case.drivers[0] > 0, case.drivers[0], np.nan))
    kpis = [ck.Kpi("k", "pieces", split=ck.splits.ProRata("driver"), lot=1)]
    year = ck.cascade(org, kpis, {"k": int(case.goals[0])}, periods=PERIOD)
    months = [f"{PERIOD}-{m:02}" for m in range(1, MONTHS + 1)]
    profile = _Given(np.ascontiguousarray(case.seasons()[:, org.source_row]))

    def answer(targets: Any) -> np.ndarray:
        return in_input_order(org.source_row, np.asarray(targets.lots_of("k")).T)

    return Job(lambda: ck.phase(year, months, profile), answer)


def divisor_lots(case: Organisation) -> Job:
    """Seats of many groups at once by the method of Webster and Sainte-Laguë."""
    seats, votes = case.groups()
    claims = votes.astype(np.float64)
    low, high = np.zeros(votes.shape), np.full(votes.shape, np.inf)
    method = ck.methods.Webster()
    return Job(lambda: method(seats, claims, low, high), lambda result: result)


_FITS = 20  # fits in a run: one takes less than a clock can be trusted with


def fit(case: Organisation) -> Job:
    """Proportional fitting: a table from a seed and the sums of its rows and columns."""
    seed, rows, columns = case.margins()

    def run() -> Any:
        for _ in range(_FITS):
            fitted = fitting.fit(seed, {0: rows, 1: columns}, tolerance=FIT_NEAR)
        return fitted

    return Job(run, lambda fitted: fitted.values, calls=_FITS)


def fit_ways(case: Organisation) -> Job:
    """The same of three axes, by the margins of every two of them."""
    seed, margins = case.margins_of_two()
    asked: dict[object, Any] = dict(margins)
    return Job(lambda: fitting.fit(seed, asked, tolerance=FIT_NEAR), lambda fitted: fitted.values)


def apportion(case: Organisation) -> Job:
    """Whole lots in a table, in proportion to weights both ways."""
    weights, rows, columns = case.seats_both_ways()
    return Job(
        lambda: fitting.apportion(weights, rows=rows, columns=columns), lambda made: made.values
    )


def round_table(case: Organisation) -> Job:
    """Controlled rounding of a table."""
    table = case.fractions()
    return Job(lambda: fitting.round_to_margins(table), lambda made: made.values)


def _reconciled(case: Organisation, demands: np.ndarray, rule: Any, floors: Any = None) -> Job:
    """The plan in which every sum holds, checked, agreed, and made whole in thousandths."""
    org = _tree(case)
    kpis = ck.Kpis([ck.Kpi("k", "pieces", lot="0.001")])
    at = org.source_row
    targets = ck.Targets.from_columns(org, kpis, {"k": demands[at]}, periods=PERIOD)
    limits = None
    if floors is not None:
        there = np.flatnonzero(~np.isnan(floors[at]))
        limits = {"node": org.ids[there], "kpi": ["k"] * len(there), "floor": floors[at][there]}

    def run() -> np.ndarray:
        return ck.reconcile(targets, confidence=rule, limits=limits).optimum("k")[0]

    return Job(run, lambda found: in_input_order(at, found))


def reconcile(case: Organisation) -> Job:
    return _reconciled(case, case.demands(), ck.confidences.Structural())


def reconcile_ols(case: Organisation) -> Job:
    return _reconciled(case, case.demands(), ck.confidences.Equal())


def reconcile_floors(case: Organisation) -> Job:
    """With a floor at every leaf."""
    demands, floors = case.demands_above_floors()
    return _reconciled(case, demands, ck.confidences.Structural(), floors)


def update_one(case: Organisation) -> Job:
    """One other report, and what it makes of the node and everybody above."""
    results = _results(case)
    nodes = case.ids[case.changes[:, 0]].astype(str).tolist()
    names = [KPIS[k] for k in case.changes[:, 1]]
    work = list(zip(nodes, names, case.changed_to.tolist(), strict=True))
    results.what_if(*work[0])  # the index of ids is built at the first look-up

    def run() -> list[Any]:
        return [results.what_if(node, kpi, value) for node, kpi, value in work]

    def answer(changes: list[Any]) -> np.ndarray:
        return np.array([value for change in changes for value in change.after])

    return Job(run, answer, calls=len(work))
