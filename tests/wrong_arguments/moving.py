"""Calls of moves, credit, and scores over stints."""

from datetime import date

import cascade_kpi as ck
from tests.wrong_arguments.stages import CARD, GRADES, ROWS, TREE, shown

YEAR = ck.assign(TREE, [ck.Kpi("k", "x", lot=1)], ROWS, periods="2026")
HELD = {"holder": ["li"], "node": ["ann"], "start": ["2026-02-01"], "end": ["2026-10-01"]}
STINTS = ck.Stints.from_table(HELD, TREE)
MOVED = ck.move(YEAR, STINTS, by=ck.moves.FollowsPost())
REPORT = {"holder": ["li"], "node": ["ann"], "kpi": ["k"], "date": ["2026-03-01"], "value": [3]}
CREDITED = ck.credit(MOVED, REPORT)
OVER = ck.score_stints(CREDITED, ck.Scorecard([ck.Item("k")], {"k": 100}, grades=GRADES))
UNITS = ck.score(ck.measure(YEAR, {name: REPORT[name] for name in ("node", "kpi", "value")}), CARD)
CHANGE = {"node": ["ann"], "parent": ["west"], "start": ["2026-05-01"]}


CALLS = {
    "move": (
        ck.move,
        {"targets": YEAR, "stints": STINTS, "by": ck.moves.FollowsPost(), "calendar": None,
         "units": None, "leaves": None, "cover": ck.moves.Cover(), "days": ck.moves.CalendarDays()},
    ),
    "Stints": (ck.Stints.from_table, {"table": HELD, "org": TREE, "ends": "inclusive"}),
    "Stints.cells": (
        lambda **cells: ck.Stints.from_table({name: [cell] for name, cell in cells.items()}),
        {"holder": "li", "node": "ann", "start": "2026-02-01", "end": "2026-10-01", "share": 0.5},
    ),
    "Leaves": (
        ck.Leaves.from_table,
        {"table": {name: HELD[name] for name in ("holder", "start", "end")}, "ends": "exclusive"},
    ),
    "Reorganisation": (ck.Reorganisation.from_table, {"table": CHANGE, "org": TREE}),
    "Reorganisation.tree": (
        ck.Reorganisation.from_table(CHANGE).tree, {"org": TREE, "on": "2026-06-01"},
    ),
    "Calendar": (ck.Calendar, {"spans": {"p": (date(2026, 1, 1), date(2026, 1, 31))}}),
    "Calendar.of": (ck.Calendar.of, {"periods": ["2026"]}),
    "Calendar.days": (ck.Calendar.of("2026").days, {"label": "2026"}),
    "FollowsPost": (ck.moves.FollowsPost, {"at": "post"}),
    "FollowsPerson": (ck.moves.FollowsPerson, {"at": "post"}),
    "FollowsTerritory": (ck.moves.FollowsTerritory, {"at": "post"}),
    "Cover": (ck.moves.Cover, {"vacancy": "unit", "leave": "holder"}),
    "WorkingDays": (
        ck.moves.WorkingDays,
        {"holidays": [date(2026, 1, 1)], "also": [date(2026, 1, 3)], "week": "Mon Tue"},
    ),
    "Season": (ck.moves.Season, {"calendar": ["2026-01"], "weights": [1]}),
    "Moved.of": (MOVED.of, {"kpi": "k"}),
    "Moved.lots_of": (MOVED.lots_of, {"kpi": "k"}),
    "Moved.of_holder": (MOVED.of_holder, {"holder": "li"}),
    "Moved.of_node": (MOVED.of_node, {"node": "ann"}),
    "Moved.by_holder": (MOVED.by_holder, {"kpi": "k"}),
    "Moved.by_unit": (MOVED.by_unit, {"kpi": "k"}),
    "Moved.by_stint": (MOVED.by_stint, {"kpi": "k"}),
    "Moved.targets": (MOVED.targets, {"as_of": "2026-03-01"}),
    "Moved.tree": (MOVED.tree, {"as_of": "2026-03-01"}),
    "credit": (ck.credit, {"moved": MOVED, "reports": REPORT}),
    "credit.cells": (
        lambda **cells: ck.credit(MOVED, {name: [cell] for name, cell in cells.items()}),
        {"holder": "li", "node": "ann", "kpi": "k", "date": "2026-03-01", "value": 3},
    ),
    "credit.days": (
        lambda **cells: ck.credit(MOVED, {name: [cell] for name, cell in cells.items()}),
        {"holder": "li", "kpi": "k", "start": "2026-03-01", "end": "2026-03-02", "value": 3},
    ),
    "Credited.by_stint": (CREDITED.by_stint, {"kpi": "k"}),
    "Credited.by_holder": (CREDITED.by_holder, {"kpi": "k"}),
    "Credited.by_unit": (CREDITED.by_unit, {"kpi": "k"}),
    "explain moved": (
        ck.explain,
        {"stage": MOVED, "node": "li", "kpi": "k", "period": "2026", "quantity": "holder"},
    ),
    "explain credited": (
        ck.explain,
        {"stage": CREDITED, "node": "li", "kpi": "k", "period": "2026", "quantity": "result"},
    ),
    "score_stints": (
        ck.score_stints,
        {"credited": CREDITED, "scorecard": CARD, "ratings": None, "least_days": 1,
         "post_weight": None},
    ),
    "blend_stints": (
        ck.blend_stints,
        {"scores": OVER, "above": UNITS, "shares": ck.blending.Shares({"own": 100}),
         "within": None},
    ),
    "explain over stints": (
        ck.explain,
        {"stage": OVER, "node": "li", "kpi": None, "period": "2026", "quantity": "total"},
    ),
    "report over stints": (
        shown, {"stage": OVER, "focus": "li", "period": "2026", "limits": ck.Limits()},
    ),
    "report of moves": (
        shown, {"stage": CREDITED, "focus": "east", "period": "2026", "limits": ck.Limits()},
    ),
}  # fmt: skip
