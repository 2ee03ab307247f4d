"""What gates and vetoes may take from points, as far as intervals tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cascade_kpi.examining.reach import Reach, settled
from cascade_kpi.scoring.adjustments import Gate, Veto

__all__ = ["biting", "capping"]


def capping(reach: Reach, section: int) -> Iterator[tuple[Gate | Veto, Mapping[int, float]]]:
    """Each gate and veto of a section, in order, and from what it may take how much at the most.

    By position: a gate takes of parts of the section, a veto of the section itself; in points.
    Nothing, where no result changes whether it holds, and where no points lie above its cap.

    Parameters
    ----------
    reach : Reach
        With whatever absent.
    """
    outline = reach.card.outline
    of = outline.parts[section]
    for gate in of.gates:
        if type(gate) is Gate:
            mine = [i for i in outline.children[section] if gate.caps(outline.names[i])]
            tops = {i: reach.values[i].high for i in mine if i in reach.counted}
            yield gate, _above(gate, tops, reach)
    for n, step in enumerate(of.then):
        if type(step) is Veto:
            value = reach.stepped.get((section, n))
            yield step, _above(step, {} if value is None else {section: value.high}, reach)


def _above(rule: Gate | Veto, tops: Mapping[int, float], reach: Reach) -> dict[int, float]:
    if settled(rule.when, reach):
        return {}
    return {i: top - rule.at for i, top in tops.items() if top > rule.at}


def biting(rule: Gate | Veto, section: int, reach: Reach) -> bool:
    """Whether a rule of a section may make a total jump, or turn it round."""
    return any(each is rule and taken for each, taken in capping(reach, section))
