"""One of every kind of part and rule of a scorecard, for the laws."""

import numpy as np
from attrs import frozen

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, combines, triggers

ABSENCES = [
    absences.Renormalise(), absences.Zero(), absences.Neutral(100), absences.Parents(),
    absences.Hold(), absences.Refuse(), absences.AtMost(0.2), absences.AtMost(0.5, "parents"),
    absences.AtMostItems(0.5), absences.AtMost(0.5, absences.AtMostItems(0.2)),
]  # fmt: skip
COMBINES = [combines.Mean(), combines.Geometric(), combines.Geometric(1), combines.Weakest(),
            combines.Sum()]  # fmt: skip
TRIGGERS = [
    triggers.AttainmentBelow("profit", 1.0), triggers.PointsBelow("profit", 60),
    triggers.ResultBelow("profit", 50), triggers.ResultAtLeast("accidents", 1),
]  # fmt: skip
TRIGGERS += [triggers.AnyOf(TRIGGERS[:2]), triggers.AllOf(TRIGGERS[1:])]
ITEMS = [
    ck.Item("profit"),
    ck.Item("profit", ck.curves.Steps([(1, 5)]), named="profit bonus"),
    ck.Rated("teamwork", ck.curves.Linear(20)),
]
BONUS = ck.Section("bonus", ITEMS[1:], combines.Sum(), then=[adjustments.Within(0, 10)])
ADJUSTMENTS = [
    adjustments.Add(BONUS), adjustments.Add(ITEMS[0]), adjustments.Multiply(ITEMS[1]),
    adjustments.Scale("difficulty"), adjustments.Within(0, 120), adjustments.Within(high=120),
    adjustments.Veto(TRIGGERS[3]), adjustments.Veto(TRIGGERS[0], 59.99),
]  # fmt: skip


@frozen
class Last:
    """A combine of one's own: the last part that is there, as far as it weighs."""

    weighs = True

    def __call__(self, points, weights):
        out = np.nan
        for each, weight in zip(points, weights, strict=True):
            out = np.where(~np.isnan(each) & (np.asarray(weight) > 0), each, out)
        return out

    def slopes(self, points, weights):
        return None
