"""What is to be said of one item: result against target, attainment, points by which rule."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from cascade_kpi.explaining.ratings import RatingExplainer
from cascade_kpi.explaining.scores import ScoreExplainer
from cascade_kpi.reporting.curves import IN_UNITS
from cascade_kpi.reporting.telling.statements import (
    Amount,
    Apart,
    Attained,
    Curved,
    Part,
    Points,
    Ruled,
    Series,
    Statement,
)
from cascade_kpi.scoring.attainments import Proportion, Result
from cascade_kpi.scoring.items import Item, Rated

__all__ = ["ItemTeller"]

Said = list[Statement]


@frozen(eq=False)
class ItemTeller:
    """Says how one item of one node got its points, as far as its audience may see."""

    of: ScoreExplainer
    i: int
    decimals: int

    @property
    def _item(self) -> object:
        return self.of.scores.outline.parts[self.i]

    @property
    def _named(self) -> dict[str, object]:
        return {"item": Part(self.of.scores.outline.names[self.i]), "period": self.of.period}

    def said(self) -> Said:
        """The statements."""
        item = self._item
        if self.i in self.of.secret:
            return [Statement("withheld", {"item": self._named["item"]})]
        if isinstance(item, Item):
            return self._of_kpi(item)
        if isinstance(item, Rated):
            return self._of_raters(item)
        points = self.of.value(self.i).value
        if np.isnan(points):
            return [Statement("unscored", {"item": self._named["item"]})]
        told = {"item": self._named["item"], "rule": Ruled(item), "points": self._points(points)}
        return [Statement("own_rule", told)]

    def _points(self, value: float) -> Points:
        return Points(value, self.decimals)

    def _scored(self, curve: object, at: float, unit: str | None) -> Statement:
        points = self.of.value(self.i).value
        if np.isnan(points):
            return Statement("unscored", {"item": self._named["item"]})
        return Statement(
            "scored", {"curve": Curved(curve, at, unit), "points": self._points(points)}
        )

    # -- of a KPI -------------------------------------------------------------------

    def _of_kpi(self, item: Item) -> Said:
        of = self.of.of(item.kpi)
        result, target = (side.value for side in (of.explain(self.of.row), of.counted(self.of.row)))
        phrase = {
            (False, False): "item",
            (True, False): "no_result",
            (False, True): "no_target",
            (True, True): "neither",
        }[bool(np.isnan(result)), bool(np.isnan(target))]
        known = {"result": Amount(of.kpi, result), "target": Amount(of.kpi, target)}
        sides = {
            name: each
            for name, each, value in zip(known, known.values(), (result, target), strict=True)
            if not np.isnan(value)
        }
        said = [Statement(phrase, {**self._named, **sides})]
        attained = self.of.attainment(self.i).value
        if np.isnan(attained):
            points = self.of.value(self.i).value
            whole = phrase == "item" or not np.isnan(points)
            return [*said, *([self._scored(item.curve, attained, None)] if whole else [])]
        unit = of.kpi.unit if isinstance(item.attainment, IN_UNITS) else None
        said += self._attained(item, attained)
        return [*said, self._scored(item.curve, attained, unit)]

    def _attained(self, item: Item, attained: float) -> Said:
        rule = item.attainment
        if isinstance(rule, Result):
            return []
        if isinstance(rule, IN_UNITS):
            kpi = self.of.of(item.kpi).kpi
            return [Statement("apart", {"difference": Apart(kpi, attained)})]
        if isinstance(rule, Proportion):
            return [Statement("attained", {"attained": Attained(attained)})]
        return [Statement("attained_by", {"attained": Attained(attained), "rule": Ruled(rule)})]

    # -- of raters --------------------------------------------------------------------

    def _of_raters(self, item: Rated) -> Said:
        score = float(self.of.block.rated(item.question)[0])
        if np.isnan(score):
            return [Statement("not_rated", self._named)]
        said = [Statement("rated", {**self._named, "score": self._points(score)})]
        rater = self.of.rater
        if rater is not None:
            means = self._means(rater, rater.agreed.items.index(item.question))
            said += [Statement("relations", {"means": Series(means)})] if means else []
        return [*said, self._scored(item.curve, score, "")]

    def _means(self, of: RatingExplainer, i: int) -> tuple[Statement, ...]:
        """The mean of each relation that the audience sees; of the others, that it does not."""
        clauses = []
        for r in of.asked(i):
            name, mean = of.agreed.relations[r], of.mean(i, r)
            if of.is_hidden(i, r):
                clauses.append(Statement("relation_hidden", {"relation": name}))
            elif not np.isnan(mean.value):
                fields = {"relation": name, "mean": self._points(mean.value)}
                clauses.append(Statement("relation_mean", fields))
        return tuple(clauses)
