"""The ratings of several people as one score for each item."""

from __future__ import annotations

import html
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, fingerprint, lock
from cascade_kpi._fields import is_a
from cascade_kpi._long import Columns, texts, totals_table
from cascade_kpi._text import visible
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.missing import Missing
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.rating.audiences import Audience, Ratee, suppressed
from cascade_kpi.rating.kernel import Tally, weighed
from cascade_kpi.rating.raters import Raters
from cascade_kpi.rating.ratings import Ratings
from cascade_kpi.rating.trials import ask_weighting, odd_audience, odd_rules
from cascade_kpi.records import record
from cascade_kpi.records.digests import check_digest, digest_of

__all__ = ["Consolidated", "Marks", "consolidate"]

Mask = NDArray[np.bool_]


@runtime_checkable
class Marks(Protocol):
    """Ratings as they came, or corrected."""

    @property
    def ratings(self) -> Ratings:
        """As they came."""
        ...

    @property
    def values(self) -> FloatArray:
        """What counts, in points, float64 (m,), NaN where a rater could not tell."""
        ...


@frozen(hash=False)
class _Agreed:
    """Ratings, and how they are made one: what the JSON record of consolidated ones holds."""

    source: Marks
    by: Raters
    audience: Audience
    digest: str | None = None

    @classmethod
    def of(cls, agreed: Consolidated) -> _Agreed:
        """What scores were made from."""
        return cls(agreed.source, agreed.by, agreed.audience, digest_of([agreed.scores]))

    def make(self) -> Consolidated:
        """The scores again."""
        agreed = consolidate(self.source, self.by, self.audience)
        check_digest(self.digest, digest_of([agreed.scores]))
        return agreed


@record("cascade_kpi/consolidated", written_as=_Agreed)
@frozen(hash=False, repr=False)
class Consolidated:
    """One score for each item, period and node, from ratings. Made by :func:`consolidate`.

    Scores as such are whole; whatever is tabled, printed or explained is for the
    audience. Arrays by score and relation have the axes of `tally`.

    Attributes
    ----------
    source : Marks
        Ratings, or leniency for corrected ones.
    by : Raters
    audience : Audience
    tally : Tally
        Counts and means by score and relation, nothing hidden.
    """

    source: Marks
    by: Raters
    audience: Audience
    tally: Tally = field(eq=False)

    @property
    def ratings(self) -> Ratings:
        """The ratings as they came."""
        return self.source.ratings

    @property
    def org(self) -> OrgTree:
        """The organisation."""
        return self.ratings.org

    @property
    def periods(self) -> Periods:
        """The periods."""
        return self.ratings.periods

    @property
    def items(self) -> tuple[str, ...]:
        """What is scored, in order."""
        return self.ratings.items

    @property
    def relations(self) -> tuple[str, ...]:
        """The relations, sorted."""
        return self.ratings.relations

    # -- scores, in full ------------------------------------------------------------

    @cached_property
    def enough(self) -> Mask:
        """Which relations have as many ratings as count, bool (g, r)."""
        least = np.array([self.by.least.get(name, 1) for name in self.relations], dtype=np.int64)
        enough: Mask = np.greater_equal(self.tally.rated, least)
        return lock(enough)

    @cached_property
    def weights(self) -> FloatArray:
        """What each relation weighs, counted or not, float64 (g, r)."""
        counts = np.where(self.enough, self.tally.rated, 0)
        return lock(ask_weighting(self.by.weights, self.relations, counts))

    @cached_property
    def missing(self) -> Mask:
        """Which relations were asked, weigh something and do not count, bool (g, r)."""
        return lock((self.tally.asked > 0) & ~self.enough & (self.weights > 0))

    @cached_property
    def _weighed(self) -> tuple[FloatArray, FloatArray]:
        weights = np.where(self.enough, self.weights, 0.0)
        scores, effective = weighed(self.tally.means, weights)
        if self.by.missing is Missing.HOLD:
            held: Mask = np.any(self.missing, axis=1)
            scores = np.where(held, np.nan, scores)
            effective = np.where(held[:, None], np.nan, effective)
        return lock(scores), lock(effective)

    @property
    def scores(self) -> FloatArray:
        """Every score, float64 (g,), NaN where there is none."""
        return self._weighed[0]

    @property
    def effective(self) -> FloatArray:
        """The part of each relation in its score, float64 (g, r); NaN without a score."""
        return self._weighed[1]

    def part(self, item: str | None) -> slice:
        """Where the scores of an item stand."""
        i = self.ratings.item(item)
        return slice(*np.searchsorted(self.tally.item, [i, i + 1]).tolist())

    def _dense(self, item: str | None, values: NDArray[Any], absent: Any) -> NDArray[Any]:
        """Values by score as (p, n)."""
        part = self.part(item)
        out = np.full((len(self.periods), len(self.org)), absent, dtype=values.dtype)
        out[self.tally.period[part], self.tally.node[part]] = values[part]
        return out

    def of(self, item: str | None = None) -> FloatArray:
        """The scores of an item in points, float64 (p, n), NaN where there is none.

        In full, also where they are withheld from the audience: for scorecards.
        """
        return self._dense(item, self.scores, np.nan)

    def at(self, item: str, p: int, nodes: IntArray | slice) -> FloatArray:
        """The scores of some nodes on an item in a period, in full, float64, NaN where absent.

        Parameters
        ----------
        item : str
        p : int
            Position of the period.
        nodes : int64 array or slice
            Rows of the tree.
        """
        part, tally = self.part(item), self.tally
        begin, end = np.searchsorted(tally.period[part], [p, p + 1]) + part.start
        there, scores = tally.node[begin:end], self.scores[begin:end]
        rows = np.arange(len(self.org))[nodes]
        if not len(there):
            return np.full(len(rows), np.nan)
        place = np.minimum(np.searchsorted(there, rows), len(there) - 1)
        return np.where(np.equal(there[place], rows), scores[place], np.nan)

    @cached_property
    def item_weights(self) -> FloatArray:
        """What each item weighs in the overall score, float64 (i,)."""
        given = self.by.items
        return np.array([1.0 if given is None else given[name] for name in self.items])

    @cached_property
    def _overall(self) -> tuple[FloatArray, Mask]:
        """Overall scores and where they are withheld, (p, n)."""
        shape = len(self.periods), len(self.org)
        lines = np.full((len(self.items), *shape), np.nan)
        asked, withheld = np.zeros(lines.shape, dtype=bool), np.zeros(lines.shape, dtype=bool)
        at = self.tally.item, self.tally.period, self.tally.node
        lines[at], asked[at] = self.scores, self.tally.asked.any(axis=1)
        withheld[at] = self.withheld
        weights = np.broadcast_to(
            self.item_weights[:, None], (len(self.items), shape[0] * shape[1])
        )
        total, _ = weighed(lines.reshape(weights.shape).T, weights.T)
        counts = (self.item_weights > 0)[:, None, None]
        gone = (asked & np.isnan(lines) & counts).any(axis=0)
        whole = total.reshape(shape)
        if self.by.missing is Missing.HOLD:
            whole = np.where(gone, np.nan, whole)
        return lock(whole), lock(np.any(withheld & counts, axis=0))

    def overall(self) -> FloatArray:
        """The score over all items in points, in full, float64 (p, n), NaN where there is none.

        Raises
        ------
        InputError
            If the items are on different scales.
        """
        if self.ratings.survey.common is None:
            repair = "consolidate the items of one scale at a time, or score them by curves"
            check([Fault("overall", "the items are on different scales", repair)])
        return self._overall[0]

    # -- what the audience sees -----------------------------------------------------

    @cached_property
    def open_relations(self) -> Mask:
        """Which relations are open to the audience, bool (r,)."""
        return lock(np.equal(self.audience(self.relations), 0))

    @cached_property
    def _suppressed(self) -> tuple[Mask, Mask]:
        counted = (self.effective > 0) & ~np.isnan(self.effective)
        least = self.audience(self.relations)
        hidden, withheld = suppressed(least, self.tally.rated, counted)
        return lock(hidden), lock(withheld)

    @property
    def hidden(self) -> Mask:
        """Which means the audience does not see, bool (g, r)."""
        return self._suppressed[0]

    @property
    def withheld(self) -> Mask:
        """Which scores the audience does not see, bool (g,)."""
        return self._suppressed[1]

    def shown(self, item: str | None = None) -> FloatArray:
        """The scores of an item that the audience sees, float64 (p, n), NaN where none."""
        return self._dense(item, np.where(self.withheld, np.nan, self.scores), np.nan)

    def seen_by(self, audience: Audience) -> Consolidated:
        """The same scores for another audience.

        Raises
        ------
        InputError
            If it is no audience, or answers oddly.
        """
        check(odd_audience(audience, self.relations))
        return attrs.evolve(self, audience=audience)

    def _order(self) -> IntArray:
        tally = self.tally
        return np.lexsort((tally.node, tally.item, tally.period))

    def table(self) -> Columns:
        """The scores as the audience sees them: one row a period, item and node that was asked.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``item``, ``period``; ``asked`` and ``rated``, int64, how many; the
            ``score`` in points, NaN where there is none or it is withheld; ``note``, empty,
            "withheld" or "missing"; by period, item, node.
        """
        at, tally = self._order(), self.tally
        names, labels = (np.array(each, dtype=object) for each in (self.items, self.periods.labels))
        gone = np.where(self.withheld, "withheld", np.where(np.isnan(self.scores), "missing", ""))
        return {
            "node": texts(self.org.ids[tally.node[at]]),
            "item": texts(names[tally.item[at]]),
            "period": texts(labels[tally.period[at]]),
            "asked": tally.asked.sum(axis=1)[at],
            "rated": tally.rated.sum(axis=1)[at],
            "score": np.where(self.withheld, np.nan, self.scores)[at],
            "note": texts(gone.astype(object)[at]),
        }

    def totals(self) -> Columns:
        """The overall scores as the audience sees them: node, period, ``overall``, ``note``.

        Raises
        ------
        InputError
            If the items are on different scales.
        """
        whole, withheld = self.overall(), self._overall[1]
        asked = np.zeros(whole.shape, dtype=bool)
        asked[self.tally.period, self.tally.node] = True
        note = np.where(withheld, "withheld", np.where(np.isnan(whole), "missing", ""))
        columns = {"overall": np.where(withheld, np.nan, whole), "note": note.astype(object)}
        return totals_table(self.org.ids, self.periods.labels, asked, columns)

    def by_relation(self, item: str | None = None) -> Columns:
        """The relations' means as the audience sees them: one row for each that was asked.

        Parameters
        ----------
        item : str, optional
            All items by default.

        Returns
        -------
        dict of str to array (m,)
            ``node``, ``item``, ``period``, ``relation``; ``asked``, ``rated`` and ``kept`` by
            trimming, int64; the ``mean`` in points, NaN where hidden or absent; ``weight``,
            the part in the score, zero where it does not count, NaN without a score;
            ``note``, empty, "hidden", or "missing" where asked and too few to count; by
            period, item, node, relation.
        """
        wanted = slice(None) if item is None else self.part(item)
        chosen = np.zeros(len(self.scores), dtype=bool)
        chosen[wanted] = True
        order = self._order()
        order = order[chosen[order]]
        tally = self.tally
        row, r = np.nonzero(tally.asked[order] > 0)
        g = order[row]
        hidden = self.hidden[g, r]
        note = np.where(hidden, "hidden", np.where(~self.enough[g, r], "missing", ""))
        names = [np.array(each, dtype=object) for each in
                 (self.items, self.periods.labels, self.relations)]  # fmt: skip
        return {
            "node": texts(self.org.ids[tally.node[g]]),
            "item": texts(names[0][tally.item[g]]),
            "period": texts(names[1][tally.period[g]]),
            "relation": texts(names[2][r]),
            "asked": tally.asked[g, r],
            "rated": tally.rated[g, r],
            "kept": tally.kept[g, r],
            "mean": np.where(hidden, np.nan, tally.means[g, r]),
            "weight": self.effective[g, r],
            "note": texts(note.astype(object)),
        }

    def __repr__(self) -> str:
        lines = [f"<Consolidated {self.ratings!r}, for {self.audience!r}>"]
        for name in self.items:
            part = self.part(name)
            lines.append(
                f"  {name}: {int((~np.isnan(self.scores[part])).sum()):,} scores, "
                f"{int(self.withheld[part].sum()):,} withheld; "
                f"{int(self.hidden[part].sum()):,} means hidden, "
                f"{int(self.missing[part].sum()):,} relations missing"
            )
        return "\n".join(map(visible, lines))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def __hash__(self) -> int:
        return fingerprint((hash(self.ratings), hash(self.by), hash(self.audience), self.scores))


def consolidate(ratings: Marks, raters: Raters, audience: Audience | None = None) -> Consolidated:
    """One score for each item, period and node, from the ratings of several people.

    Parameters
    ----------
    ratings : Ratings, or Leniency for corrected ratings
    raters : Raters
        What relations weigh, how many must rate, what is trimmed.
    audience : Audience, optional
        Whom tables and explanations are for: ``rating.Ratee()`` by default, who sees no mean
        of fewer than three raters, but those of themselves and of their manager.

    Returns
    -------
    Consolidated

    Raises
    ------
    InputError
        Listing relations and items without a weight, rules that answer oddly, and under
        ``missing="refuse"`` everything that is missing.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["wu", "li", "he"], "parent": ["", "wu", "wu"]})
    >>> ratings = ck.Ratings.from_table(
    ...     {
    ...         "node": ["li"] * 3,
    ...         "rater": ["wu", "li", "he"],
    ...         "relation": ["manager", "self", "peer"],
    ...         "item": ["teamwork"] * 3,
    ...         "value": [4, 5, 2],
    ...     },
    ...     org,
    ...     scale=ck.rating.Scale(1, 5),
    ...     periods="2026",
    ... )
    >>> rule = ck.rating.Raters({"manager": 60, "self": 10, "peer": 30}, least={"peer": 3})
    >>> agreed = ck.consolidate(ratings, rule)
    >>> agreed.of("teamwork").round(3).tolist()
    [[nan, nan, 4.143]]
    >>> table = agreed.by_relation("teamwork")
    >>> table["relation"].tolist(), table["mean"].tolist(), table["note"].tolist()
    (['manager', 'peer', 'self'], [4.0, nan, 5.0], ['', 'hidden', ''])
    """
    audience = Ratee() if audience is None else audience
    faults: list[Fault] = []
    if not is_a(ratings, Marks) or not isinstance(ratings.ratings, Ratings):
        repair = "make them with Ratings.from_table(…)"
        faults.append(Fault("ratings", "not ratings", repair, value=ratings))
    if not isinstance(raters, Raters):
        repair = "make them with rating.Raters({relation: weight})"
        faults.append(Fault("raters", "not Raters", repair, value=raters))
    check(faults + odd_audience(audience, ()))
    base = ratings.ratings
    faults += odd_audience(audience, base.relations) + odd_rules(raters, base.relations)
    if raters.items is not None:
        repair = "give each item a weight: zero not to count it"
        faults += [
            Fault("weights of items", "the item has no weight", repair, value=name)
            for name in base.items
            if name not in raters.items
        ]
        faults += [
            Fault("weights of items", "no such item", suggest(name, base.items), value=name)
            for name in raters.items
            if name not in base.items
        ]
    check(faults)
    tally = Tally.of(base.rows, ratings.values, len(base.relations), raters.trim)
    made = Consolidated(ratings, raters, audience, tally)
    if raters.missing is Missing.REFUSE:
        check(_lacking(made))
    return made


def _lacking(made: Consolidated) -> list[Fault]:
    """A fault for each relation that is missing; none has a row, for what lacks is a row."""
    repair = "bring their ratings in, lower the least, or choose another policy for what is missing"
    faults = []
    for g, r in np.argwhere(made.missing).tolist():
        tally = made.tally
        item, label = made.items[tally.item[g]], made.periods.labels[tally.period[g]]
        reason = (
            f"{item} in {label}: {tally.rated[g, r]} of {tally.asked[g, r]} in the relation "
            f"{made.relations[r]} have rated"
        )
        faults.append(Fault("ratings", reason, repair, value=made.org.node(int(tally.node[g])).id))
    return faults
