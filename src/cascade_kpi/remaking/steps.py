"""The steps that make targets of targets, as the inputs and rules of their verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol, runtime_checkable

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, frozen_columns
from cascade_kpi.commitments.confidences import CERTAIN, Confidence
from cascade_kpi.commitments.offers import Offers, read_offers
from cascade_kpi.commitments.reconcile import as_rules, reconciled
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.phasing.itemise import itemise
from cascade_kpi.phasing.phase import phase
from cascade_kpi.phasing.profiles import Profile
from cascade_kpi.records import record
from cascade_kpi.remaking.told import renumbered, told
from cascade_kpi.targets.origins import Itemised, Phased, Reconciled
from cascade_kpi.targets.targets import Targets

__all__ = ["Itemising", "Phasing", "RecipeStep", "Reconciling"]


@runtime_checkable
class RecipeStep(Protocol):
    """How targets were made of other targets: a verb's inputs, in terms of any tree."""

    def __call__(self, targets: Targets) -> Targets:
        """What the verb makes of the targets. Raises InputError, listing every fault."""
        ...


@record("cascade_kpi/recipes.phase")
@frozen(hash=False)
class Phasing:
    """What :func:`phase <cascade_kpi.phase>` took.

    Attributes
    ----------
    periods : mapping
        Of every period of the whole to its parts, in order.
    by : mapping
        Of KPI name to profile, those that are divided over the parts.
    """

    periods: Mapping[str, tuple[str, ...]]
    by: Mapping[str, Profile]

    @classmethod
    def of(cls, targets: Targets, origin: Phased) -> Phasing:
        """What some targets were phased by."""
        labels, periods = iter(targets.periods), origin.whole.periods
        parts = {
            label: tuple(next(labels) for _ in range(size))
            for label, size in zip(periods, origin.sizes, strict=True)
        }
        pairs = zip(targets.kpis.names, origin.by, strict=True)
        return cls(parts, {name: rule for name, rule in pairs if rule is not None})

    def __call__(self, targets: Targets) -> Targets:
        """The targets, phased."""
        return phase(targets, self.periods, self.by)


@record("cascade_kpi/recipes.itemise")
@frozen(hash=False)
class Itemising:
    """What :func:`itemise <cascade_kpi.itemise>` took."""

    kpi: str
    into: Kpis
    by: Profile

    @classmethod
    def of(cls, targets: Targets, origin: Itemised) -> Itemising:
        """What some targets were itemised by."""
        into = Kpis(targets.kpis.items[origin.parts])
        return cls(origin.whole.kpis.names[origin.k], into, origin.by)

    def __call__(self, targets: Targets) -> Targets:
        """The targets, itemised."""
        return itemise(targets, self.kpi, self.into, self.by)


@record("cascade_kpi/recipes.reconcile")
@frozen(hash=False)
class Reconciling:
    """What :func:`reconcile <cascade_kpi.reconcile>` took.

    Attributes
    ----------
    offers : mapping of str to array (m,)
        ``node``, ``kpi``, ``period``, ``value`` in KPI units, ``confidence``; and maybe ``row``.
    confidence : mapping
        Of KPI name to rule.
    limits : mapping of str to array (m,)
        ``node``, ``kpi``, ``period``; ``floor``, ``cap`` in KPI units, NaN where there is none.
    inner : "total" or "own"
    """

    offers: Mapping[str, NDArray[Any]] = field(eq=CONTENT, repr=False, converter=frozen_columns)
    confidence: Mapping[str, Confidence]
    limits: Mapping[str, NDArray[Any]] = field(eq=CONTENT, repr=False, converter=frozen_columns)
    inner: Literal["total", "own"]

    @classmethod
    def of(cls, targets: Targets, origin: Reconciled) -> Reconciling:
        """What some targets were reconciled with."""
        given: Offers = origin.offers
        entries = given.entries
        offers = told(targets, entries, value=entries.values["value"], confidence=given.belief)
        offers["confidence"] = _weights(offers["confidence"])
        limits = told(targets, given.limits, floor=given.floor, cap=given.cap)
        rules = dict(zip(targets.kpis.names, origin.by, strict=True))
        return cls(offers, rules, limits, origin.inner)

    def __call__(self, targets: Targets) -> Targets:
        """The targets, reconciled."""
        rules = as_rules(targets, self.confidence)
        axes = targets.org, targets.kpis, targets.periods
        given = read_offers(*axes, self.offers, self.limits)
        entries = renumbered(given.entries, self.offers, "offers")
        limits = renumbered(given.limits, self.limits, "limits")
        given = attrs.evolve(given, entries=entries, limits=limits)
        return reconciled(targets, given, rules, self.inner)


def _weights(belief: NDArray[np.float64]) -> NDArray[Any]:
    """Confidences as a table states them: what is certain by its word."""
    certain = np.isinf(belief)
    if not certain.any():
        return belief
    weights = belief.astype(object)
    weights[certain] = CERTAIN
    return weights


OF: dict[type, Callable[[Targets, Any], RecipeStep]] = {
    Phased: Phasing.of,
    Itemised: Itemising.of,
    Reconciled: Reconciling.of,
}
"""The step of each origin that has targets behind it."""
