"""Measure cascade_kpi against what its users would otherwise pick.

    python benchmarks/compare.py --json out.json [--size 1000000] [--repeats 5] [--items a,b]

See README.md beside this file for what is measured and how.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "src"
if find_spec("cascade_kpi") is None:
    sys.path.insert(0, str(SOURCE))

from copy_bytes import input_bytes  # noqa: E402 - the path is set first
from machine import import_cost, machine, versions  # noqa: E402 - the path is set first
from organisation import Organisation, make, save  # noqa: E402 - the path is set first
from worker import StoppedError, Worker  # noqa: E402 - the path is set first

TREE = {
    "polars": "peers_polars",
    "scipy": "peers_scipy",
    "scipy_levels": "peers_scipy_levels",
    "pandas": "peers_pandas",
    "duckdb": "peers_duckdb",
    "networkx": "peers_networkx",
    "bigtree": "peers_bigtree",
    "python": "peers_python",
}
SINGLE = {
    "numpy": "peers_numpy",
    "apportionment": "peers_apportionment",
    "ipfn": "peers_ipfn",
    "biprop": "peers_biprop",
    "scipy_tables": "peers_scipy_tables",
    "hierarchicalforecast": "peers_hierarchicalforecast",
    "hierarchicalforecast_tight": "peers_hierarchicalforecast_tight",
}
PEERS = {**TREE, **SINGLE}
CONTENDERS = {"ours": "ours", **PEERS, "copy": "copy_bytes", "fresh_copy": "copy_bytes.fresh"}


@frozen
class Contest:
    """Who takes part in an item, and how many nodes it is about.

    Attributes
    ----------
    peers : tuple of str
    part : int
        One in so many of the nodes.
    fixed : int, or None
        The number of nodes whatever the size.
    near : mapping of str to float
        How far from ours a peer's answer may be that stops before it is exact.
    """

    peers: tuple[str, ...] = tuple(TREE)
    part: int = 1
    fixed: int | None = None
    near: Mapping[str, float] = {}

    def nodes(self, size: int) -> int:
        """How many, for a run of a size."""
        return self.fixed or max(1_000, size // self.part)


_FORECASTS = ("hierarchicalforecast", "hierarchicalforecast_tight")
ITEMS = {
    "build": Contest(),
    "roll_up": Contest(),
    "score_roll_up": Contest(),
    "score_dense": Contest(("numpy",)),
    "score_ragged": Contest(("numpy",)),
    "score_ragged_wide": Contest(("numpy",)),
    "blend": Contest(("numpy", "pandas")),
    "quotas": Contest(("pandas",)),
    "weightings": Contest(("polars", "scipy", "pandas", "numpy")),
    "cascade_lots": Contest(),
    "update_one": Contest(),
    "phase_lots": Contest(("numpy",), part=10),
    "divisor_lots": Contest(("apportionment",), part=10),
    "fit": Contest(("ipfn",), fixed=1_000, near={"ipfn": 1e-6}),
    "fit_ways": Contest(("ipfn",), fixed=1_000, near={"ipfn": 1e-5}),
    "apportion": Contest(("biprop",), fixed=1_000),
    "round_table": Contest(("scipy_tables",), fixed=1_000),
    "reconcile": Contest(_FORECASTS, near=dict(zip(_FORECASTS, (2e-3, 1e-9), strict=True))),
    "reconcile_ols": Contest(_FORECASTS, near={"hierarchicalforecast_tight": 1e-4}),
    "reconcile_floors": Contest(_FORECASTS[:1], near={"hierarchicalforecast": 2e-3}),
}
LIMIT_S = 180.0
ONCE_S = 10.0


def say(text: str) -> None:
    """Progress goes to standard error, the table to standard output."""
    print(text, file=sys.stderr, flush=True)


class Race:
    """One item at one size: contenders in their processes, runs taken in turn."""

    def __init__(self, item: str, case: Path, contenders: list[str], scratch: Path) -> None:
        self.item = item
        self.case = case
        self.scratch = scratch
        self.workers: dict[str, Worker] = {}
        self.seconds: dict[str, list[float]] = {}
        self.notes: dict[str, str] = {}
        self.answers: dict[str, Path] = {}
        for name in contenders:
            self._enter(name)

    def _enter(self, name: str) -> None:
        worker = Worker(LIMIT_S)
        try:
            begun = time.perf_counter()
            worker.ask("prepare", CONTENDERS[name], self.item, str(self.case))
            ready = time.perf_counter() - begun
            first = worker.ask("run")
            self.answers[name] = self.scratch / f"{self.item}-{name}.npy"
            if name not in {"copy", "fresh_copy"}:
                worker.ask("answer", str(self.answers[name]))
        except StoppedError as stopped:
            worker.stop()
            self.notes[name] = str(stopped)
            say(f"    {name}: {stopped}")
            return
        say(f"    {name}: ready in {ready:.1f} s, first run {_duration(first)}")
        self.workers[name] = worker
        self.seconds[name] = []
        if first > ONCE_S:
            self.seconds[name] = [first]
            self.notes[name] = f"slower than {ONCE_S:.0f} s: run once"

    def go(self, repeats: int) -> None:
        """Everybody once, then everybody again."""
        for _ in range(repeats):
            for name, worker in self.workers.items():
                if name in self.notes:
                    continue
                try:
                    self.seconds[name].append(worker.ask("run"))
                except StoppedError as stopped:
                    self.notes[name] = str(stopped)
                    del self.seconds[name]

    def extra_bytes(self) -> int | None:
        """Memory that ours holds at most beside its input."""
        if "ours" not in self.seconds:
            return None
        return int(self.workers["ours"].ask("extra_bytes"))

    def medians(self) -> dict[str, float]:
        return {name: statistics.median(runs) for name, runs in self.seconds.items()}

    def disagreements(self) -> tuple[list[str], dict[str, float]]:
        """Peers whose answers differ from ours (from the first peer's, without ours).

        Beside them how far each is off that may be.
        """
        answers = {name: np.load(path) for name, path in self.answers.items() if path.exists()}
        if not answers:
            return [], {}
        reference, near = next(iter(answers.values())), ITEMS[self.item].near
        off = {name: apart(reference, answers[name]) for name in near if name in answers}
        return [
            name
            for name, found in answers.items()
            if not (off[name] <= near[name] if name in off else same(self.item, reference, found))
        ], off

    def close(self) -> None:
        for worker in self.workers.values():
            worker.stop()


def same(item: str, a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two answers agree: whole numbers exactly, floats to nine digits.

    Single changes are compared as far as both went. In the roll-up a
    subtree where nothing was reported may be 0 or absent.
    """
    if item == "update_one":
        n = min(len(a), len(b))
        a, b = a[:n], b[:n]
    if item == "roll_up":
        a, b = np.nan_to_num(a), np.nan_to_num(b)
    if a.shape != b.shape:
        return False
    if item in {"build", "cascade_lots", "phase_lots", "divisor_lots"}:
        return bool(np.array_equal(a, b))
    return bool(np.allclose(a, b, rtol=1e-9, atol=1e-9, equal_nan=True))


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference: of the amount, or of the median amount if that is larger."""
    if a.shape != b.shape:
        return np.inf
    return float((np.abs(a - b) / np.maximum(np.abs(a), np.median(np.abs(a)))).max())


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def measure(
    item: str, case: Organisation, scratch: Path, options: argparse.Namespace
) -> dict[str, Any]:
    """One entry of the file."""
    path = scratch / f"case-{len(case)}.npz"
    if not path.exists():
        save(case, path)
    say(f"  {item}, {len(case):,} nodes")
    entered = [c for c in options.contenders if c not in PEERS or c in ITEMS[item].peers]
    race = Race(item, path, entered, scratch)
    try:
        race.go(options.repeats)
        extra = race.extra_bytes()
        wrong, off = race.disagreements()
    finally:
        race.close()
    seconds = race.medians()
    size = input_bytes(case, item)
    peers = {name: seconds.get(name) for name in PEERS if name in entered}
    ours = seconds.get("ours")
    fastest = min((s for s in peers.values() if s is not None), default=None)
    return {
        "name": item,
        "n": len(case),
        "ours_s": ours,
        "ours_note": race.notes.get("ours"),
        "peers_s": peers,
        "peer_notes": {k: v for k, v in race.notes.items() if k in PEERS},
        "copy_s": seconds.get("copy"),
        "fresh_copy_s": seconds.get("fresh_copy"),
        "ratio_to_fastest_peer": fastest / ours if ours and fastest else None,
        "fastest_peer": next((k for k, s in peers.items() if s == fastest), None)
        if fastest
        else None,
        "input_bytes": size,
        "extra_bytes": extra,
        "peak_bytes": size + extra if extra is not None else None,
        "agree": not wrong if ours else None,
        "disagreeing": wrong,
        "off": off,
        "runs_s": race.seconds,
    }


def measure_sizes(item: str, cases: list[Organisation], scratch: Path,
                  options: argparse.Namespace) -> dict[str, Any]:  # fmt: skip
    """The entry of the largest size with the smaller ones beside it, to see what it grows with."""
    entries = [measure(item, case, scratch, options) for case in cases]
    by_size = [
        {
            "n": entry["n"],
            "mean_depth": float(case.depth[case.changes[:, 0]].mean()),
            "ours_s": entry["ours_s"],
            "peers_s": entry["peers_s"],
            "agree": entry["agree"],
        }
        for entry, case in zip(entries, cases, strict=True)
    ]
    return {**entries[-1], "by_size": by_size}


def table(items: list[dict[str, Any]]) -> str:
    """The file's items for people to read."""
    names = ["ours", *PEERS, "copy"]
    width = max(map(len, names)) + 1
    lines = []
    for entry in items:
        seconds = {"ours": entry["ours_s"], **entry["peers_s"], "copy": entry["copy_s"]}
        ratio = entry["ratio_to_fastest_peer"]
        head = f"{entry['name']}, {entry['n']:,} nodes"
        if ratio is not None:
            head += f": {ratio:.2f} × as fast as {entry['fastest_peer']}"
        if entry["ours_s"] and entry["copy_s"]:
            head += f", {entry['ours_s'] / entry['copy_s']:.1f} copies"
        if entry["peak_bytes"]:
            head += f", peak {entry['peak_bytes'] / entry['input_bytes']:.2f} × input"
        lines += ["", head, f"  agree: {entry['agree']} {', '.join(entry['disagreeing'])}".rstrip()]
        for name, value in seconds.items():
            note = entry["peer_notes"].get(name) or (entry["ours_note"] if name == "ours" else "")
            lines.append(f"  {name:<{width}}{_duration(value):>10}  {note or ''}".rstrip())
        for size in entry.get("by_size", ()):
            lines.append(
                f"  at {size['n']:>9,} nodes, mean depth {size['mean_depth']:.1f}: "
                + ", ".join(f"{k} {_duration(v)}" for k, v in
                            {"ours": size["ours_s"], **size["peers_s"]}.items() if v)
            )  # fmt: skip
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, required=True, help="file to write")
    parser.add_argument("--size", type=int, default=1_000_000, help="nodes (default 1000000)")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("--items", type=lambda s: s.split(","), default=list(ITEMS))
    parser.add_argument("--contenders", type=lambda s: s.split(","), default=list(CONTENDERS))
    options = parser.parse_args()
    for given, known in ((options.items, ITEMS), (options.contenders, CONTENDERS)):
        unknown = [name for name in given if name not in known]
        if unknown:
            parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    if options.size < 1_000 or options.repeats < 1:
        parser.error("--size is at least 1000, --repeats at least 1")
    return options


def main() -> int:
    options = _options()
    record: dict[str, Any] = {"machine": machine(), "versions": versions(), "items": []}
    record["import"] = import_cost(SOURCE) if "ours" in options.contenders else {}
    say(f"making {options.size:,} nodes")
    case = make(options.size)
    with tempfile.TemporaryDirectory(prefix="cascade-kpi-benchmark-") as folder:
        for item in options.items:
            if item == "update_one":
                smaller = [make(max(1_000, options.size // s)) for s in (100, 10)]
                entry = measure_sizes(item, [*smaller, case], Path(folder), options)
            else:
                nodes = ITEMS[item].nodes(options.size)
                about = case if nodes == len(case) else make(nodes)
                entry = measure(item, about, Path(folder), options)
            record["items"].append(entry)
            options.json.write_text(json.dumps(record, indent=1) + "\n")
    print(table(record["items"]))
    if record["import"]:
        cost = record["import"]["cascade_kpi_ms"]
        print(f"\nimport cascade_kpi: {cost:.0f} ms beyond numpy and attrs")
    return 0 if all(entry["agree"] is not False for entry in record["items"]) else 1


if __name__ == "__main__":
    sys.exit(main())
