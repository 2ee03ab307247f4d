"""The arithmetic of a scorecard, in blocks of nodes that fit the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from operator import add
from typing import Any, NoReturn

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from cascade_kpi._answers import ask, every_number, finite, first_overflow, numbers, odd_answers
from cascade_kpi._arrays import FloatArray, IntArray, lock
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.kpis.directions import Direction, OnTarget
from cascade_kpi.missing import Missing
from cascade_kpi.results.results import Results
from cascade_kpi.scoring.attainments import Attainment, Remedied, one_way
from cascade_kpi.scoring.curves import Curve
from cascade_kpi.scoring.scorecard import Scorecard

__all__ = ["Kernel", "weighted_mean"]

# What a rule is tried on, before anybody relies on it.
_ATTAINED = np.array([-1.0, 0.0, 0.5, 0.8, 0.9, 1.0, 1.1, 1.2, 2.0, np.nan, 0.95])
_ACTUAL = np.array([1.0, 50.0, 99.0, 100.0, np.nan, 120.0, 300.0])
_TARGET = np.full_like(_ACTUAL, 100.0)
_PATTERNED = 8  # items whose absence fits the bits of a byte
_BLOCK = 32_768  # nodes; smaller blocks lose to call overhead, larger ones leave the cache

Where = int | slice | IntArray


def _try_curve(curve: Curve) -> None:
    every_number("its curve", curve, _ATTAINED)


def _try_attainment(rule: Attainment, better: Direction) -> None:
    columns = [np.full_like(_ACTUAL, 40.0 + 20.0 * i) for i in range(len(rule.columns))]
    numbers("its attainment", rule, _ACTUAL, _TARGET, better, *columns)
    some = [column[:3] for column in columns]
    ask("its refuses", rule.refuses, np.array([1.0, np.nan, 0.0]), better, *some, dtype=np.bool_)


def weighted_mean(
    points: Iterable[FloatArray], weights: list[Any], missing: Missing
) -> tuple[FloatArray, FloatArray]:
    """Σ weight·points and Σ weight over items, in their order, not divided yet.

    Parameters
    ----------
    points : iterable of float64 array (m,)
        One an item, at least one, NaN where absent. Each is used up before the
        next is asked for, so that what makes them need not keep them.
    weights : list of float, or of float64 array (m,)
        One an item, zero where the item is not on the card.
    missing : Missing
        ``RENORMALISE`` leaves absent items out of both sums; ``ZERO`` counts
        their weight; with the others an absent item makes the sum absent.
    """
    top = weighed = np.empty(0)
    gone: list[NDArray[np.bool_]] = []
    complete = True
    for item, weight in zip(points, weights, strict=True):
        if not gone:
            top, weighed = np.zeros(len(item)), np.empty(len(item))
        np.multiply(item, weight, out=weighed)
        absent = np.isnan(weighed)
        if absent.any():
            complete = False
            left_out = missing in {Missing.RENORMALISE, Missing.ZERO}
            np.copyto(weighed, 0.0, where=absent if left_out else absent & np.equal(weight, 0))
        top += weighed
        gone.append(absent)
    if complete or missing is not Missing.RENORMALISE:
        return top, np.full(len(top), reduce(add, weights, 0.0))
    return top, _present_weight(gone, weights)


def _present_weight(gone: list[NDArray[np.bool_]], weights: list[Any]) -> FloatArray:
    """Sum, in order, of the weights of the items that are not gone.

    With few items of the same weight for all, which items are gone is one of
    few patterns: each pattern's sum is made once and looked up.
    """
    if len(weights) > _PATTERNED or not all(isinstance(weight, float) for weight in weights):
        total = np.zeros(len(gone[0]))
        for absent, weight in zip(gone, weights, strict=True):
            total += np.where(absent, 0.0, weight)
        return total
    patterns = np.arange(1 << len(weights))
    sums = np.zeros(len(patterns))
    pattern = np.zeros(len(gone[0]), dtype=np.uint8)
    for i, (absent, weight) in enumerate(zip(gone, weights, strict=True)):
        sums += np.where(patterns >> i & 1, 0.0, weight)
        pattern |= absent.view(np.uint8) * np.uint8(1 << i)  # quicker than a shift
    return sums.take(pattern.astype(np.intp))  # and ten times as quick as by bytes


@frozen(eq=False)
class Kernel:
    """One scorecard over one set of results, ready to be computed anywhere.

    Attributes
    ----------
    columns : tuple of int
        Position of each item's KPI among the results' KPIs.
    weights : float64 array (groups, items)
    group : int64 array (n,)
    given : tuple of tuples of float64 array (n,)
        Per item, the columns of the tree that its attainment needs.
    """

    results: Results
    card: Scorecard
    columns: tuple[int, ...]
    weights: FloatArray
    group: IntArray
    given: tuple[tuple[FloatArray, ...], ...]

    @classmethod
    def of(cls, results: Results, card: Scorecard) -> Kernel:
        """The kernel, once the scorecard has been found to fit.

        Raises
        ------
        InputError
            If it does not fit the KPIs or the tree, or a target is refused by
            the attainment of an item that weighs something.
        """
        card.check_against(results.kpis, results.org)
        weights, group = card.weight_table(results.org)
        kernel = cls(
            results,
            card,
            tuple(results.kpis.index(item.kpi) for item in card.items),
            lock(weights),
            group,
            card.given(results.org),
        )
        check(kernel._unlawful())
        check([*kernel._aimless(), *kernel._refused()])
        return kernel

    def _unlawful(self) -> list[Fault]:
        """Items whose rules cannot be used together, or do not answer as rules must."""
        faults = []
        for i, item in enumerate(self.card.items):
            better = self.results.kpis.items[self.columns[i]].better
            if one_way(item.attainment) and isinstance(better, OnTarget):
                reason = f"{item.kpi} is best on target: going past it would count as better"
                repair = "use Proportion(), which knows the band"
                faults.append(Fault("scorecard", reason, repair, value=item.attainment))
            repair = "mend it; testing.check_{} tells more"
            named = "scorecard", item.kpi
            faults += odd_answers(
                *named, item.curve, partial(_try_curve, item.curve), repair.format("curve")
            )
            tried = partial(_try_attainment, item.attainment, better)
            faults += odd_answers(*named, item.attainment, tried, repair.format("attainment"))
        return faults

    def _aimless(self) -> list[Fault]:
        """Weights that could never count: nobody in the group has a target, in any period.

        Renormalising would hand such a weight to the other items without a word.
        """
        faults = []
        names = self.card.group_names(self.results.org)
        size = np.bincount(self.group, minlength=len(names))
        for i, item in enumerate(self.card.items):
            kpi = self.results.kpis.items[self.columns[i]]
            columns = (np.full(1, 1.0 + c) for c in range(len(item.attainment.columns)))
            blind = item.attainment(np.ones(1), np.full(1, np.nan), kpi.better, *columns)
            if not np.isnan(blind).all():
                continue  # what is scored is the result itself
            wanted = (self.weights[:, i] > 0) & (size > 0)
            lost = wanted & ~self._aimed(self.columns[i], wanted)
            for g in np.flatnonzero(lost).tolist():
                reason = f"{item.kpi} weighs {self.weights[g, i]:g} for {names[g]!r}"
                reason += ", and none of them has a target for it in any period"
                repair = f"give them a goal, or leave it out of the weights of {names[g]!r}"
                repair += " ({} there: they are not scored)"
                if kpi.at:
                    repair += (
                        f"; it is reported at {' and '.join(kpi.at)}, for them and those above"
                    )
                faults.append(Fault("scorecard", reason, repair, column="weights", value=item.kpi))
        return faults

    def _aimed(self, k: int, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Groups in which somebody has a target for the k-th KPI; looks until all wanted have."""
        targets = self.results.targets.values[k]
        found = np.zeros(len(wanted), dtype=bool)
        for begin in range(0, targets.shape[1], _BLOCK):
            part = slice(begin, begin + _BLOCK)
            some = ~np.isnan(targets[:, part]).all(axis=0)
            found[self.group[part][some]] = True
            if (found | ~wanted).all():
                break
        return found

    def _refused(self) -> list[Fault]:
        faults = []
        for i, item in enumerate(self.card.items):
            targets = self.results.targets.values[self.columns[i]]
            better = self.results.kpis.items[self.columns[i]].better
            with np.errstate(all="ignore"):
                refused = item.attainment.refuses(targets, better, *self.given[i])
            if not refused.any():
                continue
            refused = refused & (self.weights[self.group, i] > 0)
            rule = item.attainment
            repair = rule.remedy if isinstance(rule, Remedied) else "change the target"
            for p, row in np.argwhere(refused).tolist():
                label = self.results.periods.labels[p]
                reason = (
                    f"the target {targets[p, row]:g} of {item.kpi} in {label} has no attainment"
                )
                faults.append(Fault("score", reason, repair, value=self.results.org.ids[row]))
        return faults

    def target(self, i: int, p: int, nodes: Where) -> FloatArray:
        """Targets that the i-th item is set against, in KPI units."""
        return self.results.counted_at(self.columns[i], p, nodes)

    def attainment(
        self, i: int, p: int, nodes: Where, actual: FloatArray | None = None
    ) -> FloatArray:
        """What the i-th item's curve is read at; for other actuals if given."""
        item, k = self.card.items[i], self.columns[i]
        target = self.target(i, p, nodes)
        actual = self.results.at(k, p, nodes) if actual is None else actual
        given = (column[nodes] for column in self.given[i])
        better = self.results.kpis.items[k].better

        def attained(actual: FloatArray, target: FloatArray, *columns: FloatArray) -> FloatArray:
            return item.attainment(actual, target, better, *columns)

        return self._finite("attainment", i, p, nodes, attained, actual, target, *given)

    def points(self, i: int, p: int, nodes: Where) -> FloatArray:
        """Points of the i-th item, NaN where it has no result or no target."""
        curve = self.card.items[i].curve
        return self._finite("points", i, p, nodes, curve, self.attainment(i, p, nodes))

    def points_at_target(self, i: int, p: int, nodes: Where) -> FloatArray:
        """Points the i-th item would have if its result were its target."""
        curve, target = self.card.items[i].curve, self.target(i, p, nodes)
        attained = self.attainment(i, p, nodes, actual=target)
        return self._finite("points at target", i, p, nodes, curve, attained)

    def _finite(
        self,
        what: str,
        i: int,
        p: int,
        nodes: Where,
        call: Callable[..., FloatArray],
        *given: FloatArray,
    ) -> FloatArray:
        answer = finite(call, *given)
        if answer is None:
            at = first_overflow(call, *given)
            made_of = [each[at] for each in given if each.ndim]
            self._refuse(f"{what} of {self.card.items[i].kpi}", p, nodes, at, made_of)
        return answer

    def _refuse(
        self, what: str, p: int, nodes: Where, at: int, made_of: Sequence[np.float64]
    ) -> NoReturn:
        row = np.arange(len(self.results.org))[nodes][at]
        of = ", ".join(f"{float(number)!r}" for number in made_of)
        reason = (
            f"{what} in {self.results.periods.labels[p]}, made of {of}, is too large for a float"
        )
        repair = "correct the numbers or what the rules make of them, or use a larger unit"
        raise InputError([Fault("score", reason, repair, value=self.results.org.ids[row])])

    def sums(self, p: int, nodes: slice) -> tuple[FloatArray, FloatArray]:
        """Σ weight·points and Σ weight of the nodes.

        Raises
        ------
        FloatingPointError
            If something on the way is too large for a float.
        """
        items = range(len(self.card.items))
        group = self.group[nodes]
        alone = bool((group == group[0]).all())
        weights: list[Any] = [
            float(self.weights[group[0], i]) if alone else self.weights[group, i] for i in items
        ]
        used = [i for i in items if np.any(weights[i])]
        if not used:
            return np.zeros(len(group)), np.zeros(len(group))
        # An infinity of one item and one of another would make an absence, hence "invalid".
        with np.errstate(over="raise", invalid="raise"):
            points = (self._points(i, p, nodes) for i in used)
            top, bottom = weighted_mean(points, [weights[i] for i in used], self.card.missing)
        if np.isinf(top).any():
            raise FloatingPointError
        return top, bottom

    def _points(self, i: int, p: int, nodes: slice) -> FloatArray:
        with np.errstate(over="raise", invalid="ignore"):
            return self.card.items[i].curve(self.attainment(i, p, nodes))

    def totals(self) -> FloatArray:
        """Totals of everybody, in points, float64 (p, n).

        Raises
        ------
        InputError
            Naming what is too large for a float. Under ``refuse``, listing
            every item without a result.
        """
        periods, nodes = len(self.results.periods), len(self.results.org)
        out = np.empty((periods, nodes))
        for p in range(periods):
            for begin in range(0, nodes, _BLOCK):
                part = slice(begin, min(begin + _BLOCK, nodes))
                self._total(p, part, out[p, part])
        if self.card.missing is Missing.REFUSE:
            self._refuse_missing(np.isnan(out))
        return out

    def _total(self, p: int, nodes: slice, out: FloatArray) -> None:
        try:
            top, bottom = self.sums(p, nodes)
            with np.errstate(invalid="ignore", divide="ignore", over="raise"):
                np.divide(top, bottom, out=out)
        except FloatingPointError:
            self._refuse_total(p, nodes)

    def _refuse_total(self, p: int, nodes: slice) -> NoReturn:
        """Name the item that is too large, or else the total."""
        card = self.weights[self.group[nodes]].T
        used = [i for i in range(len(card)) if card[i].any()]
        points = [self.points(i, p, nodes) for i in used]

        def total(*given: FloatArray) -> FloatArray:
            top, bottom = weighted_mean(
                list(given[: len(used)]), list(given[len(used) :]), self.card.missing
            )
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.asarray(np.divide(top, bottom))

        at = first_overflow(total, *points, *card[used])
        self._refuse("the total", p, nodes, at, [each[at] for each in points])

    def _refuse_missing(self, absent: NDArray[np.bool_]) -> None:
        faults = []
        for p in np.flatnonzero(absent.any(axis=1)).tolist():
            rows = np.flatnonzero(absent[p])
            for i, item in enumerate(self.card.items):
                gone = np.isnan(self.points(i, p, rows)) & (self.weights[self.group[rows], i] > 0)
                for row in rows[gone].tolist():
                    reason = f"no {item.kpi} in {self.results.periods.labels[p]} to score"
                    repair = "report it, or choose another policy than 'refuse'"
                    faults.append(Fault("score", reason, repair, value=self.results.org.ids[row]))
        check(faults)
