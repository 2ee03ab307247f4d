"""What a contender hands over to be measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

__all__ = ["Job", "in_input_order"]

Answer = NDArray[Any]


@frozen
class Job:
    """One piece of work, ready to run.

    Attributes
    ----------
    run : callable
        The timed work. Called with what ``fresh`` returned.
    answer : callable
        Turns what ``run`` returned into an array in input order. Not timed.
    fresh : callable
        Makes the arguments of one call. Not timed.
    calls : int
        How many pieces of work one ``run`` does; times are divided by it.
    """

    run: Callable[..., Any]
    answer: Callable[[Any], Answer]
    fresh: Callable[[], tuple[Any, ...]] = tuple
    calls: int = 1


def in_input_order(order: NDArray[np.int64], values: Answer) -> Answer:
    """Put rows held in another order back: row i of ``values`` is input row ``order[i]``."""
    out = np.empty_like(values)
    out[order] = values
    return out
