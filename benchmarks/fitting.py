"""Measure tables made from their margins against the package ipfn.

    python benchmarks/fitting.py --json out.json [--repeats 9]

`fit 1000x12`: a seed of positive numbers is fitted to the margins of another table; ours and
ipfn take turns in one process, each from arrays to a table, to the same residual; the answers are
compared. A run is the mean of as many calls as take 0.1 s; numbers are medians of runs. The
whole tables have no peer: that both margins are met is checked.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

if find_spec("cascade_kpi") is None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from machine import machine, versions

from cascade_kpi import fitting

AGREE = 1e-6  # of a cell: both stop at about 1e-8 of a sum
NEAR = 1e-8


def timed(call, at_least: float = 0.1) -> tuple[float, Any]:
    """Seconds of a call, the mean of as many as take a while, and its answer.

    Garbage is collected before and not during.
    """
    gc.collect()
    gc.disable()
    begun, calls, seconds = time.perf_counter(), 0, 0.0
    while seconds < at_least:
        answer = call()
        calls += 1
        seconds = time.perf_counter() - begun
    gc.enable()
    return seconds / calls, answer


def margins_of(table) -> tuple[np.ndarray, np.ndarray]:
    return table.sum(axis=1), table.sum(axis=0)


def residual(table, rows, columns) -> float:
    found = margins_of(table)
    return max(float(np.abs(f / w - 1).max()) for f, w in zip(found, (rows, columns), strict=True))


def case(m: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A seed, and margins that its proportions do not have."""
    rng = np.random.default_rng(2027)
    seed = rng.random((m, n)) + 0.01
    return seed, *margins_of(rng.gamma(2.0, 50.0, (m, n)))


def fit(m: int, n: int, repeats: int) -> dict[str, Any]:
    seed, rows, columns = case(m, n)
    contenders = {"ours": lambda: fitting.fit(seed, {0: rows, 1: columns}, tolerance=NEAR).table}
    note = None
    try:
        from ipfn import ipfn
    except ImportError:
        note = "ipfn is not installed"
    else:
        # Its criterion is the largest relative change of a round.
        contenders["ipfn"] = lambda: ipfn.ipfn(
            seed.copy(), [rows, columns], [[0], [1]], convergence_rate=NEAR
        ).iteration()
    runs: dict[str, list[float]] = {name: [] for name in contenders}
    answers: dict[str, np.ndarray] = {}
    for turn in range(repeats + 1):
        for name, call in contenders.items():
            seconds, answers[name] = timed(call)
            if turn:  # the first is a warm-up for all
                runs[name].append(seconds)
    medians = {name: statistics.median(each) for name, each in runs.items()}
    apart = (
        float(np.abs(answers["ours"] / answers["ipfn"] - 1).max()) if "ipfn" in answers else None
    )
    return {
        "name": f"fit {m}x{n}",
        "ours_s": medians["ours"],
        "peers_s": {"ipfn": medians.get("ipfn")},
        "peer_notes": {"ipfn": note} if note else {},
        "ratio_to_fastest_peer": medians["ipfn"] / medians["ours"] if "ipfn" in medians else None,
        "agree": None if apart is None else apart <= AGREE,
        "largest_difference": apart,
        "residual": {name: residual(t, rows, columns) for name, t in answers.items()},
        "runs_s": runs,
    }


def whole(name: str, m: int, n: int, repeats: int, call, correct) -> dict[str, Any]:
    runs = []
    for turn in range(repeats + 1):
        seconds, answer = timed(call)
        if turn:
            runs.append(seconds)
    return {
        "name": f"{name} {m}x{n}",
        "ours_s": statistics.median(runs),
        "peers_s": {},
        "margins_met": correct(answer),
        "runs_s": {"ours": runs},
    }


def wholes(m: int, n: int, repeats: int) -> list[dict[str, Any]]:
    seed, rows, columns = case(m, n)
    lots = np.rint(rows).astype(np.int64)
    by_column = np.floor(columns * (lots.sum() / columns.sum())).astype(np.int64)
    by_column[: lots.sum() - by_column.sum()] += 1
    fitted = fitting.fit(seed, {0: lots, 1: by_column})

    def met(table) -> bool:
        found = margins_of(table)
        return bool((found[0] == lots).all() and (found[1] == by_column).all())

    def near(table) -> bool:
        return met(table) and bool((np.abs(table - fitted.table) < 1).all())

    return [
        whole(
            "biproportional", m, n, repeats,
            lambda: fitting.apportion(seed, rows=lots, columns=by_column).seats, met,
        ),
        whole(
            "controlled rounding", m, n, repeats, lambda: fitting.round_to_margins(fitted), near
        ),
    ]  # fmt: skip


def table(items: list[dict[str, Any]]) -> str:
    lines = []
    for item in items:
        told = f"{item['name']:<32}{item['ours_s'] * 1e3:10.3f} ms"
        for name, seconds in item["peers_s"].items():
            if seconds is None:
                told += f"   {name}: {item['peer_notes'].get(name, 'not run')}"
                continue
            told += f"   {name} {seconds * 1e3:.3f} ms, {item['ratio_to_fastest_peer']:.0f} times"
            told += f"   agree: {item['agree']} ({item['largest_difference']:.0e})"
        if "margins_met" in item:
            told += f"   margins met: {item['margins_met']}"
        lines.append(told)
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, required=True, help="file to write")
    parser.add_argument("--repeats", type=int, default=9, help="runs of each (default 9)")
    options = parser.parse_args()
    if options.repeats < 1:
        parser.error("--repeats is at least 1")
    record: dict[str, Any] = {"machine": machine(), "versions": versions()}
    try:
        record["versions"]["ipfn"] = metadata.version("ipfn")
    except metadata.PackageNotFoundError:
        record["versions"]["ipfn"] = None
    record["items"] = [
        fit(1_000, 12, options.repeats),
        fit(100_000, 12, options.repeats),
        *wholes(100_000, 12, min(options.repeats, 3)),
    ]
    options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(table(record["items"]))
    right = [item.get("agree") is not False and item.get("margins_met") is not False
             for item in record["items"]]  # fmt: skip
    return 0 if all(right) else 1


if __name__ == "__main__":
    raise SystemExit(main())
