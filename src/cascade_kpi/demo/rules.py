"""KPIs, scorecard and playbook of the case: data, made with the public names."""

from __future__ import annotations

import cascade_kpi as ck
from cascade_kpi import aggregates, conditions, curves, splits

__all__ = ["kpis", "playbook", "scorecard"]


def kpis() -> ck.Kpis:
    """Five KPIs: what they count, which way is good, how they are handed down."""
    per_cent = aggregates.Ratio(100)
    return ck.Kpis(
        [
            ck.Kpi("market share", "%", aggregate=per_cent, decimals=1, at="branch"),
            ck.Kpi("high-value retention", "%", aggregate=per_cent, decimals=1),
            ck.Kpi("revenue", "CNY", split=splits.ProRata("last_year"), lot=1_000, decimals=0),
            ck.Kpi("churn", "%", better="lower", aggregate=per_cent),
            ck.Kpi(
                "receivable days",
                "days",
                better="lower",
                # What customers owe at the end of a quarter over the revenue of its 90
                # days. A level: the year's is that of its last quarter.
                aggregate=aggregates.Last(aggregates.Ratio(90)),
                decimals=1,
            ),
        ]
    )


def scorecard() -> ck.Scorecard:
    """Threshold, target and stretch for each KPI; weights that differ by kind of node."""
    return ck.Scorecard(
        parts=[
            ck.Item("market share", curves.Piecewise([(0.85, 50), (1, 100), (1.1, 130)], below=0)),
            ck.Item(
                "high-value retention",
                curves.Piecewise([(0.94, 40), (1, 100), (1.02, 120)], below=0),
            ),
            ck.Item("revenue", curves.Piecewise([(0.8, 50), (1, 100), (1.15, 130)], below=0)),
            ck.Item("churn", curves.Piecewise([(0.5, 40), (1, 100), (1.4, 130)], below=0)),
            ck.Item(
                "receivable days", curves.Piecewise([(0.6, 40), (1, 100), (1.3, 120)], below=0)
            ),
        ],
        weights={
            "company": _weights(30, 15, 30, 15, 10),
            "region": _weights(25, 15, 30, 15, 15),
            "branch": _weights(20, 20, 30, 15, 15),
            "team": _weights(0, 20, 40, 25, 15),
            "person": _weights(0, 25, 40, 20, 15),
        },
        grades=ck.Grades.from_edges({"A": 110, "B": 100, "C": 85, "D": 70, "E": None}),
    )


def _weights(
    share: float, retention: float, revenue: float, churn: float, days: float
) -> dict[str, float]:
    weights = {
        "market share": share,
        "high-value retention": retention,
        "revenue": revenue,
        "churn": churn,
        "receivable days": days,
    }
    return {kpi: weight for kpi, weight in weights.items() if weight}


_ACTIONS = (
    ("pricing review", "Review prices and bundles against the competitor's", "self", 45),
    ("retention desk", "Staff a desk that calls customers who ask to leave", "company", 30),
    ("local campaign", "Run a local campaign with the shops in the area", "region", 45),
    ("revenue review", "Go through the sales pipeline team by team, every fortnight", "parent", 14),
    ("exit interviews", "Ask every customer who left why, and report the reasons", "parent", 21),
    ("collection list", "Work through the list of overdue accounts every week", "self", 14),
    ("joint visits", "Two customer visits a week together with the superior", "parent", 30),
    ("sales course", "Two-day course in consultative selling", "self", 60),
    ("key customer calls", "Call every high-value customer before the contract ends", "self", 21),
)


def playbook() -> ck.Playbook:
    """Nine actions, and the rules that say where each of them is called for."""
    below = conditions.AttainmentBelow
    actions = dict(
        zip(("action", "text", "owner", "days"), zip(*_ACTIONS, strict=True), strict=True)
    )
    far_behind = conditions.AllOf([below(0.95), conditions.ShareOfParent(0.4)])
    return ck.Playbook.from_table(
        actions,
        rules=[
            ck.Rule("market share", conditions.ShortfallAtLeast(0.5), "pricing review", "company"),
            ck.Rule("churn", conditions.PointsLost(1), "retention desk", "region"),
            ck.Rule("market share", far_behind, "local campaign", "branch"),
            ck.Rule("revenue", below(0.95), "revenue review", "branch"),
            ck.Rule("churn", below(0.8), "exit interviews", "team"),
            ck.Rule("receivable days", below(0.75), "collection list", "team"),
            ck.Rule("revenue", below(0.85), "joint visits", "person"),
            ck.Rule("revenue", below(0.8), "sales course", "person"),
            ck.Rule("high-value retention", below(0.97), "key customer calls", "person"),
        ],
    )
