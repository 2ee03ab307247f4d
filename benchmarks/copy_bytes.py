"""The floor: a numpy copy of as many bytes as the work reads."""

from __future__ import annotations

import sys

import numpy as np
from job import Job
from organisation import KPIS, MANY, MONTHS, SPAN, Organisation

NAME = "copy"

__all__ = ["NAME", "fresh", "input_bytes", "into"]


def input_bytes(case: Organisation, item: str) -> int:
    """Bytes of what an item is given; for ``build`` lists and str objects."""
    if item == "build":
        lists = case.lists()
        return sum(sys.getsizeof(part) + sum(map(sys.getsizeof, part)) for part in lists)
    if item == "update_one":
        return 8 * int(np.mean(case.depth[case.changes[:, 0]]) + 1)
    if item in {"fit", "apportion", "round_table"}:
        return 8 * (len(case) * MONTHS + len(case) + MONTHS)
    if item == "fit_ways":
        seed, margins = case.margins_of_two()
        return seed.nbytes + sum(each.nbytes for each in margins.values())
    k = len(KPIS)
    numbers = {
        "roll_up": k,
        "score_roll_up": 2 * k,
        "score_dense": 2 * k,
        "score_ragged": 2 * k + 1,
        "score_ragged_wide": 2 * MANY + 1,
        "blend": 2,
        "quotas": 2,
        "weightings": 2 * k,
        "cascade_lots": k,
        "phase_lots": MONTHS + 1,
        "divisor_lots": SPAN + 1,
        "reconcile": 1,
        "reconcile_ols": 1,
        "reconcile_floors": 2,
    }
    return 8 * numbers[item] * len(case)


def _times(item: str) -> int:
    """Small work is measured many at a time, so its copy is too."""
    small = {"update_one", "fit", "fit_ways", "apportion", "round_table"}
    return 1_000 if item in small else 1


def into(case: Organisation, item: str) -> Job:
    """Copy into memory that is there already: the stricter of the two."""
    source = np.ones(input_bytes(case, item), dtype=np.uint8)
    room = source.copy()
    times = range(_times(item))

    def run() -> None:
        for _ in times:
            np.copyto(room, source)

    return Job(run, lambda _: room, calls=len(times))


def fresh(case: Organisation, item: str) -> Job:
    """Copy into memory that the system has to find first."""
    source = np.ones(input_bytes(case, item), dtype=np.uint8)
    times = range(_times(item))

    def run() -> None:
        for _ in times:
            source.copy()

    return Job(run, lambda _: source, calls=len(times))
