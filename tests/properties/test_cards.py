"""Scorecards of any shape, against a plain reference that goes node by node, and their laws."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import absences, adjustments, combines, triggers

KPIS = tuple("abcdef")
LINE = ck.curves.Piecewise([(0, 0), (1, 100), (2, 150)])
LEVELS = st.sampled_from([0.0, 40.0, 50.0, 80.0, 100.0, 120.0])
COMBINES = st.sampled_from(
    [combines.Mean(), combines.Geometric(), combines.Geometric(5), combines.Weakest(),
     combines.Sum()]
)  # fmt: skip
POLICIES = st.sampled_from(
    [None, absences.Renormalise(), absences.Zero(), absences.Neutral(70), absences.Parents(),
     absences.Hold(), absences.AtMost(0.5), absences.AtMost(0.25, absences.Neutral(10)),
     absences.AtMostItems(0.4), absences.AtMostItems(0.5, absences.AtMost(0.7, "zero"))]
)  # fmt: skip


@st.composite
def trigger(draw, names):
    name = draw(st.sampled_from(names))
    kinds = [triggers.AttainmentBelow(name, draw(LEVELS) / 100)]
    kinds += [triggers.PointsBelow(name, draw(LEVELS)), triggers.ResultBelow(name, draw(LEVELS)),
              triggers.ResultAtLeast(name, draw(LEVELS))]  # fmt: skip
    one, other = draw(st.sampled_from(kinds)), draw(st.sampled_from(kinds))
    return draw(st.sampled_from([one, triggers.AnyOf([one, other]), triggers.AllOf([one, other])]))


@st.composite
def rules(draw, names, extra):
    """Gates and adjustments of a section that may look at some items, and bring some."""
    gates = [ck.Gate(draw(trigger(names)), draw(LEVELS)) for _ in range(draw(st.integers(0, 1)))]
    steps = []
    for _ in range(draw(st.integers(0, 2))):
        kinds = [
            adjustments.Within(draw(st.sampled_from([None, 0.0])), 120),
            adjustments.Veto(draw(trigger(names)), draw(LEVELS)),
            adjustments.Scale("difficulty"),
        ]
        if extra:
            part = ck.Item(names[0], ck.curves.Linear(0.1, cap=3), named=extra.pop())
            kinds += [adjustments.Add(part), adjustments.Multiply(part)] * 2
        steps.append(draw(st.sampled_from(kinds)))
    return gates, steps


@st.composite
def cards(draw):
    """A card of two or three levels over six KPIs, and weights for two groups."""
    extra = ["bonus", "deduction", "factor", "more"]
    names = list(draw(st.permutations(KPIS)))
    parts, entry = [], {"x": {}, "y": {}}
    while names:
        taken = [names.pop() for _ in range(min(len(names), draw(st.integers(1, 3))))]
        items = [ck.Item(name, LINE) for name in taken]
        if len(taken) == 1 and draw(st.booleans()):
            parts += items
            continue
        gates, steps = draw(rules(taken, extra))
        section = ck.Section(f"of {'+'.join(taken)}", items, draw(COMBINES), draw(POLICIES),
                             gates, steps)  # fmt: skip
        parts.append(section)
        for group in entry.values():
            group |= draw(weights(taken))
    gates, steps = draw(rules(KPIS, extra))
    root = ck.Section("all", parts, draw(COMBINES), draw(POLICIES), gates, steps)
    for group in entry.values():
        group |= draw(weights([part.name for part in parts]))
    used = {group: off_cleared(root, each) for group, each in entry.items()}
    missing = draw(st.sampled_from(["renormalise", "zero", "hold"]))
    return ck.Scorecard(root, used, missing=missing)


@st.composite
def weights(draw, names):
    """Weights that sum to a hundred, some of them perhaps zero."""
    raw = [draw(st.integers(0, 5)) for _ in names]
    if not any(raw):
        raw[0] = 1
    parts = {name: 100 * each / sum(raw) for name, each in zip(names, raw, strict=True)}
    return {name: each for name, each in parts.items() if each or draw(st.booleans())}


def off_cleared(root, entry):
    """Weights without those of parts of a section that is not on the card."""
    kept = dict(entry)
    for part in root.parts:
        free = not root.combine.weighs
        off = entry.get(part.name, 1 if free else 0) == 0
        if isinstance(part, ck.Section):
            for item in part.parts:
                if off or (
                    not part.combine.weighs
                    and not any(entry.get(each.name, 1) for each in part.parts)
                ):
                    kept.pop(item.name, None)
    return kept


@st.composite
def worlds(draw):
    """Results of six KPIs over a small tree of two groups, much of it absent."""
    tree = ck.OrgTree.from_table(
        {
            "id": ["hq", "p", "q", "r", "s"],
            "parent": ["", "hq", "hq", "p", "p"],
            "kind": ["x", "y", "x", "y", "x"],
            "difficulty": [1.0, 0.9, 1.1, 1.25, 1.0],
        },
        kind="kind",
    )
    kpis = [ck.Kpi(name, "x", aggregate=ck.aggregates.Mean()) for name in KPIS]
    targets = ck.cascade(tree, kpis, dict.fromkeys(KPIS, 50.0), periods="2026")
    cells = [
        (node, kpi, draw(st.sampled_from([0.0, 20.0, 45.0, 50.0, 63.0, 90.0])))
        for node in ("hq", "p", "q", "r", "s")
        for kpi in KPIS
        if draw(st.integers(0, 3))
    ] or [("q", "a", 50.0)]
    table = dict(zip(("node", "kpi", "value"), map(list, zip(*cells, strict=True)), strict=True))
    return ck.measure(targets, table, inner="own")


class Plain:
    """The reference: one node, one part at a time, by the words of the semantics page."""

    def __init__(self, results, card, up=True):
        self.results, self.card, self.up = results, card, up

    def number(self, of, kpi, row):
        return float(of(kpi)[0, row])

    def attainment(self, name, row):
        item = self.part(name)
        result = self.number(self.results.of, item.kpi, row)
        return result / self.number(self.results.counted_target, item.kpi, row)

    def part(self, name):
        outline = self.card.outline
        return outline.parts[outline.position(name)]

    def weight(self, section, part, row):
        kind = str(self.results.org.kinds[row])
        entry = self.card.weights.groups[kind]
        return entry.get(part.name, 0.0 if section.combine.weighs else 1.0)

    def holds(self, when, row):
        if isinstance(when, triggers.AnyOf):
            return any(self.holds(each, row) for each in when.triggers)
        if isinstance(when, triggers.AllOf):
            return all(self.holds(each, row) for each in when.triggers)
        if isinstance(when, triggers.AttainmentBelow):
            return self.attainment(when.item, row) < when.level
        if isinstance(when, triggers.PointsBelow):
            return self.points(self.part(when.part), row) < when.level
        result = self.number(self.results.of, when.kpi, row)
        if isinstance(when, triggers.ResultBelow):
            return result < when.level
        return result >= when.level

    def points(self, part, row):
        if not isinstance(part, ck.Section):
            attained = self.attainment(part.name, row)
            return float(part.curve(np.array([attained]))[0])
        value = self.combined(part, row)
        for step in part.then:
            value = self.stepped(step, value, row)
        return value

    def stepped(self, step, value, row):
        if isinstance(step, adjustments.Within):
            low, high = (step.low, step.high)
            value = value if low is None or not value < low else low
            return value if high is None or not value > high else high
        if isinstance(step, adjustments.Veto):
            return min(value, step.at) if self.holds(step.when, row) else value
        if isinstance(step, adjustments.Scale):
            return value * float(self.results.org.columns["difficulty"][row])
        points = self.points(step.part, row)
        if math.isnan(points):
            return value
        return value + points if isinstance(step, adjustments.Add) else value * points

    def combined(self, section, row):
        policy = section.missing or self.card.missing
        share = of_items = 1.0
        if isinstance(policy, absences.AtMostItems):
            of_items, policy = policy.share, policy.then
        if isinstance(policy, absences.AtMost):
            share, policy = policy.share, policy.then
        counted, lost, whole = [], 0.0, 0.0
        for part in section.parts:
            weight = self.weight(section, part, row)
            if not weight:
                continue
            points = self.points(part, row)
            for gate in section.gates:
                free = part.name in gate.parts if gate.parts else part.name not in gate.when.reads
                if free and self.holds(gate.when, row):
                    points = min(points, gate.at)
            whole += weight
            if math.isnan(points):
                lost += weight
                points = self.filled(policy, part, row)
            if not math.isnan(points):
                counted.append((weight, points))
        held = isinstance(policy, absences.Hold | absences.Refuse) and lost > 0
        if not counted or held or lost > share * whole * (1 + 1e-9):
            return math.nan
        if self.absent(section, row) > of_items * (1 + 1e-9):
            return math.nan
        return self.made(section.combine, counted)

    def absent(self, part, row):
        if not isinstance(part, ck.Section):
            return float(math.isnan(self.points(part, row)))
        weights = {each: self.weight(part, each, row) for each in part.parts}
        lost = sum(weight * self.absent(each, row) for each, weight in weights.items() if weight)
        return lost / sum(weights.values()) if any(weights.values()) else 0.0

    def filled(self, policy, part, row):
        if isinstance(policy, absences.Zero):
            return 0.0
        if isinstance(policy, absences.Neutral):
            return policy.points
        parent = int(self.results.org.parent[row])
        if isinstance(policy, absences.Parents) and parent >= 0 and self.up:
            i = self.card.outline.position(part.name)
            if isinstance(part, ck.Section) and not on_card(self.card, self.results, parent, i):
                return math.nan
            return Plain(self.results, self.card, up=False).points(part, parent)
        return math.nan

    def made(self, combine, counted):
        points = [each for _, each in counted]
        if isinstance(combine, combines.Sum):
            return sum(points)
        if isinstance(combine, combines.Weakest):
            return min(points)
        whole = sum(weight for weight, _ in counted)
        if isinstance(combine, combines.Mean):
            return sum(weight * each for weight, each in counted) / whole
        if any(max(each, combine.least) <= 0 for each in points):
            return 0.0
        return math.exp(sum(w * math.log(max(each, combine.least)) for w, each in counted) / whole)


def on_card(card, results, row, i):
    table = card.weights.table(results.org, card.outline)
    return table.weights[table.group[row], i] > 0


@given(worlds(), cards())
def test_every_part_is_what_the_reference_makes_it(results, card):
    scores, plain = ck.score(results, card), Plain(results, card)
    for i, part in enumerate(card.outline.parts):
        got = scores.points(part.name)[0]
        for row in range(len(results.org)):
            if on_card(card, results, row, i):
                want = plain.points(part, row)
                np.testing.assert_allclose(got[row], want, rtol=1e-12, atol=1e-12)
    assert scores.total.tobytes() == scores.points("all").tobytes()


@settings(max_examples=25)  # each explains everything to everybody
@given(worlds(), cards())
def test_explanations_come_to_the_same_bits(results, card):
    scores = ck.score(results, card)
    gaps = ck.gaps(scores)
    for node in results.org.ids.tolist():
        row = results.org.row(node)
        for why in (ck.explain(scores, node), ck.explain(gaps, node)):
            assert np.array_equal(why.evaluate(), why.value, equal_nan=True), why.text(None)
        for i, part in enumerate(card.outline.parts):
            if on_card(card, results, row, i):
                why = ck.explain(scores, node, kpi=part.name)
                assert np.array_equal(why.evaluate(), why.value, equal_nan=True), why.text(None)


@given(worlds(), cards())
def test_the_parts_of_the_gap_sum_to_the_total_less_that_on_target(results, card):
    scores = ck.score(results, card)
    gaps = ck.gaps(scores)
    for node in results.org.ids.tolist():
        split = gaps.by_kpi(node)
        if not math.isnan(split.whole):
            parts = math.fsum(split.parts)
            assert math.isclose(parts, split.whole, rel_tol=1e-9, abs_tol=1e-9)


@given(worlds(), cards())
def test_cards_go_through_json_and_score_alike(results, card):
    back = ck.from_json(ck.to_json(card))
    assert back == card
    assert ck.score(results, back).total.tobytes() == ck.score(results, card).total.tobytes()
