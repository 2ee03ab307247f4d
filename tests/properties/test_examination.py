"""A rule check against brute force: what is claimed is never met otherwise."""

import math

import attrs
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi import curves
from cascade_kpi.examining.domains import Domain
from cascade_kpi.examining.intervals import Interval
from cascade_kpi.examining.people import shares
from cascade_kpi.examining.profiles import profile_of
from tests.properties.test_cards import COMBINES, POLICIES, cards, rules, worlds

LEVELS = st.sampled_from([0.0, 0.25, 0.5, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0])
POINTS = st.sampled_from([-20.0, 0.0, 10.0, 40.0, 60.0, 80.0, 100.0, 100.0, 120.0])
GRADES = ck.Grades.from_edges({"S": 130, "A": 100, "B": 60, "C": 0, "D": -50, "E": None})


@st.composite
def plain_curves(draw):
    """Curves of the library with lines, steps, flats and falls."""
    edges = sorted(draw(st.lists(LEVELS, min_size=2, max_size=5, unique=True)))
    pairs = [(edge, draw(POINTS)) for edge in edges]
    ends = {name: draw(st.none() | POINTS) for name in ("below", "above")}
    low = draw(POINTS)
    kinds = [
        curves.Piecewise(pairs, **ends),
        curves.Steps(pairs, draw(POINTS)),
        curves.Linear(draw(st.sampled_from([-50.0, 0.0, 100.0])), floor=low, cap=low + 80),
        curves.Linear(),
        curves.Table(pairs, draw(st.sampled_from(["lower", "higher", "nearest"]))),
        curves.Tolerances([(0.05, draw(POINTS)), (0.2, draw(POINTS))], beyond=draw(POINTS)),
        curves.Plateau((0.9, 1.1), (0.7, 1.4)),
        curves.AddDeduct(5, 10, every=0.1, most=130, least=20, counted="begun"),
        curves.AddDeduct(1, 2, most=110),
        curves.RetroactiveTiers([(0, 80), (1.0, 100)], most=150),
        curves.Smoothstep((0.5, draw(POINTS)), (1.0, draw(POINTS))),
        curves.Logistic(low=(0.8, 20), high=(1.2, 80)),
    ]
    return draw(st.sampled_from(kinds))


@st.composite
def any_curve(draw):
    curve = draw(plain_curves())
    kind = draw(st.integers(0, 5))
    if kind == 0:
        curve = curves.Threshold(curve, draw(LEVELS), draw(POINTS))
    elif kind == 1:
        curve = curves.Rounded(curve, 0, draw(st.sampled_from(["half_up", "down", "up"])))
    elif kind == 2:
        line = curves.Piecewise([(0.5, 0), (1.5, 2)])
        curve = curves.Composed([line, curve])
    return curve


@st.composite
def domains(draw):
    low, high = draw(st.sampled_from([(-math.inf, math.inf), (0.0, 1.5), (-math.inf, 1.0),
                                      (0.8, math.inf), (0.3, 0.95)]))  # fmt: skip
    return Domain(low, high, draw(st.sampled_from([1, -1])))


def sampled(curve, profile):
    """Attainments everywhere in the domain, dense, and on both sides of every edge."""
    low, high = max(profile.domain.low, -2.0), min(profile.domain.high, 4.0)
    edges = np.r_[profile.jumps[:, 0], profile.dead[:, :2].ravel(), curves.Linear().edges]
    edges = edges[np.isfinite(edges)]
    x = np.r_[np.linspace(low, high, 1201), edges, np.nextafter(edges, -9), np.nextafter(edges, 9)]
    x = np.unique(x[(x >= low) & (x <= high)])
    return x, curve(x)


@given(any_curve(), domains())
def test_what_is_claimed_of_a_curve_is_never_met_otherwise(curve, domain):
    known = profile_of(curve, domain)
    x, points = sampled(curve, known)
    assert (points >= known.least - 1e-7).all()
    assert (points <= known.most + 1e-7).all()
    towards = points[:: domain.sense]
    if known.monotone != "no":
        assert (np.maximum.accumulate(towards) - towards <= 1e-6).all()
    else:
        (a, before), (b, after) = known.counter
        assert (b - a) * domain.sense > 0
        assert domain.low <= min(a, b)
        assert max(a, b) <= domain.high
        assert curve(np.array([a, b])).tolist() == [before, after]
        assert after < before
    for begin, end, level in known.dead:
        inside = (x > begin) & (x < end)
        assert np.abs(points[inside] - level).max(initial=0.0) <= 1e-7
    steep = np.abs(np.diff(points)) > 5.0  # over 1/200 of attainment
    if known.continuous == "yes":
        assert not (steep & (np.diff(x) < 1e-9)).any()


@given(any_curve(), domains())
def test_bounds_of_a_curve_are_reached_and_its_jumps_are_exact(curve, domain):
    known = profile_of(curve, domain)
    if not known.known:
        assert (known.least, known.most) == (-math.inf, math.inf)
        return
    x = np.r_[known.places, np.clip([-1e7, 1e7], domain.low, domain.high)]
    points = curve(np.unique(x))
    if not known.grain:  # rounded ends are outer
        for end, met in ((known.least, points.min()), (known.most, points.max())):
            assert abs(met - end) < 1e-4 if np.isfinite(end) else abs(met) > 1e6
    for at, before, on, after in known.jumps:
        assert curve(np.array([at]))[0] == on
        near = curve(np.array([at - 1e-10 * (1 + abs(at)), at + 1e-10 * (1 + abs(at))]))
        for place, (got, want) in enumerate(zip(near, (before, after), strict=True)):
            end = domain.low if place == 0 else domain.high
            assert at == end or abs(got - want) < 1e-4


@given(any_curve(), domains())
def test_no_flat_is_left_out(curve, domain):
    known = profile_of(curve, domain)
    if not known.known or known.grain or "Smooth" in repr(curve) or "Logistic" in repr(curve):
        return  # level for the float without being so
    x, points = sampled(curve, known)
    level = points[1:] == points[:-1]
    for a, b in zip(x[:-1][level], x[1:][level], strict=True):
        if b - a > 1e-9:
            edges = [*known.dead[:, :2].ravel(), *known.jumps[:, 0]]
            held = any(begin - 1e-9 <= a and b <= end + 1e-9 for begin, end, _ in known.dead)
            assert held or any(a < edge < b for edge in edges)


@settings(max_examples=30)
@given(worlds(), cards())
def test_totals_stay_within_their_bounds_and_get_no_unreachable_grade(results, card):
    card = attrs.evolve(card, grades=GRADES)
    found = ck.examine(card, results)
    scores, codes = found.scores, found.facts.posts.codes
    grades = scores.grade_codes[0]
    for i, part in enumerate(card.outline.names):
        points = scores.points(part)[0]
        for g in range(len(found.posts)):
            bounds = found.facts.bounds[g]
            rows = (codes == g) & ~np.isnan(points)
            if i in bounds:
                ends = bounds[i][1]
                assert (points[rows] >= ends.low - 1e-6 * (1 + abs(ends.low))).all()
                assert (points[rows] <= ends.high + 1e-6 * (1 + abs(ends.high))).all()
    for g in range(len(found.posts)):
        told = found.facts.grades(g)
        for row in np.flatnonzero((codes == g) & (grades >= 0)):
            assert told[GRADES.labels[grades[row]]] != "no"


def scored_at(card, kpis, bench, state, kind):
    """Totals of nodes of a post that have these results, by the library's own verbs."""
    size = len(next(iter(state.values())))
    ids = [f"n{i}" for i in range(size)]
    tree = ck.OrgTree.from_table(
        {"id": ids, "parent": [""] * size, "kind": [kind] * size,
         "difficulty": [bench.columns["difficulty"]] * size},
        kind="kind", roots="many",
    )  # fmt: skip
    used = [name for name in bench.targets if name in state]
    goals = {"node": ids * len(used), "kpi": np.repeat(used, size).tolist(),
             "period": ["2026"] * size * len(used),
             "value": np.repeat([bench.targets[n] for n in used], size).tolist()}  # fmt: skip
    targets = ck.assign(tree, kpis, goals, periods="2026")
    cells = [(ids[i], n, v) for n in used for i, v in enumerate(state[n].tolist()) if v == v]
    assume(cells)
    table = dict(zip(("node", "kpi", "value"), map(list, zip(*cells, strict=True)), strict=True))
    results = ck.measure(targets, table, inner="own")
    groups = {kind: card.weights.groups[kind]}
    own = attrs.evolve(card, weights=ck.Weights(groups))
    return ck.score(results, own).total[0, tree.rows(ids)]  # roots go by their ids


@settings(max_examples=25)
@given(cards())
def test_a_trial_says_what_scoring_says(card):
    kpis = ck.Kpis([ck.Kpi(n, "x", aggregate=ck.aggregates.Mean()) for n in "abcdef"])
    found = ck.examine(card, kpis)
    for g, post in enumerate(found.posts):
        bench = found.facts.bench.with_columns({"difficulty": Interval(1.25, 1.25)})
        states = {name: column[::40] for name, column in bench.states.items()}
        policies = [card.policy(card.outline.parts[i]) for i in card.outline.order]
        assume(not any(isinstance(each, ck.absences.Parents) for each in policies))
        (got,) = bench.values(found.facts.posts.weights[g], states, [0])
        want = scored_at(card, kpis, bench, states, post)
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9)


@st.composite
def flat_worlds(draw):
    """Reports of five nodes without anybody above or below them."""
    tree = ck.OrgTree.from_table(
        {"id": list("pqrst"), "parent": [""] * 5, "kind": list("xyxyx"),
         "difficulty": [1.0, 0.9, 1.1, 1.25, 1.0]},
        kind="kind", roots="many",
    )  # fmt: skip
    kpis = [ck.Kpi(name, "x", aggregate=ck.aggregates.Mean()) for name in "abcdef"]
    targets = ck.assign(
        tree, kpis, {"node": list("pqrst") * 6, "kpi": sorted("abcdef" * 5), "value": [50.0] * 30,
                     "period": ["2026"] * 30}, periods="2026",
    )  # fmt: skip
    values = [draw(st.sampled_from([0.0, 20.0, 45.0, 49.0, 50.0, 63.0, 90.0])) for _ in range(30)]
    keep = [i for i in range(30) if draw(st.integers(0, 4))] or [0]
    rows = [(list("pqrst")[i % 5], sorted("abcdef")[i // 5], values[i]) for i in keep]
    table = dict(zip(("node", "kpi", "value"), map(list, zip(*rows, strict=True)), strict=True))
    return targets, table


@settings(max_examples=30)
@given(flat_worlds(), cards(), st.sampled_from("abcdef"))
def test_a_gain_is_the_total_with_the_pushed_result_less_that_without(world, card, name):
    targets, table = world
    found = ck.examine(card, ck.measure(targets, table), step=0.05)
    if name not in found.people.names:
        return
    pushed = [
        value + (2.5 if kpi == name else 0.0)
        for kpi, value in zip(table["kpi"], table["value"], strict=True)
    ]
    after = ck.score(ck.measure(targets, {**table, "value": pushed}), card).total
    gains = found.gains(name)
    np.testing.assert_allclose(gains, after - found.scores.total, rtol=1e-9, atol=1e-9)


@settings(max_examples=30)
@given(worlds(), cards())
def test_shares_sum_to_one_and_are_those_of_the_covariances(results, card):
    found = ck.examine(card, results)
    people, total = found.people, found.scores.total[0]
    if not people.contributing:
        return
    made = people.contributions(0)
    there = ~np.isnan(total)
    np.testing.assert_allclose(made.sum(axis=0)[there], total[there], rtol=1e-9, atol=1e-9)
    row = int(np.flatnonzero(there)[0]) if there.any() else -1
    for i in people.contributing if row >= 0 else ():
        why = ck.explain(found, results.org.ids[row], kpi=card.outline.names[i],
                         quantity="contribution")  # fmt: skip
        if people.facts.posts.weights[people.facts.posts.codes[row], i] > 0:
            assert why.evaluate() == why.value
    for _, g, share, _ in people.influence:
        rows = people.members(g, 0)
        told = share[~np.isnan(share)]
        if len(told):
            assert math.isclose(told.sum(), 1.0, rel_tol=1e-6, abs_tol=1e-6)
            for part, want in zip(made, share[[*people.contributing, len(share) - 1]], strict=True):
                got = np.cov(part[rows], total[rows])
                if want == want:
                    assert math.isclose(got[0, 1] / got[1, 1], want, rel_tol=1e-6, abs_tol=1e-6)


@given(st.lists(st.lists(st.integers(-50, 50), min_size=5, max_size=5), min_size=1, max_size=4))
def test_shares_are_a_plain_ratio_of_covariances(parts):
    parts = np.array(parts, dtype=float)
    total = parts.sum(axis=0)
    got = shares(parts, total)
    if np.ptp(total) == 0:
        assert np.isnan(got).all()
        return
    want = [np.cov(part, total, bias=True)[0, 1] / total.var() for part in parts]
    np.testing.assert_allclose(got, want, atol=1e-9)
    assert math.isclose(got.sum(), 1.0, abs_tol=1e-9)


@settings(max_examples=30)
@given(worlds(), cards(), st.sampled_from("abcdef"), st.integers(0, 10**6))
def test_no_total_falls_where_it_is_called_monotone(results, card, name, seed):
    kpis = results.kpis
    found = ck.examine(card, kpis)
    rng = np.random.default_rng(seed)
    bench = found.facts.bench
    if name not in bench.tried:
        return
    for g in range(len(found.posts)):
        base = {each: rng.uniform(-100, 300, 40) for each in bench.tried}
        better = {**base, name: base[name] + rng.uniform(0, 200, 40)}
        weights = found.facts.posts.weights[g]
        sides = [bench.values(weights, state, [0])[0] for state in (base, better)]
        if found.facts.monotone(g) == "yes":
            assert (sides[1] >= sides[0] - 1e-9 * (1 + np.abs(sides[0]))).all()
        if found.facts.continuous(g) == "yes":
            close = {each: column * (1 + 1e-10) for each, column in base.items()}
            near = bench.values(weights, close, [0])[0]
            assert (np.abs(near - sides[0]) <= 1e-3).all()
        fall = found.facts.falls[g]
        if fall is not None:
            assert fall.results[1] > fall.results[0]
            assert fall.totals[1] < fall.totals[0]


@st.composite
def odd_cards(draw):
    """Two levels over four KPIs of any curve, better higher, lower or on target."""
    betters = [
        draw(st.sampled_from(["higher", "lower", ck.directions.OnTarget(5)])) for _ in "abcd"
    ]
    mean = ck.aggregates.Mean()
    kpis = [ck.Kpi(n, "x", better=b, aggregate=mean) for n, b in zip("abcd", betters, strict=True)]
    read = st.sampled_from([ck.attainments.Proportion(), ck.attainments.Quotient(),
                            ck.attainments.Rounded(ck.attainments.Proportion(), 1)])  # fmt: skip
    items = [ck.Item(name, draw(any_curve()), draw(read)) for name in "abcd"]
    extra = ["bonus", "factor", "more", "again"]
    inner = ck.Section("inner", items[:2], draw(COMBINES), draw(POLICIES),
                       *draw(rules(["a", "b"], extra)))  # fmt: skip
    root = ck.Section("all", [inner, *items[2:]], draw(COMBINES), draw(POLICIES),
                      *draw(rules(["c", "d"], extra)))  # fmt: skip
    weights = {"a": 30, "b": 70, "inner": 50, "c": 20, "d": 30}
    return ck.Scorecard(root, weights, grades=GRADES), ck.Kpis(kpis)


@settings(max_examples=60)
@given(odd_cards(), st.integers(0, 10**6))
def test_what_is_claimed_of_any_card_is_never_met_otherwise(given_card, seed):
    card, kpis = given_card
    found = ck.examine(card, kpis)
    facts, bench, rng = found.facts, found.facts.bench, np.random.default_rng(seed)
    base = {name: rng.uniform(-0.5, 3, 200) * target for name, target in bench.targets.items()}
    gone = {n: np.where(rng.random(200) < 0.3, np.nan, column) for n, column in base.items()}
    weights = facts.posts.weights[0]
    full, some = (bench.values(weights, state, [0])[0] for state in (base, gone))
    for bounds, totals in zip(facts.bounds[0][0], (full, some), strict=True):
        totals = totals[~np.isnan(totals)]
        assert (totals >= bounds.low - 1e-6 * (1 + abs(bounds.low))).all()
        assert (totals <= bounds.high + 1e-6 * (1 + abs(bounds.high))).all()
    reached = GRADES.codes(np.concatenate([full, some]))
    told = facts.grades(0)
    assert not {label for label, verdict in told.items() if verdict == "no"} & {
        GRADES.labels[code] for code in np.unique(reached[reached >= 0])
    }
    for name in bench.targets:
        way = bench.way(name)
        if not way:
            continue
        better = {**base, name: base[name] + way * rng.uniform(0, 1, 200) * bench.targets[name]}
        after = bench.values(weights, better, [0])[0]
        if facts.monotone(0) == "yes":
            assert (after >= full - 1e-6 * (1 + np.abs(full))).all()
    if facts.continuous(0) == "yes":
        near = {name: column * (1 + 1e-11) for name, column in base.items()}
        assert (np.abs(bench.values(weights, near, [0])[0] - full) <= 1e-3).all()
