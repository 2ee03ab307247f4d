"""The arithmetic of blending: everybody's totals mixed by their shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.blending.shares import Shares
from cascade_kpi.org.rollup import add_present
from cascade_kpi.org.tree import OrgTree

__all__ = ["Carried", "Line", "Mixture", "blocks", "mix"]

Mask = NDArray[np.bool_]

_BLOCK = 32_768  # nodes; a few columns of so many stay in the cache


@frozen(eq=False)
class Mixture:
    """What some nodes' totals are mixed of.

    Attributes
    ----------
    shares : list of float64 array (m,)
        One a level: the part of 1 that counts, zero where it does not.
    parts : list of float64 array (m,)
        One a level: what it brings, in points; NaN where it brings nothing.
    mean : float64 array (m,)
        The sum of the parts, in points.
    """

    shares: list[FloatArray]
    parts: list[FloatArray]
    mean: FloatArray


class Line(NamedTuple):
    """One level of some nodes.

    Attributes
    ----------
    share : float64 array (m,)
        As stated, zero or more.
    total : float64 array (m,)
        Of the node found, in points, NaN where absent.
    at : int64 array (m,)
        The row of the node found, -1 where there is none.
    """

    share: FloatArray
    total: FloatArray
    at: IntArray


def mix(lines: Sequence[Line], here: IntArray, own: FloatArray, policies: Shares) -> Mixture:
    """Totals of several levels, mixed.

    Parameters
    ----------
    lines : sequence of Line
        One a level, in the order in which parts are added up.
    here : int64 array (m,)
        The nodes' own rows.
    own : float64 array (m,)
        The nodes' own totals.
    policies : Shares
        Says what becomes of who is not there.
    """
    settled = [_settled(line, here, own, policies) for line in lines]
    whole = np.zeros(len(own))
    for share, _ in settled:
        whole += share
    alone = np.sum([share > 0 for share, _ in settled], axis=0) == 1
    counted, parts = [], []
    held = whole == 0
    for share, total in settled:
        counts = share > 0
        held |= counts & np.isnan(total)
        with np.errstate(invalid="ignore", divide="ignore"):
            counted.append(np.where(counts, share / whole, 0.0))
            part = np.where(alone, total, share * total / whole)
        parts.append(np.where(counts, part, np.nan))
    mean = parts[0].copy()
    for part in parts[1:]:
        add_present(mean, part, mean)
    if held.any():
        for values in (mean, *parts):
            values[held] = np.nan
    return Mixture(counted, parts, mean)


def _settled(
    line: Line, here: IntArray, own: FloatArray, policies: Shares
) -> tuple[FloatArray, FloatArray]:
    """The share that counts and the total that it counts, once policies have been asked.

    No policy is asked about a node's own total: what was not scored is not blended.
    """
    share, total, at = line
    bare = (at >= 0) & (at != here) & np.isnan(total)
    for gone, policy in ((at < 0, policies.nobody), (bare, policies.missing)):
        where = gone & (share > 0)
        if where.any():
            left, whose = policy.settle(share, own)
            share, total = np.where(where, left, share), np.where(where, whose, total)
    return share, total


@frozen(eq=False)
class Carried:
    """Who carries how much of whom, for everybody.

    Attributes
    ----------
    policies : Shares
    rows : tuple of int64 array (n,)
        One a level: the row of the node found, -1 for none.
    table : float64 array (groups, levels)
        Shares.
    group : int64 array (n,)
    """

    policies: Shares
    rows: tuple[IntArray, ...]
    table: FloatArray
    group: IntArray

    @classmethod
    def of(cls, shares: Shares, org: OrgTree) -> Carried:
        """Who carries what in a tree."""
        table, group = shares.table(org)
        return cls(shares, tuple(level.rows(org) for level in shares.levels), table, group)

    def carries(self, i: int) -> Mask:
        """Which nodes carry a share of the i-th level, bool (n,)."""
        return np.asarray(self.table[self.group, i] > 0)

    def mixture(self, own: FloatArray, units: FloatArray, nodes: IntArray) -> Mixture:
        """What the totals of some nodes are mixed of.

        Parameters
        ----------
        own, units : float64 array (n,)
            Totals: of the nodes themselves, and of those above as they hand them on.
        nodes : int64 array (m,)
            Their rows.
        """
        mine, group = own[nodes], self.group[nodes]
        lines = []
        for i, found in enumerate(self.rows):
            at = found[nodes]
            # What is found as itself counts with its own total, not with what it hands on.
            total = np.where(at == nodes, mine, units[at])
            total[at < 0] = np.nan
            lines.append(Line(self.table[group, i], total, at))
        return mix(lines, nodes, mine, self.policies)


def blocks(nodes: IntArray) -> Iterator[IntArray]:
    """Nodes in blocks whose columns fit the cache."""
    for begin in range(0, len(nodes), _BLOCK):
        yield nodes[begin : begin + _BLOCK]
