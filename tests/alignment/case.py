"""A small company with a strategy: goals, owners and links that many tests share."""

import cascade_kpi as ck
from tests.helpers import org

GOALS = {
    "goal": ["rev", "keep", "train", "east", "west", "ann1", "ann2", "bob1", "lone"],
    "title": [
        "Grow revenue", "Keep key accounts", "Train the sales force", "Revenue of the east",
        "Revenue of the west", "Sell to key accounts", "Visit key accounts", "Learn to sell",
        "Tidy the archive",
    ],
    "owner": ["hq", "hq", "hq", "east", "west", "ann", "ann", "bob", "bob"],
    "value": [100, None, None, 60, 30, 45, None, None, None],
    "unit": ["CNY", "", "", "CNY", "CNY", "CNY", "", "", ""],
    "weight": [60, 20, 20, 100, 100, 60, 40, 70, 30],
    "perspective": ["financial", "customer", "learning", "financial", "financial", "financial",
                    "customer", "learning", ""],
}  # fmt: skip
LINKS = {
    "goal": ["keep", "train", "east", "west", "ann1", "ann2", "ann2", "bob1"],
    "serves": ["rev", "keep", "rev", "rev", "east", "keep", "ann1", "train"],
    "share": [None, None, 0.6, 0.3, 0.75, None, None, None],
    "weight": [None, None, None, None, None, 3, 1, None],
    "counted": ["", "", "yes", "", "", "", "no", ""],
}


def goals(tree=None, table=GOALS, **options):
    options.setdefault("period", "2027")
    return ck.Goals.from_table(table, tree or org(), **options)


def aligned():
    return ck.align(goals(), ck.Links.from_table(LINKS))


def simple(ids, links=(), *, owner=None, **columns):
    """Goals by id, all owned by ann unless stated, and links (goal, serves, share)."""
    table = {"goal": list(ids), "title": list(ids), "owner": owner or ["ann"] * len(ids), **columns}
    if "value" in columns:
        table.setdefault("unit", ["CNY"] * len(ids))
    found = ck.Links.from_table(
        {
            "goal": [goal for goal, *_ in links],
            "serves": [serves for _, serves, *_ in links],
            "share": [share[0] if share else None for _, _, *share in links],
        }
    )
    return ck.align(goals(table=table), found)


def rows(table, *names):
    """Rows of a table as tuples, floats rounded."""
    columns = [table[name] for name in names]
    plain = [
        column.round(9).tolist() if column.dtype.kind == "f" else column.tolist()
        for column in columns
    ]
    return list(zip(*plain, strict=True))
