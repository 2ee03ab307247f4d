"""``demo``: the embedded case, with progress on stderr and its summary on stdout."""

from __future__ import annotations

import argparse
import sys
import time

from cascade_kpi.cli.telling import FINE, fail, reason_of, say
from cascade_kpi.demo.run import STEPS, run
from cascade_kpi.errors import InputError

__all__ = ["demo"]


def demo(options: argparse.Namespace) -> int:
    """Run the case into ``options.out``; the exit code."""
    began = time.perf_counter()

    def progress(step: int, text: str) -> None:
        if sys.stderr is not None:
            say(f"[{step}/{STEPS}] {time.perf_counter() - began:4.1f} s  {text}", sys.stderr)
            sys.stderr.flush()

    try:
        summary = run(options.out, progress=progress, replace="any" if options.force else "own")
    except InputError as error:
        return fail("; ".join(f"{f.value}: {f.reason}; {f.repair}" for f in error.faults))
    except OSError as error:
        return fail(reason_of(error))
    say(summary.text())
    say(f"\nWritten to {options.out}: {', '.join(file.name for file in summary.files)}")
    return FINE
