"""What is demanded of a KPI, gathered from its targets, the offers, and its split."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._answers import OddAnswer, ask
from cascade_kpi._arrays import FloatArray, IntArray, everywhere
from cascade_kpi.commitments.confidences import Confidence, odd_weights
from cascade_kpi.commitments.demands import BothDemands, in_real_lots
from cascade_kpi.commitments.frame import Frame
from cascade_kpi.commitments.offers import Offers
from cascade_kpi.commitments.spans import phased_in
from cascade_kpi.commitments.voice import Extent, Voice
from cascade_kpi.entries import Column, Entries
from cascade_kpi.errors import Fault, InputError
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.lots import LARGEST
from cascade_kpi.kpis.splits import Limited
from cascade_kpi.org.reach import Reach
from cascade_kpi.org.rollup import add_present, fold_subtrees
from cascade_kpi.targets.amounts import NO_LOTS, Lots
from cascade_kpi.targets.asked import Asked, limit_in_lots
from cascade_kpi.targets.origins import Assigned, Reconciled
from cascade_kpi.targets.own import beside_children, quotas_of
from cascade_kpi.targets.targets import Targets

__all__ = ["Inner", "Sides", "adds_up"]

Inner = Literal["total", "own"]
Mask = NDArray[np.bool_]


def adds_up(targets: Targets, k: int) -> bool:
    """Whether the children of a node make its target of the k-th KPI."""
    column, kpi, stage = targets.columns[k], targets.kpis.items[k], targets
    if isinstance(column, Lots):
        return True
    while isinstance(stage.origin, Reconciled):
        stage = stage.origin.whole
    summed = kpi.aggregate.makeup is Makeup.SUM
    if np.isnan(column.values).all():
        return kpi.divides or (summed and isinstance(stage.origin, Assigned))
    return summed and isinstance(stage.origin, Assigned)


class _Parts(NamedTuple):
    """What nodes of the organisation have by period, as a whole and in their own parts.

    Attributes
    ----------
    total : array (p, n)
    turned : callable, optional
        What makes lots of it; by default it is in lots.
    own : float64 array (p, n), or None
        In lots; None stands for own parts that nobody states.
    """

    total: NDArray[Any]
    turned: Callable[[NDArray[Any]], FloatArray] | None = None
    own: FloatArray | None = None

    @property
    def owners(self) -> Mask:
        """Whose own part is stated in any period, bool (n,)."""
        if self.own is None:
            return np.zeros(self.total.shape[1], dtype=bool)
        return np.asarray((~np.isnan(self.own)).any(axis=0))

    def filling(self, frame: Frame) -> FloatArray:
        """The lots, (p, m), in the sweep order of a frame."""
        if not frame.own.any():
            return frame.swept(frame.reach.narrowed(self.total), self.turned)
        total = self.total if self.turned is None else self.turned(self.total)
        own = everywhere(np.nan, total.shape) if self.own is None else self.own
        return frame.swept(frame.filled(total, own))


def _as_floats(counts: IntArray) -> FloatArray:
    """Whole lots as floats, NaN where there are none."""
    lots: FloatArray = counts.astype(np.float64)
    gone = counts == NO_LOTS
    if gone.any():
        lots[gone] = np.nan
    return lots


@frozen(eq=False)
class Sides:
    """One KPI's targets and offers.

    Attributes
    ----------
    inner : "total" or "own"
        What an offer at an inner node stands for.
    """

    targets: Targets
    k: int
    offers: Offers
    rule: Confidence
    inner: Inner

    @property
    def kpi(self) -> Kpi:
        """The KPI."""
        return self.targets.kpis.items[self.k]

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.targets.periods), len(self.targets.org)

    def stays(self, faults: list[Fault]) -> bool:
        """Whether the targets stay as they are; offers that cannot be met so are faults."""
        about = self.offers.about(self.k)
        if not adds_up(self.targets, self.k):
            repair = "leave it out of the offers: its targets stay as they are"
            if about:
                faults.append(Fault("offers", "a KPI that does not add up", repair,
                                    column="kpi", value=self.kpi.name))  # fmt: skip
            return True
        column = self.targets.columns[self.k]
        return not about and (isinstance(column, Lots) or bool(np.isnan(column.values).all()))

    def demands(self, faults: list[Fault]) -> BothDemands | None:
        """Both sides in lots, by row of a frame; None if there are faults."""
        before, reach = len(faults), self.kpi.reach(self.targets.org)
        above = self._from_above(reach)
        below = self._from_below(reach, faults)
        margin = self.targets.margin(self.k)
        owners = above.owners | below.owners
        self._refuse_own(owners, margin, faults)
        if margin is not None:
            owners, margin = owners & (margin == 0), reach.narrowed(margin)
        frame = Frame.of(reach, reach.narrowed(owners), margin)
        asked = self._trusted(frame, above.filling(frame), faults)
        offered = self._believed(frame, below.filling(frame))
        self._refuse_parts("targets", None, frame, asked, faults)
        self._refuse_parts("offers", self.offers.entries, frame, offered, faults)
        weights = asked.weights
        if not offered.is_silent:
            weights = Extent.of(asked.weight + offered.weight)
        low, high, claim = self._bounds(frame, weights.least == 0, faults)
        if len(faults) > before:
            return None
        return BothDemands(self.kpi, frame, asked, offered, low, high, claim)

    def _refuse_own(self, owners: Mask, margin: IntArray | None, faults: list[Fault]) -> None:
        """A fault for whoever has something beside its children and hands down more than it has."""
        if margin is None:
            return
        repair = "offer for its whole subtree, or for one more child"
        for row in np.flatnonzero(owners & (margin > 0)).tolist():
            reason = f"{self.kpi.name}: it hands down more than it has, so nothing is its own"
            value = self.targets.org.node(row).id
            faults.append(Fault("offers", reason, repair, column="node", value=value))

    def _from_above(self, reach: Reach) -> _Parts:
        """The targets in lots; of nodes that hold something for themselves, that too."""
        column = self.targets.columns[self.k]
        if isinstance(column, Lots):
            if not self.targets.holds_own(self.k):
                return _Parts(column.counts, _as_floats)
            beside = _as_floats(beside_children(self.targets.org, column.counts).lots)
            mine = np.where(self._inner(reach) & (beside != 0), beside, np.nan)
            return _Parts(_as_floats(column.counts), own=mine)
        quotas = quotas_of(self.targets, self.k)
        if quotas is None:
            return _Parts(column.values, partial(in_real_lots, self.kpi.counted_in))
        own = in_real_lots(self.kpi.counted_in, quotas.amounts)
        # Quotas that are whole lots have whole sums, which their floats may miss.
        total = np.stack([fold_subtrees(reach.org.layout, each, add_present) for each in own])
        return _Parts(total, own=np.where(self._inner(reach), own, np.nan))

    @property
    def _is_offered(self) -> bool:
        return bool((self.offers.entries.kpi == self.k).any())

    @property
    def _is_limited(self) -> bool:
        return bool((self.offers.limits.kpi == self.k).any())

    def _from_below(self, reach: Reach, faults: list[Fault]) -> _Parts:
        """The offers in lots."""
        entries, kpi = self.offers.entries, self.kpi
        if not self._is_offered:
            return _Parts(everywhere(np.nan, self._shape))
        values = entries.dense("value", self.k, *self._shape)
        column = Column("offers", kpi, self.targets.periods, entries, self.k)
        faults.extend(column.unreached(reach, values))
        lots = in_real_lots(kpi.counted_in, values)
        if self.inner == "total":
            return _Parts(lots)
        inner = self._inner(reach)
        return _Parts(np.where(inner, np.nan, lots), own=np.where(inner, lots, np.nan))

    def _inner(self, reach: Reach) -> Mask:
        return np.asarray(reach.spread(~reach.tree.is_leaf, absent=False))

    def _believed(self, frame: Frame, offer: FloatArray) -> Voice:
        """The offers, and the confidence in each."""
        if not self._is_offered:
            return Voice.silent((len(offer), len(frame)))
        believed = self.offers.believed(self.k, *self._shape)
        belief = frame.swept(frame.filled(believed, believed))
        return Voice(offer, np.where(np.isnan(offer), 0.0, belief))

    def _trusted(self, frame: Frame, target: FloatArray, faults: list[Fault]) -> Voice:
        """The targets, and the confidence in each that there is."""
        weights = self._weighed(frame, faults)
        trust = np.broadcast_to(frame.layout.swept(frame.at_rows(weights)), target.shape)
        side = Voice(target, trust)
        return side if side.is_full else Voice(target, np.where(np.isnan(target), 0.0, trust))

    def _weighed(self, frame: Frame, faults: list[Fault]) -> FloatArray:
        """The confidence in every node's target, by row of the tree; zeros beside a fault."""
        tree, name = frame.reach.tree, f"the confidence of {self.kpi.name}"
        weights = everywhere(0.0, (len(tree),))
        try:
            weights = ask("it", self.rule, tree, shape=(len(tree),))
        except OddAnswer as odd:
            repair = "mend it; testing.check_confidence tells more"
            faults.append(Fault(name, str(odd), repair, value=self.rule))
        except InputError as error:
            faults.extend(error.faults)
        for row in np.flatnonzero(odd_weights(weights))[:1].tolist():
            told = f"weighs {tree.node(row).id!r} by {float(weights[row])!r}"
            repair = "a confidence is zero, infinite if certain, or from 1e-100 to 1e100"
            faults.append(Fault(name, told, repair, value=self.rule))
            weights = everywhere(0.0, (len(tree),))
        return weights

    def _refuse_parts(
        self,
        source: str,
        entries: Entries | None,
        frame: Frame,
        side: Voice,
        faults: list[Fault],
    ) -> None:
        """A fault for everything certain that is not whole lots."""
        if entries is not None and not self._is_offered:
            return
        least, most = side.wishes
        if least > -LARGEST and most < LARGEST and not side.is_sure:
            return  # of what is absent it is not known
        kpi, lot, lots = self.kpi, self.kpi.counted_in, side.wish
        odd = np.isinf(side.weight)
        odd[odd] = lots[odd] != np.rint(lots[odd])
        huge = (lots >= LARGEST) | (lots <= -LARGEST)
        found = np.argwhere(odd | huge)
        found[:, 1] = frame.layout.order[found[:, 1]]
        for p, row in found[np.lexsort((found[:, 1], found[:, 0]))].tolist():
            place = frame.place_of(row)
            org_row, label = frame.org_row(row), self.targets.periods.labels[p]
            amount = float(lots[p, place]) * float(lot.exact)
            at = None if entries is None else entries.row_of(org_row, self.k, p)
            node = self.targets.org.node(org_row).id
            reason = (
                f"{kpi.name} in {label}: certain, and {amount!r} is not whole lots of {lot.size}"
            )
            repair = "change the amount, the lot, or the confidence"
            if huge[p, place]:
                reason = f"{kpi.name} in {label}: more than 2^51 lots"
                repair = f"use a larger lot than {lot.size}"
            faults.append(Fault(source, reason, repair, row=at, value=node))

    def _bounds(
        self,
        frame: Frame,
        loose: bool,  # noqa: FBT001 - whether claims are needed
        faults: list[Fault],
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Floors and caps by period and place in the frame's sweep order, and the claims."""
        kpi, shape = self.kpi, (len(self.targets.periods), len(frame))
        low, high = everywhere(-np.inf, shape), everywhere(np.inf, shape)
        if self._is_limited:
            low, high = self._stated_bounds(frame, faults)
        claim = everywhere(1.0, (len(frame),))
        # Limits of a split are of the periods that it divided in, not of their parts.
        limited = isinstance(kpi.split, Limited) and phased_in(self.targets, self.k) is None
        if not (limited or loose) or not kpi.divides:
            return frame.swept(low), frame.swept(high), claim
        try:
            asked = Asked.of(kpi, frame.reach.tree)
        except InputError as error:
            faults.extend(error.faults)
            return frame.swept(low), frame.swept(high), claim
        at = np.where(frame.own, -1, frame.node)
        if limited:
            low = np.where(at >= 0, np.maximum(low, asked.low[at]), low)
            high = np.where(at >= 0, np.minimum(high, asked.high[at]), high)
        claim = frame.layout.swept(np.where(frame.own, 0.0, asked.shares[at]))
        return frame.swept(low), frame.swept(high), claim

    def _stated_bounds(self, frame: Frame, faults: list[Fault]) -> tuple[FloatArray, FloatArray]:
        """Those that the table of limits states."""
        kpi, none = self.kpi, everywhere(np.nan, self._shape)
        floor, cap = self.offers.within(self.k, *self._shape)
        column = Column("limits", kpi, self.targets.periods, self.offers.limits, self.k)
        faults.extend(column.unreached(frame.reach, np.fmax(floor, cap)))
        low = np.where(np.isnan(floor), -np.inf, limit_in_lots(kpi, np.nan_to_num(floor), np.ceil))
        high = np.where(np.isnan(cap), np.inf, limit_in_lots(kpi, np.nan_to_num(cap), np.floor))
        low, high = frame.filled(low, none), frame.filled(high, none)
        low, high = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
        return low, high
