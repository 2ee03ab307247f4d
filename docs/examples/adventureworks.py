"""A real sales force, from its tables to its improvement plan.

    python docs/examples/adventureworks.py DATA_DIR [--out report.html]

AdventureWorks is Microsoft's sample company. DATA_DIR holds three of its tables as CSV:

- sales_reporting_tree.csv: who reports to whom, from the chief executive down;
- salesforce_quarterly_quota_vs_actual.csv: the quarterly quotas, in USD, of the 17 people
  who have one, three managers among them, and what they sold;
- dw2020_sales_lines.csv.gz: the 57,851 sales lines themselves.

The quotas are the targets: each holder's own, and a manager's also those of everybody
below. The actuals are the sales lines, added up by person and calendar quarter; that they
come to what the second table says is checked. The last quarter lacks a month of sales and
is left out.

Exit codes: 0 done; 1 the tables are not what they should be; 2 no such directory or file.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

import cascade_kpi as ck

TREE = "sales_reporting_tree.csv"
QUOTAS = "salesforce_quarterly_quota_vs_actual.csv"
LINES = "dw2020_sales_lines.csv.gz"

KINDS = ("chief executive", "vice president", "manager", "representative")
SALES = ck.Kpi("sales", "USD", lot="0.01", decimals=0)

Cells = dict[tuple[str, str], float]
"""Amounts in USD by (person, quarter)."""


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file, packed or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


# -- tables in ---------------------------------------------------------------------------


def read_units(folder: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The table of units, and who is meant by each EmployeeKey of the sales lines."""
    rows = list(rows_of(folder / TREE))
    units = {
        "id": [row["BusinessEntityID"] for row in rows],
        "parent": [row["ManagerID"] for row in rows],
        "kind": [KINDS[int(row["level"])] for row in rows],
        "name": [row["Name"] or row["JobTitle"] for row in rows],
    }
    return units, {
        row["EmployeeKey"]: row["BusinessEntityID"] for row in rows if row["EmployeeKey"]
    }


def read_quotas(folder: Path) -> tuple[Cells, Cells]:
    """Quotas of the complete quarters, and the sales that the same table states."""
    quotas, stated = {}, {}
    for row in rows_of(folder / QUOTAS):
        if row["complete_quarter"] == "1":
            cell = row["BusinessEntityID"], row["quarter"]
            quotas[cell], stated[cell] = float(row["quota"]), float(row["actual_sales"])
    return quotas, stated


def read_sales(folder: Path, person: dict[str, str]) -> Cells:
    """Sales by person and calendar quarter, to the cent."""
    amounts = defaultdict(list)
    for row in rows_of(folder / LINES):
        year, month, _ = row["OrderDate"].split("-")
        quarter = f"{year}Q{(int(month) + 2) // 3}"
        amounts[person[row["EmployeeKey"]], quarter].append(float(row["Sales"]))
    # fsum is exact: the order of the lines cannot show in the sum.
    return {cell: round(math.fsum(parts), 2) for cell, parts in amounts.items()}


def complete_sales(sales: Cells, quotas: Cells, stated: Cells) -> Cells:
    """The sales of the complete quarters, once they agree with what the quota table says."""
    quarters = {quarter for _, quarter in quotas}
    sales = {cell: amount for cell, amount in sales.items() if cell[1] in quarters}
    off = [cell for cell, amount in stated.items() if abs(sales.get(cell, 0) - amount) > 0.005]
    alone = sorted(sales.keys() - quotas.keys())
    faults = [
        ck.Fault(LINES, f"the sales of {who} in {quarter} {what}", "compare the two files")
        for cells, what in ((off, f"differ from {QUOTAS}"), (alone, "have no quota"))
        for who, quarter in cells
    ]
    if faults:
        raise ck.InputError(faults)
    return sales


def long_table(cells: Cells) -> dict[str, list[Any]]:
    """Cells as a table of node, kpi, period and value."""
    return {
        "node": [person for person, _ in cells],
        "kpi": [SALES.name] * len(cells),
        "period": [quarter for _, quarter in cells],
        "value": list(cells.values()),
    }


# -- the cycle ---------------------------------------------------------------------------

CARD = ck.Scorecard(
    [ck.Item(SALES.name, ck.curves.Linear(cap=120))],
    {SALES.name: 100},
    grades=ck.Grades.from_edges({"met": 100, "near": 85, "behind": 70, "far behind": None}),
)
BOOK = ck.Playbook.from_table(
    {
        "action": ["quota talk", "joint visits", "pipeline review"],
        "text": [
            "Agree with the manager on what the quota rests on, reseller by reseller",
            "Visit the five largest resellers together",
            "Go through the pipeline of the whole team every fortnight",
        ],
        "owner": ["self", "parent", "self"],
        "days": [14, 45, 30],
    },
    rules=[
        ck.Rule("sales", ck.conditions.AttainmentBelow(0.85), "quota talk", "representative"),
        ck.Rule("sales", ck.conditions.AttainmentBelow(0.7), "joint visits", "representative"),
        ck.Rule("sales", ck.conditions.ShareOfParent(0.5), "pipeline review", "manager"),
    ],
)


def score(org: ck.OrgTree, quotas: Cells, sales: Cells) -> ck.Scores:
    """Quotas and sales rolled up and scored, by quarter."""
    targets = ck.assign(org, ck.Kpis([SALES]), long_table(quotas))
    # A manager who sells reports what is sold in person; the team's comes on top.
    return ck.score(ck.measure(targets, long_table(sales), inner="own"), CARD)


def each_alone(units: dict[str, list[str]], quotas: Cells, sales: Cells) -> Any:
    """Attainment of every holder's own quota, float64 (quarters, people)."""
    holders = {person for person, _ in quotas}
    ids = [id_ for id_ in units["id"] if id_ in holders]
    nobody_above = {"id": ids, "parent": [""] * len(ids)}
    org = ck.OrgTree.from_table(nobody_above, roots="many")
    return score(org, quotas, sales).attainment(SALES.name)


# -- what it says ------------------------------------------------------------------------


def per_cent(share: float) -> str:
    """A share of one as people read it."""
    return f"{100 * share:.1f} %"


def tell_roll_up(whole: ck.Scores) -> None:
    """Everybody with people below: what those, and they themselves, were to sell and sold."""
    org, results = whole.org, whole.results
    heads = "".join(f"{head:>14}" for head in ("quota, USD", "sales, USD", "gap, USD"))
    print(f"{'':<32}{'people':>7}{heads}{'attained':>10}")
    for row in org.select(lambda org: ~org.is_leaf).tolist():
        target = float(results.targets.of(SALES.name)[0, row])
        sold = float(results.of(SALES.name)[0, row])
        label = "  " * int(org.depth[row]) + str(org.labels[row])
        print(
            f"{label:<32}{int(org.size[row]) - 1:>7}{target:>14,.0f}{sold:>14,.0f}"
            f"{sold - target:>14,.0f}{per_cent(sold / target):>10}"
        )


def tell_gaps(gaps: ck.Gaps) -> None:
    """Where the gap comes from: by manager, and the people who bring most of it."""
    org = gaps.org
    top = org.ids[org.select(kind="vice president")[0]]
    print(gaps.by_child(top, SALES.name))
    gap = gaps.of(SALES.name)[0]
    worst = np.argsort(np.where(org.is_leaf, gap, np.inf), kind="stable")[:5]
    print("\nWidest gaps of representatives, USD:")
    for row in worst.tolist():
        print(f"  {org.labels[row]:<26}{gap[row]:>14,.0f}")


def run(folder: Path, out: Path) -> None:
    """The whole cycle on the tables in a folder."""
    units, person = read_units(folder)
    quotas, stated = read_quotas(folder)
    sales = complete_sales(read_sales(folder, person), quotas, stated)
    org = ck.OrgTree.from_table(units, kind="kind", label="name")
    scores = score(org, quotas, sales)
    quarters = scores.periods.labels
    span = f"{quarters[0]} to {quarters[-1]}"
    whole = ck.score(ck.over_periods(scores.results, span), CARD)

    alone = each_alone(units, quotas, sales)
    cells, met = np.count_nonzero(~np.isnan(alone)), np.count_nonzero(alone >= 1)
    print(f"{len(org)} people, {alone.shape[1]} of them with quotas; {span}\n")
    print(
        f"attainment {per_cent(whole.attainment(SALES.name)[0, 0])} over the {cells} complete "
        f"person-quarters, {met} of them at or above 100 %\n"
    )
    tell_roll_up(whole)
    print()
    tell_gaps(ck.gaps(whole))
    plan = ck.improve(ck.gaps(scores), BOOK, start=date(2020, 4, 1))
    print(f"\nPlan from the gaps of {plan.period}: {len(plan)} actions")
    for action in plan:
        who, owner = org[action.node].label, org[action.owner].label
        print(f"  {who}: {action.text}")
        print(f"    {owner}, by {action.due}; attained {per_cent(action.attainment)}")
    ck.report(plan, title="AdventureWorks sales force").save(out)
    print(f"\nReport: {out}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the example; the exit code."""
    parser = argparse.ArgumentParser(description="The whole cycle on AdventureWorks' sales force.")
    parser.add_argument("folder", metavar="DATA_DIR", type=Path, help=f"holds {TREE} and others")
    parser.add_argument("--out", type=Path, default=Path("report.html"), help="report to write")
    options = parser.parse_args(argv)
    folder = options.folder
    lacking = [name for name in (TREE, QUOTAS, LINES) if not (folder / name).is_file()]
    if lacking:
        what = f"lacks {', '.join(lacking)}" if folder.is_dir() else "is no directory"
        print(f"adventureworks.py: {folder} {what}", file=sys.stderr)
        return 2
    try:
        run(folder, options.out)
    except (OSError, EOFError) as error:  # the latter: a packed file that breaks off
        print(f"adventureworks.py: {error}", file=sys.stderr)
        return 2
    except ck.InputError as error:
        print(f"adventureworks.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
