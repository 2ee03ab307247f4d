"""Targets from above, reconciled with commitments from below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cascade_kpi.commitments.confidences import Confidence, Weight, as_confidence
from cascade_kpi.commitments.gather import Inner, Sides
from cascade_kpi.commitments.offers import Offers, read_offers
from cascade_kpi.commitments.reconciliation import Reconciliation, stacked
from cascade_kpi.commitments.solve import Solver
from cascade_kpi.commitments.spans import beyond_wholes
from cascade_kpi.errors import Fault, InputError, check, suggest, wants
from cascade_kpi.targets.amounts import Amounts, Lots
from cascade_kpi.targets.origins import Reconciled
from cascade_kpi.targets.ratios import Ratios
from cascade_kpi.targets.targets import Targets

__all__ = ["as_rules", "reconcile", "reconciled"]

Rules = Confidence | Weight | Mapping[str, Confidence | Weight]


def reconcile(
    targets: Targets,
    offers: object = None,
    *,
    confidence: Rules = 1.0,
    limits: object = None,
    inner: Inner = "total",
) -> Reconciliation:
    """Targets from above and commitments from below, agreed so that every sum holds.

    The agreed plan is the one with the least Σ confidence·(agreed − demand)²
    over all targets and all offers, among those in which the children of every
    node sum to it and all limits are kept, made whole in lots. It takes time
    linear in the number of nodes, or n log n a level where there are limits.

    Parameters
    ----------
    targets : Targets
        From above; any stage, at any nodes.
    offers : any table, optional
        Columns ``node``, ``kpi``, ``value`` in KPI units, and ``period``;
        ``confidence``, zero or more, or ``"certain"`` for what is kept
        exactly: one where there is no such column.
    confidence : Confidence, float or "certain", or a mapping of KPI names to these
        How much the targets weigh: a rule of ``cascade_kpi.confidences`` or
        your own.
    limits : any table, optional
        Columns ``node``, ``kpi``, ``period``; ``floor``, ``cap``, in KPI
        units, blank where there is none. Those of the KPIs' splits hold as well.
    inner : "total" or "own"
        What an offer at an inner node stands for: its whole subtree, or what
        the node brings itself.

    Returns
    -------
    Reconciliation
        Whose ``targets`` go on into all that follows.

    Raises
    ------
    InputError
        Listing every fault of the tables; offers for KPIs that do not add up;
        what is certain and not in whole lots; demands that cannot be met
        together, with the fewest that conflict; nodes that no demand settles.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> kpis = [ck.Kpi("sales", "CNY", lot=1)]
    >>> targets = ck.cascade(org, kpis, {"sales": 100}, periods="2027")
    >>> offers = {"node": ["a", "b"], "kpi": ["sales"] * 2, "value": [44, 47]}
    >>> agreed = ck.reconcile(targets, offers, confidence=ck.confidences.ByLevel(["certain", 1]))
    >>> agreed.targets.of("sales")
    array([[100.,  49.,  51.]])
    """
    wants(targets, Targets, "targets", "cascade(…)")
    if not isinstance(inner, str) or inner not in ("total", "own"):
        repair = suggest(inner, ["total", "own"])
        check([Fault("reconcile", "not a reading of offers at inner nodes", repair,
                     column="inner", value=inner)])  # fmt: skip
    rules = as_rules(targets, confidence)
    told = read_offers(targets.org, targets.kpis, targets.periods, offers, limits)
    return Reconciliation(reconciled(targets, told, rules, inner))


def as_rules(targets: Targets, confidence: Rules) -> list[Confidence]:
    """The rule of every KPI; by default every target weighs one."""
    names = targets.kpis.names
    if not isinstance(confidence, Mapping):
        return [as_confidence(confidence)] * len(names)
    faults = [
        Fault("reconcile", "no such KPI", suggest(name, names), column="confidence", value=name)
        for name in confidence
        if name not in names
    ]
    rules = []
    for name in names:
        try:
            rules.append(as_confidence(confidence.get(name, 1.0)))
        except InputError as error:
            faults.extend(error.faults)
    check(faults)
    return rules


def reconciled(
    targets: Targets, offers: Offers, rules: Sequence[Confidence], inner: Inner
) -> Targets:
    """Targets and offers that have been read, agreed.

    Parameters
    ----------
    rules : sequence of Confidence
        One a KPI.

    Raises
    ------
    InputError
        As :func:`reconcile` does, of what is found below the tables.
    """
    faults: list[Fault] = []
    columns: list[Lots | Amounts | Ratios] = []
    demands, settled = [], []
    for k, rule in enumerate(rules):
        sides = Sides(targets, k, offers, rule, inner)
        found = None if sides.stays(faults) else sides.demands(faults)
        demands.append(found)
        if found is None:
            columns.append(targets.columns[k])
            settled.append(())
            continue
        solver = Solver(targets, k, offers, found, faults)
        lots, optima = zip(*map(solver.solve, range(len(targets.periods))), strict=True)
        agreed = stacked(lots)
        columns.append(Lots(found.kpi.counted_in, agreed))
        if not faults:
            beyond_wholes(targets, k, agreed, faults)
        settled.append(optima)
    check(faults)
    origin = Reconciled(targets, offers, tuple(rules), inner, tuple(demands), tuple(settled))
    return Targets(targets.org, targets.kpis, targets.periods, origin, tuple(columns))
