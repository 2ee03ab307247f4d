"""DuckDB: one statement per job, a common table expression per level.

Against temporary tables level by level this was as fast, and twice as fast
as a join with the closure table. Results stay in the database, as a user's
would; fetching them for the comparison is not timed.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa
from job import Job, in_input_order
from levels import Levels
from organisation import KPIS, Organisation

NAME = "duckdb"
REASONS: dict[str, str] = {}


def build(case: Organisation) -> Job:
    """Arrow takes the lists; a join finds parents, a recursive query the depths."""
    con = duckdb.connect()

    def run(ids: list[str], parents: list[str | None]) -> None:
        n = len(ids)
        rows = pa.table({"row": np.arange(n), "id": ids, "parent": parents})
        con.register("rows", rows)
        con.execute(
            "create or replace temp table linked as"
            " select c.row, c.parent, p.row as above"
            " from rows c left join rows p on c.parent = p.id"
        )
        distinct, unknown, matched = con.execute(
            "select (select count(distinct id) from rows), count(*) filter (above is null and"
            " parent is not null), count(*) from linked"
        ).fetchall()[0]
        if distinct < n or matched > n:
            raise ValueError("duplicate ids")
        if unknown:
            raise ValueError("unknown parents")
        con.execute(
            "create or replace temp table tree as with recursive walk(row, above, depth) as ("
            " select row, above, 0 from linked where above is null union all"
            " select c.row, c.above, w.depth + 1 from linked c join walk w on c.above = w.row)"
            " select * from walk"
        )
        if con.execute("select count(*) from tree").fetchall()[0][0] < n:
            raise ValueError("cycles")

    def answer(_: None) -> np.ndarray:
        got = con.execute("select coalesce(above, -1) as a, depth from tree order by row")
        columns = got.fetchnumpy()
        return np.array([columns["a"], columns["depth"]], dtype=np.int64)

    return Job(run, answer, case.lists)


def _tables(levels: Levels, columns: dict[str, np.ndarray]) -> duckdb.DuckDBPyConnection:
    """One table a level with the columns, nulls for NaN, sorted by parent."""
    con = duckdb.connect()
    for d in range(len(levels)):
        at = levels.rows(d)
        arrays = {name: pa.array(values[at], from_pandas=True) for name, values in columns.items()}
        level = pa.table(
            {"row": np.arange(at.start, at.stop), "parent": levels.parent[at], **arrays}
        )
        con.register("level", level)
        con.execute(f"create table level{d} as select * from level")
    return con


def _list(pattern: str, names: Iterable[str]) -> str:
    return ", ".join(pattern.format(k=k) for k in names)


def _rolled(depth: int, names: tuple[str, ...]) -> list[str]:
    """Common table expressions up<d>: own numbers and those of all below."""
    parts = [f"up{depth} as materialized (select * from level{depth})"]
    own = _list("coalesce(o.{k}, 0) + coalesce(s.{k}, 0) as {k}", names)
    below = _list("sum({k}) as {k}", names)
    parts.extend(
        f"up{d} as materialized (select o.row, o.parent, {own} from level{d} o left join"
        f" (select parent, {below} from up{d + 1} group by parent) s on s.parent = o.row)"
        for d in range(depth - 1, -1, -1)
    )
    return parts


def _fetch(con: duckdb.DuckDBPyConnection, levels: Levels, names: tuple[str, ...]) -> np.ndarray:
    got = con.execute(f"select {', '.join(names)} from out order by row").fetchnumpy()
    columns = [np.ma.filled(got[k], 0 if got[k].dtype.kind == "i" else np.nan) for k in names]
    return in_input_order(levels.order, np.column_stack(columns))


def roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    con = _tables(levels, dict(zip(KPIS, case.values[levels.order].T, strict=True)))
    depth = len(levels) - 1
    statement = (
        "create or replace temp table out as with "
        + ", ".join(_rolled(depth, KPIS))
        + " union all ".join(f" select row, {', '.join(KPIS)} from up{d}" for d in range(depth + 1))
    )
    return Job(lambda: con.execute(statement), lambda _: _fetch(con, levels, KPIS))


def score_roll_up(case: Organisation) -> Job:
    levels = Levels.of(case)
    columns = {f"a{k}": case.actual[k][levels.order] for k in range(len(KPIS))}
    columns |= {f"t{k}": case.target[k][levels.order] for k in range(len(KPIS))}
    con = _tables(levels, columns)
    depth = len(levels) - 1
    points = [f"least(greatest(a{k} / t{k}, 0), 1.2) * 100" for k in range(len(KPIS))]
    weights = case.weights.tolist()
    gained = " + ".join(f"coalesce(if(a{k} is null, null, {p}) * {w!r}, 0)"
                        for k, (p, w) in enumerate(zip(points, weights, strict=True)))  # fmt: skip
    present = " + ".join(f"if(a{k} is null, 0, {w!r}::double)" for k, w in enumerate(weights))
    parts = [
        f"level{d}_scored as materialized (select row, parent, total, (total is not null)::int as"
        f" counted from (select row, parent, ({gained}) / nullif({present}, 0) as total"
        f" from level{d}))"
        for d in range(depth + 1)
    ]
    rolled = _rolled(depth, ("total", "counted"))
    for d in range(depth + 1):
        rolled = [part.replace(f"from level{d}", f"from level{d}_scored") for part in rolled]
    statement = (
        "create or replace temp table out as with "
        + ", ".join(parts + rolled)
        + " union all ".join(
            f" select row, total / nullif(counted, 0) as mean from up{d}" for d in range(depth + 1)
        )
    )

    def run() -> None:
        con.execute(statement)

    return Job(run, lambda _: _fetch(con, levels, ("mean",))[:, 0])


def cascade_lots(case: Organisation) -> Job:
    """Integer division of BIGINT, then row_number over the remainders in each team."""
    levels = Levels.of(case)
    con = _tables(levels, dict(zip(KPIS, case.drivers[:, levels.order], strict=True)))
    depth = len(levels) - 1
    goals = zip(KPIS, case.goals.tolist(), strict=True)
    parts = [part.replace("sum({k})", "sum({k})::bigint") for part in _rolled(depth, KPIS)]
    root = ", ".join(f"{goal}::bigint as {k}" for k, goal in goals)
    parts.append(f"down0 as materialized (select 0 as row, {root})")
    for d in range(1, depth + 1):
        parts.append(
            f"floor{d} as materialized (select c.row, c.parent, "
            + _list("g.{k} as goal_{k}, (g.{k} * c.{k}) // s.{k} as q_{k},"
                    " (g.{k} * c.{k}) % s.{k} as r_{k}", KPIS)
            + f" from (select row, parent, {_list('{k}::bigint as {k}', KPIS)} from up{d}) c"
            f" join (select row, {_list('{k}::bigint as {k}', KPIS)} from up{d - 1}) s"
            f" on s.row = c.parent join down{d - 1} g on g.row = c.parent)"
        )  # fmt: skip
        parts.append(
            f"down{d} as materialized (select row, "
            + _list("(q_{k} + if(row_number() over (partition by parent order by r_{k} desc, row)"
                    " <= goal_{k} - sum(q_{k}) over (partition by parent), 1, 0))::bigint as {k}",
                    KPIS)
            + f" from floor{d})"
        )  # fmt: skip
    statement = (
        "create or replace temp table out as with "
        + ", ".join(parts)
        + " union all ".join(
            f" select row, {', '.join(KPIS)} from down{d}" for d in range(depth + 1)
        )
    )

    def run() -> None:
        con.execute(statement)

    return Job(run, lambda _: _fetch(con, levels, KPIS).T.astype(np.int64))


def update_one(case: Organisation) -> Job:
    """An indexed table of ids with their paths; the sums above are fetched by row id."""
    levels = Levels.of(case)
    con = _tables(levels, dict(zip(KPIS, case.own_actual[:, levels.order], strict=True)))
    depth = len(levels) - 1
    con.execute(
        "create table sums as with "
        + ", ".join(_rolled(depth, KPIS))
        + " select * from ("
        + " union all ".join(f"select row, {', '.join(KPIS)} from up{d}" for d in range(depth + 1))
        + ") order by row"
    )
    paths: list[list[int]] = [[0]]
    for i, p in enumerate(levels.parent[1:].tolist(), 1):
        paths.append([i, *paths[p]])
    own = {f"own_{k}": case.own_actual[i, levels.order] for i, k in enumerate(KPIS)}
    nodes = pa.table({"id": case.ids[levels.order].astype(str).tolist(), "path": paths, **own})
    con.register("nodes", nodes)
    con.execute("create table node as select * from nodes")
    con.execute("create unique index node_id on node(id)")
    names = case.ids[case.changes[:, 0]].astype(str).tolist()
    work = list(zip(names, [KPIS[k] for k in case.changes[:, 1]], case.changed_to.tolist(),
                    strict=True))[:20]  # fmt: skip

    def run() -> list[list[float]]:
        out = []
        for name, kpi, value in work:
            path, before = con.execute(
                f"select path, own_{kpi} from node where id = ?", [name]
            ).fetchall()[0]
            rows = ", ".join(map(str, path))
            got = con.execute(f"select rowid, {kpi} from sums where rowid in ({rows})").fetchall()
            change = value - (0.0 if before != before else before)
            above = {row: (total or 0.0) + change for row, total in got}
            out.append([above[row] for row in path])
        return out

    return Job(run, lambda result: np.array([v for path in result for v in path]), calls=len(work))
