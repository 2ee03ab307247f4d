"""Policies: what a target follows when people and units move, and who covers for the absent."""

from __future__ import annotations

from enum import Enum
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi._fields import as_texts, not_texts
from cascade_kpi.errors import Fault, InputError, check, suggest
from cascade_kpi.moving.columns import told
from cascade_kpi.moving.days import CalendarDays, DayWeights, Season, WorkingDays
from cascade_kpi.moving.history import NOBODY, History, Posts, Tenures
from cascade_kpi.moving.intervals import overlaps, segments
from cascade_kpi.org.reach import unknown_kinds
from cascade_kpi.records import record

__all__ = [
    "NOBODY",
    "CalendarDays",
    "Carrier",
    "Cover",
    "DayWeights",
    "FollowsPerson",
    "FollowsPost",
    "FollowsTerritory",
    "History",
    "Policy",
    "Season",
    "Tenures",
    "WorkingDays",
]


@runtime_checkable
class Policy(Protocol):
    """A rule that says who has each target on each day, and where it counts.

    What it has as `reason`, a text, explanations tell beside its name.
    """

    def __call__(self, history: History, origins: IntArray) -> Tenures:
        """Who has the targets of some nodes, rows of the tree, ascending.

        Raises InputError, listing every fault, if that cannot be told.
        """
        ...


class Carrier(Enum):
    """Who carries the target of what is vacant, or of who is on leave.

    Attributes
    ----------
    HOLDER
        Who is on leave keeps it. Not for a vacancy.
    UNIT
        The unit above its place.
    COMPANY
        The root of the tree; no unit below counts it.
    REFUSE
        Nobody may: raise :class:`~cascade_kpi.errors.InputError`, listing the days.
        Not for leave.
    """

    HOLDER = "holder"
    UNIT = "unit"
    COMPANY = "company"
    REFUSE = "refuse"


def _carrier(given: Any) -> Any:
    try:
        return Carrier(given)
    except ValueError:
        return given


@record("cascade_kpi/moves.cover")
@frozen
class Cover:
    """Who covers for vacancies and leave.

    Parameters
    ----------
    vacancy : {"unit", "company", "refuse"}
    leave : {"unit", "company", "holder"}

    Examples
    --------
    >>> Cover(leave="holder")
    Cover(vacancy=<Carrier.UNIT: 'unit'>, leave=<Carrier.HOLDER: 'holder'>)
    """

    vacancy: Carrier = field(default=Carrier.UNIT, converter=_carrier)
    leave: Carrier = field(default=Carrier.UNIT, converter=_carrier)

    def __attrs_post_init__(self) -> None:
        unfit = {"vacancy": Carrier.HOLDER, "leave": Carrier.REFUSE}
        faults = []
        for name, carrier in (("vacancy", self.vacancy), ("leave", self.leave)):
            if not isinstance(carrier, Carrier) or carrier is unfit[name]:
                known = [one.value for one in Carrier if one is not unfit[name]]
                value = carrier.value if isinstance(carrier, Carrier) else carrier
                repair = suggest(value, known)
                faults.append(
                    Fault("cover", f"not who can carry a {name}", repair, column=name, value=value)
                )
        check(faults)


def _odd_kinds(source: str, kinds: Any) -> list[Fault]:
    if not isinstance(kinds, tuple):
        return [Fault(source, "not kinds of node", "name them, such as 'post'", value=kinds)]
    return [fault for kind in kinds for fault in not_texts(source, at=kind)]


def _first_posts(posts: Posts, origins: IntArray) -> IntArray:
    """The post of each origin on the first day."""
    return posts.post[np.searchsorted(posts.node, origins)]


def _at_their_posts(tenures: Tenures, posts: Posts, origins: IntArray) -> Tenures:
    """What stands at an origin stands at its first post while the origin is under another."""
    if len(posts.node) == len(origins):
        return tenures
    first = _first_posts(posts, origins)
    i, j, start, end = overlaps(
        (tenures.origin, tenures.start, tenures.end), (posts.node, posts.start, posts.end)
    )
    post = first[np.searchsorted(origins, tenures.origin[i])]
    away = (posts.post[j] != post) & (tenures.place[i] == tenures.origin[i])
    place = np.where(away, post, tenures.place[i])
    return Tenures(tenures.origin[i], tenures.holder[i], place, start, end, tenures.share[i])


@record("cascade_kpi/moves.follows_post")
@frozen
class FollowsPost:
    """A post has its target, whoever holds it: a successor takes the rest over.

    Where territories stand below posts, a post keeps the target that they brought it
    on the first day, also when they are put under another.

    Parameters
    ----------
    at : str or iterable of str
        Kinds of node that are posts. Without any, every node with a target of its own is one.
    """

    at: tuple[str, ...] = field(default=(), converter=as_texts)
    reason: ClassVar[str] = "the post's: who holds it then"

    def __attrs_post_init__(self) -> None:
        check(_odd_kinds("follows post", self.at))

    def __call__(self, history: History, origins: IntArray) -> Tenures:
        """Who then holds the post that was the origin's on the first day."""
        check(unknown_kinds("follows post", self.at, history.org, column="at"))
        posts = history.posts(origins, self.at)
        i, j, start, end = overlaps(
            (_first_posts(posts, origins), *history.whole(origins)[1:]), history.stints
        )
        held = Tenures(origins[i], history.holder[j], origins[i], start, end, history.share[j])
        if len(posts.node) > len(origins):
            held = held.joined(held.vacant(history, origins))
        return _at_their_posts(held, posts, origins)


@record("cascade_kpi/moves.follows_territory")
@frozen
class FollowsTerritory:
    """A territory has its target, under whichever post and unit it stands.

    Who holds the post that it is put under takes the rest of its target over.

    Parameters
    ----------
    at : str or iterable of str
        Kinds of node that are posts, whose holders have what stands below them. Without
        any, territories are held themselves.
    """

    at: tuple[str, ...] = field(default=(), converter=as_texts)
    reason: ClassVar[str] = "the territory's: who then holds the post above it"

    def __attrs_post_init__(self) -> None:
        check(_odd_kinds("follows territory", self.at))

    def __call__(self, history: History, origins: IntArray) -> Tenures:
        """Who then holds the post that the origin then stands under."""
        check(unknown_kinds("follows territory", self.at, history.org, column="at"))
        posts = history.posts(origins, self.at)
        i, j, start, end = overlaps((posts.post, posts.start, posts.end), history.stints)
        origin = posts.node[i]
        return Tenures(origin, history.holder[j], origin, start, end, history.share[j])


@record("cascade_kpi/moves.follows_person")
@frozen
class FollowsPerson:
    """Who first holds a post in the calendar has its target to the end, wherever they go.

    Who holds it later has nothing of it. While its holder is nowhere, it is vacant
    where they last were.

    Parameters
    ----------
    at : str or iterable of str
        Kinds of node that are posts. Without any, every node with a target of its own is one.
    """

    at: tuple[str, ...] = field(default=(), converter=as_texts)
    reason: ClassVar[str] = "its first holder's, wherever they are"

    def __attrs_post_init__(self) -> None:
        check(_odd_kinds("follows person", self.at))

    def __call__(self, history: History, origins: IntArray) -> Tenures:
        """Who held the post first, and where they are.

        Raises
        ------
        InputError
            Listing who is at several nodes at once, none of them the post.
        """
        check(unknown_kinds("follows person", self.at, history.org, column="at"))
        posts = history.posts(origins, self.at)
        post = _first_posts(posts, origins)
        i, j, start, _ = overlaps((post, *history.whole(origins)[1:]), history.stints)
        first = np.full(len(origins), history.last)
        np.minimum.at(first, i, start)
        owned = start == first[i]
        i, j = i[owned], j[owned]
        owners = _Owners(
            history, origins[i], post[i], history.holder[j], first[i], history.share[j]
        )
        return _at_their_posts(owners.tenures(), posts, origins)


@frozen(eq=False)
class _Owners:
    """Holders whom targets follow: the origin, its post, who, from when, and how much of it."""

    history: History
    origin: IntArray
    post: IntArray
    holder: IntArray
    start: IntArray
    share: Any

    def tenures(self) -> Tenures:
        """Where each is, day by day; vacant where they last were while they are nowhere."""
        history, number = self.history, np.arange(len(self.origin))
        whole = (number, self.start, np.full(len(number), history.last))
        by_holder = np.argsort(history.holder, kind="stable")
        stints = (history.holder[by_holder], history.start[by_holder], history.end[by_holder])
        i, j, start, end = overlaps((self.holder, *whole[1:]), stints)
        node = history.node[by_holder][j]
        cells = segments(whole, (i, start, end))
        which, segment = cells.lines(i, start, end)
        home = node[which] == self.post[i[which]]
        order = np.lexsort((node[which], ~home, segment))
        which, segment, home = which[order], segment[order], home[order]
        chosen = np.flatnonzero(np.diff(segment, prepend=-1))
        self._refuse_doubt(cells.start, cells.end, cells.key, segment, ~home)
        at = np.where(home, self.origin[i[which]], node[which])[chosen]
        there = np.zeros(len(cells.key), dtype=np.int64)
        place = np.zeros(len(cells.key), dtype=np.int64)
        place[segment[chosen]] = at
        there[segment[chosen]] = 1
        last = np.maximum.accumulate(np.where(there > 0, np.arange(len(there)), 0))
        holder = np.where(there > 0, self.holder[cells.key], NOBODY)
        return Tenures(
            self.origin[cells.key], holder, place[last], cells.start, cells.end,
            self.share[cells.key],
        )  # fmt: skip

    def _refuse_doubt(
        self, start: IntArray, end: IntArray, key: IntArray, segment: IntArray, away: Any
    ) -> None:
        """Refuse days on which somebody is at several nodes, none of them the post."""
        many = np.bincount(segment, minlength=len(key)) > 1
        at_home = np.zeros(len(key), dtype=bool)
        at_home[segment[~away]] = True
        faults: dict[tuple[int, int], Fault] = {}
        for s in np.flatnonzero(many & ~at_home).tolist():
            who = int(self.holder[key[s]])
            origin = self.history.org.node(int(self.origin[key[s]])).id
            reason = f"at several nodes at once, {told(int(start[s]), int(end[s]))}: which of them "
            reason += f"the target of {origin!r} follows them to cannot be told"
            repair = "let one of the stints begin later or end earlier, or use FollowsPost()"
            value = self.history.holders[who : who + 1].tolist()[0]
            faults.setdefault((who, int(start[s])), Fault("stints", reason, repair, value=value))
        if faults:
            raise InputError(faults.values())
