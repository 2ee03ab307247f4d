"""Goals and links taken together: coverage, and what everybody's weight serves."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint, lock
from cascade_kpi._long import Columns, texts
from cascade_kpi.alignment.carry import Parts, carry, gather, proportions
from cascade_kpi.alignment.faults import in_circle, odd_link_weights, too_large, unknown
from cascade_kpi.alignment.goals import Goals
from cascade_kpi.alignment.graph import Graph, cycles, ranges
from cascade_kpi.alignment.kept import Budget
from cascade_kpi.alignment.links import Links
from cascade_kpi.alignment.shares import off_whole
from cascade_kpi.errors import check, unlike
from cascade_kpi.org.tree import OrgTree

if TYPE_CHECKING:
    from cascade_kpi.alignment.audit import Audit

__all__ = ["Alignment", "align"]


@frozen(hash=False, repr=False)
class Alignment:
    """Which goals serve which, and what follows from it. Made by :func:`align`.

    Attributes
    ----------
    goals : Goals
    links : Links
    graph : Graph
        The links by position of goals.
    """

    goals: Goals
    links: Links
    graph: Graph = field(eq=False)

    def __hash__(self) -> int:
        return fingerprint((hash(self.goals), hash(self.links)))

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        return self.goals.org

    # -- downwards: shares ----------------------------------------------------------

    @cached_property
    def counted_splits(self) -> NDArray[np.bool_]:
        """Which links cover an amount, bool (m,)."""
        return lock(self.links.is_split & self.links.counted)

    @cached_property
    def covered(self) -> FloatArray:
        """Σ of the shares of the counted splits into each goal, float64 (g,).

        A pure number, 1 where a goal is covered. NaN for a goal without such a split; 0
        where that is a strategic one with an amount and without support.
        """
        into = self.graph.serves[self.counted_splits]
        shares = self.links.share[self.counted_splits]
        n = len(self.goals)
        total = np.bincount(into, weights=shares, minlength=n)
        has = np.bincount(into, minlength=n) > 0
        supported = np.bincount(self.graph.serves[~self.links.is_split], minlength=n) > 0
        has |= self.goals.strategic & ~np.isnan(self.goals.value) & ~supported
        return lock(np.where(has, total, np.nan))

    @cached_property
    def landed(self) -> FloatArray:
        """The part of each goal that arrives at goals with an owner that go no further, (g,)."""
        ends = np.where(self.goals.owner >= 0, 1.0, 0.0)
        start = np.where(np.isnan(self.covered), ends, np.nan)
        return lock(gather(self.graph, self.counted_splits, self.links.share, start))

    @cached_property
    def carried(self) -> Parts:
        """What each goal carries of each strategic goal, through all chains of counted splits."""
        return carry(self.graph, self.counted_splits, self.links.share, self.ends)

    # -- upwards: weights -----------------------------------------------------------

    @cached_property
    def strategic(self) -> IntArray:
        """Positions of the strategic goals, ascending, int64 (s,)."""
        return lock(np.flatnonzero(self.goals.strategic))

    @cached_property
    def ends(self) -> IntArray:
        """Place of each goal among the strategic ones, int64 (g,); -1 for the others."""
        found = np.full(len(self.goals), -1)
        found[self.strategic] = np.arange(len(self.strategic))
        return lock(found)

    @cached_property
    def proportion(self) -> FloatArray:
        """Each link's part of the weights out of its goal, float64 (m,)."""
        return lock(proportions(self.graph, self.links.weight))

    @cached_property
    def orphan(self) -> NDArray[np.bool_]:
        """Which goals serve nothing and are not strategic, bool (g,)."""
        return lock((np.diff(self.graph.out_ends) == 0) & ~self.goals.strategic)

    @cached_property
    def _passes(self) -> NDArray[np.bool_]:
        """Which links pass weight on: those out of a strategic goal do not."""
        return (self.proportion > 0) & ~self.goals.strategic[self.graph.goal]

    @cached_property
    def part(self) -> Parts:
        """The part of each goal's weight that serves each strategic goal, 0 to 1.

        One end more, the last, stands for what ends at orphans.
        """
        seed = np.where(self.orphan, len(self.strategic), self.ends)
        return carry(self.graph, self._passes, self.proportion, seed)

    @cached_property
    def counted_part(self) -> Parts:
        """The same along counted links alone, without the orphans."""
        return carry(self.graph, self._passes & self.links.counted, self.proportion, self.ends)

    def _weighed(self, parts: Parts) -> Parts:
        """Σ weight × part over the goals of each node, one row a node of the tree."""
        goal = parts.row
        value = self.goals.weight[goal] * parts.value
        keep = (self.goals.owner[goal] >= 0) & ~np.isnan(value)
        owner = self.goals.owner[goal[keep]]
        return Parts.summed(len(self.org), owner, parts.code[keep], value[keep])

    @cached_property
    def served(self) -> Parts:
        """The weight with which each node's plan serves each strategic goal, one row a node.

        One end more, the last, stands for what is unaligned.
        """
        return self._weighed(self.part)

    @cached_property
    def counted_served(self) -> Parts:
        """The same along counted links alone, without what is unaligned."""
        return self._weighed(self.counted_part)

    @cached_property
    def plan_weight(self) -> FloatArray:
        """Σ of the weights of each node's goals, float64 (n,); NaN for a node without any."""
        weighed = (self.goals.owner >= 0) & ~np.isnan(self.goals.weight)
        owner, weight = self.goals.owner[weighed], self.goals.weight[weighed]
        total = np.bincount(owner, weights=weight, minlength=len(self.org))
        has = np.bincount(owner, minlength=len(self.org)) > 0
        return lock(np.where(has, total, np.nan))

    # -- tables ---------------------------------------------------------------------

    def coverage(self) -> Columns:
        """How much of each goal is covered: one row for each goal that has a coverage, by id.

        Returns
        -------
        dict of str to array
            ``goal``, ``title``, ``owner``, ``strategic``, ``unit``, ``period``; ``value``,
            the amount; ``covered``, ``margin``, meant to be carried beyond it, and
            ``landed``, parts of it; ``uncovered`` and ``over``, beyond the margin, amounts in
            the unit, NaN for a goal without an amount.

        Examples
        --------
        >>> import cascade_kpi as ck
        >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
        >>> goals = ck.Goals.from_table(
        ...     {
        ...         "goal": ["grow", "ga", "gb"],
        ...         "title": ["Grow", "Grow in A", "Grow in B"],
        ...         "owner": ["hq", "a", None],
        ...         "value": [200, 120, 60],
        ...         "unit": ["CNY"] * 3,
        ...     },
        ...     org,
        ...     period="2027",
        ... )
        >>> links = ck.Links.from_table(
        ...     {"goal": ["ga", "gb"], "serves": ["grow", "grow"], "share": [0.6, 0.3]}
        ... )
        >>> table = ck.align(goals, links).coverage()
        >>> for name in ("covered", "landed", "uncovered", "over"):
        ...     print(name, table[name].round(9).tolist())
        covered [0.9]
        landed [0.6]
        uncovered [20.0]
        over [0.0]
        """
        rows = np.flatnonzero(~np.isnan(self.covered))
        covered, value = self.covered[rows], self.goals.value[rows]
        margin = self.goals.margin[rows]
        lacking, beyond = off_whole(covered, margin)
        return {
            **self._named(rows),
            "strategic": self.goals.strategic[rows],
            "unit": texts(self.goals.columns["unit"][rows]),
            "period": texts(self.goals.columns["period"][rows]),
            "value": value,
            "covered": covered,
            "margin": margin,
            "landed": self.landed[rows],
            "uncovered": np.abs(value) * lacking,
            "over": np.abs(value) * beyond,
        }

    def carries(self) -> Columns:
        """What each goal carries of the strategic goals' amounts, by goal, then strategic goal.

        Returns
        -------
        dict of str to array
            ``goal``, ``title``, ``owner``; ``carries``, the strategic goal; ``share`` of its
            amount, and that ``amount`` in ``unit``. A strategic goal is not told of itself.
        """
        goal, end = self.carried.row, self.strategic[self.carried.code]
        keep = goal != end
        goal, end, share = goal[keep], end[keep], self.carried.value[keep]
        return {
            **self._named(goal),
            "carries": texts(self.goals.ids[end]),
            "share": share,
            "amount": share * self.goals.value[end],
            "unit": texts(self.goals.columns["unit"][end]),
        }

    def serves(self) -> Columns:
        """Which strategic goal how much of each plan serves, by the tree's order, then goal.

        Returns
        -------
        dict of str to array
            ``node``, ``goal`` (the strategic one); ``weight`` of the node's plan that serves
            it, along all ways; ``counted``, what of that goes along counted links; and
            ``share``, that weight over the plan's weight. What of a plan serves nothing is
            told by :meth:`plans`.
        """
        node, code = self.served.row, self.served.code
        keep = code < len(self.strategic)
        node, code, weight = node[keep], code[keep], self.served.value[keep]
        width = len(self.strategic) + 1
        key = self.counted_served.row * width + self.counted_served.code
        at = np.searchsorted(key, node * width + code)
        found = at < len(key)
        found[found] = key[at[found]] == (node * width + code)[found]
        counted = np.zeros(len(node))
        counted[found] = self.counted_served.value[at[found]]
        share = np.full(len(node), np.nan)
        whole = self.plan_weight[node]
        np.divide(weight, whole, out=share, where=whole > 0)
        return {
            "node": texts(self.org.ids[node]),
            "goal": texts(self.goals.ids[self.strategic[code]]),
            "weight": weight,
            "counted": counted,
            "share": share,
        }

    def plans(self) -> Columns:
        """Every plan as a whole: one row for each node that owns a goal, in the tree's order.

        Returns
        -------
        dict of str to array
            ``node``; ``goals`` and, of them, ``unweighed``, counts; ``weight``, of all
            goals; ``aligned``, what of it serves a strategic goal, and ``unaligned``, what
            does not; ``share``, aligned over weight.
        """
        owner = self.goals.owner[self.goals.owner >= 0]
        count = np.bincount(owner, minlength=len(self.org))
        nodes = np.flatnonzero(count)
        absent = np.isnan(self.goals.weight) & (self.goals.owner >= 0)
        unweighed = np.bincount(self.goals.owner[absent], minlength=len(self.org))
        rest = self.served.code == len(self.strategic)
        row, value = self.served.row, self.served.value
        weight = self.plan_weight[nodes]
        sums = [
            np.bincount(row[which], weights=value[which], minlength=len(self.org))[nodes]
            for which in (~rest, rest)
        ]
        aligned, unaligned = (np.where(np.isnan(weight), np.nan, each) for each in sums)
        share = np.full(len(nodes), np.nan)
        np.divide(aligned, weight, out=share, where=weight > 0)
        return {
            "node": texts(self.org.ids[nodes]),
            "goals": count[nodes],
            "unweighed": unweighed[nodes],
            "weight": weight,
            "aligned": aligned,
            "unaligned": unaligned,
            "share": share,
        }

    def matrix(self, nodes: Any = None) -> FloatArray:
        """The weights of :meth:`serves` as a dense array, float64 (nodes, strategic goals).

        Parameters
        ----------
        nodes : iterable of id, optional
            Whose plans; those of the whole tree by default, row by row.
        """
        rows = np.arange(len(self.org)) if nodes is None else self.org.rows(nodes)
        ends = self.served.ends
        counts = ends[rows + 1] - ends[rows]
        entry = ranges(ends[rows], counts)
        found = np.zeros((len(rows), len(self.strategic) + 1))
        found[np.repeat(np.arange(len(rows)), counts), self.served.code[entry]] = self.served.value[
            entry
        ]
        return found[:, :-1]

    def table(self) -> Columns:
        """Every goal with what is known of it, by id.

        Returns
        -------
        dict of str to array (g,)
            The columns of ``goals.table()``; ``layer``, links of the longest way to a goal
            that serves nothing; ``orphan``; ``covered`` and ``landed``; ``aligned``, the
            part of its weight that serves strategic goals.
        """
        rest = self.part.code == len(self.strategic)
        row, value = self.part.row[~rest], self.part.value[~rest]
        return {
            **self.goals.table(),
            "layer": self.graph.depth,
            "orphan": self.orphan,
            "covered": self.covered,
            "landed": self.landed,
            "aligned": np.bincount(row, weights=value, minlength=len(self.goals)),
        }

    def _named(self, goals: IntArray) -> Columns:
        return {
            "goal": texts(self.goals.ids[goals]),
            "title": texts(self.goals.title[goals]),
            "owner": texts(self.goals.owner_ids[goals]),
        }

    # -- people look ----------------------------------------------------------------

    def audit(self, budget: Budget | None = None) -> Audit:
        """What is amiss: orphans, unowned, uncovered and doubly counted goals, odd plans.

        Parameters
        ----------
        budget : WeightBudget or WeightBudgets, optional
            What the weights of a plan are to keep to, the same for all or by kind or post;
            without it plans are not looked at.

        Raises
        ------
        InputError
            If a budget is for a group without nodes, or somebody's group has none.
        """
        from cascade_kpi.alignment.audit import audit  # noqa: PLC0415 - it is made of this

        return audit(self, budget)

    def draw(self, *, limit: int = 60) -> str:
        """The map as text: strategic goals by perspective, below each what serves it.

        Parameters
        ----------
        limit : int
            Most lines; what is left out is said in a last line.
        """
        from cascade_kpi.alignment.drawing import draw  # noqa: PLC0415 - as above

        return draw(self, limit)

    def __repr__(self) -> str:
        return f"<Alignment {len(self.goals):,} goals, {len(self.links):,} links>"

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - only notebooks need it

        return f"<div>{escape(repr(self))}<pre>{escape(self.draw(limit=40))}</pre></div>"


def align(goals: Goals, links: Links) -> Alignment:
    """Goals and the links between them, as one stage.

    Parameters
    ----------
    goals : Goals
    links : Links

    Returns
    -------
    Alignment

    Raises
    ------
    InputError
        Listing links of unknown goals, with near misses; cycles, each with its goals in
        order; and goals of whose links some state a weight and some do not, or all zero.

    Notes
    -----
    Coverage and served weight follow the links layer by layer, for all goals at once:
    O(goals + links + entries of the answer).

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "li"], "parent": ["", "hq"]})
    >>> goals = ck.Goals.from_table(
    ...     {
    ...         "goal": ["grow", "keep", "visits"],
    ...         "title": ["Grow revenue", "Keep key accounts", "Visit key accounts"],
    ...         "owner": ["hq", "hq", "li"],
    ...         "weight": [50, 50, 40],
    ...     },
    ...     org,
    ... )
    >>> links = ck.Links.from_table(
    ...     {"goal": ["visits", "visits"], "serves": ["grow", "keep"], "weight": [1, 3]}
    ... )
    >>> served = ck.align(goals, links).serves()
    >>> list(zip(served["node"], served["goal"], served["weight"].tolist(), strict=True))
    [('hq', 'grow', 50.0), ('hq', 'keep', 50.0), ('li', 'grow', 10.0), ('li', 'keep', 30.0)]
    """
    check(
        unlike(goals, Goals, "goals", "Goals.from_table(…)")
        + unlike(links, Links, "links", "Links.from_table(…)")
    )
    goal, serves = goals.find(links.goal), goals.find(links.serves)
    faults = [*unknown(goals, links, "goal", goal), *unknown(goals, links, "serves", serves)]
    known = np.flatnonzero((goal >= 0) & (serves >= 0))
    graph = Graph(len(goals), lock(goal[known]), lock(serves[known]))
    faults.sort(key=lambda fault: (fault.row or 0, fault.column or ""))
    faults += odd_link_weights(goals, links, graph, known)
    faults += [in_circle(goals, cycle) for cycle in cycles(graph)]
    check(faults)
    aligned = Alignment(goals, links, graph)
    check(too_large(aligned))
    return aligned
