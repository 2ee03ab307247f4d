"""The order of what stands in rows, so that few of the lines between the rows cross.

The layered drawing of K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual
understanding of hierarchical system structures", *IEEE Transactions on Systems,
Man, and Cybernetics* 11 (1981): a line that passes a row has a place of its own in
it; rows are put in order by the barycentres of what they are joined with, in
sweeps down and up.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from itertools import pairwise

__all__ = ["crossings", "ordered", "spread"]

Rows = list[list[int]]
Joined = Mapping[int, Sequence[int]]

_SWEEPS = 12
_ALIGNMENTS = 60


def crossings(rows: Sequence[Sequence[int]], above: Joined) -> int:
    """How many lines cross between rows.

    Parameters
    ----------
    rows : sequence of rows of points, each in its order
    above : mapping of point to points
        Those of the row before that each is joined with.

    Examples
    --------
    >>> crossings([[1, 2], [3, 4]], {3: [2], 4: [1]})
    1
    """
    return sum(_between(upper, lower, above) for upper, lower in pairwise(rows))


def _between(upper: Sequence[int], lower: Sequence[int], above: Joined) -> int:
    """Crossings of two rows: pairs of lines whose ends stand in opposite order."""
    at = {point: i for i, point in enumerate(upper)}
    seen: list[int] = []
    found = 0
    for point in lower:
        ends = sorted(at[to] for to in above.get(point, ()))
        found += sum(len(seen) - bisect_right(seen, end) for end in ends)
        for end in ends:
            insort(seen, end)
    return found


def ordered(rows: Sequence[Sequence[int]], above: Joined) -> Rows:
    """The rows with few crossings: of all orders that the sweeps meet the best, the first of it.

    Parameters
    ----------
    rows : sequence of rows of points
        In any order that is the same every time.
    above : mapping of point to points of the row before
    """
    below: dict[int, list[int]] = {}
    for point, ends in above.items():
        for end in ends:
            below.setdefault(end, []).append(point)
    now = [list(row) for row in rows]
    best, least = [list(row) for row in now], crossings(now, above)
    for sweep in range(_SWEEPS):
        if not least:
            break
        down = sweep % 2 == 0
        joined: Joined = above if down else below
        turns = range(1, len(now)) if down else range(len(now) - 2, -1, -1)
        for r in turns:
            now[r] = _sorted(now[r], now[r - 1 if down else r + 1], joined)
        _swapped(now, above)
        found = crossings(now, above)
        if found < least:
            best, least = [list(row) for row in now], found
    return best


def _sorted(row: list[int], fixed: list[int], joined: Joined) -> list[int]:
    """A row by the barycentres of its points; who is joined with nothing keeps their place."""
    at = {point: i for i, point in enumerate(fixed)}
    scale = len(fixed) / max(len(row), 1)

    def centre(place: int, point: int) -> float:
        ends = [at[end] for end in joined.get(point, ())]
        return sum(ends) / len(ends) if ends else place * scale

    keys = [(centre(place, point), place) for place, point in enumerate(row)]
    return [row[place] for _, place in sorted(keys)]


def _swapped(rows: Rows, above: Joined) -> None:
    """Neighbours change places where fewer lines then cross."""
    for r, row in enumerate(rows):
        near = [each for each in (r - 1, r + 1) if 0 <= each < len(rows)]

        def cost(r: int = r, near: list[int] = near) -> int:
            pairs = [sorted((r, each)) for each in near]
            return sum(_between(rows[a], rows[b], above) for a, b in pairs)

        least = cost()
        for i in range(len(row) - 1):
            row[i], row[i + 1] = row[i + 1], row[i]
            found = cost()
            if found < least:
                least = found
            else:
                row[i], row[i + 1] = row[i + 1], row[i]


def spread(
    rows: Sequence[Sequence[int]],
    joined: Mapping[int, Sequence[tuple[int, float]]],
    widths: Mapping[int, float],
    width: float,
) -> dict[int, float]:
    """Where every point's middle stands, as straight below and above its own as its row allows.

    Parameters
    ----------
    rows : sequence of rows of points, each in its order
    joined : mapping of point to the points that it is joined with, each with the weight
        that the line between them has in being straight
    widths : mapping of point to float
        What it takes of its row, with the gap to its neighbours.
    width : float
        Of the paper; every row fits on it.
    """
    place: dict[int, float] = {}
    for row in rows:
        left = (width - sum(widths[point] for point in row)) / 2
        for point in row:
            place[point] = left + widths[point] / 2
            left += widths[point]
    for turn in range(_ALIGNMENTS):
        for row in rows if turn % 2 == 0 else reversed(rows):
            wanted, firm = [], []
            for point in row:
                ends = joined.get(point) or [(point, 1.0)]
                firm.append(sum(weight for _, weight in ends))
                wanted.append(sum(place[end] * weight for end, weight in ends) / firm[-1])
            found = _apart(wanted, [widths[p] for p in row], firm, width)
            place.update(zip(row, found, strict=True))
    return place


def _apart(
    wanted: Sequence[float], widths: Sequence[float], firm: Sequence[float], width: float
) -> list[float]:
    """The places nearest to those wanted, by least squares, that do not lie on each other.

    Less what stands before each, places must not fall: a regression of that kind,
    solved by pooling neighbours that would.
    """
    before, offsets = 0.0, []
    for each in widths:
        offsets.append(before + each / 2)
        before += each
    room = max(width - before, 0.0)
    pools: list[list[float]] = []  # mean, weight, how many
    for x, offset, weight in zip(wanted, offsets, firm, strict=True):
        pools.append([x - offset, weight, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, weight, n = pools.pop()
            last = pools[-1]
            last[0] = (last[0] * last[1] + mean * weight) / (last[1] + weight)
            last[1] += weight
            last[2] += n
    flat = [mean for mean, _, n in pools for _ in range(int(n))]
    return [min(max(mean, 0.0), room) + offset for mean, offset in zip(flat, offsets, strict=True)]
