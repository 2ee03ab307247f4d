"""The rows of stints, leaves and changes of units that made a piece of a target."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import IntArray
from cascade_kpi.moving.columns import told
from cascade_kpi.moving.intervals import as_dates, as_days
from cascade_kpi.moving.moved import Moved
from cascade_kpi.moving.pieces import CUSHION, HELD, LEAVE, VACANT

__all__ = ["Evidence"]

_LONGEST = 80  # characters of a rule in a clause


@frozen(eq=False)
class Evidence:
    """What tells why pieces are as they are.

    Attributes
    ----------
    moved : Moved
    p : int
        Position of the period.
    """

    moved: Moved
    p: int

    @property
    def _label(self) -> str:
        return self.moved.of_before.periods.labels[self.p]

    def _name(self, row: int) -> str:
        return str(self.moved.trees.org.labels[row])

    def _holder(self, code: int) -> str:
        return str(self.moved.holders[code])

    # -- days -----------------------------------------------------------------------

    def days(self, first: int, last: int) -> str:
        """Which rule counts some days of the calendar."""
        rule = f"{self.moved.cause.days!r:.{_LONGEST}}"
        if last < first:
            return f"none has passed; {rule}"
        return f"{rule} on {told(first, last)}"

    def whole(self) -> str:
        """What a period's days are told by."""
        first, last = self._bounds
        return f"calendar {self._label}: {told(first, last)}; {self.days(first, last)}"

    @property
    def _bounds(self) -> tuple[int, int]:
        clock = self.moved.clock
        return int(clock.begins[self.p]), int(clock.ends[self.p])

    def edge(self, day: int, piece: int) -> str:
        """What ends a piece before a day, or lets it begin on it."""
        first, last = self._bounds
        if day == first:
            return f"{self._label} begins"
        if day == last + 1:
            return f"{self._label} ends"
        found = [*self._of_stints(day, piece), *self._of_leaves(day, piece)]
        found += self._of_units(day, int(self.moved.pieces.place[piece]))
        by = f"{self.moved.cause.by!r:.{_LONGEST}}"
        return f"cut here by {', '.join(found)}" if found else f"cut here by {by}"

    def _of_stints(self, day: int, piece: int) -> Iterator[str]:
        """Stints at the nodes of the piece, or of its run's holders, that begin or end there."""
        history, pieces = self.moved.history, self.moved.pieces
        run = self._run(piece)
        nodes = np.unique([*pieces.origin[run], *pieces.place[run], *pieces.carrier[run],
                           *self._posts(int(pieces.origin[piece]))])  # fmt: skip
        near = np.isin(history.node, nodes) | np.isin(history.holder, pieces.holder[run])
        for what, days in (("end", history.end + 1), ("start", history.start)):
            for row in history.row[np.flatnonzero(near & (days == day))].tolist():
                yield f"stints row {row}, {what}"

    def _run(self, piece: int) -> slice:
        """The pieces of a piece's run."""
        run = self.moved.pieces.run
        return slice(*np.searchsorted(run, [run[piece], run[piece] + 1]).tolist())

    def _posts(self, origin: int) -> IntArray:
        """The posts that an origin stood under, by the kinds that the policy names."""
        kinds = getattr(self.moved.cause.by, "at", ())
        if not isinstance(kinds, tuple) or not kinds:
            return np.array([origin])
        return np.unique(self.moved.history.posts(np.array([origin]), kinds).post)

    def _of_leaves(self, day: int, piece: int) -> Iterator[str]:
        away, pieces = self.moved.away, self.moved.pieces
        run = self._run(piece)
        near = np.isin(away.holder, pieces.holder[run])
        for what, days in (("end", away.end + 1), ("start", away.start)):
            for row in away.row[np.flatnonzero(near & (days == day))].tolist():
                yield f"leaves row {row}, {what}"

    def _of_units(self, day: int, place: int) -> Iterator[str]:
        """Changes on a day of the chain above a place."""
        for row in (place, *self._above(place, day)):
            change = self._change(row, day)
            if change is not None and change[1] == day:
                yield f"units row {change[0]}, start"

    # -- where ----------------------------------------------------------------------

    def _above(self, row: int, day: int) -> Iterator[int]:
        """Rows above a row on a day, the nearest first."""
        trees, on = self.moved.trees, np.array([day])
        at = int(trees.parent_on(np.array([row]), on)[0])
        while at >= 0:
            yield at
            at = int(trees.parent_on(np.array([at]), on)[0])

    def _change(self, row: int, day: int) -> tuple[int, int] | None:
        """The table row and the day of the last change of what a row stands below."""
        trees, units = self.moved.trees, self.moved.cause.units
        found = np.flatnonzero((trees.node == row) & (trees.start <= day))
        if units is None or not len(found):
            return None
        start = int(trees.start[found[-1]])
        mine = (units.node == trees.org.ids[row]) & (as_days(units.start) == start)
        return int(units.row[np.flatnonzero(mine)[0]]), start

    def path(self, place: int, unit: int, day: int) -> str:
        """The chain from a place up to a unit on a day, with the changes that made it."""
        steps, at = [self._name(place)], place
        for above in self._above(place, day):
            if at == unit:
                break
            change = self._change(at, day)
            since = "" if change is None else (
                f" (units row {change[0]}, from {as_dates(np.array(change[1]))} on)"
            )  # fmt: skip
            steps.append(f"{self._name(above)}{since}")
            at = above
        return " below ".join(steps)

    # -- whose ----------------------------------------------------------------------

    def share(self, piece: int) -> str:
        """Why a piece is whose it is."""
        state = int(self.moved.pieces.state[piece])
        told_by = {HELD: self._held, LEAVE: self._leave, VACANT: self._vacant}
        if state == CUSHION:
            return "what its children have beyond it: nobody's, and no policy moves it"
        return told_by[state](piece)

    def stint(self, i: int) -> str:
        """A stint by its row."""
        history, stints = self.moved.history, self.moved.cause.stints
        row = int(history.row[i])
        at = int(np.flatnonzero(stints.row == row)[0])
        days = told(*(int(as_days(each[at : at + 1])[0]) for each in (stints.start, stints.end)))
        part = "" if np.isnan(stints.share[at]) else f", share {stints.share[at]:g}"
        who, where = self._holder(int(history.holder[i])), self._name(int(history.node[i]))
        return f"stints row {row} ({who} at {where}, {days}{part})"

    def _policy(self) -> str:
        by = self.moved.cause.by
        reason = getattr(by, "reason", "")
        rule = f"{by!r:.{_LONGEST}}"
        return f"{rule}, {reason}" if isinstance(reason, str) and reason else rule

    @cached_property
    def _stays(self) -> IntArray:
        """Which of the stints each piece is had by, -1 for none."""
        pieces = self.moved.pieces
        found = np.full(len(pieces), -1)
        some = np.flatnonzero(pieces.holder >= 0)
        found[some] = self.moved.stays.at(
            pieces.holder[some], pieces.place[some], pieces.start[some]
        )
        return found

    def _holds(self, piece: int) -> str:
        """By which stints a holder has the piece."""
        moved, pieces, history = self.moved, self.moved.pieces, self.moved.history
        holder, origin = int(pieces.holder[piece]), int(pieces.origin[piece])
        stay = int(self._stays[piece])
        now = int(moved.stays.stint[stay]) if stay >= 0 else -1
        found = [self.stint(now)] if now >= 0 else ["no stint on these days"]
        posts = self._posts(origin)
        if now >= 0 and history.node[now] not in posts:  # it has followed them from there
            first = np.flatnonzero((history.holder == holder) & np.isin(history.node, posts))
            if len(first):
                begun = int(first[np.argmin(history.start[first])])
                found.insert(0, f"the post's first by {self.stint(begun)}")
        return "; then ".join(found)

    def _held(self, piece: int) -> str:
        return f"{self._policy()}: {self._holds(piece)}"

    def _leave(self, piece: int) -> str:
        away, pieces = self.moved.away, self.moved.pieces
        holder, day = int(pieces.holder[piece]), int(pieces.start[piece])
        mine = (away.holder == holder) & (away.start <= day) & (away.end >= day)
        rows = ", ".join(f"leaves row {row}" for row in away.row[np.flatnonzero(mine)].tolist())
        on = f"{self._holder(holder)} is on leave ({rows})"
        carried = self._carried(piece, f"leave={self.moved.cause.cover.leave.value!r}")
        return f"{on}, and has it by {self._holds(piece)}; {carried}"

    def _vacant(self, piece: int) -> str:
        history, pieces = self.moved.history, self.moved.pieces
        start, end = int(pieces.start[piece]), int(pieces.end[piece])
        posts = self._posts(int(pieces.origin[piece]))
        at = np.isin(history.node, posts)
        near = []
        before = np.flatnonzero(at & (history.end < start))
        if len(before):
            last = int(before[np.argmax(history.end[before])])
            near.append(f"{self.stint(last)} ends before")
        after = np.flatnonzero(at & (history.start > end))
        if len(after):
            first = int(after[np.argmin(history.start[after])])
            near.append(f"{self.stint(first)} starts after")
        there = np.flatnonzero(at & (history.start <= start) & (history.end >= start))
        near += [f"{self.stint(int(i))} holds the rest or nothing of it" for i in there[:3]]
        told_near = "; ".join(near) or f"no stint of {self._name(int(posts[0]))} in the calendar"
        carried = self._carried(piece, f"vacancy={self.moved.cause.cover.vacancy.value!r}")
        return f"nobody's under {self._policy()}: {told_near}; {carried}"

    def _carried(self, piece: int, cover: str) -> str:
        """Who carries what is not held."""
        pieces, history = self.moved.pieces, self.moved.history
        carrier, keeper = int(pieces.carrier[piece]), int(pieces.keeper[piece])
        carried = f"carried by {self._name(carrier)}, Cover({cover})"
        if keeper < 0:
            return carried
        day = int(pieces.start[piece])
        mine = (history.holder == keeper) & (history.node == carrier)
        mine &= (history.start <= day) & (history.end >= day)
        return f"{carried}, there by {self.stint(int(np.flatnonzero(mine)[0]))}"
