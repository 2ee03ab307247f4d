"""What the relations of raters weigh."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi._fields import as_number, not_texts
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record

__all__ = ["ByHeads", "ByRelation", "HandedTo", "Weighting", "as_weights", "odd_weights"]

_GREATEST = 1e9  # weights are set against each other: larger ones say no more


@runtime_checkable
class Weighting(Protocol):
    """What each relation weighs, where so many of it have rated.

    See :func:`cascade_kpi.testing.check_weighting` for the laws.
    """

    def __call__(self, relations: tuple[str, ...], counts: IntArray) -> FloatArray:
        """Weights, float64 (g, r), zero or more; those of missing relations do not count.

        Parameters
        ----------
        relations : tuple of str
            The r relations that occur.
        counts : int64 array (g, r)
            Ratings of g scores by relation; zero where there are fewer than the least that
            count.
        """
        ...


def as_weights(weights: Any) -> Any:
    """A mapping of names to weights, read-only; anything else as it is."""
    if not isinstance(weights, Mapping):
        return weights
    return MappingProxyType({name: as_number(weight) for name, weight in weights.items()})


def odd_weights(source: str, weights: object) -> list[Fault]:
    """The faults of a mapping of names to weights, of which one is above zero."""
    if not isinstance(weights, Mapping):
        repair = "give a mapping of names to weights"
        return [Fault(source, "not a mapping", repair, column="weights", value=weights)]
    faults = []
    for name, weight in weights.items():
        if not isinstance(name, str) or not name.strip():
            faults.append(Fault(source, "not a name", "name it as text", value=name))
        elif not isinstance(weight, float) or not 0 <= weight <= _GREATEST:
            reason = "not a weight from 0 to 1e9"
            faults.append(Fault(source, reason, "correct it", column=name, value=weight))
    if not faults and not sum(weights.values()) > 0:
        faults.append(Fault(source, "nothing weighs anything", "give a weight above zero"))
    return faults


@record("cascade_kpi/rating.by_relation")
@frozen
class ByRelation:
    """A weight for each relation.

    Parameters
    ----------
    weights : mapping of str to float
        From 0 to 1e9; only their proportions matter. A relation of weight zero is shown
        and does not count.

    Examples
    --------
    >>> ByRelation({"manager": 50, "peer": 20})(("manager", "peer"), np.array([[1, 4]]))
    array([[50., 20.]])
    """

    weights: Mapping[str, float] = field(converter=as_weights)

    def __attrs_post_init__(self) -> None:
        check(odd_weights("weights", self.weights))

    def __hash__(self) -> int:
        return hash(frozenset(self.weights.items()))

    def __call__(self, relations: tuple[str, ...], counts: IntArray) -> FloatArray:
        """Its weight for each relation, whoever has rated.

        Raises
        ------
        InputError
            Listing the relations that have no weight.
        """
        check(
            [
                Fault(
                    "weights",
                    "the relation has no weight",
                    f"{suggest(name, self.weights)}, or give it one: zero not to count it",
                    value=name,
                )
                for name in relations
                if name not in self.weights
            ]
        )
        line = np.array([self.weights[name] for name in relations], dtype=np.float64)
        return np.tile(line, (len(counts), 1))


@record("cascade_kpi/rating.by_heads")
@frozen
class ByHeads:
    """A relation weighs as much as it has raters: every rating weighs the same.

    Examples
    --------
    >>> ByHeads()(("manager", "peer"), np.array([[1, 4]]))
    array([[1., 4.]])
    """

    def __call__(self, relations: tuple[str, ...], counts: IntArray) -> FloatArray:
        """The numbers of ratings."""
        return counts.astype(np.float64)


@record("cascade_kpi/rating.handed_to")
@frozen
class HandedTo:
    """Weights by relation, those of relations without ratings handed to one that has them.

    Parameters
    ----------
    heir : str
        The relation that takes them over. Where it has no ratings either, nothing is handed.
    weights : mapping of str to float
        As those of :class:`~cascade_kpi.rating.ByRelation`.

    Examples
    --------
    >>> rule = HandedTo("manager", {"manager": 50, "peer": 20, "report": 30})
    >>> rule(("manager", "peer", "report"), np.array([[1, 4, 0]]))
    array([[80., 20.,  0.]])
    """

    heir: str
    weights: Mapping[str, float] = field(converter=as_weights)

    def __attrs_post_init__(self) -> None:
        faults = not_texts("weights", heir=self.heir) + odd_weights("weights", self.weights)
        if not faults and self.heir not in self.weights:
            repair = suggest(self.heir, self.weights)
            faults.append(
                Fault("weights", "it has no weight", repair, column="heir", value=self.heir)
            )
        check(faults)

    def __hash__(self) -> int:
        return hash((self.heir, frozenset(self.weights.items())))

    def __call__(self, relations: tuple[str, ...], counts: IntArray) -> FloatArray:
        """The weights as they are handed on.

        Raises
        ------
        InputError
            Listing the relations that have no weight.
        """
        weights = ByRelation(self.weights)(relations, counts)
        if self.heir not in relations:
            return weights
        at = relations.index(self.heir)
        heirs = counts[:, at] > 0
        for r in range(len(relations)):
            if r != at:
                goes = heirs & (counts[:, r] == 0)
                weights[:, at] += np.where(goes, weights[:, r], 0.0)
                weights[goes, r] = 0.0
        return weights
