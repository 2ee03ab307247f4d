"""The organisation every contender is measured on, made from a seed.

Everything is in *input order*: the order in which the rows of the table
arrive, which is random. A contender that holds its rows in another order
translates its answer back before answers are compared.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from attrs import asdict, frozen
from numpy.typing import NDArray

__all__ = [
    "EDGES",
    "FIT_NEAR",
    "KPIS",
    "LOW_SHARE",
    "MANY",
    "MONTHS",
    "POSTS",
    "SPAN",
    "TOP_SHARE",
    "Organisation",
    "load",
    "make",
    "save",
]

KPIS = tuple(f"k{i}" for i in range(8))
MONTHS = 12
MANY, POSTS = 24, 60  # KPIs, and posts of which each has eight of them
EDGES = (97.0, 88.0, 70.0)  # totals from which a grade is A, B, C; else D
TOP_SHARE, LOW_SHARE = 20, 5  # per cent: at most so many A, at least so many D
SPAN = 8  # members of each group that a divisor method serves
FIT_NEAR = 1e-8  # of a sum: where a fit stops
MISSING = 0.03
SEED = 20_240_229

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@frozen(eq=False)
class Organisation:
    """One tree of n nodes with the numbers that hang on it.

    Attributes
    ----------
    ids : (n,) bytes
        Ids such as ``b"E4711"``, of differing lengths.
    parents : (n,) bytes
        The id of each node's parent, empty for the root.
    parent, depth : (n,) int
        The truth that a build has to find: input row of the parent
        (-1 for the root), and edges to the root.
    values : (n, 8) float
        A number for every node and KPI, 3 % of them NaN.
    own_actual, own_target : (8, n) float
        What each node itself reached (3 % NaN) and should have (never missing).
    actual, target : (8, n) float
        The same with everybody below added, NaN where nothing was reported.
    drivers : (8, n) int
        Known at the leaves (at least 1), 0 at managers.
    goals : (8,) int
        Lots at the root. ``goals * drivers.sum()`` stays below 2**63, so
        that 64-bit integers are exact for everybody.
    weights : (8,) float
        The scorecard; sums to 1.
    changes : (m, 2) int
        Leaf row and KPI of each single change.
    changed_to : (m,) float
        The new value of each of them.
    """

    ids: NDArray[np.bytes_]
    parents: NDArray[np.bytes_]
    parent: Ints
    depth: Ints
    values: Floats
    own_actual: Floats
    own_target: Floats
    actual: Floats
    target: Floats
    drivers: Ints
    goals: Ints
    weights: Floats
    changes: Ints
    changed_to: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def weightings(self) -> Floats:
        """A hundred weightings of the KPIs, each of sum 1, (100, 8)."""
        return np.random.default_rng(SEED + 7).dirichlet(np.full(len(KPIS), 4.0), 100)

    def seasons(self) -> Floats:
        """Weights of every node in each month, (months, n), above zero."""
        rng = np.random.default_rng(SEED + 1)
        return rng.gamma(4.0, 0.25, (MONTHS, len(self))) + 0.05

    def groups(self) -> tuple[Ints, Ints]:
        """Seats (n,) and votes (span, n) of as many groups as there are nodes."""
        rng = np.random.default_rng(SEED + 2)
        return rng.integers(10, 100, len(self)), rng.integers(1_000, 1_000_000, (SPAN, len(self)))

    def margins(self) -> tuple[Floats, Floats, Floats]:
        """A seed (n, months) above zero, and sums that its proportions do not have."""
        rng = np.random.default_rng(SEED + 3)
        other = rng.gamma(2.0, 50.0, (len(self), MONTHS))
        seed = rng.random((len(self), MONTHS)) + 0.01
        return seed, other.sum(axis=1), other.sum(axis=0)

    def margins_of_two(self) -> tuple[Floats, dict[tuple[int, int], Floats]]:
        """A seed of three axes, cells six orders of magnitude apart, and sums over every two."""
        rng = np.random.default_rng(SEED + 6)
        shape = (len(self) // 20, MONTHS, SPAN)
        other = rng.gamma(2.0, 50.0, shape)
        axes = ((0, 1), (1, 2), (0, 2))
        return 10.0 ** rng.uniform(-3, 3, shape), {pair: _summed(other, pair) for pair in axes}

    def seats_both_ways(self) -> tuple[Ints, Ints, Ints]:
        """Votes (n, months), and seats of rows and of columns that other votes gave."""
        rng = np.random.default_rng(SEED + 7)
        votes = rng.integers(1_000, 1_000_000, (len(self), MONTHS))
        other = rng.integers(0, 10, (len(self), MONTHS))
        return votes, other.sum(axis=1), other.sum(axis=0)

    def fractions(self) -> Floats:
        """A table (n, months) that sums to whole numbers along rows and along columns."""
        rng = np.random.default_rng(SEED + 8)
        parts = rng.integers(0, 1 << 30, (len(self), MONTHS))
        parts[:, -1] -= parts.sum(axis=1) % (1 << 20)
        parts[-1] -= parts.sum(axis=0) % (1 << 20)
        return parts / float(1 << 20)

    def demands(self) -> Floats:
        """What each node asks for itself and all below, (n,): sums that are off by a tenth."""
        rng = np.random.default_rng(SEED + 4)
        return self._sums() * np.exp(rng.normal(0.0, 0.1, len(self)))

    def demands_above_floors(self) -> tuple[Floats, Floats]:
        """Demands that are no less than the floors below, and floors (n,): of leaves, else NaN.

        A leaf keeps nine tenths of what it had; whole numbers.
        """
        had = np.where(self._is_leaf, self._sums(), 0.0)
        floors = np.rint(0.9 * had)
        least = _with_all_below(floors[None], self.parent, self.depth)[0]
        return np.maximum(self.demands(), least), np.where(self._is_leaf, floors, np.nan)

    @property
    def _is_leaf(self) -> NDArray[np.bool_]:
        leaf = np.ones(len(self), dtype=bool)
        leaf[self.parent[self.parent >= 0]] = False
        return leaf

    def _sums(self) -> Floats:
        """About a hundred at every leaf, added up."""
        rng = np.random.default_rng(SEED + 5)
        own = np.where(self._is_leaf, np.rint(rng.gamma(4.0, 25.0, len(self))) + 1.0, 0.0)
        return _with_all_below(own[None], self.parent, self.depth)[0]

    def many_kpis(self) -> tuple[Floats, Floats, Floats]:
        """Of `MANY` KPIs what each node itself reached, what it should have, and did reach, (k, n).

        As `own_actual`, `target` and `actual` are of the eight.
        """
        rng = np.random.default_rng(SEED + 9)
        shape = (MANY, len(self))
        own, due = _holes(shape, rng), rng.gamma(9.0, 11.0, shape) + 1.0
        target = _with_all_below(due, self.parent, self.depth)
        target[self._is_leaf & np.isnan(own)] = np.nan
        return own, target, _with_all_below(own, self.parent, self.depth)

    def posts(self) -> tuple[Ints, Floats]:
        """The post of every node, (n,), and what each of `POSTS` weighs, (posts, k), of sum 1.

        Of `MANY` KPIs every post has as many as `KPIS` are, by weights of its own.
        """
        rng = np.random.default_rng(SEED + 10)
        weights = np.zeros((POSTS, MANY))
        for row in weights:
            row[rng.choice(MANY, len(KPIS), replace=False)] = rng.integers(5, 26, len(KPIS))
        weights /= weights.sum(axis=1, keepdims=True)
        return rng.integers(0, POSTS, len(self)), weights

    def posts_by_eight(self) -> tuple[Ints, Floats]:
        """The same posts, each with four to all eight of `KPIS`, by weights of its own."""
        post, _ = self.posts()
        rng = np.random.default_rng(SEED + 12)
        weights = np.zeros((POSTS, len(KPIS)))
        for row in weights:
            size = rng.integers(4, len(KPIS) + 1)
            row[rng.choice(len(KPIS), size, replace=False)] = rng.integers(5, 26, size)
        weights /= weights.sum(axis=1, keepdims=True)
        return post, weights

    def pools(self) -> Ints:
        """The pool of every node, (n,): one for a hundred nodes."""
        rng = np.random.default_rng(SEED + 11)
        return rng.permutation(len(self)) % max(1, len(self) // 100)

    def totals(self) -> Floats:
        """Everybody's total by the eight weights, (n,): what `score_roll_up` makes first."""
        points = np.clip(self.actual / self.target, 0.0, 1.2) * 100.0
        there = ~np.isnan(points)
        with np.errstate(invalid="ignore"):
            total: Floats = (self.weights @ np.where(there, points, 0.0)) / (self.weights @ there)
        return total

    def lists(self) -> tuple[list[str], list[str | None]]:
        """Ids and parents as Python lists of str objects nobody has seen.

        New objects at every call: a str remembers its hash, so reused
        ones would make the second build by dict cheaper than the first.
        """
        ids: list[str] = self.ids.astype(str).tolist()
        parents: list[str | None] = self.parents.astype(str).tolist()
        parents[int(np.flatnonzero(self.parent < 0)[0])] = None
        return ids, parents


def _summed(table: Floats, axes: tuple[int, int]) -> Floats:
    return np.asarray(table.sum(axis=tuple(a for a in range(table.ndim) if a not in axes)))


def _shape(n: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Parent and depth of a ragged tree, level after level.

    A manager leads 3 to 13 people, 8 on average; three in five of a
    level are managers, the others leaves, so leaves lie at every depth.
    """
    parent = np.full(n, -1, dtype=np.int64)
    depth = np.zeros(n, dtype=np.int64)
    level = np.zeros(1, dtype=np.int64)
    made, d = 1, 0
    while made < n:
        d += 1
        managers = level[rng.random(len(level)) < 0.6] if d > 1 else level
        managers = managers if len(managers) else level[:1]
        children = np.repeat(managers, rng.integers(3, 14, len(managers)))[: n - made]
        parent[made : made + len(children)] = children
        depth[made : made + len(children)] = d
        level = np.arange(made, made + len(children))
        made += len(children)
    return parent, depth


def _holes(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    values = rng.gamma(4.0, 25.0, shape)
    values[rng.random(shape) < MISSING] = np.nan
    return values


def _with_all_below(own: Floats, parent: Ints, depth: Ints) -> Floats:
    """Each line's sums over subtrees, absent numbers skipped."""
    out = np.where(np.isnan(own), 0.0, own)
    there = ~np.isnan(own)
    for d in range(int(depth.max()), 0, -1):
        rows = np.flatnonzero(depth == d)
        for total, any_there in zip(out, there, strict=True):
            total += np.bincount(parent[rows], total[rows], len(parent))
            any_there[parent[rows[any_there[rows]]]] = True
    out[~there] = np.nan
    return out


def make(n: int, seed: int = SEED) -> Organisation:
    """An organisation of n nodes, the same at every call."""
    rng = np.random.default_rng(seed)
    shape, depth_of = _shape(n, rng)
    order = rng.permutation(n)  # input row -> position in the shape
    row = np.empty(n, dtype=np.int64)
    row[order] = np.arange(n)
    parent = np.where(shape[order] >= 0, row[shape[order]], -1)
    ids = np.char.add(b"E", rng.permutation(10 * n)[:n].astype("S"))
    parents = np.where(parent >= 0, ids[parent], b"")
    leaf = np.ones(n, dtype=bool)
    leaf[parent[parent >= 0]] = False
    k = len(KPIS)
    weights = np.arange(5.0, 5.0 + k)
    drivers = rng.integers(1, 2_000, (k, n)) * leaf
    own_actual = _holes((k, n), rng)
    own_target = rng.gamma(9.0, 11.0, (k, n)) + 1.0
    depth = depth_of[order]
    some = rng.choice(np.flatnonzero(leaf), min(1_000, int(leaf.sum())), replace=False)
    return Organisation(
        ids=ids,
        parents=parents,
        parent=parent,
        depth=depth,
        values=_holes((n, k), rng),
        own_actual=own_actual,
        own_target=own_target,
        actual=_with_all_below(own_actual, parent, depth),
        # A leaf that did not report owes nothing here: what is compared is the arithmetic.
        target=np.where(
            leaf & np.isnan(own_actual), np.nan, _with_all_below(own_target, parent, depth)
        ),
        drivers=drivers,
        goals=rng.integers(800_000_000, 1_600_000_000, k),
        weights=weights / weights.sum(),
        changes=np.column_stack([some, rng.integers(0, k, len(some))]),
        changed_to=rng.gamma(4.0, 25.0, len(some)),
    )


def save(organisation: Organisation, path: Path) -> None:
    """Write the arrays to an ``.npz`` file for the contenders' processes."""
    np.savez(path, **asdict(organisation, recurse=False))


def load(path: Path) -> Organisation:
    """Read what :func:`save` wrote."""
    with np.load(path) as arrays:
        return Organisation(**{name: arrays[name] for name in arrays.files})
