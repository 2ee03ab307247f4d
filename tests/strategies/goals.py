"""Goals that can be met, and the targets that a plain cascade makes of them."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

import cascade_kpi as ck
from tests.strategies.trees import children_of


def read_claims(claims):
    """Claims as integers, as docs/semantics.md says, by exact arithmetic."""
    exact = [Fraction(claim) for claim in claims]
    if all(claim.denominator == 1 for claim in exact) and sum(exact) < 2**51:
        return [int(claim) for claim in exact]
    bits = 51 - (len(claims) - 1).bit_length()
    power = Fraction(2) ** (bits - math.frexp(max(claims))[1])
    return [round(claim * power) for claim in exact]


def largest_remainder(lots, claims):
    """Hamilton's rule in exact arithmetic, ties to the earlier."""
    amount, total = abs(lots), sum(claims)
    if total == 0:
        return [0] * len(claims)
    quotas = [amount * claim // total for claim in claims]
    remainders = [amount * claim % total for claim in claims]
    ranked = sorted(range(len(claims)), key=lambda i: (-remainders[i], i))
    for i in ranked[: amount - sum(quotas)]:
        quotas[i] += 1
    return [quota if lots >= 0 else -quota for quota in quotas]


def claims_of(org, split):
    """Every node's claim by the plain way; None for a shared split."""
    if isinstance(split, ck.splits.Shared):
        return None
    if isinstance(split, ck.splits.Equal):
        return [1.0] * len(org)
    if isinstance(split, ck.splits.FixedShares):
        return [0.0 if share is None else share for share in org.columns["share"].tolist()]
    claims = [math.nan if c is None else c for c in org.columns["driver"].tolist()]
    for row, below in reversed(list(enumerate(children_of(org)))):
        if below:
            claims[row] = claims[below[0]]
            for child in below[1:]:
                claims[row] += claims[child]
    return claims


@st.composite
def divided(draw, org, claims, total, lower=True):
    """Goals of some nodes below a root that has `total` lots, and everybody's lots.

    The goals are drawn on the way down so that they can be met.
    """
    lots, goals = [0] * len(org), {0: total}
    lots[0] = total
    keep = draw(st.booleans()) if lower else False
    for row, below in enumerate(children_of(org)):
        if not below:
            continue
        sign, left = (-1 if lots[row] < 0 else 1), abs(lots[row])
        free = {child: claims[child] for child in below}
        for child in below[:6] if keep else ():
            some_left = any(claim for other, claim in free.items() if other != child)
            if some_left and draw(st.integers(0, 3)) == 0:
                given = draw(st.integers(0, left))
                lots[child] = goals[child] = sign * given
                left -= given
                del free[child]
        read = read_claims([free.get(child, 0.0) for child in below])
        for child, share in zip(below, largest_remainder(sign * left, read), strict=True):
            lots[child] = share if child in free else lots[child]
    return goals, lots


ROOT_LOTS = st.one_of(
    st.integers(-100, 1000), st.integers(0, 1 << 50), st.sampled_from([0, 1, (1 << 51) - 1])
)


@st.composite
def goals_tables(draw, org, kpis, periods, lower=True):
    """A goals table, and the targets it leads to per KPI and period, (p, n) in KPI units."""
    rows, expected = [], []
    for kpi in kpis:
        claims = claims_of(org, kpi.split)
        per_period = []
        for period in periods:
            if claims is None:
                goals = {0: draw(st.integers(-20, 200).map(float))}
                extra = draw(st.lists(st.integers(0, len(org) - 1), max_size=2 if lower else 0))
                goals |= {row: draw(st.integers(-20, 200).map(float)) for row in extra}
                targets = [0.0] * len(org)
                for row, parent in enumerate(org.parent.tolist()):
                    targets[row] = goals[row] if row in goals else targets[parent]
            else:
                small = draw(st.integers(-100, 1000))
                goals, lots = draw(divided(org, claims, small, lower))
                exact = kpi.counted_in.exact
                goals = {row: float(count * exact) for row, count in goals.items()}
                targets = [float(count * exact) for count in lots]
            per_period.append(targets)
            ids = org.ids.tolist()
            rows += [(ids[row], kpi.name, period, value) for row, value in goals.items()]
        expected.append(np.array(per_period))
    columns = zip(*rows, strict=True)
    return dict(zip(("node", "kpi", "period", "value"), map(list, columns), strict=True)), expected
