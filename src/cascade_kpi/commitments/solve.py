"""One KPI's agreed lots in one period, or why there are none."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray, everywhere
from cascade_kpi.commitments.demands import BothDemands, Optimum, Period
from cascade_kpi.commitments.limits import FloorsAndCaps
from cascade_kpi.commitments.offers import Offers
from cascade_kpi.commitments.room import Conflict, room_below
from cascade_kpi.commitments.sweeps import Swept
from cascade_kpi.commitments.voice import Extent
from cascade_kpi.commitments.wholes import made_whole
from cascade_kpi.errors import Fault
from cascade_kpi.kpis.lots import LARGEST
from cascade_kpi.targets.amounts import NO_LOTS
from cascade_kpi.targets.targets import Targets

__all__ = ["Solver"]

_LISTED = 6
_CLOSE = 1e-9  # of a lot: what is left to nobody must be nothing


@frozen(eq=False)
class Solver:
    """One KPI's demands, and the faults met on the way to what is agreed."""

    targets: Targets
    k: int
    offers: Offers
    demands: BothDemands
    faults: list[Fault]

    def solve(self, p: int) -> tuple[IntArray, Optimum]:
        """Lots by node of the organisation, int64 (n,), `NO_LOTS` where there are none."""
        period = self.demands.at(p)
        if not period.part.any():
            absent = everywhere(np.nan, (len(self.demands.frame),))
            return self._no_lots, Optimum(absent, absent)
        before, room = len(self.faults), period.limits
        if period.is_bound:
            room, conflicts = room_below(period)
            self.faults.extend(self._told(p, conflict) for conflict in conflicts)
        found = self._freely(period)
        if len(self.faults) > before:
            return self._nothing
        held = everywhere(np.nan, found.shape)
        if period.is_bound:
            held = np.where(period.limits.low == period.limits.high, period.limits.low, np.nan)
        if period.is_limited:
            swept, held = period.within()
            found = swept.found
        return self._whole(period, Optimum(period.told(found), held), room)

    def _freely(self, period: Period) -> FloatArray:
        """The optimum without floors and caps; a fault for everybody it does not settle."""
        if period.stated.settles_all:
            return period.freely()
        swept = period.swept()
        before = len(self.faults)
        self._unsettled(period, swept)
        if period.is_limited and len(self.faults) == before:
            self._loose(period, swept)
        return swept.found

    @property
    def _no_lots(self) -> IntArray:
        return np.full(len(self.targets.org), NO_LOTS)

    @property
    def _nothing(self) -> tuple[IntArray, Optimum]:
        """What is answered beside faults."""
        return self._no_lots, Optimum(np.zeros(0), np.zeros(0))

    def _whole(
        self, period: Period, settled: Optimum, room: FloorsAndCaps
    ) -> tuple[IntArray, Optimum]:
        frame, found = self.demands.frame, settled.found
        extent = Extent.of(found)
        if not (extent.least > -LARGEST and extent.most < LARGEST):  # or not known: some absent
            many = (found >= LARGEST) | (found <= -LARGEST)
            for row in period.rows(many)[:_LISTED].tolist():
                self._note(period.p, row, "2^51 lots or more", "use a larger lot")
            if many.any():
                return self._no_lots, settled
        everybody = np.nan_to_num(found) if np.isnan(extent.least) else found
        lots = made_whole(frame.layout, everybody, room, frame.margin)
        if not period.part.all():
            lots = np.where(period.part, lots, NO_LOTS)
        whole = frame.spread_swept(lots, NO_LOTS, _as_counts)
        return np.asarray(whole), settled

    def _unsettled(self, period: Period, swept: Swept) -> None:
        """Note who takes part and is settled by no demand, and what is left to nobody."""
        layout, lost = self.demands.frame.layout, np.isnan(swept.found) & period.part
        if lost.any():
            tops = lost.copy()
            for block in layout.down():
                block.part(tops)[:] &= ~lost[block.above]
            for row in period.rows(tops)[:_LISTED].tolist():
                reason = "no demand that has a confidence settles it"
                self._note(period.p, row, reason, "give it, or all below it, a confidence above 0")
            return
        if not (swept.leeway == np.inf).any():
            return  # nobody goes by claim
        for block in layout.up():
            free = np.isposinf(block.part(swept.leeway))
            if free.any():
                has = swept.found[block.above]
                if period.stated.factor is not None:
                    has *= period.stated.factor[block.above]
                over = np.abs(has - swept.below[block.above])
                over = np.where(free.any(axis=0), over, 0.0)
                stuck = (over > _CLOSE) & ~(free & (block.part(swept.share) > 0)).any(axis=0)
                for row in layout.order[block.above[stuck]].tolist():
                    reason = "what is left is to be divided over children whose claims are all zero"
                    self._note(period.p, row, reason, "give one of them a claim, or a confidence")

    def _loose(self, period: Period, swept: Swept) -> None:
        """Note nodes that no demand settles, where there are floors or caps."""
        loose = np.isposinf(swept.leeway) & period.part
        for row in period.rows(loose)[:_LISTED].tolist():
            reason = "it is settled by its claim alone, and there are floors or caps"
            self._note(period.p, row, reason, "give its target a confidence, or make it an offer")

    def _told(self, p: int, conflict: Conflict) -> Fault:
        """A conflict in words."""
        order = self.demands.frame.layout.order
        row = int(order[conflict.place])
        least, most = self._own(p, row)
        if not conflict.below:
            reason = f"{least} and {most} cannot both be"
            return self._fault(p, row, reason, "change one of them")
        handed = ""
        if conflict.handed not in {conflict.mine, np.inf, -np.inf}:
            handed = f", {self._amount(conflict.handed)} with its margin"
        rows = np.sort(order[list(conflict.below)]).tolist()
        names = list(map(self._name, rows[:_LISTED]))
        many = len(conflict.below) - _LISTED
        told = ", ".join(names) + (f" and {many} more" if many > 0 else "")
        mine = (most if conflict.heavy else least) + handed
        if not mine:
            reason = "no whole lots and their margin come to what its children must have"
            return self._fault(p, row, reason, "change one of their demands or limits")
        what = "need" if conflict.heavy else "allow"
        found = f"{mine}, and {told} {what} {self._amount(conflict.total)}"
        way = "lower" if conflict.heavy else "raise"
        return self._fault(p, row, found, f"{way} one of these, or change the other")

    def _own(self, p: int, row: int) -> tuple[str, str]:
        """What a row has at least and at most, by whose demand."""
        demands, place = self.demands, self.demands.frame.place_of(row)
        told: list[list[tuple[float, str]]] = [[], []]
        for name, said in (("its target", demands.above), ("its offer", demands.below)):
            if np.isposinf(said.weight[p, place]):
                sure = float(said.wish[p, place])
                for side in told:
                    side.append((sure, f"{name} is certain, {self._amount(sure)}"))
        for side, name, bounds in zip(told, ("floor", "cap"), (demands.low, demands.high),
                                      strict=True):  # fmt: skip
            bound = float(bounds[p, place])
            if np.isfinite(bound):
                side.append((bound, f"its {name} is {self._amount(bound)}"))
        return (
            max(told[0], key=lambda each: each[0], default=(0.0, ""))[1],
            min(told[1], key=lambda each: each[0], default=(0.0, ""))[1],
        )

    def _amount(self, lots: float) -> str:
        lot = self.demands.kpi.counted_in
        return self.demands.kpi.format(float(lot.values(np.array([int(lots)]))[0]))

    def _name(self, row: int) -> str:
        frame = self.demands.frame
        name = repr(self.targets.org.node(frame.org_row(row)).id)
        return f"{name}'s own part" if frame.own[row] else name

    def _fault(self, p: int, row: int, reason: str, repair: str) -> Fault:
        frame, label = self.demands.frame, self.targets.periods.labels[p]
        at = frame.org_row(row)
        about = f"{self.demands.kpi.name} in {label}: {reason}"
        stated = {"offers": self.offers.entries, "limits": self.offers.limits}
        told = {name: entries.row_of(at, self.k, p) for name, entries in stated.items()}
        source = next((name for name, entry in told.items() if entry is not None), "targets")
        entry = told.get(source)
        return Fault(source, about, repair, row=entry, value=self.targets.org.node(at).id)

    def _note(self, p: int, row: int, reason: str, repair: str) -> None:
        self.faults.append(self._fault(p, row, reason, repair))


def _as_counts(lots: FloatArray) -> IntArray:
    return lots.astype(np.int64)
