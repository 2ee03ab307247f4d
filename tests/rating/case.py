"""A small team that rates each other, and a sample of every rule about ratings."""

import cascade_kpi as ck
from cascade_kpi import rating

WEIGHTS = {"manager": 50, "peer": 20, "report": 20, "self": 10}
RULES = [
    rating.Scale(1, 5), rating.Scale(0, 10, step=2.5), rating.Scale(0, 1, step=None),
    rating.Survey(["a", "b"], [rating.Scale(1, 5)] * 2, own="自评", outside="customer"),
    rating.KeepAll(), rating.Drop(), rating.Drop(0, 2, leave=3), rating.DropShare(0.2, leave=2),
    rating.ByRelation(WEIGHTS), rating.ByHeads(), rating.HandedTo("manager", WEIGHTS),
    rating.Raters(WEIGHTS, {"peer": 3}, rating.Drop(), "hold", {"a": 60, "b": 40}),
    rating.Raters(rating.ByHeads()),
    rating.Ratee(), rating.Ratee(5, named="manager"), rating.Office(),
    rating.Above(), rating.Above(3), rating.Below(2), rating.Beside(), rating.InColumn("boss"),
    rating.Nominal(), rating.Ordinal(), rating.Interval(),
]  # fmt: skip

ORG = ck.OrgTree.from_table(
    {
        "id": ["wu", "li", "he", "ma", "xu", "zu"],
        "parent": ["", "wu", "wu", "wu", "li", "li"],
        "boss": [None, "wu", "wu", "wu", "li", "li"],
    }
)
SCALE = rating.Scale(1, 5)
RELATION = {  # of the rater to the ratee
    "li": {"wu": "manager", "li": "self", "he": "peer", "ma": "peer",
           "xu": "report", "zu": "report"},
    "he": {"wu": "manager", "he": "self", "li": "peer", "ma": "peer"},
}  # fmt: skip
VALUES = {
    "li": {"wu": 4, "li": 5, "he": 3, "ma": 2, "xu": 5, "zu": None},
    "he": {"wu": 3, "he": 4, "li": 5, "ma": 4},
}


def rows(values=None, item="teamwork", period="2026"):
    """Records of {ratee: {rater: value}}."""
    return [
        {"node": node, "rater": rater, "relation": RELATION[node][rater], "item": item,
         "period": period, "value": value}
        for node, given in (values or VALUES).items()
        for rater, value in given.items()
    ]  # fmt: skip


def ratings(table=None, org=ORG, scale=SCALE, **options):
    return ck.Ratings.from_table(rows() if table is None else table, org, scale=scale, **options)
