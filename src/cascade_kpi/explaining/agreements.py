"""Why an agreed target is what it is: down to both sides' demands."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi.commitments.demands import Demands, in_real_lots
from cascade_kpi.commitments.offers import Offers
from cascade_kpi.commitments.pulls import Pulls, Side
from cascade_kpi.commitments.room import room_of
from cascade_kpi.commitments.sweeps import handed, lifted, met, shares_of
from cascade_kpi.commitments.wholes import Room, for_children, made_top, whole_family
from cascade_kpi.explaining.explanation import Explanation, Operation
from cascade_kpi.explaining.operations import Combined, LotsAsAmount
from cascade_kpi.explaining.phases import Explainer
from cascade_kpi.kpis.lots import Lot
from cascade_kpi.org.bands import added, family_of
from cascade_kpi.org.rollup import add_present
from cascade_kpi.targets.amounts import Lots
from cascade_kpi.targets.origins import Reconciled
from cascade_kpi.targets.own import Quotas, quotas_of
from cascade_kpi.targets.targets import Targets

__all__ = ["AgreementExplainer"]

Many = tuple[Explanation, ...]


def _column(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)[:, None]


@frozen
class InRealLots:
    """An amount in lots, not rounded."""

    lot: Lot

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(in_real_lots(self.lot, np.array([inputs[0]]))[0])

    def words(self) -> str:
        """The clause."""
        return f"in lots of {self.lot.size}, not rounded"


@frozen
class BeyondChildren:
    """A node's lots, less its children's."""

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return inputs[0] - math.fsum(inputs[1:])

    def words(self) -> str:
        """The clause."""
        return "what its target holds beyond its children's"


@frozen
class Met:
    """Both sides' demands as one. Inputs are the target, its confidence, the offer and its own."""

    weight: bool

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        both = met(*(np.array([each]) for each in inputs))
        return float(both[1 if self.weight else 0][0])

    def words(self) -> str:
        """The clause."""
        return "target and offer, " + ("both confidences" if self.weight else "by confidence")


@frozen
class Liked:
    """What a node would like best, or its leeway.

    Inputs are its own demand and weight, then each child's best and leeway.
    """

    leeway: bool
    factor: float

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        value, weight, *below = inputs
        together, way = np.zeros(1), np.full(1, np.inf)
        if below:
            together = added(_column(*below[::2])) / self.factor
            way = added(_column(*below[1::2])) / (self.factor * self.factor)
        with np.errstate(divide="ignore", invalid="ignore"):
            best, left, _ = lifted(np.array([value]), np.array([weight]), together, way)
        return float((left if self.leeway else best)[0])

    def words(self) -> str:
        """The clause."""
        what = (
            "one over the weight of that" if self.leeway else "its demand and its children's best"
        )
        return f"{what}, by weight"


@frozen
class Held:
    """A floor or a cap that holds."""

    side: str

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return inputs[0]

    def words(self) -> str:
        """The clause."""
        return f"held at its {self.side}"


@frozen
class HandedOn:
    """A child's best, and its share of what the parent has beyond its children's.

    Inputs are the parent's optimum, then each child's best, leeway and claim.
    """

    position: int
    factor: float

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        has, *told = inputs
        best, ways, claims = (_column(*told[i::3]) for i in range(3))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = shares_of(ways, added(ways), claims)
        over = np.array([has * self.factor])
        return float(handed(over, added(best), best, share)[self.position, 0])

    def words(self) -> str:
        """The clause."""
        return f"its best, and its share of what is over or lacking, child {self.position + 1}"


class Ends(NamedTuple):
    """What a subtree can have, in lots."""

    low: float
    high: float


@frozen
class WholeTop:
    """A root's optimum, whole."""

    ends: Ends

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        low, high = (np.array([end]) for end in self.ends)
        return float(made_top(np.array(inputs), Room(low, high))[0])

    def words(self) -> str:
        """The clause."""
        return "its optimum, rounded"


@frozen
class WholeChild:
    """A child's lots: the optima of its family made whole.

    Inputs are the parent's lots, then the optimum of every child.
    """

    position: int
    ends: tuple[Ends, ...]
    margin: int

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        total, *found = inputs
        room = Room(*(_column(*each) for each in zip(*self.ends, strict=True)))
        family, lots = family_of(len(found)), np.empty((len(found), 1))
        given = for_children(np.array([total]), np.array([self.margin]))
        whole_family(family, given, _column(*found), room, lots)
        return float(lots[self.position, 0])

    def words(self) -> str:
        """The clause."""
        return f"the family's optima made whole by largest remainder, child {self.position + 1}"


@frozen(eq=False)
class AgreementExplainer:
    """Explains the agreed targets of one KPI in one period.

    Attributes
    ----------
    of_whole : callable (targets, k, p) -> Explainer
        Explains the targets from above.
    """

    targets: Targets
    k: int
    p: int
    of_whole: Callable[[Targets, int, int], Explainer]
    _made: dict[tuple[str, int], Explanation] = field(factory=dict, init=False, repr=False)

    def explain(self, row: int) -> Explanation:
        """The target of a node, in KPI units."""
        demands, value = self._demands, float(self.targets.values[self.k][self.p, row])
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
        frame = self._demands.frame
        at = frame.row_at(row)
        own = [] if at is None else [c for c in frame.children(at) if frame.own[c]]
        if own:
            return self._lots(own[0])
        name = f"own lots of {self._demands.kpi.name}, {self.targets.org.labels[row]}"
        return Explanation(name, 0.0, "lots", self._period, None, "it has nothing of its own")

    @cached_property
    def _origin(self) -> Reconciled:
        origin = self.targets.origin
        assert isinstance(origin, Reconciled)  # noqa: S101 - nothing else is asked here
        return origin

    @cached_property
    def _demands(self) -> Demands:
        demands = self._origin.demands[self.k]
        assert isinstance(demands, Demands)  # noqa: S101 - of what was reconciled
        return demands

    @cached_property
    def _offers(self) -> Offers:
        offers = self._origin.offers
        assert isinstance(offers, Offers)  # noqa: S101 - of reconcile
        return offers

    @property
    def _period(self) -> str:
        return self.targets.periods.labels[self.p]

    @cached_property
    def _pulls(self) -> Pulls:
        return Pulls(self._demands, self.p, self._origin.settled[self.k][self.p])

    @cached_property
    def _room(self) -> tuple[FloatArray, FloatArray]:
        period = self._pulls.period
        room = room_of(period)[0] if period.is_bound else period.limits
        return room.low, room.high

    @cached_property
    def _above(self) -> Explainer:
        return self.of_whole(self._origin.whole, self.k, self.p)

    def _said(  # noqa: PLR0917 - read like the line of text that it makes
        self,
        what: str,
        row: int,
        value: float,
        unit: str,
        rule: Operation | str,
        expand: Callable[[], Many] = tuple,
    ) -> Explanation:
        """A quantity of a row of the frame: made by an operation, or an input with its source."""
        frame, kpi = self._demands.frame, self._demands.kpi
        label = self.targets.org.labels[frame.org_row(row)]
        name = f"{what} of {kpi.name}, {label}{', own' if frame.own[row] else ''}, {self._period}"
        if isinstance(rule, str):
            return Explanation(name, value, unit, self._period, None, rule)
        key = ("agreed", id(self.targets), self.k, self.p, what, row)
        return Explanation(name, value, unit, self._period, rule, "", expand, key)

    def _ends(self, row: int) -> Ends:
        place = self._demands.frame.place_of(row)
        return Ends(*(float(each[place]) for each in self._room))

    def _lots(self, row: int) -> Explanation:
        frame = self._demands.frame
        parent = int(frame.parent[row])
        if not self._pulls.period.part[frame.place_of(row)]:
            return self._said("lots", row, 0.0, "lots", "nothing is demanded there")
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
        frame, column = self._demands.frame, self.targets.columns[self.k]
        assert isinstance(column, Lots)  # noqa: S101 - what is reconciled is whole
        counts = column.counts[self.p]
        if not frame.own[row]:
            return float(counts[frame.org_row(row)])
        family = frame.children(int(frame.parent[row]))
        part = self._pulls.period.part
        others = sum(
            int(counts[frame.org_row(c)]) for c in family if c != row and part[frame.place_of(c)]
        )
        return float(int(counts[frame.org_row(row)]) - others)

    def _found(self, row: int) -> float:
        return float(self._pulls.swept.found[self._demands.frame.place_of(row)])

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
        frame = self._demands.frame
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
        pulls, place = self._pulls, self._demands.frame.place_of(row)
        value = float(pulls.swept.best[place])
        if not pulls.period.part[place]:
            return self._said("best", row, value, "lots", "nothing is demanded there")
        if pulls.parts[Side.LIMIT, place]:
            side = "floor" if value == pulls.period.limits.low[place] else "cap"
            limit = self._said(side, row, float(pulls.held[place]), "lots", self._stated_in(row))
            return self._said("best", row, value, "lots", Held(side), lambda: (limit,))
        rule = Liked(leeway=False, factor=self._factor(row))
        return self._said("best", row, value, "lots", rule, lambda: self._likes(row))

    def _new_leeway(self, row: int) -> Explanation:
        pulls, place = self._pulls, self._demands.frame.place_of(row)
        value, unit = float(pulls.swept.leeway[place]), "lots²"
        if not pulls.period.part[place]:
            return self._said("leeway", row, value, unit, "nothing is demanded there")
        if pulls.parts[Side.LIMIT, place]:
            return self._said("leeway", row, value, unit, "none: it is held")
        rule = Liked(leeway=True, factor=self._factor(row))
        return self._said("leeway", row, value, unit, rule, lambda: self._likes(row))

    def _factor(self, row: int) -> float:
        return self._demands.frame.factor_of(row)

    def _likes(self, row: int) -> Many:
        frame, period = self._demands.frame, self._pulls.period
        parts = [self._demand(row, weight=False), self._demand(row, weight=True)]
        ends = period.stated.ends
        if ends is None or not ends[frame.place_of(row)]:
            for child in frame.children(row):
                parts += [self._best(child), self._leeway(child)]
        return tuple(parts)

    def _new_claim(self, row: int) -> Explanation:
        value = float(self._demands.claim[self._demands.frame.place_of(row)])
        source = f"{self._demands.kpi.split!r} on {self._unit(row)}"
        if not np.isposinf(self._pulls.swept.leeway[self._demands.frame.place_of(row)]):
            source = "not asked for: a demand settles it"
        return self._said("claim", row, value, "claim", source)

    def _demand(self, row: int, *, weight: bool) -> Explanation:
        stated = self._pulls.period.stated
        both = stated.weight if weight else stated.value
        value, rule = float(both[self._demands.frame.place_of(row)]), Met(weight)
        what, unit = ("confidence", "") if weight else ("demand", "lots")
        return self._said(what, row, value, unit, rule, lambda: self._both(row))

    def _both(self, row: int) -> Many:
        demands, p, place = self._demands, self.p, self._demands.frame.place_of(row)
        offer, belief = float(demands.offer[p, place]), float(demands.belief[p, place])
        entry = self._offers.entries.row_of(demands.frame.org_row(row), self.k, p)
        trust = float(demands.trust[p, place])
        rule = f"{self._origin.by[self.k]!r} on {self._unit(row)}"
        target = self._target(row)
        confidence = rule if target.value == target.value else "no target"
        return (
            target,
            self._said("confidence in the target", row, trust, "", confidence),
            self._offer(row, offer, entry),
            self._said("confidence in the offer", row, belief, "",
                       "no offer" if offer != offer else f"offers row {entry}, confidence"),
        )  # fmt: skip

    def _unit(self, row: int) -> str:
        at = self._demands.frame.org_row(row)
        return f"units row {int(self.targets.org.source_row[at])}"

    def _offer(self, row: int, value: float, entry: int | None) -> Explanation:
        kpi = self._demands.kpi
        if value != value:
            return self._said("offer in lots", row, value, "lots", "none was made")
        at = self._demands.frame.org_row(row)
        shape = len(self.targets.periods), len(self.targets.org)
        amount = float(self._offers.entries.dense("value", self.k, *shape)[self.p, at])
        stated = self._said("offer", row, amount, kpi.unit, f"offers row {entry}, value")
        rule = InRealLots(kpi.counted_in)
        return self._said("offer in lots", row, value, "lots", rule, lambda: (stated,))

    def _target(self, row: int) -> Explanation:
        demands, frame = self._demands, self._demands.frame
        value, what = float(demands.target[self.p, frame.place_of(row)]), "target in lots"
        if value != value:
            return self._said(what, row, value, "lots", "none was given")
        rule = InRealLots(demands.kpi.counted_in)
        at, quotas = frame.org_row(row), quotas_of(self._origin.whole, self.k)
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
        at = self._demands.frame.org_row(row)
        own, entry = float(quotas.amounts[self.p, at]), quotas.row_of(at, self.p)
        source = f"targets row {entry}, value"
        return self._said("own target", row, own, self._demands.kpi.unit, source)

    def _stated_in(self, row: int) -> str:
        """Where a limit comes from."""
        entry = self._offers.limits.row_of(self._demands.frame.org_row(row), self.k, self.p)
        split = f"{type(self._demands.kpi.split).__name__}(…) on {self._unit(row)}"
        return split if entry is None else f"limits row {entry}, or {split}"
