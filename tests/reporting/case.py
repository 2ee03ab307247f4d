"""A small sales force with everything that a report shows, and a reader of pages."""

from datetime import date
from html.parser import HTMLParser

import numpy as np

import cascade_kpi as ck

VOID = {"br", "col", "hr", "link", "meta"}
QUARTERS = ("2026Q1", "2026Q2")

# One text for every place where data stands in a report.
PLACES = (
    "company", "team", "member", "kind", "grade", "ratio", "sum", "unit", "action", "column",
)  # fmt: skip


def plan(words=None, *, teams=3, people=3, start=date(2027, 1, 4)):
    """A plan for hq over `teams` teams of `people` people, texts taken from `words` by place."""
    words = {place: place for place in PLACES} | (words or {})
    ids, parents, kinds, labels, last = ["hq"], [""], [words["kind"]], [words["company"]], [None]
    for t in range(teams):
        rows = [(f"t{t}", "hq", f"team {words['kind']}", f"{words['team']} {t}", None)]
        rows += [
            (f"t{t}p{p}", f"t{t}", "person", f"{words['member']} {t}{p}", 10.0 + p)
            for p in range(people)
        ]
        for row in rows:
            for column, value in zip((ids, parents, kinds, labels, last), row, strict=True):
                column.append(value)
    table = {
        "id": ids,
        "parent": parents,
        "kind": kinds,
        "label": labels,
        f"c {words['column']}": last,
    }
    org = ck.OrgTree.from_table(table, kind="kind", label="label")
    kpis = _kpis(words)
    return ck.improve(ck.gaps(_scores(org, kpis, words)), _playbook(kpis, words), start=start)


def _kpis(words):
    return ck.Kpis(
        [
            ck.Kpi(
                f"1 {words['sum']}",
                f"u {words['unit']}",
                split=ck.splits.ProRata(f"c {words['column']}"),
            ),
            ck.Kpi(f"2 {words['ratio']}", "%", better="lower", aggregate=ck.aggregates.Ratio(100)),
            ck.Kpi("cover", "days", ck.directions.OnTarget(1), ck.aggregates.Mean(), decimals=1),
        ]
    )


def _scores(org, kpis, words):
    revenue, churn, cover = kpis.names
    goals = [(k, q, v) for q in QUARTERS for k, v in ((revenue, 99.5), (churn, 2.0), (cover, 21))]
    node, kpi, period, value = zip(*(("hq", *goal) for goal in goals), strict=True)
    targets = ck.cascade(
        org, kpis, {"node": node, "kpi": kpi, "period": period, "value": value}, periods=QUARTERS
    )
    items = [
        ck.Item(revenue, ck.curves.Piecewise([(0.8, 50), (1, 100), (1.2, 140)], below=0)),
        ck.Item(churn, ck.curves.Linear(cap=130)),
        ck.Item(cover, ck.curves.Steps([(0.8, 60), (1, 100)])),
    ]
    weights = {
        "*": {revenue: 50, churn: 30, cover: 20},
        "person": {revenue: 60, churn: 40},
    }
    grades = ck.Grades.from_edges({f"A {words['grade']}": 100, f"B {words['grade']}": None})
    results = ck.measure(targets, _actuals(org, targets, kpis.names))
    return ck.score(results, ck.Scorecard(items, weights, grades=grades))


def _actuals(org, targets, names):
    """Reports of every person but one, who has none in the last quarter."""
    rows = []
    leaves = np.flatnonzero(org.is_leaf).tolist()
    for q, quarter in enumerate(QUARTERS):
        for i, row in enumerate(leaves):
            if (i, q) == (1, len(QUARTERS) - 1):
                continue
            goal = targets.of(names[0])[q, row]
            node = org.ids[row]
            rows.append((node, names[0], quarter, goal * (0.7 + 0.1 * (i % 5)), None, None))
            rows.append((node, names[1], quarter, None, 1.0 + i % 4, 100.0 + i))
            rows.append((node, names[2], quarter, 19.0 + (i + q) % 5, None, None))
    columns = ("node", "kpi", "period", "value", "numerator", "denominator")
    return {name: [row[i] for row in rows] for i, name in enumerate(columns)}


def _playbook(kpis, words):
    action = words["action"]
    return ck.Playbook(
        [ck.Action("visit", f"{action} visit", "parent", 30), ck.Action("call", f"{action} call")],
        [
            ck.Rule(kpis.names[0], ck.conditions.AttainmentBelow(0.95), "visit", kinds="person"),
            ck.Rule(kpis.names[0], ck.conditions.PointsLost(10), "call", kinds="person"),
            ck.Rule(kpis.names[1], ck.conditions.AttainmentBelow(0.9), "call", kinds="person"),
        ],
    )


def stages(whole):
    """The plan and every stage that it was made from, by name."""
    gaps = whole.gaps
    results = gaps.scores.results
    return {
        "targets": results.targets,
        "results": results,
        "scores": gaps.scores,
        "gaps": gaps,
        "plan": whole,
    }


class Outline(HTMLParser):
    """A page as its elements and texts; every element must be closed where it should be."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.attributes, self._open = [], [], [], []
        self.declarations = 0
        self.feed(page)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += attrs
        assert len({name for name, _ in attrs}) == len(attrs), attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        raise AssertionError(f"<{tag}/> closes itself")

    def handle_endtag(self, tag):
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" not in self._open:
            self.texts.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data):
        raise AssertionError(f"a processing instruction: {data}")

    def handle_decl(self, decl):
        self.declarations += 1
        assert decl == "DOCTYPE html"

    def unknown_decl(self, data):
        raise AssertionError(f"a declaration: {data}")

    @property
    def text(self):
        return "".join(self.texts)

    def values(self, name):
        """Every value of an attribute."""
        return [value for key, value in self.attributes if key == name]
