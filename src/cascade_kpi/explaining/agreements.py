"""Why an agreed target is what it is: down to both sides' demands."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.commitments.agreement import Agreement
from cascade_kpi.commitments.pulls import Pulls, Side
from cascade_kpi.commitments.room import room_below
from cascade_kpi.explaining.agreeing import (
    BeyondChildren,
    Ends,
    HandedOn,
    InRealLots,
    Liked,
    Met,
    WholeChild,
    WholeTop,
)
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import AsFirst, Combined, LotsAsAmount
from cascade_kpi.explaining.phases import Explainer
from cascade_kpi.org.rollup import add_present
from cascade_kpi.targets.own import Quotas, quotas_of
from cascade_kpi.targets.targets import Targets

__all__ = ["AgreementExplainer"]

Many = tuple[Explanation, ...]


@frozen(eq=False)
class AgreementExplainer:
    """Explains the agreed targets of one KPI in one period.

    Attributes
    ----------
    about : Agreement
        What was reconciled.
    of_whole : callable (targets, k, p) -> Explainer
        Explains the targets from above.
    """

    targets: Targets
    k: int
    p: int
    about: Agreement
    of_whole: Callable[[Targets, int, int], Explainer]
    _made: dict[tuple[str, int], Explanation] = field(factory=dict, init=False, repr=False)

    def explain(self, row: int) -> Explanation:
        """The target of a node, in KPI units."""
        demands, value = self.about.demands, float(self.targets.values[self.k][self.p, row])
        at = demands.frame.row_at(row)
        name = f"target of {demands.kpi.name}, {self.targets.org.labels[row]}, {self._period}"
        if at is None or value != value:
            told = "nothing is demanded there"
            return Explanation(name, value, demands.kpi.unit, self._period, None, told)
        rule = LotsAsAmount(demands.kpi.counted_in)
        return Explanation(
            name, value, demands.kpi.unit, self._period, rule, "", lambda: (self._lots(at),)
        )

    def own_share(self, row: int) -> Explanation:
        """What a node has for itself beside its children, in lots."""
        frame = self.about.demands.frame
        at = frame.row_at(row)
        own = [] if at is None else [c for c in frame.children(at) if frame.own[c]]
        if own:
            return self._lots(own[0])
        name = f"own lots of {self.about.demands.kpi.name}, {self.targets.org.labels[row]}"
        return Explanation(name, 0.0, "lots", self._period, None, "it has nothing of its own")

    @property
    def _period(self) -> str:
        return self.targets.periods.labels[self.p]

    @cached_property
    def _pulls(self) -> Pulls:
        return Pulls(self.about.demands, self.p, self.about.settled[self.p])

    @cached_property
    def _room(self) -> tuple[FloatArray, FloatArray]:
        period = self._pulls.period
        room = room_below(period)[0] if period.is_bound else period.limits
        return room.low, room.high

    @cached_property
    def _above(self) -> Explainer:
        return self.of_whole(self.about.whole, self.k, self.p)

    def _name(self, what: str, row: int) -> str:
        frame, kpi = self.about.demands.frame, self.about.demands.kpi
        label = self.targets.org.labels[frame.org_row(row)]
        return f"{what} of {kpi.name}, {label}{', own' if frame.own[row] else ''}, {self._period}"

    def _given(self, what: str, row: int, value: float, unit: str, source: str) -> Explanation:
        """An input of a row of the frame, with its source."""
        return Explanation(self._name(what, row), value, unit, self._period, None, source)

    def _said(  # noqa: PLR0917 - read like the line of text that it makes
        self,
        what: str,
        row: int,
        value: float,
        unit: str,
        rule: Operation,
        expand: Callable[[], Many],
    ) -> Explanation:
        """A quantity of a row of the frame, made by an operation."""
        key = ("agreed", id(self.targets), self.k, self.p, what, row)
        name = self._name(what, row)
        return Explanation(name, value, unit, self._period, rule, "", expand, key)

    def _ends(self, row: int) -> Ends:
        place = self.about.demands.frame.place_of(row)
        return Ends(*(float(each[place]) for each in self._room))

    def _lots(self, row: int) -> Explanation:
        frame = self.about.demands.frame
        parent = int(frame.parent[row])
        if not self._pulls.period.part[frame.place_of(row)]:
            return self._given("lots", row, 0.0, "lots", "nothing is demanded there")
        if parent < 0:
            rule: Operation = WholeTop(self._ends(row))
            value = rule(self._found(row))
            return self._said("lots", row, value, "lots", rule, lambda: (self._optimum(row),))
        family = frame.children(parent)
        margin = frame.margin_of(parent)
        rule = WholeChild(family.index(row), tuple(map(self._ends, family)), margin)

        def expand() -> Many:
            return (self._lots(parent), *map(self._optimum, family))

        return self._said("lots", row, self._counted(row), "lots", rule, expand)

    def _counted(self, row: int) -> float:
        """The lots that a row has in the agreed plan."""
        frame, counts = self.about.demands.frame, self.about.agreed.counts[self.p]
        if not frame.own[row]:
            return float(counts[frame.org_row(row)])
        family = frame.children(int(frame.parent[row]))
        part = self._pulls.period.part
        others = sum(
            int(counts[frame.org_row(c)]) for c in family if c != row and part[frame.place_of(c)]
        )
        return float(int(counts[frame.org_row(row)]) - others)

    def _found(self, row: int) -> float:
        return float(self._pulls.swept.found[self.about.demands.frame.place_of(row)])

    def _once(self, what: str, row: int, make: Callable[[int], Explanation]) -> Explanation:
        """What all children of a parent ask for is made for the first of them."""
        if (what, row) not in self._made:
            self._made[what, row] = make(row)
        return self._made[what, row]

    def _optimum(self, row: int) -> Explanation:
        return self._once("optimum", row, self._new_optimum)

    def _best(self, row: int) -> Explanation:
        return self._once("best", row, self._new_best)

    def _leeway(self, row: int) -> Explanation:
        return self._once("leeway", row, self._new_leeway)

    def _claim(self, row: int) -> Explanation:
        return self._once("claim", row, self._new_claim)

    def _new_optimum(self, row: int) -> Explanation:
        frame = self.about.demands.frame
        parent = int(frame.parent[row])
        if parent < 0:
            return self._best(row)
        family = frame.children(parent)

        def expand() -> Many:
            parts = [self._optimum(parent)]
            for child in family:
                parts += [self._best(child), self._leeway(child), self._claim(child)]
            return tuple(parts)

        rule = HandedOn(family.index(row), frame.factor_of(parent))
        return self._said("optimum", row, self._found(row), "lots", rule, expand)

    def _new_best(self, row: int) -> Explanation:
        pulls, place = self._pulls, self.about.demands.frame.place_of(row)
        value = float(pulls.swept.best[place])
        if not pulls.period.part[place]:
            return self._given("best", row, value, "lots", "nothing is demanded there")
        if pulls.parts[Side.LIMIT, place]:
            side = "floor" if value == pulls.period.limits.low[place] else "cap"
            limit = self._given(side, row, float(pulls.held[place]), "lots", self._stated_in(row))
            return self._said(
                "best", row, value, "lots", AsFirst(f"held at its {side}"), lambda: (limit,)
            )
        rule = Liked(leeway=False, factor=self._factor(row))
        return self._said("best", row, value, "lots", rule, lambda: self._likes(row))

    def _new_leeway(self, row: int) -> Explanation:
        pulls, place = self._pulls, self.about.demands.frame.place_of(row)
        value, unit = float(pulls.swept.leeway[place]), "lots²"
        if not pulls.period.part[place]:
            return self._given("leeway", row, value, unit, "nothing is demanded there")
        if pulls.parts[Side.LIMIT, place]:
            return self._given("leeway", row, value, unit, "none: it is held")
        rule = Liked(leeway=True, factor=self._factor(row))
        return self._said("leeway", row, value, unit, rule, lambda: self._likes(row))

    def _factor(self, row: int) -> float:
        return self.about.demands.frame.factor_of(row)

    def _likes(self, row: int) -> Many:
        frame, period = self.about.demands.frame, self._pulls.period
        parts = [self._demand(row, weight=False), self._demand(row, weight=True)]
        ends = period.stated.ends
        if ends is None or not ends[frame.place_of(row)]:
            for child in frame.children(row):
                parts += [self._best(child), self._leeway(child)]
        return tuple(parts)

    def _new_claim(self, row: int) -> Explanation:
        value = float(self.about.demands.claim[self.about.demands.frame.place_of(row)])
        source = f"{self.about.demands.kpi.split!r} on {self._unit(row)}"
        if not np.isposinf(self._pulls.swept.leeway[self.about.demands.frame.place_of(row)]):
            source = "not asked for: a demand settles it"
        return self._given("claim", row, value, "claim", source)

    def _demand(self, row: int, *, weight: bool) -> Explanation:
        stated = self._pulls.period.stated
        both = stated.weight if weight else stated.value
        value, rule = float(both[self.about.demands.frame.place_of(row)]), Met(weight)
        what, unit = ("confidence", "") if weight else ("demand", "lots")
        return self._said(what, row, value, unit, rule, lambda: self._both(row))

    def _both(self, row: int) -> Many:
        demands, p, place = self.about.demands, self.p, self.about.demands.frame.place_of(row)
        offer, belief = float(demands.below.wish[p, place]), float(demands.below.weight[p, place])
        entry = self.about.offers.entries.row_of(demands.frame.org_row(row), self.k, p)
        trust = float(demands.above.weight[p, place])
        rule = f"{self.about.rule!r} on {self._unit(row)}"
        target = self._target(row)
        confidence = rule if target.value == target.value else "no target"
        return (
            target,
            self._given("confidence in the target", row, trust, "", confidence),
            self._offer(row, offer, entry),
            self._given("confidence in the offer", row, belief, "",
                       "no offer" if offer != offer else f"offers row {entry}, confidence"),
        )  # fmt: skip

    def _unit(self, row: int) -> str:
        at = self.about.demands.frame.org_row(row)
        return f"units row {int(self.targets.org.source_row[at])}"

    def _offer(self, row: int, value: float, entry: int | None) -> Explanation:
        kpi = self.about.demands.kpi
        if value != value:
            return self._given("offer in lots", row, value, "lots", "none was made")
        at = self.about.demands.frame.org_row(row)
        shape = len(self.targets.periods), len(self.targets.org)
        amount = float(self.about.offers.entries.dense("value", self.k, *shape)[self.p, at])
        stated = self._given("offer", row, amount, kpi.unit, f"offers row {entry}, value")
        rule = InRealLots(kpi.counted_in)
        return self._said("offer in lots", row, value, "lots", rule, lambda: (stated,))

    def _target(self, row: int) -> Explanation:
        demands, frame = self.about.demands, self.about.demands.frame
        value, what = float(demands.above.wish[self.p, frame.place_of(row)]), "target in lots"
        if value != value:
            return self._given(what, row, value, "lots", "none was given")
        rule = InRealLots(demands.kpi.counted_in)
        at, quotas = frame.org_row(row), quotas_of(self.about.whole, self.k)
        if quotas is not None and (frame.own[row] or not frame.children(row)):
            return self._said(what, row, value, "lots", rule, lambda: (self._quota(quotas, row),))
        if quotas is not None:
            summed = Combined(add_present, "its children's, and its own")
            return self._said(
                what,
                row,
                value,
                "lots",
                summed,
                lambda: tuple(map(self._target, frame.children(row))),
            )
        if not frame.own[row]:
            return self._said(what, row, value, "lots", rule, lambda: (self._above.explain(at),))
        parent = int(frame.parent[row])

        def expand() -> Many:
            others = [self._target(c) for c in frame.children(parent) if c != row]
            return (self._target(parent), *(each for each in others if each.value == each.value))

        return self._said(what, row, value, "lots", BeyondChildren(), expand)

    def _quota(self, quotas: Quotas, row: int) -> Explanation:
        """What a node was assigned for itself."""
        at = self.about.demands.frame.org_row(row)
        own, entry = float(quotas.amounts[self.p, at]), quotas.row_of(at, self.p)
        source = f"targets row {entry}, value"
        return self._given("own target", row, own, self.about.demands.kpi.unit, source)

    def _stated_in(self, row: int) -> str:
        """Where a limit comes from."""
        entry = self.about.offers.limits.row_of(
            self.about.demands.frame.org_row(row), self.k, self.p
        )
        split = f"{type(self.about.demands.kpi.split).__name__}(…) on {self._unit(row)}"
        return split if entry is None else f"limits row {entry}, or {split}"
