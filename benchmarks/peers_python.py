"""Plain Python: dicts of parents and of sums, as one writes it in an afternoon."""

from __future__ import annotations

import numpy as np
from job import Job
from levels import Levels
from organisation import Organisation

NAME = "python"
REASONS = {
    "roll_up": "loops over nodes are shown by networkx",
    "score_roll_up": "loops over nodes are shown by networkx",
    "cascade_lots": "loops over nodes are shown by networkx",
}


def largest_remainders(lots: int, claims: list[int]) -> list[int]:
    """Lots by whole claims, ties to the earlier; exact, as Python's whole numbers are."""
    total = sum(claims)
    shares = [lots * claim // total for claim in claims]
    rest = [lots * claim % total for claim in claims]
    most = sorted(range(len(claims)), key=lambda i: -rest[i])
    for i in most[: lots - sum(shares)]:
        shares[i] += 1
    return shares


def pro_rata(levels: Levels, drivers: np.ndarray, goal: int) -> np.ndarray:
    """One goal in whole lots for every node of the levels; not timed anywhere."""
    claims = drivers.copy()
    for d in range(len(levels) - 1, 0, -1):
        np.add.at(claims, levels.parent[levels.rows(d)], claims[levels.rows(d)])
    lots = np.zeros(len(claims), dtype=np.int64)
    lots[0] = goal
    starts = np.flatnonzero(np.diff(levels.parent, prepend=-2))[1:]
    for begin, end in zip(starts.tolist(), [*starts[1:].tolist(), len(lots)], strict=True):
        given = int(lots[levels.parent[begin]])
        lots[begin:end] = largest_remainders(given, claims[begin:end].tolist())
    return lots


def build(case: Organisation) -> Job:
    """A dict from id to row, then depths along the paths, each node once."""

    def run(ids: list[str], parents: list[str | None]) -> tuple[list[int], list[int]]:
        row = dict(zip(ids, range(len(ids)), strict=True))
        if len(row) < len(ids):
            raise ValueError("duplicate ids")
        row[None] = -1  # type: ignore[index]  # the root has no id above
        parent = [row[p] for p in parents]  # type: ignore[index]  # KeyError: unknown
        depth = [-1] * len(ids)
        for start in range(len(ids)):
            path, i = [], start
            while i >= 0 and depth[i] == -1:
                depth[i] = -2
                path.append(i)
                i = parent[i]
            if i >= 0 and depth[i] == -2:
                raise ValueError("cycles")
            d = depth[i] if i >= 0 else -1
            for j in reversed(path):
                d += 1
                depth[j] = d
        return parent, depth

    return Job(run, np.array, case.lists)


def update_one(case: Organisation) -> Job:
    """Walk from the node to the root and add the change to each sum."""
    levels = Levels.of(case)
    own = np.ascontiguousarray(np.nan_to_num(case.own_actual).T)
    sums = own.copy()
    for d in range(len(levels) - 1, 0, -1):
        rows = levels.order[levels.rows(d)]
        np.add.at(sums, case.parent[rows], sums[rows])
    ids, parents = case.lists()
    above = dict(zip(ids, parents, strict=True))
    before = dict(zip(ids, own.tolist(), strict=True))
    total = dict(zip(ids, sums.tolist(), strict=True))
    nodes = case.ids[case.changes[:, 0]].astype(str).tolist()
    work = list(zip(nodes, case.changes[:, 1].tolist(), case.changed_to.tolist(), strict=True))

    def run() -> list[list[float]]:
        out = []
        for node, k, value in work:
            change = value - before[node][k]
            path = []
            at: str | None = node
            while at is not None:
                path.append(total[at][k] + change)
                at = above[at]
            out.append(path)
        return out

    return Job(run, lambda result: np.array([v for path in result for v in path]), calls=len(work))
