"""The steps that make targets of targets, as the inputs and rules of their verbs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import CONTENT, frozen_columns
from cascade_kpi.commitments.confidences import CERTAIN, Confidence
from cascade_kpi.commitments.offers import Offers, read_offers
from cascade_kpi.commitments.reconcile import as_rules, reconcile, reconciled
from cascade_kpi.commitments.reconciliation import Reconciliation
from cascade_kpi.kpis.kpi import Kpi, Kpis
from cascade_kpi.phasing.itemise import itemise
from cascade_kpi.phasing.phase import phase
from cascade_kpi.phasing.profiles import Profile
from cascade_kpi.records import record
from cascade_kpi.remaking.told import known, renumbered, told
from cascade_kpi.targets.origins import Itemised, Phased, Reconciled
from cascade_kpi.targets.targets import Targets

__all__ = [
    "Itemising",
    "Phasing",
    "RecipeStep",
    "Reconciling",
    "inputs_of",
    "kinds_of",
    "mixed",
    "replaced",
    "stages_of",
    "step_class",
    "step_of",
]


# The kinds of input that changes are attributed to: see KINDS of cascade_kpi.changing.
_RULES = {"kind": "rules"}
_PROFILES = {"kind": "profiles"}
_OFFERS = {"kind": "offers"}
_CONFIDENCES = {"kind": "confidences"}
_LIMITS = {"kind": "limits"}


@runtime_checkable
class RecipeStep(Protocol):
    """How targets were made of other targets: a verb's inputs, in terms of any tree.

    Its fields have the names of the verb's arguments, and each says of which kind it is.
    """

    @property
    def verb(self) -> Callable[..., Any]:
        """The function that users call."""
        ...

    def __call__(self, targets: Targets) -> Targets:
        """What the verb makes of the targets. Raises InputError, listing every fault."""
        ...

    def within(self, targets: Targets, /) -> RecipeStep:
        """The same without what is about nodes, KPIs or periods that are not there."""
        ...

    def ruled(self, kpis: Mapping[str, Kpi], /) -> RecipeStep:
        """The same with some of its own KPIs replaced by those of their names."""
        ...


class _Step:
    """What most steps do."""

    def within(self, _targets: Targets) -> Any:
        """The same: it names nothing that may not be there."""
        return self

    def ruled(self, _kpis: Mapping[str, Kpi]) -> Any:
        """The same: it has no KPIs of its own."""
        return self


@record("cascade_kpi/recipes.phase")
@frozen(hash=False)
class Phasing(_Step):
    """What :func:`phase <cascade_kpi.phase>` took.

    Attributes
    ----------
    periods : mapping
        Of every period of the whole to its parts, in order.
    by : mapping
        Of KPI name to profile, those that are divided over the parts.
    """

    verb: ClassVar[Callable[..., Targets]] = staticmethod(phase)

    periods: Mapping[str, tuple[str, ...]] = field(metadata=_PROFILES)
    by: Mapping[str, Profile] = field(metadata=_PROFILES)

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

    def within(self, targets: Targets) -> Phasing:
        """The same for the periods and KPIs that are there."""
        return Phasing(_only(self.periods, targets.periods), _only(self.by, targets.kpis.names))


@record("cascade_kpi/recipes.itemise")
@frozen(hash=False)
class Itemising(_Step):
    """What :func:`itemise <cascade_kpi.itemise>` took."""

    verb: ClassVar[Callable[..., Targets]] = staticmethod(itemise)

    kpi: str = field(metadata=_PROFILES)
    into: Kpis = field(metadata=_RULES)
    by: Profile = field(metadata=_PROFILES)

    @classmethod
    def of(cls, targets: Targets, origin: Itemised) -> Itemising:
        """What some targets were itemised by."""
        into = Kpis(targets.kpis.items[origin.parts])
        return cls(origin.whole.kpis.names[origin.k], into, origin.by)

    def __call__(self, targets: Targets) -> Targets:
        """The targets, itemised."""
        return itemise(targets, self.kpi, self.into, self.by)

    def ruled(self, kpis: Mapping[str, Kpi]) -> Itemising:
        """The same with other parts."""
        return attrs.evolve(self, into=replaced(self.into, kpis))


@record("cascade_kpi/recipes.reconcile")
@frozen(hash=False)
class Reconciling(_Step):
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

    verb: ClassVar[Callable[..., Reconciliation]] = staticmethod(reconcile)

    offers: Mapping[str, NDArray[Any]] = field(
        metadata=_OFFERS, eq=CONTENT, repr=False, converter=frozen_columns
    )
    confidence: Mapping[str, Confidence] = field(metadata=_CONFIDENCES)
    limits: Mapping[str, NDArray[Any]] = field(
        metadata=_LIMITS, eq=CONTENT, repr=False, converter=frozen_columns
    )
    inner: Literal["total", "own"] = field(metadata=_CONFIDENCES)

    @classmethod
    def of(cls, targets: Targets, origin: Reconciled) -> Reconciling:
        """What some targets were reconciled with."""
        given: Offers = origin.offers
        entries = given.entries
        offers = told(
            targets,
            entries,
            value=entries.values.get("value", given.belief),
            confidence=given.belief,
        )
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

    def within(self, targets: Targets) -> Reconciling:
        """The same with the offers and limits for what is there."""
        return attrs.evolve(
            self,
            offers=known(targets, self.offers),
            confidence=_only(self.confidence, targets.kpis.names),
            limits=known(targets, self.limits),
        )


def replaced(kpis: Kpis, by: Mapping[str, Kpi]) -> Kpis:
    """KPIs, some of them replaced by those of the same name."""
    return Kpis(by.get(kpi.name, kpi) for kpi in kpis) if by else kpis


def _only(given: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """What is given for some names."""
    there = set(names)
    return {name: one for name, one in given.items() if name in there}


def _weights(belief: NDArray[np.float64]) -> NDArray[Any]:
    """Confidences as a table states them: what is certain by its word."""
    certain = np.isinf(belief)
    if not certain.any():
        return belief
    weights = belief.astype(object)
    weights[certain] = CERTAIN
    return weights


_STEPS: Mapping[type, type[Phasing | Itemising | Reconciling]] = {
    Phased: Phasing,
    Itemised: Itemising,
    Reconciled: Reconciling,
}


def step_class(targets: Targets) -> type[Phasing | Itemising | Reconciling]:
    """The class of the step that made targets of others."""
    return _STEPS[type(targets.origin)]


def step_of(targets: Targets) -> RecipeStep:
    """The step that made targets of others."""
    origin: Any = targets.origin
    return step_class(targets).of(targets, origin)


def stages_of(targets: Targets) -> tuple[Targets, ...]:
    """All that some targets were made of, one of the other, and these themselves last."""
    stages = [targets]
    while isinstance(origin := stages[-1].origin, Phased | Itemised | Reconciled):
        stages.append(origin.whole)
    return tuple(reversed(stages))


def inputs_of(step: RecipeStep) -> dict[str, Any]:
    """What a verb was given, by the names of its arguments."""
    return {name: getattr(step, name) for name in kinds_of(type(step))}


def kinds_of(step: type) -> dict[str, str]:
    """Of which kind each input of a class of steps is."""
    return {field.name: field.metadata["kind"] for field in attrs.fields(step)}


def mixed(before: RecipeStep, after: RecipeStep, kinds: Collection[str]) -> RecipeStep:
    """A step with the inputs of some kinds as they are after, the others as before."""
    changed = {
        name: getattr(after, name) for name, k in kinds_of(type(after)).items() if k in kinds
    }
    step: Any = before
    made: RecipeStep = attrs.evolve(step, **changed)
    return made
