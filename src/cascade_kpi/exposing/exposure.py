"""How much each stint counts: its days, its share of the node, the weight of the post."""

from __future__ import annotations

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from cascade_kpi._arrays import FloatArray, IntArray, frozen_array, refuse_overflow
from cascade_kpi._fields import refusals
from cascade_kpi.errors import Fault
from cascade_kpi.moving.moved import Moved
from cascade_kpi.moving.moves import Carrier
from cascade_kpi.moving.stays import Stays

__all__ = ["Exposure", "weight_faults"]


@frozen(eq=False)
class Exposure:
    """What stints count, one by one, in the order of ``by_stint``.

    Attributes
    ----------
    days : int64 array (s,)
        Days that count: without those of leave, unless they stay with the holder.
    there : int64 array (s,)
        Days that count of the holder at the node in the period, all rows together.
    share, post : float64 array (s,)
        Share of the node, above 0 and at most 1; weight of the post, zero or more.
    judged : bool array (s,)
        Which are scored, if they have a target or a result.
    """

    days: IntArray = field(converter=frozen_array)
    there: IntArray = field(converter=frozen_array)
    share: FloatArray = field(converter=frozen_array)
    post: FloatArray = field(converter=frozen_array)
    judged: NDArray[np.bool_] = field(converter=frozen_array)

    @classmethod
    def of(cls, moved: Moved, least_days: int, post_weight: str | None) -> Exposure:
        """That of all stints of moved targets.

        Parameters
        ----------
        least_days : int
        post_weight : str or None
            Column of the tree; all posts weigh 1 without one.
        """
        stays = moved.stays
        days = stays.end - stays.start + 1
        if moved.cause.cover.leave is not Carrier.HOLDER:
            days = days - stays.leave(moved.away)
        there = _together(stays, days)
        post = _weights(moved, post_weight)[stays.node]
        judged = (days > 0) & (there >= least_days) & (post > 0)
        return cls(days, there, moved.history.share[stays.stint], post, judged)

    @property
    def counts(self) -> FloatArray:
        """Days × share × weight of the post, float64 (s,).

        Raises
        ------
        InputError
            If one is too large for a float.
        """
        with refuse_overflow("post_weight"):
            return np.asarray(self.days * self.share * self.post)


def _together(stays: Stays, days: IntArray) -> IntArray:
    """The days of everybody at a node in a period, at each row of it."""
    people, nodes = len(stays.history.holders), len(stays.history.trees.org)
    key = (stays.period * people + stays.holder) * nodes + stays.node
    known, group = np.unique(key, return_inverse=True)
    total = np.zeros(len(known), dtype=np.int64)
    np.add.at(total, group, days)
    return np.asarray(total[group])


def _weights(moved: Moved, column: str | None) -> FloatArray:
    org = moved.of_before.org
    return np.ones(len(org)) if column is None else org.numbers(column)


def weight_faults(moved: Moved, column: str | None) -> list[Fault]:
    """What is wrong with the weights of the posts that somebody has a stint at."""
    org, rows = moved.of_before.org, np.unique(moved.stays.node)
    faults = refusals(lambda name: _weights(moved, name), column)
    if faults:
        return [evolve(each, source="score_stints", column="post_weight") for each in faults]
    weights = _weights(moved, column)
    repair = "give it zero or more; 1 counts its days as they are"
    return [
        Fault(
            "units",
            "blank, and somebody has a stint there" if np.isnan(weights[row]) else "below zero",
            repair,
            row=int(org.source_row[row]),
            column=column,
            value=org.ids[row] if np.isnan(weights[row]) else float(weights[row]),
        )
        for row in rows[~(weights[rows] >= 0)].tolist()
    ]
