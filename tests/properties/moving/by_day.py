"""Who has what, counted one day at a time in plain Python: what moves are compared with."""

from fractions import Fraction

import cascade_kpi as ck
from tests.properties.moving.cases import DAYS


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
