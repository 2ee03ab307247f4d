"""Targets as what they are made of: the inputs and rules of every verb, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._fields import as_tuple, is_a, members, not_texts
from cascade_kpi.errors import Fault, InputError, check, wants
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of
from cascade_kpi.remaking.roots import Root, root_of
from cascade_kpi.remaking.steps import RecipeStep, stages_of, step_of
from cascade_kpi.targets.amounts import Amounts, Lots
from cascade_kpi.targets.ratios import Ratios
from cascade_kpi.targets.targets import Targets

__all__ = ["Recipe", "digest", "follow"]


@record("cascade_kpi/recipe")
@frozen(hash=False)
class Recipe:
    """How targets are made: what they were handed down from, and every step from there.

    It speaks of nodes by id, of KPIs by name and of periods by label, so that it
    can be followed for another tree as well. Targets are written as JSON by it, and
    so is a recipe by itself: it is read without being followed.

    Attributes
    ----------
    root : Root
        Goals, assigned targets, or columns.
    steps : tuple of RecipeStep
        The first is done to what the root makes: phased, itemised, reconciled.
    digest : str or None
        Of the values that were made. Values that differ are refused.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> year = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 100}, periods="2027")
    >>> halves = ck.phase(year, ["2027H1", "2027H2"], ck.profiles.Even())
    >>> recipe = ck.Recipe.of(halves)
    >>> recipe.steps
    (Phasing(periods={'2027': ('2027H1', '2027H2')}, by={'sales': Even()}),)
    >>> recipe.make() == halves == ck.from_json(ck.to_json(halves))
    True
    """

    root: Root
    steps: tuple[RecipeStep, ...] = field(default=(), converter=as_tuple)
    digest: str | None = None

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        take = "take those of Recipe.of(targets)"
        if not is_a(self.root, Root):
            faults.append(Fault("recipe", "not a root", take, column="root", value=self.root))
        members("recipe", self.steps, RecipeStep, take, faults, column="steps")
        if self.digest is not None:
            faults += not_texts("recipe", digest=self.digest)
        check(faults)

    @classmethod
    def of(cls, targets: Targets) -> Recipe:
        """The recipe of targets.

        Raises
        ------
        InputError
            If they stand for what another stage has made, such as ``Moved``.
        """
        wants(targets, Targets, "targets", "cascade(…)")
        first, *others = stages_of(targets)
        return cls(root_of(first).of(first), tuple(map(step_of, others)), digest(targets))

    def make(self) -> Targets:
        """The targets, made again by the verbs, with all their checks.

        Raises
        ------
        InputError
            Listing every fault of the first that cannot be made, under its place
            in the recipe; and if the values have another digest.
        """
        targets = follow(_placed("root", self.root.make), self.steps)
        if self.digest is not None:
            check_digest(self.digest, digest(targets))
        return targets


def follow(targets: Targets, steps: Sequence[RecipeStep], first: int = 0) -> Targets:
    """What some steps make of targets.

    Parameters
    ----------
    first : int
        Position of the first of them in the recipe.

    Raises
    ------
    InputError
        Listing every fault of the first step that cannot be made, under its place.
    """
    for i, step in enumerate(steps, first):
        targets = _placed(f"steps[{i}]", step, targets)
    return targets


def _placed(place: str, make: Callable[..., Targets], *given: Any) -> Targets:
    """What is made; faults under the place in the recipe."""
    try:
        return make(*given)
    except InputError as error:
        faults = [attrs.evolve(f, source=f"{place} ({f.source})") for f in error.faults]
        raise InputError(faults) from error


def digest(targets: Targets) -> str:
    """SHA-256 of the values: of whole lots where these are counted, else of amounts.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq"], "parent": [""]})
    >>> year = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 100}, periods="2027")
    >>> digest(year)[:23]
    'sha256:...'
    """
    parts: list[str | NDArray[Any]] = []
    for column in targets.columns:
        parts.append(f"{type(column).__name__} {_unit(column)}")
        parts += [] if isinstance(column, Amounts) else [column.counts]
        parts += [] if isinstance(column, Lots) else [column.values]
    return digest_of(parts)


def _unit(column: Lots | Amounts | Ratios) -> str:
    """What a column counts in."""
    if isinstance(column, Lots):
        return str(column.lot.exact)
    return f"2^{column.counted.exponent}" if isinstance(column, Ratios) else ""


record("cascade_kpi/targets", written_as=Recipe)(Targets)
