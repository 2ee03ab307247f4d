"""Reconciling by weighted least squares, beside hierarchicalforecast, in one run.

    pip install -e .[bench]
    python benchmarks/reconciling.py --json reconciling.json

Every node of a random tree has a demand of its own, and the plan is wanted in which all sums
hold at the least Σ w·(x − y)²: all weights one (`ols`), or one over the number of leaves
(`wls_struct`). Contenders take turns, and numbers are medians.

| contender | timed; given the tree, or S as a matrix |
|---|---|
| `sweeps` | demands and weights in the tree's row order to the optimum in that order |
| `reconcile` | the same through `cascade_kpi.reconcile`, checks and whole lots included |
| `limited` | the optimum with a floor and a cap at every leaf |
| `hf_sparse` | `MinTraceSparse(method).fit_predict`, which solves by iteration |
| `hf_tight` | the same, going on until its residual is 1e-12 of what it was, not 1e-5 |
| `hf_dense` | `MinTrace(method).fit_predict` |

`off` is the largest difference from `sweeps`, over the largest demand. `normal` is the largest
entry of SᵀW(x − y), which is zero at the optimum, over the largest of SᵀWy. `limited` has no
peer: hierarchicalforecast keeps to zero at the least, and to nothing else.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine, versions

import cascade_kpi as ck
from cascade_kpi.commitments.bounded import Limits, sweep_within
from cascade_kpi.commitments.sweeps import Stated, sweep
from cascade_kpi.org.tree import OrgTree

METHODS = {"ols": ck.confidences.Equal(), "wls_struct": ck.confidences.Structural()}
DENSE = 3_000  # nodes beyond which S as a dense matrix, and its products, do not fit
SLOW = 60.0  # seconds after which a contender is not run again


def make(n: int, seed: int = 7) -> OrgTree:
    """A tree whose managers lead 3 to 13 people, two in five of them leaves."""
    rng = np.random.default_rng(seed)
    parent, level = [-1], [0]
    while len(parent) < n:
        leads = [i for i in level if rng.random() < 0.6] or level[:1]
        level = []
        for lead in leads:
            span = min(int(rng.integers(3, 14)), n - len(parent))
            level += range(len(parent), len(parent) + span)
            parent += [lead] * span
    return OrgTree.from_table(
        {"id": list(range(n)), "parent": [None if p < 0 else p for p in parent]}
    )


class Ours:
    """The sweeps, and the verb around them."""

    def __init__(self, org: OrgTree, demands: np.ndarray, method: str) -> None:
        self.org, self.demands = org, demands
        self.rule = METHODS[method]
        self.weights = self.rule(org)
        self.kpis = ck.Kpis([ck.Kpi("y", "x", lot="0.001")])
        self.low = np.where(org.is_leaf, np.rint(demands - 3.0), -np.inf)
        self.high = np.where(org.is_leaf, np.rint(demands + 3.0), np.inf)
        org.layout.order  # noqa: B018 - made once and kept

    def sweeps(self) -> np.ndarray:
        layout = self.org.layout
        stated = Stated(layout.swept(self.demands), layout.swept(self.weights))
        return self._in_rows(sweep(layout, stated).found)

    def limited(self) -> np.ndarray:
        layout = self.org.layout
        stated = Stated(layout.swept(self.demands), layout.swept(self.weights))
        limits = Limits(layout.swept(self.low), layout.swept(self.high))
        return self._in_rows(sweep_within(layout, stated, limits)[0].found)

    def reconcile(self) -> np.ndarray:
        targets = ck.Targets.from_columns(self.org, self.kpis, {"y": self.demands}, periods="p")
        return ck.reconcile(targets, confidence=self.rule).optimum("y")[0]

    def _in_rows(self, swept: np.ndarray) -> np.ndarray:
        out = np.empty(len(swept))
        out[self.org.layout.order] = swept
        return out


class Peer:
    """hierarchicalforecast, which wants aggregates first and leaves last."""

    def __init__(self, org: OrgTree, demands: np.ndarray, method: str) -> None:
        from scipy import sparse

        leaves = np.flatnonzero(org.is_leaf)
        self.rows = np.concatenate([np.flatnonzero(~org.is_leaf), leaves])
        place = np.empty(len(org), dtype=np.int64)
        place[self.rows] = np.arange(len(org))
        column = np.empty(len(org), dtype=np.int64)
        column[leaves] = np.arange(len(leaves))
        at, rows, columns = leaves, [], []
        while len(at):  # every leaf, then its parent, and so on up
            rows.append(place[at])
            columns.append(column[leaves])
            at = org.parent[at]
            leaves, at = leaves[at >= 0], at[at >= 0]
        i, j = np.concatenate(rows), np.concatenate(columns)
        shape = len(org), int(org.is_leaf.sum())
        self.s = sparse.csr_matrix((np.ones(len(i)), (i, j)), shape=shape)
        self.method, self.demands = method, demands[self.rows][:, None]
        self.dense = self.s.toarray() if len(org) <= DENSE else None

    def hf_sparse(self) -> np.ndarray:
        from hierarchicalforecast.methods import MinTraceSparse

        return self._told(MinTraceSparse(self.method).fit_predict(S=self.s, y_hat=self.demands))

    def hf_tight(self) -> np.ndarray:
        from scipy.sparse import linalg

        loose = linalg.bicgstab

        def tight(a: object, b: np.ndarray, **_: object) -> object:
            return loose(a, b, rtol=1e-12, atol=0.0)

        linalg.bicgstab = tight
        try:
            return self.hf_sparse()
        finally:
            linalg.bicgstab = loose

    def hf_dense(self) -> np.ndarray:
        from hierarchicalforecast.methods import MinTrace

        return self._told(MinTrace(self.method).fit_predict(S=self.dense, y_hat=self.demands))

    def _told(self, answer: dict[str, Any]) -> np.ndarray:
        out = np.empty(len(self.rows))
        out[self.rows] = np.asarray(answer["mean"])[:, 0]
        return out


def contenders(ours: Ours, peer: Peer | None) -> dict[str, Callable[[], np.ndarray]]:
    """Who can do this size."""
    runs = {"sweeps": ours.sweeps, "reconcile": ours.reconcile, "limited": ours.limited}
    if peer is not None:
        runs["hf_sparse"], runs["hf_tight"] = peer.hf_sparse, peer.hf_tight
        if peer.dense is not None:
            runs["hf_dense"] = peer.hf_dense
    return runs


def normal(org: OrgTree, weights: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Sᵀ W (x − y), one number a leaf: what everybody from the root to it misses."""
    total = weights * off
    for block in org.layout.down():
        total[block.rows] += total[block.parents]
    return total[org.is_leaf]


def measure(n: int, method: str, repeats: int) -> dict[str, Any]:
    """One size and method, contenders taking turns."""
    org = make(n)
    demands = np.random.default_rng(n).normal(100.0, 20.0, len(org))
    ours = Ours(org, demands, method)
    try:
        import hierarchicalforecast  # noqa: F401

        peer = Peer(org, demands, method)
    except ImportError:
        peer = None
    runs = contenders(ours, peer)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    answers: dict[str, np.ndarray] = {}
    for turn in range(repeats + 1):
        for name, run in runs.items():
            if seconds[name] and max(seconds[name]) > SLOW:
                continue
            gc.collect()
            gc.disable()
            begin = time.perf_counter()
            answers[name] = run()
            took = time.perf_counter() - begin
            gc.enable()
            if turn or took > SLOW:  # the first run is a warm-up, unless it is all there is
                seconds[name].append(took)
            print(f"{n:>9,} {method:<11} {name:<10} {took:8.3f} s", file=sys.stderr)
    best, scale = answers["sweeps"], float(np.abs(demands).max())
    whole = float(np.abs(normal(org, ours.weights, demands)).max())
    return {
        "nodes": n,
        "method": method,
        "seconds": {name: statistics.median(each) for name, each in seconds.items()},
        "off": {
            name: float(np.abs(answer - best).max()) / scale
            for name, answer in answers.items()
            if name != "limited"
        },
        "normal": {
            name: float(np.abs(normal(org, ours.weights, answer - demands)).max()) / whole
            for name, answer in answers.items()
            if name != "limited"
        },
    }


def table(items: list[dict[str, Any]]) -> str:
    """What is printed."""
    head = f"{'nodes':>9}  {'method':<11} {'contender':<10} {'seconds':>9} {'of sweeps':>10}"
    lines = [f"{head} {'off':>9} {'normal':>9}"]
    for item in items:
        for name, took in item["seconds"].items():
            ratio = took / item["seconds"]["sweeps"]
            off, miss = (item[what].get(name, float("nan")) for what in ("off", "normal"))
            lines.append(
                f"{item['nodes']:>9,}  {item['method']:<11} {name:<10} {took:>9.4f} {ratio:>9.1f}x"
                f" {off:>9.0e} {miss:>9.0e}"
            )
    return "\n".join(lines)


def main() -> int:
    """Measure, print, write; 1 if the answers of the verb and the sweeps differ."""
    parser = argparse.ArgumentParser(description="Reconciling, beside hierarchicalforecast.")
    parser.add_argument("--json", type=Path, help="file to write")
    parser.add_argument("--sizes", default="1000,100000,1000000", help="nodes, by commas")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of each")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    items = []
    for size in map(int, options.sizes.split(",")):
        for method in METHODS:
            items.append(measure(size, method, options.repeats))
            if options.json:
                told = {"machine": machine(), "versions": versions(), "items": items}
                options.json.write_text(json.dumps(told, indent=2), encoding="utf-8")
    print(table(items))
    return int(any(item["off"]["reconcile"] > 1e-9 for item in items))


if __name__ == "__main__":
    sys.exit(main())
