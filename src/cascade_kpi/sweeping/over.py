"""What a sweep goes over: weightings of one card, or whole cards."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi.errors import Fault, suggest, unlike
from cascade_kpi.scoring.grades import labels_of
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.sweeping.tally import edges
from cascade_kpi.sweeping.variants import Variants
from cascade_kpi.sweeping.weightings import Weightings

__all__ = ["Over", "cuts_of", "misfits", "not_swept"]

Over: TypeAlias = Weightings | Variants

OF_BASE = ("total", "points")
"""What is explained of the base; whatever is swept is explained by its name."""

SECTIONS = "set weights of sections, and within them, by Variants.grid(card, {'part.weight': […]})"
"""What to do with weights that no weighting has."""


def not_swept(over: object) -> list[Fault]:
    """A fault if it is neither."""
    if isinstance(over, Variants):
        return []
    return unlike(over, Weightings, "over", "Weightings(…) or Variants(…)")


def misfits(card: Scorecard, over: Over) -> list[Fault]:
    """Names that the base has, items that the card lacks, or cards with other grades."""
    kind = "weightings" if isinstance(over, Weightings) else "variants"
    taken = [
        Fault(kind, "what explain tells of the base is called so", "rename it", value=name)
        for name in OF_BASE
        if name in over.names
    ]
    return taken + _unlike_base(card, over)


def _unlike_base(card: Scorecard, over: Over) -> list[Fault]:
    if isinstance(over, Weightings):
        known = tuple(item.name for item in card.items)
        sections = set(card.outline.names) - set(known)
        return [
            Fault("weightings", "a section of the card", SECTIONS, value=name)
            if name in sections
            else Fault("weightings", "no item of this name", suggest(name, known), value=name)
            for name in over.items
            if name not in known
        ]
    mine = labels_of(card.grades)
    reason = f"other grades than the base, {', '.join(mine) or 'which has none'}"
    return [
        Fault("variants", reason, "give them the same labels", column=name,
              value=", ".join(labels_of(each.grades)) or "none")
        for name, each in over.cards.items()
        if labels_of(each.grades) != mine
    ]  # fmt: skip


def cuts_of(card: Scorecard, over: Over) -> FloatArray | None:
    """Where grades begin under each weighting or card, (w, g − 1); None without grades."""
    if card.grades is None:
        return None
    cards = over.cards.values() if isinstance(over, Variants) else [card] * len(over)
    bands = [each.grades for each in cards if each.grades is not None]
    known = {each: edges(each) for each in bands}
    return np.array([known[each] for each in bands])
