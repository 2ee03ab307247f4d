"""What is known of an item's points, from its curve alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.examining.domains import Domain
from cascade_kpi.scoring.curves import Curve, Rounded, Shape, shape_of
from cascade_kpi.scoring.rounding import rounded

__all__ = ["NEAR", "Profile", "Verdict", "profile_of"]

Verdict = Literal["yes", "no", "not known", "not asked"]
Pair = tuple[float, float]

NEAR = 1e-9
"""Of the points: what differs by less is rounding."""

TRIES = 4_001
_WINDOW = (-0.5, 3.0)  # attainments that a curve without a shape is tried between
_INSIDE = (1e-9, 0.25, 0.5, 0.75, 1 - 1e-9)  # of the way through a piece
_BEYOND = (1e-9, 0.5, 1.0, 1e6)  # of an edge, or of 1, past it


def _none() -> FloatArray:
    return np.zeros((0, 4))


@frozen(eq=False)
class Profile:
    """What is known of an item's points over the attainments that it may be read at.

    Attributes
    ----------
    domain : Domain
    least, most : float
        Points that it comes to, or as near to as you like; infinite without an end, and
        where nothing is known.
    known : bool
        Whether the curve tells its shape, so that what is said is proved.
    monotone, continuous : {"yes", "no", "not known", "not asked"}
    counter : pair of (attainment, points), or None
        A better attainment, the second, that has fewer points.
    jumps : float64 array (j, 4)
        Attainment, points just before it, at it, just after it.
    grain : float
        The step in points of what is rounded; 0 if nothing is.
    dead : float64 array (d, 3)
        Begin, end and points of each dead zone.
    places : float64 array (k,)
        Attainments at which something may change, with some between and beyond them.
    sampled : (float, float) or None
        The least and most points that were met, of a curve without a shape.
    """

    domain: Domain
    least: float = -np.inf
    most: float = np.inf
    known: bool = False
    monotone: Verdict = "not known"
    continuous: Verdict = "not known"
    counter: tuple[Pair, Pair] | None = None
    jumps: FloatArray = field(factory=_none)
    grain: float = 0.0
    dead: FloatArray = field(factory=lambda: np.zeros((0, 3)))
    places: FloatArray = field(factory=lambda: np.zeros(0))
    sampled: Pair | None = None

    @property
    def constant(self) -> bool:
        """Whether the points are the same everywhere."""
        return self.known and self.most - self.least <= NEAR * (1 + abs(self.least))


@frozen(eq=False)
class _Walk:
    """A shape over its domain: places, and the pieces beside them, in order.

    Attributes
    ----------
    x, at : float64 array (k,)
        Edges within the domain, and its ends as far as they are finite.
    pieces : float64 array (q, 4)
        Begin, end, points towards each, of the open pieces.
    level : bool array (q,)
    slope : float64 array (q,)
    first : int
        1 if a piece comes before the first place.
    """

    x: FloatArray
    at: FloatArray
    pieces: FloatArray
    slope: FloatArray
    first: int


def profile_of(curve: Curve, domain: Domain) -> Profile:
    """What is known of a curve where it may be read."""
    shape, grain = _shape_of(curve)
    if shape is None:
        return _tried(curve, domain)
    walk = _walk(shape, curve, domain)
    places = _places(walk)
    monotone, counter = _monotone(places, _read(curve, places), domain.sense)
    ends = np.concatenate([walk.at, walk.pieces[:, 2], walk.pieces[:, 3]])
    jumps, moving = _jumps(walk), bool((walk.slope != 0).any())
    if domain.decimals is not None and moving:
        steep = np.nanmax(np.abs(walk.slope)) if not np.isnan(walk.slope).all() else np.nan
        grain = max(grain, float(steep) * 10.0**-domain.decimals)
    stepped = moving and (grain > 0 or domain.decimals is not None)
    return Profile(
        domain,
        float(ends.min()) + 0.0,
        float(ends.max()) + 0.0,
        known=True,
        monotone=monotone if domain.sense else "not asked",
        continuous="no" if len(jumps) or stepped else "yes",
        counter=counter,
        jumps=_none() if stepped else jumps,
        grain=grain if stepped else 0.0,
        dead=_dead(walk),
        places=places,
    )


def _read(curve: Curve, places: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):
        return np.asarray(curve(places), dtype=np.float64)


def _shape_of(curve: Curve) -> tuple[Shape | None, float]:
    """The shape of a curve, and the step that its points are rounded by.

    A rounded curve has the shape of the one that it rounds, its ends rounded.
    """
    rounds = []
    while isinstance(curve, Rounded):
        rounds.append(curve)
        curve = curve.curve
    shape, grain = shape_of(curve), 0.0
    for each in reversed(rounds):
        grain = max(grain, 10.0**-each.decimals)
        if shape is not None:
            at, left, right = (
                rounded(side, each.decimals, each.mode)
                for side in (shape.at, shape.left, shape.right)
            )
            shape = Shape(shape.edges, at, left, right, shape.slope)
    return shape, grain


def _walk(shape: Shape, curve: Curve, domain: Domain) -> _Walk:
    low, high = domain.low, domain.high
    edges = shape.edges[(shape.edges >= low) & (shape.edges <= high)]
    ends = [end for end in (low, high) if np.isfinite(end)]
    x = np.array(sorted({*edges.tolist(), *ends}))
    at = _read(curve, x)
    bounds = [*([-np.inf] if low == -np.inf else []), *x, *([np.inf] if high == np.inf else [])]
    pieces, slopes = [], []
    known = {edge: i for i, edge in enumerate(shape.edges.tolist())}
    for begin, end in pairwise(bounds):
        i = int(np.searchsorted(shape.edges, begin, side="right"))
        # A place that is no edge is an end of the domain within a piece, which goes on there.
        left = (
            shape.left[i] if begin in known or begin == -np.inf else at[np.searchsorted(x, begin)]
        )
        right = shape.right[i] if end in known or end == np.inf else at[np.searchsorted(x, end)]
        pieces.append((begin, end, left, right))
        slopes.append(shape.slope[i])
    table = np.array(pieces, dtype=np.float64).reshape(-1, 4)
    return _Walk(x, at, table, np.array(slopes, dtype=np.float64), int(low == -np.inf))


def _places(walk: _Walk) -> FloatArray:
    """Places of the walk, and attainments within every piece, ascending."""
    inner = [walk.x]
    for begin, end in walk.pieces[:, :2].tolist():
        if np.isfinite(begin) and np.isfinite(end):
            inner.append(begin + (end - begin) * np.array(_INSIDE))
        elif np.isfinite(begin) or np.isfinite(end):
            edge, sign = (begin, 1.0) if np.isfinite(begin) else (end, -1.0)
            inner.append(edge + sign * max(1.0, abs(edge)) * np.array(_BEYOND))
    return np.unique(np.concatenate(inner))


def _monotone(
    x: FloatArray, points: FloatArray, sense: int
) -> tuple[Verdict, tuple[Pair, Pair] | None]:
    """Whether better attainment never has fewer points, and the worst that speaks against it."""
    there = np.isfinite(points)  # what is too large for a float is refused as it is scored
    x, points = x[there], points[there]
    if not sense or not len(x):
        return "yes", None
    x, points = x[::sense], points[::sense]  # towards better
    best = np.maximum.accumulate(points)
    drop = best - points
    worst = int(np.argmax(drop))
    if not drop[worst] > NEAR * (1 + np.abs(points).max()):
        return "yes", None
    before = int(np.argmax(points[: worst + 1]))
    pairs = [(float(x[i]), float(points[i])) for i in (before, worst)]
    return "no", (pairs[0], pairs[1])


def _jumps(walk: _Walk) -> FloatArray:
    """A row for each jump, of attainment, points before, at and after."""
    count = len(walk.x)
    before, after = walk.at.copy(), walk.at.copy()
    # With a piece before the first place, the i-th piece ends at the i-th place.
    ending = np.arange(count) - (1 - walk.first)
    starting = ending + 1
    has = (ending >= 0) & (ending < len(walk.pieces))
    before[has] = walk.pieces[ending[has], 3]
    has = starting < len(walk.pieces)
    after[has] = walk.pieces[starting[has], 2]
    table = np.column_stack([walk.x, before, walk.at, after])
    spread = np.ptp(table[:, 1:], axis=1)
    kept = spread > NEAR * (1 + np.abs(table[:, 1:]).max(axis=1))
    return np.asarray(table[kept])


def _dead(walk: _Walk) -> FloatArray:
    """A row for each of the longest stretches of the same points: begin, end, points."""
    zones: list[list[float]] = []
    place = dict(zip(walk.x.tolist(), walk.at.tolist(), strict=True))
    for (begin, end, left, right), slope in zip(
        walk.pieces.tolist(), walk.slope.tolist(), strict=True
    ):
        if slope != 0 and left != right:  # a NaN is a piece that is no line
            continue
        if zones and zones[-1][1] == begin and zones[-1][2] == place[begin] == left:
            zones[-1][1] = end
        else:
            zones.append([begin, end, left])
    return np.array(zones, dtype=np.float64).reshape(-1, 3)


def _tried(curve: Curve, domain: Domain) -> Profile:
    """Of a curve without a shape: what can be met by reading it."""
    window = domain.within(*_WINDOW)
    if not window.low < window.high:
        window = domain
    low = window.low if np.isfinite(window.low) else min(-1.0, window.high - 1)
    high = window.high if np.isfinite(window.high) else max(1.0, low + 1)
    x = np.linspace(low, high, TRIES)
    points = _read(curve, x)
    monotone, counter = _monotone(x, points, domain.sense)
    told: Verdict = "not known" if monotone == "yes" else monotone
    return Profile(
        domain,
        monotone=told if domain.sense else "not asked",
        counter=counter,
        places=x[:: (TRIES - 1) // 20],
        sampled=(float(points.min()), float(points.max())),
    )
