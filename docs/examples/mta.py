"""Monthly cards of a transport authority's agencies, with what is missing left missing.

    python docs/examples/mta.py DATA_DIR [--month 2010-12]

The Metropolitan Transportation Authority of New York publishes what its agencies aim at and
reach every month. DATA_DIR holds its table as CSV, mta_indicators_monthly.csv. Some indicators
are to go up and some down; many a target and many an actual is blank.

An agency's card holds its own indicators that have a target in some month, and not the lines and
depots that those are made of. Service counts 60 and safety 40, indicators within each alike: no
weights are published, these are the example's. Points are per cents of the target, none below 0 or
above 120; where less is better, twice the target has none. A blank leaves its weight to the others,
but half of a section must be there. A target of zero is none: it stands at lines that run no more.

Exit codes: 0 done; 1 the table is not what it should be; 2 no such directory or file, or a month
without results.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import cascade_kpi as ck

TABLE = "mta_indicators_monthly.csv"
WEIGHTS = {"Service Indicators": 60, "Safety Indicators": 40}
WAYS = {"U": "higher", "D": "lower"}
COLUMNS = ("INDICATOR_SEQ", "PARENT_SEQ", "AGENCY_NAME", "INDICATOR_NAME", "PERIOD_YEAR",
           "PERIOD_MONTH", "CATEGORY", "DESIRED_CHANGE", "INDICATOR_UNIT", "MONTHLY_TARGET",
           "MONTHLY_ACTUAL")  # fmt: skip

Row = dict[str, str]

# -- tables in ---------------------------------------------------------------------------


def read_rows(folder: Path) -> list[Row]:
    """The rows of indicators that others are not made of, and that have a target in some month."""
    with (folder / TABLE).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows, lacking = list(reader), sorted({*COLUMNS} - {*(reader.fieldnames or ())})
    if lacking or not rows:
        reason, repair = f"lacks {', '.join(lacking) or 'rows'}", "take it as it is published"
        raise ck.InputError([ck.Fault(TABLE, reason, repair)])
    known = {row["INDICATOR_SEQ"] for row in rows}
    aimed = {row["INDICATOR_SEQ"] for row in rows if row["MONTHLY_TARGET"]}
    rows = [row for row in rows if row["INDICATOR_SEQ"] in aimed and row["PARENT_SEQ"] not in known]
    reason, repair = "a category without a weight", f"use {' or '.join(WEIGHTS)}"
    odd = sorted({row["CATEGORY"] for row in rows} - {*WEIGHTS})
    faults = [ck.Fault(TABLE, reason, repair, column="CATEGORY", value=name) for name in odd]
    if faults:
        raise ck.InputError(faults)
    return rows


def indicator(row: Row) -> str:
    """The indicator of a row: agencies have some of the same name."""
    return f"{row['AGENCY_NAME']}: {row['INDICATOR_NAME']}"


def month(row: Row) -> str:
    """The month of a row, such as 2010-12."""
    return f"{row['PERIOD_YEAR']}-{row['PERIOD_MONTH'].zfill(2)}"


def long_table(rows: list[Row], column: str) -> dict[str, list[Any]]:
    """The cells of a column that are not blank: node, kpi, period and value."""
    rows = [row for row in rows if row[column]]
    return {
        "node": [row["AGENCY_NAME"] for row in rows],
        "kpi": [indicator(row) for row in rows],
        "period": [month(row) for row in rows],
        "value": [row[column].replace(",", "") for row in rows],
    }


# -- the card ----------------------------------------------------------------------------


def scorecard(rows: list[Row]) -> ck.Scorecard:
    """Sections of service and safety, of which each agency has its own indicators."""
    attained = ck.attainments.Proportion(zero="exclude")
    points = ck.curves.Linear(cap=120)
    weights: dict[str, dict[str, float]] = {}
    sections = []
    for section, weight in WEIGHTS.items():
        owner = {indicator(row): row["AGENCY_NAME"] for row in rows if row["CATEGORY"] == section}
        items = [ck.Item(name, points, attained) for name in owner]
        sections.append(ck.Section(section, items, missing=ck.absences.AtMost(0.5)))
        for agency in sorted(set(owner.values())):
            own = [name for name in owner if owner[name] == agency]
            entry = weights.setdefault(agency, {})
            entry |= {section: weight} | dict.fromkeys(own, 100 / len(own))
    return ck.Scorecard(sections, weights, missing="hold")


def score(rows: list[Row]) -> ck.Scores:
    """Every agency's card of every month that has results."""
    months = sorted({month(row) for row in rows if row["MONTHLY_ACTUAL"]})
    rows = [row for row in rows if month(row) in months]
    agencies = sorted({row["AGENCY_NAME"] for row in rows})
    units = {
        "id": ["MTA", *agencies],
        "parent": ["", *["MTA"] * len(agencies)],
        "kind": ["authority", *agencies],
    }
    org = ck.OrgTree.from_table(units, kind="kind")
    mean = ck.aggregates.Mean()
    first = {indicator(row): row for row in rows}
    kpis = [
        ck.Kpi(
            name,
            row["INDICATOR_UNIT"],
            WAYS.get(row["DESIRED_CHANGE"], row["DESIRED_CHANGE"]),
            aggregate=mean,
        )
        for name, row in first.items()
    ]
    targets = ck.assign(org, ck.Kpis(kpis), long_table(rows, "MONTHLY_TARGET"), periods=months)
    return ck.score(ck.measure(targets, long_table(rows, "MONTHLY_ACTUAL")), scorecard(rows))


# -- what it says ------------------------------------------------------------------------


def lines(heads: Sequence[str], cell: Callable[[str, str], str], names: Sequence[str]) -> None:
    """A table: a line for each name."""
    print(f"{'':<24}" + "".join(f"{head:>9}" for head in heads))
    for name in names:
        print(f"{name:<24}" + "".join(f"{cell(name, head):>9}" for head in heads))


def tell_totals(scores: ck.Scores, last: int) -> None:
    """Totals of half a year, a dash where there is none."""
    heads = scores.periods.labels[max(0, last - 5) : last + 1]

    def cell(agency: str, head: str) -> str:
        total = scores.total[scores.periods.labels.index(head), scores.org.row(agency)]
        return "–" if np.isnan(total) else f"{total:.1f}"

    lines(heads, cell, scores.org.ids[1:].tolist())


def tell_items(scores: ck.Scores, last: int) -> None:
    """How many indicators count, and which are farthest below their targets."""
    found = []
    for item in scores.kpi_items:
        agency, name = item.split(": ", 1)
        row = scores.org.row(agency)
        found.append((scores.attainment(item)[last, row], agency, name))
    there = [each for each in found if not np.isnan(each[0])]
    print(f"\n{len(there)} of {len(found)} indicators have a result and a target; farthest below:")
    for attained, agency, name in sorted(there)[:5]:
        print(f"  {100 * attained:>7.1f} %  {name}, {agency}")


def run(folder: Path, wanted: str | None) -> None:
    """The cards of a month and of those before it."""
    scores = score(read_rows(folder))
    months = scores.periods.labels
    if wanted is not None and wanted not in months:
        raise LookupError(f"no results of {wanted}; there are those of {months[0]} to {months[-1]}")
    last = len(months) - 1 if wanted is None else months.index(wanted)
    tell_totals(scores, last)
    tell_items(scores, last)
    total = scores.total[last]
    if np.isnan(total).all():
        return
    weakest = scores.org.ids[int(np.nanargmin(total))]
    print()
    print(ck.explain(scores, weakest, period=months[last]).text(depth=2))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the example; the exit code."""
    parser = argparse.ArgumentParser(description="Monthly cards of a transport authority.")
    parser.add_argument("folder", metavar="DATA_DIR", type=Path, help=f"holds {TABLE}")
    parser.add_argument("--month", help="such as 2010-12; the last with results by default")
    options = parser.parse_args(argv)
    try:
        run(options.folder, options.month)
    except (OSError, LookupError) as error:
        print(f"mta.py: {error}", file=sys.stderr)
        return 2
    except ck.InputError as error:
        print(f"mta.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
