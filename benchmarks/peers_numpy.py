"""numpy, one family after another: the rule written down as a loop over managers.

No package divides a table of units by months down a tree in whole numbers, so this is what its
user would write: for each family proportional fitting in numpy, then halves made whole by
largest remainder in whole numbers of Python, which are exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from job import Job, in_input_order
from levels import Levels
from organisation import KPIS, MANY, MONTHS, Organisation
from peers_python import largest_remainders, pro_rata

NAME = "numpy"
REASONS: dict[str, str] = {}

ROUNDS = 8


def _whole(claims: list[float]) -> list[int]:
    """Claims as whole numbers of 51 bits less those of how many there are."""
    bits = 51 - (len(claims) - 1).bit_length()
    exponent = bits - math.frexp(max(claims))[1]
    return [round(math.ldexp(claim, exponent)) for claim in claims]


def _added(cells: np.ndarray) -> np.ndarray:
    """Sums over the first axis, line after line, so that bits agree."""
    return np.add.accumulate(cells, axis=0)[-1]


def _family(months: list[int], lots: np.ndarray, weights: np.ndarray) -> list[list[int]]:
    """A table (children, months) with both margins."""
    seed = weights * lots[:, None]
    rows = np.ones(len(lots))
    for _ in range(ROUNDS):
        columns = np.array(months) / _added(seed * rows[:, None])
        rows = lots / _added((seed * columns).T)
    fitted = seed * (rows[:, None] * columns)
    padding = (1 << (len(lots) - 1).bit_length()) - len(lots)
    tables = [np.vstack([fitted, np.zeros((padding, len(months)))])]
    sums = [np.concatenate([lots, np.zeros(padding, dtype=np.int64)])]
    while len(sums[-1]) > 1:
        tables.append(tables[-1][0::2] + tables[-1][1::2])
        sums.append(sums[-1][0::2] + sums[-1][1::2])
    whole = [months]
    for table, wanted in zip(tables[-2::-1], sums[-2::-1], strict=True):
        below = []
        for i, both in enumerate(whole):
            first, second = table[2 * i], table[2 * i + 1]
            share = np.divide(first, first + second, out=np.zeros(len(first)), where=first > 0)
            claims = (np.array(both) * share).tolist()
            mine = (
                largest_remainders(int(wanted[2 * i]), _whole(claims))
                if wanted[2 * i]
                else [0] * len(both)
            )
            below += [mine, [b - m for b, m in zip(both, mine, strict=True)]]
        whole = below
    return whole[: len(lots)]


def _scored(case: Organisation, weigh: Callable[[int], np.ndarray | float]) -> Job:
    """Totals, one KPI after another, with what each weighs for everybody."""
    _, target, actual = case.many_kpis()

    def run() -> np.ndarray:
        top, bottom = np.zeros(len(case)), np.zeros(len(case))
        for i in range(MANY):
            weight = weigh(i)
            if not np.any(weight):
                continue
            points = np.clip(actual[i] / target[i], 0.0, 1.2) * 100.0
            there = ~np.isnan(points)
            top += weight * np.where(there, points, 0.0)
            bottom += weight * there
        return np.divide(top, bottom, out=np.full(len(case), np.nan), where=bottom > 0)

    return Job(run, lambda total: total)


def score_dense(case: Organisation) -> Job:
    """The same eight KPIs for everybody."""
    weights = [*case.weights.tolist(), *[0.0] * (MANY - len(KPIS))]
    return _scored(case, lambda i: weights[i])


def score_ragged(case: Organisation) -> Job:
    """The eight KPIs for everybody, weighing nothing where a post has them not."""
    post, weights = case.posts_by_eight()
    return _scored(case, lambda i: weights[:, i].take(post) if i < len(KPIS) else 0.0)


def score_ragged_wide(case: Organisation) -> Job:
    """All KPIs for everybody, weighing nothing where a post has them not."""
    post, weights = case.posts()
    return _scored(case, lambda i: weights[:, i].take(post))


def blend(case: Organisation) -> Job:
    """Totals of the manager and of the root looked up by row."""
    total = case.totals()
    root = int(np.flatnonzero(case.parent < 0)[0])

    def run() -> np.ndarray:
        above = total[case.parent]
        made = (70.0 * total + 20.0 * above + 10.0 * total[root]) / 100.0
        made[root] = total[root]
        return made

    return Job(run, lambda made: made)


def weightings(case: Organisation) -> Job:
    """Two dense products over everybody, on as many cores as the matrix library takes."""
    many = case.weightings()

    def run() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        points = np.clip(case.actual / case.target, 0.0, 1.2) * 100.0
        missing = np.isnan(points)
        points[missing] = 0.0
        with np.errstate(invalid="ignore"):
            total = (many @ points) / (many @ ~missing)
        return np.nanmean(total, axis=1), np.fmin.reduce(total), np.fmax.reduce(total)

    def answer(result: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
        mean, low, high = result
        return np.concatenate([mean, np.column_stack([low, high]).ravel()])

    return Job(run, answer)


def phase_lots(case: Organisation) -> Job:
    levels = Levels.of(case)
    given = case.seasons()[:, levels.order]
    scaled = given / given.max(axis=0)
    weights = np.ascontiguousarray((scaled / _added(scaled)).T)
    year = pro_rata(levels, case.drivers[0][levels.order], int(case.goals[0]))
    starts = np.flatnonzero(np.diff(levels.parent, prepend=-2))[1:]
    ends = np.r_[starts[1:], len(levels.parent)]

    def run() -> np.ndarray:
        months = np.zeros((len(year), MONTHS), dtype=np.int64)
        months[0] = largest_remainders(int(year[0]), _whole(weights[0].tolist()))
        for begin, end in zip(starts.tolist(), ends.tolist(), strict=True):
            parent = months[levels.parent[begin]].tolist()
            months[begin:end] = _family(parent, year[begin:end], weights[begin:end])
        return months

    return Job(run, lambda result: in_input_order(levels.order, result))
