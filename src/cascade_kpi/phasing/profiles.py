"""How a target is spread over periods or parts: the weight of each, for every node."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, as_numbers, as_tuple, members, not_numbers
from cascade_kpi.errors import Fault, InputError, check, suggest, unlike
from cascade_kpi.kpis.aggregates import Makeup
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.splits.basic import summed_drivers
from cascade_kpi.org.rollup import add_present, fold_subtrees
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.phasing.families import add_lines
from cascade_kpi.records import record
from cascade_kpi.results.actuals import Actuals

__all__ = ["Columns", "Even", "Learned", "Profile", "Seasonal", "mixed", "normalised"]


@runtime_checkable
class Profile(Protocol):
    """A rule that gives every node a weight for each of some periods, or parts.

    The profile of a year says which part of it falls in which month.
    """

    def __call__(self, org: OrgTree, kpi: Kpi, labels: tuple[str, ...]) -> FloatArray:
        """Weights, float64 (p, n), rows in the tree's order.

        `labels` are the p periods that make the whole, or the names of the parts.
        Zero or more, finite, for no node all zero. Raises InputError, listing
        every fault, if what the rule needs is not there.
        """
        ...


def _at(fault: Fault, i: int) -> Fault:
    return Fault(fault.source, fault.reason, fault.repair, row=i, value=fault.value)


def normalised(weights: FloatArray) -> FloatArray:
    """Weights (p, m) that sum to about one over the periods."""
    scaled = weights / weights.max(axis=0)  # their sum is then finite
    return np.asarray(scaled / add_lines(scaled))


@record("cascade_kpi/profiles.even")
@frozen
class Even:
    """Every period the same.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq"], "parent": [""]})
    >>> year = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 10}, periods="2027")
    >>> ck.phase(year, ["H1", "H2"], ck.profiles.Even()).of("sales")[:, 0]
    array([5., 5.])
    """

    def __call__(self, org: OrgTree, kpi: Kpi, labels: tuple[str, ...]) -> FloatArray:
        """Ones, (p, n)."""
        return np.ones((len(labels), len(org)))


@record("cascade_kpi/profiles.seasonal")
@frozen
class Seasonal:
    """The same stated weights for every node.

    Parameters
    ----------
    weights : iterable of float
        One for each period, in order, zero or more, not all zero: percentages
        of the year, or last year's sales by month.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> year = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 101}, periods="2027")
    >>> halves = ck.phase(year, ["2027H1", "2027H2"], ck.profiles.Seasonal([2, 3]))
    >>> halves.of("sales")
    array([[40., 20., 20.],
           [61., 31., 30.]])
    """

    weights: tuple[float, ...] = field(converter=as_numbers)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        if not isinstance(self.weights, tuple):
            faults.append(Fault("seasonal", "not a list of weights", "give one for each period"))
        else:
            for i, weight in enumerate(self.weights):
                odd = not_numbers("seasonal", weight=weight)
                if not odd and weight < 0:
                    odd = [Fault("seasonal", "negative", "it is zero or more", value=weight)]
                faults += [_at(fault, i) for fault in odd]
            if not faults and not any(self.weights):
                reason = "no weight above zero"
                faults.append(Fault("seasonal", reason, "give at least one period some weight"))
        check(faults)

    def __call__(self, org: OrgTree, kpi: Kpi, labels: tuple[str, ...]) -> FloatArray:
        """The weights, the same for all, (p, n).

        Raises
        ------
        InputError
            If there are more or fewer periods than weights.
        """
        if len(labels) != len(self.weights):
            reason = f"{len(self.weights)} weights for {len(labels)} periods"
            check([Fault("seasonal", reason, "give one for each period", value=self.weights)])
        return np.repeat(np.array(self.weights, dtype=np.float64)[:, None], len(org), axis=1)


@record("cascade_kpi/profiles.columns")
@frozen
class Columns:
    """In proportion to columns of the tree: last year's sales of each product.

    Parameters
    ----------
    drivers : iterable of str
        A column for each period or part, in order. A leaf's entries are its
        weights; an inner node's are sums over its leaves, and its entries are
        blank or say the same. A node with nothing in any of them has the
        weights of the node above.
    """

    drivers: tuple[str, ...] = field(converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        if not isinstance(self.drivers, tuple):
            faults.append(Fault("columns", "not a list of columns", "name one for each"))
        else:
            members("columns", self.drivers, str, "name a column of the tree", faults)
        check(faults)

    def __call__(self, org: OrgTree, kpi: Kpi, labels: tuple[str, ...]) -> FloatArray:
        """Weights in the columns' units, (p, n).

        Raises
        ------
        InputError
            If there are more or fewer columns than labels; and as
            :class:`~cascade_kpi.splits.ProRata` does, for every column.
        """
        if len(labels) != len(self.drivers):
            reason = f"{len(self.drivers)} columns for {len(labels)} periods or parts"
            check([Fault("columns", reason, "name one for each", value=self.drivers)])
        faults: list[Fault] = []
        weights = np.zeros((len(labels), len(org)))
        for line, driver in zip(weights, self.drivers, strict=True):
            try:
                line[:] = summed_drivers(org, driver, org.numbers(driver))
            except InputError as error:
                faults += error.faults
        check(faults)
        for block in org.layout.down():
            nothing = ~weights[:, block.rows].any(axis=0)
            if nothing.any():
                above = np.broadcast_to(block.parents, nothing.shape)[nothing]
                weights[:, block.rows[nothing]] = weights[:, above]
        return weights


@record("cascade_kpi/profiles.learned")
@frozen
class Learned:
    """The seasons of past periods, sparse nodes leaning on the node above.

    A node's weights are (N·own + lean·parent's)/(N + lean): its own average
    season, credible by the N periods it has reports of, and its parent's. It
    is the credibility formula of H. Bühlmann, "Experience rating and
    credibility", *ASTIN Bulletin* 4 (1967), with a stated constant.

    Parameters
    ----------
    history : Actuals
        Reports of whole cycles of periods, in order: 24 months for the
        seasons of twelve. Nodes are found by their ids; its tree may be an
        earlier one.
    of : str, optional
        The KPI of the history whose seasons are taken; by default the one
        that is phased.
    lean : float, optional
        How many periods of history weigh as much as the parent's profile: one
        cycle by default; 0 for none, so that only nodes without a history
        take their parent's.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> kpi = ck.Kpi("sales", "CNY", lot=1)
    >>> past = {"node": ["a", "a"], "kpi": ["sales"] * 2, "period": ["2026H1", "2026H2"]}
    >>> history = ck.Actuals.from_table(org, [kpi], {**past, "value": [30, 10]})
    >>> year = ck.cascade(org, [kpi], {"sales": 80}, periods="2027")
    >>> profile = ck.profiles.Learned(history, lean=0)
    >>> ck.phase(year, ["2027H1", "2027H2"], profile).of("sales")
    array([[60., 30., 30.],
           [20., 10., 10.]])
    """

    history: Actuals
    of: str | None = None
    lean: float | None = field(default=None, converter=as_number)

    def __attrs_post_init__(self) -> None:
        faults = unlike(self.history, Actuals, "history", "Actuals.from_table(…)")
        if self.of is not None and not faults and self.of not in self.history.kpis.names:
            repair = suggest(self.of, self.history.kpis.names)
            faults.append(Fault("learned", "no such KPI in the history", repair, value=self.of))
        if self.lean is not None:
            odd = not_numbers("learned", lean=self.lean)
            if not odd and self.lean < 0:
                odd = [Fault("learned", "negative", "it is zero or more", value=self.lean)]
            faults += odd
        check(faults)

    def __call__(self, org: OrgTree, kpi: Kpi, labels: tuple[str, ...]) -> FloatArray:
        """Weights that sum to one for every node, (p, n).

        Raises
        ------
        InputError
            If the history is not of whole cycles, has no such KPI or one that
            does not add up, or a total in it is negative.
        """
        return _leaning(org, *self.seasons(org, kpi, labels), self.leaning(labels))

    def leaning(self, labels: tuple[str, ...]) -> float:
        """How many periods of history weigh as much as the parent's profile."""
        return float(len(labels)) if self.lean is None else self.lean

    def seasons(
        self, org: OrgTree, kpi: Kpi, labels: tuple[str, ...]
    ) -> tuple[FloatArray, FloatArray]:
        """Every node's average by season, and how many periods it was seen in.

        Returns
        -------
        float64 array (p, n)
            In the history's unit, NaN where a season was never reported.
        float64 array (n,)
        """
        totals, p = self.totals(kpi), len(labels)
        if len(totals) % p:
            reason = f"{len(totals)} periods of history are no whole cycles of {p}"
            check([Fault("learned", reason, "give whole cycles, blank where unknown")])
        found = self.history.org.find(org.ids)
        cycles = np.where(found >= 0, totals[:, found], np.nan).reshape(-1, p, len(org))
        there = ~np.isnan(cycles)
        counts = there.sum(axis=0)
        sums = add_lines(np.where(there, cycles, 0.0))
        seasons = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
        return seasons, counts.sum(axis=0).astype(np.float64)

    def totals(self, kpi: Kpi) -> FloatArray:
        """What was reported at and below every node of the history, by period, NaN for nothing.

        Raises
        ------
        InputError
            If the history has no such KPI or one that does not add up, or a
            total is negative.
        """
        history, name = self.history, self.of or kpi.name
        if name not in history.kpis.names:
            repair = f"{suggest(name, history.kpis.names)}, or name it with of=…"
            check([Fault("learned", "no such KPI in the history", repair, value=name)])
        if history.kpis[name].aggregate.makeup is not Makeup.SUM:
            repair = "name one that adds up with of=…"
            check([Fault("learned", "a KPI that does not add up", repair, value=name)])
        reports, layout = history.inputs[history.kpis.index(name)][0], history.org.layout
        sums = np.stack([fold_subtrees(layout, each, add_present) for each in reports])
        repair = "correct the history, or state the weights with profiles.Seasonal"
        check(
            [
                Fault("learned", f"{name} in {history.periods.labels[i]} is negative", repair,
                      value=history.org.node(row).id)
                for i, row in np.argwhere(sums < 0).tolist()
            ]
        )  # fmt: skip
        return sums


def _leaning(org: OrgTree, seasons: FloatArray, seen: FloatArray, lean: float) -> FloatArray:
    """Every node's own seasons and its parent's weights, by what it has been seen of.

    Parameters
    ----------
    seasons : float64 array (p, n)
        Averages, zero or more, NaN where a season was never reported.
    seen : float64 array (n,)
        Periods with a report.
    """
    p = len(seasons)
    weights = np.empty_like(seasons)
    roots = org.layout.roots
    even = np.full((p, len(roots)), 1 / p)
    weights[:, roots] = mixed(seasons[:, roots], even, seen[roots], lean)
    for block in org.layout.down():
        rows = block.rows.ravel()
        above = np.broadcast_to(weights[:, None, block.parents], (p, *block.rows.shape))
        weights[:, rows] = mixed(seasons[:, rows], above.reshape(p, -1), seen[rows], lean)
    return weights


def mixed(seasons: FloatArray, above: FloatArray, seen: FloatArray, lean: float) -> FloatArray:
    """Own weights and those of the node above, (p, m)."""
    there = ~np.isnan(seasons)
    filled = np.where(there, seasons, 0.0)
    sums = add_lines(filled)  # of zero: reports that say nothing of seasons
    known = add_lines(np.where(there, above, 0.0))  # the part of the whole that own seasons share
    own = np.where(there, filled * (known / np.where(sums > 0, sums, 1.0)), above)
    own = np.where(sums > 0, own, above)
    trust = np.where(sums > 0, seen, 0.0)
    leant = np.where(trust + lean > 0, lean, 1.0)  # without history, on the parent's alone
    return np.asarray((trust * own + leant * above) / (trust + leant))
