"""Moves on arbitrary trees: nothing lost or doubled, and the same as counted day by day."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import cascade_kpi as ck
from cascade_kpi.targets.amounts import NO_LOTS
from tests.strategies import CLAIMS, parents, shuffled

FIRST, DAYS = date(2026, 3, 1), 24
SPANS = {"a": (0, 9), "b": (10, 23)}
HOLDERS = ["ann", "bob", "cid", "dee"]
POLICIES = [ck.moves.FollowsPost, ck.moves.FollowsTerritory, ck.moves.FollowsPerson]


def day(number):
    return FIRST + timedelta(days=number)


@st.composite
def orgs(draw):
    """A tree of teams, posts and territories, its rows in any order."""
    above = draw(parents(9, widest=14))
    ids = draw(st.permutations([f"n{i}" for i in range(len(above))]))
    kinds = [draw(st.sampled_from(["unit", "post", "area"])) for _ in above]
    table = {
        "id": ids,
        "parent": ["" if p < 0 else ids[p] for p in above],
        "kind": kinds,
        "driver": [draw(CLAIMS) if i not in above else None for i in range(len(above))],
    }
    return shuffled(table, draw(st.permutations(range(len(above)))))


@st.composite
def stints(draw, nodes, shared=True):
    """Stints that do not overlap at a node, or, where some do, have shares."""
    rows = []
    for node in nodes:
        if draw(st.booleans()) and shared:
            who = draw(st.lists(st.sampled_from(HOLDERS), max_size=2, unique=True))
            for holder in who:
                a, b = sorted(draw(st.tuples(st.integers(-3, 26), st.integers(-3, 26))))
                rows.append((holder, node, a, b, draw(st.sampled_from([0.5, 0.25, 1 / 3]))))
            continue
        cuts = sorted(draw(st.lists(st.integers(-3, 27), max_size=6, unique=True)))
        for a, b in zip(cuts[::2], cuts[1::2], strict=False):
            rows.append((draw(st.sampled_from(HOLDERS)), node, a, b - 1, None))
    return rows


def told(rows, org=None):
    table = {
        "holder": [row[0] for row in rows],
        "node": [row[1] for row in rows],
        "start": [day(row[2]) for row in rows],
        "end": [day(row[3]) for row in rows],
        "share": [row[4] for row in rows],
    }
    return ck.Stints.from_table(table, org)


@st.composite
def changes(draw, org):
    """Re-parentings that make no cycle."""
    parent = {node.id: None if node.parent is None else node.parent.id for node in org}
    ids, rows, at = org.ids.tolist(), [], 0
    for _ in range(draw(st.integers(0, 4))):
        at += draw(st.integers(0, 8))
        node, above = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
        trail = above
        while trail is not None and trail != node:
            trail = parent[trail]
        fresh = (node, at) not in [(row[0], row[2]) for row in rows]
        if trail is None and parent[node] is not None and fresh:
            parent[node] = above
            rows.append((node, above, at))
    return rows


def reorganised(rows, org):
    return ck.Reorganisation.from_table(
        {
            "node": [row[0] for row in rows],
            "parent": [row[1] for row in rows],
            "start": [day(row[2]) for row in rows],
        },
        org,
    )


@st.composite
def cases(draw, shared=True):
    table = draw(orgs())
    org = ck.OrgTree.from_table(table, kind="kind")
    nodes = draw(st.lists(st.sampled_from(org.ids.tolist()), unique=True))
    kinds = draw(st.sampled_from([(), ("post",)]))
    at = tuple(kind for kind in kinds if kind in org.kind_names)
    return {
        "table": table,
        "goals": (draw(st.integers(-30, 400)), draw(st.integers(0, 9))),
        "margin": draw(st.sampled_from([0, 0, 0.5])),
        "stints": draw(stints(nodes, shared)),
        "units": draw(changes(org)),
        "by": draw(st.sampled_from(POLICIES))(at),
        "leaves": draw(st.lists(st.tuples(st.sampled_from(HOLDERS), st.integers(0, 12),
                                          st.integers(0, 12)), max_size=2,
                                unique_by=lambda row: row[0])),
        "cover": ck.moves.Cover(
            vacancy=draw(st.sampled_from(["unit", "company"])),
            leave=draw(st.sampled_from(["unit", "company", "holder"])),
        ),
    }  # fmt: skip


def year(case):
    org = ck.OrgTree.from_table(case["table"], kind="kind")
    split = ck.splits.ProRata("driver")
    if case["margin"] and "unit" in org.kind_names:
        split = ck.splits.Over(split, {"unit": case["margin"]})
    kpi = ck.Kpi("sales", "CNY", split=split, lot=1)
    goals = {"node": [org.roots[0].id] * 2, "kpi": ["sales"] * 2, "period": ["a", "b"],
             "value": list(case["goals"])}  # fmt: skip
    return ck.cascade(org, [kpi], goals, periods=["a", "b"])


CALENDAR = ck.Calendar({label: (day(a), day(b)) for label, (a, b) in SPANS.items()})


def moved(case, **other):
    """The case moved; None where somebody follows nobody knows where."""
    case = {**case, **other}
    targets = year(case)
    away = [  # others are refused
        (who, a, n)
        for who, a, n in case["leaves"]
        if any(h == who and b <= a + n and a <= c for h, _, b, c, _ in case["stints"])
    ]
    leaves = {
        "holder": [row[0] for row in away],
        "start": [day(row[1]) for row in away],
        "end": [day(row[1] + row[2]) for row in away],
    }
    try:
        return ck.move(
            targets,
            told(case["stints"], targets.org),
            by=case["by"],
            calendar=CALENDAR,
            units=reorganised(case["units"], targets.org),
            leaves=ck.Leaves.from_table(leaves),
            cover=case["cover"],
        )
    except ck.InputError as error:
        if all("at several nodes at once" in fault.reason for fault in error.faults):
            return None
        raise


@settings(max_examples=90)
@given(cases())
def test_every_day_of_every_target_is_in_exactly_one_piece_and_their_lots_sum_to_it(case):
    after = moved(case)
    if after is None:
        return
    pieces, lots = after.pieces, after.lots_of("sales").filled(0)
    own = after.own[0]
    for state, values in ((False, own.held), (True, own.cushion)):
        for p, origin in np.argwhere(values != NO_LOTS).tolist():
            mine = (pieces.origin == origin) & (pieces.period == p)
            mine &= (pieces.state == 3) == state
            assert lots[mine].sum() == values[p, origin]
            label = after.of_before.periods.labels[p]
            first = (CALENDAR.spans[label][0] - date(1970, 1, 1)).days
            for d in range(first, first + CALENDAR.days(label)):
                covers = mine & (pieces.start <= d) & (pieces.end >= d)
                assert abs(pieces.share[covers].sum() - 1) < 1e-9


@settings(max_examples=70)
@given(cases())
def test_the_company_has_what_it_had_whatever_moves(case):
    after = moved(case)
    if after is None:
        return
    before = after.of_before
    root = before.org.roots[0].id
    table = after.by_unit("sales")
    at = table["node"] == root
    assert table["lots"][at].tolist() == before.lots_of("sales")[:, 0].tolist()
    assert (table["held"] + table["leave"] + table["vacant"] + table["cushion"]).tolist() == table[
        "target"
    ].tolist()
    for d in (0, 9, 10, 23):
        standing = after.targets(as_of=day(d))
        assert standing.lots_of("sales")[:, 0].tolist() == before.lots_of("sales")[:, 0].tolist()


@settings(max_examples=40)
@given(cases())
def test_moving_nothing_gives_the_targets_back(case):
    org = year(case).org
    held = [("ann", node, -1, 30, None) for node in org.ids.tolist()]
    after = moved(case, stints=held, units=[], leaves=[])
    if after is None:  # everybody is ann, who is everywhere
        return
    table, before = after.by_unit("sales"), after.of_before
    for p, label in enumerate(before.periods):
        at = table["period"] == label
        known = dict(zip(table["node"][at].tolist(), table["lots"][at].tolist(), strict=True))
        lots = before.lots_of("sales")[p]
        there = ~np.ma.getmaskarray(lots)
        assert known == dict(zip(org.ids[there].tolist(), lots[there].tolist(), strict=True))
    assert after.targets(as_of=day(3)).of("sales").tobytes() == before.of("sales").tobytes()


@settings(max_examples=40)
@given(cases(), st.data())
def test_a_stint_in_two_changes_no_holders_lots(case, data):
    long = [i for i, row in enumerate(case["stints"]) if row[3] > row[2]]
    if not long:
        return
    i = data.draw(st.sampled_from(long))
    holder, node, a, b, share = case["stints"][i]
    middle = data.draw(st.integers(a, b - 1))
    halves = [(holder, node, a, middle, share), (holder, node, middle + 1, b, share)]
    whole, split = moved(case), moved(case, stints=[*case["stints"][:i], *halves,
                                                    *case["stints"][i + 1 :]])  # fmt: skip
    assert (whole is None) == (split is None)
    if whole is None:
        return
    for table in ("by_holder", "by_unit"):
        before, after = getattr(whole, table)("sales"), getattr(split, table)("sales")
        assert {k: v.tolist() for k, v in before.items()} == {
            k: v.tolist() for k, v in after.items()
        }


@settings(max_examples=40)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_bit(case, random):
    other = dict(case)
    for name in ("stints", "units", "leaves"):
        other[name] = random.sample(case[name], len(case[name]))
    rows = list(range(len(case["table"]["id"])))
    random.shuffle(rows)
    other["table"] = shuffled(case["table"], rows)
    one, two = moved(case), moved(other)
    assert (one is None) == (two is None)
    if one is None:
        return
    assert one.pieces == two.pieces
    for name, column in one.table().items():
        assert column.tolist() == two.table()[name].tolist(), name


# ------------------------------------------------------------- counted day by day


def rounded(lots, passed, whole):
    """⌊lots·passed/whole + ½⌋, away from zero."""
    if not whole:
        return 0
    due = (abs(lots) * Fraction(passed, whole) + Fraction(1, 2)).__floor__()
    return due if lots >= 0 else -due


def by_remainder(lots, shares):
    """Lots by largest remainder, ties to the first."""
    exact = [Fraction(share).limit_denominator(10**6) for share in shares]
    quotas = [abs(lots) * share / sum(exact) for share in exact]
    out = [quota.__floor__() for quota in quotas]
    ranked = sorted(range(len(out)), key=lambda i: (-(quotas[i] - out[i]), i))
    for i in ranked[: abs(lots) - sum(out)]:
        out[i] += 1
    return [n if lots >= 0 else -n for n in out]


class ByDay:
    """The same, one day at a time, in plain Python, for posts without kinds."""

    def __init__(self, case, after):
        self.case, self.org = case, after.of_before.org
        self.trees = [self.tree(d) for d in range(DAYS)]
        self.owners = {}

    def tree(self, d):
        parent = {n.id: None if n.parent is None else n.parent.id for n in self.org}
        units = sorted(self.case["units"], key=lambda row: row[2])
        return parent | {node: above for node, above, at in units if at <= d}

    def at(self, node, d):
        return sorted((h, s or 1.0) for h, n, a, b, s in self.case["stints"]
                      if n == node and a <= d <= b)  # fmt: skip

    def where(self, origin, d):
        """[(holder or None, share, place)] of an origin's day."""
        if not isinstance(self.case["by"], ck.moves.FollowsPerson):
            out = [(h, s, origin) for h, s in self.at(origin, d)]
        else:
            out = []
            since = next((e for e in range(DAYS) if self.at(origin, e)), DAYS)
            for holder, share in self.at(origin, since) if d >= since else ():
                place = self.place(holder, origin, d)
                if place is not None:
                    out.append((holder, share, place))
                else:
                    last = next(e for e in range(d, -1, -1) if self.place(holder, origin, e))
                    out.append((None, share, self.place(holder, origin, last)))
        rest = 1 - sum(s for _, s, _ in out)
        return out + ([(None, rest, origin)] if rest > 1e-9 else [])

    def place(self, holder, origin, d):
        nodes = {n for h, n, a, b, _ in self.case["stints"] if h == holder and a <= d <= b}
        if origin in nodes:
            return origin
        return nodes.pop() if nodes else None

    def state(self, holder, d):
        if holder is None:
            return "vacant"
        on_leave = any(h == holder and a <= d <= a + n for h, a, n in self.case["leaves"])
        keeps = self.case["cover"].leave is ck.moves.Carrier.HOLDER
        return "leave" if on_leave and not keeps else "held"

    def config(self, origin, d):
        """Lines of a day, in order: holder, state, share, place."""
        lines = [(h, self.state(h, d), s, place) for h, s, place in self.where(origin, d)]
        row = self.org.row
        return sorted(lines, key=lambda line: (line[0] is None, line[0] or "", row(line[3])))

    def totals(self, lots, origin, span, held, units):
        """Add an origin's lots of a period to what holders and units have."""
        first, last = span
        days = list(range(first, last + 1))
        lines = {d: self.config(origin, d) for d in days}
        runs, plain = [], lambda d: [line[:3] for line in lines[d]]
        for d in days:
            if runs and plain(d) == plain(runs[-1][-1]):
                runs[-1].append(d)
            else:
                runs.append([d])
        for run in runs:
            a, b = run[0] - first, run[-1] - first + 1
            of_run = rounded(lots, b, len(days)) - rounded(lots, a, len(days))
            parts = by_remainder(of_run, [line[2] for line in lines[run[0]]])
            for slot, part in enumerate(parts):
                for i, d in enumerate(run):
                    piece = rounded(part, i + 1, len(run)) - rounded(part, i, len(run))
                    holder, state, _, place = lines[d][slot]
                    if state == "held":
                        held[holder] = held.get(holder, 0) + piece
                    self.climb(d, state, place, piece, units)

    def climb(self, d, state, place, piece, units):
        cover = self.case["cover"]
        lifted = {"vacant": cover.vacancy, "leave": cover.leave}.get(state)
        while place is not None:
            above = self.trees[d][place]
            if lifted is not ck.moves.Carrier.COMPANY or above is None:
                units[place] = units.get(place, 0) + piece
            place = above


@settings(max_examples=70)
@given(cases())
def test_holders_and_units_have_what_is_counted_day_by_day(case):
    if case["by"].at or case["margin"]:
        case = {**case, "by": type(case["by"])(), "margin": 0}
    after = moved(case)
    if after is None:
        return
    reference, own = ByDay(case, after), after.own[0].held
    holders, units = after.by_holder("sales"), after.by_unit("sales")
    for p, (label, span) in enumerate(SPANS.items()):
        held, at = {}, {}
        for origin in np.flatnonzero(own[p] != NO_LOTS).tolist():
            node = after.of_before.org.ids[origin]
            reference.totals(int(own[p, origin]), node, span, held, at)
        for table, known, name in ((holders, held, "holder"), (units, at, "node")):
            mine = table["period"] == label
            found = dict(zip(table[name][mine].tolist(), table["lots"][mine].tolist(), strict=True))
            assert {k: v for k, v in found.items() if v} == {k: v for k, v in known.items() if v}


@settings(max_examples=40)
@given(cases())
def test_every_holders_and_units_target_is_made_again_from_goals_and_days(case):
    after = moved(case)
    if after is None:
        return
    for table, name, quantity in (
        (after.by_holder("sales"), "holder", "holder"),
        (after.by_unit("sales"), "node", "unit"),
    ):
        rows = zip(table[name], table["period"], table["target"], table["lots"], strict=True)
        for who, period, target, lots in rows:
            if quantity == "holder" and not lots:  # carried only
                continue
            why = ck.explain(after, who, kpi="sales", period=period, quantity=quantity)
            assert why.value == target == why.evaluate()


@settings(max_examples=40)
@given(cases(shared=False), st.sampled_from(["shared", "ratio"]))
def test_what_is_not_divided_counts_by_days(case, kind):
    org = ck.OrgTree.from_table(case["table"], kind="kind")
    ratio = ck.Kpi("k", "%", aggregate=ck.aggregates.Ratio(100))
    kpi = ratio if kind == "ratio" else ck.Kpi("k", "CNY", split=ck.splits.Shared())
    goals = {org.roots[0].id: 3.7} | {node.id: 0.1 + i for i, node in enumerate(org) if i % 2}
    table = {"node": list(goals), "kpi": ["k"] * len(goals), "value": list(goals.values())}
    targets = ck.cascade(org, [kpi], table, periods="year")
    calendar = ck.Calendar({"year": (day(0), day(DAYS - 1))})
    after = ck.move(targets, told(case["stints"]), by=ck.moves.FollowsPost(), calendar=calendar)
    found, values = after.by_holder("k"), targets.of("k")[0]
    for i, holder in enumerate(found["holder"].tolist()):
        days = {}
        for who, node, a, b, _ in case["stints"]:
            many = min(b, DAYS - 1) - max(a, 0) + 1
            if who == holder and many > 0:
                days[node] = days.get(node, 0) + many
        summed = sum(values[org.row(node)] * many for node, many in days.items())
        wanted = summed / (DAYS if kind == "shared" else sum(days.values()))
        assert abs(found["target"][i] - wanted) <= 1e-9
        if len(days) == 1 and kind == "ratio":
            assert found["target"][i] == values[org.row(next(iter(days)))]
        assert ck.explain(after, holder, kpi="k").evaluate() == found["target"][i]


# ------------------------------------------------------------------ stint by stint


@settings(max_examples=60)
@given(cases())
def test_stints_have_what_their_holders_have_on_all_days_of_the_calendar(case):
    after = moved(case)
    if after is None:
        return
    table, holders = after.by_stint("sales"), after.by_holder("sales")
    for i, (who, period) in enumerate(zip(holders["holder"], holders["period"], strict=True)):
        mine = (table["holder"] == who) & (table["period"] == period)
        assert np.nansum(table["lots"][mine]) == holders["lots"][i]
    days = sum(max(0, min(b, 23) - max(a, 0) + 1) for _, _, a, b, _ in case["stints"])
    assert table["days"].sum() == days
    trees = [ByDay(case, after).tree(d) for d in range(DAYS)]
    for node, parent, start, end in zip(
        *(table[name] for name in ("node", "parent", "start", "end")), strict=True
    ):
        for d in range((start.item() - FIRST).days, (end.item() - FIRST).days + 1):
            assert (trees[d][node] or "") == parent


@settings(max_examples=60)
@given(cases(), st.data())
def test_results_are_counted_where_and_by_whom_they_were_achieved(case, data):
    after = moved(case)
    if after is None:
        return
    sales = []
    for _ in range(data.draw(st.integers(0, 8))):
        holder, node, a, b, _ = data.draw(st.sampled_from(case["stints"] or [None])) or [None] * 5
        if holder is None or b < 0 or a > 23 or b < a:
            continue
        d = data.draw(st.integers(max(a, 0), min(b, 23)))
        sales.append((holder, node, d, data.draw(st.integers(-9, 99))))
    table = {
        "holder": [row[0] for row in sales],
        "node": [row[1] for row in sales],
        "kpi": ["sales"] * len(sales),
        "date": [day(row[2]) for row in sales],
        "value": [row[3] for row in sales],
    }
    done = ck.credit(after, table)
    reference = ByDay(case, after)
    held, units = {}, {}
    for holder, node, d, value in sales:
        period = "a" if d <= 9 else "b"
        held[holder, period] = held.get((holder, period), 0) + value
        while node is not None:
            units[node, period] = units.get((node, period), 0) + value
            node = reference.trees[d][node]
    for found, wanted, key in ((done.by_holder("sales"), held, "holder"),
                               (done.by_unit("sales"), units, "node")):  # fmt: skip
        rows = zip(found[key], found["period"], found["result"], strict=True)
        assert {(name, period): v for name, period, v in rows if v == v} == wanted
    stints = done.by_stint("sales")
    assert np.nansum(stints["result"]) == sum(row[3] for row in sales)


@settings(max_examples=40)
@given(cases())
def test_every_target_is_explained_to_the_bit_and_to_a_row(case):
    after = moved(case)
    if after is None:
        return
    for name, quantity in (("holder", "holder"), ("node", "unit")):
        table = after.by_holder("sales") if name == "holder" else after.by_unit("sales")
        rows = zip(table[name], table["period"], table["target"], strict=True)
        for who, period, value in list(rows)[:6]:
            why = ck.explain(after, who, kpi="sales", period=period, quantity=quantity)
            if why.operation is None:  # somebody who only carries what others left
                assert value == 0
                continue
            assert why.value == value == why.evaluate()
            if name == "holder":
                assert "stints row" in why.text(depth=None, width=10**6)
