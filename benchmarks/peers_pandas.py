"""pandas: one groupby per level over frames kept sorted by parent."""

from __future__ import annotations

import numpy as np
import pandas as pd
from job import Job, in_input_order
from levels import Levels
from organisation import EDGES, KPIS, LOW_SHARE, TOP_SHARE, Organisation

NAME = "pandas"
REASONS = {"update_one": "no structure for one path; see the dict walk of plain Python"}


def build(case: Organisation) -> Job:
    """An index finds the parents; depths by pointer doubling."""

    def run(ids: list[str], parents: list[str | None]) -> np.ndarray:
        n = len(ids)
        index = pd.Index(np.array(ids, dtype=object), dtype=object)
        if not index.is_unique:
            raise ValueError("duplicate ids")
        above = pd.Series(np.array(parents, dtype=object), dtype=object)
        parent = index.get_indexer(pd.Index(above, dtype=object))
        if ((parent < 0) & above.notna().to_numpy()).any():
            raise ValueError("unknown parents")
        up = np.where(parent < 0, np.arange(n), parent)
        depth = (parent >= 0).astype(np.int64)
        for _ in range(n.bit_length() + 1):
            further = up[up]
            if np.array_equal(further, up):
                break
            depth += depth[up]
            up = further
        if (parent[up] >= 0).any():
            raise ValueError("cycles")
        return np.array([parent, depth])

    return Job(run, lambda result: result, case.lists)


def _rolled(levels: Levels, frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Own numbers and those of all below, level by level from the leaves."""
    out = [frames[-1]]
    for d in range(len(levels) - 1, 0, -1):
        teams = out[-1].groupby(levels.parent[levels.rows(d)], sort=False).sum()
        own = frames[d - 1]
        out.append(own.add(teams.reindex(own.index, fill_value=0)))
    return out[::-1]


def _frames(levels: Levels, columns: dict[str, np.ndarray]) -> list[pd.DataFrame]:
    table = pd.DataFrame(columns)
    return [table.iloc[levels.rows(d)] for d in range(len(levels))]


def roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    columns = dict(zip(KPIS, case.values[levels.order].T, strict=True))
    frames = _frames(levels, columns)

    def run() -> pd.DataFrame:
        return pd.concat(_rolled(levels, [frame.fillna(0.0) for frame in frames]))

    return Job(run, lambda result: in_input_order(levels.order, result.to_numpy()))


def score_roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    actual = pd.DataFrame(dict(zip(KPIS, case.actual[:, levels.order], strict=True)))
    target = pd.DataFrame(dict(zip(KPIS, case.target[:, levels.order], strict=True)))
    weights = pd.Series(case.weights, index=list(KPIS))

    def run() -> pd.Series:
        points = (actual / target).clip(0.0, 1.2) * 100.0
        total = points.fillna(0.0).dot(weights) / points.notna().astype(float).dot(weights)
        scored = pd.DataFrame({"sum": total.fillna(0.0), "count": total.notna().astype(float)})
        parts = [scored.iloc[levels.rows(d)] for d in range(len(levels))]
        rolled = pd.concat(_rolled(levels, parts))
        return rolled["sum"] / rolled["count"]

    return Job(run, lambda result: in_input_order(levels.order, result.to_numpy()))


def blend(case: Organisation) -> Job:
    """Totals of the manager looked up by id."""
    total = pd.Series(case.totals(), index=case.ids.astype(str))
    manager = pd.Series(case.parents.astype(str), index=total.index)
    root = str(case.ids[case.parent < 0][0].decode())

    def run() -> pd.Series:
        made = (70.0 * total + 20.0 * manager.map(total) + 10.0 * total[root]) / 100.0
        return made.fillna(total)

    return Job(run, lambda made: made.to_numpy())


def quotas(case: Organisation) -> Job:
    """Ranks within pools, and cuts moved as far as the quotas ask."""
    frame = pd.DataFrame({"pool": case.pools(), "total": case.totals()})

    def run() -> np.ndarray:
        by = frame.groupby("pool")["total"]
        rank = by.rank(method="first", ascending=False)
        size = by.transform("size")
        shown = frame["total"].round(2)
        cuts = [(shown >= edge).groupby(frame["pool"]).transform("sum") for edge in EDGES]
        most = size * TOP_SHARE // 100
        last = size - -(-size * LOW_SHARE // 100)
        first = np.minimum(cuts[0], most)
        third = np.minimum(cuts[2], last)
        second = np.clip(cuts[1], first, third)
        return sum((rank > cut).astype(int) for cut in (first, second, third))

    return Job(run, lambda codes: codes.to_numpy())


def weightings(case: Organisation) -> Job:
    """Two products with a frame of the weightings, then means, least and most."""
    actual = pd.DataFrame(dict(zip(KPIS, case.actual, strict=True)))
    target = pd.DataFrame(dict(zip(KPIS, case.target, strict=True)))
    many = pd.DataFrame(case.weightings().T, index=list(KPIS))

    def run() -> tuple[pd.Series, pd.Series, pd.Series]:
        points = (actual / target).clip(0.0, 1.2) * 100.0
        total = points.fillna(0.0).dot(many) / points.notna().astype(float).dot(many)
        return total.mean(), total.min(axis=1), total.max(axis=1)

    def answer(result: tuple[pd.Series, pd.Series, pd.Series]) -> np.ndarray:
        mean, low, high = (each.to_numpy() for each in result)
        return np.concatenate([mean, np.column_stack([low, high]).ravel()])

    return Job(run, answer)


def cascade_lots(case: Organisation) -> Job:
    """Floors, then one more to the first by remainder: a stable sort and a cumcount per KPI."""
    levels = Levels.of(case)
    frames = _frames(levels, dict(zip(KPIS, case.drivers[:, levels.order], strict=True)))
    root = pd.DataFrame([case.goals], columns=list(KPIS))

    def share(drivers: pd.DataFrame, sums: pd.DataFrame, goals: pd.DataFrame, d: int):  # type: ignore[no-untyped-def]  # a frame of any kind
        above = levels.above(d)
        out = {}
        for k in KPIS:
            driver, goal = drivers[k].to_numpy(), goals[k].to_numpy()[above]
            floor, remainder = np.divmod(goal * driver, sums[k].to_numpy()[above])
            work = pd.DataFrame({"above": above, "floor": floor, "order": -remainder})
            left = goal - work.groupby("above", sort=False)["floor"].transform("sum")
            place = (
                work.sort_values(["above", "order"], kind="stable")
                .groupby("above", sort=False)
                .cumcount()
            )
            out[k] = floor + (place.sort_index() < left)
        return pd.DataFrame(out)

    def run() -> pd.DataFrame:
        sums = _rolled(levels, frames)
        lots = [root]
        for d in range(1, len(levels)):
            lots.append(share(sums[d], sums[d - 1], lots[-1], d))
        return pd.concat(lots)

    return Job(run, lambda result: in_input_order(levels.order, result.to_numpy()).T)
