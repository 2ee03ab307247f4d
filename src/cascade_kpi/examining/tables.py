"""What an examination says, as columns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cascade_kpi._arrays import FloatArray
from cascade_kpi._fields import as_number, not_numbers
from cascade_kpi._long import Columns, keys, texts
from cascade_kpi.errors import Fault, check
from cascade_kpi.examining.facts import Bounds, Facts
from cascade_kpi.examining.people import REST, People
from cascade_kpi.examining.profiles import Profile, Verdict
from cascade_kpi.scoring.attainments import Invertible
from cascade_kpi.scoring.items import Item

__all__ = [
    "bounds", "dead_zones", "grades", "in_units", "influence", "items", "jumps", "pushes",
    "verdicts",
]  # fmt: skip


def _named(facts: Facts) -> list[tuple[str, Profile, float]]:
    """Name, profile and greatest worth of every item, in the order of the card."""
    outline, nominal = facts.card.outline, facts.posts.nominal
    return [
        (outline.names[i], facts.profiles[i], float(nominal[:, i].max(initial=0.0)))
        for i in outline.items
    ]


def _numbers(values: list[float]) -> FloatArray:
    return np.array(values, dtype=np.float64)


def items(facts: Facts) -> Columns:
    """A row an item."""
    rows = _named(facts)
    return {
        "item": texts([name for name, *_ in rows]),
        "low": _numbers([each.domain.low for _, each, _ in rows]),
        "high": _numbers([each.domain.high for _, each, _ in rows]),
        "least": _numbers([each.least for _, each, _ in rows]),
        "most": _numbers([each.most for _, each, _ in rows]),
        "monotone": texts([each.monotone for _, each, _ in rows]),
        "continuous": texts([each.continuous for _, each, _ in rows]),
        "jumps": np.array([len(each.jumps) for _, each, _ in rows], dtype=np.int64),
        "dead_zones": np.array([len(each.dead) for _, each, _ in rows], dtype=np.int64),
        "worth": _numbers([worth for *_, worth in rows]),
    }


def jumps(facts: Facts) -> Columns:
    """A row a jump."""
    rows = [(name, row, worth) for name, each, worth in _named(facts) for row in each.jumps]
    table: Columns = {"item": texts([name for name, *_ in rows])}
    for at, name in enumerate(("attainment", "before", "at", "after")):
        table[name] = _numbers([float(row[at]) for _, row, _ in rows])
    table["size"] = _numbers([float(np.ptp(row[1:])) * worth for _, row, worth in rows])
    return table


def dead_zones(facts: Facts) -> Columns:
    """A row a zone."""
    rows = [(name, row) for name, each, _ in _named(facts) for row in each.dead]
    table: Columns = {"item": texts([name for name, _ in rows])}
    for at, name in enumerate(("begin", "end", "points")):
        table[name] = _numbers([float(row[at]) for _, row in rows])
    return table


def bounds(facts: Facts) -> Columns:
    """A row a post and part."""
    outline = facts.card.outline
    rows = [
        (post, outline.names[i], *found[i])
        for post, found in zip(facts.posts.names, facts.bounds, strict=True)
        for i in sorted(found)
    ]
    return {
        "post": texts([row[0] for row in rows]),
        "part": texts([row[1] for row in rows]),
        "low": _numbers([row[3].low for row in rows]),
        "high": _numbers([row[3].high for row in rows]),
        "low_reported": _numbers([row[2].low for row in rows]),
        "high_reported": _numbers([row[2].high for row in rows]),
        "reached": texts([_reached(row[3]) for row in rows]),
    }


def _reached(each: Bounds) -> str:
    told = {(True, True): "both", (True, False): "low", (False, True): "high"}
    return told.get((each.low_reached, each.high_reached), "neither")


def verdicts(facts: Facts) -> Columns:
    """A row a post."""
    posts = range(len(facts.posts.names))
    return {
        "post": texts(facts.posts.names),
        "monotone": texts([facts.monotone(g) for g in posts]),
        "continuous": texts([facts.continuous(g) for g in posts]),
        "bounded": texts([_bounded(facts.bounds[g][0][1]) for g in posts]),
    }


def _bounded(each: Bounds) -> Verdict:
    ends = (each.low, each.low_reached), (each.high, each.high_reached)
    open_ = [reached for end, reached in ends if np.isinf(end)]
    return "yes" if not open_ else "no" if any(open_) else "not known"


def grades(facts: Facts) -> Columns:
    """A row a post and grade."""
    rows = [
        (post, label, verdict, facts.grades(g, "all reported")[label])
        for g, post in enumerate(facts.posts.names)
        for label, verdict in facts.grades(g).items()
    ]
    names = ("post", "grade", "reached", "reported")
    return {name: texts([row[at] for row in rows]) for at, name in enumerate(names)}


def in_units(facts: Facts, i: int, target: float, columns: Mapping[str, float]) -> Columns:
    """Where a curve changes, in the unit of the KPI."""
    item = facts.card.outline.parts[i]
    if not isinstance(item, Item) or not isinstance(item.attainment, Invertible):
        reason = "its attainment cannot be taken back into KPI units"
        repair = "ask for an item of a KPI whose attainment has a method result"
        named = facts.card.outline.names[i]
        check([Fault("examination", reason, repair, column="item", value=named)])
        raise AssertionError  # check has raised
    rule, better = item.attainment, facts.kpis[item.kpi].better
    missing = [name for name in rule.columns if name not in columns]
    repair = "give its number as a keyword"
    faults = [Fault("examination", "the attainment needs it", repair, value=n) for n in missing]
    repair = "leave it out"
    faults += [
        Fault("examination", "the attainment does not look at it", repair, value=name)
        for name in columns
        if name not in rule.columns
    ]
    told = {name: as_number(value) for name, value in {**columns, "target": target}.items()}
    check(faults + not_numbers("examination", **told))
    given = [float(columns[name]) for name in rule.columns]
    profile = facts.profiles[i]
    edges = {*profile.jumps[:, 0].tolist(), *profile.dead[:, :2].ravel().tolist()}
    edges |= {profile.domain.low, profile.domain.high}
    places = np.array(sorted(each for each in edges if np.isfinite(each)), dtype=np.float64)
    found = [rule.result(x, float(target), better, *given) for x in places.tolist()]
    results = np.array(found, dtype=np.float64).reshape(-1, 2)
    return {
        "attainment": places,
        "result": results[:, 0],
        "other": results[:, 1],
        "points": np.asarray(item.curve(places), dtype=np.float64),
    }


def influence(people: People) -> Columns:
    """A row a period, post and part, then the rest."""
    outline, posts = people.facts.card.outline, people.facts.posts
    labels = people.scores.periods.labels
    table: dict[str, list[object]] = {
        name: [] for name in ("period", "post", "part", "people", "weight", "share", "correlation")
    }
    for p, g, share, related in people.influence:
        on = [
            i for i in range(1, len(outline.parts)) if posts.weights[g, i] > 0 and (
                not outline.is_section(i) or i in people.contributing)
        ]  # fmt: skip
        for i in [*on, len(outline.parts)]:
            rest = i == len(outline.parts)
            table["period"].append(labels[p])
            table["post"].append(posts.names[g])
            table["part"].append(REST if rest else outline.names[i])
            table["people"].append(len(people.members(g, p)))
            weighed = not rest and not outline.beside[i]
            table["weight"].append(float(posts.nominal[g, i]) if weighed else 0.0)
            table["share"].append(float(share[i]))
            table["correlation"].append(float(related[i]))
    named: Columns = {n: texts([str(v) for v in table[n]]) for n in ("period", "post", "part")}
    named["people"] = np.array(table["people"], dtype=np.int64)
    for name in ("weight", "share", "correlation"):
        named[name] = np.array(table[name], dtype=np.float64)
    return {**named, "squared": named["correlation"] ** 2}


def pushes(people: People) -> Columns:
    """A row a period, post and KPI or question."""
    rows = [
        (p, g, name, people.members(g, p))
        for p in range(len(people.scores.periods))
        for g in range(len(people.facts.posts.names))
        for name in people.names
    ]
    rows = [row for row in rows if len(row[3])]
    gained = [people.gains[name][p, members] for p, _, name, members in rows]
    gained = [np.where(np.isnan(each), 0.0, each) for each in gained]
    ids = people.scores.org.ids
    best = [
        ids[members[int(np.argmax(each))]] for (*_, members), each in zip(rows, gained, strict=True)
    ]
    counts = {
        what: np.array([np.count_nonzero(of[name][p, members]) for p, _, name, members in rows],
                       dtype=np.int64)
        for what, of in (("crossing", people.crossing), ("raised", people.raising))
    }  # fmt: skip
    return {
        "period": texts([people.scores.periods.labels[p] for p, *_ in rows]),
        "post": texts([people.facts.posts.names[g] for _, g, *_ in rows]),
        "name": texts([name for *_, name, _ in rows]),
        "people": np.array([len(members) for *_, members in rows], dtype=np.int64),
        "mean_gain": _numbers([float(each.mean()) for each in gained]),
        "most_gain": _numbers([float(each.max()) for each in gained]),
        **counts,
        "node": keys(best) if best else texts([]),
    }
