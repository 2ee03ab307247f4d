"""Where the numbers were measured, and what importing costs."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

__all__ = ["import_cost", "machine", "versions"]

PACKAGES = (
    "cascade-kpi",
    "numpy",
    "attrs",
    "polars",
    "pandas",
    "scipy",
    "duckdb",
    "networkx",
    "bigtree",
    "hierarchicalforecast",
    "pyarrow",
    "apportionment",
    "ipfn",
    "hierarchicalforecast",
)
_IMPORT = (
    "import time, numpy, attrs; t = time.perf_counter(); import cascade_kpi;"
    " print(time.perf_counter() - t)"
)
_BASE = "import time; t = time.perf_counter(); import numpy, attrs; print(time.perf_counter() - t)"


def machine() -> dict[str, object]:
    """Processor, cores, memory, system, and how busy it was."""
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        model = lines[0].split(":", 1)[1].strip() if lines else model
    pages = os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_bytes": pages * os.sysconf("SC_PAGE_SIZE") if pages else None,
        "system": platform.platform(),
        "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def versions() -> dict[str, str | None]:
    """Python and every package that is compared; None where it is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found


def _environment(source: Path, cache: str) -> dict[str, str]:
    """The source first on the path, and byte code kept, as it is for an installed package."""
    path = os.pathsep.join(filter(None, [str(source), os.environ.get("PYTHONPATH", "")]))
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": path, "PYTHONPYCACHEPREFIX": cache}


def _milliseconds(code: str, environment: dict[str, str], runs: int) -> float:
    times = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        times.append(float(done.stdout) * 1e3)
    return statistics.median(times)


def import_cost(source: Path, runs: int = 11) -> dict[str, float]:
    """Medians over fresh processes, in milliseconds.

    ``cascade_kpi_ms`` is what comes on top of numpy and attrs.
    """
    with tempfile.TemporaryDirectory(prefix="cascade-kpi-bytecode-") as cache:
        environment = _environment(source, cache)
        _milliseconds(_IMPORT, environment, 1)  # the first writes the byte code
        return {
            "cascade_kpi_ms": _milliseconds(_IMPORT, environment, runs),
            "numpy_and_attrs_ms": _milliseconds(_BASE, environment, runs),
        }
