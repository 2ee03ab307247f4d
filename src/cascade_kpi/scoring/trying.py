"""A card's gates, adjustments and ways to combine, tried before anybody relies on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from cascade_kpi._answers import OddAnswer, ask, odd_answers
from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault
from cascade_kpi.scoring.block import Block, Sources
from cascade_kpi.scoring.combines import Combine
from cascade_kpi.scoring.sections import Section

__all__ = ["odd_rules", "odd_sections", "try_combine"]

_TRIED = 3  # nodes that gates and adjustments are tried on


def odd_sections(sources: Sources) -> list[Fault]:
    """A fault for each rule of a section that answers oddly, or asks for what is not there."""
    return odd_rules(Block(sources, 0, np.arange(min(_TRIED, len(sources.results.org)))))


def odd_rules(block: Block) -> list[Fault]:
    """The same, tried on some nodes."""
    faults: list[Fault] = []
    outline = block.sources.card.outline
    for i in outline.order:
        section: Section = outline.parts[i]
        repair = "mend it; testing.check_{} tells more"
        faults += _odd(section, section.combine, partial(try_combine, section.combine),
                       repair.format("combine"))  # fmt: skip
        before = len(faults)
        for gate in section.gates:
            faults += _odd(section, gate, partial(_try_step, gate, block), repair.format("trigger"))
        for step in section.then:
            asked = partial(_try_step, step, block)
            faults += _odd(section, step, asked, repair.format("adjustment"))
        if len(faults) > before:
            break  # what reads this section would only say the same again
        with np.errstate(all="ignore"):
            try:
                block.made[i] = block.value(i)
            except FloatingPointError:
                return faults  # told by node when everybody is scored
    return faults


def _odd(section: Section, rule: object, tried: Callable[[], Any], repair: str) -> list[Fault]:
    return odd_answers("scorecard", section.name, rule, tried, repair)


def _try_step(step: Callable[..., FloatArray], block: Block) -> None:
    value = np.linspace(-20.0, 120.0, len(block.sources.table.group[block.nodes]))
    ask("it", lambda given: step(given, block), value)


def try_combine(combine: Combine) -> None:
    """Try a way to combine on parts some of which are absent.

    Raises
    ------
    OddAnswer
    """
    points = [
        np.array([90.0, 90.0, np.nan, np.nan, 0.0]),
        np.array([60.0, np.nan, 60.0, np.nan, 120.0]),
    ]
    weights = [70.0, 30.0]
    answer = ask("it", lambda *given: combine(given, weights), *points)
    absent = np.isnan(points).all(axis=0)
    if not np.array_equal(np.isnan(answer), absent):
        raise OddAnswer("it has a value where no part has points, or none where one has")
    slopes = combine.slopes(points, weights)
    if slopes is None:
        return
    if len(slopes) != len(points):
        raise OddAnswer(f"it has {len(slopes)} slopes for {len(points)} parts")
    made = sum(slope * np.nan_to_num(each) for slope, each in zip(slopes, points, strict=True))
    if not np.allclose(made[~absent], answer[~absent], rtol=1e-9, atol=1e-9):
        raise OddAnswer("its value is not Σ slope·points")
