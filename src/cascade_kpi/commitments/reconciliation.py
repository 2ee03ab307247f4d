"""The stage that reconciling makes: the agreed plan, who moved, and which demand pulled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, fingerprint, lock
from cascade_kpi._fields import is_a
from cascade_kpi._long import Columns, long_table, present, texts
from cascade_kpi._text import visible
from cascade_kpi.commitments.demands import BothDemands
from cascade_kpi.commitments.offers import Offers
from cascade_kpi.commitments.pulls import Pulls, Side
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.targets.amounts import Lots
from cascade_kpi.targets.origins import Reconciled
from cascade_kpi.targets.targets import Targets

__all__ = ["Reconciliation", "stacked"]

_TINY = 1e-9  # of a lot


@record("cascade_kpi/reconciliation")
@frozen(hash=False, repr=False)
class Reconciliation:
    """Targets and commitments, agreed: made by :func:`reconcile`.

    Attributes
    ----------
    targets : Targets
        The agreed plan; it goes on into ``phase``, ``measure`` and the rest.
    """

    targets: Targets = field()

    @targets.validator
    def _reconciled(self, _: Any, targets: object) -> None:
        if not is_a(targets, Targets) or not isinstance(targets.origin, Reconciled):  # type: ignore[attr-defined]  # it has been looked at
            check([Fault("reconciliation", "not reconciled targets", "make it with reconcile(…)")])

    @property
    def _origin(self) -> Reconciled:
        origin = self.targets.origin
        assert isinstance(origin, Reconciled)  # noqa: S101 - it has been looked at
        return origin

    @property
    def before(self) -> Targets:
        """The targets from above, as they were."""
        return self._origin.whole

    @property
    def offers(self) -> Offers:
        """The commitments from below and the limits, as they were stated."""
        offers = self._origin.offers
        assert isinstance(offers, Offers)  # noqa: S101 - of reconcile
        return offers

    def optimum(self, kpi: str) -> FloatArray:
        """The agreed plan before it is made whole, float64 (p, n), in KPI units.

        NaN where there is none; the targets themselves where these stay as they were.
        """
        k = self.targets.kpis.index(kpi)
        demands = self._origin.demands[k]
        if demands is None:
            return self.targets.of(kpi)
        amounts = partial(_amounts, demands)
        return stacked(
            [
                demands.frame.spread_swept(settled.found, np.nan, amounts)
                for settled in self._origin.settled[k]
            ]
        )

    def concerns(self, kpi: str) -> bool:
        """Whether a KPI was reconciled, rather than left as it was."""
        return self._origin.demands[self.targets.kpis.index(kpi)] is not None

    def offered(self, kpi: str) -> FloatArray:
        """What was offered from below, float64 (p, n), in KPI units, NaN where nothing was."""
        k, shape = self.targets.kpis.index(kpi), (len(self.targets.periods), len(self.targets.org))
        return lock(self.offers.entries.dense("value", k, *shape))

    def table(self) -> Columns:
        """The agreed plan beside both sides' demands: one row for each target, offer or agreement.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``kpi``, ``period``, ``unit``; in that unit ``target``, from above, ``offer``,
            from below, ``agreed``, and how far that is ``from_target`` and ``from_offer``;
            ``trust`` and ``belief``, the confidence in each, infinite if certain.
        """
        columns = self._columns()
        says = present(columns["target"], columns["offer"], columns["agreed"])
        return self._long(says, columns)

    def moves(self) -> Columns:
        """Who moved, how far, and which demand pulled: the rows of whoever has something else.

        Returns
        -------
        dict of str to array (m,)
            The columns of :meth:`table`; and of the strongest pull on the node ``pulled_by``, the
            node that demanded it, ``side``, whether that was its ``"target"``, its ``"offer"`` or a
            ``"limit"``, and ``pull``, how far it moved the node, in KPI units. Rows are in the
            order of the table; only those in which the agreed amount is not the target, or not
            the offer.
        """
        columns = self._columns()
        says = []
        for target, offer, agreed in zip(
            columns["target"], columns["offer"], columns["agreed"], strict=True
        ):
            moved = (agreed != target) & ~(np.isnan(agreed) & np.isnan(target))
            says.append(moved | (~np.isnan(offer) & (agreed != offer)))
        pulls = [self._strongest(k) for k in range(len(self.targets.kpis))]
        table = self._long(says, columns | {"pull": [pull for pull, _ in pulls]})
        demand = self._long(says, {"demand": [demand for _, demand in pulls]})["demand"]
        known = demand >= 0
        ids = np.full(len(demand), None, dtype=object)
        sides = np.full(len(demand), "", dtype=object)
        codes = demand[known].astype(np.int64)
        ids[known] = self.targets.org.ids[codes // 3]
        sides[known] = np.array([side.name.lower() for side in Side], dtype=object)[codes % 3]
        return table | {"pulled_by": texts(ids), "side": texts(sides)}

    def pulls(self, node: object, kpi: str, period: str | None = None) -> Columns:
        """Which demands pulled a node, the strongest first.

        Parameters
        ----------
        node : id
        kpi : str
        period : str, optional
            Needed where there are several.

        Returns
        -------
        dict of str to array (m,)
            ``node``, who demands; ``side``, ``"target"``, ``"offer"`` or ``"limit"``; ``value``
            and ``start``, what is demanded and what the plan before had there, in KPI units;
            ``influence``, how much one more unit of the demand would move the node; ``pull``,
            influence × (value − start). The last row, ``"rounding"``, is what making it whole
            did. The pulls sum to the agreed amount less the node's own start.

        Raises
        ------
        InputError
            If there is no such node, KPI or period, or the node has nothing agreed.
        """
        k, p = self.targets.kpis.index(kpi), self.targets.periods.index(period)
        org_row, demands = self.targets.org.row(node), self._origin.demands[k]
        agreed = float(self.targets.of(kpi)[p, org_row])
        if demands is None or np.isnan(agreed):
            reason = f"nothing of {kpi} was reconciled there"
            check([Fault("pulls", reason, "ask about a node of its table()", value=node)])
        pulls = Pulls(demands, p, self._origin.settled[k][p])
        order = demands.frame.layout.order
        row = demands.frame.row_at(org_row)
        assert row is not None  # noqa: S101 - it has something agreed
        place = demands.frame.place_of(row)
        influence = pulls.influence(place) * pulls.parts
        pull = influence * (pulls.values - pulls.start)
        side, at = np.nonzero(pull)
        ranked = np.lexsort((side, order[at], -np.abs(pull[side, at])))
        side, at = side[ranked], at[ranked]
        names = [self.targets.org.ids[demands.frame.org_row(int(order[i]))] for i in at]
        rest = agreed - float(_amounts(demands, pulls.start[[place]] + pull.sum())[0])
        columns = {
            "value": pulls.values[side, at], "start": pulls.start[at], "pull": pull[side, at],
        }  # fmt: skip
        told = {name: _amounts(demands, column) for name, column in columns.items()}
        told = {name: np.append(told[name], np.nan) for name in ("value", "start")} | {
            "influence": np.append(influence[side, at], np.nan),
            "pull": np.append(told["pull"], rest),
        }
        sides = [Side(code).name.lower() for code in side.tolist()]
        who = np.array([*names, self.targets.org.node(org_row).id], dtype=object)
        return {"node": texts(who), "side": texts([*sides, "rounding"]), **told}

    def _columns(self) -> dict[str, list[FloatArray]]:
        shape = len(self.targets.periods), len(self.targets.org)
        before, agreed = self.before.values, self.targets.values
        sides: dict[str, list[FloatArray]] = {
            "target": list(before), "offer": [], "agreed": list(agreed),
            "from_target": [], "from_offer": [], "trust": [], "belief": [],
        }  # fmt: skip
        for k, demands in enumerate(self._origin.demands):
            offer = self.offered(self.targets.kpis.names[k])
            sides["offer"].append(offer)
            sides["from_target"].append(agreed[k] - before[k])
            sides["from_offer"].append(agreed[k] - offer)
            believed = self.offers.believed(k, *shape)
            sides["belief"].append(np.where(np.isnan(offer), np.nan, believed))
            trust = np.full(shape, np.nan)
            if demands is not None:
                frame = demands.frame
                weights = demands.above.weight
                trust = np.stack([frame.spread_swept(each, np.nan) for each in weights])
            sides["trust"].append(np.where(np.isnan(before[k]), np.nan, trust))
        return sides

    def _strongest(self, k: int) -> tuple[FloatArray, FloatArray]:
        """The strongest pull on every node, and whose: thrice the row of the node, and the side."""
        shape = len(self.targets.periods), len(self.targets.org)
        pulls, who = np.full(shape, np.nan), np.full(shape, -1.0)
        demands = self._origin.demands[k]
        if demands is None:
            return pulls, who
        frame, order = demands.frame, demands.frame.layout.order
        for p, settled in enumerate(self._origin.settled[k]):
            strongest = Pulls(demands, p, settled).strongest()
            rows = order[np.maximum(strongest.demand, 0) // 3]
            at = 3 * frame.reach.rows[frame.node[rows]] + strongest.demand % 3
            nobody = strongest.demand < 0
            pull = np.where(nobody, np.nan, strongest.pull)
            pulls[p] = _amounts(demands, frame.spread_swept(pull, np.nan))
            who[p] = frame.spread_swept(np.where(nobody, -1.0, at), -1.0)
        return pulls, who

    def _long(self, says: list[NDArray[np.bool_]], columns: dict[str, Any]) -> Columns:
        kpis = [(kpi.name, kpi.unit) for kpi in self.targets.kpis]
        return long_table(self.targets.org.ids, self.targets.periods.labels, kpis, says, columns)

    def __repr__(self) -> str:
        changed = [
            name
            for name, column, demands in zip(
                self.targets.kpis.names, self.targets.columns, self._origin.demands, strict=True
            )
            if demands is not None and isinstance(column, Lots)
        ]
        return visible(f"<Reconciliation of {', '.join(changed) or 'nothing'} × {self.targets!r}>")

    def __hash__(self) -> int:
        return fingerprint((hash(self.targets), len(self.offers.entries)))


def _amounts(demands: BothDemands, lots: FloatArray) -> FloatArray:
    """Lots, not whole, as amounts in KPI units."""
    exact = demands.kpi.counted_in.exact
    amounts = lots * np.float64(exact.numerator)
    amounts /= np.float64(exact.denominator)
    return np.asarray(amounts)


def stacked(lines: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Fresh arrays (n,) as lines of one (p, n), read-only: a single one is not copied."""
    return lock(np.stack(lines) if len(lines) > 1 else lock(lines[0])[np.newaxis])
