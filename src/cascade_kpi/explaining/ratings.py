"""Why a score that several people made is what it is, as far as its audience may see."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.explaining.explanation import Explanation
from cascade_kpi.explaining.operations import Held, ProductOf
from cascade_kpi.missing import Missing
from cascade_kpi.rating.consolidate import Consolidated
from cascade_kpi.rating.kernel import cell_means, ranked, weighed
from cascade_kpi.rating.leniency import Leniency, corrected
from cascade_kpi.rating.scale import Scale
from cascade_kpi.rating.trims import Trim

__all__ = ["RatingExplainer"]

Many = tuple[Explanation, ...]
NAN = float("nan")


@frozen
class Weighed:
    """Parts weighed into one score."""

    weights: tuple[float, ...]

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(weighed(np.array([inputs]), np.array([self.weights]))[0][0])

    def words(self) -> str:
        """The clause."""
        weights = ", ".join(f"{weight:g}" for weight in self.weights)
        return f"Σ weight·mean ÷ Σ weight, weights {weights}"


@frozen
class TrimmedMean:
    """The mean of those ratings that trimming leaves."""

    trim: Trim

    def _present(self, inputs: tuple[float, ...]) -> tuple[FloatArray, IntArray]:
        values = np.array([value for value in inputs if value == value])
        return values, np.zeros(len(values), dtype=np.int64)

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        return float(cell_means(*self._present(inputs), 1, self.trim).means[0])

    def words(self) -> str:
        """The clause."""
        return f"the mean of the ratings, {self.trim!r}"


@frozen
class LessLeniency:
    """A rating less what is taken off, plus the constant, cut at the ends of the scale."""

    scale: Scale

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs."""
        raw, taken, constant = (np.array([value]) for value in inputs)
        return float(corrected(raw - taken, constant, self.scale)[0])

    def words(self) -> str:
        """The clause."""
        return f"rating − leniency + constant, within {self.scale.low:g} to {self.scale.high:g}"


@frozen(eq=False)
class RatingExplainer:
    """Explains the scores of one node in one period to the stage's audience."""

    agreed: Consolidated
    row: int
    p: int

    @property
    def period(self) -> str:
        """The period's label."""
        label: str = self.agreed.periods.labels[self.p]
        return label

    @property
    def of(self) -> str:
        """Whose scores they are, and when."""
        return f"{self.agreed.org.labels[self.row]}, {self.period}"

    def _told(self, name: str, value: float, source: str, parts: Many = ()) -> Explanation:
        """What is told as it is, without the arithmetic."""
        return Explanation(name, value, "points", self.period, None, source, lambda: parts)

    def _place(self, i: int) -> int | None:
        """Where the score of an item stands; None if nobody was asked."""
        tally, part = self.agreed.tally, self.agreed.part(self.agreed.items[i])
        same = (tally.period[part] == self.p) & (tally.node[part] == self.row)
        found = np.flatnonzero(same)
        return int(part.start + found[0]) if len(found) else None

    def is_withheld(self, i: int) -> bool:
        """Whether the audience does not see the score of an item."""
        g = self._place(i)
        return g is not None and bool(self.agreed.withheld[g])

    def asked(self, i: int) -> list[int]:
        """The relations in which anybody was asked about an item."""
        g = self._place(i)
        return [] if g is None else np.flatnonzero(self.agreed.tally.asked[g]).tolist()

    def is_hidden(self, i: int, r: int) -> bool:
        """Whether the audience does not see the mean of a relation on an item."""
        g = self._place(i)
        return g is not None and bool(self.agreed.hidden[g, r])

    # -- scores ---------------------------------------------------------------------

    def overall(self) -> Explanation:
        """The score over all items."""
        agreed = self.agreed
        value = float(agreed.overall()[self.p, self.row])
        name = f"overall score of {self.of}"
        known = [
            (i, place) for i in range(len(agreed.items)) if (place := self._place(i)) is not None
        ]
        if not known:
            return self._told(name, NAN, "nobody was asked")
        parts = tuple(self.score(i) for i, _ in known)
        weights = tuple(float(agreed.item_weights[i]) for i, _ in known)
        withheld = any(
            agreed.withheld[place] and weight > 0
            for (_, place), weight in zip(known, weights, strict=True)
        )
        if withheld:
            return self._told(name, NAN, "withheld: one of its scores is", parts)
        held = agreed.by.missing is Missing.HOLD and value != value
        operation = Held() if held else Weighed(weights)
        return Explanation(name, value, "points", self.period, operation, "", lambda: parts)

    def score(self, i: int) -> Explanation:
        """The score of an item."""
        agreed, g = self.agreed, self._place(i)
        name = f"{agreed.items[i]} of {self.of}"
        if g is None:
            return self._told(name, NAN, "nobody was asked")
        asked = np.flatnonzero(agreed.tally.asked[g]).tolist()
        if agreed.withheld[g]:
            parts = tuple(self.mean(i, r) for r in asked)
            reason = "withheld: a mean that is hidden could be computed from it"
            return self._told(name, NAN, reason, parts)
        value = float(agreed.scores[g])
        secret = [
            agreed.relations[r] for r in asked if agreed.hidden[g, r] and agreed.effective[g, r] > 0
        ]
        if secret:
            reason = f"weighed means of {len(asked)} relations, not all shown: {', '.join(secret)}"
            return self._told(name, value, reason, tuple(self.mean(i, r) for r in asked))
        weights = np.where(agreed.enough[g], agreed.weights[g], 0.0)[asked]
        held = agreed.by.missing is Missing.HOLD and bool(agreed.missing[g].any())
        operation = Held() if held else Weighed(tuple(weights.tolist()))

        def expand() -> Many:
            return tuple(self.mean(i, r) for r in asked)

        return Explanation(name, value, "points", self.period, operation, "", expand)

    def mean(self, i: int, r: int) -> Explanation:
        """The mean of a relation on an item."""
        agreed, g = self.agreed, self._place(i)
        relation = agreed.relations[r]
        name = f"{agreed.items[i]} of {self.of}, by {relation}"
        if g is None or not agreed.tally.asked[g, r]:
            return self._told(name, NAN, "nobody was asked")
        asked, rated = int(agreed.tally.asked[g, r]), int(agreed.tally.rated[g, r])
        how = f"{rated} of {asked} who were asked"
        if agreed.hidden[g, r]:
            return self._told(name, NAN, f"not shown: {how} have rated")
        value = float(agreed.tally.means[g, r])
        least = agreed.by.least.get(relation, 1)
        few = "" if agreed.enough[g, r] else f"; does not count with fewer than {least}"
        if not rated:
            return self._told(name, value, f"none of {asked} who were asked could tell")
        if not agreed.open_relations[r]:
            kept = int(agreed.tally.kept[g, r])
            return self._told(
                name, value, f"the mean of {kept} ratings, {how}; single ones are not shown{few}"
            )
        rows = np.arange(agreed.tally.begins[g], agreed.tally.begins[g + 1])
        rows = rows[agreed.ratings.rows.relation[rows] == r]
        operation = TrimmedMean(agreed.by.trim)
        return Explanation(
            name + (few and f" ({few[2:]})"), value, "points", self.period, operation, "",
            lambda: self._ratings(rows),
        )  # fmt: skip

    # -- rows of the table ------------------------------------------------------------

    def _ratings(self, rows: IntArray) -> Many:
        """Single ratings of an open relation."""
        values = self.agreed.source.values[rows]
        there = np.flatnonzero(values == values)
        kept = np.ones(len(rows), dtype=bool)
        order, ranks, counts = ranked(values[there], np.zeros(len(there), dtype=np.int64), 1)
        kept[there[order]] = self.agreed.by.trim(ranks, counts)
        return tuple(
            self._rating(row, stays)
            for row, stays in zip(rows.tolist(), kept.tolist(), strict=True)
        )

    def _rating(self, row: int, kept: bool) -> Explanation:  # noqa: FBT001 - what trimming says of it
        """One rating."""
        agreed, columns = self.agreed, self.agreed.ratings.rows
        rater = agreed.ratings.rater_ids[row]
        name = f"rating by {rater}"
        source = f"ratings row {int(columns.source_row[row])}, value"
        if columns.reason[row]:
            source += f": {columns.reason[row]}"
        if not kept:
            source += " (dropped)"
        raw = float(columns.value[row])
        if raw != raw:
            return self._told(name, raw, f"{source}: could not tell")
        lenient = agreed.source
        if not isinstance(lenient, Leniency):
            return self._told(name, raw, source)
        value = float(lenient.values[row])
        if not agreed.open_relations.all():
            return self._told(name, value, f"{source}, corrected for leniency")
        seat = lenient.seat(row)

        def expand() -> Many:
            return (
                self._told(name, raw, source),
                self._taken(lenient, seat),
                self._constant(lenient, seat),
            )

        operation = LessLeniency(lenient.scale)
        return Explanation(
            f"{name}, corrected", value, "points", self.period, operation, "", expand
        )

    def _taken(self, lenient: Leniency, seat: int) -> Explanation:
        """What is taken off a rater's ratings."""
        fit = lenient.fit
        raters = int((fit.component == fit.component[seat]).sum())
        why = (
            f"least squares over {int(fit.counts[seat])} ratings, beside {raters - 1} other raters"
        )
        reliability = float(lenient.reliability[seat])
        trust = Explanation("reliability", reliability, "", self.period, None, "τ²/(τ² + σ²/s)")
        effect = self._told("leniency", float(fit.effect[seat]), why)
        return Explanation(
            "taken off", float(lenient.shrunk[seat]), "points", self.period,
            ProductOf("reliability × leniency"), "", lambda: (trust, effect),
            ("taken off", seat),
        )  # fmt: skip

    def _constant(self, lenient: Leniency, seat: int) -> Explanation:
        """What keeps the mean of a component."""
        component = int(lenient.fit.component[seat])
        return self._told(
            "constant", float(lenient.constants[component]), "with which the mean of all stays"
        )
