"""Totals under many cards, to the bit those of scoring by one card after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi._fields import refusals
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.scoring.block import Block, Sources
from cascade_kpi.scoring.grades import codes_of
from cascade_kpi.scoring.items import Item, Rated
from cascade_kpi.scoring.kernel import Kernel
from cascade_kpi.scoring.lawful import sources_of
from cascade_kpi.scoring.places import Where
from cascade_kpi.scoring.score import Scores
from cascade_kpi.scoring.scorecard import Scorecard
from cascade_kpi.sweeping.tally import Batch

__all__ = ["Each", "Made"]

Made = Iterator[tuple[int, Where, Iterable[Batch]]]
"""A period, some nodes, and their totals under some weightings or cards at a time."""

_BLOCK = 65_536  # nodes; fewer where so many points would be kept
_KEPT = 1 << 23  # points kept at a time, 64 MB
_LEAST = 2_048
_CARDS = 1_000  # weightings whose cards are made at a time

Points = tuple[FloatArray, NDArray[np.bool_]]
"""Points of an item for a block of nodes, and whose are known, (m,) each."""


@frozen(eq=False)
class _Block(Block):
    """A block that keeps points of items which other cards have too.

    Attributes
    ----------
    code : tuple of int
        Per part, the number of its item among those that are kept; -1 for one that is not.
    first : int
        The node at which what is kept begins.
    kept : dict of int to Points
    """

    code: tuple[int, ...] = field(kw_only=True)
    first: int = field(kw_only=True)
    kept: dict[int, Points] = field(kw_only=True)

    def item(self, i: int) -> FloatArray:
        """Points of an item, made for those whose points are not known yet."""
        found = self.kept.get(self.code[i])
        if found is None:
            return super().item(i)
        points, known = found
        if isinstance(self.nodes, slice):
            part = slice(self.nodes.start - self.first, self.nodes.stop - self.first)
            if not known[part].all():
                points[part] = super().item(i)
                known[part] = True
            return lock(points[part])
        at = self.nodes - self.first
        new = ~known[at]
        if new.any():
            points[at[new]] = Block(self.sources, self.p, self.nodes[new]).item(i)
            known[at] = True
        return points[at]


@frozen(eq=False)
class Each:
    """Many cards over one set of results, ready to be computed block by block.

    Attributes
    ----------
    names : tuple of str
        Of the cards.
    sources : tuple of Sources
        Of each card.
    codes : tuple of tuple of int
        Per card and part, the number of an item that several cards have; -1 for others.
    shared : int
        How many such items there are.
    begin : int
        The number of the first card, where they are a part of more.
    """

    names: tuple[str, ...]
    sources: tuple[Sources, ...]
    codes: tuple[tuple[int, ...], ...]
    shared: int
    begin: int = 0

    @classmethod
    def parts(
        cls, scores: Scores, names: Sequence[str], card: Callable[[int], Scorecard]
    ) -> Iterator[Each]:
        """Any number of cards, a thousand at a time; `card` makes the k-th."""
        for begin in range(0, len(names), _CARDS):
            which = range(begin, min(begin + _CARDS, len(names)))
            made = cls.of(scores, {names[k]: card(k) for k in which})
            yield attrs.evolve(made, begin=begin)

    @classmethod
    def of(cls, scores: Scores, cards: Mapping[str, Scorecard]) -> Each:
        """The cards, looked at as `score` looks at them.

        Raises
        ------
        InputError
            Listing all that `score` would refuse under any of the cards, by their names.
        """
        sources, faults = [], dict[str, list[Fault]]()
        columns: dict[str, FloatArray] = {}
        groups: list[IntArray] = []
        for name, card in cards.items():
            try:
                made = sources_of(scores.results, card, scores.ratings)
            except InputError as error:
                faults[name] = list(error.faults)
                continue
            # What every card reads of the tree is kept once.
            mine = {each: columns.setdefault(each, made.columns[each]) for each in made.columns}
            table = attrs.evolve(made.table, group=_kept(made.table.group, groups))
            sources.append(attrs.evolve(made, columns=mine, table=table))
        check(_by_name(faults))
        codes, shared = _codes([each.card for each in sources])
        return cls(tuple(cards), tuple(sources), codes, shared)

    def blocks(self) -> Iterator[slice]:
        """Everybody, in blocks."""
        nodes = len(self.sources[0].results.org)
        size = min(max(_KEPT // max(self.shared, 1), _LEAST), _BLOCK)
        for begin in range(0, nodes, size):
            yield slice(begin, min(begin + size, nodes))

    def totals(
        self, p: int, nodes: slice | IntArray, which: range | None = None
    ) -> Iterator[tuple[int, FloatArray]]:
        """The number of each card and totals of some nodes under it, float64 (m,).

        Of all, or of some by their place among these.

        Raises
        ------
        InputError
            Naming what is too large for a float, and under which card.
        """
        kept: dict[int, Points] = {}
        if isinstance(nodes, slice):
            size = nodes.stop - nodes.start
            kept = {
                code: (np.empty(size), np.zeros(size, dtype=bool)) for code in range(self.shared)
            }
        for k in range(len(self.sources)) if which is None else which:
            yield self.begin + k, self._total(k, p, nodes, kept)

    def _total(
        self, k: int, p: int, nodes: slice | IntArray, kept: dict[int, Points]
    ) -> FloatArray:
        if isinstance(nodes, slice):
            more: dict[str, Any] = {"code": self.codes[k], "first": nodes.start, "kept": kept}
            try:
                with np.errstate(over="raise", invalid="ignore"):
                    return _Block(self.sources[k], p, nodes, **more).value(0)
            except FloatingPointError:
                pass  # scored alone it says what is too large, if it is
        try:
            return Kernel(self.sources[k]).value(0, p, nodes)
        except InputError as error:
            raise InputError(_by_name({self.names[k]: list(error.faults)})) from None

    def everybody(self) -> Made:
        """Totals of blocks of everybody, card by card.

        Raises
        ------
        InputError
            Listing what is absent under cards that refuse it.
        """
        self.check_missing()
        for p in range(len(self.sources[0].results.periods)):
            for nodes in self.blocks():
                yield p, nodes, self._batches(p, nodes)

    def _batches(self, p: int, nodes: slice) -> Iterator[Batch]:
        return (Batch.of(slice(k, k + 1), one[None]) for k, one in self.totals(p, nodes))

    def graded(self) -> Made:
        """The same, where each total has to lie within the bands of its own card.

        Raises
        ------
        InputError
            In the end, listing the least and the most totals that do not.
        """
        ends = np.full((2, len(self.sources)), np.nan)
        for p, nodes, batches in self.everybody():
            yield p, nodes, _watched(batches, ends)
        outside = {
            name: refusals(partial(codes_of, sources.card.grades), ends[:, k])
            for k, (name, sources) in enumerate(zip(self.names, self.sources, strict=True))
        }
        check(_by_name(outside))

    def check_missing(self) -> None:
        """Refuse what is absent under those cards that refuse it.

        Raises
        ------
        InputError
            Listing every part without points, by the names of the cards.
        """
        faults = {}
        for name, sources in zip(self.names, self.sources, strict=True):
            try:
                Kernel(sources).refuse_missing()
            except InputError as error:
                faults[name] = list(error.faults)
        check(_by_name(faults))


def _kept(group: IntArray, groups: list[IntArray]) -> IntArray:
    """One of those that are kept, if it is the same; else itself, kept from now on."""
    for each in groups:
        if each is group or np.array_equal(each, group):
            return each
    groups.append(group)
    return group


def _watched(batches: Iterable[Batch], ends: FloatArray) -> Iterator[Batch]:
    """The same batches; the least and the most total of each card are kept, (2, w)."""
    for batch in batches:
        which = batch.which
        ends[0, which] = np.fmin(ends[0, which], np.fmin.reduce(batch.totals, axis=1))
        ends[1, which] = np.fmax(ends[1, which], np.fmax.reduce(batch.totals, axis=1))
        yield batch


def _by_name(faults: Mapping[str, Sequence[Fault]]) -> list[Fault]:
    """Faults of several cards, those alike once, each with the card that it is of."""
    found: dict[str, tuple[Fault, list[str]]] = {}
    for name, mine in faults.items():
        for fault in mine:
            found.setdefault(str(fault), (fault, []))[1].append(name)
    told = []
    for fault, names in found.values():
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        told.append(attrs.evolve(fault, reason=f"{fault.reason}, under {names[0]!r}{more}"))
    return told


def _codes(cards: Sequence[Scorecard]) -> tuple[tuple[tuple[int, ...], ...], int]:
    """Numbers of the items that more than one card has; how many there are.

    Of the library's own items alone: another might read what else is on a card.
    """
    keys = [[_key(part) for part in card.outline.parts] for card in cards]
    counts = Counter(key for mine in keys for key in mine if key is not None)
    number = {key: i for i, key in enumerate(key for key in counts if counts[key] > 1)}
    return tuple(tuple(number.get(key, -1) for key in mine) for mine in keys), len(number)


def _key(part: Any) -> object:
    """What is alike of items of the same rule, None if that cannot be told.

    Its text tells apart what is equal and yet not the same, 0.0 and −0.0.
    """
    if type(part) not in (Item, Rated):
        return None
    try:
        hash(part)
    except TypeError:  # of a rule of arrays
        return id(part)
    return part, repr(part)
