"""polars: one eager group_by per level over frames kept sorted by parent.

Of six designs tried (lazy, streaming, joins, closure by path columns,
concatenation, sorted groups with gathers) this was the fastest by far.
Absent numbers are nulls, as polars wants them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from job import Job, in_input_order
from levels import Levels
from organisation import KPIS, Organisation
from polars import col

NAME = "polars"
REASONS: dict[str, str] = {}

TOTAL = ("weighted", "count")


def build(case: Organisation) -> Job:
    """Join the table with itself; depths by pointer doubling with gathers."""

    def run(ids: list[str], parents: list[str | None]) -> tuple[pl.Series, pl.Series]:
        n = len(ids)
        table = pl.DataFrame({"id": ids, "parent": parents}).with_row_index("row")
        if table["id"].n_unique() < n:
            raise ValueError("duplicate ids")
        up = table.join(
            table.select(parent="id", up="row"), on="parent", how="left", maintain_order="left"
        )["up"]
        if up.null_count() != table["parent"].null_count():
            raise ValueError("unknown parents")
        walk = pl.DataFrame({"row": table["row"], "up": up}).select(
            up=pl.coalesce("up", "row"), depth=col("up").is_not_null().cast(pl.Int64)
        )
        for _ in range(n.bit_length() + 1):
            on = walk.select(
                up=col("up").gather(col("up")), depth=col("depth") + col("depth").gather(col("up"))
            )
            if on["up"].equals(walk["up"]):
                break
            walk = on
        if not up.gather(walk["up"].unique()).is_null().all():
            raise ValueError("cycles")
        return up, walk["depth"]

    def answer(result: tuple[pl.Series, pl.Series]) -> np.ndarray:
        up, depth = result
        return np.array([up.cast(pl.Int64).fill_null(-1).to_numpy(), depth.to_numpy()])

    return Job(run, answer, case.lists)


def _frames(levels: Levels, columns: dict[str, np.ndarray]) -> list[pl.DataFrame]:
    """One frame a level: the columns, the parent's key, and where to look up and down."""
    frames = []
    for d in range(len(levels)):
        rows = levels.rows(d)
        frame = pl.DataFrame({"parent": levels.parent[rows]}).with_columns(
            pl.Series(name, values[rows], nan_to_null=True) for name, values in columns.items()
        )
        if d:
            frame = frame.with_columns(
                above=pl.Series(levels.above(d), dtype=pl.UInt32),
                group=pl.Series(levels.group(d), dtype=pl.UInt32),
            )
        if d + 1 < len(levels):
            groups = pl.Series("below", levels.group_below(d))
            frame = frame.with_columns(groups.replace(-1, None).cast(pl.UInt32))
        frames.append(frame.with_columns(col("parent").set_sorted()))
    return frames


def _rolled(frames: list[pl.DataFrame], names: tuple[str, ...]) -> list[pl.DataFrame]:
    """Every node's own numbers and those of all below it, level by level from the leaves."""
    below: pl.DataFrame | None = None
    out = []
    for frame in reversed(frames):
        rolled = frame.select("parent", *names)
        if below is not None:
            teams = below.group_by("parent", maintain_order=True).agg(col(names).sum())
            lifted = teams.select(col(names).gather(frame["below"]).name.suffix("_below"))
            rolled = pl.concat([rolled, lifted], how="horizontal").select(
                col("parent").set_sorted(),
                *(pl.sum_horizontal(name, f"{name}_below").alias(name) for name in names),
            )
        out.append(rolled)
        below = rolled
    return out[::-1]


def roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    values = dict(zip(KPIS, case.values[levels.order].T, strict=True))
    frames = _frames(levels, values)

    def run() -> pl.DataFrame:
        return pl.concat(_rolled(frames, KPIS))

    def answer(result: pl.DataFrame) -> np.ndarray:
        return in_input_order(levels.order, result.select(KPIS).to_numpy())

    return Job(run, answer)


def score_roll_up(case: Organisation) -> Job:
    """One select for the scores of all, then two summed columns level by level."""
    levels = Levels.of(case)
    columns = {f"a{k}": case.actual[k][levels.order] for k in range(len(KPIS))}
    columns |= {f"t{k}": case.target[k][levels.order] for k in range(len(KPIS))}
    frames = _frames(levels, columns)
    table = pl.concat([frame.select(*columns) for frame in frames])
    frames = [frame.drop(*columns) for frame in frames]
    points = [(col(f"a{k}") / col(f"t{k}")).clip(0.0, 1.2) * 100.0 for k in range(len(KPIS))]
    weights = case.weights.tolist()
    weighted = pl.sum_horizontal(p * w for p, w in zip(points, weights, strict=True))
    present = pl.sum_horizontal(
        col(f"a{k}").is_not_null().cast(pl.Float64) * w for k, w in enumerate(weights)
    )

    def run() -> pl.DataFrame:
        total = table.lazy().select(weighted / present).collect().to_series()
        scored = pl.DataFrame({"total": total}).select(
            weighted=col("total").fill_nan(None), count=col("total").is_not_nan().cast(pl.Int64)
        )
        parts = [
            frame.hstack(scored[int(lo) : int(hi)])
            for frame, lo, hi in zip(frames, levels.start[:-1], levels.start[1:], strict=True)
        ]
        return pl.concat(_rolled(parts, TOTAL)).select(col("weighted") / col("count"))

    def answer(result: pl.DataFrame) -> np.ndarray:
        return in_input_order(levels.order, result.to_series().to_numpy())

    return Job(run, answer)


def weightings(case: Organisation) -> Job:
    """One lazy plan: points once, a column a weighting, then means, least and most."""
    columns = {f"a{k}": pl.Series(case.actual[k]).fill_nan(None) for k in range(len(KPIS))}
    columns |= {f"t{k}": pl.Series(case.target[k]) for k in range(len(KPIS))}
    table, each = pl.DataFrame(columns), range(len(KPIS))
    points = [
        ((col(f"a{k}") / col(f"t{k}")).clip(0.0, 1.2) * 100.0).fill_null(0.0).alias(f"p{k}")
        for k in each
    ]
    there = [col(f"a{k}").is_not_null().cast(pl.Float64).alias(f"h{k}") for k in each]
    many = case.weightings().tolist()
    totals = [
        (
            pl.sum_horizontal(col(f"p{k}") * w for k, w in enumerate(row))
            / pl.sum_horizontal(col(f"h{k}") * w for k, w in enumerate(row))
        ).fill_nan(None).alias(f"w{i}")
        for i, row in enumerate(many)
    ]  # fmt: skip
    names = [f"w{i}" for i in range(len(many))]

    def run() -> tuple[pl.DataFrame, pl.DataFrame]:
        made = table.lazy().select(*points, *there).select(totals).collect()
        ranges = made.select(low=pl.min_horizontal(names), high=pl.max_horizontal(names))
        return made.mean(), ranges

    def answer(result: tuple[pl.DataFrame, pl.DataFrame]) -> np.ndarray:
        mean, ranges = result
        return np.concatenate([mean.to_numpy()[0], ranges.to_numpy().ravel()])

    return Job(run, answer)


def _share(frame: pl.DataFrame, above: pl.DataFrame, goals: pl.DataFrame, bits: int) -> Any:
    """Largest remainder in every sibling group of one level.

    Ranks come from one sort of the whole level by (group, remainder)
    packed in 64 bits; windows over the parent took 1.7 times as long.
    """
    up = frame["above"]
    work = frame.select("group", *KPIS, parent=col("parent").set_sorted()).hstack(
        goals.select(col(KPIS).gather(up).name.suffix("_goal")).get_columns()
        + above.select(col(KPIS).gather(up).name.suffix("_sum")).get_columns()
    )
    work = work.with_columns(
        (col(f"{k}_goal") * col(k)).alias(f"{k}_product") for k in KPIS
    ).with_columns((col(f"{k}_product") // col(f"{k}_sum")).alias(f"{k}_floor") for k in KPIS)
    teams = work.group_by("parent", maintain_order=True).agg(
        col(f"{k}_floor" for k in KPIS).sum(), size=pl.len().cast(pl.Int64)
    )
    first = col("size").cum_sum() - col("size")
    given = teams.select(
        (col(f"{k}_floor") - first).gather(work["group"]).alias(f"{k}_given") for k in KPIS
    )
    lots = []
    for k in KPIS:
        remainder = col(f"{k}_product") - col(f"{k}_floor") * col(f"{k}_sum")
        place = (col("group").cast(pl.Int64) * (1 << bits) - remainder).rank("ordinal")
        extra = place.cast(pl.Int64) <= col(f"{k}_goal") - col(f"{k}_given")
        lots.append((col(f"{k}_floor") + extra.cast(pl.Int64)).alias(k))
    return work.hstack(given).select(lots)


def cascade_lots(case: Organisation) -> Job:
    levels = Levels.of(case)
    frames = _frames(levels, dict(zip(KPIS, case.drivers[:, levels.order], strict=True)))
    root = pl.DataFrame({k: [int(goal)] for k, goal in zip(KPIS, case.goals, strict=True)})

    def run() -> pl.DataFrame:
        sums = _rolled(frames, KPIS)
        bits = int(sums[0].select(pl.max_horizontal(KPIS)).item()).bit_length()
        lots = [root]
        for d in range(1, len(levels)):
            work = sums[d].with_columns(frames[d]["above"], frames[d]["group"])
            lots.append(_share(work, sums[d - 1], lots[-1], bits))
        return pl.concat(lots)

    def answer(result: pl.DataFrame) -> np.ndarray:
        return in_input_order(levels.order, result.to_numpy()).T

    return Job(run, answer)


def update_one(case: Organisation) -> Job:
    """Find the id by binary search; gather the sums of the rows above; add the change."""
    levels = Levels.of(case)
    frames = _frames(levels, dict(zip(KPIS, case.own_actual[:, levels.order], strict=True)))
    sums = pl.concat(_rolled(frames, KPIS))
    paths: list[list[int]] = [[0]]
    for i, p in enumerate(levels.parent[1:].tolist(), 1):
        paths.append([i, *paths[p]])
    table = pl.DataFrame(
        {
            "id": case.ids[levels.order].astype(str),
            "path": pl.Series(paths, dtype=pl.List(pl.UInt32)),
            **{f"own_{k}": case.own_actual[i, levels.order] for i, k in enumerate(KPIS)},
        }
    ).sort("id")
    known, path = table["id"], table["path"]
    own = {k: table[f"own_{k}"].fill_nan(0.0) for k in KPIS}
    column = {k: sums[k].fill_null(0.0) for k in KPIS}
    nodes = case.ids[case.changes[:, 0]].astype(str).tolist()
    work = list(zip(nodes, [KPIS[k] for k in case.changes[:, 1]], case.changed_to.tolist(),
                    strict=True))[:100]  # fmt: skip

    def run() -> list[pl.Series]:
        out = []
        for node, kpi, value in work:
            at = known.search_sorted(node)
            out.append(column[kpi].gather(path[at]) + (value - own[kpi][at]))
        return out

    return Job(run, lambda result: np.concatenate([s.to_numpy() for s in result]), calls=len(work))
